"""Items, guides and form schemas; progress and verification without signing in."""

import re
from collections.abc import AsyncIterator
from datetime import datetime

import httpx
import pytest
import pytest_asyncio
from bs4 import BeautifulSoup

from api import guides
from api.guides import limits_of
from api.receipts import steps_after
from law import catalogue
from law.catalogue import procedure
from tests.api.conftest import SetClock, bearer, client_of
from tests.api.intake_app import (  # noqa: F401  # with its fixtures
    ITEM,
    Installation,
    bureau_fixture,
    complete,
    submit,
)

CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest_asyncio.fixture(loop_scope="session")
async def guest(bureau: Installation) -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(bureau.app) as client:
        yield client


async def test_items_are_listed_and_found(guest: httpx.AsyncClient) -> None:
    everything = (await guest.get("/api/v1/items")).json()["items"]
    assert ITEM in [i["code"] for i in everything]
    found = (await guest.get("/api/v1/items", params={"q": "设立 公司"})).json()["items"]
    assert [i["code"] for i in found] == [ITEM]
    assert (await guest.get("/api/v1/items", params={"q": "火箭"})).json()["items"] == []
    assert (await guest.get("/api/v1/items", params={"name": "x"})).status_code == 400
    one = await guest.get(f"/api/v1/items/{ITEM}")
    assert one.json() == found[0]
    assert (await guest.get("/api/v1/items/nonsense")).status_code == 404


async def test_a_guide_says_the_limits_with_dates(
    guest: httpx.AsyncClient, set_clock: SetClock
) -> None:
    await set_clock("2026-09-23T10:00:00+08:00")
    guide = (await guest.get(f"/api/v1/items/{ITEM}/guide")).json()
    decision = next(limit for limit in guide["limits"] if limit["clock"] == "R01")
    assert (decision["length"], decision["due_if_received_now"], decision["verified"]) == (
        "3 个工作日",
        "2026-09-29",
        True,
    )
    assert [m["tolerance"] for m in guide["materials"]] == [
        "不可容缺",
        "不可容缺",
        "共享数据能核实的可容缺",
        "需要时提交",
    ]
    assert [s["stage"] for s in guide["steps"]] == [
        "apply",
        "submitted",
        "under_review",
        "identity_pending",
        "signature_pending",
        "deciding",
        "issuing",
    ]
    assert "60日" in guide["remedy"]
    assert guide["office"]["code"] == "421303"


def test_a_licence_is_decided_from_its_acceptance_on() -> None:
    registration = procedure(ITEM)
    clocks = registration.clocks.model_copy(update={"acceptance": "G01", "decision": "G02"})
    licence = registration.model_copy(update={"kind": "licence", "clocks": clocks})
    now = datetime.fromisoformat("2026-09-23T10:00:00+08:00")
    # Five working days over the Mid-Autumn and National Day holidays, then the decision's own.
    due = {limit.clock: str(limit.due) for limit in limits_of(licence, now) if limit.due}
    assert due["G01"] == "2026-10-08"
    steps = steps_after(licence, now)
    assert [str(s.due) for s in steps] == [due["G01"], due["G02"], "None"]
    assert due["G02"] > due["G01"]


async def test_a_form_schema_and_how_to_draw_it(guest: httpx.AsyncClient) -> None:
    schema = (await guest.get(f"/api/v1/items/{ITEM}/form-schema")).json()
    assert schema["schema"]["properties"]["capital"]["title"] == "注册资本（元）"
    fields = {f["name"]: f for s in schema["ui"] for f in s["fields"]}
    assert {n: f["widget"] for n, f in fields.items()} == {
        "name": "text",
        "name_reservation": "text",
        "entity_type": "radios",
        "domicile": "text",
        "hosted_by": "text",
        "capital": "money",
        "paid_until": "date",
        "business_scope": "lines",
        "needs_preapproval": "checkbox",
        "persons": "people",
    }
    person = {f["name"]: f for f in fields["persons"]["item"]}
    assert person["id_number"]["personal"] is True
    assert person["contribution"]["optional"] is True
    assert person["posts"]["options"][0] == {
        "value": "legal_representative",
        "title": "法定代表人",
        "title_en": "Legal representative",
    }


async def test_progress_needs_number_and_code(
    bureau: Installation, guest: httpx.AsyncClient
) -> None:
    async with client_of(bureau.app) as zhou:
        zhou.headers["authorization"] = f"Bearer {await bearer(zhou, 'zhouxiaolan')}"
        receipt = (await submit(zhou, await complete(zhou))).json()
    number, code = receipt["receipt_no"], receipt["query_code"]

    async def ask(number: str, code: str) -> httpx.Response:
        return await guest.post("/api/v1/progress-queries", json={"case_no": number, "code": code})

    told = await ask(number, code)
    assert told.status_code == 200
    assert told.json()["case_no"] == number
    assert told.json()["closed"] is False
    assert "青禾食品" not in told.text
    assert "周晓岚" not in told.text
    forgiving = await ask(f" {number} ", code.lower().replace("-", " ").replace("0", "o"))
    assert forgiving.json() == told.json()
    wrong = "0000-0000" if code != "0000-0000" else "1111-1111"
    refused = [await ask(number, wrong), await ask("421303-2026-9999999-1", code)]
    assert [r.status_code for r in refused] == [404, 404]
    assert refused[0].json()["detail"] == refused[1].json()["detail"]
    statuses = {(await ask(number, wrong)).status_code for _ in range(25)}
    assert 429 in statuses


@pytest.mark.parametrize("no", ["nonsense", "曾市监〔2026〕登设字第000001号", "0" * 32])
async def test_a_paper_that_is_not_ours(guest: httpx.AsyncClient, no: str) -> None:
    assert (await guest.get(f"/api/v1/certificates/{no}/verification")).status_code == 404


NOW = datetime.fromisoformat("2026-09-23T10:00:00+08:00")


async def test_a_new_version_applies_from_its_day(
    guest: httpx.AsyncClient, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Published beforehand: until its day people are shown, and hand in, the version before."""
    old = procedure(ITEM)
    new = old.model_copy(update={"version": "99", "valid_from": "2027-01-01"})
    monkeypatch.setitem(catalogue._ALL, (ITEM, "99"), new)
    path = f"/api/v1/items/{ITEM}"
    for instant, row in (
        ("2026-12-31T23:59:59+08:00", old),
        ("2027-01-01T00:00:00+08:00", new),
    ):
        await set_clock(instant)
        assert (await guest.get(path)).json()["version"] == row.version
        listed = (await guest.get("/api/v1/items", params={"q": "设立 公司"})).json()["items"]
        assert [item["version"] for item in listed] == [row.version]
    # Before its first version nobody could apply for it.
    await set_clock("2024-06-30T10:00:00+08:00")
    assert (await guest.get(path)).status_code == 404
    assert procedure(ITEM, old.version) == old, "a case keeps the version it was opened under"


def test_what_an_enterprise_needs_first_stands_first() -> None:
    shelf = [row.procedure for row in guides.items(NOW) if row.shelf == "registration"]
    assert shelf[:3] == [
        "enterprise_startup_onestop",
        "establishment_registration",
        "change_registration",
    ]


async def test_a_guide_speaks_english_and_marks_what_does_not(guest: httpx.AsyncClient) -> None:
    guest.cookies.set("lang", "en")
    try:
        for item in (i["code"] for i in (await guest.get("/api/v1/items")).json()["items"]):
            page = BeautifulSoup((await guest.get(f"/items/{item}")).text, "html.parser")
            main = page.find("main")
            assert main is not None
            for part in main.select(".cite, dd, [lang=zh-CN]"):
                # What a law or a paper is called stays Chinese.
                part.decompose()
            told = [text for section in main.select(".lede, #check li") for text in section.strings]
            assert told
            assert [text for text in told if CHINESE.search(text) and "“" not in text] == []
    finally:
        guest.cookies.clear()
