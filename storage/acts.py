"""Acts: durable before their answer, applied once, found again after a crash (design §5.1)."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    Insert,
    String,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from domain.clocks import WRITTEN_WITHIN
from domain.contracts import Command
from domain.refusals import Refusal, Refused
from storage.chain import canonical_json
from storage.keys import CaseKeys, NewKey
from storage.prepared import Place, Prepared, Together, detached
from storage.tables import ActRow, CaseRow, EffectRow, QualityEventRow, TaskRow
from storage.tables_notices import PublicNoticeRow

AAD = b"banjian/act/1:"
# Refusals that supervision must see: the record is kept although nothing in the case changed.
QUALITY = frozenset(
    {
        Refusal.NOTICE_ALREADY_GIVEN,
        Refusal.SEPARATION_OF_DUTIES,
        Refusal.OWN_CASE,
        Refusal.GRANT_NOT_LAWFUL,
        Refusal.FORGED_ACTOR,
        Refusal.NOT_CERTIFIED,
    }
)


class ActConflict(Exception):
    """The same act id came with another body."""


def digest_of(kind: str, case_id: UUID, task_id: str | None, actor_id: str, data: object) -> str:
    body = {"kind": kind, "case": str(case_id), "task": task_id, "actor": actor_id, "data": data}
    return hashlib.sha256(canonical_json(body)).hexdigest()


_NOW = select(func.app_now().label("now"))
_ONLY_NOW = Prepared(_NOW)
_FIND = select(ActRow.__table__).where(ActRow.id == bindparam("act_id"))
_BY_ID = Prepared(_FIND)
_KNOWN = Together(act=_FIND, clock=_NOW)
COMPLETE: Final = "complete"
"""The kind of an act that completes a task."""
_LAST_COMPLETING = Prepared(
    select(ActRow.__table__)
    .where(
        ActRow.case_id == bindparam("case"),
        ActRow.task_id == bindparam("task"),
        ActRow.actor_id == bindparam("actor"),
        ActRow.kind == COMPLETE,
    )
    .order_by(ActRow.received_at.desc(), ActRow.id)
    .limit(1)
)
_GIVEN = ("id", "case_id", "kind", "task_id", "actor_id", "digest", "body", "received_at")
_TABLE = ActRow.__table__
_VALUES = {name: bindparam(name, type_=_TABLE.c[name].type) for name in _GIVEN}
# A request that took its time is no longer received when it came: see `api.acts`.
_TIMELY = _VALUES["received_at"] > func.app_now() - WRITTEN_WITHIN
_ANY, _TIMELY_ONLY = (
    insert(ActRow)
    .from_select(_GIVEN, chosen)
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(ActRow.id)
    for chosen in (select(*_VALUES.values()), select(*_VALUES.values()).where(_TIMELY))
)
_INSERT, _INSERT_TIMELY = Prepared(_ANY), Prepared(_TIMELY_ONLY)
_FENCE = (
    update(TaskRow)
    .where(
        TaskRow.task_id == _VALUES["task_id"],
        TaskRow.case_id == _VALUES["case_id"],
        TaskRow.state == "open",
        TaskRow.claimed_by == _VALUES["actor_id"],
        TaskRow.claim_version == bindparam("claim"),
        func.coalesce(TaskRow.completing_act, _VALUES["id"]) == _VALUES["id"],
        _TIMELY,
    )
    .values(completing_act=_VALUES["id"])
    .returning(TaskRow.task_id)
    .cte("fenced")
)
_INSERT_FENCED = Prepared(
    insert(ActRow)
    .from_select(_GIVEN, select(*_VALUES.values()).select_from(_FENCE))
    .on_conflict_do_nothing(index_elements=["id"])
    .returning(ActRow.id)
)
_SETTLE = Prepared(
    update(ActRow)
    .where(ActRow.id == func.any(bindparam("ids", type_=ARRAY(Uuid))))
    .values(settled=true())
)


def of_act(column: str) -> BindParameter[Any]:
    """A value of the act itself, for a row that is written beside it."""
    return _VALUES[column]


class Rows:
    """Rows that an act brings with it, written by the same statement. Their parameters have names of their own."""

    def __init__(self, *changes: Insert) -> None:
        parts = [change.cte(f"beside_{number}") for number, change in enumerate(changes)]
        self.statement = Prepared(_TIMELY_ONLY.add_cte(*parts))


@dataclass(frozen=True)
class Beside:
    """The rows' values; and the case's key, which is not in the database before they are."""

    rows: Rows
    values: dict[str, Any]
    key: NewKey


async def app_now(place: Place) -> datetime:
    now = await _ONLY_NOW.scalar(place)
    assert isinstance(now, datetime)
    return now


async def find(place: Place, act_id: UUID) -> ActRow | None:
    """The act's row (detached columns), or None."""
    row = await _BY_ID.first(place, act_id=act_id)
    return detached(ActRow, row) if row else None


async def last_completing(place: Place, task: TaskRow, actor_id: str) -> ActRow | None:
    """The person's newest act that completes the task, whatever became of it."""
    row = await _LAST_COMPLETING.first(place, case=task.case_id, task=task.task_id, actor=actor_id)
    return detached(ActRow, row) if row else None


async def refused_later(
    connection: AsyncConnection, actor_id: str, held: Mapping[str, UUID]
) -> list[ActRow]:
    """What was refused after its sender had been told that it was received: of the tasks (id to case) that the person still holds.

    The newest act of a task counts: what was put right since is told no more.
    """
    if not held:
        return []
    newest = (
        select(ActRow.__table__)
        .ext(distinct_on(ActRow.task_id))
        .where(
            ActRow.case_id.in_(set(held.values())),
            ActRow.task_id.in_(held),
            ActRow.actor_id == actor_id,
            ActRow.kind == COMPLETE,
        )
        .order_by(ActRow.task_id, ActRow.received_at.desc(), ActRow.id)
        .subquery()
    )
    # Only the reconciler counts attempts: whoever waited for the answer had the refusal on the spot.
    rows = await connection.execute(
        select(newest)
        .where(newest.c.state == "refused", newest.c.attempts > 0)
        .order_by(newest.c.received_at.desc())
    )
    return [ActRow(**row._mapping) for row in rows]


async def known_and_now(place: Place, act_id: UUID) -> tuple[ActRow | None, datetime]:
    """The act, if it is known, and the instant at which one that is not is received."""
    found = await _KNOWN.read(place, act_id=act_id)
    row = detached(ActRow, found["act"][0]) if found["act"] else None
    return row, found["clock"][0]["now"]


async def insert_act(
    place: Place,
    keys: CaseKeys,
    command: Command,
    digest: str,
    *,
    timely: bool = False,
    fenced: bool = False,
    beside: Beside | None = None,
) -> bool:
    """Write the act; False when it is there already.

    Args:
        timely: write it only if it was received within WRITTEN_WITHIN. False then also when it is late.
        fenced: write it only while the actor's claim (`claim_version`) on the open task holds, and keep
            everybody else from completing that task from then on; timely too. False then also when the claim
            is gone.
        beside: rows to write with it; timely too. Where the act is not written (False), they are all the same: the
            caller gives up the transaction.
    """
    case_id = UUID(command.case_id)
    if beside is not None:
        cipher = beside.key.cipher
    else:
        cipher = keys.cached(case_id) or await keys.cipher(case_id)
    sealed = cipher.seal(command.model_dump_json().encode(), AAD + case_id.bytes)
    more: dict[str, Any] = {"claim": command.actor.claim_version} if fenced else {}
    statement = _INSERT_FENCED if fenced else _INSERT_TIMELY if timely else _INSERT
    if beside is not None:
        statement, more = beside.rows.statement, beside.values
    done = await statement.scalar(
        place,
        id=UUID(command.act_id),
        case_id=case_id,
        kind=command.kind,
        task_id=command.task_id,
        actor_id=command.actor.person_id,
        digest=digest,
        body=sealed,
        received_at=command.received_at,
        **more,
    )
    return done is not None


async def command_of(keys: CaseKeys, row: ActRow) -> Command:
    """The signed command as it was made durable."""
    cipher = keys.cached(row.case_id) or await keys.cipher(row.case_id)
    return Command.model_validate_json(cipher.open(row.body, AAD + row.case_id.bytes))


async def waiting_for_case(
    connection: AsyncConnection, keys: CaseKeys, case_id: UUID, before: datetime
) -> list[Command]:
    rows = await connection.execute(
        select(ActRow.__table__)
        .where(
            ActRow.case_id == case_id,
            ~ActRow.settled,
            ActRow.state != "refused",
            ActRow.received_at < before,
        )
        .order_by(ActRow.received_at, ActRow.id)
        .limit(100)
    )
    return [await command_of(keys, ActRow(**r._mapping)) for r in rows]


async def take_waiting(
    connection: AsyncConnection, *, older_than: timedelta, limit: int
) -> Sequence[ActRow]:
    """Acts that a crash or an outage left behind; marks them as sent so that senders spread."""
    chosen = (
        select(ActRow.id)
        .where(
            ~ActRow.settled,
            ActRow.received_at <= func.app_now() - older_than,
            func.coalesce(ActRow.sent_at, ActRow.received_at) <= func.app_now() - older_than,
        )
        .order_by(ActRow.received_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = await connection.execute(
        update(ActRow)
        .where(ActRow.id.in_(chosen.scalar_subquery()))
        .values(sent_at=func.app_now(), attempts=ActRow.attempts + 1)
        .returning(ActRow.__table__)
    )
    return sorted((ActRow(**r._mapping) for r in rows), key=lambda a: (a.received_at, a.id))


# Refusals that an earlier act, or work that the case does again, would have prevented.
OVERTAKEN: Final = frozenset(
    {
        Refusal.NO_SUCH_TASK,
        Refusal.UNKNOWN_CALLBACK,
        Refusal.NOT_ACCEPTED_NOW,
        Refusal.GRANT_NOT_LAWFUL,
        Refusal.NO_SUCH_NOTICE,
    }
)
# Sent this often and still refused: the case means it. The reconciler sends every few seconds.
MOST_ATTEMPTS: Final = 30


async def in_doubt(connection: AsyncConnection, command: Command, refused: Refused) -> bool:
    """Whether a refusal may come from a case that has not caught up with its own record.

    A workflow task can be lost after its projection was committed. What people saw then (a task to do, a
    call that waits) is in the read model, while the case does it again and may judge the next act before:
    updates of a workflow task are judged ahead of the answers that came with it.

    True while the read model is ahead of the revision that judged, an earlier act of the case has no answer of the
    case yet, the act's task is open in the read model, the register's call that it answers has no answer there, or
    the notice that it is about is there.
    """
    why = refused.why
    if why not in OVERTAKEN:
        return False
    case_id, act_id = UUID(command.case_id), UUID(command.act_id)
    earlier = aliased(ActRow)
    doubts = [
        exists().where(
            earlier.case_id == case_id,
            ~earlier.settled,
            earlier.id != act_id,
            earlier.received_at < command.received_at,
        )
    ]
    if refused.revision is not None:
        ahead = exists().where(CaseRow.case_id == case_id, CaseRow.revision > refused.revision)
        doubts.append(ahead)
    if why is Refusal.NO_SUCH_TASK:
        doubts.append(exists().where(TaskRow.task_id == command.task_id, TaskRow.state == "open"))
    if why is Refusal.UNKNOWN_CALLBACK:
        doubts.append(
            exists().where(
                EffectRow.case_id == case_id,
                EffectRow.request_id == str(command.data.get("request_id")),
                EffectRow.request_hash == str(command.data.get("request_hash")),
                EffectRow.state == "waiting",
            )
        )
    if why is Refusal.NO_SUCH_NOTICE:
        notice = str(command.data.get("notice_id"))
        doubts.append(
            exists().where(
                cast(PublicNoticeRow.notice_id, String) == notice,
                PublicNoticeRow.case_id == case_id,
            )
        )
    found = await connection.scalar(
        select(or_(*doubts)).where(ActRow.id == act_id, ActRow.attempts < MOST_ATTEMPTS)
    )
    return bool(found)


async def settle(place: Place, act_ids: Iterable[UUID]) -> None:
    """The cases have these acts: the engine made them durable before it answered."""
    await _SETTLE.run(place, ids=list(act_ids))


async def mark_refused(
    connection: AsyncConnection, act_id: UUID, why: Refusal, message: str
) -> None:
    """The case said no: the claim is free again; what supervision must see is kept."""
    done = await connection.execute(
        update(ActRow)
        .where(ActRow.id == act_id, ActRow.state == "received")
        .values(state="refused", refusal=why.value, refusal_message=message, settled=True)
        .returning(ActRow.case_id, ActRow.actor_id)
    )
    row = done.one_or_none()
    if row is None:
        return
    await connection.execute(
        update(TaskRow).where(TaskRow.completing_act == act_id).values(completing_act=None)
    )
    if why in QUALITY:
        await connection.execute(
            insert(QualityEventRow)
            .values(
                act_id=act_id,
                case_id=row.case_id,
                kind=why.value,
                actor_id=row.actor_id,
                at=func.app_now(),
            )
            .on_conflict_do_nothing()
        )
