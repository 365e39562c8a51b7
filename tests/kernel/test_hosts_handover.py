"""A host of many enterprises over years: its history is handed over while it stays in one stage, and nothing is lost."""

from collections.abc import AsyncIterator

import pytest_asyncio

from banjian.player import bureau
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import stage
from tests.api.case_stage import RING, Live
from tests.api.test_hosting_pages import admitted, hosted, standing

OF_STAGE = (
    "SELECT DISTINCT run_id FROM case_events WHERE case_id = CAST(:c AS uuid) AND revision >"
    " (SELECT max(revision) FROM case_events WHERE case_id = CAST(:c AS uuid)"
    "  AND kind = 'stage_entered')"
)
ALL = "SELECT revision FROM case_events WHERE case_id = CAST(:c AS uuid) ORDER BY revision"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def busy(module_database: str) -> AsyncIterator[Live]:
    """The engine asks for a handover after a few events, where it would after thousands."""
    suggest = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=10"]
    async with stage(module_database, engine_arguments=suggest) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


async def test_a_host_is_handed_over_without_leaving_its_stage(busy: Live) -> None:
    await admitted(busy, "host")
    await hosted(busy, "company")
    uscc = (await standing(busy, "host", "registered_hosted"))["uscc"]
    case = busy.ident("host")
    for what, then in (
        ("lost", "host_notified_lost"),
        ("found", "registered_hosted"),
        ("lost", "host_notified_lost"),
        ("found", "registered_hosted"),
    ):
        report = Deed("applicant", "host", {"uscc": uscc, "what": what, "reason": "电话"})
        await DEEDS["report_hosted"](busy.play, report)
        await standing(busy, "host", then)
    assert len(await busy.rows(OF_STAGE, c=case)) > 1, "the stage itself was handed over"
    revisions = [r.revision for r in await busy.rows(ALL, c=case)]
    assert revisions == list(range(1, len(revisions) + 1))
    # Whom it hosts went along: the report reached that case, and leaving tells it too.
    await busy.do("leave_hosting", "applicant", "host", reason="不再提供托管服务")
    await standing(busy, "host", "address_change_required")
