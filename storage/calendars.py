"""Calendars published in the installation: editions, publications by two persons, and what each moves.

An edition is put in force by a *publication*, and taken back by a further one: each is ordered by one person,
previewed, approved by a second, and then carried out case by case. Nothing here is ever changed but how far a
publication is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from domain.contracts import RunningClock
from law import calendars as law
from law.calendar_upload import numbered
from law.calendars import UPLOADED_FROM, CalendarEdition, Calendars, Published
from storage import admin_log
from storage.tables import CaseRow, ClockRow
from storage.tables_accounts import AccountRow
from storage.tables_calendars import CalendarEditionRow, CalendarMoveRow, CalendarPublicationRow

Place = AsyncConnection | AsyncSession
PUBLICATIONS = CalendarPublicationRow.__table__
MOVES = CalendarMoveRow.__table__
# A notice names days of the neighbouring months, and a ladder looks some working days beyond an end.
MARGIN = timedelta(days=60)


class NoSuchPublication(LookupError):
    """No publication of this number."""


class NotPossibleNow(Exception):
    """The publication is in a state that does not allow this; `state` says which."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class SamePerson(Exception):
    """Whoever ordered a publication cannot approve it."""


class YearOccupied(Exception):
    """Another publication of this year waits or is being carried out."""


@dataclass(frozen=True, slots=True)
class Publication:
    """A publication with how far it is. `pin` "" takes back to the release's own edition."""

    id: int
    year: int
    pin: str
    before: str
    edition: CalendarEdition
    digest: str
    reason: str
    ordered_by: str
    ordered_name: str
    ordered_at: datetime
    previewed_at: datetime | None
    approved_name: str
    approved_at: datetime | None
    refused_name: str
    refused_at: datetime | None
    refusal: str
    begun_at: datetime | None
    finished_at: datetime | None
    total: int
    examined: int
    passes: int
    foreseen: int
    moved: int
    under_way: int
    gone: int
    later: int | None
    now: datetime

    @property
    def takes_back(self) -> bool:
        """Whether it restores what was before its edition."""
        return self.pin != self.edition.pin

    @property
    def state(self) -> str:
        """uploaded, previewed, approved, applying, applied, rolled_back or refused."""
        if self.refused_at is not None:
            return "refused"
        if self.finished_at is not None:
            return "applied" if self.later is None else "rolled_back"
        if self.approved_at is not None:
            return "applying" if self.begun_at is not None else "approved"
        return "previewed" if self.previewed_at is not None else "uploaded"

    @property
    def percent(self) -> int:
        """Of the running clocks, how many were looked at; 100 when nothing is left on the old edition."""
        if self.finished_at is not None:
            return 100
        if self.passes or not self.total:
            return 99 if self.begun_at else 0
        return min(99, 100 * self.examined // self.total)

    @property
    def rest(self) -> timedelta | None:
        """How long the rest of the first pass will take at the pace so far; None where that is not known."""
        if self.begun_at is None or self.finished_at or self.passes or self.examined < 1:
            return None
        return (self.now - self.begun_at) / self.examined * max(0, self.total - self.examined)


@dataclass(frozen=True, slots=True)
class Move:
    """One clock that a publication moves, or moved."""

    case_id: UUID
    key: str
    clock_id: str
    procedure: str
    office: str
    number: str
    old_end: date
    new_end: date
    state: str


@dataclass(frozen=True, slots=True)
class Running:
    """A running clock with what the lists of moves show of its case."""

    case_id: UUID
    procedure: str
    office: str
    number: str
    clock: RunningClock

    @property
    def place(self) -> tuple[str, str]:
        """Where the next page begins."""
        return str(self.case_id), self.clock.key


# -- what is in force -----------------------------------------------------------------------------


async def load(place: AsyncEngine) -> Published:
    """Learn every edition of the database and put in force what two persons approved; process-wide."""
    async with place.connect() as connection:
        newest, editions = (
            await connection.execute(
                select(
                    select(func.coalesce(func.max(CalendarPublicationRow.id), 0))
                    .where(CalendarPublicationRow.approved_at.is_not(None))
                    .scalar_subquery(),
                    select(func.count()).select_from(CalendarEditionRow).scalar_subquery(),
                )
            )
        ).one()
        if (newest, editions) == (law.published().order, law.learned()):
            return law.published()
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


# -- reading ------------------------------------------------------------------------------------------


async def publication(db: Place, number: int) -> Publication:
    """Raises NoSuchPublication."""
    found = await _read(db, PUBLICATIONS.c.id == number, 1)
    if not found:
        raise NoSuchPublication(str(number))
    return found[0]


async def publications(db: Place, limit: int) -> Sequence[Publication]:
    """The newest first."""
    return await _read(db, PUBLICATIONS.c.id > 0, limit)


async def unfinished(db: Place) -> Sequence[tuple[int, bool]]:
    """(number, approved) of what is to be previewed or carried out."""
    p = PUBLICATIONS.c
    wanted = (p.approved_at.is_not(None) & p.finished_at.is_(None)) | (
        p.previewed_at.is_(None) & p.refused_at.is_(None) & p.approved_at.is_(None)
    )
    rows = await db.execute(select(p.id, p.approved_at.is_not(None)).where(wanted).order_by(p.id))
    return [(row[0], row[1]) for row in rows]


async def _read(db: Place, wanted: Any, limit: int) -> Sequence[Publication]:
    names = [AccountRow.__table__.alias(n) for n in ("one", "two", "three")]
    p, e = PUBLICATIONS.c, CalendarEditionRow.__table__.c
    later = PUBLICATIONS.alias("later")
    undone = (
        select(func.min(later.c.id))
        .where(
            later.c.edition == p.edition,
            later.c.id > p.id,
            later.c.approved_at.is_not(None),
        )
        .scalar_subquery()
    )
    state = MOVES.c.state
    counts = (
        select(
            MOVES.c.publication,
            func.count().label("all"),
            func.count(case((state == "moved", 1))).label("moved"),
            func.count(case((state == "moving", 1))).label("moving"),
            func.count(case((state == "gone", 1))).label("gone"),
        )
        .group_by(MOVES.c.publication)
        .subquery()
    )
    rows = await db.execute(
        select(
            p.id,
            p.year,
            p.pin,
            p.before,
            e.content,
            e.digest,
            p.reason,
            p.ordered_by,
            func.coalesce(names[0].c.display_name, ""),
            p.ordered_at,
            p.previewed_at,
            func.coalesce(names[1].c.display_name, ""),
            p.approved_at,
            func.coalesce(names[2].c.display_name, ""),
            p.refused_at,
            p.refusal,
            p.begun_at,
            p.finished_at,
            p.total,
            p.examined,
            p.passes,
            func.coalesce(counts.c.all, 0),
            func.coalesce(counts.c.moved, 0),
            func.coalesce(counts.c.moving, 0),
            func.coalesce(counts.c.gone, 0),
            undone,
            func.app_now(),
        )
        .select_from(PUBLICATIONS)
        .join(CalendarEditionRow.__table__, e.pin == p.edition)
        .outerjoin(counts, counts.c.publication == p.id)
        .outerjoin(names[0], names[0].c.id == p.ordered_by)
        .outerjoin(names[1], names[1].c.id == p.approved_by)
        .outerjoin(names[2], names[2].c.id == p.refused_by)
        .where(wanted)
        .order_by(p.id.desc())
        .limit(limit)
    )
    found = []
    for row in rows:
        values = list(row)
        values[4], values[7] = law.edition_from_json(values[4]), str(values[7])
        found.append(Publication(*values))
    return found


async def moves(
    db: Place,
    number: int,
    *,
    after: tuple[UUID, str] | None = None,
    procedure: str | None = None,
    limit: int,
) -> Sequence[Move]:
    """In the order of case and clock, from a place on."""
    m = MOVES.c
    chosen = select(
        m.case_id,
        m.key,
        m.clock_id,
        m.procedure,
        m.office,
        m.number,
        m.old_end,
        m.new_end,
        m.state,
    ).where(m.publication == number)
    if after is not None:
        chosen = chosen.where(tuple_(m.case_id, m.key) > after)
    if procedure:
        chosen = chosen.where(m.procedure == procedure)
    rows = await db.execute(chosen.order_by(m.case_id, m.key).limit(limit))
    return [Move(*row) for row in rows]


async def by_procedure(db: Place, number: int) -> Sequence[tuple[str, int, int]]:
    """(procedure, cases, clocks) that the publication moves, the most first."""
    m = MOVES.c
    rows = await db.execute(
        select(m.procedure, func.count(m.case_id.distinct()), func.count())
        .where(m.publication == number)
        .group_by(m.procedure)
        .order_by(func.count().desc(), m.procedure)
    )
    return [(row[0], row[1], row[2]) for row in rows]


# -- carrying out -------------------------------------------------------------------------------------


def calendars_of(of: Publication) -> Calendars:
    """The editions that will hold once it is approved: what is in force, and its own year."""
    current = law.default_calendars()
    if not of.takes_back:
        return current.with_edition(of.edition)
    kept = [edition for edition in current.editions if edition.year != of.year]
    if of.pin:
        return Calendars([*kept, law.edition_of(of.pin)])
    shipped = [edition for edition in law.shipped_editions() if edition.year == of.year]
    return Calendars([*kept, *shipped])


def _touched(year: int) -> Any:
    first, last = date(year, 1, 1) - MARGIN, date(year, 12, 31) + MARGIN
    return (
        (ClockRow.state == "running")
        & (ClockRow.legal_end >= first)
        & (func.date(ClockRow.trigger) <= last)
    )


async def running(
    connection: Place, year: int, after: tuple[str, str] | None, limit: int
) -> Sequence[Running]:
    """Running clocks that days of the year may bear on, in the order of case and clock."""
    chosen = (
        select(
            ClockRow.case_id,
            CaseRow.procedure,
            CaseRow.office,
            func.coalesce(CaseRow.case_no, CaseRow.receipt_no, ""),
            ClockRow.body,
        )
        .join(CaseRow, CaseRow.case_id == ClockRow.case_id)
        .where(_touched(year))
    )
    if after is not None:
        place = UUID(after[0]), after[1]
        chosen = chosen.where(tuple_(ClockRow.case_id, ClockRow.key) > place)
    rows = await connection.execute(chosen.order_by(ClockRow.case_id, ClockRow.key).limit(limit))
    return [
        Running(case_id, procedure, office, number, RunningClock.model_validate(body))
        for case_id, procedure, office, number, body in rows
    ]


async def count_running(connection: Place, year: int) -> int:
    """How many running clocks days of the year may bear on."""
    found = await connection.scalar(
        select(func.count()).select_from(ClockRow).where(_touched(year))
    )
    return int(found or 0)


async def note_moves(
    connection: Place, number: int, found: Iterable[tuple[Running, date]], state: str
) -> None:
    """Foreseen, or about to be told. What a preview foresaw is the same row, at the dates of the deed."""
    rows = [
        {
            "publication": number,
            "case_id": r.case_id,
            "key": r.clock.key,
            "clock_id": r.clock.clock_id,
            "procedure": r.procedure,
            "office": r.office,
            "number": r.number,
            "old_end": r.clock.legal_end,
            "new_end": new_end,
            "state": state,
        }
        for r, new_end in found
    ]
    if not rows:
        return
    made = upsert(CalendarMoveRow).values(rows)
    await connection.execute(
        made.on_conflict_do_update(
            index_elements=["publication", "case_id", "key"],
            set_={
                "state": made.excluded.state,
                "new_end": made.excluded.new_end,
                "old_end": made.excluded.old_end,
            },
            # A case that was told already is not told anew: it only had not shown it yet.
            where=MOVES.c.state != "moved",
        )
    )


async def settle_moves(connection: Place, number: int, cases: Sequence[UUID], state: str) -> None:
    """The cases took it over (`moved`), or ended before (`gone`)."""
    if cases:
        await connection.execute(
            update(CalendarMoveRow)
            .where(
                MOVES.c.publication == number,
                MOVES.c.case_id.in_(cases),
                MOVES.c.state == "moving",
            )
            .values(state=state, told_at=func.app_now())
        )


async def settled(connection: Place, number: int, cases: Iterable[UUID]) -> set[UUID]:
    """Of these cases, those that took the publication over or ended before it reached them."""
    rows = await connection.execute(
        select(MOVES.c.case_id).where(
            MOVES.c.publication == number,
            MOVES.c.case_id.in_(list(cases)),
            MOVES.c.state.in_(("moved", "gone")),
        )
    )
    return set(rows.scalars())


async def finish(connection: Place, number: int) -> None:
    """Nothing is left on the old edition. What was foreseen and never told was done by the case itself, or is over."""
    done = (
        select(ClockRow.case_id)
        .where(
            ClockRow.case_id == MOVES.c.case_id,
            ClockRow.key == MOVES.c.key,
            ClockRow.legal_end == MOVES.c.new_end,
            ClockRow.state == "running",
        )
        .exists()
    )
    await connection.execute(
        update(CalendarMoveRow)
        .where(MOVES.c.publication == number, MOVES.c.state.in_(("foreseen", "moving")))
        .values(state=case((done, "moved"), else_="gone"), told_at=func.app_now())
    )
    await connection.execute(
        update(CalendarPublicationRow)
        .where(PUBLICATIONS.c.id == number, PUBLICATIONS.c.finished_at.is_(None))
        .values(finished_at=func.app_now(), examined=PUBLICATIONS.c.total)
    )


async def progress(connection: Place, number: int, **columns: Any) -> None:
    """How far it is: absolute values, so that a turn done twice says the same."""
    await connection.execute(
        update(CalendarPublicationRow).where(PUBLICATIONS.c.id == number).values(**columns)
    )
