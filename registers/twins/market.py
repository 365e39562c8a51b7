"""Twin of the market-entity register (市场主体登记库)."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from fastapi.responses import Response
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.changes import ChangeEnterprise, EnterpriseChanged
from registers.deregistration import EnterpriseDeregistered, EnterpriseRestored
from registers.messages import Envelope, Register, Uscc
from registers.requests import (
    CapitalVerdict,
    CheckCapital,
    CheckName,
    CheckPersonBars,
    EndedEnterprise,
    EndedEnterprises,
    EndedSince,
    Enterprise,
    EnterpriseRegistered,
    EntityType,
    NameVerdict,
    PersonBars,
    RegisterEnterprise,
)
from registers.twins import examples
from registers.twins.codes import registration_number, unified_code
from registers.twins.database import app_now, lock, one
from registers.twins.gate import Call, changes, perform, reads
from registers.twins.market_changes import enter_change, head_of
from registers.twins.market_entries import (
    bars_of,
    branches_of,
    name_hits,
    next_of,
    refuse_barred,
)
from registers.twins.market_rules import (
    bars_in_force,
    capital_reasons,
    civil_day,
    competent,
    name_core,
    name_key,
)
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_find
from registers.twins.schema import enterprises, licence_seq, organisation_seq

R = Register.MARKET
router = APIRouter(prefix="/market", tags=["market"])


@router.post(
    "/person-checks",
    operation_id="checkPersonBars",
    summary="人员任职限制核查",
    response_model=Envelope[PersonBars],
    responses=documented(400, 401, 411, 413, 422, 503),
)
async def check_person_bars(
    query: Annotated[CheckPersonBars, Body(openapi_examples=examples.PERSON_CHECK)],
    call: Annotated[Call, Depends(reads(R, "check_person_bars"))],
) -> Response:
    async with call.engine.connect() as connection:
        today = civil_day(await app_now(connection))
        found = bars_in_force(await bars_of(connection, {query.id_number}), today)
    return call.answer(PersonBars(bars=found))


@router.post(
    "/name-checks",
    operation_id="checkName",
    summary="名称查重",
    response_model=Envelope[NameVerdict],
    responses=documented(400, 401, 411, 413, 422, 503),
)
async def check_name(
    query: Annotated[CheckName, Body(openapi_examples=examples.NAME_CHECK)],
    call: Annotated[Call, Depends(reads(R, "check_name"))],
) -> Response:
    async with call.engine.connect() as connection:
        hits = await name_hits(connection, query.name, individual=False)
    return call.answer(NameVerdict(available=not hits, hits=hits))


@router.post(
    "/capital-checks",
    operation_id="checkCapital",
    summary="注册资本核查",
    response_model=Envelope[CapitalVerdict],
    responses=documented(400, 401, 411, 413, 422, 503),
)
async def check_capital(
    query: Annotated[CheckCapital, Body(openapi_examples=examples.CAPITAL_CHECK)],
    call: Annotated[Call, Depends(reads(R, "check_capital"))],
) -> Response:
    async with call.engine.connect() as connection:
        today = civil_day(await app_now(connection))
    reasons = capital_reasons(
        query.entity_type,
        query.amount,
        query.paid_until,
        today,
        call.settings.capital_review_above,
    )
    return call.answer(CapitalVerdict(normal=not reasons, reasons=reasons))


@router.post(
    "/enterprises",
    operation_id="registerEnterprise",
    summary="设立登记,赋予统一社会信用代码",
    response_model=Envelope[EnterpriseRegistered],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def register_enterprise(
    effect: Annotated[RegisterEnterprise, Body(openapi_examples=examples.REGISTER)],
    call: Annotated[Call, Depends(changes(R, "register_enterprise"))],
) -> Response:
    return await perform(call, effect, _enter)


@router.post(
    "/changes",
    operation_id="changeEnterprise",
    summary="变更登记",
    response_model=Envelope[EnterpriseChanged],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def change_enterprise(
    effect: Annotated[ChangeEnterprise, Body(openapi_examples=examples.CHANGE)],
    call: Annotated[Call, Depends(changes(R, "change_enterprise"))],
) -> Response:
    return await perform(call, effect, enter_change)


@router.get(
    "/enterprises/{uscc}",
    operation_id="getEnterprise",
    summary="查询市场主体",
    response_model=Envelope[Enterprise],
    responses=documented(400, 401, 404, 422, 503),
)
async def get_enterprise(
    uscc: Annotated[Uscc, Path(examples=["91421303MA0BANJ05F"])],
    call: Annotated[Call, Depends(reads(R, "state"))],
) -> Response:
    async with call.engine.connect() as connection:
        row = await one(connection, select(enterprises).where(enterprises.c.uscc == uscc))
        branches = await branches_of(connection, uscc)
    if row is None:
        raise Refused("enterprise_unknown", "没有此市场主体", status=404)
    held = row["details"]
    shown = {"address": held.get("address"), "capital": held.get("capital")}
    shown |= {
        "business_scope": held.get("business_scope") or (),
        "legal_representative_name": head_of(held),
        "branches": branches,
        "deregistration_needs_approval": bool(held.get("deregistration_needs_approval")),
    }
    columns = {f: row[f] for f in Enterprise.model_fields if f in row}
    return call.answer(Enterprise(**columns | shown))


@router.post(
    "/endings",
    operation_id="listEndings",
    summary="查询某日以来终止的市场主体",
    description="Every entry that has ended since the day, by code: to hear of it without asking for each.",
    response_model=Envelope[EndedEnterprises],
    responses=documented(400, 401, 411, 413, 422, 503),
)
async def list_endings(
    query: Annotated[EndedSince, Body(openapi_examples=examples.ENDINGS)],
    call: Annotated[Call, Depends(reads(R, "endings"))],
) -> Response:
    c = enterprises.c
    statement = (
        select(c.uscc, c.name, c.status, c.ended_on)
        .where(c.status != "active", c.ended_on >= query.since, c.uscc > (query.after or ""))
        .order_by(c.uscc)
        .limit(query.limit)
    )
    async with call.engine.connect() as connection:
        rows = (await connection.execute(statement)).mappings().all()
    return call.answer(EndedEnterprises(ended=tuple(EndedEnterprise(**row) for row in rows)))


add_find(
    router,
    R,
    Envelope[
        EnterpriseRegistered | EnterpriseChanged | EnterpriseDeregistered | EnterpriseRestored
    ],
)


async def _enter(
    connection: AsyncConnection, call: Call, effect: RegisterEnterprise
) -> EnterpriseRegistered:
    """Enter an enterprise, by the register's own rules and whatever the bureau has decided."""
    now = await app_now(connection)
    today = civil_day(now)
    if reason := competent(effect.entity_type, effect.division):
        raise Refused("not_competent", reason)
    await refuse_barred(
        connection,
        effect.legal_representative.id_number,
        (p.id_number for p in effect.persons),
        today,
    )
    reasons = capital_reasons(
        effect.entity_type,
        effect.capital,
        effect.capital_paid_until,
        today,
        call.settings.capital_review_above,
    )
    if reasons:
        raise Refused("capital_abnormal", ";".join(reasons))
    # Two applications for one name at once: the second waits here, then sees the first.
    await lock(connection, f"market-name:{name_core(effect.name)}")
    individual = effect.entity_type is EntityType.INDIVIDUAL
    hits = await name_hits(connection, effect.name, individual=individual)
    if hits:
        raise Refused("name_taken", f"名称与“{hits[0].name}”相同,不予登记")
    uscc = await _issue_code(connection, effect)
    number = registration_number(effect.division, await next_of(connection, licence_seq))
    await connection.execute(
        insert(enterprises).values(
            uscc=uscc,
            name=effect.name,
            name_key=name_key(effect.name),
            name_core=name_core(effect.name),
            entity_type=effect.entity_type.value,
            division=effect.division,
            status="active",
            licence_number=number,
            details=effect.model_dump(mode="json", exclude={"case_ref", "name"}),
            registered_at=now,
        )
    )
    return EnterpriseRegistered(
        case_ref=effect.case_ref,
        uscc=uscc,
        name=effect.name,
        registered_at=now,
        licence_number=number,
    )


async def _issue_code(connection: AsyncConnection, effect: RegisterEnterprise) -> str:
    """The next code that nobody holds; a world seeded for a story may hold codes of the same range."""
    while True:
        sequence = await next_of(connection, organisation_seq)
        uscc = unified_code(effect.entity_type.value, effect.division, sequence)
        if (
            await one(connection, select(enterprises.c.uscc).where(enterprises.c.uscc == uscc))
            is None
        ):
            return uscc
