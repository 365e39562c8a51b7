"""A desk: where a department takes an errand, keeps it for a while, and answers by its own rule.

Six registers are rows of `Desk` (`desk_rules.py`, `department_rules.py`); what all do alike is here.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any, Final

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.errands import ErrandOpened, ErrandState, ErrandWithdrawn, OpenErrand, WithdrawErrand
from registers.messages import Register
from registers.standings import Owed
from registers.twins.database import app_now, lock, next_number, one
from registers.twins.desk_schema import desk_errands, desk_hours, marks
from registers.twins.faults import ANSWER_KINDS, draw
from registers.twins.gate import Call, record
from registers.twins.market_rules import civil_day
from registers.twins.outbox import enqueue
from registers.twins.problems import Refused
from registers.twins.schema import enterprises

Rule = Callable[[AsyncConnection, Any], Awaitable[None]]
OPEN, WITHDRAWN = "open", "withdrawn"


async def anything_goes(connection: AsyncConnection, request: OpenErrand) -> None:
    """The rule of a desk that has none."""


@dataclass(frozen=True)
class Desk:
    """One kind of errand at one register.

    Attributes:
      request: what is asked; its class names register, errand and both outcomes.
      title: in Chinese.
      prefix: of the numbers that the department gives.
      rule: raises Refused for a no; asked when the answer is due.
      counter: raises Refused where the errand is not even taken (422, at once).
      once: the code of the no to a second one of its kind for the same enterprise, and its reason; None:
        as often as one likes.
      silent: a yes is no answer at all: it stays open until somebody says no or it is taken back.
    """

    request: type[OpenErrand]
    title: str
    prefix: str
    rule: Rule = anything_goes
    counter: Rule = anything_goes
    once: tuple[str, str] | None = None
    silent: bool = False

    @property
    def register(self) -> Register:
        return self.request.register_name

    @property
    def errand(self) -> str:
        return str(self.request.model_fields["errand"].default)


async def open_errand(connection: AsyncConnection, call: Call, request: OpenErrand) -> ErrandOpened:
    now = await app_now(connection)
    seconds = await answer_seconds(connection, call.register, call.settings.desk_seconds)
    opened = ErrandOpened(
        case_ref=request.case_ref, errand=request.errand, errand_id=token_urlsafe(24), opened_at=now
    )
    await connection.execute(
        insert(desk_errands).values(
            id=opened.errand_id,
            register=call.register.value,
            errand=request.errand,
            key=call.key,
            case_ref=request.case_ref,
            request_hash=call.request_hash,
            uscc=request.uscc,
            name=request.name,
            department=getattr(request, "department", None),
            item=getattr(request, "item", None),
            body=request.model_dump(mode="json"),
            state=OPEN,
            opened_at=now,
            answer_at=None if seconds is None else now + timedelta(seconds=seconds),
        )
    )
    return opened


async def answer_seconds(
    connection: AsyncConnection, register: Register, default: float | None
) -> float | None:
    """How long this desk takes for what is opened now; None = until somebody there answers."""
    row = await one(connection, select(desk_hours).where(desk_hours.c.register == register.value))
    return default if row is None else row["answer_seconds"]


async def state_of(connection: AsyncConnection, register: Register, key: str) -> ErrandState:
    row = await _by(connection, register, desk_errands.c.key == key)
    return ErrandState(
        case_ref=row["case_ref"],
        errand=row["errand"],
        errand_id=row["id"],
        **{f: row[f] for f in ("state", "number", "code", "reason", "settled_at")},
    )


async def withdraw(
    connection: AsyncConnection, call: Call, request: WithdrawErrand
) -> ErrandWithdrawn:
    found = desk_errands.c.key == request.opened_by
    try:
        row = await _by(connection, call.register, found, locked=True)
    except Refused as unknown:
        raise Refused(unknown.code, unknown.detail) from unknown
    if row["case_ref"] != request.case_ref:
        raise Refused("other_case", "此事项属于另一办件")
    if row["state"] != OPEN:
        raise Refused("not_open", "此事项已经办结")
    now = await app_now(connection)
    await connection.execute(
        update(desk_errands)
        .where(desk_errands.c.id == row["id"])
        .values(state=WITHDRAWN, reason=request.reason, settled_at=now)
    )
    return ErrandWithdrawn(case_ref=request.case_ref, errand_id=row["id"], withdrawn_at=now)


async def _by(
    connection: AsyncConnection, register: Register, which: Any, *, locked: bool = False
) -> RowMapping:
    statement = select(desk_errands).where(desk_errands.c.register == register.value, which)
    row = await one(connection, statement.with_for_update() if locked else statement)
    if row is None:
        raise Refused("errand_unknown", "没有此事项", status=404)
    return row


# -- answering -----------------------------------------------------------------------------------


async def next_due(connection: AsyncConnection) -> RowMapping | None:
    """One open errand whose answer is due now; others skip its lock."""
    statement = (
        select(desk_errands)
        .where(desk_errands.c.state == OPEN, desk_errands.c.answer_at <= await app_now(connection))
        .order_by(desk_errands.c.answer_at, desk_errands.c.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await one(connection, statement)


async def answer_by_rule(connection: AsyncConnection, desk: Desk, row: RowMapping) -> None:
    """Decide what is due. A desk that never answers leaves the errand open, for good."""
    if await draw(connection, desk.register, desk.errand, ANSWER_KINDS):
        await _leave_open(connection, row)
        return
    request = desk.request.model_validate(row["body"])
    # Two errands of one enterprise at once: the second waits here, then sees the first.
    await lock(connection, f"desk:{desk.register.value}:{request.uscc}")
    try:
        await entered(connection, request.uscc, request.name)
        if desk.once is not None and await answered_well(connection, request):
            raise Refused(*desk.once)
        await desk.rule(connection, request)
    except Refused as no:
        await settle(connection, desk, row, no=(no.code, no.detail))
    else:
        if desk.silent:
            await _leave_open(connection, row)
        else:
            await settle(connection, desk, row)


async def _leave_open(connection: AsyncConnection, row: RowMapping) -> None:
    statement = update(desk_errands).where(desk_errands.c.id == row["id"])
    await connection.execute(statement.values(answer_at=None))


async def answer_by_hand(
    connection: AsyncConnection, desk: Desk, errand_id: str, no: tuple[str, str] | None
) -> RowMapping:
    """What an officer there decides, whatever the rule would say."""
    row = await _by(connection, desk.register, desk_errands.c.id == errand_id, locked=True)
    if row["state"] != OPEN:
        raise Refused("not_open", "此事项已经办结", status=409)
    await settle(connection, desk, row, no=no)
    return await _by(connection, desk.register, desk_errands.c.id == errand_id)


async def settle(
    connection: AsyncConnection, desk: Desk, row: RowMapping, no: tuple[str, str] | None = None
) -> None:
    """The outcome, the register's own record of it, and the callback, in one transaction."""
    now = await app_now(connection)
    told: dict[str, Any] = {f: row[f] for f in ("case_ref", "errand", "uscc")}
    told |= {f: row[f] for f in ("department", "item") if row[f] is not None}
    if no is None:
        outcome = desk.request.good
        kept = {"number": await _number(connection, desk, civil_day(now).year)}
    else:
        outcome = desk.request.bad
        kept = {"code": no[0], "reason": no[1]}
    await connection.execute(
        update(desk_errands)
        .where(desk_errands.c.id == row["id"])
        .values(state=outcome, settled_at=now, **kept)
    )
    told |= kept
    bound = {"key": row["key"], "request_hash": row["request_hash"]}
    await record(
        connection,
        desk.register,
        outcome,
        case_ref=row["case_ref"],
        # What was asked for is in the errand; a USCC here would look like one that was issued.
        result={k: v for k, v in told.items() if k not in ("case_ref", "uscc")},
        **bound,
    )
    await enqueue(connection, desk.register, outcome=outcome, payload=told, **bound)


async def _number(connection: AsyncConnection, desk: Desk, year: int) -> str:
    running = await next_number(connection, f"{desk.errand}-{year}")
    return f"{desk.prefix}-{year}-{running:06d}"


# -- what several rules ask ------------------------------------------------------------------------


# Of whose licence was revoked or whose registration was annulled there is still something to tell.
TOLD_OF: Final = ("active", "revoked", "annulled")


async def entered(
    connection: AsyncConnection, uscc: str, name: str, *, among: Collection[str] = ("active",)
) -> RowMapping:
    """The enterprise as the market register holds it; Refused where it does not, or is none of `among` (any longer)."""
    row = await one(connection, select(enterprises).where(enterprises.c.uscc == uscc))
    if row is None or row["name"] != name or row["status"] not in among:
        raise Refused("enterprise_unknown", "登记库中没有此名称、代码的存续企业")
    return row


async def answered_well(connection: AsyncConnection, request: OpenErrand) -> bool:
    """Whether an earlier errand of this enterprise at this register was answered with a yes."""
    statement = select(desk_errands.c.id).where(
        desk_errands.c.register == request.register_name.value,
        desk_errands.c.uscc == request.uscc,
        desk_errands.c.state == request.good,
    )
    return await one(connection, statement.limit(1)) is not None


async def refuse_marked(
    connection: AsyncConnection,
    request: OpenErrand,
    reasons: Mapping[str, str],
    item: str | None = None,
) -> None:
    """Refused with the mark as its code where the department has one against enterprise or person."""
    subjects = (request.uscc, request.legal_representative.id_number)
    statement = (
        select(marks)
        .where(
            marks.c.register == request.register_name.value,
            marks.c.subject.in_(subjects),
            marks.c.mark.in_(list(reasons)),
        )
        .where(marks.c.item.is_(None) | (marks.c.item == item))
        .order_by(marks.c.id)
        .limit(1)
    )
    row = await one(connection, statement)
    if row is not None:
        said = reasons[row["mark"]]
        raise Refused(row["mark"], f"{said}:{row['note']}" if row["note"] else said)


async def owed_by(connection: AsyncConnection, register: Register, uscc: str) -> tuple[Owed, ...]:
    """Every mark of the department on the entity itself, in the order in which it was made."""
    statement = (
        select(marks)
        .where(marks.c.register == register.value, marks.c.subject == uscc)
        .order_by(marks.c.id)
    )
    rows = (await connection.execute(statement)).mappings().all()
    return tuple(Owed(mark=row["mark"], note=row["note"]) for row in rows)
