"""An extension whose length the row leaves to whoever approves it (Q06, 整改期限): asked for, used, explained."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Any

import pytest
import pytest_asyncio

from banjian.player.stage import stage
from domain.clocks import deadline_of
from domain.contracts import RunningClock
from domain.refusals import Refusal, Refused
from law import catalogue
from tests.kernel.any_clock import ROW, AnyClock
from tests.kernel.desk import APPLICANT, Case, Desk, officer

STARTS = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
REVIEWER = officer("reviewer", "chen")
APPROVE = {"decision": "approve", "reason": "设备配件需要定制"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    async with stage(module_database, starts=STARTS, procedures=[AnyClock]) as made:
        yield Desk(made)


async def asked(desk: Desk, clock: str, **start: Any) -> Case:
    """A case in which an extension of the clock waits for its approver."""
    case = await desk.open("any_clock")
    await case.reaches("asking")
    data = {"clock_id": clock, "trigger": "2026-03-02T10:00:00+08:00", **start}
    await case.act("start", APPLICANT, data)
    await case.reaches("waiting")
    request = {"clock": f"{clock}#1", "reason": "设备配件需要定制"}
    await case.act("request_extension", REVIEWER, request)
    return case


async def running(case: Case) -> RunningClock:
    (row,) = await case.rows("SELECT body FROM clocks WHERE case_id = :c")
    return RunningClock.model_validate(row.body)


async def told_wrong(case: Case, role: str, data: dict[str, Any]) -> str:
    """What is said of the length that was given, or not."""
    with pytest.raises(Refused) as refused:
        await case.decide(role, data)
    assert refused.value.why is Refusal.INVALID_ANSWERS
    return refused.value.errors["/length"]


async def test_the_approver_says_how_long_and_the_term_is_that_much_longer(desk: Desk) -> None:
    """15 days from 2 March end on the 17th; 10 more are counted from there: the 27th, a Friday."""
    case = await asked(desk, "Q06", length=15)
    assert (await running(case)).legal_end == date(2026, 3, 17)
    said = await told_wrong(case, "section_head", APPROVE)
    assert "由批准人确定" in said
    assert "特种设备安全监督检查办法 23, 29" in said
    for wrong in (0, -3, 100_000):
        with pytest.raises(Refused) as refused:
            await case.decide("section_head", {**APPROVE, "length": wrong})
        assert refused.value.why is Refusal.INVALID_ANSWERS
    assert (await running(case)).extension is None

    await case.decide("section_head", {**APPROVE, "length": 10})
    clock = await running(case)
    assert clock.extension is not None
    assert clock.extension.length == 10
    assert (clock.raw_end, clock.legal_end) == (date(2026, 3, 27), date(2026, 3, 27))
    end = deadline_of(clock)
    assert (end.legal_end, end.extension) == (date(2026, 3, 27), 10)
    assert (await case.kinds()).count("clock_extended") == 1


async def test_where_the_row_says_how_long_nobody_else_does(desk: Desk) -> None:
    """G02 is longer by 10 working days once, whoever approves it."""
    case = await asked(desk, "G02")
    before = (await running(case)).legal_end
    said = await told_wrong(case, "bureau_head", {**APPROVE, "length": 30})
    assert "行政许可法 42" in said
    await case.decide("bureau_head", APPROVE)
    after = await running(case)
    assert after.extension is not None
    assert after.extension.length is None
    assert after.legal_end > before


async def test_a_refusal_needs_no_length(desk: Desk) -> None:
    case = await asked(desk, "Q06", length=15)
    await case.decide("section_head", {"decision": "refuse", "reason": "没有正当理由"})
    assert (await running(case)).legal_end == date(2026, 3, 17)
    assert "extension_refused" in await case.kinds()
