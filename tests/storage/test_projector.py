"""The projection: fenced, chained, idempotent; a rebuild from the events gives the same rows."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.contracts import Actor, CaseEvent, Changes, Projection
from storage import read_model
from storage.chain import genesis, link
from storage.engine import create_engine
from storage.keys import CaseKeys
from storage.projector import Projector, stored_events

T0 = datetime(2026, 9, 23, 2, 0, tzinfo=UTC)


class Projecting:
    """One case and its projector."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.keys = CaseKeys(engine, b"m" * 32)
        self.projector = Projector(engine, self.keys)
        self.case = uuid.uuid4()

    def event(self, revision: int, kind: str = "noted", **changes: Any) -> CaseEvent:
        return CaseEvent(
            revision=revision,
            kind=kind,
            at=T0,
            processed_at=T0,
            actor=Actor(person_id="p1", name="周晓岚"),
            act_id=changes.pop("act_id", None),
            data={"n": revision},
            changes=Changes(**changes),
        )

    def first(self, **case: Any) -> CaseEvent:
        return self.event(
            1,
            "submitted",
            case={
                "procedure": "reference",
                "office": "421303",
                "owner": "p1",
                "stage": "accepting",
                "table_version": "1",
                "catalogue_version": "1",
                "law_edition": "2026.1",
                "opened_at": T0.isoformat(),
                **case,
            },
        )

    def task(self, number: int, **more: Any) -> dict[str, Any]:
        return {
            "task_id": f"{self.case}-{number}",
            "pool": "acceptor@421303",
            "role": "acceptor",
            "duty": "acceptor",
            "form": "approval.acceptance",
            "stage": "accepting",
            "procedure": "reference",
            "title": "红光",
            "number": "R1",
            "due_at": "9999-12-31T00:00:00+00:00",
            "state": "open",
            "opened_at": T0.isoformat(),
            **more,
        }

    async def project(self, *events: CaseEvent, run: str = "run-1", at: int = 0) -> None:
        await self.projector.project(
            Projection(
                case_id=str(self.case),
                run_id=run,
                task_at=T0 + timedelta(seconds=at),
                events=list(events),
            )
        )

    async def rows(self, sql: str) -> list[Any]:
        async with self.engine.connect() as connection:
            return list((await connection.execute(text(sql), {"c": self.case})).all())

    async def chain_holds(self) -> bool:
        prev = genesis(self.case)
        rows = await self.rows(
            "SELECT canonical, prev_hash, hash FROM case_events WHERE case_id = :c ORDER BY revision"
        )
        for row in rows:
            if row.prev_hash != prev or link(prev, row.canonical) != row.hash:
                return False
            prev = row.hash
        return bool(rows)

    async def snapshot(self) -> dict[str, list[Any]]:
        out = {}
        for table, order in (
            ("cases", "case_id"),
            ("clocks", "key"),
            ("documents", "document_id"),
            ("messages", "message_id"),
        ):
            out[table] = await self.rows(
                f"SELECT * FROM {table} WHERE case_id = :c ORDER BY {order}"
            )
        out["tasks"] = await self.rows(
            "SELECT task_id, state, title, due_at, closed_by FROM tasks"
            " WHERE case_id = :c ORDER BY task_id"
        )
        return out

    async def rebuild(self) -> None:
        async with self.engine.begin() as connection:
            events = await stored_events(connection, self.case, await self.keys.cipher(self.case))
            await read_model.rebuild(connection, self.case, events)


@pytest_asyncio.fixture
async def at(fresh_database: str) -> AsyncIterator[Projecting]:
    engine = create_engine(fresh_database)
    yield Projecting(engine)
    await engine.dispose()


async def test_what_another_process_wrote_meanwhile_is_followed(at: Projecting) -> None:
    """The head that this process remembers is a guess: the record itself decides."""
    await at.project(at.first(title="旧"))
    mine, at.projector = at.projector, Projector(at.engine, at.keys)
    await at.project(at.first(title="新"), run="run-2", at=5)
    at.projector = mine
    await at.project(at.event(2, tasks=[at.task(1)]), run="run-2", at=6)
    assert await at.chain_holds()
    assert [r.title for r in await at.rows("SELECT title FROM cases WHERE case_id=:c")] == ["新"]
    # And a late echo of the task that was lost adds nothing.
    await at.project(at.event(2, tasks=[at.task(2)]), at=1)
    assert [
        r.revision for r in await at.rows("SELECT revision FROM case_events WHERE case_id=:c")
    ] == [1, 2]
    assert await at.chain_holds()


async def test_nothing_of_a_lost_task_stays_in_a_row(at: Projecting) -> None:
    """Also what the task that took its place says nothing of."""
    await at.project(at.first(), at.event(2, tasks=[at.task(1)]))
    async with at.engine.begin() as connection:
        await connection.execute(text("UPDATE tasks SET claimed_by = 'p2', claim_version = 1"))
    end = T0.isoformat()
    done = {"task_id": f"{at.case}-1", "state": "done", "closed_at": end, "closed_by": "p2"}
    await at.project(
        at.event(
            3, case={"stage": "withdrawn", "closed_at": end, "outcome": "withdrawn"}, tasks=[done]
        ),
        at=1,
    )
    await at.project(at.event(3, case={"stage": "examining"}), run="run-2", at=5)
    (case,) = await at.rows("SELECT stage, closed_at, outcome FROM cases WHERE case_id = :c")
    assert tuple(case) == ("examining", None, None)
    (task,) = await at.rows(
        "SELECT state, closed_at, closed_by, claimed_by, claim_version FROM tasks WHERE case_id = :c"
    )
    assert tuple(task) == ("open", None, None, "p2", 1)


async def test_a_batch_is_events_chain_and_rows_in_one(at: Projecting) -> None:
    await at.project(at.first(), at.event(2, tasks=[at.task(1)]))
    assert [r.revision for r in await at.rows("SELECT revision FROM cases WHERE case_id=:c")] == [2]
    assert len(await at.rows("SELECT 1 FROM tasks WHERE case_id=:c")) == 1
    assert await at.chain_holds()


async def test_no_personal_data_stands_in_the_canonical_bytes(at: Projecting) -> None:
    await at.project(at.first())
    row = (await at.rows("SELECT canonical, details FROM case_events WHERE case_id=:c"))[0]
    assert "周晓岚".encode() not in row.canonical
    assert "周晓岚".encode() not in row.details


async def test_the_same_task_twice_is_once(at: Projecting) -> None:
    await at.project(at.first())
    before = await at.rows("SELECT hash FROM case_events WHERE case_id=:c")
    await at.project(at.first())
    assert await at.rows("SELECT hash FROM case_events WHERE case_id=:c") == before
    assert await at.rows("SELECT 1 FROM superseded_events WHERE case_id=:c") == []


async def test_a_later_task_wins_over_one_that_was_lost(at: Projecting) -> None:
    """The lost task opened task 1 and applied an act; the later one knows of neither."""
    act = uuid.uuid4()
    async with at.engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO acts (id, case_id, kind, actor_id, digest, body, received_at)"
                " VALUES (:a, :c, 'close', 'p1', 'd', '', :t)"
            ),
            {"a": act, "c": at.case, "t": T0},
        )
    await at.project(at.first())
    await at.project(
        at.event(2, tasks=[at.task(1)]),
        at.event(3, act_id=str(act), case={"stage": "done"}),
        at=10,
    )
    assert (await at.rows("SELECT state FROM acts"))[0].state == "applied"
    await at.project(at.event(2, case={"stage": "examining"}), at=20)
    assert [r.kind for r in await at.rows("SELECT kind FROM superseded_events ORDER BY id")] == [
        "noted",
        "noted",
    ]
    assert (await at.rows("SELECT state FROM acts"))[0].state == "received"
    case = (await at.rows("SELECT stage, revision FROM cases WHERE case_id=:c"))[0]
    assert (case.stage, case.revision) == ("examining", 2)
    assert await at.rows("SELECT 1 FROM tasks WHERE case_id=:c") == []
    assert await at.chain_holds()


async def test_a_zombie_task_changes_nothing(at: Projecting) -> None:
    await at.project(at.first())
    await at.project(at.event(2, case={"stage": "examining"}), at=20)
    await at.project(at.event(2, case={"stage": "lapsed"}), at=10)
    assert (await at.rows("SELECT stage FROM cases WHERE case_id=:c"))[0].stage == "examining"
    assert await at.chain_holds()


async def test_a_gap_is_an_error_and_leaves_nothing(at: Projecting) -> None:
    await at.project(at.first())
    with pytest.raises(LookupError):
        await at.project(at.event(3), at=5)
    assert len(await at.rows("SELECT 1 FROM case_events WHERE case_id=:c")) == 1


async def test_claims_survive_a_rebuild(at: Projecting) -> None:
    await at.project(at.first(), at.event(2, tasks=[at.task(1)]))
    async with at.engine.begin() as connection:
        await connection.execute(text("UPDATE tasks SET claimed_by = 'liumin', claim_version = 3"))
    before = await at.snapshot()
    await at.rebuild()
    assert await at.snapshot() == before
    row = (await at.rows("SELECT claimed_by, claim_version FROM tasks WHERE case_id=:c"))[0]
    assert (row.claimed_by, row.claim_version) == ("liumin", 3)


STEP = st.sampled_from(["open", "close", "drop", "stage", "title", "message", "clock"])


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=1, max_size=25), cuts=st.integers(1, 4))
async def test_a_rebuild_equals_what_was_projected_step_by_step(
    at: Projecting, steps: list[str], cuts: int
) -> None:
    at.case = uuid.uuid4()
    events = [at.first()]
    opened = 0
    for step in steps:
        changes: dict[str, Any] = {}
        n = len(events) + 1
        match step:
            case "open":
                opened += 1
                changes["tasks"] = [at.task(opened)]
            case "close" | "drop" if opened:
                changes["tasks"] = [
                    {"task_id": f"{at.case}-{opened}", "state": "done", "closed_by": step}
                ]
            case "stage" | "title":
                changes["case"] = {step: f"{step}{n}"}
            case "message":
                changes["messages"] = [
                    {
                        "message_id": f"{at.case}:{n}",
                        "recipient": "person:p1",
                        "kind": "reminder",
                        "text": "请及时办理",
                        "at": T0.isoformat(),
                    }
                ]
            case "clock":
                changes["clocks"] = [
                    {
                        "key": "G02#1",
                        "clock_id": "G02",
                        "state": "running",
                        "level": f"l{n}",
                        "trigger": T0.isoformat(),
                        "raw_end": "2026-10-23",
                        "legal_end": "2026-10-23",
                        "ends_at": T0.isoformat(),
                        "provisional": False,
                        "next_rung": None,
                        "next_rung_at": None,
                        "closed_at": None,
                        "body": {"n": n},
                    }
                ]
        events.append(at.event(n, **changes))
    size = max(1, len(events) // cuts)
    for i, start in enumerate(range(0, len(events), size)):
        await at.project(*events[start : start + size], at=i)
    before = await at.snapshot()
    await at.rebuild()
    assert await at.snapshot() == before
    assert await at.chain_holds()
