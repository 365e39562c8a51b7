"""Clocks of cases, open and closed, by the rows of law they ran under. Read only."""

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.contracts import RunningClock
from storage.tables import CaseRow, ClockRow

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Ran:
    """A clock with its case. `number` as people know the case."""

    number: str
    title: str
    procedure: str
    closed_at: datetime | None
    clock: RunningClock


async def ran_under(
    connection: AsyncConnection, clock_ids: Collection[str], *, office: str | None = None
) -> AsyncIterator[Ran]:
    """Every clock that runs or ran under one of the rows; the oldest trigger first, streamed in batches."""
    if not clock_ids:
        return
    query = (
        select(
            func.coalesce(CaseRow.case_no, CaseRow.receipt_no, "").label("number"),
            CaseRow.title,
            CaseRow.procedure,
            CaseRow.closed_at,
            ClockRow.body,
        )
        .join(CaseRow, CaseRow.case_id == ClockRow.case_id)
        .where(ClockRow.clock_id.in_(sorted(clock_ids)))
        .order_by(ClockRow.trigger, ClockRow.case_id, ClockRow.key)
        .execution_options(yield_per=BATCH)
    )
    if office is not None:
        query = query.where(CaseRow.office == office)
    async with connection.stream(query) as rows:
        async for row in rows:
            yield Ran(
                row.number,
                row.title,
                row.procedure,
                row.closed_at,
                RunningClock.model_validate(row.body),
            )
