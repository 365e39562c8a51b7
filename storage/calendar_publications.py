"""Publications of calendars as people follow them: what each puts in force, its state, its progress."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from law import calendars as law
from law.calendars import CalendarEdition
from storage.tables_accounts import AccountRow
from storage.tables_calendars import CalendarEditionRow, CalendarMoveRow, CalendarPublicationRow

Place = AsyncConnection | AsyncSession
PUBLICATIONS = CalendarPublicationRow.__table__
MOVES = CalendarMoveRow.__table__


class NoSuchPublication(LookupError):
    """No publication of this number."""


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
        """Of the clocks of the first pass, how many were looked at; 100 when nothing is left on the old edition."""
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
