"""A photo of the spot as officers see it: what, when by the telephone, when received, its digest."""

from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.i18n import gettext as _
from api.views.decisions import Option
from api.views.shapes import Shape
from api.views.task_pages import size_text
from domain.photos import PhotoKind
from law.zone import local
from storage.photos import Received


class PhotoShape(Shape):
    """A photo that was received for a task."""

    id: UUID
    task_id: str
    kind: PhotoKind
    name: str
    media_type: str
    size: int
    sha256: str = Field(
        description="of the content, in hexadecimal; a record names its photos by it"
    )
    taken_at: AwareDatetime | None = Field(description="as the telephone says; unchecked")
    received_at: AwareDatetime
    by: str
    url: str


class PhotoList(Shape):
    """The photos of a task, in the order of receipt."""

    items: list[PhotoShape]


def address(photo: Received) -> str:
    """Where its content is."""
    return f"/api/v1/tasks/{photo.task_id}/photos/{photo.id}"


def as_json(photo: Received) -> dict[str, Any]:
    """As REST answers."""
    shape = PhotoShape(
        id=photo.id,
        task_id=photo.task_id,
        kind=photo.kind,
        name=photo.name,
        media_type=photo.media_type,
        size=photo.size,
        sha256=photo.sha256,
        taken_at=local(photo.taken_at) if photo.taken_at else None,
        received_at=local(photo.received_at),
        by=photo.by,
        url=address(photo),
    )
    return shape.model_dump(mode="json")


def kind_text(photo: Received) -> str:
    """照片, or 屏幕签名."""
    return _("屏幕签名") if photo.kind is PhotoKind.SIGNATURE else _("照片")


def digest_text(photo: Received) -> str:
    """The digest's two ends, for comparing at a glance."""
    return f"{photo.sha256[:8]}…{photo.sha256[-8:]}"


def drawn(photos: list[Received]) -> list[dict[str, Any]]:
    """What the pages draw of each."""
    return [
        {
            "id": str(photo.id),
            "url": address(photo),
            "kind": kind_text(photo),
            "name": photo.name,
            "size": size_text(photo.size),
            "sha256": photo.sha256,
            "digest": digest_text(photo),
            "taken_at": photo.taken_at,
            "received_at": photo.received_at,
            "by": photo.by,
        }
        for photo in photos
    ]


def options(photos: list[Received]) -> tuple[Option, ...]:
    """The photos of a task as boxes to tick on the desk's own form."""
    return tuple(
        Option(
            photo.sha256,
            f"{kind_text(photo)} {photo.name}",
            _("SHA-256 %(digest)s") % {"digest": digest_text(photo)},
        )
        for photo in photos
    )
