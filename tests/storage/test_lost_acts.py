"""An act whose workflow task was lost with the engine: read as applied, and sent again all the same."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, text
from temporalio.testing import ActivityEnvironment

from activities.sweep import SweepActivities
from activities.upkeep import UpkeepActivities
from api.acts import Acts, Draft
from domain.contracts import Actor, ActResult, CaseEvent, Changes, Command, Projection
from domain.refusals import Refusal, Refused
from domain.signing import CommandSigner
from storage import acts
from storage.engine import create_engine
from storage.keys import CaseKeys
from storage.projector import Projector
from storage.tables import ClockRow
from workflows.dispatch import CaseUnknown, Unreachable

APPLICANT = Actor(person_id="applicant-1", name="周晓岚", roles=["applicant"])
HEAD = {
    "procedure": "reference",
    "office": "421303",
    "owner": "applicant-1",
    "stage": "accepting",
    "table_version": "1",
    "catalogue_version": "1",
    "law_edition": "2026.1",
}


class Engine:
    """Stands for the engine and its worker: projects what it is sent, then keeps or loses the task."""

    def __init__(self, url: str) -> None:
        self.sql = create_engine(url)
        self.keys = CaseKeys(self.sql, b"m" * 32)
        self.projector = Projector(self.sql, self.keys)
        signer = CommandSigner("api", Ed25519PrivateKey.generate())
        self.acts = Acts(self.sql, self.keys, self, signer)
        self.upkeep = UpkeepActivities(self.sql, self.keys, deliver=self.acts.deliver)
        self.sweep = SweepActivities(self.sql, signer, send=self.send)
        self.case = uuid.uuid4()
        self.dies = False
        self.refuses: Refused | None = None
        self.ended = False
        self.known: list[str] = []
        self.sent: list[str] = []
        self.told: list[str] = []

    async def send(self, command: Command) -> ActResult | None:
        if command.kind == "clock_due":
            self.told.append(command.data["rung"])
            return None
        self.sent.append(command.act_id)
        if self.ended:
            raise CaseUnknown(command.case_id)
        if self.refuses:
            raise self.refuses
        if command.act_id not in self.known:
            await self._project(command)
        if self.dies:
            raise Unreachable("killed after the projection's commit")
        if command.act_id not in self.known:
            self.known.append(command.act_id)
        return ActResult(case_id=command.case_id, revision=len(self.known), stage="accepting")

    async def _project(self, command: Command) -> None:
        at = command.received_at
        async with self.sql.connect() as connection:
            task_at = await connection.scalar(text("SELECT clock_timestamp()"))
        event = CaseEvent(
            revision=len(self.known) + 1,
            kind="noted",
            at=at,
            processed_at=at,
            actor=command.actor,
            act_id=command.act_id,
            changes=Changes(case={**HEAD, "opened_at": at.isoformat()}),
        )
        assert task_at is not None
        await self.projector.project(
            Projection(case_id=command.case_id, run_id="run", task_at=task_at, events=[event])
        )

    async def perform(self, act: uuid.UUID | None = None) -> str:
        draft = Draft(act or uuid.uuid4(), self.case, "note", APPLICANT)
        return (await self.acts.perform(draft)).state

    async def reconcile(self, seconds: int = 10) -> None:
        """The upkeep, so many seconds later."""
        await self.acts.all_settled()
        async with self.sql.begin() as connection:
            await connection.execute(
                text(
                    "UPDATE app_clock SET frozen_at ="
                    " coalesce(frozen_at, clock_timestamp()) + make_interval(secs => :s)"
                ),
                {"s": seconds},
            )
        await self.upkeep.reconcile_acts()
        await self.acts.all_settled()

    async def states(self) -> list[tuple[str, bool]]:
        async with self.sql.connect() as connection:
            rows = await connection.execute(
                text("SELECT state, settled FROM acts ORDER BY received_at")
            )
            return [(r.state, r.settled) for r in rows]


@pytest_asyncio.fixture
async def engine(fresh_database: str) -> AsyncIterator[Engine]:
    made = Engine(fresh_database)
    yield made
    await made.acts.all_settled()
    await made.sql.dispose()


async def test_an_act_whose_task_was_lost_is_sent_until_the_case_has_it(engine: Engine) -> None:
    engine.dies = True
    assert await engine.perform() == "received"
    # The lost task's rows are read, and yet nothing is settled.
    assert await engine.states() == [("applied", False)]
    await engine.reconcile()
    assert await engine.states() == [("applied", False)]
    engine.dies = False
    await engine.reconcile()
    assert len(engine.known) == 1
    assert await engine.states() == [("applied", True)]


async def test_the_same_call_again_does_not_believe_a_lost_task(engine: Engine) -> None:
    act = uuid.uuid4()
    engine.dies = True
    await engine.perform(act)
    engine.dies = False
    assert await engine.perform(act) == "applied"
    assert engine.known == [str(act)]
    await engine.acts.all_settled()
    assert await engine.states() == [("applied", True)]


async def test_a_settled_act_is_not_sent_again(engine: Engine) -> None:
    act = uuid.uuid4()
    assert await engine.perform(act) == "applied"
    await engine.reconcile()
    assert await engine.perform(act) == "applied"
    assert engine.sent == [str(act)]


async def test_a_refused_act_is_settled(engine: Engine) -> None:
    engine.refuses = Refused(Refusal.NOT_ACCEPTED_NOW)
    with pytest.raises(Refused):
        await engine.perform()
    assert await engine.states() == [("refused", True)]
    await engine.reconcile()
    assert len(engine.sent) == 1


async def test_an_applied_act_of_a_closed_case_is_settled_without_an_answer(engine: Engine) -> None:
    act = uuid.uuid4()
    engine.dies = True
    await engine.perform(act)
    engine.dies, engine.ended = False, True
    async with engine.sql.begin() as connection:
        await connection.execute(text("UPDATE cases SET closed_at = opened_at"))
    await engine.reconcile()
    assert await engine.states() == [("applied", True)]


# -- when an act is received --------------------------------------------------------------------------


async def test_an_act_is_received_when_its_request_came_unless_that_took_its_time(
    engine: Engine,
) -> None:
    async with engine.sql.connect() as connection:
        now = await connection.scalar(text("SELECT app_now()"))
    for late, kept in ((timedelta(seconds=2), True), (timedelta(hours=1), False)):
        draft = Draft(uuid.uuid4(), engine.case, "note", APPLICANT, received_at=now - late)
        outcome = await engine.acts.perform(draft)
        assert (outcome.received_at == now - late) is kept
        assert kept or outcome.received_at >= now
        async with engine.sql.connect() as connection:
            sql = text("SELECT received_at FROM acts WHERE id = :id")
            assert await connection.scalar(sql, {"id": draft.act_id}) == outcome.received_at


async def test_a_turn_of_the_sweep_stays_for_what_falls_due_in_it(engine: Engine) -> None:
    """Told once it is due, not before, and without waiting for the next turn."""
    async with engine.sql.begin() as connection:
        await connection.execute(text("UPDATE app_clock SET frozen_at = NULL"))
        due = await acts.app_now(connection) + timedelta(seconds=0.6)
        await connection.execute(
            insert(ClockRow).values(
                case_id=engine.case, key="Q09#1", clock_id="Q09", state="running", trigger=due,
                raw_end=due.date(), legal_end=due.date(), ends_at=due, provisional=False, body={},
                next_rung="overdue_l1", next_rung_at=due,
            )
        )  # fmt: skip
    at: list[datetime] = []

    async def send(command: Command) -> None:
        async with engine.sql.begin() as connection:
            at.append(await acts.app_now(connection))
            await connection.execute(text("UPDATE clocks SET state = 'met'"))

    signer = CommandSigner("api", Ed25519PrivateKey.generate())
    turn = SweepActivities(engine.sql, signer, send=send, linger=timedelta(seconds=2))
    swept = await asyncio.wait_for(ActivityEnvironment().run(turn.sweep_due), 20)
    assert (swept.due, swept.sent) == (1, 1)
    assert due <= at[0] < due + timedelta(seconds=1)


async def test_a_case_that_gives_no_answer_does_not_keep_the_sweep_busy(engine: Engine) -> None:
    due = datetime(2026, 9, 30, tzinfo=UTC)
    async with engine.sql.begin() as connection:
        await connection.execute(text("UPDATE app_clock SET frozen_at = :at"), {"at": due})
        for n in range(450):
            await connection.execute(
                insert(ClockRow).values(
                    case_id=uuid.uuid4(), key="Q09#1", clock_id="Q09", state="running", trigger=due,
                    raw_end=due.date(), legal_end=due.date(), ends_at=due, provisional=False,
                    body={}, next_rung="overdue_l1", next_rung_at=due - timedelta(seconds=n),
                )
            )  # fmt: skip
    tried: list[str] = []

    async def send(command: Command) -> None:
        tried.append(command.case_id)
        raise Unreachable("away")

    signer = CommandSigner("api", Ed25519PrivateKey.generate())
    turn = SweepActivities(engine.sql, signer, send=send, linger=timedelta(seconds=1))
    swept = await asyncio.wait_for(ActivityEnvironment().run(turn.sweep_due), 20)
    # All of them in batches, each once: the second pass is later than this turn.
    assert (swept.due, swept.sent, len(tried), len(set(tried))) == (450, 0, 450, 450)


async def test_a_clock_at_its_end_is_left_to_what_came_in_time(engine: Engine) -> None:
    """An act of the last second may be written after it: the sweep gives it that long."""
    end = datetime(2026, 9, 30, tzinfo=UTC)
    clock = {"case_id": engine.case, "clock_id": "D01", "state": "running", "trigger": end,
             "raw_end": end.date(), "legal_end": end.date(), "ends_at": end, "next_rung_at": end,
             "provisional": False, "body": {}}  # fmt: skip
    async with engine.sql.begin() as connection:
        for key, rung in (("D01#1", "expiry"), ("D01#2", "amber")):
            await connection.execute(insert(ClockRow).values(**clock, key=key, next_rung=rung))
    told: list[tuple[float, str]] = []
    for seconds in (-1.0, 0.0, 9.0, 10.0):
        engine.told.clear()
        async with engine.sql.begin() as connection:
            at = end + timedelta(seconds=seconds)
            await connection.execute(text("UPDATE app_clock SET frozen_at = :at"), {"at": at})
        await engine.sweep.sweep_due()
        told += [(seconds, rung) for rung in sorted(engine.told)]
    assert told == [(0.0, "amber"), (9.0, "amber"), (10.0, "amber"), (10.0, "expiry")]
