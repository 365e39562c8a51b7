"""The hazard board (隐患看板): open hazards by stage, each with its age, its running term, what is in force and who holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import counted, mark
from api.i18n import gettext as _
from api.views import words
from api.views.clocks import ClockView
from api.views.equipment import device_path
from api.views.lights import holder_text
from domain.hazards import GRADE_LABELS
from law import catalogue
from law.zone import civil_date, day_start, local
from storage import hazard_board
from storage.hazard_board import COLUMNS, HAZARD, UNGRADED, Card, Measure
from storage.tables import ClockRow

PATH: Final = "/desk/hazards"
NAMES: Final[dict[str, str]] = {
    "inspected": mark("待检查"),
    "graded": mark("分级处置"),
    "instructing": mark("监察指令"),
    "rectifying": mark("限期整改"),
    "recheck": mark("复查"),
    "penalty": mark("移送查处"),
    "releasing": mark("解除措施"),
}
AGES: Final[dict[str, tuple[int, int | None]]] = {
    "0-7": (0, 7),
    "8-30": (8, 30),
    "31-90": (31, 90),
    "91-": (91, None),
}
"""Civil days since the opening, both included."""
CARRIED_OUT: Final = frozenset({"sealed", "reporting", "confirming", "lifting"})
"""Stages of a seizure in which the thing is in the bureau's hands."""
AFTER: Final = frozenset({"releasing", "archiving"})
"""Stages of a hazard in which the use is allowed again."""


def age_name(age: str) -> str:
    """8–30 天."""
    low, high = AGES[age]
    if high is None:
        return _("超过 %(n)s 天") % {"n": low - 1}
    return _("%(low)s–%(high)s 天") % {"low": low, "high": high}


def bounds(now: datetime) -> list[datetime]:
    """The instants between the ages, the latest first."""
    today = civil_date(now)
    return [day_start(today - timedelta(days=high)) for _low, high in AGES.values() if high]


def age_span(age: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """From when (included) until when (excluded) a hazard of this age was opened."""
    low, high = AGES[age]
    today = civil_date(now)
    first = None if high is None else day_start(today - timedelta(days=high))
    return first, day_start(today - timedelta(days=low - 1)) if low else None


def grade_name(grade: str) -> str:
    """严重事故隐患; of one that nobody graded yet, that."""
    return words.hazard_grade(grade) if grade in GRADE_LABELS else _("未分级")


def grades() -> list[tuple[str, str]]:
    """As filters take them, the gravest first."""
    return [
        *((g.value, grade_name(g.value)) for g in reversed(GRADE_LABELS)),
        (UNGRADED, _("未分级")),
    ]


def scope_of(
    office: str, now: datetime, *, column: str = "", grade: str = "", age: str = "", text: str = ""
) -> hazard_board.Scope:
    """What the reader asked for."""
    first, before = age_span(age, now) if age else (None, None)
    return hazard_board.Scope(
        office,
        column=column,
        grade=grade,
        opened_from=first,
        opened_before=before,
        text=text.strip(),
    )


@dataclass(frozen=True)
class InForce:
    """A measure that holds now, or is asked for. `clock` bounds it."""

    what: str
    holds: bool
    number: str = ""
    clock: ClockView | None = None

    @property
    def path(self) -> str:
        return f"/cases/{self.number}" if self.number else ""

    def to_json(self) -> dict[str, Any]:
        end = None if self.clock is None or self.clock.paused else self.clock.row
        return {
            "text": self.what,
            "in_force": self.holds,
            "case": self.number or None,
            "legal_end": end.legal_end.isoformat() if end else None,
            "due_page_url": self.clock.address if self.clock else None,
        }


@dataclass(frozen=True)
class HazardCard:
    """One open hazard as of `now`."""

    row: Card
    now: datetime
    clocks: Sequence[ClockRow]
    seized: Sequence[tuple[Measure, Sequence[ClockRow]]]

    @property
    def number(self) -> str:
        return self.row.number or str(self.row.case_id)

    @property
    def path(self) -> str:
        return f"/cases/{self.number}"

    @property
    def days(self) -> int:
        """Civil days since it was opened."""
        return (civil_date(self.now) - civil_date(self.row.opened_at)).days

    @property
    def days_text(self) -> str:
        return counted("立件 %(n)s 天", self.days)

    @property
    def grade(self) -> str:
        return grade_name(self.row.grade)

    @property
    def column(self) -> str:
        return next(name for name, stages in COLUMNS.items() if self.row.stage in stages)

    @property
    def stage(self) -> str:
        return words.stage_name(HAZARD, self.row.stage)

    @cached_property
    def clock(self) -> ClockView | None:
        """Its running term that ends first; one that stands still only where there is no other."""
        views = [self._clock(row, HAZARD, self.number) for row in self.clocks]
        return min(views, key=lambda view: view.paused, default=None)

    def _clock(self, row: ClockRow, procedure: str, number: str) -> ClockView:
        version = catalogue.procedure(procedure).version
        return ClockView(row, self.now, procedure, version, number)

    @property
    def device_path(self) -> str:
        return device_path(self.row.device) if self.row.device else ""

    @property
    def holder(self) -> str:
        return holder_text(self.row.role or "", self.row.holder_name or "")

    @property
    def task_path(self) -> str:
        return f"/desk/tasks/{self.row.task_id}" if self.row.task_id else ""

    @cached_property
    def measures(self) -> list[InForce]:
        """The use stopped; each seizure that is carried out, or still asked for."""
        found = []
        if self.row.stopped_at is not None and self.row.stage not in AFTER:
            found.append(InForce(_("已责令停止使用"), True))
        for measure, clocks in self.seized:
            if not measure.open:
                continue
            number = measure.number or str(measure.case_id)
            clock = self._clock(clocks[0], "seizure", number) if clocks else None
            holds = measure.stage in CARRIED_OUT
            what = _("已查封、扣押") if holds else _("查封、扣押报批中")
            found.append(InForce(what, holds, number, clock))
        return found

    def to_json(self) -> dict[str, Any]:
        row, clock = self.row, self.clock
        return {
            "number": self.number,
            "case_id": str(row.case_id),
            "unit": row.title,
            "place": row.place or None,
            "device": row.device or None,
            "stage": row.stage,
            "stage_label": self.stage,
            "column": self.column,
            "grade": row.grade or None,
            "grade_name": self.grade,
            "opened_at": local(row.opened_at).isoformat(),
            "days_open": self.days,
            "clock": None if clock is None else clock_json(clock),
            "measures": [measure.to_json() for measure in self.measures],
            "holder": self.holder,
            "role": row.role,
            "task_id": row.task_id,
            "url": f"/api/v1/cases/{self.number}",
            "page_url": self.path,
        }


def clock_json(clock: ClockView) -> dict[str, Any]:
    ends_at = clock.ends_at
    return {
        "key": clock.row.key,
        "clock_id": clock.row.clock_id,
        "name": clock.name,
        "legal_end": clock.row.legal_end.isoformat() if ends_at else None,
        "ends_at": local(ends_at).isoformat() if ends_at else None,
        "light": {"kind": clock.light.kind, "text": clock.light.text},
        "due_page_url": clock.address,
    }


async def cards_of(
    connection: AsyncConnection, rows: Sequence[Card], now: datetime
) -> list[HazardCard]:
    """The cards with their clocks and measures."""
    ids = [row.case_id for row in rows]
    if not ids:
        return []
    seizures = await hazard_board.seizures(connection, ids)
    clocks = await hazard_board.running_clocks(
        connection, [*ids, *(seizure.case_id for seizure in seizures)]
    )
    seized: dict[UUID, list[tuple[Measure, Sequence[ClockRow]]]] = {}
    for seizure in seizures:
        bounding = clocks.get(seizure.case_id, [])
        seized.setdefault(seizure.hazard, []).append((seizure, bounding))
    return [
        HazardCard(row, now, clocks.get(row.case_id, []), seized.get(row.case_id, []))
        for row in rows
    ]


class Tally(NamedTuple):
    """One line of counts: what the filter takes, its name, how many."""

    value: str
    name: str
    cases: int


@dataclass(frozen=True)
class Tallies:
    """How many open hazards there are, by column, grade and age."""

    counts: Sequence[hazard_board.Count]

    @property
    def total(self) -> int:
        return sum(count.cases for count in self.counts)

    @cached_property
    def columns(self) -> list[Tally]:
        return [
            Tally(name, _(NAMES[name]), sum(n.cases for n in self.counts if n.stage in stages))
            for name, stages in COLUMNS.items()
        ]

    @cached_property
    def grades(self) -> list[Tally]:
        return [
            Tally(value, name, sum(n.cases for n in self.counts if (n.grade or UNGRADED) == value))
            for value, name in grades()
        ]

    @cached_property
    def ages(self) -> list[Tally]:
        return [
            Tally(value, age_name(value), sum(n.cases for n in self.counts if n.age == index))
            for index, value in enumerate(AGES)
        ]

    def of(self, age: str, grade: str) -> int:
        """How many of one age and grade."""
        index = list(AGES).index(age)
        return sum(
            n.cases for n in self.counts if n.age == index and (n.grade or UNGRADED) == grade
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "stages": [tally_json(tally) for tally in self.columns],
            "grades": [tally_json(tally) for tally in self.grades],
            "ages": [tally_json(tally) for tally in self.ages],
        }


def tally_json(tally: Tally) -> Mapping[str, Any]:
    return {"value": tally.value, "name": tally.name, "count": tally.cases}
