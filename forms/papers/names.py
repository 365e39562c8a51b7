"""Papers of a declared name (企业名称自主申报): kept until when, not passed, no longer kept. law.md §2.1.

A declaration is no approval: the paper tells what the system has taken note of. 企业名称登记管理规定 11, 12, 16–18.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Final

from pydantic import AwareDatetime, Field

from forms.papers.base import Due, Entry, Line, Paper, Remedies, Text
from forms.papers.wording import instant
from law.zone import day_zh

RULES: Final = "《企业名称登记管理规定》"


class NameReservation(Paper):
    """企业名称保留告知书: the name, its last day with the reason of every day, the applicant's promise (16, 18).

    Attributes:
        similar: names it is near to, which the applicant knew of when promising to answer for it.
    """

    kind: ClassVar[str] = "name_reservation"
    title: ClassVar[str] = "企业名称保留告知书"
    template: ClassVar[str] = "name_reservation.typ"

    received_at: AwareDatetime
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=30)]
    kept_until: Due
    similar: Annotated[tuple[Line, ...], Field(max_length=50)] = ()

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "basis": f"{RULES}第十八条",
        }


class NameRefusal(Paper):
    """企业名称申报不予通过告知书: why an examined name may not be used (8, 11, 12), and remedies."""

    kind: ClassVar[str] = "name_refusal"
    title: ClassVar[str] = "企业名称申报不予通过告知书"
    template: ClassVar[str] = "name_refusal.typ"

    received_at: AwareDatetime
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=30)]
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    remedies: Remedies

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "basis": f"{RULES}第十一条、第十二条",
        }


class NameCancellation(Paper):
    """企业名称取消保留决定书: why a reserved name is no longer kept, and remedies."""

    kind: ClassVar[str] = "name_cancellation"
    title: ClassVar[str] = "企业名称取消保留决定书"
    template: ClassVar[str] = "name_cancellation.typ"

    reserved_on: date
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=30)]
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    remedies: Remedies

    def view(self) -> dict[str, Any]:
        return {**super().view(), "reserved_on_text": day_zh(self.reserved_on)}
