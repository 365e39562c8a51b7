"""How the market register's twin enters a deregistration, and takes a compulsory one back: by its own rules."""

from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.deregistration import (
    DeregisterEnterprise,
    EnterpriseDeregistered,
    EnterpriseRestored,
    RestoreEnterprise,
    Way,
)
from registers.messages import Envelope, Register
from registers.twins import ending_examples as examples
from registers.twins.database import app_now, lock, one
from registers.twins.gate import Call, changes, perform
from registers.twins.market_entries import branches_of
from registers.twins.market_rules import add_years, civil_day
from registers.twins.market_standings import refuse_bound, standings_of
from registers.twins.problems import Refused, documented
from registers.twins.schema import enterprises

R: Final = Register.MARKET
# 公司法 241: three years from revocation or closure.
DORMANT_YEARS: Final = 3
router = APIRouter(prefix="/market", tags=["market"])


@router.post(
    "/deregistrations",
    operation_id="deregisterEnterprise",
    summary="注销登记",
    response_model=Envelope[EnterpriseDeregistered],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def deregister_enterprise(
    effect: Annotated[DeregisterEnterprise, Body(openapi_examples=examples.DEREGISTRATION)],
    call: Annotated[Call, Depends(changes(R, "deregister_enterprise"))],
) -> Response:
    return await perform(call, effect, _deregister)


@router.post(
    "/restorations",
    operation_id="restoreEnterprise",
    summary="恢复登记(强制注销的)",
    response_model=Envelope[EnterpriseRestored],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def restore_enterprise(
    effect: Annotated[RestoreEnterprise, Body(openapi_examples=examples.RESTORATION)],
    call: Annotated[Call, Depends(changes(R, "restore_enterprise"))],
) -> Response:
    return await perform(call, effect, _restore)


async def _deregister(
    connection: AsyncConnection, call: Call, effect: DeregisterEnterprise
) -> EnterpriseDeregistered:
    """Raises Refused: unknown or ended, another registrar's, branches, and each way's own bar."""
    now = await app_now(connection)
    row = await _locked(connection, effect.uscc, effect.name, effect.division)
    if row["status"] == "deregistered":
        raise Refused("enterprise_unknown", "登记库中没有此名称、代码的存续企业")
    held: dict[str, Any] = dict(row["details"])
    if any(b.status == "active" for b in await branches_of(connection, effect.uscc)):
        raise Refused(
            "branches_remain", "企业有分支机构尚未注销登记(市场主体登记管理条例第三十二条)"
        )
    if effect.way is Way.SIMPLE and row["status"] != "active":
        raise Refused("licence_revoked", "被吊销营业执照、责令关闭或者撤销的,不适用简易注销")
    if effect.way is Way.SIMPLE:
        await refuse_bound(connection, row)
    if effect.way is Way.COMPULSORY:
        await _refuse_not_dormant(connection, row, held, now)
    # What a restoration needs; the register forgets nothing.
    held["deregistered"] = {
        "way": effect.way.value,
        "status": row["status"],
        "ended_on": row["ended_on"].isoformat() if row["ended_on"] else None,
    }
    await connection.execute(
        update(enterprises)
        .where(enterprises.c.uscc == effect.uscc)
        .values(status="deregistered", ended_on=civil_day(now), details=held)
    )
    return EnterpriseDeregistered(
        case_ref=effect.case_ref,
        uscc=effect.uscc,
        name=row["name"],
        way=effect.way,
        deregistered_at=now,
        voided_licence_number=row["licence_number"],
    )


async def _refuse_not_dormant(
    connection: AsyncConnection, row: RowMapping, held: dict[str, Any], now: datetime
) -> None:
    """公司法 241: three years since the licence was revoked, the registration annulled, or an order to close."""
    since = row["ended_on"]
    if row["status"] == "active":
        bound = await standings_of(connection, row)
        since = bound.closure_on if bound.closure is not None else None
    if since is None:
        raise Refused("not_revoked", "企业没有被吊销营业执照、责令关闭或者撤销,不能强制注销")
    if civil_day(now) <= add_years(since, DORMANT_YEARS):
        raise Refused("too_early", "被吊销、责令关闭或者撤销未满三年(公司法第二百四十一条)")
    if held.get("deregistration_needs_approval"):
        raise Refused("approval_needed", "注销依法须经批准的,不能强制注销")


async def _restore(
    connection: AsyncConnection, call: Call, effect: RestoreEnterprise
) -> EnterpriseRestored:
    """Raises Refused: unknown, another registrar's, not a compulsory deregistration."""
    now = await app_now(connection)
    row = await _locked(connection, effect.uscc, effect.name, effect.division)
    held: dict[str, Any] = dict(row["details"])
    ended = held.pop("deregistered", None)
    if row["status"] != "deregistered" or ended is None or ended["way"] != Way.COMPULSORY.value:
        raise Refused("not_compulsory", "企业不是被强制注销的,不能恢复登记")
    before = ended["ended_on"]
    await connection.execute(
        update(enterprises)
        .where(enterprises.c.uscc == effect.uscc)
        .values(
            status=ended["status"],
            ended_on=date.fromisoformat(before) if before else None,
            details=held,
        )
    )
    return EnterpriseRestored(
        case_ref=effect.case_ref,
        uscc=effect.uscc,
        name=row["name"],
        status=ended["status"],
        restored_at=now,
    )


async def _locked(connection: AsyncConnection, uscc: str, name: str, division: str) -> RowMapping:
    """The entry, locked against a change or a second ending that comes at once."""
    await lock(connection, f"market-enterprise:{uscc}")
    row = await one(connection, select(enterprises).where(enterprises.c.uscc == uscc))
    if row is None or row["name"] != name:
        raise Refused("enterprise_unknown", "登记库中没有此名称、代码的存续企业")
    if row["division"] != division:
        raise Refused("not_competent", "此企业由其他登记机关登记")
    return row
