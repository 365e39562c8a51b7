"""Calendars published in the installation: editions, publications by two persons, and what each moves.

An edition is put in force by a *publication*, and taken back by a further one: each is ordered by one person,
previewed, approved by a second, and then carried out case by case. Nothing here is ever changed but how far a
publication is.
"""

from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from law import calendars as law
from law.calendar_upload import numbered
from law.calendars import UPLOADED_FROM, CalendarEdition, Published
from storage import admin_log
from storage.calendar_publications import MOVES, PUBLICATIONS, NoSuchPublication, Place, publication
from storage.prepared import Prepared
from storage.tables_accounts import AccountRow
from storage.tables_calendars import CalendarEditionRow, CalendarMoveRow, CalendarPublicationRow


class NotPossibleNow(Exception):
    """The publication is in a state that does not allow this; `state` says which."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class SamePerson(Exception):
    """Whoever ordered a publication cannot approve it."""


class YearOccupied(Exception):
    """Another publication of this year waits or is being carried out."""


# -- what is in force -----------------------------------------------------------------------------

# Asked every few seconds by every process.
_STATE = Prepared(
    select(
        select(func.coalesce(func.max(CalendarPublicationRow.id), 0))
        .where(CalendarPublicationRow.approved_at.is_not(None))
        .scalar_subquery()
        .label("newest"),
        select(func.count()).select_from(CalendarEditionRow).scalar_subquery().label("editions"),
    )
)


async def load(place: AsyncEngine) -> Published:
    """Learn every edition of the database and put in force what two persons approved; process-wide."""
    state = await _STATE.first(place)
    assert state is not None, "a statement without FROM has one row"
    if (state["newest"], state["editions"]) == (law.published().order, law.learned()):
        return law.published()
    async with place.connect() as connection:
        for content in (await connection.execute(select(CalendarEditionRow.content))).scalars():
            law.learn(law.edition_from_json(content))
        published = await in_force(connection)
    law.put_in_force(published)
    return published


async def in_force(connection: Place) -> Published:
    """The approved publications, folded: of every year the last one holds."""
    first, second = AccountRow.__table__.alias("first"), AccountRow.__table__.alias("second")
    p = PUBLICATIONS.c
    rows = (
        await connection.execute(
            select(
                p.id,
                p.year,
                p.pin,
                p.edition,
                func.coalesce(first.c.display_name, ""),
                func.coalesce(second.c.display_name, ""),
            )
            .select_from(PUBLICATIONS)
            .outerjoin(first, first.c.id == p.ordered_by)
            .outerjoin(second, second.c.id == p.approved_by)
            .where(p.approved_at.is_not(None))
            .order_by(p.id)
        )
    ).all()
    if not rows:
        return Published()
    last = rows[-1]
    return Published(
        order=last.id,
        pins={row.year: row.pin for row in rows},
        paper=law.edition_of(last.edition).source,
        by="、".join(name for name in last[4:6] if name),
        taken_back=last.pin != last.edition,
    )


# -- ordering and approving -------------------------------------------------------------------------


async def upload(
    db: AsyncSession, edition: CalendarEdition, *, reason: str, by: UUID, actor: str
) -> int:
    """Keep the edition under the year's next version and order its publication; the publication's number.

    Raises:
        YearOccupied: another publication of the year is not finished.
    """
    newest = await db.scalar(
        select(func.max(CalendarEditionRow.version)).where(CalendarEditionRow.year == edition.year)
    )
    kept = numbered(edition, max(UPLOADED_FROM, (newest or 0) + 1))
    now = await db.scalar(select(func.app_now()))
    digest = law.edition_digest(kept)
    db.add(
        CalendarEditionRow(
            pin=kept.pin,
            year=kept.year,
            version=kept.version,
            content=kept.to_json(),
            digest=digest,
            uploaded_by=by,
            uploaded_at=now,
        )
    )
    await db.flush()
    number = await _ordered(db, kept.year, kept.pin, kept.pin, reason, by)
    law.learn(kept)
    await admin_log.note(
        db,
        actor=actor,
        act="calendar_uploaded",
        subject=f"calendar {number}",
        details={"edition": kept.pin, "digest": digest, "person": str(by), "reason": reason},
    )
    return number


async def take_back(db: AsyncSession, number: int, *, reason: str, by: UUID, actor: str) -> int:
    """Order the return to what was in force before publication `number`; the new publication's number.

    Raises:
        NoSuchPublication, YearOccupied.
        NotPossibleNow: it does not hold now, or is itself a return.
    """
    of = await publication(db, number)
    if of.state != "applied" or of.takes_back:
        raise NotPossibleNow(of.state)
    made = await _ordered(db, of.year, of.before, of.edition.pin, reason, by)
    await admin_log.note(
        db,
        actor=actor,
        act="calendar_return_ordered",
        subject=f"calendar {made}",
        details={"of": number, "edition": of.edition.pin, "person": str(by), "reason": reason},
    )
    return made


async def _ordered(
    db: AsyncSession, year: int, pin: str, edition: str, reason: str, by: UUID
) -> int:
    current = await db.scalar(
        select(CalendarPublicationRow.pin)
        .where(CalendarPublicationRow.year == year, CalendarPublicationRow.approved_at.is_not(None))
        .order_by(CalendarPublicationRow.id.desc())
        .limit(1)
    )
    made = insert(CalendarPublicationRow).values(
        year=year,
        pin=pin,
        before=current or "",
        edition=edition,
        reason=reason,
        ordered_by=by,
        ordered_at=func.app_now(),
    )
    try:
        return (await db.execute(made.returning(CalendarPublicationRow.id))).scalar_one()
    except IntegrityError as error:
        raise YearOccupied(str(year)) from error


async def approve(db: AsyncSession, number: int, *, by: UUID, actor: str) -> None:
    """The second person agrees: from this instant new cases pin it, and running ones are computed again.

    Raises:
        NoSuchPublication.
        NotPossibleNow: not previewed yet, refused, or approved before.
        SamePerson: it is the one who ordered it.
    """
    row = await _locked(db, number)
    if row.ordered_by == by:
        raise SamePerson(str(number))
    if row.previewed_at is None:
        raise NotPossibleNow("uploaded")
    row.approved_by, row.approved_at = by, await db.scalar(select(func.app_now()))
    # What the preview looked at is no progress of the deed.
    row.total, row.examined = 0, 0
    await admin_log.note(
        db,
        actor=actor,
        act="calendar_approved",
        subject=f"calendar {number}",
        details={"person": str(by), "ordered_by": str(row.ordered_by), "pin": row.pin},
    )


async def refuse(db: AsyncSession, number: int, *, reason: str, by: UUID, actor: str) -> None:
    """A publication that is not approved is dropped; either person may. Raises like `approve`."""
    row = await _locked(db, number)
    row.refused_by, row.refused_at = by, await db.scalar(select(func.app_now()))
    row.refusal = reason
    await admin_log.note(
        db,
        actor=actor,
        act="calendar_refused",
        subject=f"calendar {number}",
        details={"person": str(by), "reason": reason},
    )


async def preview_again(db: AsyncSession, number: int) -> None:
    """Forget what was foreseen; the preview is made anew. Raises like `approve`."""
    row = await _locked(db, number)
    row.previewed_at, row.examined, row.total = None, 0, 0
    await db.execute(delete(CalendarMoveRow).where(MOVES.c.publication == number))


async def _locked(db: AsyncSession, number: int) -> CalendarPublicationRow:
    row = await db.get(CalendarPublicationRow, number, with_for_update=True)
    if row is None:
        raise NoSuchPublication(str(number))
    if row.approved_at is not None:
        raise NotPossibleNow("applied" if row.finished_at else "applying")
    if row.refused_at is not None:
        raise NotPossibleNow("refused")
    return row
