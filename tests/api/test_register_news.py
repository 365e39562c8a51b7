"""A hosted enterprise is deregistered by whoever: the register is asked one question, and its hosting hears of it."""

import uuid
from datetime import date
from typing import Any

from sqlalchemy import text

from activities.register_news import LOOK_BACK, RegisterNews
from activities.sweep import Swept
from domain.contracts import Command
from domain.refusals import Refusal, Refused
from registers.errors import RegisterUnavailable
from registers.messages import Register
from registers.ports import EndedEnterprise, EndedEnterprises
from tests.api.case_stage import Live, live
from tests.api.test_hosting_pages import admitted, hosted, standing, text_of

assert callable(live)
GONE, OTHER = "91421303MA0QH1006C", "91421303MA0QH3001B"
ROW = """
INSERT INTO cases (case_id, procedure, office, owner, title, stage, revision, table_version, catalogue_version,
                   law_edition, opened_at, closed_at, numbers)
VALUES (:case, 'cluster_hosting', '421303', 'p1', 'x', 'referred', 3, '1', '1', '2026.1', app_now(),
        CASE WHEN :closed THEN app_now() END, jsonb_build_object('uscc', CAST(:uscc AS text)))
"""


class Market:
    """A register that answers two entries to a page."""

    def __init__(self, *ended: EndedEnterprise) -> None:
        self.ended = sorted(ended, key=lambda e: e.uscc)
        self.asked: list[tuple[date, str | None]] = []
        self.away = self.stuck = False

    async def ended_since(self, since: date, after: str | None = None) -> EndedEnterprises:
        self.asked.append((since, after))
        if self.away:
            raise RegisterUnavailable(Register.MARKET, "unavailable", "暂时不可用")
        begin = "" if self.stuck else after or ""
        found = [e for e in self.ended if e.ended_on >= since and e.uscc > begin]
        return EndedEnterprises(ended=tuple(found[:2]))


def ended(uscc: str, status: Any = "deregistered", day: str = "2026-09-20") -> EndedEnterprise:
    return EndedEnterprise(uscc=uscc, name="x", status=status, ended_on=date.fromisoformat(day))


async def test_one_question_of_the_whole_register_and_each_hosting_told_once(live: Live) -> None:
    engine, sent = live.on.core.engine, list[Command]()

    async def send(command: Command) -> None:
        sent.append(command)
        if command.case_id == str(away):
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    market = Market(ended(GONE), ended(OTHER), ended("92421303MA4F0L0138", "revoked"))
    market.ended.append(ended("99421303MA4F0L0138"))
    news = RegisterNews(engine, market, send=send)  # type: ignore[arg-type]
    assert await news.hear_of_endings() == Swept(), "nobody is hosted: nothing to ask"
    assert market.asked == []

    here, away = uuid.uuid4(), uuid.uuid4()
    async with engine.begin() as connection:
        for case, uscc, closed in (
            (here, GONE, False),
            (uuid.uuid4(), GONE, True),
            (away, OTHER, False),
            (uuid.uuid4(), "92421303MA4F0L0138", False),
        ):
            await connection.execute(text(ROW), {"case": case, "uscc": uscc, "closed": closed})
    heard = await news.hear_of_endings()
    today = (await live.on.now()).date()
    assert market.asked == [
        (today - LOOK_BACK, None),
        (today - LOOK_BACK, OTHER),
        (today - LOOK_BACK, "99421303MA4F0L0138"),
    ]
    assert (heard.due, heard.sent) == (2, 1)
    assert [(c.case_id, c.kind, c.data["status"]) for c in sent] == [
        (str(here), "enterprise_ended", "deregistered"),
        (str(away), "enterprise_ended", "deregistered"),
    ]
    await news.hear_of_endings()
    assert [c.act_id for c in sent[2:]] == [c.act_id for c in sent[:2]], "the same acts"
    market.stuck = True
    asked = len(market.asked)
    await news.hear_of_endings()
    assert len(market.asked) == asked + 2, "a register that gives the same page again is left"
    market.stuck = False
    market.away = True
    assert await news.hear_of_endings() == Swept(), "asked again at the next turn"
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM cases WHERE title = 'x'"))


async def test_the_enterprise_leaves_the_hosts_register(live: Live) -> None:
    await admitted(live, "host")
    form = await hosted(live, "company")
    line = await standing(live, "host", "registered_hosted")
    await live.on.turns.hear()
    assert (await standing(live, "host", "registered_hosted"))["uscc"] == line["uscc"]
    entry = {"uscc": line["uscc"], "name": form["name"]}
    gone = entry | {"status": "deregistered", "ended_on": "2026-09-23"}
    await live.do("register_changes", "market", "host", enterprises=[gone])
    await live.on.turns.hear()
    await live.on.turns.hear()
    shown = await live.stage_is("company.hosted", "archived")
    assert shown["decision"]["decision"] == "deregistered"
    counted = "SELECT count(*) AS n FROM case_events WHERE case_id = CAST(:c AS uuid) AND kind = 'address_changed'"
    (row,) = await live.rows(counted, c=live.ident("company.hosted"))
    assert row.n == 1
    page = text_of(await (await live.pages("applicant")).get(f"/cases/{live.number('host')}"))
    assert "现在没有托管企业" in page
    told = await live.get("applicant2", f"/api/v1/cases/{live.number('company.hosted')}/messages")
    assert "企业已经注销，住所托管随之结束。" in [m["text"] for m in told["items"]]
