"""Decisions (登记、许可的决定): refusals carry reasons and remedies. law.md §2.0."""

from datetime import date
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, Field

from forms.papers.base import LICENSING, REGISTRATION, Due, Entry, Line, Paper, Part, Remedies, Text
from forms.papers.wording import instant
from law.zone import day_zh


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
            # The notice names the recipient and code itself.
            "entries": [
                entry.model_dump()
                for entry in self.entries
                if entry.label not in {"名称", "统一社会信用代码"}
            ],
            "registered_on_text": day_zh(self.registered_on),
            "basis": self.basis
            or REGISTRATION + ("第十九条、第二十一条" if self.establishment else "第十九条"),
        }


class ChangedItem(Part):
    """A registered item (登记事项) as it was and as it is."""

    item: Line
    before: Text
    after: Text


class ChangeNotice(Paper):
    """准予变更登记通知书: what changed, the new licence, and that the old one is void (登记管理条例 24; 实施细则 23, 31)."""

    kind: ClassVar[str] = "change_registration"
    title: ClassVar[str] = "准予变更登记通知书"
    template: ClassVar[str] = "change_registration.typ"

    uscc: Annotated[str, Field(pattern=r"^[0-9A-Z]{18}$")]
    changed_on: date
    changes: Annotated[tuple[ChangedItem, ...], Field(min_length=1, max_length=20)]
    licence_number: Line
    voided_licence: Line | None = None
    declared_void: bool = False
    branches_due: Due
    basis: Line | None = None

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "changed_on_text": day_zh(self.changed_on),
            "basis": self.basis or REGISTRATION + "第十九条、第二十四条",
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
            "accepted_on_text": day_zh(self.accepted_on),
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
            "accepted_on_text": day_zh(self.accepted_on),
            "basis": self.basis or f"{LICENSING}第三十八条第二款",
        }
