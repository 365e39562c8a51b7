"""Twin of the courts: what they have against an entity today, and who may ask for it.

A question names code and name; the twin answers only for an entity that both belong to (policy of the twin).
"""

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.encumbrances import AskCourt, CourtKind, CourtMatter, CourtRecord
from registers.messages import Envelope, Register
from registers.twins import encumbrance_examples as examples
from registers.twins.admin_models import SeedCourtMatter
from registers.twins.database import app_now
from registers.twins.encumbrance_schema import court_matters
from registers.twins.entities import holder_of
from registers.twins.gate import Call, reads
from registers.twins.market_rules import civil_day
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_find

R: Final = Register.COURT
router = APIRouter(prefix="/court", tags=["court"])


@router.post(
    "/searches",
    operation_id="searchCourtMatters",
    summary="查询股权冻结、诉讼、仲裁和强制执行",
    response_model=Envelope[CourtRecord],
    responses=documented(400, 401, 411, 413, 422, 503),
)
async def search(
    query: Annotated[AskCourt, Body(openapi_examples=examples.SEARCH)],
    call: Annotated[Call, Depends(reads(R, "search"))],
) -> Response:
    async with call.engine.connect() as connection:
        if await holder_of(connection, query.uscc) not in (None, query.name):
            raise Refused("name_differs", "名称与统一社会信用代码不一致")
        found = await matters_of(connection, query.uscc)
    return call.answer(CourtRecord(uscc=query.uscc, matters=found))


add_find(router, R, Envelope[CourtRecord])


async def matters_of(connection: AsyncConnection, uscc: str) -> tuple[CourtMatter, ...]:
    """What stands today; of a freeze its last day still counts."""
    today = civil_day(await app_now(connection))
    c = court_matters.c
    statement = (
        select(court_matters)
        .where(c.uscc == uscc, c.since <= today, or_(c.until.is_(None), c.until >= today))
        .order_by(c.since, c.number)
    )
    rows = (await connection.execute(statement)).mappings()
    return tuple(CourtMatter(**{f: row[f] for f in CourtMatter.model_fields}) for row in rows)


async def seed_court_matters(
    connection: AsyncConnection, seeded: Iterable[SeedCourtMatter]
) -> None:
    """By its number: what a court says of a matter anew takes the place of what it said before."""
    for matter in seeded:
        if matter.kind is CourtKind.FREEZE and matter.investor is None:
            raise Refused("investor_missing", "冻结股权的,应当写明被冻结人")
        row = matter.model_dump() | {"kind": matter.kind.value}
        statement = upsert(court_matters).values(**row)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["number"], set_=row)
        )
