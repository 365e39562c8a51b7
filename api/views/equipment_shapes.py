"""What REST answers about devices, duties and hazards: documented shapes."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.views.shapes import LightShape, Shape

StandingCode = Literal["valid", "due", "overdue", "unknown", "resting"]
DutyStandingCode = Literal["current", "due", "overdue"]
GradeCode = Literal["general", "serious", "major"]


class EquipmentFigure(Shape):
    """One number; `value` is what the list filters by."""

    value: str
    name: str
    count: int


class DeviceListed(Shape):
    """A device of the register. `standing` is that of its periodic inspection today; `kind_name` is the catalogue's word,
    "" where the catalogue does not have the code."""

    code: str
    kind: str
    kind_name: str
    category: str
    category_name: str
    uscc: str
    unit: str
    place: str
    state: str
    state_name: str
    registration_number: str | None
    inspection_due_on: date | None
    standing: StandingCode
    standing_name: str
    inspection_case: str | None
    url: str
    page_url: str


class DeviceList(Shape):
    """By code; what is due or overdue by the last day of its inspection."""

    items: list[DeviceListed]
    next_cursor: str | None


class DeviceReason(Shape):
    """Why the device may or may not be used, with what it rests on."""

    text: str
    basis: str
    page_url: str | None


class DeviceTerm(Shape):
    """A duty that runs: from which day its term counts, its last day, and the clock that bounds it."""

    duty: str
    duty_name: str
    since: date
    due_on: date
    clock_id: str


class DeviceHappening(Shape):
    """Something in the device's life, in civil days. `to` null: it lasts."""

    first: date = Field(alias="from")
    last: date | None = Field(alias="to")
    kind: Literal["registration", "inspection", "hazard", "seizure", "accident"]
    text: str
    case: str | None
    page_url: str | None


class DeviceAnswer(Shape):
    """One device. `usable_today`: what the register, the inspection's day and the measures in force say; a board, not a decision."""

    code: str
    kind: str
    kind_name: str
    category: str
    category_name: str
    uscc: str
    unit: str
    place: str
    state: str
    state_name: str
    key_unit: bool
    registration_number: str | None
    registered_on: date | None
    inspection_due_on: date | None
    usable_today: Literal["yes", "no", "unknown"]
    reasons: list[DeviceReason]
    terms: list[DeviceTerm]
    life: list[DeviceHappening]
    page_url: str
    unit_page_url: str


class DutyListed(Shape):
    """One unit's yearly duty with its term as it runs; `case` is at it."""

    duty: str
    duty_name: str
    uscc: str
    unit: str
    since: date
    due_on: date
    standing: DutyStandingCode
    standing_name: str
    case: str | None
    page_url: str


class DutyList(Shape):
    """The longest overdue first."""

    items: list[DutyListed]
    next_cursor: str | None


class CategoryFigures(Shape):
    """The devices of one category by state and by the standing of their inspection."""

    category: str
    name: str
    devices: int
    states: dict[str, int]
    standings: dict[str, int]


class FreshShare(Shape):
    """Of the devices that are not scrapped (`of`) those looked at or changed within `days`; `share` null: there are none."""

    days: int
    devices: int
    of: int
    share: float | None


class MonthFigure(Shape):
    """Inspections that end in a month (`2026-09`)."""

    month: str
    devices: int


class DutyFigures(Shape):
    """One yearly duty over all units: not to be done yet, to be done, overdue; and how often it was done this year."""

    duty: str
    name: str
    current: int
    due: int
    overdue: int
    done_this_year: int
    done_late_this_year: int


class AgeAndGrade(Shape):
    """Open hazards of one age and grade (`none`: not graded yet)."""

    age: str
    grade: str
    count: int


class HazardTallies(Shape):
    """Open hazards by stage, grade and age in civil days."""

    total: int
    stages: list[EquipmentFigure]
    grades: list[EquipmentFigure]
    ages: list[EquipmentFigure]


class OpenHazards(HazardTallies):
    """With each age by grade."""

    by_age_and_grade: list[AgeAndGrade]


class AccidentFigure(Shape):
    """Accidents opened this civil year in a stage, of a class (null: not known yet)."""

    stage: str
    stage_label: str
    accident_class: str | None = Field(alias="class")
    count: int


class EquipmentOverview(Shape):
    """三个及时掌握, as of a civil day. `overdue`: the ten longest."""

    as_of: date
    devices: int
    states: list[EquipmentFigure]
    categories: list[CategoryFigures]
    changes_this_month: list[EquipmentFigure]
    fresh: FreshShare
    standings: list[EquipmentFigure]
    due_by_month: list[MonthFigure]
    overdue: list[DeviceListed]
    duties: list[DutyFigures]
    open_hazards: OpenHazards
    accidents_this_year: list[AccidentFigure]


class HazardClock(Shape):
    """The running term that ends first; `legal_end` null while it stands still. `page_url` explains the day."""

    key: str
    clock_id: str
    name: str
    legal_end: date | None
    ends_at: AwareDatetime | None
    light: LightShape
    due_page_url: str


class HazardMeasure(Shape):
    """What is in force (`in_force`) or asked for: the use stopped, a seizure with the last day of its term."""

    text: str
    in_force: bool
    case: str | None
    legal_end: date | None
    due_page_url: str | None


class HazardListed(Shape):
    """An open hazard. `device` null: its case was opened before cases named their device; `place` is the register's."""

    number: str
    case_id: UUID
    unit: str
    place: str | None
    device: str | None
    stage: str
    stage_label: str
    column: str
    grade: GradeCode | None
    grade_name: str
    opened_at: AwareDatetime
    days_open: int
    clock: HazardClock | None
    measures: list[HazardMeasure]
    holder: str
    role: str | None
    task_id: str | None
    url: str
    page_url: str


class HazardList(Shape):
    """The oldest first, or the term that ends first; `counts` are of all that fit, on whatever page."""

    items: list[HazardListed]
    counts: HazardTallies
    next_cursor: str | None
