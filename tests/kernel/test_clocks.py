"""Clocks: each rung at its instant, to the right person, once; nothing early, nothing twice."""

import uuid
from datetime import datetime, timedelta

import pytest

from domain.contracts import SYSTEM, Command
from domain.refusals import Refusal, Refused
from tests.kernel.desk import APPLICANT, Case, Desk, officer
from workflows.dispatch import Unreachable


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+08:00")


async def messages(case: Case) -> list[tuple[str, str, datetime]]:
    rows = await case.rows(
        "SELECT recipient, kind, at FROM messages WHERE case_id = :c ORDER BY at, kind"
    )
    return [(r.recipient, r.kind, r.at) for r in rows]


async def test_the_ladder_climbs_at_each_instant_once(desk: Desk) -> None:
    """G02, 20 working days from 2026-03-02: due 2026-03-30 (a Monday)."""
    case = await desk.open()
    task = await case.task("acceptor")
    assert (await case.rows("SELECT legal_end FROM clocks WHERE case_id = :c"))[0].legal_end == (
        at("2026-03-30T00:00:00").date()
    )
    ladder = [
        (f"task:{task}", "reminder", at("2026-03-26T08:30:00")),
        ("window_head@421303", "amber", at("2026-03-30T12:00:00")),
        ("section_head@421303", "overdue_l1", at("2026-03-31T00:00:00")),
        ("registry_head@421303", "overdue_l2", at("2026-04-01T00:00:00")),
        ("bureau_head@421303", "overdue_l3", at("2026-04-03T00:00:00")),
    ]
    for n, rung in enumerate(ladder):
        await desk.advance_to(rung[2] - timedelta(seconds=30))
        assert await messages(case) == ladder[:n]
        await desk.advance_to(rung[2])
        assert await messages(case) == ladder[: n + 1]
    await desk.advance(timedelta(days=3))
    assert await desk.turn("sweep") == {"due": 0, "sent": 0, "failed": 0}
    assert await messages(case) == ladder
    row = (await case.rows("SELECT level, stage FROM cases WHERE case_id = :c"))[0]
    # Overdue never decides: the case is still with the acceptor, flagged.
    assert (row.level, row.stage) == ("overdue_l3", "accepting")
    light = await case.rows("SELECT level FROM tasks WHERE task_id = :t", t=task)
    assert light[0].level == "overdue_l3"


async def test_a_period_that_decides_ends_at_its_instant_and_not_before(desk: Desk) -> None:
    case = await desk.open()
    await case.reach_notice()
    ends = (await case.rows("SELECT ends_at FROM clocks WHERE case_id=:c AND clock_id='D01'"))[0]
    await desk.advance_to(ends.ends_at - timedelta(seconds=5))
    assert await case.stage() == "notice"
    await desk.advance_to(ends.ends_at)

    await case.reaches("lapsed")
    expired = await case.rows(
        "SELECT at FROM case_events WHERE case_id = :c AND kind = 'clock_expired'"
    )
    assert [r.at for r in expired] == [ends.ends_at]


async def test_an_act_received_in_time_wins_over_the_expiry_processed_first(desk: Desk) -> None:
    """The engine was away: the act is durable before the end, the clock fires before it is sent."""
    case = await desk.open()
    await case.reach_notice()
    ends = (await case.rows("SELECT ends_at FROM clocks WHERE case_id=:c AND clock_id='D01'"))[0]
    await desk.advance_to(ends.ends_at - timedelta(seconds=2))

    class Away:
        async def send(self, command: object) -> None:
            raise Unreachable("away")

    sender, desk.acts._sender = desk.acts._sender, Away()  # type: ignore[assignment]
    try:
        assert (await case.act("close", APPLICANT)).state == "received"
    finally:
        desk.acts._sender = sender
    await desk.stage.set_now(ends.ends_at + timedelta(minutes=1))
    await desk.stage._engine_to(ends.ends_at + timedelta(minutes=6))

    await case.reaches("done")
    assert "clock_expired" not in await case.kinds()


async def test_an_extension_is_asked_in_time_and_granted_by_another(desk: Desk) -> None:
    case = await desk.open()
    await case.task("acceptor")
    with pytest.raises(Refused) as unnamed:
        await case.act("request_extension", officer("reviewer"), {"clock": "G02#1", "reason": " "})
    assert unnamed.value.why is Refusal.INVALID_ANSWERS
    await case.act(
        "request_extension", officer("reviewer", "chen"), {"clock": "G02#1", "reason": "案情复杂"}
    )
    with pytest.raises(Refused) as twice:
        await case.act(
            "request_extension", officer("reviewer"), {"clock": "G02#1", "reason": "案情复杂"}
        )
    assert twice.value.why is Refusal.EXTENSION_NOT_POSSIBLE
    before = (await case.rows("SELECT legal_end FROM clocks WHERE case_id = :c"))[0].legal_end
    approve = {"decision": "approve", "reason": "案情复杂，需要专家论证"}
    with pytest.raises(Refused) as own:
        await case.decide("bureau_head", approve, person="chen")
    assert own.value.why is Refusal.SEPARATION_OF_DUTIES
    await case.decide("bureau_head", approve, person="zheng")
    after = (await case.rows("SELECT legal_end FROM clocks WHERE case_id = :c"))[0].legal_end
    assert after > before
    due = await case.rows(
        "SELECT t.due_at, k.ends_at FROM tasks t JOIN clocks k ON k.case_id = t.case_id"
        " WHERE t.case_id = :c AND t.role = 'acceptor'"
    )
    assert due[0].due_at == due[0].ends_at
    told = await case.rows(
        "SELECT recipient, text FROM messages WHERE case_id = :c AND kind = 'clock_extended'"
    )
    task = await case.task("acceptor")
    # The applicant and the officer at work, not the head who decided.
    assert {t.recipient for t in told} == {"person:applicant-1", f"task:{task}"}
    assert all(f"{after.month}月{after.day}日 24:00" in t.text for t in told)
    with pytest.raises(Refused) as again:
        await case.act(
            "request_extension", officer("reviewer"), {"clock": "G02#1", "reason": "还要延"}
        )
    assert again.value.why is Refusal.EXTENSION_NOT_POSSIBLE


async def test_the_sweep_cannot_fire_a_rung_early_or_a_closed_clock(desk: Desk) -> None:
    case = await desk.open()
    await case.task("acceptor")
    signer = desk.stage.core.system_signer
    sender = desk.acts._sender

    def due(clock: str, rung: str) -> Command:
        return signer.sign(
            Command(
                act_id=str(uuid.uuid4()),
                case_id=str(case.id),
                kind="clock_due",
                received_at=datetime(2030, 1, 1).astimezone(),
                actor=SYSTEM,
                data={"clock": clock, "rung": rung},
            )
        )

    for command, why in (
        (due("G02#1", "reminder"), Refusal.CLOCK_NOT_DUE),
        (due("G02#1", "overdue_l1"), Refusal.CLOCK_CLOSED),
        (due("G02#7", "reminder"), Refusal.CLOCK_CLOSED),
    ):
        with pytest.raises(Refused) as refused:
            await sender.send(command)
        assert refused.value.why is why
