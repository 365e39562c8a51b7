"""Papers of 容缺受理 (law.md §2.6): told once, promised, received, overrun. The rule is the bureau's own and stays 待核."""

from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AwareDatetime, Field

from forms.papers.base import Due, Line, Paper, Part, Remedies, Text
from forms.papers.wording import instant, until

RULE: Final = "本局容缺受理规定（待核：无全国统一规定）"


class Owed(Part):
    """A document that may follow."""

    material: Line
    basis: Line | None = None


Items = Annotated[tuple[Owed, ...], Field(min_length=1, max_length=50)]


class ToleranceNotice(Paper):
    """容缺受理通知书: what may follow, until when, what happens on overrun; in two copies.

    Attributes:
        due: the end if the promise is signed on the day of the notice.
        licence_first: the certificate is issued before the documents are there, marked conditional.
    """

    kind: ClassVar[str] = "tolerance_notice"
    title: ClassVar[str] = "容缺受理通知书"
    template: ClassVar[str] = "tolerance_notice.typ"

    received_at: AwareDatetime
    items: Items
    due: Due
    licence_first: bool
    basis: Line = RULE

    def view(self) -> dict[str, Any]:
        return {**super().view(), "received_at_text": instant(self.received_at)}


class SupplementCommitment(Paper):
    """容缺后补承诺书: the applicant's own words, as declared in the case. Not a paper of the office: it has no seal."""

    kind: ClassVar[str] = "supplement_commitment"
    title: ClassVar[str] = "容缺后补承诺书"
    template: ClassVar[str] = "supplement_commitment.typ"

    promised_at: AwareDatetime
    promised_by: Line
    items: Items
    due: Due
    licence_first: bool
    basis: Line = RULE

    def view(self) -> dict[str, Any]:
        return {**super().view(), "promised_at_text": instant(self.promised_at)}


class HandedIn(Part):
    """A file of a supplement, by what proves it."""

    name: Line
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class SupplementReceipt(Paper):
    """补正材料接收凭证: received in time or not; says nothing yet on whether it is right."""

    kind: ClassVar[str] = "supplement_receipt"
    title: ClassVar[str] = "补正材料接收凭证"
    template: ClassVar[str] = "supplement_receipt.typ"

    received_at: AwareDatetime
    material: Line
    files: Annotated[tuple[HandedIn, ...], Field(min_length=1, max_length=50)]
    due: Due
    late: bool

    def view(self) -> dict[str, Any]:
        return {**super().view(), "received_at_text": instant(self.received_at)}


class OverrunNotice(Paper):
    """超期告知书: a promise was not kept in time, what a head decided, why, and where to turn against it."""

    kind: ClassVar[str] = "overrun_notice"
    title: ClassVar[str] = "超期告知书"
    template: ClassVar[str] = "overrun_notice.typ"

    material: Line
    due: Due
    supplemented_at: AwareDatetime | None = None
    decision: Literal["accept_late", "order", "refer", "start_revocation"]
    order_until: date | None = None
    issued: bool = True
    """Whether a certificate was issued before all was there; else nothing was granted yet."""
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    basis: Line = RULE
    remedies: Remedies

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "supplemented_at_text": instant(self.supplemented_at) if self.supplemented_at else None,
            "order_until_text": until(self.order_until) if self.order_until else None,
        }
