"""Commits what a workflow task changed: events, chain and read model in one transaction.

Keyed by (case, revision), fenced by (run, instant of the workflow task): a local activity may commit
and its task still be lost. At the same revision the later task's rows win; the loser's go to
`superseded_events`, its acts become waiting again, and the case's read model is folded anew.
"""

import json
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Insert, Update, bindparam, delete, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import aliased

from domain.contracts import CaseEvent, Projection
from storage import chain, read_model
from storage.keys import CaseKeys, Cipher
from storage.prepared import AsOne, Place, Prepared
from storage.read_model import Row, Shape
from storage.tables import ActRow, CaseEventRow, EffectRow, SupersededEventRow, TaskRow

EVENTS = CaseEventRow.__table__
DETAIL_AAD = b"banjian/event/1:"

HEAD = Prepared(
    select(CaseEventRow.revision, CaseEventRow.hash, CaseEventRow.run_id, CaseEventRow.task_at)
    .where(
        CaseEventRow.case_id == bindparam("case_id"), CaseEventRow.revision >= bindparam("since")
    )
    .order_by(CaseEventRow.revision)
)

Change = Callable[[str], Insert | Update]
"""A statement whose parameters are named with the given prefix."""


class _Heads:
    """The last revision of a case that this process wrote, with its hash: what the next one follows.

    Only a guess, since another process may have written since: the statement itself checks it.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._known: OrderedDict[UUID, tuple[int, bytes]] = OrderedDict()

    def pop(self, case_id: UUID, revision: int) -> bytes | None:
        """The hash of the case's event of this revision, if it is the last known; 0 is before the first."""
        last, digest = self._known.pop(case_id, (0, chain.genesis(case_id)))
        return digest if last == revision else None

    def put(self, case_id: UUID, revision: int, digest: bytes) -> None:
        self._known[case_id] = (revision, digest)
        if len(self._known) > self._most:
            self._known.popitem(last=False)


class Projector:
    """The only writer of events and read model.

    Args:
        engine: the installation's database.
        keys: data keys of cases, for the sealed details.
    """

    def __init__(self, engine: AsyncEngine, keys: CaseKeys) -> None:
        self._engine = engine
        self._keys = keys
        self._heads = _Heads()

    async def project(self, projection: Projection) -> None:
        """Safe to run twice, and from a task that was lost."""
        case_id = UUID(projection.case_id)
        cipher = self._keys.cached(case_id) or await self._keys.cipher(case_id)
        first = projection.events[0].revision
        prev = self._heads.pop(case_id, first - 1)
        if prev is not None:
            try:
                # One statement: a transaction by itself. It fails where the case's record is another one than
                # this process left it, or has these revisions already.
                last = await _append(self._engine, case_id, prev, projection, cipher)
            except IntegrityError:
                pass
            else:
                self._heads.put(case_id, projection.events[-1].revision, last)
                return
        async with self._engine.begin() as connection:
            prev, recorded = await _head(connection, case_id, first)
            if recorded and _settled(projection, recorded):
                return
            if recorded:
                await self._supersede(connection, case_id, first)
            last = await _append(connection, case_id, prev, projection, cipher)
            if recorded:
                events = await stored_events(connection, case_id, cipher)
                await read_model.rebuild(connection, case_id, events)
        self._heads.put(case_id, projection.events[-1].revision, last)

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


async def _head(place: Place, case_id: UUID, first: int) -> tuple[bytes, list[dict[str, Any]]]:
    """The hash that the event `first` follows, and what is recorded from that revision on."""
    rows = await HEAD.all(place, case_id=case_id, since=first - 1)
    if first == 1:
        return chain.genesis(case_id), rows
    if not rows or rows[0]["revision"] != first - 1:
        raise LookupError(f"case {case_id}: revision {first - 1} is not recorded")
    return rows[0]["hash"], rows[1:]


def _settled(projection: Projection, recorded: list[dict[str, Any]]) -> bool:
    """Committed already by this very task, or by a later one: nothing to add."""
    return any(
        row["task_at"] > projection.task_at
        or (row["run_id"], row["task_at"]) == (projection.run_id, projection.task_at)
        for row in recorded
    )


async def _append(
    place: Place, case_id: UUID, prev: bytes, projection: Projection, cipher: Cipher
) -> bytes:
    """Events, read model and the states of acts and calls, as one statement. Returns the last hash.

    Raises:
        IntegrityError: `prev` is not the hash of the event before, or there are events of these revisions.
    """
    events = projection.events
    linked = chain.chain(case_id, prev, events)
    new = {
        f"{number}_{name}": value
        for number, e in enumerate(linked)
        for name, value in {
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
        }.items()
    }
    changes: list[tuple[Change, Row]] = [(_adding(len(linked), events[0].revision > 1), new)]
    changes += read_model.changes_of(case_id, events)
    acts = {UUID(e.act_id): e.revision for e in events if e.act_id}
    changes += [
        (_APPLIED, {"id": act_id, "state": "applied", "revision": revision})
        for act_id, revision in acts.items()
    ]
    changes += [
        (_answered, {"case_id": case_id, "kind": e.data["kind"], "seq": e.data["seq"]})
        for e in events
        if e.kind == "register_answered"
    ]
    values = {
        f"{number}_{name}": value
        for number, (_change, row) in enumerate(changes)
        for name, value in row.items()
    }
    await _as_one(tuple(change for change, _row in changes)).run(place, **values)
    return linked[-1].hash


@lru_cache
def _adding(count: int, following: bool) -> Change:
    """So many events, never in the place of others; `following` ones only after the event they point back to."""

    def statement(prefix: str) -> Insert:
        rows: list[dict[str, Any]] = [
            {c.name: bindparam(f"{prefix}{number}_{c.name}") for c in EVENTS.c}
            for number in range(count)
        ]
        if following:
            before = aliased(CaseEventRow)
            first = rows[0]
            # None where it is not there: the column refuses that.
            first["prev_hash"] = (
                select(before.hash)
                .where(
                    before.case_id == first["case_id"],
                    before.revision == first["revision"] - 1,
                    before.hash == first["prev_hash"],
                )
                .scalar_subquery()
            )
        return insert(CaseEventRow).values(rows)

    return statement


_APPLIED = Shape(ActRow.__table__, ("id",), frozenset({"id", "state", "revision"}))  # type: ignore[arg-type]


def _answered(prefix: str) -> Update:
    """A register's answer ends the waiting of its call, by whatever way it came to the case.

    Where the task is lost afterwards the row stays done: the answer is durable as an act and is sent again.
    """
    mine = (getattr(EffectRow, name) for name in ("case_id", "kind", "seq"))
    return (
        update(EffectRow)
        .where(
            *(column == bindparam(prefix + column.key) for column in mine),
            EffectRow.state == "waiting",
        )
        .values(state="done", last_error="", finished_at=func.app_now())
    )


# A procedure's batches have few shapes, and its cases have the same.
@lru_cache(maxsize=512)
def _as_one(changes: tuple[Change, ...]) -> AsOne:
    return AsOne(*(change(f"{number}_") for number, change in enumerate(changes)))


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
