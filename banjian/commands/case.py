"""`banjian case show NUMBER`: a case as it stands, from the read model, for the engineer on duty."""

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

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """办件：现在怎样，在等谁，期限到哪一天。"""


@app.command("show")
def show(
    number: Annotated[
        str, typer.Argument(metavar="NUMBER", help="办件、受理、文书、证照的任一编号，或者办件 id")
    ],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """显示一个办件：环节、等谁、各期限的法定届满日、事件数、记录是否核验一致。没有这个编号时退出码为 3。"""
    with said_plainly():
        shown = asyncio.run(_shown(number, data))
    if shown is None:
        fail(NOT_FOUND, f"没有这个办件：{number}")
    if as_json:
        print_json(shown)
    else:
        print("\n".join(_lines(shown)))


async def _shown(number: str, data: "Path | None") -> dict[str, Any] | None:
    from sqlalchemy import func, select

    from api.views.cases import document_json, view_of
    from api.views.viewer import Viewer
    from storage import cases
    from storage.audit import verify_case
    from storage.tables import CaseEventRow

    async with installation(data) as core:
        async with core.engine.connect() as connection:
            case = await cases.find(connection, number)
            if case is None:
                return None
            now = (await connection.execute(select(func.app_now()))).scalar_one()
            view = await view_of(connection, case, Viewer("staff", None, now))
            kinds = await connection.execute(
                select(CaseEventRow.kind, func.count())
                .where(CaseEventRow.case_id == case.case_id)
                .group_by(CaseEventRow.kind)
                .order_by(func.min(CaseEventRow.revision))
            )
            events = {kind: count for kind, count in kinds}
            waiting = await cases.waiting_acts(connection, case.case_id)
        verdict = await verify_case(core.engine, core.keys, case.case_id)
    shown = view.to_json()
    # What this reader may do is a question for a person who signed in; there is none here.
    del shown["allowed_actions"]
    return shown | {
        "tasks": [
            {
                "task_id": t.task_id,
                "form": t.form,
                "role": t.role,
                "stage": t.stage,
                "claimed_name": t.claimed_name,
            }
            for t in view.tasks
        ],
        "documents": [document_json(view, d) for d in view.documents],
        "events": events,
        "acts_waiting": len(waiting),
        "record": verdict.to_json(),
    }


def _lines(shown: dict[str, Any]) -> list[str]:
    lines = [
        f"{shown['number']}  {shown['procedure_title']}  {shown['title']}",
        f"  环节      {shown['stage_label']}（{shown['stage']}）",
        f"  在等      {shown['status_text']}",
        f"  编号      {'，'.join(f'{k} {v}' for k, v in shown['numbers'].items() if v)}",
        f"  收到      {shown['opened_at']}",
    ]
    if shown["closed_at"]:
        lines.append(f"  办结      {shown['closed_at']}")
    if shown["acts_waiting"]:
        lines.append(f"  待送达    {shown['acts_waiting']} 个已登记、尚未送达办件的行为")
    for clock in shown["clocks"]:
        unverified = "" if clock["verified"] else "（待核）"
        lines.append(
            f"  期限      {clock['key']} {clock['name']}{unverified}"
            f"  法定届满 {clock['legal_end'] or '中止'}  {clock['light']['text']}"
        )
        if clock["ledger"] and clock["ledger"]["entries"]:
            lines.append(f"            {clock['ledger']['text']}")
    for task in shown["tasks"]:
        who = task["claimed_name"] or "待领取"
        lines.append(f"  任务      {task['form']}  {task['role']}  {who}")
    for paper in shown["documents"]:
        lines.append(f"  文书      {paper['number']}  {paper['title']}")
    lines.append("  事件      " + "，".join(f"{k} {n}" for k, n in shown["events"].items()))
    record = shown["record"]
    if record["ok"]:
        lines.append(f"  记录      ✓ {record['events']} 个事件，核验一致  {record['head'][:16]}")
    else:
        lines.append(f"  记录      ✗ {len(record['findings'])} 处不一致，见 banjian audit verify")
    return lines
