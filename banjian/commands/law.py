"""`banjian law diff`: what differs between two editions of the law, and which cases would end otherwise."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from banjian.commands.beside import (
    NOT_FOUND,
    AsJson,
    Data,
    fail,
    installation,
    print_json,
    said_plainly,
)
from law.editions import EditionUnknown

if TYPE_CHECKING:
    from pathlib import Path

    from api.views.law_diff import CaseLine, LawDiff

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """法规版本：哪些期限变了，会影响哪些办件。"""


@app.command("diff")
def diff(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="日期（2026-04-14）、本版编号，或者期限文件")
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="同上")],
    cases: Annotated[
        bool, typer.Option("--cases", help="列出届满日会不同的办件，在办的和办结的")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """比较两个日期或者两个版本的期限规定。只看，不改动任何办件。退出码 3：没有这个版本。"""
    from api.views.law_diff import law_diff

    try:
        found = law_diff(old, new)
    except EditionUnknown as error:
        fail(NOT_FOUND, f"✗ {error}")
    lines: list[CaseLine] | None = None
    if cases:
        with said_plainly():
            lines = asyncio.run(_cases(found, data))
    if as_json:
        document: dict[str, Any] = found.to_json()
        if lines is not None:
            document["cases"] = [line.to_json() for line in lines]
        print_json(document)
        return
    _print_rules(found)
    if lines is not None:
        _print_cases(lines)


def _print_rules(found: "LawDiff") -> None:
    from api.views.law_diff import FIELDS

    for difference in found.differences:
        before, after = difference.old, difference.new
        print(f"{before.id if before else '（无）'} → {after.id if after else '（无）'}")
        for field, old, new in difference.changes:
            print(f"    {FIELDS[field]}：{old} → {new}")
    print(f"{found.old.name} 与 {found.new.name}：{len(found.differences)} 项期限规定不同")


def _print_cases(lines: "list[CaseLine]") -> None:
    for line in lines:
        ends = line.ends
        state = "在办" if line.open else "办结"
        told = f"{ends.old or '无'} → {ends.new or '无'}"
        why = f"（不能计算：{ends.refused}）" if ends.refused else ""
        print(f"{line.ran.number}  {state}  {line.ran.clock.key}  {told}{why}")
    still = sum(line.open for line in lines)
    print(f"{len(lines)} 个期限的届满日会不同，其中在办 {still} 个。没有改动任何办件。")


async def _cases(found: "LawDiff", data: "Path | None") -> "list[CaseLine]":
    async with installation(data) as core, core.engine.connect() as connection:
        return [line async for line in found.cases(connection)]
