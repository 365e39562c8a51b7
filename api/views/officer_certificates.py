"""An inspector's certificate as the administrator reads it: its state in words, and as JSON."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.i18n import gettext as _
from api.views import words
from api.views.shapes import Shape
from domain.officer_certificates import KIND_LABELS, CertificateKind
from law.zone import civil_date, local
from storage.officer_certificates import Listed

SOON: Final = timedelta(days=30)
TAGS: Final = {"valid": "ok", "ending": "warn", "future": "half", "expired": "bad", "revoked": ""}


class OfficerCertificate(Shape):
    """A certificate of an inspector. `state`: valid, ending (within 30 days), future, expired, revoked."""

    id: UUID
    account: str = Field(description="the officer's sign-in name")
    name: str
    kind: str
    number: str
    valid_from: date
    valid_until: date = Field(description="the last day, included")
    state: str
    added_by: str
    added_at: AwareDatetime
    revoked_by: str | None
    revoked_at: AwareDatetime | None
    revoked_reason: str | None


class OfficerCertificates(Shape):
    """The office's register."""

    items: list[OfficerCertificate]


def state_of(one: Listed, now: datetime) -> str:
    """What the certificate is good for now."""
    today = civil_date(now)
    if one.revoked_at is not None:
        return "revoked"
    if one.valid_until < today:
        return "expired"
    if one.valid_from > today:
        return "future"
    return "ending" if one.valid_until <= today + SOON else "valid"


def state_text(one: Listed, now: datetime) -> str:
    """The state in the reader's language."""
    return {
        "valid": _("有效"),
        "ending": _("30 天内届满"),
        "future": _("尚未生效"),
        "expired": _("已过期"),
        "revoked": _("已收回"),
    }[state_of(one, now)]


def kind_text(kind: str) -> str:
    """What the certificate is called."""
    return words.bilingual(*KIND_LABELS[CertificateKind(kind)])


def as_json(one: Listed, now: datetime) -> dict[str, Any]:
    """As REST answers."""
    shape = OfficerCertificate(
        id=one.id,
        account=one.sign_in,
        name=one.name,
        kind=one.kind,
        number=one.number,
        valid_from=one.valid_from,
        valid_until=one.valid_until,
        state=state_of(one, now),
        added_by=one.added_by,
        added_at=local(one.added_at),
        revoked_by=one.revoked_by,
        revoked_at=local(one.revoked_at) if one.revoked_at else None,
        revoked_reason=one.revoked_reason,
    )
    return shape.model_dump(mode="json")
