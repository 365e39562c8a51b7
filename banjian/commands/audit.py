"""`banjian audit verify [NUMBER|--all]`: proves the record of cases from the database alone."""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from banjian.secret_files import SecretsError

if TYPE_CHECKING:
    from banjian.settings import Settings
    from storage.audit import Verdict

OK, ERROR, USAGE, NOT_FOUND, FINDINGS = 0, 1, 2, 3, 6

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
    data: Annotated[Path | None, typer.Option("--data", help="数据文件夹")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="在标准输出给出一个 JSON 文档")] = False,
) -> None:
    """核验哈希链、加密详情的摘要、读模型与重建结果一致；有问题时退出码为 6。"""
    if (number is None) == (not every):
        print("请给出一个编号，或者 --all。", file=sys.stderr)
        raise typer.Exit(USAGE)
    from sqlalchemy.exc import OperationalError

    settings = _settings(data)
    try:
        verdicts = asyncio.run(_verified(number, settings, None if as_json else _say))
    except (SecretsError, OSError, OperationalError) as error:
        print(
            f"✗ 数据库或者密钥不可用（{type(error).__name__}）。先运行 banjian up。",
            file=sys.stderr,
        )
        raise typer.Exit(ERROR) from None
    if verdicts is None:
        print(f"没有这个办件：{number}", file=sys.stderr)
        raise typer.Exit(NOT_FOUND)
    bad = [v for v in verdicts if not v.ok]
    events = sum(v.events for v in verdicts)
    if as_json:
        document = {
            "ok": not bad,
            "cases": len(verdicts),
            "events": events,
            "verdicts": [v.to_json() for v in (verdicts if not every else bad)],
        }
        print(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        said = f"{len(bad)} 件有问题" if bad else "全部一致"
        print(f"{len(verdicts)} 件，{events} 个事件：{said}。")
    raise typer.Exit(FINDINGS if bad else OK)


def _say(verdict: "Verdict") -> None:
    sign = "✓" if verdict.ok else "✗"
    erased = "，个人信息已依法删除" if verdict.erased else ""
    print(f"{sign} {verdict.case_id}  {verdict.events} 个事件{erased}  {verdict.head[:16]}")
    for finding in verdict.findings:
        print(f"    {finding.where}：{finding.message}（{finding.code}）")


def _settings(data: Path | None) -> "Settings":
    """Where this installation's database is; exits with a word on what to do."""
    from banjian.settings import Settings
    from banjian.stack.addresses import resolve

    settings = Settings()
    if data is not None:
        settings = settings.model_copy(update={"banjian_data": data.expanduser().resolve()})
    settings = resolve(settings)
    if not settings.database_url:
        print("✗ 没有找到数据库地址。先运行 banjian up，或者设置 DATABASE_URL。", file=sys.stderr)
        raise typer.Exit(ERROR)
    return settings


async def _verified(
    number: str | None, settings: "Settings", say: Callable[["Verdict"], None] | None
) -> "list[Verdict] | None":
    # Imported here: the command line's help must not wait for the engine's client.
    from banjian.compose import core_of
    from storage import cases
    from storage.audit import all_cases, verify_case

    core = core_of(settings)
    try:
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
    finally:
        await core.engine.dispose()
