"""Signed commands: the API signs who acts and what, the case verifies it before it believes it.

Ed25519: the API holds the private key, a worker only the public one, so that code running in a
worker cannot invent a person's act. The trust list is process-wide and set once at start-up.
"""

import base64
import json
from contextlib import suppress
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from domain.contracts import Command

_trusted: dict[str, Ed25519PublicKey] = {}
# Keys that may speak for the system only (sweep, related cases): a worker holds one, so it must
# not be able to speak for a person.
_system_only: set[str] = set()


def _warm() -> None:
    """Raise the library's refusal once, outside the workflow sandbox.

    The library looks its exception up at its first use; where that first use is a forged command
    inside the sandbox, the look-up meets the sandbox's import and aborts the whole process.
    """
    with suppress(InvalidSignature):
        Ed25519PrivateKey.generate().public_key().verify(bytes(64), b"")


_warm()


def _instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def signed_bytes(command: Command) -> bytes:
    """The canonical bytes a signature covers: all of the command except the signature."""
    body = command.model_dump(mode="json", exclude={"signature"})
    # Older commands, and workers that are still to be replaced, know no such field.
    if not command.known:
        del body["known"]
    # Instants survive a round trip through payloads in one spelling only.
    body["received_at"] = _instant(command.received_at)
    return json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


class CommandSigner:
    """Held by the API (and by the activities that act for the system)."""

    def __init__(self, key_id: str, private_key: Ed25519PrivateKey) -> None:
        self.key_id = key_id
        self._key = private_key

    def sign(self, command: Command) -> Command:
        unsigned = command.model_copy(update={"key_id": self.key_id, "signature": ""})
        signature = base64.b64encode(self._key.sign(signed_bytes(unsigned))).decode()
        return unsigned.model_copy(update={"signature": signature})


def trust(key_id: str, public_key: bytes, *, system_only: bool = False) -> None:
    """Accept signatures of this key (32 raw bytes). Called at worker start-up only."""
    _trusted[key_id] = Ed25519PublicKey.from_public_bytes(public_key)
    if system_only:
        _system_only.add(key_id)


def verified(command: Command) -> bool:
    """Whether a trusted key signed exactly this command."""
    key = _trusted.get(command.key_id)
    if key is None:
        return False
    if command.key_id in _system_only and command.actor.person_id != "system":
        return False
    try:
        key.verify(base64.b64decode(command.signature, validate=True), signed_bytes(command))
    except (InvalidSignature, ValueError):
        return False
    return True
