"""A case that is withdrawn takes back what it asked of an office, whatever it was doing at that moment."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest_asyncio

from banjian.player import bureau, desk_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import stage
from law import catalogue
from tests.api.case_stage import FILES, RING, Live, application
from tests.kernel.talkative_case import ROW, TalkativeCase
from workflows.registry import PROCEDURES

STARTS = datetime.fromisoformat("2026-09-23T10:00:00+08:00")
assert desk_deeds  # declares the acts
WAITING = "SELECT request_id FROM effects WHERE case_id = :c AND state = 'waiting'"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    catalogue.add(ROW)
    PROCEDURES["talkative"] = TalkativeCase
    try:
        async with stage(module_database, starts=STARTS) as on:
            passwords = await bureau.seed(on.core.engine, RING)
            yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)
    finally:
        del PROCEDURES["talkative"]


async def test_withdrawn_while_no_step_waits_for_the_office(live: Live) -> None:
    await live.do("answer_after", "tax", "one")
    sent = {"form": application(), "files": dict(FILES)}
    await DEEDS["submit"](live.play, Deed("applicant", "one", sent, "talkative"))
    await desk_deeds.open_errand(live.play, Deed("tax", "one", {}))
    await DEEDS["withdraw"](live.play, Deed("applicant", "one", {"reason": "不办了"}))
    await live.stage_is("one", "withdrawn")
    await live.on.upkeep()
    asked = await live.on.twins.get("/admin/desk-errands", params={"case_ref": live.ident("one")})
    assert [row["state"] for row in asked.json()] == ["withdrawn"]
    # The office has it back before our own row says so.
    await live.gone(WAITING, c=live.ident("one"))
