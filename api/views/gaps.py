"""The one-time-notice editor (一次性告知): what may be told, what no longer may, and the preview."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.views import words
from api.views.notices import GapView, gap_view, part_label
from law.catalogue import Procedure
from storage.tables import CaseRow, SubmissionRow

OTHER: Final = ("other_1", "other_2")


@dataclass(frozen=True)
class GapChoice:
    """One line of the editor. `blocked` says why it can no longer be told."""

    code: str
    part: str
    part_label: str
    label: str
    article: str
    advice: str
    chosen: bool = False
    blocked: str = ""
    free: bool = False
    error: str = ""


@dataclass(frozen=True)
class GapEditor:
    """`blocked` closes the whole editor: this very file was told about already."""

    choices: list[GapChoice]
    parts: list[tuple[str, str]]
    blocked: str
    given: int


async def file_parts(connection: AsyncConnection, case: CaseRow) -> dict[int, Mapping[str, str]]:
    """Digest of every part by version: what changed since a notice."""
    rows = await connection.execute(
        select(SubmissionRow.version, SubmissionRow.parts).where(
            SubmissionRow.case_id == case.case_id
        )
    )
    return {version: parts for version, parts in rows}


def editor(
    case: CaseRow,
    row: Procedure,
    parts: Mapping[int, Mapping[str, str]],
    sent: Sequence[Mapping[str, Any]],
    errors: Mapping[str, str],
) -> GapEditor:
    """The catalogue's gaps and two free ones, with what was ticked before an error."""
    ticked = {str(g["gap"]): g for g in sent}
    told = {int(n["version"]): set(n.get("gaps", ())) for n in case.notices}
    blocked = ""
    if case.version in told:
        blocked = _("这份材料已经一次性告知过，不能再次告知；材料没有变化的，请受理或者不予受理。")
    choices = [
        GapChoice(
            code=gap.code,
            part=gap.part,
            part_label=part_label(row, gap.part),
            label=words.known(gap.label),
            article=gap.article,
            advice=str(ticked.get(gap.code, {}).get("advice", gap.advice)),
            chosen=gap.code in ticked,
            blocked=_unchanged(gap.part, case, parts, told),
            error=errors.get(gap.code, ""),
        )
        for gap in row.gaps
    ]
    for code in OTHER:
        choices.append(
            GapChoice(
                code=code,
                part=str(ticked.get(code, {}).get("part", "form")),
                part_label="",
                label=_("目录以外的问题"),
                article="",
                advice=str(ticked.get(code, {}).get("advice", "")),
                chosen=code in ticked,
                free=True,
                error=errors.get(code, ""),
            )
        )
    known = [("form", _("申请书"))]
    known += [(m.code, words.bilingual(m.label, m.label_en)) for m in row.materials]
    return GapEditor(choices, known, blocked, len(told))


def _unchanged(
    part: str,
    case: CaseRow,
    parts: Mapping[int, Mapping[str, str]],
    told: Mapping[int, set[str]],
) -> str:
    """What could be seen the first time may not be told the second."""
    now = parts.get(case.version, {})
    for version, named in told.items():
        if parts.get(version, {}).get(part) == now.get(part) and part not in named:
            return _("自上次告知后没有变化，不能再提")
    return ""


def preview(row: Procedure, sent: Sequence[Mapping[str, Any]]) -> list[GapView]:
    """As the applicant would read it."""
    return [gap_view(row, dict(item)) for item in sent]
