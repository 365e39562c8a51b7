"""补正 over a case that really runs: the notice beside what it concerns, one submit, the same receipt number."""

from contextlib import aclosing

import httpx
from bs4 import BeautifulSoup

from tests.api.case_stage import Live, live  # noqa: F401  # the fixture
from tests.api.intake_app import pdf
from tests.api.test_intake_pages import send, text_of

NOTICE = {
    "decision": "one_time_notice",
    "gaps": [
        {
            "gap": "address_unclear",
            "part": "address_proof",
            "advice": "请重新拍摄住所使用证明，门牌号要看得清。",
        },
        {"gap": "form_scope", "part": "form", "advice": "请选用规范表述填写经营范围。"},
    ],
}


async def test_a_notice_is_answered_on_the_same_pages(live: Live) -> None:  # noqa: F811
    case = await live.open()
    here = f"/applications/{live.ident(case)}"
    client = await live.pages("applicant")
    async with aclosing(client):
        receipt = await client.get(here)
        assert receipt.headers["location"] == f"{here}/receipt"
        assert "查看办件进度" in text_of(await client.get(f"{here}/receipt"))

        await live.complete("acceptor", case, task="approval.acceptance", **NOTICE)
        await live.stage_is(case, "correction")
        tasks = text_of(await client.get(here))
        for said in ("一次性告知书要求补正", "门牌号要看得清", "要补正", "请核对"):
            assert said in tasks
        assert "请补正" in text_of(await client.get("/applications"))
        assert "门牌号要看得清" in text_of(await client.get(f"{here}/materials/address_proof"))
        assert "门牌号要看得清" not in text_of(await client.get(f"{here}/materials/articles"))
        assert "规范表述" in text_of(await client.get(f"{here}/sections/scope"))

        check = text_of(await client.get(f"{here}/check"))
        assert "内容和上次提交的完全相同" in check
        same = await send(client, f"{here}/check", data={"declaration": "yes"})
        assert same.status_code == 409
        assert "补正内容与上次提交完全相同" in text_of(same)

        await _correct(client, here)
        done = await send(client, f"{here}/check", data={"declaration": "yes"})
        assert done.headers["location"] == f"{here}/receipt"
        shown = text_of(await client.get(f"{here}/receipt"))
        assert "已收到您的补正" in shown
        assert live.number(case) in shown
        assert "第 2 版" in shown
    await live.stage_is(case, "submitted")
    acts = await live.rows(
        "SELECT kind, state FROM acts WHERE case_id = :id AND kind IN ('open', 'resubmit')"
        # The stage's clock stands still: both were received at the same instant.
        " ORDER BY kind",
        id=live.ident(case),
    )
    assert [tuple(row) for row in acts] == [("open", "applied"), ("resubmit", "applied")]


async def _correct(client: httpx.AsyncClient, here: str) -> None:
    page = f"{here}/materials/address_proof"
    shown = BeautifulSoup((await client.get(page)).text, "html.parser")
    removal = shown.select_one('.docs form[action$="/remove"]')
    assert removal is not None
    await send(client, page, str(removal["action"]))
    new = {"file": ("清晰.pdf", pdf("clear"), "application/pdf")}
    assert (await send(client, page, files=new)).status_code == 303
    assert "已补正" in text_of(await client.get(here))
    scope = {"business_scope": "食品销售（仅销售预包装食品）\n食用农产品批发"}
    assert (await send(client, f"{here}/sections/scope", data=scope)).status_code == 303


async def test_progress_and_verification_of_a_real_case(live: Live) -> None:  # noqa: F811
    case = await live.open()
    receipt = await live.get("applicant", f"/api/v1/applications/{live.ident(case)}/receipt")
    assert receipt["state"] == "applied"
    told = await live.on.http.post(
        "/api/v1/progress-queries",
        json={"case_no": receipt["receipt_no"], "code": receipt["query_code"]},
    )
    assert told.status_code == 200, told.text
    assert told.json()["due"] == "2026-09-29"
    assert told.json()["stage"] == "收件"
    path = f"/api/v1/cases/{receipt['receipt_no']}/documents"
    papers = await live.cast.until("applicant", path, lambda found: found["items"])
    slug = papers["items"][0]["verification_url"].rpartition("/")[2]
    paper = (await live.on.http.get(f"/api/v1/certificates/{slug}/verification")).json()
    assert (paper["state"], paper["state_text"], paper["valid"], paper["trial"]) == (
        "valid",
        "有效",
        True,
        True,
    )
    by_number = await live.on.http.get(f"/api/v1/certificates/{paper['number']}/verification")
    assert by_number.status_code == 404, "a receipt's number would tell who applied for what"
    page = await live.on.http.get(f"/verify/{slug}", headers={"accept": "text/html"})
    for said in ("本局签发，现在的状态：有效", "请对照手中的证照", "测试印章", paper["number"]):
        assert said in text_of(page)
