"""What a device's use registration means for the recurring obligations of the device and of its unit.

Which duties there are is the catalogue's word (`law.catalogue.obligations`); here they begin, are done, and end. Everything
may be done twice.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from law import catalogue
from law.calendars import Calendars
from law.obligations import Term, countable, term_of
from storage import devices, obligations
from storage.devices import Entry

ONE_DAY: Final = timedelta(days=1)


def _since(valid_until: date | None, today: date) -> date:
    """The day from which an inspection counts of which only the last day is known. Valid for today alone, or lapsed: its term
    has a first day all the same."""
    return today if valid_until is None else min(today, valid_until - ONE_DAY)


async def begin(connection: AsyncConnection, entry: Entry, today: date) -> None:
    """The duties of a device in use, and of its unit; those that run stay as they are."""
    since = _since(entry.inspection_valid_until, today)
    await obligations.ensure_of_device(connection, entry, since, duties_since=today)


async def waiting(
    connection: AsyncConnection, entry: Entry, today: date, calendars: Calendars
) -> list[UUID]:
    """The cases that are at a duty which the device's inspection has done: each takes its next term over itself, when it is
    told."""
    terms = _inspected_terms(entry, today, calendars)
    return [
        row.case_id
        for row in await obligations.of_subject(connection, entry.code)
        if row.state == obligations.OPEN
        and row.case_id is not None
        and (term := terms.get(row.procedure)) is not None
        and row.due_on < term.due_on
    ]


async def inspected(
    connection: AsyncConnection,
    entry: Entry,
    today: date,
    calendars: Calendars,
    *,
    back: bool = False,
) -> None:
    """The device was inspected beside any case: the terms of the duties at which no case is run on. With `back` they may
    end earlier than was known: a person has decided so."""
    for procedure, term in _inspected_terms(entry, today, calendars).items():
        await obligations.renew_resting(connection, procedure, entry.code, term, back=back)


def _inspected_terms(entry: Entry, today: date, calendars: Calendars) -> dict[str, Term]:
    until = entry.inspection_valid_until
    if until is None or not countable(until, today):
        return {}
    since = _since(until, today)
    return {
        duty.procedure: term_of(duty, since, calendars, until=until)
        for duty in catalogue.obligations("device")
    }


async def end(connection: AsyncConnection, codes: Collection[str], uscc: str) -> list[UUID]:
    """The devices are not used any more, or not by this unit; with its last device that is not scrapped go the unit's
    own duties.

    Args:
        codes: they count as gone from the unit, whatever the register says of them now.

    Returns:
        The cases that were at one of the duties, the same at every call.
    """
    subjects = [*codes]
    if not await devices.any_left(connection, uscc, beside=codes):
        subjects.append(uscc)
    await obligations.end(connection, subjects)
    return await obligations.still_at(connection, subjects)


async def rest(connection: AsyncConnection, codes: Collection[str]) -> list[UUID]:
    """The devices are stopped: their own duties end, those of the unit go on. Returns as `end`."""
    await obligations.end(connection, codes)
    return await obligations.still_at(connection, codes)
