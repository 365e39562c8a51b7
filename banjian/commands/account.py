"""`banjian account …`: who may sign in. The only way to an account, and to a forgotten password's end."""

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from banjian.commands.beside import (
    CONFLICT,
    INVALID,
    NOT_FOUND,
    USAGE,
    AsJson,
    Data,
    Reason,
    fail,
    in_one_transaction,
    operator,
    print_json,
)

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from sqlalchemy.ext.asyncio import AsyncSession

    from domain.roles import Role

app = typer.Typer(no_args_is_help=True, add_completion=False)

SIGN_IN = re.compile(r"[\w][\w.@-]{1,63}")
LONGEST_NAME = 100

SignIn = Annotated[str, typer.Argument(metavar="SIGN_IN", help="登录名")]
Roles = Annotated[
    list[str], typer.Option("--role", help="岗位，可以重复给出：applicant、acceptor、reviewer……")
]


@app.callback()
def root() -> None:
    """账户：建立、停用、重置密码。每次操作都记入管理日志（banjian audit log）。"""


@app.command("create")
def create(
    sign_in: SignIn,
    name: Annotated[str, typer.Option("--name", help="姓名，显示在办件和文书上")],
    role: Roles,
    office: Annotated[
        str | None, typer.Option("--office", help="机关代码；工作人员不给出时是本机关")
    ] = None,
    reason: Reason = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """建立账户并显示一次性密码（只显示这一次，三天内有效，首次登录必须更改）。"""
    roles = _roles(role)
    if not SIGN_IN.fullmatch(sign_in):
        fail(INVALID, "✗ 登录名须为 2 至 64 个字母、数字或者 . _ - @，且以字母或数字开头。")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        fail(INVALID, f"✗ 姓名须为 1 至 {LONGEST_NAME} 个可显示的字符。")
    place = _office(office, roles)

    async def work(db: "AsyncSession") -> dict[str, Any]:
        from api.security import passwords
        from storage import accounts, admin_log

        word = passwords.new_one_time()
        try:
            ident = await accounts.create_account(
                db,
                sign_in=sign_in,
                display_name=name.strip(),
                password_hash=await passwords.hashed(word),
                roles=roles,
                office=place,
                one_time=True,
            )
        except accounts.SignInNameTaken:
            fail(CONFLICT, f"✗ 登录名 {sign_in} 已有账户。")
        told = {"sign_in": sign_in.lower(), "roles": sorted(roles), "office": place}
        await admin_log.note(
            db,
            actor=operator(),
            act="account_created",
            subject=str(ident),
            details=told | {"reason": reason},
        )
        return {"account_id": str(ident), **told, "one_time_password": word}

    made = in_one_transaction(work, data)
    if as_json:
        print_json(made)
    else:
        print(f"账户已建立：{made['sign_in']}（{'、'.join(_labels(roles))}）")
        print(_handed_over(made["one_time_password"]))


@app.command("reset-password")
def reset_password(
    sign_in: SignIn, reason: Reason = "", data: Data = None, as_json: AsJson = False
) -> None:
    """换成一次性密码并结束全部登录。窗口先核对本人身份证件，再告知密码。"""

    async def work(db: "AsyncSession") -> dict[str, Any]:
        from api.security import passwords
        from storage import accounts

        word = passwords.new_one_time()
        ident = await _found(db, sign_in)
        await accounts.set_password_hash(
            db, ident, await passwords.hashed(word), changed=True, one_time=True
        )
        await accounts.end_sessions_of(db, ident)
        await _noted(db, "password_reset", ident, sign_in, reason)
        return {"sign_in": sign_in.lower(), "one_time_password": word}

    done = in_one_transaction(work, data)
    if as_json:
        print_json(done)
    else:
        print(f"{done['sign_in']} 的密码已重置，原有登录全部结束。")
        print(_handed_over(done["one_time_password"]))


@app.command("disable")
def disable(
    sign_in: SignIn, reason: Reason = "", data: Data = None, as_json: AsJson = False
) -> None:
    """停用账户并结束其全部登录；办件记录里的姓名不变。"""
    _switch(sign_in, True, reason, data, as_json)


@app.command("enable")
def enable(
    sign_in: SignIn, reason: Reason = "", data: Data = None, as_json: AsJson = False
) -> None:
    """重新启用停用的账户；密码不变。"""
    _switch(sign_in, False, reason, data, as_json)


def _switch(sign_in: str, disabled: bool, reason: str, data: "Path | None", as_json: bool) -> None:
    async def work(db: "AsyncSession") -> dict[str, Any]:
        from storage import accounts

        ident = await _found(db, sign_in)
        await accounts.set_disabled(db, ident, disabled)
        act = "account_disabled" if disabled else "account_enabled"
        await _noted(db, act, ident, sign_in, reason)
        return {"sign_in": sign_in.lower(), "disabled": disabled}

    done = in_one_transaction(work, data)
    if as_json:
        print_json(done)
    else:
        print(f"{done['sign_in']} 已{'停用，原有登录全部结束' if disabled else '启用'}。")


@app.command("set-roles")
def set_roles(
    sign_in: SignIn, role: Roles, reason: Reason = "", data: Data = None, as_json: AsJson = False
) -> None:
    """改换岗位（给出的就是全部岗位）并结束其全部登录。"""
    roles = _roles(role)

    async def work(db: "AsyncSession") -> dict[str, Any]:
        from storage import accounts

        ident = await _found(db, sign_in)
        await accounts.set_roles(db, ident, roles)
        told = sorted(r.value for r in roles)
        await _noted(db, "roles_changed", ident, sign_in, reason, roles=told)
        return {"sign_in": sign_in.lower(), "roles": told}

    done = in_one_transaction(work, data)
    if as_json:
        print_json(done)
    else:
        print(f"{done['sign_in']} 的岗位：{'、'.join(_labels(roles))}")


@app.command("list")
def list_accounts(
    role: Annotated[str | None, typer.Option("--role", help="只列这个岗位")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000, help="最多列多少个")] = 200,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """列出账户：登录名、姓名、岗位、状态、最近登录。"""
    wanted = next(iter(_roles([role]))) if role else None

    async def work(db: "AsyncSession") -> list[dict[str, Any]]:
        from law.zone import local
        from storage.account_list import list_accounts

        return [
            {
                "sign_in": a.sign_in,
                "display_name": a.display_name,
                "roles": a.roles,
                "office": a.office,
                "state": _state(a.disabled, a.one_time),
                "created_at": local(a.created_at).isoformat(),
                "last_sign_in_at": local(a.last_sign_in_at).isoformat()
                if a.last_sign_in_at
                else None,
            }
            for a in await list_accounts(db, role=wanted, limit=limit + 1)
        ]

    found = in_one_transaction(work, data)
    more = len(found) > limit
    if as_json:
        print_json({"items": found[:limit], "more": more})
        return
    words = {"disabled": "已停用", "one_time": "待改密码", "active": "正常"}
    for one in found[:limit]:
        last = (one["last_sign_in_at"] or "从未登录")[:16]
        print(
            f"{one['sign_in']}  {one['display_name']}  {','.join(one['roles'])}  "
            f"{one['office'] or '—'}  {words[one['state']]}  {last}"
        )
    if more:
        print(f"还有更多账户，用 --limit 或 --role 查看。（已列 {limit} 个）")


async def _found(db: "AsyncSession", sign_in: str) -> "UUID":
    from storage import accounts

    ident = await accounts.find_account_id(db, sign_in)
    if ident is None:
        fail(NOT_FOUND, f"没有这个账户：{sign_in}")
    return ident


async def _noted(
    db: "AsyncSession", act: str, ident: "UUID", sign_in: str, reason: str, **more: Any
) -> None:
    from storage import admin_log

    details = {"sign_in": sign_in.lower(), "reason": reason, **more}
    await admin_log.note(db, actor=operator(), act=act, subject=str(ident), details=details)


def _roles(values: list[str]) -> "frozenset[Role]":
    from domain.roles import Role

    known = {role.value for role in Role}
    if unknown := [value for value in values if value not in known]:
        fail(USAGE, f"没有这个岗位：{unknown[0]}。岗位有：{'、'.join(sorted(known))}")
    return frozenset(Role(value) for value in values)


def _office(given: str | None, roles: "frozenset[Role]") -> str:
    from law.offices import DEFAULT_OFFICE, OFFICES

    staff = any(role.staff for role in roles)
    if not staff:
        if given:
            fail(INVALID, "✗ 申请人不属于任何机关，不要给出 --office。")
        return ""
    if given is not None and given not in OFFICES:
        fail(INVALID, f"✗ 没有这个机关：{given}。机关有：{'、'.join(OFFICES)}")
    return given or DEFAULT_OFFICE


def _labels(roles: "frozenset[Role]") -> list[str]:
    return [role.label.zh for role in sorted(roles)]


def _state(disabled: bool, one_time: bool) -> str:
    return "disabled" if disabled else "one_time" if one_time else "active"


def _handed_over(word: str) -> str:
    return f"一次性密码：{word}\n只显示这一次，三天内有效；首次登录必须更改。"
