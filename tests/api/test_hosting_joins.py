"""What a host can report of an enterprise that is about to join: page, box, REST and the host's case tell the same."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from api.acts import Acts, Draft, Outcome
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import Live, live
from tests.api.test_hosting_pages import admitted, hosted, text_of, ways_of

assert callable(live)


@asynccontextmanager
async def kept_back(kind: str) -> AsyncIterator[Callable[[], None]]:
    """What cases tell each other by acts of this kind arrives only once it is let go."""
    gate, perform = asyncio.Event(), Acts.perform

    async def held(self: Acts, draft: Draft) -> Outcome:
        if draft.kind == kind:
            await gate.wait()
        return await perform(self, draft)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Acts, "perform", held)
        try:
            yield gate.set
        finally:
            gate.set()


async def listed(live: Live, host: str, until: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The one enterprise of the host's register, once it is there and like this."""
    path = f"/api/v1/cases/{live.number(host)}/related"
    found: Any = await live.cast.until(
        "applicant", path, lambda f: f["hosted"] and until(f["hosted"][0])
    )
    return dict(found)


async def offers(live: Live, host: str) -> bool:
    """Whether REST, the form and the box that says whose turn it is let the host report something; they agree."""
    acts = {a["action"] for a in (await live.shown(host, "applicant"))["allowed_actions"]}
    page = await (await live.pages("applicant")).get(f"/cases/{live.number(host)}")
    form = "报告什么" in text_of(page)
    assert form == ("#report-hosted" in ways_of(page)) == ("report_hosted" in acts)
    return form


async def test_an_enterprise_is_reported_from_when_its_host_knows_it_until_it_is_let_go(
    live: Live,
) -> None:
    """The hosting is a case of its own: it is there before the host hears of it, and after the host let it go."""
    await admitted(live, "host")
    report: dict[str, Any] = {"what": "lost", "reason": "电话停机"}
    async with kept_back("hosted_joined") as let_go:
        await hosted(live, "company")
        joining = await listed(live, "host", lambda line: not line["known"])
        report["uscc"] = joining["hosted"][0]["uscc"]
        assert joining["hosted"][0]["standing_text"] == "正在登记"
        assert not await offers(live, "host")
        path = f"/api/v1/cases/{live.number('host')}/hosted-reports"
        early = await live.cast.call("applicant", "POST", path, json=report)
        assert early.status_code == 422
        let_go()
        known = await listed(live, "host", lambda line: bool(line["known"]))
    assert known["hosted"][0]["standing_text"] == "托管中"
    assert await offers(live, "host")
    await DEEDS["report_hosted"](live.play, Deed("applicant", "host", report))
