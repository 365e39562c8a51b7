"""A host's case page: its register of enterprises, what it reports, how a head pauses it; and who is told what elsewhere."""

import asyncio
import io
from typing import Any

import httpx
from bs4 import BeautifulSoup
from pypdf import PdfReader

from banjian.compose import registers_of
from banjian.player import hosting_deeds, licence_deeds
from banjian.player.deeds import DEEDS, Deed
from tests.api.case_stage import FILES, Live, application, live
from tests.api.test_tasks_pages import claimed, errors_of, sent_form

assert callable(live)
# Declare the acts of hosts, and how a story gets hold of a related case.
assert hosting_deeds
assert licence_deeds
USCC = "91421303MA4K1X2Y9A"
ADDRESS = "湖北省随州市曾都区东城街道烈山大道66号"
HOST: dict[str, Any] = {
    "uscc": USCC,
    "company": "随州市曾都区众合商务秘书有限公司",
    "representative_name": "王建平",
    "representative_id": "421303199202290014",
    "hosting_address": ADDRESS,
    "tenure": "owned",
    "receiver_name": "王建平",
    "receiver_phone": "13800006211",
    "delivers": True,
    "keeps_register": True,
}


def text_of(page: httpx.Response) -> str:
    main = BeautifulSoup(page.text, "html.parser").find("main")
    assert main is not None
    return main.get_text(" ", strip=True)


def ways_of(page: httpx.Response) -> set[str]:
    """Where the box that says whose turn it is leads to; each is on the page."""
    soup = BeautifulSoup(page.text, "html.parser")
    ball = soup.select_one(".ball")
    assert ball is not None
    found = {str(a["href"]) for a in ball.find_all("a")}
    assert all(soup.select_one(way) for way in found)
    return found


async def admitted(live: Live, case: str) -> str:
    """A host of the applicant's; returns its number."""
    entry = {
        "uscc": USCC,
        "name": HOST["company"],
        "address": ADDRESS,
        "business_scope": ["商务秘书服务"],
        "legal_representative": {"name": "王建平", "id_number": HOST["representative_id"]},
    }
    await live.do("register_changes", "market", case, enterprises=[entry])
    form = {"form": HOST}
    await DEEDS["submit"](live.play, Deed("applicant", case, form, "cluster_registration"))
    await live.complete("acceptor", case, task="approval.acceptance", decision="accept")
    await live.complete(
        "reviewer", case, task="approval.review", finding="conforms", no_interest=True
    )
    await live.complete(
        "inspector",
        case,
        task="approval.site_check",
        officers=["王海"],
        finding="conforms",
        record="试投邮件已签收",
    )
    await live.complete(
        "approver", case, task="approval.decision", decision="grant", no_interest=True
    )
    await live.stage_is(case, "hosting")
    return live.number(case)


async def hosted(live: Live, case: str) -> dict[str, Any]:
    """An enterprise of another applicant's at the host's address; returns its form."""
    form = application() | {
        "domicile": f"{ADDRESS}A12工位",
        "hosted_by": USCC,
        "business_scope": ["软件开发"],
    }
    data = {"form": form, "files": dict(FILES)}
    await DEEDS["submit"](live.play, Deed("applicant2", case, data, "establishment_registration"))
    await live.complete("acceptor", case, task="approval.acceptance", decision="accept")
    await live.complete(
        "reviewer", case, task="approval.review", finding="conforms", no_interest=True
    )
    people = ["周晓岚", "李国栋"]
    for deed, register in (("confirm_identity", "identity"), ("sign", "signature")):
        await live.do(deed, register, case, who=people)
        await live.on.upkeep()
    await live.complete(
        "approver", case, task="approval.decision", decision="grant", no_interest=True
    )
    await live.do("follow", "applicant2", f"{case}.hosted", of=case, item="cluster_hosting")
    return form


async def standing(live: Live, host: str, wanted: str) -> dict[str, Any]:
    """The host's enterprise, once its hosting stands like this and the host's own case knows it."""
    for _ in range(200):
        await live.on.upkeep()
        found = await live.get("applicant", f"/api/v1/cases/{live.number(host)}/related")
        for line in found["hosted"]:
            if line["known"] and line["standing"] == wanted:
                return dict(line)
        await asyncio.sleep(0.05)
    raise AssertionError(f"not {wanted}: {found['hosted']}")


async def says(browser: httpx.AsyncClient, path: str, words: str) -> str:
    """The page's text, once it says so."""
    for _ in range(200):
        text = text_of(await browser.get(path))
        if words in text:
            return text
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path} never said {words}: {text}")


async def licence_of(live: Live, case: str) -> str:
    """What is printed on the original of its business licence, without blanks."""
    number = live.number(case)
    listed = await live.get("applicant2", f"/api/v1/cases/{number}/documents")
    licence = next(d for d in listed["items"] if d["kind"] == "licence")
    content = await live.cast.call("applicant2", "GET", licence["content_url"])
    pages = PdfReader(io.BytesIO(content.content)).pages
    return "".join("".join(page.extract_text() for page in pages).split())


async def test_host_and_head_act_on_the_page_and_the_enterprise_is_told(live: Live) -> None:
    guest = await live.pages("applicant2")
    assert "现在没有托管机构" in text_of(await guest.get("/hosts"))
    number = await admitted(live, "host")
    path = f"/cases/{number}"
    listed = text_of(await guest.get("/hosts"))
    for words in (HOST["company"], USCC, ADDRESS):
        assert words in listed
    public = await live.get("applicant2", "/api/v1/cluster-hosts")
    assert public["items"] == [
        {"uscc": USCC, "name": HOST["company"], "address": ADDRESS, "takes_new": True}
    ]
    browser = await live.pages("applicant")
    alone = text_of(page := await browser.get(path))
    assert "现在没有托管企业" in alone
    assert ways_of(page) == {"#hosted", "#leave-hosting"}
    assert "报告什么" not in alone

    form = await hosted(live, "company")
    assert (await standing(live, "host", "registered_hosted"))["name"] == form["name"]
    page = await browser.get(path)
    shown = text_of(page)
    for words in (form["name"], "托管中", "报告什么", "退出托管"):
        assert words in shown
    assert "暂停的理由" not in shown, "that is the registrar's"
    assert ways_of(page) == {"#hosted", "#report-hosted", "#leave-hosting"}
    licence = text_of(await guest.get(f"/cases/{live.number('company')}"))
    assert "住所托管" in licence, "the hosting is among the related cases"

    printed = await licence_of(live, "company")
    assert "".join(f"{ADDRESS}A12工位（集群注册）".split()) in printed
    async with registers_of(live.on.core) as registers:
        code = (await live.shown("company"))["numbers"]["uscc"]
        entry = await registers.market.enterprise(code)
    assert entry is not None
    assert entry.address == f"{ADDRESS}A12工位（集群注册）"

    # 失联: nothing is reported by half.
    data = sent_form(page, f"{path}/hosted")
    half = await browser.post(f"{path}/hosted", data=data | {"what": "lost", "uscc": ""})
    assert half.status_code == 422
    assert "请选择托管企业" in errors_of(half)[0]
    uscc = (await standing(live, "host", "registered_hosted"))["uscc"]
    full = {"uscc": uscc, "what": "lost", "reason": "电话停机"}
    sent = await browser.post(f"{path}/hosted", data=data | full)
    assert sent.status_code == 303
    await standing(live, "host", "host_notified_lost")
    told = await says(browser, path, "托管机构报告企业失联")
    assert f"托管机构报告企业失联：{form['name']} {uscc}" in told, "a code alone says nothing"
    enterprise = await says(guest, f"/cases/{live.number('company.hosted')}", "托管的住所")
    for words in (HOST["company"], USCC, "请尽快联系托管机构", "由关联办件开办，不用另行申请"):
        assert words in enterprise
    desk, task = await claimed(live, "inspector", "company.hosted", "cluster_hosting.mail_check")
    check = await desk.get(task)
    for words in (f"{ADDRESS}A12工位（集群注册）", HOST["company"], "电话停机", "退回、无人签收"):
        assert words in text_of(check)
    mail = sent_form(check, task) | {
        "sent_on": "2026-09-22",
        "tracking": "EMS1029384756",
        "outcome": "returned",
        "note": "无人签收，退回",
    }
    assert (await desk.post(task, data=mail)).status_code == 303
    await standing(live, "host", "referred")
    # The lead is passed on within the stage, once its paper is made.
    told = await says(
        guest, f"/cases/{live.number('company.hosted')}", "作为列入经营异常名录的线索移送办理"
    )
    assert "通过登记的住所无法联系" in told
    assert "EMS1029384756" not in told, "what the officer noted is in the notice, not in the story"

    # 暂停: a head, on the same page.
    head = await live.pages("section_head")
    page = await head.get(path)
    data = sent_form(page, f"{path}/hosting/pause")
    unsaid = await head.post(f"{path}/hosting/pause", data=data | {"reason": " "})
    assert unsaid.status_code == 422
    paused = await head.post(f"{path}/hosting/pause", data=data | {"reason": "名册不全"})
    assert paused.status_code == 303
    await live.stage_is("host", "paused")
    assert "暂停" in text_of(await guest.get("/hosts"))
    story = text_of(await browser.get(path))
    assert "名册不全" in story
    english = text_of(await (await live.pages("applicant", "en")).get(path))
    assert "stopped new enterprises" in english
    assert (await head.post(f"{path}/hosting/abolish", data=data)).status_code == 404
