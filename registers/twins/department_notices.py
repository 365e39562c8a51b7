"""The departments' door for the double notice (双告知): acknowledged at once, kept, never decided."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.licences import Noticed, NotifyDepartment
from registers.messages import Envelope, Register
from registers.twins import desk_examples
from registers.twins.database import app_now, lock, next_number
from registers.twins.department_rules import item_of
from registers.twins.desk_schema import department_notices
from registers.twins.desks import entered
from registers.twins.gate import Call, changes, perform
from registers.twins.market_rules import civil_day
from registers.twins.problems import Refused, documented

_Noticing = Annotated[NotifyDepartment, Body(openapi_examples=desk_examples.NOTICE)]
_Call = Annotated[Call, Depends(changes(Register.DEPARTMENTS, "notify_department"))]


def add(router: APIRouter) -> None:
    @router.post(
        "/notices",
        operation_id="notifyDepartment",
        summary="双告知:告知许可主管部门",
        response_model=Envelope[Noticed],
        responses=documented(400, 401, 409, 411, 413, 422, 503),
    )
    async def notify(effect: _Noticing, call: _Call) -> Response:
        return await perform(call, effect, _take)


async def _take(connection: AsyncConnection, call: Call, effect: NotifyDepartment) -> Noticed:
    """Only what the department is competent for, and of one enterprise each item once."""
    for item in effect.items:
        item_of(effect.department, item)
    await entered(connection, effect.uscc, effect.name)
    await lock(connection, f"notice:{effect.department}:{effect.uscc}")
    earlier = select(department_notices.c["items"]).where(
        department_notices.c.department == effect.department,
        department_notices.c.uscc == effect.uscc,
    )
    told = {item for row in (await connection.execute(earlier)).scalars() for item in row}
    if told & set(effect.items):
        raise Refused("already_notified", "该企业的此事项已经告知")
    now = await app_now(connection)
    year = civil_day(now).year
    running = await next_number(connection, f"notice-{effect.department}-{year}")
    number = f"SGZ-{effect.department}-{year}-{running:06d}"
    await connection.execute(
        insert(department_notices).values(
            number=number,
            department=effect.department,
            uscc=effect.uscc,
            case_ref=effect.case_ref,
            items=list(effect.items),
            content=effect.model_dump(mode="json", exclude={"case_ref", "items"}),
            acknowledged_at=now,
        )
    )
    return Noticed(
        case_ref=effect.case_ref,
        department=effect.department,
        notice_number=number,
        acknowledged_at=now,
    )
