"""The applicant's pages without JavaScript: from the guide to the receipt, in a browser that only sends forms."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from bs4 import BeautifulSoup

from tests.api.conftest import client_of, csrf_of, sign_in
from tests.api.intake_app import (  # noqa: F401  # with its fixtures
    ITEM,
    Installation,
    bureau_fixture,
    pdf,
)

PERSONS = (
    {
        "name": "周晓岚",
        "id_number": "110105199003070017",
        "phone": "13812345678",
        "posts": ["legal_representative", "shareholder", "director"],
        "contribution": "600,000",
    },
    {
        "name": "李国栋",
        "id_number": "420106198511230026",
        "phone": "13987654321",
        "posts": ["shareholder", "supervisor"],
        "contribution": "400000",
    },
)
SECTIONS: tuple[tuple[str, dict[str, str]], ...] = (
    ("company", {"name": "随州市曾都区青禾食品有限公司", "entity_type": "limited_company"}),
    ("address", {"domicile": "湖北省随州市曾都区东城烈山大道88号1栋102室"}),
    ("capital", {"capital": "1，000，000", "paid_until": "2031-09-22"}),
    ("scope", {"business_scope": "食用农产品批发\r\n\r\n食品销售（仅销售预包装食品）"}),
)


@pytest_asyncio.fixture(loop_scope="session")
async def zhou(bureau: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(bureau.app) as client:
        client.headers["accept"] = "text/html"
        assert (await sign_in(client, "zhouxiaolan")).status_code == 303
        yield client


async def send(client: httpx.AsyncClient, page: str, to: str = "", **more: Any) -> httpx.Response:
    """Open a page and send its form, hidden fields and all."""
    shown = await client.get(page)
    assert shown.status_code == 200, shown.text[:300]
    hidden = {
        str(field["name"]): str(field["value"])
        for field in BeautifulSoup(shown.text, "html.parser").select("main input[type=hidden]")
    }
    data = hidden | {"csrf_token": csrf_of(shown)} | more.pop("data", {})
    return await client.post(to or page, data=data, **more)


async def begin(client: httpx.AsyncClient) -> str:
    done = await send(client, f"/apply/{ITEM}")
    assert done.status_code == 303
    return done.headers["location"]


async def fill(client: httpx.AsyncClient, here: str) -> None:
    for section, answers in SECTIONS:
        done = await send(client, f"{here}/sections/{section}", data=answers)
        assert done.status_code == 303, done.text
    for person in PERSONS:
        done = await send(client, f"{here}/sections/people/persons/new", data=person)
        assert done.status_code == 303, done.text
    for part in ("articles", "appointment", "address_proof"):
        done = await send(
            client,
            f"{here}/materials/{part}",
            files={"file": (f"{part}.pdf", pdf(part), "application/pdf")},
        )
        assert done.status_code == 303, done.text


def text_of(response: httpx.Response) -> str:
    main = BeautifulSoup(response.text, "html.parser").find("main")
    assert main is not None
    return main.get_text(" ", strip=True)


async def test_from_the_guide_to_the_receipt(zhou: httpx.AsyncClient) -> None:
    guide = await zhou.get(f"/items/{ITEM}")
    assert f'href="/apply/{ITEM}"' in guide.text
    here = await begin(zhou)
    await fill(zhou, here)

    tasks = text_of(await zhou.get(here))
    assert "都填好了，请核对并提交。" in tasks
    assert "110105" not in tasks
    check = await zhou.get(f"{here}/check")
    shown = text_of(check)
    for said in ("1,000,000 元", "2031年9月22日", "110105**********17", "138****5678"):
        assert said in shown
    assert "110105199003070017" not in check.text
    unticked = await send(zhou, f"{here}/check")
    assert unticked.status_code == 422
    assert "请先核对内容，并勾选声明" in unticked.text

    done = await send(zhou, f"{here}/check", data={"declaration": "yes"})
    assert (done.status_code, done.headers["location"]) == (303, f"{here}/receipt")
    receipt = await zhou.get(done.headers["location"])
    shown = text_of(receipt)
    assert re.search(r"421303-\d{4}-\d{7}-\d", shown)
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", shown)
    assert "收件不受影响" in shown, "the engine is away"
    assert "<svg" in receipt.text
    assert (await zhou.get(here)).headers["location"] == f"{here}/receipt"
    assert (await zhou.get(f"{here}/sections/company")).status_code == 409
    listed = text_of(await zhou.get("/applications"))
    assert "随州市曾都区青禾食品有限公司" in listed


async def test_a_form_sent_twice_is_one_receipt(zhou: httpx.AsyncClient) -> None:
    here = await begin(zhou)
    await fill(zhou, here)
    check = await zhou.get(f"{here}/check")
    main = BeautifulSoup(check.text, "html.parser")
    data = {str(f["name"]): str(f["value"]) for f in main.select("main input[type=hidden]")}
    data["declaration"] = "yes"
    answers = [await zhou.post(f"{here}/check", data=data) for _ in range(2)]
    assert [a.headers["location"] for a in answers] == [f"{here}/receipt"] * 2
    other_tab = await zhou.post(f"{here}/check", data=data | {"token": "another"})
    assert other_tab.headers["location"] == f"{here}/receipt"


async def test_what_is_right_is_kept_and_what_is_wrong_is_said(zhou: httpx.AsyncClient) -> None:
    here = await begin(zhou)
    page = f"{here}/sections/capital"
    wrong = await send(zhou, page, data={"capital": "一百万", "paid_until": "2031-09-22"})
    assert wrong.status_code == 422
    document = BeautifulSoup(wrong.text, "html.parser")
    assert document.select_one('.errors a[href="#capital"]') is not None
    field = document.find("input", {"name": "capital"})
    assert field is not None
    assert field["value"] == "一百万"
    assert field["aria-invalid"] == "true"
    kept = BeautifulSoup((await zhou.get(page)).text, "html.parser")
    dated = kept.find("input", {"name": "paid_until"})
    assert dated is not None
    assert dated["value"] == "2031-09-22"

    empty = await send(zhou, f"{here}/sections/company")
    assert empty.status_code == 422
    assert empty.text.count("请填写企业名称") == 2
    assert empty.text.count("请选择企业类型") == 2
    later = await send(zhou, f"{here}/sections/company", data={"leave": "1"})
    assert (later.status_code, later.headers["location"]) == (303, here)


async def test_a_person_is_added_changed_and_removed(zhou: httpx.AsyncClient) -> None:
    here = await begin(zhou)
    page = f"{here}/sections/people"
    bad = await send(
        zhou, f"{page}/persons/new", data=PERSONS[0] | {"id_number": "110105199003070018"}
    )
    assert bad.status_code == 422
    assert "公民身份号码校验码不符" in bad.text
    no_share = await send(zhou, f"{page}/persons/new", data=PERSONS[0] | {"contribution": ""})
    assert "股东应当填写认缴出资额" in no_share.text
    for person in PERSONS:
        await send(zhou, f"{page}/persons/new", data=person)
    edit = await zhou.get(f"{page}/persons/1")
    assert "110105199003070017" in edit.text
    assert edit.headers["cache-control"].startswith(("no-store", "private"))
    changed = await send(zhou, f"{page}/persons/1", data=PERSONS[0] | {"name": "周晓兰"})
    assert changed.status_code == 303
    assert "周晓兰" in text_of(await zhou.get(page))
    await send(zhou, page, f"{page}/persons/1/remove")
    shown = text_of(await zhou.get(page))
    assert "周晓兰" not in shown
    assert "李国栋" in shown
    assert "应当有一名法定代表人" not in shown, "said once the rest of the form is right"
    assert (await zhou.get(f"{page}/persons/2")).status_code == 404


async def test_a_file_is_refused_in_words_and_removed(zhou: httpx.AsyncClient) -> None:
    here = await begin(zhou)
    page = f"{here}/materials/articles"
    refused = await send(zhou, page, files={"file": ("a.pdf", b"MZ", "application/pdf")})
    assert refused.status_code == 422
    assert "文件内容与文件名的类型不符" in refused.text
    none = await send(zhou, page)
    assert "请选择一个文件" in none.text
    await send(zhou, page, files={"file": ("章程.pdf", pdf(), "application/pdf")})
    shown = BeautifulSoup((await zhou.get(page)).text, "html.parser")
    link = shown.select_one(".docs a")
    assert link is not None
    assert link.get_text() == "章程.pdf"
    assert (await zhou.get(str(link["href"]))).content == pdf()
    removal = shown.select_one('.docs form[action$="/remove"]')
    assert removal is not None
    assert (await send(zhou, page, str(removal["action"]))).status_code == 303
    assert "还没有上传" in text_of(await zhou.get(page))


async def test_missing_materials_are_named_and_may_be_declared(zhou: httpx.AsyncClient) -> None:
    here = await begin(zhou)
    for section, answers in SECTIONS:
        await send(zhou, f"{here}/sections/{section}", data=answers)
    for person in PERSONS:
        await send(zhou, f"{here}/sections/people/persons/new", data=person)
    refused = await send(zhou, f"{here}/check", data={"declaration": "yes"})
    assert refused.status_code == 422
    link = BeautifulSoup(refused.text, "html.parser").select_one(".errors a")
    assert link is not None
    assert (link.get_text(), link["href"]) == ("请上传公司章程", f"{here}/materials/articles")
    done = await send(zhou, f"{here}/check", data={"declaration": "yes", "incomplete": "yes"})
    assert done.status_code == 303
    assert "还没有收到的材料" in text_of(await zhou.get(f"{here}/receipt"))


async def test_a_draft_is_deleted_after_asking(zhou: httpx.AsyncClient) -> None:
    here = await begin(zhou)
    asked = await send(zhou, f"{here}/delete")
    assert asked.headers["location"] == "/applications"
    assert (await zhou.get(here)).status_code == 404


async def test_the_begin_button_pressed_twice_begins_one(zhou: httpx.AsyncClient) -> None:
    page = await zhou.get(f"/apply/{ITEM}")
    hidden = BeautifulSoup(page.text, "html.parser").select("main input[type=hidden]")
    data = {str(f["name"]): str(f["value"]) for f in hidden}
    first, second = [await zhou.post(f"/apply/{ITEM}", data=data) for _ in range(2)]
    assert first.headers["location"] == second.headers["location"]
    await send(zhou, f"{first.headers['location']}/delete")
    gone = await zhou.post(f"/apply/{ITEM}", data=data)
    assert gone.status_code == 404, "that draft was deleted; the start page begins another"


async def test_guests_are_asked_to_sign_in_and_strangers_see_nothing(
    zhou: httpx.AsyncClient, bureau: Installation
) -> None:
    here = await begin(zhou)
    async with client_of(bureau.app) as guest:
        guest.headers["accept"] = "text/html"
        asked = await guest.get(here)
        assert asked.status_code == 303
        assert asked.headers["location"].startswith("/sign-in?next=%2Fapplications%2F")
        await sign_in(guest, "liguodong")
        for page in ("", "/check", "/receipt", "/sections/people", "/materials/articles"):
            assert (await guest.get(here + page)).status_code == 404


async def test_public_pages_in_both_languages(bureau: Installation) -> None:
    async with client_of(bureau.app) as guest:
        guest.headers["accept"] = "text/html"
        for language, said in (("zh-CN", "我要办"), ("en", "Apply")):
            guest.cookies.set("lang", language)
            home = await guest.get("/")
            assert home.status_code == 200
            assert said in text_of(home)
            for page in ("/items", f"/items/{ITEM}", "/items?q=火箭", "/verify", "/progress"):
                assert (await guest.get(page)).status_code == 200
        assert (await guest.get("/items/nonsense")).status_code == 404
        assert (await guest.get("/verify/nonsense")).status_code == 404
        moved = await guest.get("/verify", params={"no": "http://testserver/verify/abc"})
        assert moved.headers["location"].endswith("/verify/abc")


async def test_progress_by_form(zhou: httpx.AsyncClient, bureau: Installation) -> None:
    here = await begin(zhou)
    await fill(zhou, here)
    await send(zhou, f"{here}/check", data={"declaration": "yes"})
    receipt = (await zhou.get(f"/api/v1{here}/receipt")).json()
    async with client_of(bureau.app) as guest:
        guest.headers["accept"] = "text/html"
        code = {"number": receipt["receipt_no"], "code": receipt["query_code"]}
        told = await send(guest, "/progress", data=code)
        assert told.status_code == 200
        assert "申请已收到" in text_of(told)
        assert "青禾食品" not in text_of(told)
        wrong = await send(guest, "/progress", data=code | {"code": "AAAA-AAAA"})
        assert wrong.status_code == 422
        assert "编号或查询码不正确" in text_of(wrong)
