"""What the market register's twin knows that stands in the way of an easy end."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from fastapi.responses import Response
from sqlalchemy import RowMapping, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.encumbrances import CourtKind
from registers.messages import Envelope, Register, Uscc
from registers.standings import Standings
from registers.twins.collateral import securities_of
from registers.twins.court import matters_of
from registers.twins.database import one
from registers.twins.gate import Call, reads
from registers.twins.problems import Refused, documented
from registers.twins.schema import enterprises, standings

R = Register.MARKET
IN_COURT = frozenset({CourtKind.LAWSUIT, CourtKind.ARBITRATION})
router = APIRouter(prefix="/market", tags=["market"])


@router.get(
    "/standings/{uscc}",
    operation_id="getStandings",
    summary="查询市场主体的注销障碍信息",
    description="Investments, cases, penalties and the like: the register's own facts.",
    response_model=Envelope[Standings],
    responses=documented(400, 401, 404, 422, 503),
)
async def get_standings(
    uscc: Annotated[Uscc, Path(examples=["91421303MA0BANJ05F"])],
    call: Annotated[Call, Depends(reads(R, "standings"))],
) -> Response:
    async with call.engine.connect() as connection:
        row = await one(connection, select(enterprises).where(enterprises.c.uscc == uscc))
        if row is None:
            raise Refused("enterprise_unknown", "没有此市场主体", status=404)
        found = await standings_of(connection, row)
    return call.answer(found)


async def standings_of(connection: AsyncConnection, entry: RowMapping) -> Standings:
    """As seeded; an entry that was registered here names its shareholders itself."""
    row = await one(connection, select(standings).where(standings.c.uscc == entry["uscc"]))
    if row is not None:
        return Standings.model_validate(row["body"])
    persons: list[dict[str, Any]] = entry["details"].get("persons") or []
    return Standings(investors=tuple(p["name"] for p in persons if "股东" in p["post"]))


async def refuse_bound(connection: AsyncConnection, entry: RowMapping) -> None:
    """实施细则 48, as far as the register itself can see: courts and pledgees have their measures entered here too. Raises Refused."""
    held = await standings_of(connection, entry)
    matters = await matters_of(connection, entry["uscc"])
    frozen = any(m.kind is CourtKind.FREEZE for m in matters)
    if held.closure is not None:
        raise Refused("closed", "被责令关闭、撤销的,不适用简易注销程序")
    if frozen or await securities_of(connection, entry["uscc"]) or held.investments:
        raise Refused("bound", "股权被冻结、出质或者动产抵押,或者对其他市场主体存在投资")
    if held.investigations or any(m.kind in IN_COURT for m in matters):
        raise Refused(
            "under_proceedings", "正在被立案调查、采取行政强制措施,或者正在诉讼、仲裁程序中"
        )


async def seed_standings(connection: AsyncConnection, uscc: str, held: Standings) -> None:
    body = held.model_dump(mode="json")
    statement = upsert(standings).values(uscc=uscc, body=body)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["uscc"], set_={"body": body})
    )
