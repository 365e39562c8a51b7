"""Suspend and resume: a clock that stands still has no end, whatever was processed first; each act counts once."""

import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from banjian.player.stage import stage
from domain.contracts import Actor
from domain.refusals import Refusal, Refused
from law import catalogue
from tests.kernel.clocks_case import ROW, ClocksCase
from tests.kernel.desk import APPLICANT, OFFICE, Case, Desk, officer
from workflows.dispatch import Unreachable

STARTS = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
REVIEWER = officer("reviewer", "chen")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    async with stage(module_database, starts=STARTS, procedures=[ClocksCase]) as made:
        yield Desk(made)


async def opened(desk: Desk, *clocks: str, **lengths: int) -> Case:
    case = await desk.open("clocks", clocks={**dict.fromkeys(clocks), **lengths})
    await case.task("reviewer")
    return case


async def clock(case: Case, clock_id: str) -> Any:
    sql = "SELECT * FROM clocks WHERE case_id = :c AND clock_id = :k"
    return (await case.rows(sql, k=clock_id))[0]


async def suspend(case: Case, clock_id: str, ground: str, **more: Any) -> Any:
    data = {"clock": f"{clock_id}#1", "ground": ground, "expected_days": 5, "reason": "需要检验"}
    who = more.pop("who", REVIEWER)
    if "expected_end" in more:
        del data["expected_days"]
    return await case.act("suspend_clock", who, {**data, **more})


async def resume(case: Case, clock_id: str, ground: str, **more: Any) -> Any:
    return await case.act(
        "resume_clock", REVIEWER, {"clock": f"{clock_id}#1", "ground": ground, **more}
    )


@contextmanager
def away(desk: Desk) -> Iterator[None]:
    """Acts are durable, and the engine does not answer."""

    class Away:
        async def send(self, command: object) -> None:
            raise Unreachable("away")

    sender, desk.acts._sender = desk.acts._sender, Away()  # type: ignore[assignment]
    try:
        yield
    finally:
        desk.acts._sender = sender


async def engine_runs(desk: Desk, until: datetime) -> None:
    """The engine's timers fire; nobody has sent what is in the inbox."""
    await desk.stage.set_now(until)
    await desk.stage._engine_to(until + timedelta(minutes=6))


async def refused(act: Any) -> Refusal:
    with pytest.raises(Refused) as found:
        await act
    return found.value.why


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (APPLICANT, Refusal.WRONG_ROLE),
        (officer("archivist"), Refusal.WRONG_ROLE),
        (Actor(person_id="x", roles=["reviewer"], office="421302"), Refusal.WRONG_OFFICE),
        (Actor(person_id="applicant-1", roles=["reviewer"], office=OFFICE), Refusal.OWN_CASE),
    ],
    ids=["applicant", "no post", "other office", "own case"],
)
async def test_only_an_officer_of_the_case_suspends(desk: Desk, who: Actor, why: Refusal) -> None:
    case = await opened(desk, "G02")
    assert await refused(suspend(case, "G02", "testing", who=who)) is why


@pytest.mark.parametrize("clock_id", ["D01", "Q09"], ids=["days", "hours"])
async def test_a_clock_without_grounds_does_not_stand_still(desk: Desk, clock_id: str) -> None:
    """A period of 24 hours (Q09) stops for nothing either."""
    case = await opened(desk, clock_id)
    with pytest.raises(Refused, match="没有可以中止计算的规定") as found:
        await suspend(case, clock_id, "testing")
    assert found.value.why is Refusal.CLOCK_NOT_SUSPENDABLE


async def test_bad_answers_are_named_by_field(desk: Desk) -> None:
    case = await opened(desk, "G02")
    for wrong, field in (
        ({"reason": " "}, "/reason"),
        ({"expected_days": 0}, "/expected_days"),
        ({"expected_days": None}, "/"),
        ({"since": "tomorrow"}, "/since"),
        ({"since": "2026-03-01"}, "/since"),
        ({"since": "9999-12-31"}, "/since"),
        ({"since": "0001-01-01"}, "/since"),
        ({"expected_end": "9999-12-31"}, "/expected_end"),
        ({"expected_end": "0001-01-01"}, "/expected_end"),
        ({"surprise": 1}, "/surprise"),
    ):
        with pytest.raises(Refused) as found:
            await suspend(case, "G02", "testing", **wrong)
        assert found.value.why is Refusal.INVALID_ANSWERS
        assert list(found.value.errors) == [field]
    # None of them wedged the case.
    await suspend(case, "G02", "testing", expected_days=400)
    for until in ("9999-12-31", "0001-01-01"):
        assert await refused(resume(case, "G02", "testing", until=until)) is Refusal.INVALID_ANSWERS
    await resume(case, "G02", "testing")


async def test_while_it_stands_still_nothing_falls_due(desk: Desk) -> None:
    """G02, 20 working days; the end it had passes by a month, the officer is reminded once."""
    case = await opened(desk, "G02")
    task = await case.task("reviewer")
    end = (await clock(case, "G02")).ends_at
    start = (await desk.stage.now()).astimezone(STARTS.tzinfo).date()
    await suspend(case, "G02", "testing", expected_end=str(start + timedelta(days=3)))

    row = await clock(case, "G02")
    assert row.body["paused"]
    assert row.next_rung == "pause_over"
    due = await case.rows("SELECT due_at FROM tasks WHERE task_id = :t", t=task)
    assert due[0].due_at.year == 9999
    assert (await case.rows("SELECT due_at FROM cases WHERE case_id = :c"))[0].due_at is None

    await desk.advance_to(end + timedelta(days=30))
    kinds = await case.kinds()
    assert kinds.count("clock_pause_over") == 1
    assert not {"clock_reminder", "clock_amber", "clock_overdue_l1"} & set(kinds)
    told = await case.rows(
        "SELECT recipient, kind FROM messages WHERE case_id = :c ORDER BY at, recipient"
    )
    assert [(r.recipient, r.kind) for r in told] == [
        ("person:applicant-1", "clock_suspended"),
        (f"task:{task}", "clock_suspended"),
        (f"task:{task}", "pause_over"),
    ]

    # A term that stands still is not overrun: there is nothing to explain to the public.
    with pytest.raises(Refused) as refused:
        await case.act("explain_overrun", REVIEWER, {"clock": "G02#1", "reason": "等待检测结果"})
    assert refused.value.why is Refusal.CLOCK_NOT_DUE

    await resume(case, "G02", "testing")
    row = await clock(case, "G02")
    assert not row.body["paused"]
    assert row.ends_at > await desk.stage.now()
    due = await case.rows("SELECT due_at FROM tasks WHERE task_id = :t", t=task)
    assert due[0].due_at == row.ends_at
    assert (await case.rows("SELECT due_at FROM cases WHERE case_id = :c"))[0].due_at == row.ends_at


async def test_received_in_time_it_wins_over_the_end_that_would_decide(desk: Desk) -> None:
    """X15: the right lapses after 60 days, unless force majeure was told before; processed after the end."""
    case = await opened(desk, "X15")
    await case.act("step", APPLICANT)
    await case.reaches("second")
    end = (await clock(case, "X15")).ends_at
    await desk.advance_to(end - timedelta(seconds=2))
    with away(desk):
        assert (await suspend(case, "X15", "force_majeure")).state == "received"
    await engine_runs(desk, end + timedelta(minutes=1))

    row = await clock(case, "X15")
    assert (row.state, row.body["paused"]) == ("running", True)
    assert "clock_expired" not in await case.kinds()
    assert await case.stage() == "second"


async def test_received_in_time_it_wins_where_the_end_only_closes_the_clock(desk: Desk) -> None:
    """T01, 容缺: its end decides nothing, but would close the clock for good."""
    case = await opened(desk, "T01")
    end = (await clock(case, "T01")).ends_at
    await desk.advance_to(end - timedelta(seconds=2))
    with away(desk):
        await suspend(case, "T01", "force_majeure")
    await engine_runs(desk, end + timedelta(minutes=1))
    row = await clock(case, "T01")
    assert (row.state, row.body["paused"]) == ("running", True)
    assert "clock_expiry" not in await case.kinds()


async def test_received_in_time_it_puts_out_the_light_of_an_overrun(desk: Desk) -> None:
    """The agency's clock was told overdue before the act that was received in time arrived."""
    case = await opened(desk, "G02")
    task = await case.task("reviewer")
    end = (await clock(case, "G02")).ends_at
    await desk.advance_to(end - timedelta(seconds=2))
    act_id = uuid.uuid4()
    data = {"clock": "G02#1", "ground": "testing", "expected_days": 5, "reason": "需要检验"}
    with away(desk):
        await case.act("suspend_clock", REVIEWER, data, act_id=act_id)
    await engine_runs(desk, end + timedelta(minutes=1))
    assert (await clock(case, "G02")).level == "overdue_l1"

    await desk.stage.upkeep()
    row = await clock(case, "G02")
    assert (row.level, row.body["paused"]) == ("", True)
    level = await case.rows("SELECT level FROM tasks WHERE task_id = :t", t=task)
    assert level[0].level == ""
    assert (await case.rows("SELECT level FROM cases WHERE case_id = :c"))[0].level == ""
    await desk.advance_to(end + timedelta(days=10))
    assert "clock_overdue_l2" not in await case.kinds()


async def test_in_the_instant_of_the_end_it_is_too_late(desk: Desk) -> None:
    """In time is before the end: the clock need not have fired yet for the act to be refused."""
    case = await opened(desk, "X15")
    await case.act("step", APPLICANT)
    end = (await clock(case, "X15")).ends_at
    await desk.advance_to(end - timedelta(seconds=30))
    await desk.stage.set_now(end)
    assert await refused(suspend(case, "X15", "force_majeure")) is Refusal.SUSPENSION_TOO_LATE
    await engine_runs(desk, end + timedelta(minutes=1))
    await case.reaches("lapsed")
    assert (await case.kinds()).count("clock_expired") == 1


async def test_only_a_day_off_is_left_and_that_does_not_stop(desk: Desk) -> None:
    """C02, 60 days: the last one was counted on a day off, and the end moved; nothing is left to stop."""
    case = await opened(desk, "C02")
    row = await clock(case, "C02")
    while row.raw_end == row.legal_end:
        await desk.advance(timedelta(days=1))
        case = await opened(desk, "C02")
        row = await clock(case, "C02")
    await desk.advance_to(row.ends_at - timedelta(hours=3))
    assert await refused(suspend(case, "C02", "testing")) is Refusal.SUSPENSION_TOO_LATE


async def test_one_clock_stands_still_and_the_others_run(desk: Desk) -> None:
    case = await opened(desk, "G02", "C02")
    before = await clock(case, "C02")
    await suspend(case, "G02", "testing")
    after = await clock(case, "C02")
    assert (after.ends_at, after.next_rung_at) == (before.ends_at, before.next_rung_at)
    assert not after.body["paused"]
    assert (await case.rows("SELECT due_at FROM cases WHERE case_id = :c"))[
        0
    ].due_at == after.ends_at
    await desk.advance_to(before.ends_at)
    kinds = await case.kinds()
    # Two clocks ended here, if the other had not stood still.
    assert kinds.count("clock_overdue_l1") == 1


async def test_a_resumption_entered_late_takes_nobodys_right(desk: Desk) -> None:
    """The ground is said to have ended so long ago that the right would have lapsed meanwhile."""
    case = await opened(desk, "X15")
    start = (await desk.stage.now()).astimezone(STARTS.tzinfo).date()
    await suspend(case, "X15", "force_majeure")
    await desk.advance(timedelta(days=90))
    early = {"until": str(start + timedelta(days=1))}
    assert await refused(resume(case, "X15", "force_majeure", **early)) is Refusal.INVALID_ANSWERS
    before = {"until": str(start - timedelta(days=1))}
    assert await refused(resume(case, "X15", "force_majeure", **before)) is Refusal.INVALID_ANSWERS
    await resume(case, "X15", "force_majeure")
    assert (await clock(case, "X15")).ends_at > await desk.stage.now()


async def test_a_pause_entered_late_starts_on_its_own_day(desk: Desk) -> None:
    """The sample was sent on the day before yesterday; the agency's clock may resume late as well."""
    case = await opened(desk, "C02")
    first = await clock(case, "C02")
    start = (await desk.stage.now()).astimezone(STARTS.tzinfo).date()
    await desk.advance(timedelta(days=12))
    since, until = start + timedelta(days=3), start + timedelta(days=7)
    await suspend(case, "C02", "testing", since=str(since), expected_days=20)
    await resume(case, "C02", "testing", until=str(until))
    row = await clock(case, "C02")
    # Five days, the first and the last among them, do not count.
    assert row.raw_end - first.raw_end == timedelta(days=5)
    assert [date.fromisoformat(row.body["pauses"][0][k]) for k in ("start", "end")] == [
        since,
        until,
    ]


async def test_a_repeated_act_suspends_once(desk: Desk) -> None:
    case = await opened(desk, "G02")
    data = {"clock": "G02#1", "ground": "testing", "expected_days": 5, "reason": "需要检验"}
    act_id = uuid.uuid4()
    for _ in range(2):
        await case.act("suspend_clock", REVIEWER, data, act_id=act_id)
    assert (await case.kinds()).count("clock_suspended") == 1


async def test_the_reminder_is_not_sent_again_for_an_instant_that_did_not_move(desk: Desk) -> None:
    """Reminded of the old end, then stopped and resumed within a day: the new reminder lies in the past
    and was told, the other rungs are those of the new end."""
    case = await opened(desk, "G02")
    row = await clock(case, "G02")
    reminder = next(r["at"] for r in row.body["rungs"] if r["kind"] == "reminder")
    await desk.advance_to(datetime.fromisoformat(reminder) + timedelta(hours=1))
    assert (await case.kinds()).count("clock_reminder") == 1
    await suspend(case, "G02", "testing")
    await resume(case, "G02", "testing")
    moved = await clock(case, "G02")
    assert moved.ends_at > row.ends_at
    await desk.advance_to(moved.ends_at - timedelta(seconds=1))
    kinds = await case.kinds()
    # The new end has a reminder of its own, two working days before it.
    assert kinds.count("clock_reminder") == 2
    assert kinds.count("clock_amber") == 1
