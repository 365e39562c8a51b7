"""Decisions on the annulment of a false registration (登记管理条例 40, 41)."""

from datetime import date
from typing import Annotated, Any, ClassVar, Final

from pydantic import AwareDatetime, Field

from forms.papers.base import REGISTRATION, Due, Line, Paper, Remedies, Text
from forms.papers.wording import instant
from law.zone import day_zh

LICENSING: Final = "《中华人民共和国行政许可法》第六十九条"


class RevocationNotice(Paper):
    """撤销登记决定书: what is annulled, that its licence is void, who is barred until when.

    Attributes:
        licence: the target is a licence of this bureau, not a registration.
        bar: the end of the term in which the persons may not apply again (R14).
    """

    kind: ClassVar[str] = "revocation"
    title: ClassVar[str] = "撤销登记决定书"
    template: ClassVar[str] = "revocation.typ"

    uscc: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")]
    licence: bool
    decided_on: date
    voided: Line | None = None
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    responsible: Annotated[tuple[Line, ...], Field(max_length=20)] = ()
    bar: Due | None = None
    remedies: Remedies

    def heading(self) -> str:
        return "撤销行政许可决定书" if self.licence else self.title

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "decided_on_text": day_zh(self.decided_on),
            "basis": LICENSING if self.licence else f"{REGISTRATION}第四十条",
        }


class RevocationRefusal(Paper):
    """不予撤销登记决定书: not proven, or annulment would do great harm to the public interest (条例 41)."""

    kind: ClassVar[str] = "revocation_refusal"
    title: ClassVar[str] = "不予撤销登记决定书"
    template: ClassVar[str] = "revocation_refusal.typ"

    received_at: AwareDatetime
    licence: bool
    public_interest: bool
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    remedies: Remedies

    def heading(self) -> str:
        return "不予撤销行政许可决定书" if self.licence else self.title

    def view(self) -> dict[str, Any]:
        article = "第四十一条" if self.public_interest else "第四十条"
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "basis": LICENSING if self.licence else REGISTRATION + article,
        }
