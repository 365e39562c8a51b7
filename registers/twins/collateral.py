"""Twin of the registers of collateral: 股权出质登记 and the unified register of movables (动产融资统一登记), as one counter.

It files by debtor: whom it does not know it cannot look up, so a question about a stranger is refused (policy of the twin).
"""

from collections.abc import Iterable
from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.encumbrances import AskCollateral, Collateral, CollateralRecord
from registers.messages import Envelope, Register
from registers.twins import encumbrance_examples as examples
from registers.twins.admin_models import SeedCollateral
from registers.twins.database import app_now
from registers.twins.encumbrance_schema import collaterals
from registers.twins.entities import holder_of
from registers.twins.gate import Call, reads
from registers.twins.market_rules import civil_day
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_find

R: Final = Register.COLLATERAL
router = APIRouter(prefix="/collateral", tags=["collateral"])


@router.post(
    "/searches",
    operation_id="searchCollaterals",
    summary="查询股权出质和动产抵押",
    response_model=Envelope[CollateralRecord],
    responses=documented(400, 401, 411, 413, 422, 503),
)
async def search(
    query: Annotated[AskCollateral, Body(openapi_examples=examples.SEARCH)],
    call: Annotated[Call, Depends(reads(R, "search"))],
) -> Response:
    async with call.engine.connect() as connection:
        holder = await holder_of(connection, query.uscc)
        if holder is None:
            raise Refused("debtor_unknown", "没有此担保人,无法查询")
        if holder != query.name:
            raise Refused("name_differs", "担保人名称与统一社会信用代码不一致")
        found = await securities_of(connection, query.uscc)
    return call.answer(CollateralRecord(uscc=query.uscc, securities=found))


add_find(router, R, Envelope[CollateralRecord])


async def securities_of(connection: AsyncConnection, uscc: str) -> tuple[Collateral, ...]:
    """What is registered today: from the day of its registration until the day of its release, which is free."""
    today = civil_day(await app_now(connection))
    c = collaterals.c
    statement = (
        select(collaterals)
        .where(
            c.uscc == uscc,
            c.registered_on <= today,
            or_(c.released_on.is_(None), c.released_on > today),
        )
        .order_by(c.registered_on, c.number)
    )
    rows = (await connection.execute(statement)).mappings()
    return tuple(Collateral(**{f: row[f] for f in Collateral.model_fields}) for row in rows)


async def seed_collaterals(connection: AsyncConnection, seeded: Iterable[SeedCollateral]) -> None:
    """By its number, as the register keeps it. Raises Refused: released before it was registered."""
    for security in seeded:
        if security.released_on and security.released_on < security.registered_on:
            raise Refused("released_before", "解除登记的日期早于登记的日期")
        row = security.model_dump() | {"kind": security.kind.value}
        statement = upsert(collaterals).values(**row)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["number"], set_=row)
        )
