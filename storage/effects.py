"""Answers of registers, sealed with the key of their case."""

import json
from typing import Any, Final
from uuid import UUID

from storage.keys import Cipher

AAD: Final = b"banjian/effect/1:"


def seal_answer(cipher: Cipher, case_id: UUID, answer: str) -> bytes:
    """The answer's JSON as its row keeps it."""
    return cipher.seal(answer.encode(), AAD + case_id.bytes)


def open_answer(cipher: Cipher, case_id: UUID, sealed: bytes) -> dict[str, Any]:
    """Raises SealBroken when the bytes were changed."""
    opened: dict[str, Any] = json.loads(cipher.open(sealed, AAD + case_id.bytes))
    return opened
