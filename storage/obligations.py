"""Recurring obligations (周期性义务): which term runs, which case is at it, which are to be opened.

Every change names the case that makes it, so that a repeated or late one changes nothing.
"""

import uuid
from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from law import catalogue
from law.calendars import default_calendars
from law.obligations import Term, countable, term_of
from storage.acts import app_now
from storage.devices import IN_USE, Entry
from storage.tables import CaseRow
from storage.tables_devices import ObligationRow

OBLIGATIONS = ObligationRow.__table__
SPACE: Final = uuid.UUID("5f0a3f0e-6c0b-5c57-9f9a-4a1a0f6b7c21")
RESTING, OPEN, ENDED = "resting", "open", "ended"


def obligation_id(procedure: str, subject: str) -> uuid.UUID:
    """A subject has a duty once."""
    return uuid.uuid5(SPACE, f"{procedure}:{subject}")


def case_of(obligation: uuid.UUID, since: date) -> uuid.UUID:
    """The case of one term: opening it again is opening it once."""
    return uuid.uuid5(obligation, since.isoformat())


async def ensure(
    connection: AsyncConnection, procedure: str, subject: str, term: Term, *, office: str, uscc: str
) -> None:
    """The duty, with this term where it has none yet or had ended; a term that runs stays as it is."""
    values = {
        "procedure": procedure,
        "subject": subject,
        "office": office,
        "uscc": uscc,
        "since": term.since,
        "due_on": term.due_on,
        "opens_on": term.opens_on,
        "state": RESTING,
        "case_id": None,
        "updated_at": await app_now(connection),
    }
    statement = insert(ObligationRow).values(id=obligation_id(procedure, subject), **values)
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_=values, where=ObligationRow.state == ENDED
        )
    )


async def to_open(
    connection: AsyncConnection, today: date, *, after: uuid.UUID | None = None, limit: int
) -> list[ObligationRow]:
    """Whose day to open has come, the earliest first; `after` the last one of the page before."""
    order = (OBLIGATIONS.c.opens_on, OBLIGATIONS.c.id)
    query = select(OBLIGATIONS).where(
        OBLIGATIONS.c.state == RESTING, OBLIGATIONS.c.opens_on <= today
    )
    if after is not None:
        last = (await connection.execute(select(*order).where(OBLIGATIONS.c.id == after))).one()
        query = query.where(tuple_(*order) > tuple_(*last))
    rows = await connection.execute(query.order_by(*order).limit(limit))
    return [ObligationRow(**row) for row in rows.mappings()]


async def next_opening(connection: AsyncConnection, after: date) -> date | None:
    """The first day after this one on which a case is to be opened."""
    found: date | None = await connection.scalar(
        select(func.min(OBLIGATIONS.c.opens_on)).where(
            OBLIGATIONS.c.state == RESTING, OBLIGATIONS.c.opens_on > after
        )
    )
    return found


async def opened(
    connection: AsyncConnection,
    obligation: uuid.UUID,
    case_id: uuid.UUID,
    *,
    as_read: ObligationRow | None = None,
) -> bool:
    """Its case is opened, in the transaction of the case's act. False: it rests no more, or is not what the case was
    written from (`as_read`): another term runs, or another unit has it."""
    same = [OBLIGATIONS.c.id == obligation, OBLIGATIONS.c.state == RESTING]
    if as_read is not None:
        same += [
            OBLIGATIONS.c.since == as_read.since,
            OBLIGATIONS.c.due_on == as_read.due_on,
            OBLIGATIONS.c.uscc == as_read.uscc,
        ]
    done = await connection.execute(
        update(ObligationRow)
        .where(*same)
        .values(state=OPEN, case_id=case_id, updated_at=await app_now(connection))
    )
    return done.rowcount == 1


async def renew(connection: AsyncConnection, case_id: uuid.UUID, term: Term) -> bool:
    """The case is over: the next term runs. False: this was done before, or another case is at it."""
    done = await connection.execute(
        update(ObligationRow)
        .where(OBLIGATIONS.c.case_id == case_id, OBLIGATIONS.c.state == OPEN)
        .values(
            state=RESTING,
            case_id=None,
            since=term.since,
            due_on=term.due_on,
            opens_on=term.opens_on,
            updated_at=await app_now(connection),
        )
    )
    return done.rowcount == 1


async def end(connection: AsyncConnection, subjects: Collection[str]) -> Sequence[uuid.UUID]:
    """The subjects have no duties any more (stopped, scrapped); returns the cases that are still at one of them."""
    rows = await connection.execute(
        update(ObligationRow)
        .where(OBLIGATIONS.c.subject.in_(list(subjects)), OBLIGATIONS.c.state != ENDED)
        .values(state=ENDED, updated_at=await app_now(connection))
        .returning(OBLIGATIONS.c.case_id)
    )
    return [case for (case,) in rows if case is not None]


async def still_at(connection: AsyncConnection, subjects: Collection[str]) -> list[uuid.UUID]:
    """The cases that were at a duty of the subjects when it ended: the same answer however often one asks, until the duty
    begins again."""
    rows = await connection.execute(
        select(OBLIGATIONS.c.case_id)
        .where(
            OBLIGATIONS.c.subject.in_(list(subjects)),
            OBLIGATIONS.c.state == ENDED,
            OBLIGATIONS.c.case_id.is_not(None),
        )
        .order_by(OBLIGATIONS.c.procedure, OBLIGATIONS.c.subject)
    )
    return list(rows.scalars())


async def renew_resting(
    connection: AsyncConnection, procedure: str, subject: str, term: Term, *, back: bool = False
) -> bool:
    """The term of a duty at which no case is: it was done without one. False: a case is at it, it has ended, or it runs
    longer already; with `back` a person has decided that it ends earlier."""
    done = await connection.execute(
        update(ObligationRow)
        .where(
            OBLIGATIONS.c.id == obligation_id(procedure, subject),
            OBLIGATIONS.c.state == RESTING,
            OBLIGATIONS.c.due_on != term.due_on if back else OBLIGATIONS.c.due_on < term.due_on,
        )
        .values(
            since=term.since,
            due_on=term.due_on,
            opens_on=term.opens_on,
            updated_at=await app_now(connection),
        )
    )
    return done.rowcount == 1


async def unopened(
    connection: AsyncConnection, office: str, before: date, *, limit: int
) -> list[ObligationRow]:
    """Whose case should have been opened on a day before this one and was not, the longest so first."""
    rows = await connection.execute(
        select(OBLIGATIONS)
        .where(
            OBLIGATIONS.c.state == RESTING,
            OBLIGATIONS.c.opens_on < before,
            OBLIGATIONS.c.office == office,
        )
        .order_by(OBLIGATIONS.c.opens_on, OBLIGATIONS.c.id)
        .limit(limit)
    )
    return [ObligationRow(**row) for row in rows.mappings()]


async def correct_inspection(
    connection: AsyncConnection, code: str, inspected_on: date, until: date
) -> bool:
    """The terms of the device's inspection end on the day, which may be earlier than was known. False: a case is at one, or
    began counting later.

    Raises:
        DeadlineError: the days make no term.
    """
    rows = [r for r in await of_subject(connection, code) if r.state != ENDED]
    if any(row.state == OPEN or row.since > inspected_on for row in rows):
        return False
    for row in rows:
        duty = catalogue.procedure(row.procedure)
        term = term_of(duty, inspected_on, default_calendars(), until=until)
        moved = await renew_resting(connection, row.procedure, code, term, back=True)
        if not moved and row.due_on != term.due_on:
            # A case was opened at this moment.
            return False
    return True


async def of_subject(connection: AsyncConnection, subject: str) -> list[ObligationRow]:
    """All duties of a device or unit, by procedure."""
    rows = await connection.execute(
        select(OBLIGATIONS)
        .where(OBLIGATIONS.c.subject == subject)
        .order_by(OBLIGATIONS.c.procedure)
    )
    return [ObligationRow(**row) for row in rows.mappings()]


async def numbers_of(
    connection: AsyncConnection, rows: Sequence[ObligationRow]
) -> dict[uuid.UUID, str]:
    """The receipt number of the case that is at each of them, by the case's id, as far as it is readable."""
    wanted = [row.case_id for row in rows if row.case_id is not None]
    found = await connection.execute(
        select(CaseRow.case_id, CaseRow.receipt_no).where(CaseRow.case_id.in_(wanted))
    )
    return {case: number for case, number in found if number}


async def of_case(connection: AsyncConnection, case_id: uuid.UUID) -> ObligationRow | None:
    """The duty that the case is at; None once it is over."""
    rows = await connection.execute(select(OBLIGATIONS).where(OBLIGATIONS.c.case_id == case_id))
    row = rows.mappings().first()
    return None if row is None else ObligationRow(**row)


async def ensure_of_device(
    connection: AsyncConnection, entry: Entry, inspected_on: date, *, duties_since: date
) -> None:
    """Every duty of the device and of its unit that it has not yet. A device that is not in use has none; one whose
    inspection's last day cannot be one has none of its own: boards show that it is not known.

    Args:
        inspected_on: from when its inspection counts; `entry.inspection_valid_until` is its last day.
        duties_since: from when the unit's yearly duties count, where it has none yet.

    Raises:
        LengthInvalid: the inspection's last day is not after its first one.
    """
    if entry.state != IN_USE:
        return
    calendars = default_calendars()
    for row in catalogue.obligations():
        rule = row.obligation
        assert rule is not None
        whose = {"office": entry.office, "uscc": entry.uscc}
        if rule.subject == "unit":
            term = term_of(row, duties_since, calendars)
            await ensure(connection, row.procedure, entry.uscc, term, **whose)
        elif (until := entry.inspection_valid_until) is not None and countable(until, inspected_on):
            term = term_of(row, inspected_on, calendars, until=until)
            await ensure(connection, row.procedure, entry.code, term, **whose)
