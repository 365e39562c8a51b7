"""Which running clocks a publication of a calendar moves: found page by page, noted, settled when their case was told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert

from domain.contracts import RunningClock
from storage.calendar_publications import MOVES, PUBLICATIONS, Place
from storage.tables import CaseRow, ClockRow
from storage.tables_calendars import CalendarMoveRow, CalendarPublicationRow

# A notice names days of the neighbouring months, and a ladder looks some working days beyond an end.
MARGIN = timedelta(days=60)


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


@dataclass(frozen=True)
class Running:
    """A running clock with what the lists of moves show of its case."""

    case_id: UUID
    key: str
    procedure: str
    office: str
    number: str
    body: dict[str, Any]

    @property
    def place(self) -> tuple[str, str]:
        """Where the next page begins."""
        return str(self.case_id), self.key

    @cached_property
    def clock(self) -> RunningClock:
        """Read when it is asked for: a page of them at once would hold up everything else in the process."""
        return RunningClock.model_validate(self.body)


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


def _touched(year: int, foreseen: int | None) -> Any:
    first, last = date(year, 1, 1) - MARGIN, date(year, 12, 31) + MARGIN
    touched = (
        (ClockRow.state == "running")
        & (ClockRow.legal_end >= first)
        & (func.date(ClockRow.trigger) <= last)
    )
    if foreseen is None:
        return touched
    of_preview = select(MOVES.c.case_id).where(
        MOVES.c.publication == foreseen,
        MOVES.c.case_id == ClockRow.case_id,
        MOVES.c.key == ClockRow.key,
    )
    return touched & of_preview.exists()


async def running(
    connection: Place,
    year: int,
    after: tuple[str, str] | None,
    limit: int,
    foreseen: int | None = None,
) -> Sequence[Running]:
    """Running clocks that days of the year may bear on, in the order of case and clock.

    Args:
        foreseen: a publication, for those of its preview only.
    """
    chosen = (
        select(
            ClockRow.case_id,
            ClockRow.key,
            CaseRow.procedure,
            CaseRow.office,
            func.coalesce(CaseRow.case_no, CaseRow.receipt_no, ""),
            ClockRow.body,
        )
        .join(CaseRow, CaseRow.case_id == ClockRow.case_id)
        .where(_touched(year, foreseen))
    )
    if after is not None:
        place = UUID(after[0]), after[1]
        chosen = chosen.where(tuple_(ClockRow.case_id, ClockRow.key) > place)
    rows = await connection.execute(chosen.order_by(ClockRow.case_id, ClockRow.key).limit(limit))
    return [Running(*row) for row in rows]


async def count_running(connection: Place, year: int, foreseen: int | None = None) -> int:
    """How many running clocks days of the year may bear on; with a publication, of those that its preview foresaw."""
    found = await connection.scalar(
        select(func.count()).select_from(ClockRow).where(_touched(year, foreseen))
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


async def finish(connection: Place, number: int, total: int) -> None:
    """Nothing is left on the old edition. What was foreseen and never told was done by the case itself, or is over.

    Args:
        total: running clocks, all of which the last pass looked at.
    """
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
        .values(finished_at=func.app_now(), examined=total, total=total)
    )


async def progress(connection: Place, number: int, **columns: Any) -> None:
    """How far it is: absolute values, so that a turn done twice says the same."""
    await connection.execute(
        update(CalendarPublicationRow).where(PUBLICATIONS.c.id == number).values(**columns)
    )
