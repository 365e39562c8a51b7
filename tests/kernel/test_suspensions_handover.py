"""Continue-as-new keeps a clock that stands still: its pauses, what they are called, and that it has no end."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from banjian.player.stage import stage
from domain.refusals import Refusal, Refused
from law import catalogue
from tests.kernel.clocks_case import ROW, ClocksCase
from tests.kernel.desk import APPLICANT, Desk, officer

REVIEWER = officer("reviewer", "chen")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    # A hand-over between every two stages.
    suggest = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=10"]
    async with stage(module_database, procedures=[ClocksCase], engine_arguments=suggest) as made:
        yield Desk(made)


async def test_a_new_run_of_the_case_keeps_its_pauses(desk: Desk) -> None:
    case = await desk.open("clocks", clocks={"G02": None})
    await case.task("reviewer")

    async def act(kind: str, **data: Any) -> Any:
        return await case.act(kind, REVIEWER, {"clock": "G02#1", **data})

    async def refused(kind: str, **data: Any) -> Refusal:
        with pytest.raises(Refused) as found:
            await act(kind, **data)
        return found.value.why

    await act("suspend_clock", ground="testing", expected_days=5, reason="送检")
    await act("suspend_clock", ground="hearing", expected_days=9, reason="听证")
    await act("resume_clock", ground="testing")
    await case.act("step", APPLICANT)
    await case.reaches("second")

    again = {"ground": "hearing", "expected_days": 9, "reason": "听证"}
    assert await refused("suspend_clock", **again) is Refusal.ALREADY_SUSPENDED
    assert await refused("resume_clock", ground="testing") is Refusal.NOT_SUSPENDED
    assert await refused("request_extension", reason="案情复杂") is Refusal.CLOCK_PAUSED
    await act("resume_clock", ground="hearing")
    await act("suspend_clock", ground="testing", expected_days=5, reason="再次送检")

    runs = await case.rows("SELECT DISTINCT run_id FROM case_events WHERE case_id = :c")
    assert len(runs) > 1
    row = (await case.rows("SELECT body FROM clocks WHERE case_id = :c"))[0]
    kept = [(p["number"], p["ground"], p["end"] is None) for p in row.body["pauses"]]
    assert kept == [(1, "testing", False), (2, "hearing", False), (3, "testing", True)]
    assert row.body["paused"]
