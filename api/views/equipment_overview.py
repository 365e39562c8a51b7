"""The equipment overview (三个及时掌握): numbers and changes, the state of safety, hazards and accidents; each figure with its list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from markupsafe import Markup
from sqlalchemy.ext.asyncio import AsyncConnection

from api.equipment_charts import Bar, Column, columns, key, stacked
from api.i18n import gettext as _
from api.views import hazards, words
from api.views.equipment import (
    ACCIDENTS_PATH,
    CHANGES,
    DEVICES_PATH,
    DONE_PATH,
    DUTIES_PATH,
    STATES,
    DeviceLine,
    address,
    category_name,
    day_of,
    duty_name,
    since_of,
    standings,
    state_name,
)
from api.views.hazards import Tallies
from domain.hazards import Grade
from law.accidents import AccidentClass
from law.deadlines import add_months
from law.zone import civil_date, day_start
from storage import duties, equipment, hazard_board
from storage.devices import SCRAPPED
from storage.duties import Duties
from storage.equipment import Change, Count, Counts, Filters, Standing
from storage.hazard_board import ACCIDENT, UNGRADED, Accidents
from workflows.registry import PROCEDURES

SHOWN: Final = 10
MONTHS: Final = 12
_GRADES: Final = (Grade.MAJOR.value, Grade.SERIOUS.value, Grade.GENERAL.value, UNGRADED)
_CLASSES: Final = (*(c.value for c in AccidentClass), "")


class Figure(NamedTuple):
    """One number and the address of the list behind it."""

    value: str
    name: str
    devices: int
    href: str


@dataclass(frozen=True)
class Kind:
    """The devices of one category."""

    code: str
    groups: Sequence[Count]

    @property
    def name(self) -> str:
        return category_name(self.code)

    @property
    def total(self) -> int:
        return sum(n.devices for n in self.groups)

    def state(self, state: str) -> int:
        return sum(n.devices for n in self.groups if n.state == state)

    def standing(self, standing: str) -> int:
        return sum(n.devices for n in self.groups if n.standing == standing)

    def href(self, **more: str) -> str:
        return address(DEVICES_PATH, category=self.code, **more)


@dataclass(frozen=True)
class AccidentRow:
    """The accidents of one stage by class ("" before it is known)."""

    stage: str
    by_class: dict[str, int]

    @property
    def name(self) -> str:
        return words.stage_name(ACCIDENT, self.stage)


@dataclass(frozen=True)
class Overview:
    """Everything as of `now`; `days`: within how many a device's state counts as up to date."""

    now: datetime
    days: int
    counts: Counts
    duties: Sequence[Duties]
    hazards: Tallies
    accident_counts: Sequence[Accidents]
    overdue: Sequence[DeviceLine]

    @property
    def today(self) -> date:
        return civil_date(self.now)

    # -- 数量和变化 ------------------------------------------------------------------------------------------

    @cached_property
    def kinds(self) -> list[Kind]:
        codes = sorted({n.category for n in self.counts.groups})
        return [Kind(c, [n for n in self.counts.groups if n.category == c]) for c in codes]

    @property
    def total(self) -> int:
        return sum(n.devices for n in self.counts.groups)

    @cached_property
    def states(self) -> list[Figure]:
        """By state; one that the register does not know is left out while it is empty."""
        found = []
        for state in STATES:
            count = sum(kind.state(state) for kind in self.kinds)
            if count or state != "unregistered":
                href = address(DEVICES_PATH, state=state)
                found.append(Figure(state, state_name(state), count, href))
        return found

    @cached_property
    def changes(self) -> list[Figure]:
        """What happened this month."""
        return [
            Figure(
                change.value,
                _(CHANGES[change.value]),
                sum(getattr(n, change.value) for n in self.counts.groups),
                address(DEVICES_PATH, changed=change.value),
            )
            for change in Change
        ]

    @property
    def watched(self) -> int:
        """Devices that have a state to be watched: all but the scrapped ones."""
        return sum(n.devices for n in self.counts.groups if n.state != SCRAPPED)

    @property
    def fresh(self) -> int:
        return sum(n.fresh for n in self.counts.groups)

    @property
    def share(self) -> float | None:
        """Of the watched ones those that are up to date; None where there are none."""
        return self.fresh / self.watched if self.watched else None

    # -- 安全状况 --------------------------------------------------------------------------------------------

    @cached_property
    def standings(self) -> list[Figure]:
        return [
            Figure(
                value,
                name,
                sum(kind.standing(value) for kind in self.kinds),
                address(DEVICES_PATH, standing=value),
            )
            for value, name in standings()
        ]

    @cached_property
    def months(self) -> list[Figure]:
        """Inspections by the month in which they end: this one and the eleven after it, whole months."""
        first = self.today.replace(day=1)
        found = []
        for n in range(MONTHS):
            month = add_months(first, n)
            value = f"{month:%Y-%m}"
            href = address(DEVICES_PATH, due=value)
            found.append(Figure(value, value, self.counts.months.get(month, 0), href))
        return found

    def duty_href(self, procedure: str, standing: str = "") -> str:
        return address(DUTIES_PATH, duty=procedure, standing=standing)

    def done_href(self, procedure: str, *, late: bool = False) -> str:
        return address(DONE_PATH, duty=procedure, late="yes" if late else "")

    # -- 隐患和事故 ------------------------------------------------------------------------------------------

    @cached_property
    def accidents(self) -> list[AccidentRow]:
        """This year's by stage, in the order of the procedure."""
        stages: dict[str, dict[str, int]] = {}
        for count in self.accident_counts:
            grade = count.grade if count.grade in _CLASSES else ""
            by_class = stages.setdefault(count.stage, {})
            by_class[grade] = by_class.get(grade, 0) + count.cases
        # The newest table has the stages of the older ones, each in its place.
        newest = list(PROCEDURES[ACCIDENT].tables.values())[-1]
        order = [stage.id for stage in newest.stages]
        known = sorted(stages, key=lambda s: (order.index(s) if s in order else len(order), s))
        return [AccidentRow(stage, stages[stage]) for stage in known]

    @property
    def classes(self) -> list[tuple[str, str]]:
        return [(c, words.accident_class(c) or _("等级待定")) for c in _CLASSES]

    def accident_href(self, stage: str, accident_class: str) -> str:
        return address(ACCIDENTS_PATH, stage=stage, **{"class": accident_class or "none"})

    @property
    def accident_total(self) -> int:
        return sum(count.cases for count in self.accident_counts)

    @property
    def grades(self) -> list[tuple[str, str]]:
        return [(g, hazards.grade_name(g)) for g in _GRADES]

    # -- drawn ----------------------------------------------------------------------------------------------

    @property
    def kinds_chart(self) -> Markup:
        states = [figure.value for figure in self.states]
        drawn = stacked(
            "kinds",
            [Bar(k.name, [k.state(s) for s in states], str(k.total)) for k in self.kinds],
        )
        return drawn + key("kinds", [figure.name for figure in self.states]) if drawn else drawn

    @property
    def months_chart(self) -> Markup:
        shown = [Column(str(int(m.value[-2:])), m.devices) for m in self.months]
        overdue = next(f for f in self.standings if f.value == Standing.OVERDUE.value)
        return columns("months", [Column(_("过期"), overdue.devices, True), *shown])

    @property
    def hazards_chart(self) -> Markup:
        drawn = stacked(
            "ages",
            [
                Bar(age.name, [self.hazards.of(age.value, g) for g in _GRADES], str(age.cases))
                for age in self.hazards.ages
            ],
        )
        return drawn + key("ages", [name for _value, name in self.grades]) if drawn else drawn

    def to_json(self) -> dict[str, Any]:
        return {
            "as_of": self.today.isoformat(),
            "devices": self.total,
            "states": [figure_json(f) for f in self.states],
            "categories": [
                {
                    "category": kind.code,
                    "name": kind.name,
                    "devices": kind.total,
                    "states": {s.value: kind.state(s.value) for s in self.states},
                    "standings": {s.value: kind.standing(s.value) for s in self.standings},
                }
                for kind in self.kinds
            ],
            "changes_this_month": [figure_json(f) for f in self.changes],
            "fresh": {
                "days": self.days,
                "devices": self.fresh,
                "of": self.watched,
                "share": None if self.share is None else round(self.share, 4),
            },
            "standings": [figure_json(f) for f in self.standings],
            "due_by_month": [{"month": m.value, "devices": m.devices} for m in self.months],
            "overdue": [line.to_json() for line in self.overdue],
            "duties": [
                {
                    "duty": d.procedure,
                    "name": duty_name(d.procedure),
                    "current": d.current,
                    "due": d.due,
                    "overdue": d.overdue,
                    "done_this_year": d.done + d.done_late,
                    "done_late_this_year": d.done_late,
                }
                for d in self.duties
            ],
            "open_hazards": {
                **self.hazards.to_json(),
                "by_age_and_grade": [
                    {"age": age, "grade": grade, "count": self.hazards.of(age, grade)}
                    for age in hazards.AGES
                    for grade in _GRADES
                ],
            },
            "accidents_this_year": [
                {"stage": row.stage, "stage_label": row.name, "class": c or None, "count": n}
                for row in self.accidents
                for c, n in row.by_class.items()
            ],
        }


def figure_json(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "name": figure.name, "count": figure.devices}


async def overview_of(
    connection: AsyncConnection, office: str, now: datetime, days: int
) -> Overview:
    """The office's figures as of the instant."""
    day, since = day_of(now), since_of(now, days)
    year = day_start(day.today.replace(month=1, day=1))
    overdue = Filters(office, standing=Standing.OVERDUE)
    return Overview(
        now=now,
        days=days,
        counts=await equipment.counts(connection, office, day, since),
        duties=await duties.counts(connection, office, day.today, year),
        hazards=Tallies(
            await hazard_board.counts(connection, hazard_board.Scope(office), hazards.bounds(now))
        ),
        accident_counts=await hazard_board.accidents(connection, office, year),
        overdue=[
            DeviceLine(row) for row in await equipment.listed(connection, overdue, day, limit=SHOWN)
        ],
    )
