"""A name is checked without reserving it: over REST, and on a page that works without script."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from bs4 import BeautifulSoup
from sqlalchemy import text

from api.views.names import Piece, pieces
from banjian.name_library import fill_library
from tests.api.conftest import client_of
from tests.api.intake_app import (  # noqa: F401  # with its fixtures
    Installation,
    bureau_fixture,
    signed_in,
)

CHECK = "/api/v1/name-checks"
RED = {"uscc": "91421321MA0A00014A", "name": "随县红光酒业厂", "division": "421321"}
FAR = {"uscc": "91420100MA0A000221", "name": "武汉长虹酒业有限公司", "division": "420100"}
ASKED = "随州市曾都区红光酒业有限公司"


@pytest_asyncio.fixture(loop_scope="session")
async def guest(bureau: Installation) -> AsyncIterator[httpx.AsyncClient]:
    assert await fill_library(bureau.services.engine, [RED, FAR]) == 1
    assert await fill_library(bureau.services.engine, [RED]) == 1
    async with client_of(bureau.app) as client:
        yield client


async def asked(client: httpx.AsyncClient, name: str, **more: Any) -> dict[str, Any]:
    answer = await client.post(CHECK, json={"name": name, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_the_same_name_of_the_prefecture_is_found_with_its_rule(
    guest: httpx.AsyncClient,
) -> None:
    found = await asked(guest, ASKED)
    assert (found["outcome"], found["collisions_in_all"]) == ("taken", 1)
    (hit,) = found["collisions"]
    assert (hit["name"], hit["rule"], hit["held"]) == (
        RED["name"],
        "same.trade_and_industry",
        "registered",
    )
    assert "企业名称登记管理规定 17" in hit["basis"]
    for apart in hit["differences"]:
        assert ASKED[apart["new_start"] : apart["new_end"]] == apart["new"]
        assert RED["name"][apart["old_start"] : apart["old_end"]] == apart["old"]
    assert [d["new"] for d in hit["differences"]] == ["州市曾都区", "有限公司"]
    # A firm of another prefecture is nobody's neighbour.
    assert (await asked(guest, "随州市曾都区长虹酒业有限公司"))["outcome"] == "free"


@pytest.mark.parametrize(
    ("name", "outcome", "rules"),
    [
        ("随州市曾都区宏光酒业有限公司", "similar", []),
        ("曾都区红光有限公司", "refused", ["division.district_alone", "industry.omitted"]),
        ("随州ABC科技有限公司", "refused", ["character.letter"]),
        ("随州黑太阳酒业有限公司", "refused", ["words.prohibited"]),
        ("中国青禾食品有限公司", "manual", ["words.restricted", "division.omitted"]),
        ("随州市曾都区青禾有限公司", "conditional", ["industry.omitted"]),
        ("随州市曾都区青禾食品有限公司", "free", []),
        ("", "refused", ["name.empty"]),
        ("a" * 200, "refused", ["character.letter", "name.too_long"]),
    ],
)
async def test_outcomes(
    guest: httpx.AsyncClient, name: str, outcome: str, rules: list[str]
) -> None:
    found = await asked(guest, name, entity_kind="limited_company")
    assert found["outcome"] == outcome
    assert [f["rule"] for f in found["findings"]] == rules
    for finding in found["findings"]:
        assert name[finding["start"] : finding["end"]] == finding["text"] or not name
        assert finding["basis"]


async def test_nothing_is_reserved(guest: httpx.AsyncClient, bureau: Installation) -> None:
    for _ in range(2):
        assert (await asked(guest, "随州市曾都区春晖农业有限公司"))["outcome"] == "free"
    async with bureau.services.engine.connect() as connection:
        held = await connection.scalar(
            text("SELECT count(*) FROM names WHERE state <> 'registered'")
        )
    assert held == 0


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "青" * 201},
        {"name": ASKED, "seat": "420100"},
        {"name": ASKED, "entity_kind": "LIMITED"},
        {"name": ASKED, "reserve": True},
        {"name": 1},
    ],
)
async def test_a_wrong_question_is_a_problem(guest: httpx.AsyncClient, body: Any) -> None:
    answer = await guest.post(CHECK, json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")


async def test_names_are_not_collected_by_machine(bureau: Installation) -> None:
    async with client_of(bureau.app) as client:
        codes = []
        for _ in range(70):
            codes.append((await client.post(CHECK, json={"name": "甲"})).status_code)
            if codes[-1] == 429:
                break
    assert codes[-1] == 429
    page = await client_of(bureau.app).get("/names/check")
    assert page.status_code == 429


def marked(page: BeautifulSoup) -> list[str]:
    return [each.get_text() for each in page.select("mark.differs")]


async def test_the_page_marks_what_differs_and_names_each_rule(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/names/check", params={"name": ASKED})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 200
    assert marked(page) == ["州市曾都区", "有限公司", "县", "厂"]
    said = page.select_one("main").get_text()  # type: ignore[union-attr]
    for word in (
        "不能申报：与他人的名称相同",
        "随县红光酒业厂",
        "企业名称登记管理规定 17",
        "已经登记",
    ):
        assert word in said
    assert not page.find("button", string="申报这个名称")


async def test_the_page_in_english_keeps_the_laws_words(guest: httpx.AsyncClient) -> None:
    guest.cookies.set("lang", "en")
    answer = await guest.get(
        "/names/check",
        params={"name": "随州市曾都区宏光酒业有限公司", "entity_kind": "limited_company"},
    )
    page = BeautifulSoup(answer.text, "html.parser")
    said = page.select_one("main").get_text()  # type: ignore[union-attr]
    assert "It can be declared, but is similar to others" in said
    assert "工商企注字〔2017〕133号 比对规则 4(2) to be verified" in " ".join(said.split())
    rule = page.find("b", string="字号字音相同，行业相同或者相近")
    assert rule is not None
    assert rule.get("lang") == "zh-CN"
    assert page.find("a", href=lambda h: bool(h and h.startswith("/sign-in?next=")))


async def test_an_empty_name_and_an_unknown_place(guest: httpx.AsyncClient) -> None:
    assert (await guest.get("/names/check", params={"name": " "})).status_code == 422
    assert (await guest.get("/names/check", params={"name": "甲", "seat": "1"})).status_code == 422
    assert (await guest.get("/names/check")).status_code == 200


async def test_a_checked_name_becomes_a_declaration_filled_in(bureau: Installation) -> None:
    async with signed_in(bureau, "zhouxiaolan") as client:
        draft = await client.post(
            "/api/v1/applications",
            json={
                "procedure": "name_self_declaration",
                "form": {"name": ASKED, "entity_kind": "limited_company", "seat": "421303"},
            },
            headers={"Idempotency-Key": "6c1d7a52-2f0e-4c0e-9a5e-7d8f3b1c4e21"},
        )
    assert draft.status_code == 201
    assert draft.json()["missing_materials"] == []


def test_pieces_are_the_text() -> None:
    assert pieces("甲乙丙", [(1, 2)]) == [Piece("甲", False), Piece("乙", True), Piece("丙", False)]
    assert pieces("甲", [(0, 9), (-3, 1)]) == [Piece("甲", True)]
    assert pieces("", [(0, 1)]) == []
    assert pieces("甲\u200b乙", [(1, 2)])[1] == Piece("U+200B", True)
