"""`banjian erasure …`: personal data at the end of retention (到期鉴定销毁): two persons order it, then it is done."""

import asyncio
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from banjian.commands.beside import (
    CONFLICT,
    INVALID,
    NOT_FOUND,
    USAGE,
    AsJson,
    Data,
    fail,
    in_one_transaction,
    installation,
    operator,
    print_json,
    said_plainly,
)

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from storage.erasure_orders import Order

app = typer.Typer(no_args_is_help=True, add_completion=False)

ORDERING = ("archivist",)
CONFIRMING = ("registry_head", "bureau_head")

Before = Annotated[
    str, typer.Option("--closed-before", metavar="DATE", help="只含这一天以前办结的办件")
]
Procedure = Annotated[str | None, typer.Option("--procedure", help="只含这个事项")]
OutcomeOf = Annotated[str | None, typer.Option("--outcome", help="只含这个结果，如 withdrawn")]
By = Annotated[str, typer.Option("--by", metavar="SIGN_IN", help="由谁；会要求输入其密码")]
Number = Annotated[int, typer.Argument(metavar="ORDER", help="清册号")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多多少件")]


@app.callback()
def root() -> None:
    """到期删除：销毁办件的密钥和个人信息，事件链仍可核验。档案员提出清册，登记机关或局负责人确认，然后分批执行。"""


@app.command("list")
def list_candidates(
    closed_before: Before,
    procedure: Procedure = None,
    outcome: OutcomeOf = None,
    limit: Limit = 100,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """试算：列出可以列入清册的办件，不改动任何东西。"""
    instant = _instant(closed_before)

    async def work(db: "AsyncSession") -> list[dict[str, Any]]:
        from law.zone import local
        from storage.erasure_orders import candidates

        found = await candidates(db, instant, procedure=procedure, outcome=outcome, limit=limit + 1)
        return [
            {
                "case_id": str(c.case_id),
                "number": c.receipt_no or str(c.case_id),
                "procedure": c.procedure,
                "outcome": c.outcome,
                "closed_at": local(c.closed_at).isoformat(),
            }
            for c in found
        ]

    found = in_one_transaction(work, data)
    if as_json:
        print_json({"items": found[:limit], "more": len(found) > limit})
        return
    for one in found[:limit]:
        print(f"{one['number']}  {one['procedure']}  {one['outcome']}  {one['closed_at'][:10]}")
    more = "，还有更多" if len(found) > limit else ""
    print(f"{len(found[:limit])} 件可以列入清册{more}。没有改动任何东西。")


@app.command("order")
def order(
    closed_before: Before,
    by: By,
    ground: Annotated[str, typer.Option("--ground", help="依据：保管期限表的条目、鉴定意见")],
    procedure: Procedure = None,
    outcome: OutcomeOf = None,
    limit: Limit = 100,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """档案员提出销毁清册；确认之前什么也不删除。"""
    instant = _instant(closed_before)
    if not ground.strip():
        fail(INVALID, "✗ 请写明依据。")
    word = _password(by)

    async def work(db: "AsyncSession") -> dict[str, Any]:
        from storage import erasure_orders

        person = await _signed(db, by, word, ORDERING)
        found = await erasure_orders.candidates(
            db, instant, procedure=procedure, outcome=outcome, limit=limit
        )
        if not found:
            fail(NOT_FOUND, "没有可以列入清册的办件。")
        number = await erasure_orders.order(
            db,
            [c.case_id for c in found],
            by=person,
            actor=operator(),
            ground=ground.strip(),
        )
        return {"order": number, "cases": len(found), "state": "ordered"}

    made = in_one_transaction(work, data)
    if as_json:
        print_json(made)
    else:
        print(f"清册 {made['order']}：{made['cases']} 件。由登记机关或局负责人确认后执行：")
        print(f"banjian erasure confirm {made['order']} --by SIGN_IN")


@app.command("confirm")
def confirm(number: Number, by: By, data: Data = None, as_json: AsJson = False) -> None:
    """第二人（登记机关或局负责人）确认清册。此后由定时任务执行，不能撤回。"""
    _decide(number, by, "confirmed", data, as_json)


@app.command("drop")
def drop(number: Number, by: By, data: Data = None, as_json: AsJson = False) -> None:
    """撤回还没有确认的清册。"""
    _decide(number, by, "dropped", data, as_json)


def _decide(number: int, by: str, state: str, data: "Path | None", as_json: bool) -> None:
    word = _password(by)

    async def work(db: "AsyncSession") -> dict[str, Any]:
        from storage import erasure_orders as orders

        confirming = state == "confirmed"
        roles = CONFIRMING if confirming else (*ORDERING, *CONFIRMING)
        person = await _signed(db, by, word, roles)
        decide = orders.confirm if confirming else orders.drop
        try:
            await decide(db, number, by=person, actor=operator())
        except orders.NoSuchOrder:
            fail(NOT_FOUND, f"没有清册 {number}。")
        except orders.OrderSettled:
            fail(CONFLICT, f"✗ 清册 {number} 已经确认或者撤回。")
        except orders.SamePerson:
            fail(INVALID, "✗ 提出清册的人不能确认它。")
        return {"order": number, "state": state}

    done = in_one_transaction(work, data)
    if as_json:
        print_json(done)
    else:
        print(f"清册 {number} 已{'确认，由定时任务执行' if state == 'confirmed' else '撤回'}。")


@app.command("orders")
def list_orders(limit: Limit = 50, data: Data = None, as_json: AsJson = False) -> None:
    """列出清册：谁提出，谁确认，执行到哪里；最新的在前。"""

    async def work(db: "AsyncSession") -> list[dict[str, Any]]:
        from storage.erasure_orders import orders

        return [_shown(o) for o in await orders(db, limit)]

    found = in_one_transaction(work, data)
    if as_json:
        print_json({"items": found})
        return
    words = {"ordered": "待确认", "confirmed": "执行中", "done": "已执行", "dropped": "已撤回"}
    for one in found:
        print(
            f"{one['order']}  {words[one['state']]}  {one['erased']}/{one['cases']}  "
            f"{one['ordered_by']} → {one['confirmed_by'] or '—'}  {one['ground']}"
        )


@app.command("run")
def run(limit: Limit = 100, data: Data = None, as_json: AsJson = False) -> None:
    """立即执行已确认的清册，至多这么多件；平时由定时任务每小时执行。"""

    async def work() -> int:
        from storage.erasure_orders import carry_out

        async with installation(data) as core:
            # In transactions of its own, one per case.
            return await carry_out(core.engine, core.keys, limit=limit, actor=operator())

    with said_plainly():
        done = asyncio.run(work())
    if as_json:
        print_json({"erased": done})
    else:
        print(f"已删除 {done} 件。")


def _instant(text: str) -> datetime:
    from law.zone import day_start

    try:
        return day_start(date.fromisoformat(text))
    except ValueError:
        fail(USAGE, f"✗ 不是日期：{text}。写法如 2036-01-01。")


def _password(sign_in: str) -> str:
    # To stderr: stdout is the document's.
    return str(typer.prompt(f"{sign_in} 的密码", hide_input=True, err=True))


async def _signed(
    db: "AsyncSession", sign_in: str, password: str, roles: tuple[str, ...]
) -> "UUID":
    """Whose decision it is: proved by their password, not by who sits at the machine."""
    from api.security import passwords
    from storage import accounts

    known = await accounts.credentials(db, sign_in)
    right = await passwords.verified(known.password_hash if known else None, password)
    if known is None or not right or known.disabled or known.one_time:
        fail(INVALID, "✗ 登录名或密码不正确，或者还在用一次性密码。")
    if known.roles.isdisjoint(roles):
        fail(INVALID, f"✗ 需要岗位 {' 或 '.join(roles)}。")
    return known.account_id


def _shown(order: "Order") -> dict[str, Any]:
    from law.zone import local

    return {
        "order": order.id,
        "state": order.state,
        "ground": order.ground,
        "ordered_by": order.ordered_by,
        "ordered_at": local(order.ordered_at).isoformat(),
        "confirmed_by": order.confirmed_by,
        "confirmed_at": local(order.confirmed_at).isoformat() if order.confirmed_at else None,
        "cases": order.cases,
        "erased": order.erased,
    }
