"""Cases under two editions of a rule: each keeps its own; what would differ is shown and nothing is touched."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio
from bs4 import BeautifulSoup

from banjian.player import bureau
from banjian.player.stage import stage
from domain.contracts import Pause, RunningClock
from domain.law_review import ends_of, rows_of
from law import catalogue
from law.clock_types import Clock
from law.editions import compare
from tests.api.case_stage import RING
from tests.api.conftest import csrf_of
from tests.cli.invoke import beside
from tests.kernel.any_clock import ROW, AnyClock
from tests.kernel.desk import APPLICANT, Case, Desk

STARTS = datetime.fromisoformat("2026-05-06T09:00:00+08:00")
DAYS = ("2026-04-14", "2026-04-15")


@dataclass
class Told:
    """Two complaints: one under the rule of before 2026-04-15 and closed, one under the new rule and open."""

    desk: Desk
    old: Case
    new: Case
    passwords: dict[str, str]

    async def pages(self, who: str) -> httpx.AsyncClient:
        client = httpx.AsyncClient(
            base_url=self.desk.stage.api_url, headers={"accept": "text/html"}, timeout=30
        )
        page = await client.get("/sign-in")
        form = {
            "csrf_token": csrf_of(page),
            "sign_in": who,
            "password": self.passwords[who],
            "next": "",
        }
        assert (await client.post("/sign-in", data=form)).status_code == 303
        return client

    async def everything(self) -> list[Any]:
        return await self.desk.rows(
            "SELECT c.*, k.* FROM cases c JOIN clocks k USING (case_id) ORDER BY c.case_id"
        )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(module_database: str) -> AsyncIterator[Told]:
    catalogue.add(ROW)
    async with stage(module_database, starts=STARTS, procedures=[AnyClock]) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        desk = Desk(on)
        cases = []
        for trigger in ("2026-03-10", "2026-04-15"):
            case = await desk.open("any_clock")
            await case.reaches("asking")
            await case.act(
                "start", APPLICANT, {"clock_id": "C02", "trigger": f"{trigger}T10:00:00+08:00"}
            )
            await case.reaches("waiting")
            cases.append(case)
        await cases[0].decide("approver", {"decision": "grant", "no_interest": True})
        await cases[0].reaches("decided")
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("BANJIAN_DATA", str(on.core.settings.banjian_data))
            environment.setenv("DATABASE_URL", on.core.settings.database_url)
            yield Told(desk, cases[0], cases[1], passwords)


async def test_the_command_lists_the_cases_of_both_editions(told: Told) -> None:
    """45 working days from 03-10 end on 05-15, 60 days on 05-09 (a make-up Saturday).

    From 04-15: 45 working days end on 06-22 (05-01 to 05-05 and 06-19 to 06-21 off, 05-09 worked), 60 days on 06-14, a Sunday.
    """
    before = await told.everything()
    shown = await beside("law", "diff", *DAYS, "--cases", "--json")
    assert (shown.status, shown.err) == (0, "")
    found = [
        (line["open"], line["clock"], line["old_end"], line["new_end"])
        for line in shown.document["cases"]
    ]
    assert found == [
        (False, "C02old#1", "2026-05-15", "2026-05-09"),
        (True, "C02#1", "2026-06-22", "2026-06-15"),
    ]
    words = await beside("law", "diff", *DAYS, "--cases")
    assert "2 个期限的届满日会不同，其中在办 1 个。没有改动任何办件。" in words.out
    none = await beside("law", "diff", "2026-12-31", "2027-01-01", "--cases", "--json")
    assert none.document["cases"] == []
    assert await told.everything() == before


async def test_the_page_shows_both_to_a_supervisor(told: Told) -> None:
    before = await told.everything()
    browser = await told.pages("supervisor")
    page = await browser.get("/desk/law", params=dict(zip(("old", "new"), DAYS, strict=True)))
    assert page.status_code == 200
    text = BeautifulSoup(page.text, "html.parser").get_text(" ", strip=True)
    for words in (
        "C02old → C02",
        "不同的规定（1 项）",
        "2 个，在办 1 个",
        "2026-06-22",
        "2026-06-15",
    ):
        assert words in text
    assert await told.everything() == before


async def test_a_day_that_is_none_is_told_and_a_clerk_sees_nothing(told: Told) -> None:
    browser = await told.pages("admin")
    page = await browser.get("/desk/law", params={"old": "2026-02-30"})
    assert page.status_code == 422
    assert "请填写日期" in page.text
    assert (await browser.get("/desk/law")).status_code == 200
    assert (await (await told.pages("acceptor")).get("/desk/law")).status_code == 404


def test_what_the_other_row_refuses_is_said() -> None:
    """A pause on a ground that only one of the rows allows has no end under the other."""
    _, _, found = compare(*DAYS)
    row = found[0]
    assert row.old is not None
    narrowed = type(row)(row.rule, row.old, row.new and _without_grounds(row.new))
    clock = RunningClock(
        key="C02old#1",
        clock_id="C02old",
        trigger=datetime.fromisoformat("2026-03-10T10:00:00+08:00"),
        started_at=STARTS,
        law_edition="2026.1",
        legal_end=datetime.fromisoformat("2026-05-15").date(),
        ends_at=STARTS,
        pauses=[
            Pause(
                start=datetime.fromisoformat("2026-04-01").date(),
                end=datetime.fromisoformat("2026-04-10").date(),
                ground="testing",
            )
        ],
    )
    ends = ends_of(clock, rows_of([narrowed]))
    assert ends is not None
    assert ends.new is None
    assert "不能因检测停止计算" in ends.refused
    assert ends.differ


def _without_grounds(clock: Clock) -> Clock:

    return replace(clock, suspension=())
