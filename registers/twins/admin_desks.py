"""The administrator's door to the departments: how long they take, what is open there, and their officers."""

from typing import Annotated

from fastapi import APIRouter, Body, Request
from sqlalchemy import RowMapping, delete, insert, select

from registers.errands import DESKS
from registers.messages import CaseRef, Register, Token
from registers.twins import desk_examples, desks, due
from registers.twins.admin import Admin
from registers.twins.admin_models import Behaviour, Counted, DeskAnswer, DeskErrandRow, NextDue
from registers.twins.database import one
from registers.twins.desk_routes import BY_ERRAND
from registers.twins.desk_schema import desk_errands, desk_hours
from registers.twins.problems import Refused, documented
from registers.twins.schema import behaviours

router = APIRouter(prefix="/admin", tags=["admin"], responses=documented(400, 401, 411, 413, 422))
_PEOPLE = (Register.IDENTITY, Register.SIGNATURE)
_FIELDS = [f.alias or name for name, f in DeskErrandRow.model_fields.items()]


@router.put(
    "/behaviours",
    operation_id="setBehaviour",
    summary="无人值守时由系统代答;各部门的办理时长",
    response_model=Counted,
)
async def set_behaviour(behaviour: Behaviour, engine: Admin) -> Counted:
    register, seconds = behaviour.register_name, behaviour.auto_answer_seconds
    if register not in (*_PEOPLE, *DESKS):
        raise Refused("nobody_answers", "此登记系统当场答复,没有事后答复的事项")
    async with engine.begin() as connection:
        if register in DESKS:
            await connection.execute(
                delete(desk_hours).where(desk_hours.c.register == register.value)
            )
            await connection.execute(
                insert(desk_hours).values(register=register.value, answer_seconds=seconds)
            )
        else:
            await connection.execute(
                delete(behaviours).where(behaviours.c.register == register.value)
            )
            if seconds is not None:
                await connection.execute(
                    insert(behaviours).values(register=register.value, auto_answer_seconds=seconds)
                )
    return Counted(counts={"set": 1})


@router.get("/due", operation_id="getNextDue", summary="下一个到期时刻", response_model=NextDue)
async def next_due(engine: Admin) -> NextDue:
    """For stories that skip time: the instant of the next answer, expiry or lapse, past ones included."""
    return NextDue(at=await due.next_instant(engine))


@router.get(
    "/desk-errands",
    operation_id="listDeskErrands",
    summary="各部门的事项",
    response_model=list[DeskErrandRow],
)
async def list_desk_errands(
    engine: Admin,
    register: Register | None = None,
    case_ref: CaseRef | None = None,
    state: str | None = None,
) -> list[DeskErrandRow]:
    statement = select(desk_errands).order_by(desk_errands.c.opened_at, desk_errands.c.id)
    wanted = {"register": register and register.value, "case_ref": case_ref, "state": state}
    for column, value in wanted.items():
        if value is not None:
            statement = statement.where(desk_errands.c[column] == value)
    async with engine.connect() as connection:
        rows = (await connection.execute(statement.limit(10_000))).mappings().all()
    return [_shown(row) for row in rows]


@router.post(
    "/desk-errands/{errand_id}/answer",
    operation_id="answerDeskErrand",
    summary="以经办人身份答复",
    response_model=DeskErrandRow,
    responses=documented(404, 409),
)
async def answer(
    errand_id: Token,
    given: Annotated[DeskAnswer, Body(openapi_examples=desk_examples.ANSWER)],
    engine: Admin,
    request: Request,
) -> DeskErrandRow:
    """What the officer decides stands, whatever the rule would say."""
    no = (given.code, given.reason) if given.decision == "refuse" else None
    async with engine.begin() as connection:
        found = await one(connection, select(desk_errands).where(desk_errands.c.id == errand_id))
        if found is None:
            raise Refused("errand_unknown", "没有此事项", status=404)
        row = await desks.answer_by_hand(connection, BY_ERRAND[found["errand"]], errand_id, no)
    request.app.state.courier.wake.set()
    return _shown(row)


def _shown(row: RowMapping) -> DeskErrandRow:
    return DeskErrandRow(**{f: row[f] for f in _FIELDS})
