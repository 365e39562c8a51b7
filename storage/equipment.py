"""The register of devices as boards show it (三个及时掌握): what there is, how each device's inspection stands, what is due when.

An inspection's last day is that of the device's running obligation, or, where it has none yet, what the register was told
with the device. Lists go by keys, never by offsets: the order of the codes, or of the last days.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    FromClause,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.devices import DEVICES, IN_USE, SCRAPPED, STOPPED
from storage.obligations import ENDED, OBLIGATIONS
from storage.tables import CaseRow

CASES = CaseRow.__table__
PERIODIC: Final = "se_periodic_inspection"
PAGE: Final = 50


class Standing(StrEnum):
    """How the periodic inspection (定期检验) of a device stands on a civil day."""

    VALID = "valid"
    DUE = "due"
    """It ends within a month (特种设备安全法 40: by then it is to be asked for)."""
    OVERDUE = "overdue"
    UNKNOWN = "unknown"
    """In use, and nobody told of an inspection."""
    RESTING = "resting"
    """Not in use: nothing runs."""


class Change(StrEnum):
    """What the register saw happen to a device."""

    REGISTERED = "registered"
    RESUMED = "resumed"
    STOPPED = "stopped"
    SCRAPPED = "scrapped"


@dataclass(frozen=True)
class Day:
    """The civil day as of which devices are judged: `month_on` the last day that is within a month of it."""

    today: date
    month_on: date


@dataclass(frozen=True)
class Since:
    """From when a device is fresh, and from when (a civil month's beginning, as instant and day) its changes are counted."""

    fresh: datetime
    month: datetime
    month_first: date


@dataclass(frozen=True)
class Filters:
    """What narrows the list. `office` is the authorisation.

    Attributes:
        text: of the unit, the place; a code by its beginning; a unit by its whole code.
        fresh: what was looked at or changed since `since.fresh` (True), or was not (False); None: all.
        changed: in the month of `since`.
        due_from: first last day of the inspection; `due_to` the last one.
        uscc: the devices of one unit.
    """

    office: str
    category: str = ""
    state: str = ""
    standing: Standing | None = None
    text: str = ""
    fresh: bool | None = None
    changed: Change | None = None
    since: Since | None = None
    due_from: date | None = None
    due_to: date | None = None
    uscc: str = ""

    @property
    def by_due(self) -> bool:
        """Whether the list is in the order of the inspections' last days."""
        dated = self.standing in (Standing.DUE, Standing.OVERDUE)
        return dated or self.due_from is not None or self.due_to is not None


@dataclass(frozen=True, slots=True)
class Listed:
    """One device of a list. `due_on`: last day of its inspection; `case_id` of what is at it, with its number."""

    code: str
    kind: str
    category: str
    uscc: str
    unit: str
    place: str
    state: str
    registration_number: str | None
    due_on: date | None
    standing: str
    case_id: UUID | None
    case_number: str | None


@dataclass(frozen=True)
class After:
    """The last device seen; `due_on` in a list by last days."""

    code: str
    due_on: date | None = None


def _joined() -> FromClause:
    """Each device with the obligation of its inspection that runs."""
    o = OBLIGATIONS.c
    return DEVICES.outerjoin(
        OBLIGATIONS,
        and_(o.procedure == PERIODIC, o.subject == DEVICES.c.code, o.state != ENDED),
    )


DUE: Final[ColumnElement[date]] = func.coalesce(
    OBLIGATIONS.c.due_on, DEVICES.c.inspection_valid_until
)


def standing_of(day: Day) -> ColumnElement[str]:
    """The standing of a device of `_joined()` on the day."""
    return case(
        (DEVICES.c.state != IN_USE, Standing.RESTING.value),
        (DUE.is_(None), Standing.UNKNOWN.value),
        (day.today > DUE, Standing.OVERDUE.value),
        (day.month_on >= DUE, Standing.DUE.value),
        else_=Standing.VALID.value,
    )


def _stands(standing: Standing, day: Day) -> list[ColumnElement[bool]]:
    """The same as conditions, so that an index can serve them."""
    in_use = DEVICES.c.state == IN_USE
    return {
        Standing.RESTING: [DEVICES.c.state != IN_USE],
        Standing.UNKNOWN: [in_use, DUE.is_(None)],
        Standing.OVERDUE: [in_use, day.today > DUE],
        Standing.DUE: [in_use, DUE.between(day.today, day.month_on)],
        Standing.VALID: [in_use, day.month_on < DUE],
    }[standing]


def changed(change: Change, since: Since) -> ColumnElement[bool]:
    """What the change is seen by: the day of the registration, the instant of the state."""
    c = DEVICES.c
    return {
        Change.REGISTERED: c.registered_on >= since.month_first,
        Change.RESUMED: and_(c.state == IN_USE, c.state_since >= since.month),
        Change.STOPPED: and_(c.state == STOPPED, c.state_since >= since.month),
        Change.SCRAPPED: and_(c.state == SCRAPPED, c.state_since >= since.month),
    }[change]


def fresh_since(since: datetime) -> ColumnElement[bool]:
    """Looked at on the platform, or changed here, since the instant."""
    c = DEVICES.c
    return func.greatest(c.seen_at, c.updated_at) >= since


def _text(said: str) -> ColumnElement[bool]:
    c = DEVICES.c
    code = said.upper()
    return or_(
        c.unit.icontains(said, autoescape=True),
        c.place.icontains(said, autoescape=True),
        c.code.startswith(code, autoescape=True),
        c.uscc == code,
        c.registration_number == said,
    )


def _conditions(filters: Filters, day: Day) -> list[ColumnElement[bool]]:
    c = DEVICES.c
    found: list[ColumnElement[bool]] = [c.office == filters.office]
    found += [c.category == filters.category] if filters.category else []
    found += [c.state == filters.state] if filters.state else []
    found += _stands(filters.standing, day) if filters.standing else []
    found += [_text(filters.text)] if filters.text else []
    found += [c.uscc == filters.uscc] if filters.uscc else []
    if filters.since and filters.fresh is not None:
        fresh = fresh_since(filters.since.fresh)
        found += [c.state != SCRAPPED, fresh if filters.fresh else ~fresh]
    if filters.since and filters.changed:
        found.append(changed(filters.changed, filters.since))
    if filters.due_from or filters.due_to:
        found.append(c.state == IN_USE)
    found += [filters.due_from <= DUE] if filters.due_from else []
    found += [filters.due_to >= DUE] if filters.due_to else []
    return found


def list_query(
    filters: Filters, day: Day, after: After | None = None, limit: int = PAGE
) -> Select[Any]:
    """The list: in the order of the codes; what is due, the longest overdue first."""
    c = DEVICES.c
    conditions = _conditions(filters, day)
    order = (DUE, c.code) if filters.by_due else (c.code,)
    if after is not None:
        place = (literal(after.due_on), literal(after.code))
        if filters.by_due:
            conditions.append(tuple_(*order) > tuple_(*place))
        else:
            conditions.append(c.code > after.code)
    page = (
        select(
            c.code,
            c.kind,
            c.category,
            c.uscc,
            c.unit,
            c.place,
            c.state,
            c.registration_number,
            DUE.label("due_on"),
            standing_of(day).label("standing"),
            OBLIGATIONS.c.case_id,
        )
        .select_from(_joined())
        .where(*conditions)
        .order_by(*order)
        .limit(limit)
        .subquery()
    )
    # Cases are looked up for the devices of the page alone.
    p = page.c
    return (
        select(*p, CASES.c.receipt_no.label("case_number"))
        .select_from(page.outerjoin(CASES, CASES.c.case_id == p.case_id))
        .order_by(*((p.due_on, p.code) if filters.by_due else (p.code,)))
    )


async def listed(
    connection: AsyncConnection,
    filters: Filters,
    day: Day,
    after: After | None = None,
    limit: int = PAGE,
) -> list[Listed]:
    """A page of the list."""
    rows = await connection.execute(list_query(filters, day, after, limit))
    return [Listed(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class Count:
    """How many devices of a category are in a state and stand so; of these, how many are fresh, how many changed how."""

    category: str
    state: str
    standing: str
    devices: int
    fresh: int
    registered: int
    resumed: int
    stopped: int
    scrapped: int


@dataclass(frozen=True)
class Counts:
    """The overview's figures; `months`: devices in use by the first day of the month in which their inspection ends."""

    groups: Sequence[Count]
    months: dict[date, int]


def counts_query(office: str, day: Day, since: Since) -> Select[Any]:
    """Everything that is counted of devices, in one walk over them and their obligations."""
    c = DEVICES.c
    month = case((c.state == IN_USE, func.date_trunc("month", cast(DUE, DateTime))))
    rows = (
        select(
            c.category,
            c.state,
            standing_of(day).label("standing"),
            month.label("month"),
            and_(fresh_since(since.fresh), c.state != SCRAPPED).label("fresh"),
            *(changed(change, since).label(f"is_{change.value}") for change in Change),
        )
        .select_from(_joined())
        .where(c.office == office)
        .subquery()
    )
    r = rows.c
    return select(
        func.grouping(r.month).label("by_group"),
        r.category,
        r.state,
        r.standing,
        r.month,
        func.count().label("devices"),
        func.count().filter(r.fresh).label("fresh"),
        *(func.count().filter(r[f"is_{change.value}"]).label(change.value) for change in Change),
    ).group_by(
        func.grouping_sets(tuple_(r.category, r.state, r.standing), tuple_(r.month)),
    )


async def counts(connection: AsyncConnection, office: str, day: Day, since: Since) -> Counts:
    """By category, state and standing; and by the month in which the inspection ends."""
    groups: list[Count] = []
    months: dict[date, int] = {}
    for row in await connection.execute(counts_query(office, day, since)):
        if row.by_group:
            groups.append(
                Count(
                    row.category,
                    row.state,
                    row.standing,
                    row.devices,
                    row.fresh,
                    row.registered,
                    row.resumed,
                    row.stopped,
                    row.scrapped,
                )
            )
        elif row.month is not None:
            months[row.month.date()] = row.devices
    return Counts(sorted(groups, key=lambda n: (n.category, n.state, n.standing)), months)
