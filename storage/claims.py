"""Claims: who works on a task. SQL only: one version, one log; never in a case's history.

A claim is a work-list matter. Whether its holder may decide is checked again by the case itself; the act
that completes a task becomes durable only while the claim holds (storage.acts.insert_act).

The rules are judged on the task as it was read; the change is made only if it still is as it was, else it is
read and judged again. So no row is locked while we think, and of two who claim at once one wins.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.contracts import Actor
from domain.refusals import Refusal, Refused
from domain.roles import HEADS
from law.zone import local
from storage import tasks
from storage.prepared import Prepared, detached
from storage.tables import ClaimLogRow, TaskRow
from storage.tasks import CLAIM_LASTS, Opened

TASKS = TaskRow.__table__
LOG = ClaimLogRow.__table__

_CHANGED = (
    update(TaskRow)
    .where(
        TASKS.c.task_id == bindparam("task"),
        TASKS.c.claim_version == bindparam("seen"),
        TASKS.c.assignee.is_not_distinct_from(bindparam("assignee", type_=TASKS.c.assignee.type)),
        TASKS.c.state == "open",
        TASKS.c.completing_act.is_(None),
    )
    .values(
        claimed_by=bindparam("by"),
        claimed_name=bindparam("name"),
        claimed_at=bindparam("since"),
        claim_version=TASKS.c.claim_version + 1,
    )
    .returning(TaskRow.task_id)
    .cte("changed")
)
_LOGGED = ("person_id", "what", "reason", "at")
# The claim and its line in the log: one statement.
_CHANGE = Prepared(
    insert(ClaimLogRow)
    .from_select(
        ("task_id", *_LOGGED),
        select(_CHANGED.c.task_id, *(bindparam(n, type_=LOG.c[n].type) for n in _LOGGED)),
    )
    .returning(ClaimLogRow.task_id)
)


class ClaimChanged(Exception):
    """The caller saw another version of the claim; `version` is the current one."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class ClaimTaken(Refused):
    """Somebody else holds the claim.

    Attributes:
        holder: the person's name.
        until: when the claim may be taken over.
    """

    def __init__(self, holder: str, since: datetime) -> None:
        self.holder = holder
        self.until = since + CLAIM_LASTS
        super().__init__(
            Refusal.NOT_YOUR_TASK,
            f"{holder}已于 {local(since):%H:%M} 领取，{local(self.until):%H:%M} 前由其办理。"
            "需要接手的，请对方放回，或者由负责人放回、转办。",
        )


def _office(task: TaskRow) -> str:
    return task.pool.partition("@")[2]


async def _read(
    engine: AsyncEngine, task_id: str, actor: Actor, seen: Opened | None = None
) -> Opened:
    """The open task of the actor's office that nobody is completing."""
    opened = seen or await tasks.opened(engine, task_id)
    if opened is None:
        raise Refused(Refusal.NO_SUCH_TASK)
    if _office(opened.task) != actor.office:
        raise Refused(Refusal.WRONG_OFFICE)
    if opened.task.state != "open":
        raise Refused(Refusal.TASK_DONE)
    if opened.task.completing_act is not None:
        raise Refused(Refusal.TASK_DONE, "这个任务正在提交，请稍候刷新页面查看结果。")
    return opened


async def claim(
    engine: AsyncEngine,
    task_id: str,
    actor: Actor,
    expected: int | None = None,
    seen: Opened | None = None,
) -> Opened:
    """Take the task; again by its holder is the same claim. Returns the task as it is then.

    Args:
        engine: the installation's database; the claim is a transaction by itself.
        task_id: the task.
        actor: who claims, with roles and office.
        expected: the claim version the caller has seen; None checks nothing.
        seen: the task as this call has read it already.

    Raises:
        ClaimTaken: a colleague holds it, for less than two hours.
        ClaimChanged: `expected` is not the current version.
        Refused: no such task, done, wrong office or post, handed to another, own case.
    """
    while True:
        opened = await _read(engine, task_id, actor, seen)
        # It has changed since, if we come here again.
        seen = None
        task, now = opened.task, opened.now
        if task.role not in actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        if task.assignee is not None and task.assignee != actor.person_id:
            raise Refused(Refusal.NOT_YOUR_TASK, "这个任务已转给另一位同事办理。")
        if opened.case.owner == actor.person_id:
            raise Refused(Refusal.OWN_CASE)
        if task.claimed_by == actor.person_id:
            return opened
        what = "claimed"
        if task.claimed_by is not None and task.claimed_at is not None:
            if now < task.claimed_at + CLAIM_LASTS and task.assignee != actor.person_id:
                raise ClaimTaken(task.claimed_name or "", task.claimed_at)
            what = "taken_over"
        if expected is not None and expected != task.claim_version:
            raise ClaimChanged(task.claim_version)
        holder = {
            "claimed_by": actor.person_id, "claimed_name": actor.name, "claimed_at": now,
        }  # fmt: skip
        if changed := await _change(engine, opened, holder, actor, what):
            return changed


async def release(
    engine: AsyncEngine,
    task_id: str,
    actor: Actor,
    expected: int | None = None,
    reason: str = "",
) -> Opened:
    """Put the task back: by its holder, or by a head of the office with a reason.

    Raises:
        ClaimChanged: `expected` is not the current version.
        Refused: no such task, done, not claimed, not the holder's, a head without a reason.
    """
    while True:
        opened = await _read(engine, task_id, actor)
        task = opened.task
        if task.claimed_by is None:
            raise Refused(Refusal.CLAIM_LOST, "这个任务没有人领取。")
        mine = task.claimed_by == actor.person_id
        if not mine:
            if not HEADS & set(actor.roles):
                raise Refused(
                    Refusal.NOT_YOUR_TASK, f"这个任务由{task.claimed_name}领取，您不能放回。"
                )
            if not reason.strip():
                raise Refused(
                    Refusal.INVALID_ANSWERS,
                    errors={"/reason": "放回他人领取的任务应当写明理由"},
                )
        if expected is not None and expected != task.claim_version:
            raise ClaimChanged(task.claim_version)
        nobody = dict.fromkeys(("claimed_by", "claimed_name", "claimed_at"))
        what = "released" if mine else "released_by"
        if changed := await _change(engine, opened, nobody, actor, what, reason):
            return changed


async def _change(
    engine: AsyncEngine,
    opened: Opened,
    holder: dict[str, Any],
    actor: Actor,
    what: str,
    reason: str = "",
) -> Opened | None:
    """The task under its new holder; None where it is no longer as it was read."""
    task = opened.task
    line = {
        "person_id": actor.person_id,
        "what": what,
        "reason": reason.strip()[:2000],
        "at": opened.now,
    }
    done = await _CHANGE.first(
        engine,
        task=task.task_id,
        seen=task.claim_version,
        assignee=task.assignee,
        by=holder["claimed_by"],
        name=holder["claimed_name"],
        since=holder["claimed_at"],
        **line,
    )
    if done is None:
        return None
    after = task.__dict__ | holder | {"claim_version": task.claim_version + 1}
    log = [*opened.log, detached(ClaimLogRow, {"task_id": task.task_id, **line})]
    return replace(opened, task=detached(TaskRow, after), log=log)
