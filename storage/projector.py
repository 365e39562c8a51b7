"""Commits what a workflow task changed: events, chain and read model in one transaction.

Keyed by (case, revision), fenced by (run, instant of the workflow task): a local activity may commit
and its task still be lost. At the same revision the later task's rows win; the loser's go to
`superseded_events`, its acts become waiting again, and the case's read model is folded anew.
"""

import json
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import bindparam, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.contracts import CaseEvent, Projection
from storage import chain, read_model
from storage.keys import CaseKeys, Cipher
from storage.tables import ActRow, CaseEventRow, EffectRow, SupersededEventRow, TaskRow

EVENTS = CaseEventRow.__table__
DETAIL_AAD = b"banjian/event/1:"

HEAD = (
    select(CaseEventRow.revision, CaseEventRow.hash, CaseEventRow.run_id, CaseEventRow.task_at)
    .where(
        CaseEventRow.case_id == bindparam("case_id"), CaseEventRow.revision >= bindparam("since")
    )
    .order_by(CaseEventRow.revision)
)


class Projector:
    """The only writer of events and read model.

    Args:
        engine: the installation's database.
        keys: data keys of cases, for the sealed details.
    """

    def __init__(self, engine: AsyncEngine, keys: CaseKeys) -> None:
        self._engine = engine
        self._keys = keys

    async def project(self, projection: Projection) -> None:
        """Safe to run twice, and from a task that was lost."""
        case_id = UUID(projection.case_id)
        cipher = self._keys.cached(case_id) or await self._keys.cipher(case_id)
        first = projection.events[0].revision
        async with self._engine.begin() as connection:
            found = await connection.execute(HEAD, {"case_id": case_id, "since": first - 1})
            rows = list(found.all())
            prev = chain.genesis(case_id)
            if first > 1:
                if not rows or rows[0].revision != first - 1:
                    raise LookupError(f"case {case_id}: revision {first - 1} is not recorded")
                prev = rows.pop(0).hash
            refold = False
            if rows:
                newest = max(row.task_at for row in rows)
                same = any(
                    r.run_id == projection.run_id and r.task_at == projection.task_at for r in rows
                )
                if same or newest > projection.task_at:
                    # Already committed by this very task, or by a later one: nothing to add.
                    return
                await self._supersede(connection, case_id, first)
                refold = True
            linked = chain.chain(case_id, prev, projection.events)
            await connection.execute(
                insert(CaseEventRow),
                [
                    {
                        "case_id": case_id,
                        "revision": e.event.revision,
                        "kind": e.event.kind,
                        "at": e.event.at,
                        "actor_id": e.event.actor.person_id,
                        "act_id": UUID(e.event.act_id) if e.event.act_id else None,
                        "canonical": e.canonical,
                        "prev_hash": e.prev_hash,
                        "hash": e.hash,
                        "details": cipher.seal(e.details, DETAIL_AAD + case_id.bytes),
                        "salt": e.salt,
                        "run_id": projection.run_id,
                        "task_at": projection.task_at,
                    }
                    for e in linked
                ],
            )
            if refold:
                await read_model.rebuild(
                    connection, case_id, await stored_events(connection, case_id, cipher)
                )
            else:
                await read_model.apply(connection, case_id, projection.events)
            acts = {UUID(e.act_id): e.revision for e in projection.events if e.act_id}
            for act_id, revision in acts.items():
                await connection.execute(
                    update(ActRow)
                    .where(ActRow.id == act_id)
                    .values(state="applied", revision=revision)
                )
            await _settle_effects(connection, case_id, projection.events)

    async def _supersede(self, connection: AsyncConnection, case_id: UUID, first: int) -> None:
        lost = (CaseEventRow.case_id == case_id) & (CaseEventRow.revision >= first)
        columns = ("case_id", "revision", "kind", "canonical", "hash", "run_id", "task_at")
        await connection.execute(
            insert(SupersededEventRow).from_select(
                [*columns, "superseded_at"],
                select(*(EVENTS.c[c] for c in columns), text("app_now()")).where(lost),
            )
        )
        acts = (
            await connection.execute(
                delete(CaseEventRow).where(lost).returning(CaseEventRow.act_id)
            )
        ).scalars()
        if again := {a for a in acts if a is not None}:
            await connection.execute(
                update(ActRow).where(ActRow.id.in_(again)).values(state="received", revision=None)
            )
            await connection.execute(
                update(TaskRow).where(TaskRow.completing_act.in_(again)).values(completing_act=None)
            )


async def _settle_effects(
    connection: AsyncConnection, case_id: UUID, events: Iterable[CaseEvent]
) -> None:
    """A register's answer ends the waiting of its call, by whatever way it came to the case.

    Where the task is lost afterwards the row stays done: the answer is durable as an act and is sent again.
    """
    for event in events:
        if event.kind == "register_answered":
            await connection.execute(
                update(EffectRow)
                .where(
                    EffectRow.case_id == case_id,
                    EffectRow.kind == event.data["kind"],
                    EffectRow.seq == event.data["seq"],
                    EffectRow.state == "waiting",
                )
                .values(state="done", last_error="", finished_at=func.app_now())
            )


def open_details(cipher: Cipher, case_id: UUID, sealed: bytes) -> dict[str, object]:
    """An event's details. Raises SealBroken when the bytes were changed."""
    details: dict[str, object] = json.loads(cipher.open(sealed, DETAIL_AAD + case_id.bytes))
    return details


async def stored_events(
    connection: AsyncConnection, case_id: UUID, cipher: Cipher, since: int = 0
) -> list[CaseEvent]:
    """A case's events as recorded, oldest first (upcasters would run here, per schema number)."""
    rows = (
        await connection.execute(
            select(CaseEventRow)
            .with_only_columns(
                CaseEventRow.revision,
                CaseEventRow.kind,
                CaseEventRow.canonical,
                CaseEventRow.details,
            )
            .where(CaseEventRow.case_id == case_id, CaseEventRow.revision > since)
            .order_by(CaseEventRow.revision)
        )
    ).all()
    events = []
    for row in rows:
        head = json.loads(row.canonical)
        details = open_details(cipher, case_id, row.details) if row.details else {}
        events.append(
            CaseEvent.model_validate(
                {
                    "revision": row.revision,
                    "kind": row.kind,
                    "at": head["at"],
                    "processed_at": head["processed_at"],
                    "act_id": head["act"],
                    "actor": {"person_id": head["actor"]},
                    **details,
                }
            )
        )
    return events
