"""Refusals as problem+json for programs and as pages for people."""

import httpx
from bs4 import BeautifulSoup
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.problems import CODE_OF_STATUS, GENERAL, REFUSAL_STATUS, problem_type
from domain.refusals import Refusal
from storage.engine import create_engine
from tests.api.conftest import bearer, client_of, sign_in
from tests.api.surface_app import build


def test_every_refusal_of_a_case_has_one_status() -> None:
    assert set(REFUSAL_STATUS) == set(Refusal)
    assert not set(GENERAL) & {refusal.value for refusal in Refusal}


def test_framework_codes_exist_and_agree() -> None:
    for status, code in CODE_OF_STATUS.items():
        assert problem_type(code).status == status


async def test_a_problem_document(program: httpx.AsyncClient) -> None:
    answer = await program.get("/api/v1/nothing", headers={"x-request-id": "req-12345678"})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "req-12345678"
    assert answer.json() == {
        "type": "/problems/not_found",
        "title": "没有找到",
        "status": 404,
        "code": "not_found",
        "detail": "这个地址没有内容，可能已经移动，也可能不对您开放。请检查地址。",
        "instance": "/api/v1/nothing",
        "request_id": "req-12345678",
    }


async def test_every_type_has_its_page(browser: httpx.AsyncClient) -> None:
    for code in (*GENERAL, *(refusal.value for refusal in Refusal)):
        page = await browser.get(f"/problems/{code}")
        assert page.status_code == 200
        assert code in page.text
    assert (await browser.get("/problems/nothing")).status_code == 404


async def test_refusals_map_once(program: httpx.AsyncClient) -> None:
    for refusal, status in REFUSAL_STATUS.items():
        answer = await program.get(f"/api/v1/refused/{refusal.value}")
        assert answer.status_code == status
        hidden = refusal in (Refusal.WRONG_OFFICE, Refusal.NO_SUCH_TASK)
        assert answer.json()["code"] == ("not_found" if hidden else refusal.value)


async def test_wrong_values_are_pointed_at_and_not_repeated(program: httpx.AsyncClient) -> None:
    headers = {"authorization": f"Bearer {await bearer(program, 'zhouxiaolan')}"}
    body = {"text": 5, "tags": ["ok", "much too long"], "a/b": "421303199001011234"}
    answer = await program.post("/api/v1/notes", json=body, headers=headers)
    assert answer.status_code == 422
    document = answer.json()
    assert document["code"] == "invalid_input"
    assert sorted((e["pointer"], e["detail"]) for e in document["errors"]) == [
        ("/a~1b", "没有这个字段，请删除"),
        ("/tags/1", "最多填写 5 个字符"),
        ("/text", "应当是文字"),
    ]
    assert "421303199001011234" not in answer.text
    english = await program.post(
        "/api/v1/notes", json=body, headers=headers | {"accept-language": "en-GB,en;q=0.9"}
    )
    assert {e["detail"] for e in english.json()["errors"]} == {
        "There is no such field; please remove it",
        "Enter at most 5 characters",
        "This must be text",
    }


async def test_query_errors_and_unknown_parameters(program: httpx.AsyncClient) -> None:
    wrong = await program.get("/api/v1/things", params={"limit": "1000"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"] == [{"detail": "不能大于 100", "parameter": "limit"}]
    unknown = await program.get("/api/v1/things", params={"limt": "10"})
    assert unknown.status_code == 400
    assert unknown.json()["code"] == "unknown_query_parameter"
    assert unknown.json()["errors"] == [{"detail": "", "parameter": "limt"}]


async def test_method_not_allowed_says_what_is(program: httpx.AsyncClient) -> None:
    answer = await program.put("/api/v1/things")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["code"] == "method_not_allowed"


async def test_an_unexpected_error_tells_nothing(
    program: httpx.AsyncClient, browser: httpx.AsyncClient
) -> None:
    answer = await program.get("/api/v1/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    page = await browser.get("/broken")
    assert page.status_code == 500
    for said in (answer.text, page.text):
        assert "secret detail" not in said
        assert "Traceback" not in said
    assert page.headers["x-request-id"] in page.text
    assert page.headers["content-security-policy"]


async def test_what_is_not_yours_looks_like_what_is_not_there(
    program: httpx.AsyncClient,
) -> None:
    headers = {"authorization": f"Bearer {await bearer(program, 'zhouxiaolan')}"}

    async def asked(path: str) -> dict[str, object]:
        answer = await program.get(path, headers=headers)
        assert answer.status_code == 404
        document: dict[str, object] = answer.json()
        del document["request_id"], document["instance"]
        return document

    assert await asked("/api/v1/decisions/1") == await asked("/api/v1/nowhere/1")
    refused = await program.post("/api/v1/decisions", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")


async def test_a_page_for_others_does_not_exist_for_a_person(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, "zhouxiaolan")
    page = await browser.get("/desk")
    assert page.status_code == 404
    missing = await browser.get("/nowhere")

    def heading(answer: httpx.Response) -> str:
        return str(BeautifulSoup(answer.text, "html.parser").find("main"))

    def said(answer: httpx.Response) -> str:
        return heading(answer).replace(answer.headers["x-request-id"], "")

    assert said(page) == said(missing)


async def test_a_guest_is_sent_to_sign_in_and_a_program_told_how(
    browser: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    page = await browser.get("/account?done=ended")
    assert page.status_code == 303
    assert page.headers["location"] == "/sign-in?next=%2Faccount%3Fdone%3Dended"
    answer = await program.get("/api/v1/sessions/current")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    for authorization in ("Bearer x", "Basic eDp5", "Bearer "):
        refused = await program.get("/api/v1/things", headers={"authorization": authorization})
        assert refused.status_code == 401


async def test_a_database_that_lets_nobody_in_is_unavailable(fresh_database: str) -> None:
    """It starts up, or is not the one that was set: for a while, not an error of ours."""
    there = make_url(fresh_database).set(database="nowhere")
    engine = create_engine(there.render_as_string(hide_password=False))
    async with client_of(build(async_sessionmaker(engine, expire_on_commit=False))) as client:
        headers = {"authorization": "Bearer whoever"}
        answer = await client.get("/api/v1/sessions/current", headers=headers)
    await engine.dispose()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
