"""The board of lights (红黄灯): how many cases are over or nearly over, whose they are, and which they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Literal

from api.clock_cards import Light, light_of
from api.i18n import gettext as _
from api.i18n import mark
from api.spreadsheets import rows_of
from api.views import why, words
from domain.clocks import deadline_of
from domain.contracts import RunningClock
from law.calendars import default_calendars
from law.clocks import CLOCKS
from law.deadlines import Deadline
from law.lights import CARDS, Card, short_until
from law.worktime import remaining
from law.zone import local
from storage import lights
from storage.lights import AtRisk, Count

Wanted = Literal["", "red", "amber"]
CARD_NAMES: Final[dict[Card, str]] = {"yellow": mark("黄牌"), "red": mark("红牌")}


def scope_of(
    office: str, now: datetime, *, light: Wanted = "", procedure: str = "", holder: str = ""
) -> lights.Scope:
    """What the board counts: every clock of law that binds the agency, by the latest end that is short now."""
    short: dict[datetime, list[str]] = {}
    for clock in CLOCKS.values():
        if clock.binds_agency:
            short.setdefault(short_until(clock, now, default_calendars()), []).append(clock.id)
    return lights.Scope(
        office, now, short, procedure, {"red": True, "amber": False}.get(light), holder
    )


@dataclass(frozen=True)
class RiskLine:
    """One case at risk as of `now`."""

    row: AtRisk
    now: datetime

    @property
    def number(self) -> str:
        return self.row.number or str(self.row.case_id)

    @cached_property
    def deadline(self) -> Deadline:
        return deadline_of(RunningClock.model_validate(self.row.body))

    @cached_property
    def light(self) -> Light:
        left = remaining(self.deadline, self.now, default_calendars())
        return light_of(self.deadline.to_json(trace=False), left)

    @property
    def clock_name(self) -> str:
        return words.clock_name(self.deadline.clock)

    @property
    def end_text(self) -> str:
        hours = self.deadline.unit.value == "H"
        return words.end_text(self.row.ends_at, hours=hours)

    @property
    def address(self) -> str:
        return why.of_clock(self.number, self.row.key)

    @property
    def procedure_title(self) -> str:
        return words.procedure_title(self.row.procedure, self.row.catalogue_version)

    @property
    def stage_label(self) -> str:
        return words.stage_name(self.row.procedure, self.row.stage, self.row.catalogue_version)

    @property
    def holder(self) -> str:
        """Who holds the step: an officer, a post, or nobody here."""
        return holder_text(self.row.role or "", self.row.holder_name or "")

    @property
    def card(self) -> Card | None:
        """The card that the step has been given; a light may be yellow before any card."""
        return CARDS.get(self.row.level)

    @property
    def card_name(self) -> str:
        return _(CARD_NAMES[self.card]) if self.card else ""

    def to_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "number": self.number,
            "case_id": str(row.case_id),
            "title": row.title,
            "procedure": row.procedure,
            "procedure_title": self.procedure_title,
            "stage": row.stage,
            "stage_label": self.stage_label,
            "office": row.office,
            "clock": row.key,
            "clock_id": row.clock_id,
            "clock_name": self.clock_name,
            "legal_end": self.deadline.legal_end.isoformat(),
            "ends_at": local(row.ends_at).isoformat(),
            "light": {"kind": self.light.kind, "text": self.light.text},
            "card": self.card,
            "overdue_reason": row.overdue_reason,
            "holder": self.holder,
            "role": row.role,
            "task_id": row.task_id,
            "url": f"/api/v1/cases/{self.number}",
            "page_url": f"/cases/{self.number}",
            "due_page_url": self.address,
        }


def holder_text(role: str, name: str) -> str:
    """张蕾, or the post that has not claimed it, or that no task is open."""
    if name:
        return name
    if role:
        return _("%(post)s（待领取）") % {"post": words.role_label(role)}
    return _("没有打开的任务")


@dataclass(frozen=True)
class Row:
    """One line of a table of counts; `value` is what the filter takes."""

    value: str
    name: str
    red: int
    amber: int


def procedure_rows(counts: Sequence[Count]) -> list[Row]:
    return [Row(n.key, words.procedure_title(n.key), n.red, n.amber) for n in counts]


def holder_rows(counts: Sequence[Count]) -> list[Row]:
    """By officer, by post where nobody has claimed, and without a task."""
    rows = []
    for n in counts:
        kind, _colon, ident = n.key.partition(":")
        name = holder_text(ident if kind == "post" else "", n.name if kind == "person" else "")
        rows.append(Row(n.key, name, n.red, n.amber))
    return rows


def csv_of(lines: Sequence[RiskLine]) -> bytes:
    """The list for a spreadsheet: UTF-8 with its mark, so that Chinese opens as such; no cell is a formula."""
    heads: Mapping[str, str] = {
        "number": _("办件编号"),
        "title": _("名称"),
        "procedure_title": _("事项"),
        "stage_label": _("环节"),
        "holder": _("轮到谁"),
        "clock_name": _("期限"),
        "legal_end": _("法定到期"),
        "light": _("灯"),
        "card": _("牌"),
        "overdue_reason": _("超时原因"),
    }
    shown = (line.to_json() | {"light": line.light.text, "card": line.card_name} for line in lines)
    rows = ([found[key] for key in heads] for found in shown)
    return rows_of([heads.values(), *rows]).encode("utf-8-sig")
