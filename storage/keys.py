"""Keys of the installation and of each case; authenticated encryption at rest.

One 32-byte installation key (the master, kept outside the database) wraps one random data key per
case. Payloads, files and event details of a case are sealed with its data key, so that erasure at
the end of retention is the destruction of one row (design §5.6): what was sealed stays where it is
and can never be read again, while the digests over it still verify.

Envelope, 23 bytes of header before the ciphertext:

    magic 0xB1 | version 1 | algorithm 1 (AES-256-GCM) | key id (8) | nonce (12) | ciphertext | tag

The header is authenticated together with the caller's `aad`. The algorithm byte leaves room for
SM4-GCM where an installation must use it.
"""

import hashlib
import hmac
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary, Text, Uuid, bindparam, column, func, select, table, update
from sqlalchemy.dialects.postgresql import TIMESTAMP, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.prepared import Prepared

KEY_BYTES: Final = 32
_MAGIC: Final = b"\xb1\x01\x01"
_KEY_ID_BYTES: Final = 8
_NONCE_BYTES: Final = 12
_HEADER_BYTES: Final = len(_MAGIC) + _KEY_ID_BYTES + _NONCE_BYTES
_TAG_BYTES: Final = 16

# An empty wrapped key marks a destroyed one: without a tombstone, get-or-create would quietly give
# an erased case a new key.
_DESTROYED: Final = b""

CASE_KEYS = table(
    "case_keys",
    column("case_id", Uuid(as_uuid=True)),
    column("wrapped", LargeBinary),
    column("key_id", Text),
    column("created_at", TIMESTAMP(timezone=True)),
)
_KEY = Prepared(
    select(CASE_KEYS.c.wrapped, CASE_KEYS.c.key_id).where(CASE_KEYS.c.case_id == bindparam("which"))
)
_CREATED = Prepared(
    insert(CASE_KEYS)
    .values(
        case_id=bindparam("which"),
        wrapped=bindparam("key"),
        key_id=bindparam("by"),
        created_at=func.app_now(),
    )
    .on_conflict_do_nothing(index_elements=["case_id"])
    .returning(CASE_KEYS.c.wrapped, CASE_KEYS.c.key_id)
)


class SealBroken(ValueError):
    """The bytes are no envelope, were changed, or were sealed for another case or purpose."""


class KeyDestroyed(LookupError):
    """The case's personal data was erased; nothing sealed with its key can be read or added."""


def derive(master: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose of the installation (HKDF-SHA256), e.g. `payloads`."""
    return HKDF(
        algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=f"banjian/{purpose}/1".encode()
    ).derive(master)


class Cipher:
    """Seals and opens with one key; holds the key schedule, so keep it rather than rebuild it."""

    __slots__ = ("_aead", "_header", "key_id")

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")
        self.key_id = hashlib.sha256(b"banjian/key-id/1" + key).digest()[:_KEY_ID_BYTES]
        self._aead = AESGCM(key)
        self._header = _MAGIC + self.key_id

    def seal(self, plaintext: bytes, aad: bytes) -> bytes:
        """Encrypt; the same plaintext never gives the same bytes twice (random nonce)."""
        nonce = os.urandom(_NONCE_BYTES)
        header = self._header + nonce
        return header + self._aead.encrypt(nonce, plaintext, header + aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """Decrypt.

        Raises:
            SealBroken: changed bytes, another key, or another `aad` than at sealing.
        """
        header = sealed[:_HEADER_BYTES]
        if len(sealed) < _HEADER_BYTES + _TAG_BYTES or not header.startswith(_MAGIC):
            raise SealBroken("not a sealed envelope of a known version and algorithm")
        if not hmac.compare_digest(header[: len(self._header)], self._header):
            raise SealBroken("sealed with another key")
        try:
            return self._aead.decrypt(
                header[-_NONCE_BYTES:], memoryview(sealed)[_HEADER_BYTES:], header + aad
            )
        except InvalidTag:
            raise SealBroken("the sealed bytes or what they are bound to was changed") from None


def seal(key: bytes, plaintext: bytes, aad: bytes) -> bytes:
    """One-off form of `Cipher.seal`."""
    return Cipher(key).seal(plaintext, aad)


def open_(key: bytes, sealed: bytes, aad: bytes) -> bytes:
    """One-off form of `Cipher.open`.

    Raises:
        SealBroken: see `Cipher.open`.
    """
    return Cipher(key).open(sealed, aad)


def key_id_of(sealed: bytes) -> bytes:
    """Which key sealed this envelope (8 bytes, no secret).

    Raises:
        SealBroken: the bytes are no envelope.
    """
    if len(sealed) < _HEADER_BYTES or not sealed.startswith(_MAGIC):
        raise SealBroken("not a sealed envelope of a known version and algorithm")
    return sealed[len(_MAGIC) : len(_MAGIC) + _KEY_ID_BYTES]


@dataclass(frozen=True)
class NewKey:
    """A key that is stored nowhere yet: its row's columns, and itself."""

    wrapped: bytes
    key_id: str
    key: bytes = field(repr=False)
    cipher: Cipher = field(repr=False)


class CaseKeys:
    """The data keys of cases: get-or-create in `case_keys`, wrapped by the installation's key.

    The keys in use are kept in memory (the newest `cache_size` of them), since the payload codec
    asks for one on every payload. Another process may therefore still hold a destroyed key until
    it restarts; erasure happens years after a case closed, when no process has it at hand.

    Args:
        engine: the product's PostgreSQL engine.
        master_key: the installation's key, 32 bytes.
        retired_keys: earlier installation keys, still able to unwrap (see `rewrap`).
        cache_size: data keys kept in memory.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        master_key: bytes,
        *,
        retired_keys: Sequence[bytes] = (),
        cache_size: int = 20_000,
    ) -> None:
        if len(master_key) != KEY_BYTES:
            raise ValueError(f"the installation key has {KEY_BYTES} bytes, not {len(master_key)}")
        self._engine = engine
        self._master = master_key
        self._wrapping = Cipher(derive(master_key, "wrap"))
        self._unwrapping = {
            cipher.key_id.hex(): cipher
            for cipher in (
                self._wrapping,
                *(Cipher(derive(retired, "wrap")) for retired in retired_keys),
            )
        }
        self._cache_size = cache_size
        self._keys: OrderedDict[UUID, tuple[bytes, Cipher]] = OrderedDict()
        self.installation = Cipher(derive(master_key, "payloads"))
        """For payloads that belong to no case: schedules, sweeps, the reconciler."""

    def derived(self, purpose: str) -> bytes:
        """A key of the installation for `purpose`, never the master itself."""
        return derive(self._master, purpose)

    async def get(self, case_id: UUID) -> bytes:
        """The case's data key (32 bytes), created on first use.

        Raises:
            KeyDestroyed: the case was erased.
            SealBroken: the row was changed or belongs to another installation key.
        """
        return (await self._entry(case_id))[0]

    async def cipher(self, case_id: UUID) -> Cipher:
        """The case's data key ready for use; errors as `get`."""
        return (await self._entry(case_id))[1]

    async def new(self, case_id: UUID) -> Cipher:
        """As `cipher`, for a case that most likely has no key yet."""
        row = await _CREATED.first(self._engine, **self._new(case_id))
        if row is None:
            return await self.cipher(case_id)
        key = self._unwrap(case_id, row["wrapped"], row["key_id"])
        return self._remember(case_id, (key, Cipher(key)))[1]

    def made(self, case_id: UUID) -> NewKey:
        """A key for a case that has none, to be stored by the caller, who then says so (`stored`)."""
        key = os.urandom(KEY_BYTES)
        return NewKey(self._wrap(case_id, key), self._wrapping.key_id.hex(), key, Cipher(key))

    def stored(self, case_id: UUID, new: NewKey) -> None:
        """Its transaction is committed. Not before: a rollback would leave us sealing with a key that nobody has."""
        self._remember(case_id, (new.key, new.cipher))

    def cached(self, case_id: UUID) -> Cipher | None:
        """The cipher if it is in memory: lets hot paths do without a coroutine."""
        entry = self._keys.get(case_id)
        if entry is None:
            return None
        self._keys.move_to_end(case_id)
        return entry[1]

    async def ensure(self, connection: AsyncConnection, case_id: UUID) -> None:
        """Create the key within the caller's transaction (with the draft, say).

        It is not put in memory: a rollback would leave us sealing with a key that is stored
        nowhere.
        """
        await _CREATED.run(connection, **self._new(case_id))

    async def destroy(self, case_id: UUID) -> None:
        """Erase the case: what was sealed with its key can never be opened again. Idempotent."""
        statement = insert(CASE_KEYS).values(
            case_id=case_id, wrapped=_DESTROYED, key_id="destroyed", created_at=func.app_now()
        )
        async with self._engine.begin() as connection:
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["case_id"],
                    set_={"wrapped": _DESTROYED, "key_id": "destroyed"},
                )
            )
        self._keys.pop(case_id, None)

    async def rewrap(self, *, batch: int = 500) -> int:
        """Wrap with the current installation key whatever a retired one still wraps.

        Data keys stay the same, so nothing sealed has to be touched.

        Returns:
            How many keys were rewrapped.
        """
        current, done = self._wrapping.key_id.hex(), 0
        while True:
            async with self._engine.begin() as connection:
                rows = (
                    await connection.execute(
                        select(CASE_KEYS.c.case_id, CASE_KEYS.c.wrapped, CASE_KEYS.c.key_id)
                        .where(CASE_KEYS.c.key_id.not_in([current, "destroyed"]))
                        .order_by(CASE_KEYS.c.case_id)
                        .limit(batch)
                        .with_for_update(skip_locked=True)
                    )
                ).all()
                for case_id, wrapped, key_id in rows:
                    key = self._unwrap(case_id, wrapped, key_id)
                    await connection.execute(
                        update(CASE_KEYS)
                        .where(CASE_KEYS.c.case_id == case_id)
                        .values(wrapped=self._wrap(case_id, key), key_id=current)
                    )
            done += len(rows)
            if not rows:
                return done

    async def _entry(self, case_id: UUID) -> tuple[bytes, Cipher]:
        entry = self._keys.get(case_id)
        if entry is not None:
            self._keys.move_to_end(case_id)
            return entry
        key = await self._load_or_create(case_id)
        return self._remember(case_id, (key, Cipher(key)))

    def _remember(self, case_id: UUID, entry: tuple[bytes, Cipher]) -> tuple[bytes, Cipher]:
        self._keys[case_id] = entry
        while len(self._keys) > self._cache_size:
            self._keys.popitem(last=False)
        return entry

    async def _load_or_create(self, case_id: UUID) -> bytes:
        row = await _KEY.first(self._engine, which=case_id)
        if row is None:
            # Two processes may both come here: the first insert wins, the second reads it back.
            row = await _CREATED.first(self._engine, **self._new(case_id))
        if row is None:
            row = await _KEY.first(self._engine, which=case_id)
        assert row is not None, "keys are never deleted, only destroyed"
        return self._unwrap(case_id, row["wrapped"], row["key_id"])

    def _new(self, case_id: UUID) -> dict[str, Any]:
        return {
            "which": case_id,
            "key": self._wrap(case_id, os.urandom(KEY_BYTES)),
            "by": self._wrapping.key_id.hex(),
        }

    def _wrap(self, case_id: UUID, key: bytes) -> bytes:
        return self._wrapping.seal(key, case_id.bytes)

    def _unwrap(self, case_id: UUID, wrapped: bytes, key_id: str) -> bytes:
        if wrapped == _DESTROYED:
            raise KeyDestroyed(f"the data key of case {case_id} was destroyed")
        cipher = self._unwrapping.get(key_id)
        if cipher is None:
            raise SealBroken(f"the key of case {case_id} is wrapped by unknown key {key_id}")
        return cipher.open(wrapped, case_id.bytes)
