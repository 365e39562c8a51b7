"""One-time notices (一次性告知) as people read them: what is missing, what to do, by which article."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.i18n import gettext as _
from api.views import words
from law.catalogue import Procedure
from storage.tables import CaseRow


@dataclass(frozen=True)
class GapView:
    """One deficiency. `title` names it beside its material; `article` may be empty for a free one."""

    code: str
    part: str
    title: str
    advice: str
    article: str


@dataclass(frozen=True)
class NoticeView:
    version: int
    at: datetime
    gaps: list[GapView]


def part_label(row: Procedure, part: str) -> str:
    """A material's name; the form's own is 申请书."""
    for material in row.materials:
        if material.code == part:
            return words.bilingual(material.label, material.label_en)
    return _("申请书")


def gap_view(row: Procedure, item: dict[str, Any]) -> GapView:
    """A gap as it was picked, with the catalogue's words for it."""
    known = {g.code: g for g in row.gaps}.get(str(item["gap"]))
    label = words.known(known.label) if known else _("其他问题")
    return GapView(
        code=str(item["gap"]),
        part=str(item["part"]),
        title=_("%(part)s：%(label)s")
        % {"part": part_label(row, str(item["part"])), "label": label},
        advice=str(item["advice"]),
        article=known.article if known else "",
    )


def notice_views(case: CaseRow, row: Procedure) -> list[NoticeView]:
    """Every notice of the case, newest first."""
    found = [
        NoticeView(
            version=int(notice["version"]),
            at=datetime.fromisoformat(notice["at"]),
            gaps=[gap_view(row, item) for item in notice.get("items", [])],
        )
        for notice in case.notices
    ]
    return sorted(found, key=lambda n: -n.version)
