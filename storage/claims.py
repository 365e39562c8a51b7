"""Claims: who works on a task. SQL only: one row lock, one version, one log; never in a case's history.

A claim is a work-list matter. Whether its holder may decide is checked again by the case itself; the act
that completes a task fences the claim in its own transaction (api.acts.fence_claim).
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.contracts import Actor
from domain.refusals import Refusal, Refused
from law.zone import local
from storage.prepared import Prepared, detached
from storage.tables import CaseRow, ClaimLogRow, TaskRow
from storage.tasks import CLAIM_LASTS

HEADS = frozenset({"window_head", "section_head", "registry_head", "bureau_head"})
TASKS = TaskRow.__table__


_LOCK = Prepared(
    select(TASKS, CaseRow.owner.label("owner"), func.app_now().label("now"))
    .outerjoin(CaseRow, CaseRow.case_id == TASKS.c.case_id)
    .where(TASKS.c.task_id == bindparam("task"))
    .with_for_update(of=TaskRow)
)
_CHANGED = (
    update(TaskRow)
    .where(TASKS.c.task_id == bindparam("task"))
    .values(
        claimed_by=bindparam("by"),
        claimed_name=bindparam("name"),
        claimed_at=bindparam("since"),
        claim_version=bindparam("version"),
    )
    .returning(TaskRow.task_id)
    .cte("changed")
)
_LOGGED = ("task_id", "person_id", "what", "reason", "at")
# The claim and its line in the log: one statement.
_CLAIM = Prepared(
    insert(ClaimLogRow).from_select(
        _LOGGED,
        select(
            _CHANGED.c.task_id,
            *(bindparam(name, type_=ClaimLogRow.__table__.c[name].type) for name in _LOGGED[1:]),
        ),
    )
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A task's claim after an act on it."""

    task_id: str
    version: int
    holder: str | None
    holder_name: str | None
    at: datetime | None
    taken_from: str | None = None


@dataclass(frozen=True, slots=True)
class _Locked:
    """The task, its row locked until the transaction ends; `now` is app_now()."""

    task: TaskRow
    owner: str | None
    now: datetime


async def _locked(connection: AsyncConnection, task_id: str) -> _Locked:
    row = await _LOCK.first(connection, task=task_id)
    if row is None:
        raise Refused(Refusal.NO_SUCH_TASK)
    owner, now = row.pop("owner"), row.pop("now")
    return _Locked(detached(TaskRow, row), owner, now)


def _check_open(task: TaskRow) -> None:
    if task.state != "open":
        raise Refused(Refusal.TASK_DONE)
    if task.completing_act is not None:
        raise Refused(Refusal.TASK_DONE, "这个任务正在提交，请稍候刷新页面查看结果。")


def _office(task: TaskRow) -> str:
    return task.pool.partition("@")[2]


async def claim(
    connection: AsyncConnection, task_id: str, actor: Actor, expected: int | None = None
) -> Claim:
    """Take the task; again by its holder is the same claim.

    Args:
        connection: inside the caller's transaction.
        task_id: the task.
        actor: who claims, with roles and office.
        expected: the claim version the caller has seen; None checks nothing.

    Raises:
        ClaimTaken: a colleague holds it, for less than two hours.
        ClaimChanged: `expected` is not the current version.
        Refused: no such task, done, wrong office or post, handed to another, own case.
    """
    locked = await _locked(connection, task_id)
    task, now = locked.task, locked.now
    if _office(task) != actor.office:
        raise Refused(Refusal.WRONG_OFFICE)
    _check_open(task)
    if task.role not in actor.roles:
        raise Refused(Refusal.WRONG_ROLE)
    if task.assignee is not None and task.assignee != actor.person_id:
        raise Refused(Refusal.NOT_YOUR_TASK, "这个任务已转给另一位同事办理。")
    if locked.owner == actor.person_id:
        raise Refused(Refusal.OWN_CASE)
    if task.claimed_by == actor.person_id:
        return Claim(
            task_id, task.claim_version, task.claimed_by, task.claimed_name, task.claimed_at
        )
    taken_from = None
    if task.claimed_by is not None and task.claimed_at is not None:
        if now < task.claimed_at + CLAIM_LASTS and task.assignee != actor.person_id:
            raise ClaimTaken(task.claimed_name or "", task.claimed_at)
        taken_from = task.claimed_name
    if expected is not None and expected != task.claim_version:
        raise ClaimChanged(task.claim_version)
    held = Claim(task_id, task.claim_version + 1, actor.person_id, actor.name, now, taken_from)
    what = "taken_over" if taken_from is not None else "claimed"
    await _keep(connection, held, actor, what, now)
    return held


async def release(
    connection: AsyncConnection,
    task_id: str,
    actor: Actor,
    expected: int | None = None,
    reason: str = "",
) -> Claim:
    """Put the task back: by its holder, or by a head of the office with a reason.

    Raises:
        ClaimChanged: `expected` is not the current version.
        Refused: no such task, done, not claimed, not the holder's, a head without a reason.
    """
    locked = await _locked(connection, task_id)
    task = locked.task
    if _office(task) != actor.office:
        raise Refused(Refusal.WRONG_OFFICE)
    _check_open(task)
    if task.claimed_by is None:
        raise Refused(Refusal.CLAIM_LOST, "这个任务没有人领取。")
    mine = task.claimed_by == actor.person_id
    if not mine:
        if not HEADS & set(actor.roles):
            raise Refused(Refusal.NOT_YOUR_TASK, f"这个任务由{task.claimed_name}领取，您不能放回。")
        if not reason.strip():
            raise Refused(
                Refusal.INVALID_ANSWERS,
                errors={"/reason": "放回他人领取的任务应当写明理由"},
            )
    if expected is not None and expected != task.claim_version:
        raise ClaimChanged(task.claim_version)
    free = Claim(task_id, task.claim_version + 1, None, None, None)
    await _keep(connection, free, actor, "released" if mine else "released_by", locked.now, reason)
    return free


async def _keep(
    connection: AsyncConnection,
    claim: Claim,
    actor: Actor,
    what: str,
    now: datetime,
    reason: str = "",
) -> None:
    await _CLAIM.run(
        connection,
        task=claim.task_id,
        by=claim.holder,
        name=claim.holder_name,
        since=claim.at,
        version=claim.version,
        person_id=actor.person_id,
        what=what,
        reason=reason.strip()[:2000],
        at=now,
    )
