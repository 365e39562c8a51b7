"""`banjian task list`: what is open, by due date."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from banjian.commands.beside import AsJson, Data, installation, print_json, said_plainly
from domain.roles import LABELS, STAFF, Role

if TYPE_CHECKING:
    from pathlib import Path

NEVER_YEAR = 9000

app = typer.Typer(no_args_is_help=True, add_completion=False)


@app.callback()
def root() -> None:
    """任务：谁手上有什么，按届满时刻排列。"""


@app.command("list")
def list_tasks(
    role: Annotated[
        Role | None, typer.Option("--role", help="只列出这个岗位的任务", show_choices=True)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多列出多少个")] = 50,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """列出办理中的任务，最先届满的在前。"""
    if role is not None and role not in STAFF:
        raise typer.BadParameter(f"{LABELS[role].zh}没有任务", param_hint="--role")
    with said_plainly():
        shown = asyncio.run(_open_tasks(role, limit, data))
    if as_json:
        print_json(shown)
        return
    for task in shown["items"]:
        late = "超时" if task["overdue"] else ""
        print(
            f"{task['due'] or '无期限':<12}{late:<4}{task['number']}  {task['role_label']}"
            f"  {task['form']}  {task['claimed_name'] or '待领取'}  {task['title']}"
        )
    more = "（还有更多，用 --limit）" if shown["more"] else ""
    print(f"{len(shown['items'])} 个任务{more}")


async def _open_tasks(role: Role | None, limit: int, data: "Path | None") -> dict[str, Any]:
    from sqlalchemy import func, select

    from api.views import words
    from law.offices import OFFICES
    from law.zone import local
    from storage import tasks

    roles = [role] if role else sorted(STAFF)
    pools = [f"{r.value}@{office}" for office in OFFICES for r in roles]
    async with installation(data) as core, core.engine.connect() as connection:
        now = (await connection.execute(select(func.app_now()))).scalar_one()
        found = await tasks.inbox(connection, pools, limit=limit + 1)
    items = []
    for task in found[:limit]:
        bounded = task.due_at.year < NEVER_YEAR
        items.append(
            {
                "task_id": task.task_id,
                "case_id": str(task.case_id),
                "number": task.number,
                "procedure": task.procedure,
                "title": task.title,
                "stage": task.stage,
                "form": task.form,
                "role": task.role,
                "role_label": words.role_label(task.role),
                "office": task.pool.partition("@")[2],
                "clock": task.clock,
                "level": task.level,
                "due": words.last_day(task.due_at).isoformat() if bounded else None,
                "due_at": local(task.due_at).isoformat() if bounded else None,
                "overdue": bounded and now >= task.due_at,
                "claimed_name": task.claimed_name,
                "opened_at": local(task.opened_at).isoformat(),
            }
        )
    return {"items": items, "more": len(found) > limit}
