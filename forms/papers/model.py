"""One model per paper of the registration and licensing procedures (law.md §2.0, output documents).

The default articles are those the statute itself gives for the paper; an item with rules of its own
passes its `basis` from the catalogue.
"""

from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import AwareDatetime, Field

from forms.papers.base import Due, Line, Paper, Part, Regime, Remedies, Text
from forms.papers.wording import chinese_date, instant, with_weekday

REGISTRATION: Final = "《中华人民共和国市场主体登记管理条例》"
LICENSING: Final = "《中华人民共和国行政许可法》"


def _basis(own: str | None, regime: Regime, registration: str, licensing: str) -> str:
    if own is not None:
        return own
    return REGISTRATION + registration if regime == "registration" else LICENSING + licensing


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


class Entry(Part):
    """A labelled value."""

    label: Line
    value: Text


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
    decision_due: Due
    deemed: bool = False
    """No notice was given in time: accepted from the day of receipt by law (行政许可法 32(4))."""
    basis: Line | None = None

    def view(self) -> dict[str, Any]:
        article = "第三十二条第一款第（四）项" if self.deemed else "第三十二条第一款第（五）项"
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "accepted_on_text": with_weekday(self.accepted_on),
            "basis": _basis(self.basis, self.regime, "第十九条", article),
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
            "basis": _basis(self.basis, self.regime, "第十九条", "第三十二条第一款第（四）项"),
        }


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

    def view(self) -> dict[str, Any]:
        by = "登记机关负责人" if self.regime == "registration" else "本机关负责人"
        return {
            **super().view(),
            "accepted_on_text": chinese_date(self.accepted_on),
            "approved_by": self.approved_by or by,
            "basis": _basis(self.basis, self.regime, "第十九条", "第四十二条第一款"),
        }


class RegistrationNotice(Paper):
    """登记通知书: registered, with what was registered (登记管理条例 19, 21)."""

    kind: ClassVar[str] = "registration"
    title: ClassVar[str] = "登记通知书"
    template: ClassVar[str] = "registration.typ"

    uscc: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")]
    registered_on: date
    establishment: bool = True
    entries: Annotated[tuple[Entry, ...], Field(max_length=30)] = ()
    basis: Line | None = None

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "registered_on_text": chinese_date(self.registered_on),
            "basis": self.basis
            or REGISTRATION + ("第十九条、第二十一条" if self.establishment else "第十九条"),
        }


class RegistrationRefusal(Paper):
    """不予登记通知书 with reasons (登记管理条例 20) and remedies."""

    kind: ClassVar[str] = "registration_refusal"
    title: ClassVar[str] = "不予登记通知书"
    template: ClassVar[str] = "registration_refusal.typ"

    received_at: AwareDatetime
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    basis: Line | None = None
    remedies: Remedies

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "basis": self.basis or f"{REGISTRATION}第二十条",
        }


class LicensingGrant(Paper):
    """准予行政许可决定书 (行政许可法 38(1)); the certificate follows within `certificate_due`."""

    kind: ClassVar[str] = "licensing_grant"
    title: ClassVar[str] = "准予行政许可决定书"
    template: ClassVar[str] = "licensing_grant.typ"

    received_at: AwareDatetime
    accepted_on: date
    content: Annotated[tuple[Entry, ...], Field(max_length=30)] = ()
    conditions: tuple[Text, ...] = ()
    certificate_due: Due | None = None
    basis: Line | None = None

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "accepted_on_text": chinese_date(self.accepted_on),
            "basis": self.basis or f"{LICENSING}第三十八条第一款",
        }


class LicensingRefusal(Paper):
    """不予行政许可决定书 with reasons and remedies (行政许可法 38(2))."""

    kind: ClassVar[str] = "licensing_refusal"
    title: ClassVar[str] = "不予行政许可决定书"
    template: ClassVar[str] = "licensing_refusal.typ"

    received_at: AwareDatetime
    accepted_on: date
    facts: Text | None = None
    reasons: Annotated[tuple[Text, ...], Field(min_length=1, max_length=20)]
    basis: Line | None = None
    remedies: Remedies

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "received_at_text": instant(self.received_at),
            "accepted_on_text": chinese_date(self.accepted_on),
            "basis": self.basis or f"{LICENSING}第三十八条第二款",
        }


class BusinessLicence(Paper):
    """营业执照, 正本 or 副本 of equal force (登记管理条例 22); its date is the date of establishment."""

    kind: ClassVar[str] = "business_licence"
    title: ClassVar[str] = "营业执照"
    template: ClassVar[str] = "business_licence.typ"

    copy_kind: Literal["original", "duplicate"] = "original"
    copy_number: Annotated[int, Field(ge=1, le=99)] = 1
    uscc: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")]
    entity_type: Line
    head_label: Line = "法定代表人"
    head: Line
    capital_label: Line = "注册资本"
    capital: Line | None = None
    established_on: date
    domicile_label: Line = "住所"
    domicile: Line
    scope: Text

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "established_on_text": f"{self.established_on:%Y年%m月%d日}",
            "issued_parts": [
                f"{self.issued_on:%Y}",
                f"{self.issued_on:%m}",
                f"{self.issued_on:%d}",
            ],
        }


class Licence(Paper):
    """A licence certificate (许可证), e.g. 食品经营许可证: its title and fields come from the item."""

    kind: ClassVar[str] = "licence"
    title: ClassVar[str] = "许可证"
    template: ClassVar[str] = "licence.typ"

    name: Line
    copy_kind: Literal["original", "duplicate"] = "original"
    entries: Annotated[tuple[Entry, ...], Field(min_length=1, max_length=16)]
    valid_from: date
    valid_until: date | None = None
    supervised_by: Line | None = None
    signed_by: Line | None = None

    def heading(self) -> str:
        return self.name

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "valid_from_text": chinese_date(self.valid_from),
            "valid_until_text": chinese_date(self.valid_until) if self.valid_until else "长期",
        }


class CatalogueRow(Part):
    """One document of the archived file."""

    number: Line | None = None
    responsible: Line
    name: Line
    day: date
    pages: Annotated[int, Field(ge=1)] | None = None
    note: Line | None = None


class ArchiveCatalogue(Paper):
    """卷内目录: what the archived file holds, in order."""

    kind: ClassVar[str] = "archive_catalogue"
    title: ClassVar[str] = "卷内目录"
    template: ClassVar[str] = "archive_catalogue.typ"

    retention: Line
    rows: Annotated[tuple[CatalogueRow, ...], Field(min_length=1, max_length=2000)]

    def view(self) -> dict[str, Any]:
        shown = super().view()
        for row in shown["rows"]:
            row["day_text"] = row["day"].replace("-", "")
        shown["total_pages"] = sum(row.pages or 0 for row in self.rows)
        return shown


PAPERS: Final[dict[str, type[Paper]]] = {
    paper.kind: paper
    for paper in (
        ApplicationPaper,
        MaterialsReceipt,
        AcceptanceNotice,
        NonAcceptanceNotice,
        DeficiencyNotice,
        ExtensionNotice,
        RegistrationNotice,
        RegistrationRefusal,
        LicensingGrant,
        LicensingRefusal,
        BusinessLicence,
        Licence,
        ArchiveCatalogue,
    )
}
"""Every paper by its kind; the kind is what a case records and what a scenario expects."""
