"""Papers on the way to a decision (受理、补正、延期). law.md §2.0."""

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field, ValidationInfo, field_validator

from forms.papers.base import Due, Entry, Line, Paper, Part, Regime, Remedies, Text, basis_text
from forms.papers.wording import instant, with_weekday
from law.zone import day_zh


class Material(Part):
    """One line of a list of materials."""

    name: Line
    form: Line = "电子件"
    quantity: Annotated[int, Field(ge=1, le=9999)] = 1
    note: Line | None = None


class MaterialsReceipt(Paper):
    """接收申请材料凭证: what was handed in and when; says nothing yet on acceptance."""

    kind: ClassVar[str] = "materials_receipt"
    title: ClassVar[str] = "接收申请材料凭证"
    template: ClassVar[str] = "materials_receipt.typ"

    received_at: AwareDatetime
    channel: Line = "网上提交"
    materials: Annotated[tuple[Material, ...], Field(min_length=1, max_length=200)]
    answer_due: Due | None = None

    def view(self) -> dict[str, Any]:
        return {**super().view(), "received_at_text": instant(self.received_at)}


class ApplicationPaper(Paper):
    """申请书 as handed in: what every signatory signs. Not a paper of the office: it has no seal.

    Attributes:
        digest: SHA-256 of the submission, so that the signed page is tied to the data.
        signers: who must sign, in the order of the form.
    """

    kind: ClassVar[str] = "application"
    title: ClassVar[str] = "申请书"
    template: ClassVar[str] = "application.typ"

    received_at: AwareDatetime
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=60)]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    signers: Annotated[tuple[Line, ...], Field(max_length=200)] = ()

    def heading(self) -> str:
        return f"{self.matter}申请书"

    def view(self) -> dict[str, Any]:
        return {**super().view(), "received_at_text": instant(self.received_at)}


class AcceptanceNotice(Paper):
    """受理通知书 (行政许可法 32; 登记管理条例 19)."""

    kind: ClassVar[str] = "acceptance"
    title: ClassVar[str] = "受理通知书"
    template: ClassVar[str] = "acceptance.typ"

    regime: Regime
    received_at: AwareDatetime
    accepted_on: date
    term: Line | None = None
    """How long the decision takes from when the documents that may follow (容缺) are there."""
    decision_due: Annotated[Due | None, Field(validate_default=True)] = None
    """None only where that term has not begun."""
    owed: tuple[Line, ...] = ()
    """Documents that the applicant promised to hand in later."""
    deemed: bool = False
    """No notice was given in time: accepted from the day of receipt by law (行政许可法 32(4))."""
    basis: Line | None = None

    @field_validator("decision_due")
    @classmethod
    def _bounded(cls, due: Due | None, info: ValidationInfo) -> Due | None:
        if due is None and not info.data.get("term"):
            raise ValueError("neither a day nor a term")
        return due

    def view(self) -> dict[str, Any]:
        article = "第三十二条第一款第（四）项" if self.deemed else "第三十二条第一款第（五）项"
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "accepted_on_text": with_weekday(self.accepted_on),
            "basis": basis_text(self.basis, self.regime, "第十九条", article),
        }


class NonAcceptanceNotice(Paper):
    """不予受理通知书 (行政许可法 32(1)(一)(二))."""

    kind: ClassVar[str] = "non_acceptance"
    title: ClassVar[str] = "不予受理通知书"
    template: ClassVar[str] = "non_acceptance.typ"

    received_at: AwareDatetime
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    basis: Line
    competent_body: Line | None = None
    remedies: Remedies

    def view(self) -> dict[str, Any]:
        return {**super().view(), "received_at_text": instant(self.received_at)}


class Deficiency(Part):
    """One thing to put right: where, what is wrong, what is wanted, and why."""

    material: Line
    problem: Text
    required: Text
    basis: Line | None = None


class DeficiencyNotice(Paper):
    """一次性告知书: everything that is missing, at once (行政许可法 32(1)(四); 登记管理条例 19)."""

    kind: ClassVar[str] = "deficiency"
    title: ClassVar[str] = "一次性告知书"
    template: ClassVar[str] = "deficiency.typ"

    regime: Regime
    received_at: AwareDatetime
    file_version: Annotated[int, Field(ge=1)] = 1
    items: Annotated[tuple[Deficiency, ...], Field(min_length=1, max_length=100)]
    answer_due: Due | None = None
    consequence: Text | None = None
    basis: Line | None = None

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "basis": basis_text(self.basis, self.regime, "第十九条", "第三十二条第一款第（四）项"),
        }


class RenewalDeemed(Paper):
    """视为准予延续告知书: no decision before the licence expired (行政许可法 50).

    For how long the licence goes on the article does not say: the paper says so too.
    """

    kind: ClassVar[str] = "renewal_deemed"
    title: ClassVar[str] = "视为准予延续告知书"
    template: ClassVar[str] = "renewal_deemed.typ"

    received_at: AwareDatetime
    expired: Due
    basis: Line

    def view(self) -> dict[str, Any]:
        return {**super().view(), "received_at_text": instant(self.received_at)}


class ExtensionNotice(Paper):
    """延期告知书: the new date and the reason (行政许可法 42; 登记管理条例 19)."""

    kind: ClassVar[str] = "extension"
    title: ClassVar[str] = "延期告知书"
    template: ClassVar[str] = "extension.typ"

    regime: Regime
    accepted_on: date
    original_due: Due
    new_due: Due
    reason: Text
    approved_by: Line | None = None
    basis: Line | None = None
    owed: Line | None = None
    """What the applicant promised to hand in by then; without it, it is the agency's own term."""

    def view(self) -> dict[str, Any]:
        by = "登记机关负责人" if self.regime == "registration" else "本机关负责人"
        return {
            **super().view(),
            "accepted_on_text": day_zh(self.accepted_on),
            "approved_by": self.approved_by or by,
            "basis": basis_text(self.basis, self.regime, "第十九条", "第四十二条第一款"),
        }
