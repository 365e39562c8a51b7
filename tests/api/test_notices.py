"""The public side of notices over REST: the board, the exact end, one objection per person, who may know who spoke."""

import asyncio
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import httpx
import pytest
from sqlalchemy import text

from api.views import notice_shapes as shapes
from banjian.player.cast import Answered
from banjian.player.deeds import sample_pdf
from banjian.player.expectations import differences
from tests.api.case_stage import Live
from tests.api.notice_stage import END, LAST_SECOND, announced, announcing, notice_id
from workflows.dispatch import Unreachable

__all__ = ["announcing"]
ATOM = "{http://www.w3.org/2005/Atom}"
PROOF = sample_pdf("合同")
WORDS = "尚有货款十二万元未付，已催告三次"


async def board(live: Live, query: str = "") -> list[dict[str, Any]]:
    """As anybody reads it."""
    answer = await live.on.http.get(f"/api/v1/notices{query}")
    assert answer.status_code == 200, answer.text
    shapes.NoticeList.model_validate(answer.json())
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def says(live: Live, who: str, notice: str, **more: Any) -> httpx.Response:
    key = more.pop("key", None)
    files = more.pop("files", None)
    data = {"role": "creditor", "reason": WORDS} | more
    path = f"/api/v1/notices/{notice}/objections"
    return await live.cast.call(who, "POST", path, key=key, data=data, files=files)


def pdf() -> dict[str, Any]:
    return {"evidence": ("合同.pdf", PROOF, "application/pdf")}


async def test_the_board_the_notice_and_the_feed_are_for_everybody(announcing: Live) -> None:
    case = await announced(announcing, "随州市红光商贸有限公司")
    other = await announced(announcing, "随州市白云食品有限公司")
    ident = await notice_id(announcing, case)
    found = await board(announcing, "?q=红光")
    assert [n["id"] for n in found] == [ident]
    assert (found[0]["last_day"], found[0]["ends_at"]) == ("2026-03-24", END)
    assert (found[0]["running"], found[0]["takes"]) == (True, "objection")
    assert await board(announcing, "?q=红光&kind=abnormal_listed") == []
    assert await board(announcing, "?q=红光&state=ended") == []
    # A page at a time, the newest first, nothing twice.
    first = await announcing.on.http.get("/api/v1/notices?limit=1")
    second = await announcing.on.http.get(
        f"/api/v1/notices?limit=1&cursor={first.json()['next_cursor']}"
    )
    assert first.json()["items"][0]["id"] == await notice_id(announcing, other)
    assert second.json()["items"][0]["id"] == ident
    assert 'rel="next"' in first.headers["link"]

    answer = await announcing.on.http.get(f"/api/v1/notices/{ident}")
    shapes.Notice.model_validate(answer.json())
    assert answer.json()["deadline"]["legal_end"] == "2026-03-24"
    assert len(answer.json()["deadline"]["trace"]) > 0
    assert answer.json()["objections_url"] == f"/api/v1/notices/{ident}/objections"
    missing = await announcing.on.http.get(f"/api/v1/notices/{UUID(int=7)}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    wrong = await announcing.on.http.get("/api/v1/notices?sate=ended")
    assert wrong.json()["code"] == "unknown_query_parameter"

    feed = ElementTree.fromstring((await announcing.on.http.get("/notices.atom?q=红光")).content)
    assert [feed.find(f"{ATOM}{tag}") is not None for tag in ("id", "title", "updated")] == [
        True
    ] * 3
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{ident}"
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href", "").endswith(f"/notices/{ident}")


async def test_an_objection_is_received_once_and_its_author_is_known_to_officers_alone(
    announcing: Live,
) -> None:
    case = await announced(announcing, "随州市青山物流有限公司")
    ident = await notice_id(announcing, case)
    guest = await announcing.on.http.post(
        f"/api/v1/notices/{ident}/objections", data={"reason": "x"}
    )
    assert guest.status_code in (401, 422)
    staff = await says(announcing, "reviewer", ident)
    assert staff.status_code in (403, 404)
    blank = await says(announcing, "applicant2", ident, reason="  ", role="neighbour")
    assert {e["pointer"]: e["detail"] for e in blank.json()["errors"]} == {
        "/reason": "请写明事实和理由",
        "/role": "请选择您与这件事的关系",
    }
    lie = {"evidence": ("合同.pdf", b"not a pdf at all", "application/pdf")}
    assert (await says(announcing, "applicant2", ident, files=lie)).status_code == 415

    made = await says(
        announcing, "applicant2", ident, key="objection-1", files=pdf(), contact="13800000002"
    )
    assert made.status_code == 201, made.text
    receipt = made.json()
    shapes.ObjectionReceipt.model_validate(receipt)
    assert receipt["number"].startswith("曾市监〔2026〕异字第")
    assert receipt["received_at"].startswith("2026-03-04T09:00:")
    again = await says(
        announcing, "applicant2", ident, key="objection-1", files=pdf(), contact="13800000002"
    )
    assert again.json() == receipt
    second = await says(announcing, "applicant2", ident, reason="换一个说法，还是没有付款")
    assert (second.status_code, second.json()["code"]) == (409, "already_objected")
    assert receipt["number"] in second.json()["detail"]

    number = announcing.number(case)
    await announcing.stage_is(case, "objected")
    public = (await announcing.on.http.get(f"/api/v1/notices/{ident}")).text
    own = await announcing.get("applicant", f"/api/v1/cases/{number}/objections")
    timeline = await announcing.get("applicant", f"/api/v1/cases/{number}/timeline")
    files = await announcing.get("applicant", f"/api/v1/applications/{announcing.ident(case)}")
    for told in (public, str(own), str(timeline), str(files)):
        assert "李国栋" not in told
        assert "货款" not in told
        assert "合同.pdf" not in told
    assert [o["role"] for o in own["items"]] == ["creditor"]
    shapes.ObjectionList.model_validate(own)
    seen = await announcing.get("reviewer", f"/api/v1/cases/{number}/objections")
    assert (seen["items"][0]["name"], seen["items"][0]["reason"]) == ("李国栋", WORDS)
    proof = await announcing.cast.call("reviewer", "GET", seen["items"][0]["evidence_url"])
    assert proof.content == PROOF
    stranger = await announcing.cast.call("applicant", "GET", seen["items"][0]["evidence_url"])
    assert stranger.status_code == 404

    await announcing.complete(
        "reviewer",
        case,
        task="notice.objection",
        outcome="rejected",
        reasons="债务已经清偿",
        no_interest=True,
    )
    await announcing.stage_is(case, "waiting")
    settled = await announcing.get("applicant2", f"/api/v1/notices/{ident}/objection")
    assert (settled["state"], settled["answer"]) == ("rejected", "债务已经清偿")
    ended = (await announcing.on.http.get(f"/api/v1/notices/{ident}")).json()
    assert (ended["outcome"], ended["running"], ended["received"]) == ("stopped", False, 1)
    late = await says(announcing, "applicant", ident)
    assert (late.status_code, late.json()["code"]) == (409, "notice_over")


async def test_a_claim_says_how_much(announcing: Live) -> None:
    case = await announced(announcing, "随州市清算中商贸有限公司")
    ident = await notice_id(announcing, case)
    without = await says(announcing, "applicant2", ident)
    assert [e["pointer"] for e in without.json()["errors"]] == ["/amount"]
    wrong = await says(announcing, "applicant2", ident, amount="十二万")
    assert [e["pointer"] for e in wrong.json()["errors"]] == ["/amount"]
    made = await says(announcing, "applicant2", ident, amount="120000.50")
    assert made.status_code == 201, made.text
    await announcing.stage_is(case, "objected")
    path = f"/api/v1/cases/{announcing.number(case)}/objections"
    (seen,) = (await announcing.get("reviewer", path))["items"]
    assert (seen["kind"], seen["amount"]) == ("claim", "120000.50")
    mine = await (await announcing.pages("applicant2")).get("/cases")
    assert "随州市清算中商贸有限公司简易注销公告" in mine.text


async def test_two_calls_of_one_person_at_once_are_one_objection(announcing: Live) -> None:
    case = await announced(announcing, "随州市双星机械有限公司")
    ident = await notice_id(announcing, case)
    answers = await asyncio.gather(
        *(says(announcing, "applicant2", ident, reason=f"第 {n} 次提出的理由") for n in range(4))
    )
    assert sorted(a.status_code for a in answers) == [201, 409, 409, 409]
    shown = await announcing.get("applicant", f"/api/v1/cases/{announcing.number(case)}/objections")
    assert len(shown["items"]) == 1


async def test_until_the_legal_end_and_not_a_moment_longer(
    announcing: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = await announced(announcing, "随州市静水贸易有限公司")
    timely = await announced(announcing, "随州市及时贸易有限公司")
    away = await announced(announcing, "随州市远方贸易有限公司")
    ids = {case: await notice_id(announcing, case) for case in (silent, timely, away)}
    await announcing.advance(LAST_SECOND)
    assert ids[silent] in {n["id"] for n in await board(announcing, "?limit=100")}
    assert (await says(announcing, "applicant2", ids[timely])).status_code == 201
    acts = announcing.on.app.state.services.acts
    with monkeypatch.context() as patch:

        async def unreachable(*_: Any) -> None:
            raise Unreachable("the engine is away")

        patch.setattr(acts._sender, "send", unreachable)
        received = await says(announcing, "applicant2", ids[away])
        assert (received.status_code, received.json()["state"]) == (201, "received")
    await announcing.advance(END)
    assert ids[silent] not in {n["id"] for n in await board(announcing, "?limit=100")}
    shown = (await announcing.on.http.get(f"/api/v1/notices/{ids[silent]}")).json()
    assert (shown["running"], shown["outcome"]) == (False, "expired")
    late = await says(announcing, "applicant2", ids[silent], files=pdf())
    assert (late.status_code, late.json()["code"]) == (409, "notice_over")
    assert "2026年3月24日 24:00届满" in late.json()["detail"]
    assert "书面" in late.json()["detail"]
    await announcing.stage_is(silent, "waiting")
    for case in (timely, away):
        await announcing.stage_is(case, "objected")
    with pytest.raises(Answered) as unknown:
        await announcing.get("applicant2", f"/api/v1/notices/{ids[silent]}/objection")
    assert unknown.value.status == 404


async def test_pages_without_script_in_both_languages(announcing: Live) -> None:
    case = await announced(announcing, "随州市文字印刷有限公司")
    ident = await notice_id(announcing, case)
    guest = await announcing.pages("applicant2")
    page = await guest.get(f"/notices/{ident}")
    assert "距离公示结束还有" in page.text
    token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "role": "creditor", "reason": ""}
    empty = await guest.post(f"/notices/{ident}/objections", data=form)
    assert empty.status_code == 422
    assert "还有内容要改正" in empty.text
    sent = await guest.post(f"/notices/{ident}/objections", data=form | {"reason": WORDS})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/notices/{ident}/objection")
    receipt = await guest.get(f"/notices/{ident}/objection")
    assert "已收到您的异议" in receipt.text
    assert "2026年3月" in receipt.text
    english = await announcing.pages("applicant", "en")
    shown = await english.get(f"/cases/{announcing.number(case)}")
    assert "Objections received: 1" in shown.text
    assert "李国栋" not in shown.text
    assert (await english.get("/notices?state=all")).status_code == 200


LICENCE = """
INSERT INTO documents (document_id, case_id, kind, number, slug, title, sha256, stored_id, size, holder, issued_at)
VALUES ('licence-1', CAST(:c AS uuid), 'licence', 'SCZ-1', 'aslug', '营业执照', 'x', 'y', 1, '随州市已注销公司', app_now())
"""
CODED = "UPDATE cases SET numbers = numbers || CAST(:n AS jsonb) WHERE case_id = CAST(:c AS uuid)"
ENDED = """
INSERT INTO cases (case_id, procedure, office, owner, stage, revision, table_version, catalogue_version, law_edition,
                   opened_at, decision)
VALUES (CAST(:c AS uuid), 'simple_deregistration', '421303', 'p', 'deregistered', 1, '1', '1', '2026.1', app_now(),
        CAST(:d AS jsonb))
"""


async def test_a_licence_is_void_for_everybody_once_its_enterprise_is_deregistered(
    announcing: Live,
) -> None:
    case = await announcing.open()
    ident, uscc = announcing.ident(case), "91421303MA4K1X2Y9A"
    await announcing.shown(case)
    path = "/api/v1/certificates/SCZ-1/verification"
    async with announcing.on.core.engine.begin() as connection:
        await connection.execute(text(LICENCE), {"c": ident})
        await connection.execute(text(CODED), {"c": ident, "n": f'{{"uscc": "{uscc}"}}'})
    before = (await announcing.on.http.get(path)).json()
    assert (before["state"], before["valid"]) == ("valid", True)
    decision = f'{{"voids_licences_of": "{uscc}", "voids_as": "cancelled"}}'
    async with announcing.on.core.engine.begin() as connection:
        await connection.execute(text(ENDED), {"c": str(UUID(int=9)), "d": decision})
    after = (await announcing.on.http.get(path)).json()
    assert (after["state"], after["state_text"], after["valid"]) == ("cancelled", "已注销", False)
    page = await announcing.on.http.get("/verify/SCZ-1", headers={"accept": "text/html"})
    assert "现在的状态：已注销" in page.text
    assert "result--bad" in page.text


async def test_a_story_says_who_objects_and_what_it_expects(announcing: Live) -> None:
    case = await announced(announcing, "随州市故事会贸易有限公司")
    running = {"notices": {"simple_deregistration": "running"}, "objections": []}
    assert await differences(announcing.on, announcing.play, case, running) == []
    await announcing.do("object", "applicant2", case, reason=WORDS, evidence="供货合同")
    await announcing.stage_is(case, "objected")
    stopped = {"notices": {"simple_deregistration": "stopped"}, "objections": ["received"]}
    assert await differences(announcing.on, announcing.play, case, stopped) == []
    assert len(await differences(announcing.on, announcing.play, case, running)) == 2
