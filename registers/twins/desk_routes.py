"""The routes of a register that answers errands: open, ask, withdraw, find. Built from its desks."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.errands import (
    WITHDRAWALS,
    ErrandOpened,
    ErrandState,
    ErrandWithdrawn,
    OpenErrand,
    WithdrawErrand,
)
from registers.licences import Noticed
from registers.messages import Envelope, Key, Register, Uscc
from registers.standings import DeskStanding
from registers.twins import department_notices, department_rules, desk_examples, desk_rules, desks
from registers.twins.desks import Desk
from registers.twins.gate import Call, changes, perform, reads
from registers.twins.problems import documented
from registers.twins.routes import add_find

ALL: tuple[Desk, ...] = desk_rules.DESKS + department_rules.DESKS
BY_ERRAND: dict[str, Desk] = {desk.errand: desk for desk in ALL}
MARKS: dict[str, str] = desk_rules.MARKS | department_rules.MARKS
"""Which register keeps a mark of this name."""


def _add_open(router: APIRouter, desk: Desk) -> None:
    async def rule(connection: AsyncConnection, call: Call, request: OpenErrand) -> ErrandOpened:
        await desk.counter(connection, request)
        return await desks.open_errand(connection, call, request)

    async def open_errand(
        effect: OpenErrand,
        call: Annotated[Call, Depends(changes(desk.register, f"open_{desk.errand}"))],
    ) -> Response:
        return await perform(call, effect, rule)

    # The request's type is data here; FastAPI reads it from the signature.
    body = Body(openapi_examples=desk_examples.ERRANDS[desk.errand])
    open_errand.__annotations__["effect"] = Annotated[desk.request, body]
    router.post(
        desk.request.path,
        operation_id="open" + desk.errand.title().replace("_", ""),
        summary=f"提交{desk.title}",
        description="Taken at once, answered later by a signed callback: "
        f"`{desk.request.good}` or `{desk.request.bad}`.",
        response_model=Envelope[ErrandOpened],
        responses=documented(400, 401, 409, 411, 413, 422, 503),
    )(open_errand)


def _add_withdrawal(router: APIRouter, register: Register) -> None:
    async def rule(
        connection: AsyncConnection, call: Call, request: WithdrawErrand
    ) -> ErrandWithdrawn:
        return await desks.withdraw(connection, call, request)

    async def withdraw_errand(
        effect: WithdrawErrand,
        call: Annotated[Call, Depends(changes(register, "withdraw_errand"))],
    ) -> Response:
        return await perform(call, effect, rule)

    body = Body(openapi_examples=desk_examples.WITHDRAWAL)
    withdraw_errand.__annotations__["effect"] = Annotated[WITHDRAWALS[register], body]
    router.post(
        WithdrawErrand.path,
        operation_id=f"withdraw{register.value.title()}Errand",
        summary="撤回尚未办结的事项",
        response_model=Envelope[ErrandWithdrawn],
        responses=documented(400, 401, 409, 411, 413, 422, 503),
    )(withdraw_errand)


def _add_state(router: APIRouter, register: Register) -> None:
    @router.get(
        "/errands/{key}",
        operation_id=f"get{register.value.title()}Errand",
        summary="查询事项办理状态",
        description="For the caller whose callback never came.",
        response_model=Envelope[ErrandState],
        responses=documented(400, 401, 404, 422, 503),
    )
    async def state(
        key: Annotated[Key, Path(examples=["case-0001.open_errand.1"])],
        call: Annotated[Call, Depends(reads(register, "state"))],
    ) -> Response:
        async with call.engine.connect() as connection:
            found = await desks.state_of(connection, register, key)
        return call.answer(found)


def _add_standing(router: APIRouter, register: Register) -> None:
    @router.get(
        "/standings/{uscc}",
        operation_id=f"get{register.value.title()}Standing",
        summary="查询欠缴、未办结等信息",
        description="What the department has against the entity now; nothing of its persons.",
        response_model=Envelope[DeskStanding],
        responses=documented(400, 401, 422, 503),
    )
    async def standing(
        uscc: Annotated[Uscc, Path(examples=["91421303MA0BANJ05F"])],
        call: Annotated[Call, Depends(reads(register, "standing"))],
    ) -> Response:
        async with call.engine.connect() as connection:
            found = await desks.owed_by(connection, register, uscc)
        return call.answer(DeskStanding(uscc=uscc, owed=found))


def _router(register: Register) -> APIRouter:
    router = APIRouter(prefix=f"/{register.value}", tags=[register.value])
    for desk in ALL:
        if desk.register is register:
            _add_open(router, desk)
    answer: Any = Envelope[ErrandOpened | ErrandWithdrawn]
    if register is Register.DEPARTMENTS:
        department_notices.add(router)
        answer = Envelope[ErrandOpened | ErrandWithdrawn | Noticed]
    _add_withdrawal(router, register)
    _add_state(router, register)
    _add_standing(router, register)
    add_find(router, register, answer)
    return router


ROUTERS: tuple[APIRouter, ...] = tuple(_router(register) for register in WITHDRAWALS)
