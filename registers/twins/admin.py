"""The administrator's door: faults, and what really came to be. Worlds and desks: `admin_world`, `admin_desks`."""

import hmac
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from registers.errands import DESKS
from registers.messages import CaseRef, Register
from registers.twins import due, examples
from registers.twins.admin_models import (
    Counted,
    EffectRow,
    ErrandRow,
    Fault,
    FaultOrder,
)
from registers.twins.desk_schema import desk_errands
from registers.twins.faults import ANSWER_KINDS, CALLBACK_KINDS, FaultKind
from registers.twins.problems import Refused, documented
from registers.twins.schema import (
    callbacks,
    effects,
    errands,
    faults,
)

_bearer = HTTPBearer(scheme_name="adminKey", auto_error=False)


async def _admin(
    request: Request,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)],
) -> AsyncEngine:
    key = request.app.state.settings.admin_key
    offered = credentials.credentials if credentials else ""
    if not hmac.compare_digest(offered.encode(), key.encode()):
        raise Refused("unauthenticated", "凭据无效", status=401)
    engine: AsyncEngine = request.app.state.engine
    return engine


Admin = Annotated[AsyncEngine, Depends(_admin)]
router = APIRouter(prefix="/admin", tags=["admin"], responses=documented(400, 401, 411, 413, 422))


_ERRAND_FIELDS = [f.alias or name for name, f in ErrandRow.model_fields.items()]


@router.get("/health", operation_id="getTwinHealth", summary="运行状况", response_model=Counted)
async def health(engine: Admin) -> Counted:
    async with engine.connect() as connection:
        waiting = await connection.scalar(
            select(func.count()).where(callbacks.c.delivered_at.is_(None))
        )
        open_errands = await connection.scalar(
            select(func.count()).where(errands.c.state == "open")
        )
        at_desks = await connection.scalar(
            select(func.count()).where(desk_errands.c.state == "open")
        )
        done = await connection.scalar(select(func.count()).select_from(effects))
    counts = {"callbacks_waiting": waiting, "effects": done}
    counts |= {"errands_open": open_errands, "desk_errands_open": at_desks}
    return Counted(counts={name: int(count or 0) for name, count in counts.items()})


@router.post(
    "/tick", operation_id="tick", summary="办理并送达此刻到期的一切", response_model=Counted
)
async def tick(request: Request, engine: Admin) -> Counted:
    """For stories that skip time: settle what is due, then deliver every callback due now, once."""
    settled = await due.settle_due(engine)
    round_ = await request.app.state.courier.deliver_due()
    return Counted(counts={"settled": settled, **vars(round_)})


@router.post(
    "/faults", operation_id="orderFault", summary="布置故障", status_code=201, response_model=Fault
)
async def order_fault(
    order: Annotated[FaultOrder, Body(openapi_examples=examples.FAULT)], engine: Admin
) -> Fault:
    values = order.model_dump(mode="json", by_alias=True, exclude={"times", "delay"})
    values |= {"remaining": order.times, "delay_seconds": order.delay, "draws": 0, "hits": 0}
    if order.variant is not None and order.kind is not FaultKind.WRONG_ANSWER:
        raise Refused("variant_without_wrong_answer", "variant 只用于 wrong_answer")
    if order.operation is not None and order.kind in CALLBACK_KINDS:
        raise Refused("operation_of_callbacks", "回调故障不分操作")
    if order.kind in ANSWER_KINDS and order.register_name not in DESKS:
        raise Refused("no_desk", "此登记系统没有由经办人答复的事项")
    async with engine.begin() as connection:
        statement = insert(faults).values(**values).returning(faults.c.id)
        fault_id = (await connection.execute(statement)).scalar_one()
    return Fault(**order.model_dump(by_alias=True), id=fault_id, draws=0, hits=0)


@router.get(
    "/faults", operation_id="listFaults", summary="已布置的故障", response_model=list[Fault]
)
async def list_faults(engine: Admin) -> list[Fault]:
    async with engine.connect() as connection:
        rows = (await connection.execute(select(faults).order_by(faults.c.id))).mappings().all()
    return [
        Fault(
            **{f: row[f] for f in ("id", "register", "kind", "operation", "variant")},
            **{f: row[f] for f in ("probability", "seed", "draws", "hits")},
            times=row["remaining"] or None,
            delay=row["delay_seconds"],
        )
        for row in rows
    ]


@router.delete(
    "/faults", operation_id="clearFaults", summary="解除全部故障", response_model=Counted
)
async def clear_faults(engine: Admin, register: Register | None = None) -> Counted:
    statement = delete(faults)
    if register is not None:
        statement = statement.where(faults.c.register == register.value)
    async with engine.begin() as connection:
        return Counted(counts={"cleared": (await connection.execute(statement)).rowcount})


@router.get(
    "/effects", operation_id="listEffects", summary="已发生的效果", response_model=list[EffectRow]
)
async def list_effects(
    engine: Admin,
    register: Register | None = None,
    case_ref: CaseRef | None = None,
    after: Annotated[int, Query(ge=0, lt=2**62)] = 0,
    limit: Annotated[int, Query(gt=0, le=10_000)] = 1000,
) -> list[EffectRow]:
    """Every effect that came to be, in order; page on with `after` = the last id."""
    statement = select(effects).where(effects.c.id > after).order_by(effects.c.id).limit(limit)
    if register is not None:
        statement = statement.where(effects.c.register == register.value)
    if case_ref is not None:
        statement = statement.where(effects.c.case_ref == case_ref)
    async with engine.connect() as connection:
        rows = (await connection.execute(statement)).mappings().all()
    return [EffectRow(**row) for row in rows]


@router.get(
    "/errands",
    operation_id="listErrands",
    summary="待本人办理的事项",
    response_model=list[ErrandRow],
)
async def list_errands(
    engine: Admin,
    state: Literal["open", "confirmed", "failed", "signed", "refused", "expired"] = "open",
    case_ref: CaseRef | None = None,
) -> list[ErrandRow]:
    """For demo and player, who stand in for the people the links were sent to."""
    statement = select(errands).where(errands.c.state == state).order_by(errands.c.opened_at)
    if case_ref is not None:
        statement = statement.where(errands.c.case_ref == case_ref)
    async with engine.connect() as connection:
        rows = (await connection.execute(statement)).mappings().all()
    return [ErrandRow(**{f: row[f] for f in _ERRAND_FIELDS}) for row in rows]
