"""Leaving the market, really at once: two who object, one who objects twice, who objects while it is withdrawn; forged answers.

On the engine that serves people: the one of skipped time never ends a task that calls off what was answered meanwhile
(temporalio/sdk-java, issues 2391 and 3088), and such is what these cases do.
"""

import asyncio
import itertools
import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from banjian.player import bureau, deregistration_deeds, notice_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import stage
from registers.callbacks import sign_callback
from registers.twins.codes import unified_code
from tests.api.case_stage import HANZI, RING, Live
from tests.api.test_tasks_pages import errors_of, sent_form

assert deregistration_deeds
_firms = itertools.count(7_300_000)
TAKEN = {200, 201, 202}
ZHOU = {"name": "周晓岚", "id_number": "421303198506142016"}
OBJECTIONS = "SELECT * FROM objections WHERE case_id = :c ORDER BY received_at, objection_id"
EVENTS = "SELECT kind FROM case_events WHERE case_id = :c ORDER BY revision"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    # No department answers before its turn in the test.
    async with stage(module_database, answer_seconds=600) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


async def leaving(live: Live) -> str:
    """A company of one investor whose notice is on the board; the name that its case has in the test."""
    n = next(_firms)
    word = HANZI[n % len(HANZI)] + HANZI[n // 7 % len(HANZI)]
    code = unified_code("limited_company", "421303", n)
    firm = {"uscc": code, "name": f"随州市曾都区{word}里建材有限公司", "legal_representative": ZHOU}
    world = {"enterprises": [firm | {"standings": {"investors": ["周晓岚"]}}]}
    (await live.on.twins.post("/admin/world", json=world)).raise_for_status()
    form = {
        "uscc": code,
        "company": firm["name"],
        "entity_type": "company",
        "debts": "settled",
        "nothing_owed": True,
        "licence_paper": "electronic_only",
        "persons": [ZHOU | {"phone": "13800006210", "posts": ["legal_representative", "investor"]}],
    }
    case = str(uuid.uuid4())
    await DEEDS["submit"](
        live.play, Deed("applicant", case, {"form": form}, "simple_deregistration")
    )
    await live.do("sign", "signature", case, who=["周晓岚"])
    await live.on.upkeep()
    await live.stage_is(case, "notice_running")
    return case


async def notice_id(live: Live, case: str) -> str:
    return str((await notice_deeds.notice_of(live.play, case))["id"])


async def says(live: Live, who: str, notice: str, reason: str = "货款未付") -> httpx.Response:
    path = f"/api/v1/notices/{notice}/objections"
    return await live.cast.call(who, "POST", path, data={"role": "creditor", "reason": reason})


async def ended(live: Live, case: str) -> str:
    """The stage in which it closed."""
    path = f"/api/v1/cases/{live.number(case)}"
    found = await live.cast.until(
        "applicant", path, lambda c: c["stage"] in {"terminated", "withdrawn"}, seconds=60
    )
    return str(found["stage"])


async def kinds(live: Live, case: str) -> list[str]:
    return [r.kind for r in await live.rows(EVENTS, c=live.ident(case))]


async def settled(live: Live, case: str, answers: list[httpx.Response]) -> list[Any]:
    """Every objection that was taken is on record once, dealt with, under a number of its own; no other is."""
    taken = [a.json() for a in answers if a.status_code in TAKEN]
    rows = await live.rows(OBJECTIONS, c=live.ident(case))
    assert {r.number for r in rows} == {t["number"] for t in taken}
    assert len(rows) == len({r.number for r in rows}) == len({r.person_id for r in rows})
    assert all(r.state in {"upheld", "noted"} for r in rows), [r.state for r in rows]
    assert (await kinds(live, case)).count("objection_received") == len(rows)
    waiting = "SELECT id FROM acts WHERE case_id = :c AND state = 'received'"
    assert not await live.rows(waiting, c=live.ident(case))
    return rows


@pytest.mark.parametrize("turn", range(3))
async def test_two_who_object_at_once(live: Live, turn: int) -> None:
    case = await leaving(live)
    ident = await notice_id(live, case)
    answers = await asyncio.gather(
        *(says(live, who, ident) for who in ("applicant2", "applicant3"))
    )
    assert await ended(live, case) == "terminated"
    assert any(a.status_code in TAKEN for a in answers)
    for answer in answers:
        if answer.status_code not in TAKEN:
            assert (answer.status_code, answer.json()["code"]) == (409, "notice_over")
    await settled(live, case, list(answers))
    assert (await kinds(live, case)).count("terminated") == 1


async def test_one_who_objects_twice_at_once(live: Live) -> None:
    case = await leaving(live)
    ident = await notice_id(live, case)
    words = ("货款未付", "货款没有付清")
    answers = await asyncio.gather(*(says(live, "applicant2", ident, w) for w in words))
    assert await ended(live, case) == "terminated"
    first, second = sorted(answers, key=lambda a: a.status_code)
    assert first.status_code in TAKEN
    assert second.json()["code"] in {"already_objected", "notice_over"}
    assert len(await settled(live, case, list(answers))) == 1


async def test_the_same_words_twice_at_once_are_one_objection(live: Live) -> None:
    case = await leaving(live)
    ident = await notice_id(live, case)
    answers = await asyncio.gather(*(says(live, "applicant2", ident) for _ in range(3)))
    assert await ended(live, case) == "terminated"
    assert {a.status_code for a in answers} <= TAKEN, [a.text for a in answers]
    assert len({a.json()["number"] for a in answers}) == 1
    assert len(await settled(live, case, list(answers))) == 1


@pytest.mark.parametrize("first", ["object", "withdraw"])
async def test_withdrawn_and_objected_to_at_once(live: Live, first: str) -> None:
    """Whatever comes first counts; what came after it is refused, or kept on record and its author told."""
    case = await leaving(live)
    ident = await notice_id(live, case)
    back = f"/api/v1/cases/{live.number(case)}/withdrawals"
    acts = [
        says(live, "applicant2", ident),
        live.cast.call("applicant", "POST", back, json={"reason": "不注销了"}),
    ]
    if first == "withdraw":
        acts.reverse()
    answers = list(await asyncio.gather(*acts))
    objection, withdrawal = answers if first == "object" else answers[::-1]
    stage = await ended(live, case)
    rows = await settled(live, case, [objection])
    told = await kinds(live, case)
    assert told.count("withdrawn") + told.count("terminated") == 1
    if stage == "terminated":
        assert [r.state for r in rows] == ["upheld"]
        assert withdrawal.json()["code"] in {"not_accepted_now", "case_closed"}
    else:
        assert withdrawal.status_code in TAKEN
        assert [r.state for r in rows] in ([], ["noted"])


async def test_an_applicant_does_not_object_to_the_own_notice(live: Live) -> None:
    case = await leaving(live)
    answer = await says(live, "applicant", await notice_id(live, case))
    assert (answer.status_code, answer.json()["code"]) == (409, "own_notice")
    assert "撤回" in answer.json()["title"]
    assert await live.rows(OBJECTIONS, c=live.ident(case)) == []
    taken = "SELECT number FROM numbers WHERE case_id = :c AND kind LIKE 'objection%'"
    assert await live.rows(taken, c=live.ident(case)) == []


class Tax:
    """What tax would send about a case."""

    def __init__(self, live: Live, case: str, effect: Any) -> None:
        self.live, self.case, self.effect = live, case, effect

    async def says_no(
        self, message: str = "", *, signed_by: str = "tax", to: str = "tax", **more: Any
    ) -> httpx.Response:
        secrets = self.live.on.app.state.services.callback_secrets
        now = await self.live.on.now()
        body = {
            "request_id": self.effect.request_id,
            "request_hash": self.effect.request_hash,
            "outcome": "objected",
            "payload": {"case_ref": self.live.ident(self.case), "reason": "欠税"},
            "occurred_at": now.isoformat(),
            **more,
        }
        raw, message = json.dumps(body).encode(), message or str(uuid.uuid4())
        at = int(now.timestamp())
        headers = {
            "webhook-id": message,
            "webhook-timestamp": str(at),
            "webhook-signature": sign_callback(message, at, raw, secrets[signed_by]),
            "content-type": "application/json",
        }
        path = f"/api/v1/registry-callbacks/{to}"
        return await self.live.on.http.post(path, content=raw, headers=headers)


async def tax_of(live: Live, case: str) -> Tax:
    path = f"/api/v1/cases/{live.number(case)}/timeline"
    await live.cast.until(
        "applicant", path, lambda t: sum(i["kind"] == "effect_waiting" for i in t["items"]) >= 3
    )
    sql = "SELECT * FROM effects WHERE case_id = :c AND kind = 'open_errand' AND register_name = 'tax'"
    return Tax(live, case, (await live.rows(sql, c=live.ident(case)))[0])


async def test_forged_swapped_and_repeated_objections_of_tax(live: Live) -> None:
    mine, other = await leaving(live), await leaving(live)
    tax, elsewhere = await tax_of(live, mine), await tax_of(live, other)
    forged = await tax.says_no(signed_by="social")
    assert (forged.status_code, forged.json()["code"]) == (403, "forged_request")
    swapped = [
        # Another case's request under this case's name, and the other way round.
        {"request_id": elsewhere.effect.request_id},
        {"request_hash": elsewhere.effect.request_hash},
        {"payload": {"case_ref": live.ident(other), "reason": "欠税"}},
    ]
    for more in swapped:
        answer = await tax.says_no(**more)
        assert (answer.status_code, answer.json()["code"]) == (409, "unknown_callback"), more
    wrong_door = await tax.says_no(signed_by="social", to="social")
    assert (wrong_door.status_code, wrong_door.json()["code"]) == (409, "unknown_callback")
    for case in (mine, other):
        assert (await live.shown(case))["stage"] == "notice_running"
        assert await live.rows(OBJECTIONS, c=live.ident(case)) == []

    message = str(uuid.uuid4())
    once, again = await asyncio.gather(tax.says_no(message), tax.says_no(message))
    assert {once.status_code, again.status_code} <= {200, 202}
    assert await ended(live, mine) == "terminated"
    rows = await live.rows(OBJECTIONS, c=live.ident(mine))
    assert [(r.department, r.state) for r in rows] == [("tax", "upheld")]
    assert (await kinds(live, mine)).count("objection_received") == 1
    # After the end: the same words are the same answer, new ones are nobody's.
    assert (await tax.says_no(message)).status_code == 200
    late = await tax.says_no()
    assert (late.status_code, late.json()["code"]) == (409, "unknown_callback")
    assert (await live.shown(other))["stage"] == "notice_running"

    await live.do("withdraw", "applicant", other, reason="不注销了")
    assert await ended(live, other) == "withdrawn"
    over = await elsewhere.says_no()
    assert (over.status_code, over.json()["code"]) == (409, "unknown_callback")
    assert await live.rows(OBJECTIONS, c=live.ident(other)) == []


async def test_withdrawing_by_the_page_is_one_act(live: Live) -> None:
    case = await live.open()
    client = await live.pages("applicant")
    path = f"/cases/{live.number(case)}"
    form = sent_form(await client.get(path), f"{path}/withdraw") | {"reason": "暂不开办"}
    for _ in range(2):
        done = await client.post(f"{path}/withdraw", data=form)
        assert done.status_code == 303
    await live.stage_is(case, "withdrawn")
    after = await client.get(path)
    assert "您撤回了申请，理由：暂不开办" in after.text
    late = await client.post(f"{path}/withdraw", data=form | {"token": "another-token"})
    assert late.status_code == 409
    assert "已经办结" in errors_of(late)[0]
