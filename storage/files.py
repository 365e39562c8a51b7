"""The file store: content-addressed, encrypted with the case's key, on disk before any row.

A file's address is an HMAC of its content under a key of its case, behind its retention class:
`permanent/3f9a…`. Storing the same content twice in a case gives the same address, so a retried
activity stores once. A plain digest would tell anyone with a copy of a document which cases hold it,
and would still tell after erasure; a digest of the ciphertext would differ at every retry.
The retention class comes first so that an operator's rules for backup and deletion can go by folder.
"""

import asyncio
import hashlib
import hmac
import os
import re
import secrets
from collections.abc import AsyncIterable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

from storage.keys import CaseKeys, SealBroken, derive
from storage.uploads import MAX_BYTES as MAX_BYTES
from storage.uploads import FileRefusal as FileRefusal
from storage.uploads import FileRefused as FileRefused
from storage.uploads import MediaType as MediaType
from storage.uploads import safe_name as safe_name
from storage.uploads import sniff as sniff

MAX_STORED_BYTES: Final = 256 * 1024 * 1024
"""Archive packages are the largest files; a file is sealed in one piece, in memory."""

_STORED_ID: Final = re.compile(r"(?P<retention>[a-z0-9][a-z0-9-]{0,23})/(?P<address>[0-9a-f]{64})")
_RETENTION: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,23}")
_AAD: Final = b"banjian/file/1:"


class FileMissing(LookupError):
    """Nothing is stored under this id."""


class FileBroken(ValueError):
    """What is stored was changed, or belongs to another case."""


@dataclass(frozen=True)
class FileRef:
    """What a row keeps of a stored file.

    Attributes:
        sha256: of the content, in hex: what people and other systems compare.
        size: of the content, in bytes.
        stored_id: the address in the store.
    """

    sha256: str
    size: int
    media_type: str
    stored_id: str


class FileStore(Protocol):
    """The port: a folder here, an object store where a bureau has one."""

    async def put(
        self,
        content: bytes | AsyncIterable[bytes],
        *,
        case_id: UUID,
        media_type: str,
        retention_class: str,
    ) -> FileRef:
        """Store and only then return; the same content in the same case gives the same id."""

    async def get(self, case_id: UUID, stored_id: str) -> bytes:
        """The content. Raises FileMissing, FileBroken, KeyDestroyed."""

    async def exists(self, stored_id: str) -> bool:
        """Whether something is stored there (not whether it can be opened)."""

    async def delete(self, stored_id: str) -> None:
        """Remove; removing what is not there is fine."""

    async def sweep(self, referenced: Collection[str], *, before: datetime) -> list[str]:
        """Remove what no row refers to and was stored before `before`; returns the removed ids."""


class FolderStore:
    """`FileStore` in a folder of the installation.

    Args:
        root: the folder; made with mode 0700.
        keys: the data keys of cases.
    """

    def __init__(self, root: Path, keys: CaseKeys) -> None:
        self._root = root
        self._keys = keys
        self._drafts = root / ".drafts"
        self._drafts.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def root(self) -> Path:
        """The folder."""
        return self._root

    async def put(
        self,
        content: bytes | AsyncIterable[bytes],
        *,
        case_id: UUID,
        media_type: str,
        retention_class: str,
    ) -> FileRef:
        """See `FileStore.put`.

        Raises:
            FileRefused: larger than MAX_STORED_BYTES.
            KeyDestroyed: the case was erased.
            OSError: disk full or not writable.
        """
        if not _RETENTION.fullmatch(retention_class):
            raise ValueError(f"no retention class: {retention_class!r}")
        data = content if isinstance(content, bytes) else await _collect(content)
        if len(data) > MAX_STORED_BYTES:
            raise FileRefused(FileRefusal.TOO_LARGE)
        address_key = derive(await self._keys.get(case_id), "file-address")
        cipher = await self._keys.cipher(case_id)
        address = hmac.new(address_key, data, hashlib.sha256).hexdigest()
        stored_id = f"{retention_class}/{address}"
        aad = _aad(case_id, address)

        def work() -> str:
            path = self._path(stored_id)
            try:
                held = cipher.open(path.read_bytes(), aad)
            except (FileNotFoundError, SealBroken):
                # Not there yet, or damaged: the good copy at hand replaces it.
                self._write(path, cipher.seal(data, aad))
            else:
                if held != data:
                    raise FileBroken(stored_id)
                # Young again in the eyes of the sweep: its row is about to be written.
                os.utime(path)
            return hashlib.sha256(data).hexdigest()

        digest = await asyncio.to_thread(work)
        return FileRef(digest, len(data), media_type, stored_id)

    async def get(self, case_id: UUID, stored_id: str) -> bytes:
        """See `FileStore.get`."""
        path = self._path(stored_id)
        cipher = await self._keys.cipher(case_id)
        aad = _aad(case_id, path.name)

        def work() -> bytes:
            try:
                return cipher.open(path.read_bytes(), aad)
            except FileNotFoundError:
                raise FileMissing(stored_id) from None
            except SealBroken as error:
                raise FileBroken(stored_id) from error

        return await asyncio.to_thread(work)

    async def exists(self, stored_id: str) -> bool:
        """See `FileStore.exists`."""
        return await asyncio.to_thread(self._path(stored_id).is_file)

    async def delete(self, stored_id: str) -> None:
        """See `FileStore.delete`."""
        await asyncio.to_thread(self._path(stored_id).unlink, missing_ok=True)

    async def sweep(self, referenced: Collection[str], *, before: datetime) -> list[str]:
        """See `FileStore.sweep`.

        Args:
            referenced: all ids that rows refer to, read after `before`.
            before: by the file system's clock; leave an hour at least, since a file is stored
                before its row. Left-over drafts of that age go too.
        """
        keep, limit = frozenset(referenced), before.timestamp()

        def work() -> list[str]:
            removed = []
            for path in self._drafts.iterdir():
                if path.stat().st_mtime < limit:
                    path.unlink(missing_ok=True)
            for stored_id, path in self._all():
                if stored_id not in keep and path.stat().st_mtime < limit:
                    path.unlink(missing_ok=True)
                    removed.append(stored_id)
            return removed

        return await asyncio.to_thread(work)

    def stored_at(self, stored_id: str) -> datetime:
        """When the file was last put, by the file system's clock.

        Raises:
            FileMissing: nothing there.
        """
        try:
            return datetime.fromtimestamp(self._path(stored_id).stat().st_mtime, UTC)
        except FileNotFoundError:
            raise FileMissing(stored_id) from None

    def _path(self, stored_id: str) -> Path:
        # Ids come back from rows and requests: only our own shape ever becomes a path.
        match = _STORED_ID.fullmatch(stored_id)
        if match is None:
            raise FileMissing(stored_id)
        address = match["address"]
        return self._root / match["retention"] / address[:2] / address

    def _all(self) -> Iterator[tuple[str, Path]]:
        for path in self._root.glob("*/*/*"):
            stored_id = f"{path.parts[-3]}/{path.name}"
            if _STORED_ID.fullmatch(stored_id):
                yield stored_id, path

    def _write(self, path: Path, sealed: bytes) -> None:
        """Whole or not at all, and on the disk before this returns."""
        draft = self._drafts / secrets.token_hex(16)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(sealed)
                file.flush()
                os.fsync(file.fileno())
            new = [folder for folder in (path.parent, path.parent.parent) if not folder.exists()]
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        # A name is durable when its folder is; new folders are names in their parents.
        for folder in (path.parent, *(made.parent for made in new)):
            _sync(folder)


async def _collect(parts: AsyncIterable[bytes]) -> bytes:
    """The whole stream, refused as soon as it is too long."""
    data = bytearray()
    async for part in parts:
        data += part
        if len(data) > MAX_STORED_BYTES:
            raise FileRefused(FileRefusal.TOO_LARGE)
    return bytes(data)


def _aad(case_id: UUID, address: str) -> bytes:
    return _AAD + case_id.bytes + bytes.fromhex(address)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
