"""Photos that a record made on the spot names (现场照片): by digest, with when they were taken and received."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from domain.contract import Contract

PART: Final = "photo"
"""Under this part a file of the case is a photo of the spot."""


PHOTO_UNKNOWN: Final = "列出的照片没有收到，请先上传照片，再提交记录"


class PhotoKind(StrEnum):
    """What the picture is."""

    PHOTO = "photo"
    SIGNATURE = "signature"


class Photo(Contract):
    """As the API read it from its row. `taken_at`: as the telephone says; None where it says nothing."""

    sha256: str
    kind: str
    taken_at: datetime | None = None
    received_at: datetime


def on_record(known: dict[str, Any]) -> dict[str, Any]:
    """What an event says of the photos that a record names; nothing where it names none."""
    photos = known.get("photos", ())
    return {"photos": list(photos)} if photos else {}


def unknown(digests: Sequence[str], known: dict[str, Any]) -> list[str]:
    """Digests that no photo of the task bears."""
    held = {str(photo.get("sha256")) for photo in known.get("photos", ())}
    return [digest for digest in digests if digest not in held]
