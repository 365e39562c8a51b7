"""`banjian audit verify [NUMBER|--all]`, `banjian audit log`: the record of cases, and of administrators."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from banjian.commands.beside import (
    FINDINGS,
    NOT_FOUND,
    OK,
    USAGE,
    AsJson,
    Data,
    fail,
    installation,
    print_json,
    said_plainly,
)

if TYPE_CHECKING:
    from pathlib import Path

    from storage.audit import Verdict

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """事件链与读模型的核验。"""


@app.command("verify")
def verify(
    number: Annotated[
        str | None, typer.Argument(metavar="NUMBER", help="办件的任一编号，或者办件 id")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="全部办件")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """核验哈希链、加密详情的摘要、读模型与重建结果一致；有问题时退出码为 6。"""
    if (number is None) == (not every):
        fail(USAGE, "请给出一个编号，或者 --all。")
    with said_plainly():
        verdicts = asyncio.run(_verified(number, data, None if as_json else _say))
    if verdicts is None:
        fail(NOT_FOUND, f"没有这个办件：{number}")
    bad = [v for v in verdicts if not v.ok]
    events = sum(v.events for v in verdicts)
    if as_json:
        document = {
            "ok": not bad,
            "cases": len(verdicts),
            "events": events,
            "verdicts": [v.to_json() for v in (verdicts if not every else bad)],
        }
        print_json(document)
    else:
        said = f"{len(bad)} 件有问题" if bad else "全部一致"
        print(f"{len(verdicts)} 件，{events} 个事件：{said}。")
    raise typer.Exit(FINDINGS if bad else OK)


@app.command("log")
def log(
    limit: Annotated[int, typer.Option("--limit", min=1, max=10000, help="最多列多少条")] = 50,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """管理日志：账户、档案导出、到期删除，谁在何时做的；最新的在前。"""
    with said_plainly():
        found = asyncio.run(_logged(limit, data))
    if as_json:
        print_json({"items": found})
        return
    for one in found:
        told = "  ".join(f"{k}={v}" for k, v in one["details"].items() if v)
        print(f"{one['at'][:19]}  {one['actor']}  {one['act']}  {one['subject']}  {told}")


async def _logged(limit: int, data: "Path | None") -> list[dict[str, Any]]:
    from law.zone import local
    from storage.admin_log import newest

    async with installation(data) as core, core.engine.connect() as connection:
        return [
            {
                "at": local(entry.at).isoformat(),
                "actor": entry.actor,
                "act": entry.act,
                "subject": entry.subject,
                "details": entry.details,
            }
            for entry in await newest(connection, limit)
        ]


def _say(verdict: "Verdict") -> None:
    sign = "✓" if verdict.ok else "✗"
    erased = "，个人信息已依法删除" if verdict.erased else ""
    print(f"{sign} {verdict.case_id}  {verdict.events} 个事件{erased}  {verdict.head[:16]}")
    for finding in verdict.findings:
        print(f"    {finding.where}：{finding.message}（{finding.code}）")


async def _verified(
    number: str | None, data: "Path | None", say: Callable[["Verdict"], None] | None
) -> "list[Verdict] | None":
    # Imported here: the command line's help must not wait for the engine's client.
    from storage import cases
    from storage.audit import all_cases, verify_case

    async with installation(data) as core:
        if number is None:
            chosen = await all_cases(core.engine)
        else:
            async with core.engine.connect() as connection:
                case = await cases.find(connection, number)
            ident = case.case_id if case else cases.as_uuid(number)
            if ident is None:
                return None
            chosen = [ident]
        found = []
        for case_id in chosen:
            verdict = await verify_case(core.engine, core.keys, case_id)
            if number is not None and not verdict.events:
                return None
            found.append(verdict)
            if say is not None:
                say(verdict)
        return found
