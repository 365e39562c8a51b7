"""`banjian name check`: what the rules say of a proposed name, and which names it collides with."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from banjian.commands.beside import FINDINGS, AsJson, Data, print_json, said_plainly
from law.names.check import NameCheck, Standing, check_name
from law.names.compare import explain
from law.names.forms import EntityKind
from law.names.rules import Effect

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """名称：能不能申报，与谁相同或者近似。"""


@app.command()
def check(
    name: Annotated[str, typer.Argument(metavar="NAME", help="拟用的完整名称")],
    trade: Annotated[str | None, typer.Option("--trade", help="其中的字号")] = None,
    kind: Annotated[
        EntityKind | None, typer.Option("--kind", help="主体类型", case_sensitive=False)
    ] = None,
    other_meaning: Annotated[
        bool, typer.Option("--other-meaning", help="作字号的行政区划或者行业另有含义")
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """检查名称的文字、结构和字词，再与名称库比对（有数据库地址的话）。"""
    found = check_name(name, trade=trade, kind=kind, other_meaning=other_meaning)
    compared: list[dict[str, Any]] | None = None
    if found.name is not None and found.standing is not Standing.REFUSED:
        with said_plainly():
            compared = asyncio.run(_compared(found, data))
    blocked = any(c["effect"] == Effect.SAME.value for c in compared or ())
    if as_json:
        print_json({**found.to_json(), "blocked": blocked, "collisions": compared})
    else:
        _say(found, compared)
    if blocked or found.standing is not Standing.FREE:
        raise typer.Exit(FINDINGS)


def _say(found: NameCheck, compared: list[dict[str, Any]] | None) -> None:
    shown = found.to_json()
    print(f"{shown['name']}  {found.standing.label}")
    if found.name is not None:
        name = found.name
        parts = {
            "行政区划": name.division + name.zone,
            "字号": name.trade,
            "行业": name.industry.text,
            "组织形式": name.form.text,
            "分支机构": name.branch,
        }
        print("  " + "  ".join(f"{label} {text}" for label, text in parts.items() if text))
    for finding in found.findings:
        instead = f"，可以写作“{finding.instead}”" if finding.instead else ""
        print(f"  {finding.effect.label}  {finding.message}{instead}（{finding.cite}）")
    if found.standing is Standing.REFUSED:
        print("  没有与名称库比对：名称本身不能申报。")
    elif compared is None:
        print("  没有与名称库比对：没有数据库地址（DATABASE_URL）。")
    elif not compared:
        print("  名称库里没有与它相同或者近似的名称。")
    for collision in compared or ():
        print(f"  {collision['explanation']}")


async def _compared(found: NameCheck, data: Path | None) -> list[dict[str, Any]] | None:
    """The collisions, None where no database is configured."""
    from banjian.settings import Settings
    from banjian.stack.addresses import resolve
    from law.names.parse import DEFAULT_SEAT
    from storage.engine import create_engine
    from storage.names_registry import collisions

    settings = resolve(Settings() if data is None else Settings(banjian_data=data))
    if not settings.database_url or found.name is None:
        return None
    engine = create_engine(settings.database_url, pool_size=1)
    try:
        async with engine.connect() as connection:
            hits = await collisions(connection, found.name, jurisdiction=f"{DEFAULT_SEAT[:4]}00")
    finally:
        await engine.dispose()
    listed = []
    for hit in hits:
        other = hit.held.hit(hit.rule, found.name)
        listed.append(
            {
                "name": hit.held.text,
                "effect": hit.effect.value,
                "rule": hit.rule.id,
                "basis": hit.rule.cite,
                "held": hit.held.state.value,
                "differences": [d._asdict() for d in other.differences()],
                "explanation": f"{explain(other)}，对方{hit.held.state.label}",
            }
        )
    return listed
