"""The record of promised documents (容缺后补): of a case, and of a person or enterprise."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import promises
from storage.prepared import Place, Prepared
from storage.tables import PromiseRow

_OF_CASE = Prepared(
    select(PromiseRow.__table__)
    .where(PromiseRow.case_id == bindparam("case_id"))
    .order_by(PromiseRow.seq)
)


async def of_case(place: Place, case_id: UUID) -> list[PromiseRow]:
    """In the order in which they were given."""
    return [PromiseRow(**row) for row in await _OF_CASE.all(place, case_id=case_id)]


async def counted(
    connection: AsyncConnection, *, owner: str, uscc: str, but: UUID
) -> tuple[int, int]:
    """How many were kept, and how many were not: broken and never made good, or overdue now."""
    mine: Any = PromiseRow.owner == owner
    if uscc:
        mine = or_(mine, PromiseRow.uscc == uscc)
    unkept = (PromiseRow.state == promises.BROKEN) & PromiseRow.cured_at.is_(None)
    overdue = PromiseRow.state.in_((promises.OVERDUE, promises.ORDERED))
    row = (
        await connection.execute(
            select(
                func.count().filter(PromiseRow.state == promises.KEPT).label("kept"),
                func.count().filter(or_(unkept, overdue)).label("broken"),
            ).where(mine, PromiseRow.case_id != but)
        )
    ).one()
    return cast(int, row.kept), cast(int, row.broken)
