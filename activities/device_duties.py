"""What a device's use registration means for the recurring obligations of the device and of its unit.

Which duties there are is the catalogue's word (`law.obligations.duties_of`); here they begin, are done, and end. Everything
may be done twice.
"""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from law.calendars import Calendars
from law.catalogue import Procedure
from law.clocks import find_clock
from law.obligations import Term, duties_of, term_of
from storage import devices, obligations
from storage.devices import Entry

ONE_DAY: Final = timedelta(days=1)


def _by_document(duty: Procedure) -> bool:
    """Whether a document says when the duty is due next, and not a length of law."""
    assert duty.obligation is not None
    return find_clock(duty.obligation.clock).length is None


def _device_term(
    duty: Procedure, today: date, valid_until: date | None, calendars: Calendars
) -> Term | None:
    """None: no document says until when."""
    if not _by_document(duty):
        return term_of(duty, today, calendars)
    if valid_until is None:
        return None
    # Valid for today alone, or lapsed: the term has a first day all the same.
    return term_of(duty, min(today, valid_until - ONE_DAY), calendars, until=valid_until)


async def begin(
    connection: AsyncConnection, entry: Entry, today: date, calendars: Calendars
) -> None:
    """The duties of a device in use, and of its unit; those that run stay as they are."""
    of_whom = {"office": entry.office, "uscc": entry.uscc}
    for duty in duties_of("device", today):
        term = _device_term(duty, today, entry.inspection_valid_until, calendars)
        if term is not None:
            await obligations.ensure(connection, duty.procedure, entry.code, term, **of_whom)
    for duty in duties_of("unit", today):
        term = term_of(duty, today, calendars)
        await obligations.ensure(connection, duty.procedure, entry.uscc, term, **of_whom)


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
    found = {}
    for duty in duties_of("device", today):
        term = _device_term(duty, today, entry.inspection_valid_until, calendars)
        if term is not None and _by_document(duty):
            found[duty.procedure] = term
    return found


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
