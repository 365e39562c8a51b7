"""Certificates (证照) and the catalogue of the archived file."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from forms.papers.base import Entry, Line, Paper, Part, Text
from law.zone import day_zh


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
    condition: Line | None = None
    """附条件（容缺）: what was still owed when it was issued, and until when."""

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
    number_label: Line = "许可证编号"
    until_label: Line | None = "有效期至"
    """None: it has no end of its own."""
    keeping: Line = (
        "应当在经营场所的显著位置悬挂或者摆放本证；不得伪造、涂改、倒卖、出租、出借、转让。"
    )

    def heading(self) -> str:
        return self.name

    def view(self) -> dict[str, Any]:
        return {
            **super().view(),
            "valid_from_text": day_zh(self.valid_from),
            "valid_until_text": day_zh(self.valid_until) if self.valid_until else "长期",
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
