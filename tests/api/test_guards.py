"""What never reaches a route: foreign hosts, plain http, absurd sizes, broken encodings, forbidden characters."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.middleware import MAX_TEXT_BODY, MAX_UPLOAD_BODY
from api.security.settings import SecuritySettings, UnsafeSettings
from api.text_guard import MAX_DEPTH
from storage.engine import create_engine
from tests.api.conftest import Database, People, bearer, client_of, csrf_of, sign_in
from tests.api.surface_app import build, settings_for

JSON = {"content-type": "application/json"}


@pytest.fixture
async def authorised(program: httpx.AsyncClient) -> httpx.AsyncClient:
    """A program that is signed in."""
    program.headers["authorization"] = f"Bearer {await bearer(program, 'zhouxiaolan')}"
    return program


async def post_note(client: httpx.AsyncClient, body: bytes) -> tuple[int, str, list[str]]:
    answer = await client.post("/api/v1/notes", content=body, headers=JSON)
    document = answer.json()
    pointers = [error["pointer"] for error in document.get("errors", [])]
    return answer.status_code, document.get("code", ""), pointers


async def test_forbidden_characters_in_json(authorised: httpx.AsyncClient) -> None:
    cases = {
        rb'{"text": "a\u0000b"}': ["/text"],
        rb'{"text": "\ud800"}': ["/text"],
        rb'{"text": "\uDFFFx"}': ["/text"],
        rb'{"text": "ok", "tags": ["fine", "\u0000"]}': ["/tags/1"],
        rb'{"text": "ok", "more": {"a/b": "\u0000"}}': ["/more/a~1b"],
        rb'{"text": "ok", "more": {"bad\u0000key": 1}}': ["/more"],
        rb'["\u0000"]': ["/0"],
    }
    for body, pointers in cases.items():
        assert await post_note(authorised, body) == (422, "forbidden_characters", pointers), body


async def test_a_whole_surrogate_pair_and_an_escaped_backslash_are_fine(
    authorised: httpx.AsyncClient,
) -> None:
    for text in ("\U00020bb7 䶮", "\\u0000", "𠮷"):
        body = json.dumps({"text": text}).encode()
        answer = await authorised.post("/api/v1/notes", content=body, headers=JSON)
        assert answer.status_code == 200, answer.text
        assert answer.json()["text"] == text


async def test_broken_json(authorised: httpx.AsyncClient) -> None:
    deep = b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)
    for body, code in {
        b'{"text": "\xff"}': "invalid_encoding",
        b'{"text": "\xed\xa0\x80"}': "invalid_encoding",
        b'{"text": ': "malformed_body",
        b'{"text": NaN}': "malformed_body",
        b'{"text": -Infinity}': "malformed_body",
        b'{"text": "a\x00b"}': "malformed_body",
        b'{"text": "x", "more": ' + b"1" * 5000 + b"}": "malformed_body",
        b'{"more": ' + deep + b"}": "malformed_body",
        b"[" * 100_000: "malformed_body",
    }.items():
        assert (await post_note(authorised, body))[:2] == (400, code), body[:40]
    brackets = json.dumps({"text": "[{" * 40}).encode()
    assert (await authorised.post("/api/v1/notes", content=brackets, headers=JSON)).is_success


async def test_forbidden_characters_in_forms_queries_and_paths(
    browser: httpx.AsyncClient,
) -> None:
    token = csrf_of(await browser.get("/sign-in"))
    form = {"content-type": "application/x-www-form-urlencoded", "accept": "application/json"}
    for body, status, code in (
        (b"text=a%00b", 422, "forbidden_characters"),
        (b"te%00xt=b", 422, "forbidden_characters"),
        (b"text=%ff", 400, "invalid_encoding"),
        (b"text=%ed%a0%80", 400, "invalid_encoding"),
        (b"&".join([b"a=1"] * 1001), 400, "malformed_body"),
    ):
        answer = await browser.post("/public-form", content=body, headers=form)
        assert (answer.status_code, answer.json()["code"]) == (status, code), body[:40]
    page = await browser.post("/public-form", data={"csrf_token": token, "text": "\x00"})
    assert page.status_code == 422
    assert "含有不能使用的字符" in page.text
    for query, status in (("q=%00", 422), ("q=%ff", 400), ("%00=1", 422)):
        assert (await browser.get(f"/api/v1/things?{query}")).status_code == status
    assert (await browser.get("/api/v1/things%00")).status_code == 404
    assert (await browser.get("/problems/%00")).status_code == 404


async def test_forbidden_characters_in_uploads(authorised: httpx.AsyncClient) -> None:
    fine = await authorised.post(
        "/api/v1/files", files={"file": ("住所证明.pdf", b"\x00\xff")}, data={"name": "x"}
    )
    assert fine.json() == {"size": 2, "name": "x"}
    answer = await authorised.post(
        "/api/v1/files", files={"file": ("a.pdf", b"x")}, data={"name": "a\x00b"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "forbidden_characters")
    assert answer.json()["errors"][0]["pointer"] == "/name"


async def test_sizes(authorised: httpx.AsyncClient) -> None:
    big = b'{"text": "' + b"x" * MAX_TEXT_BODY + b'"}'
    assert (await post_note(authorised, big))[:2] == (413, "too_large")

    async def endless(size: int) -> AsyncIterator[bytes]:
        for _ in range(size // 100_000 + 1):
            yield b"x" * 100_000

    chunked = await authorised.post(
        "/api/v1/notes",
        content=endless(MAX_TEXT_BODY),
        headers=JSON,
    )
    assert chunked.status_code == 413
    upload = {"file": ("a.pdf", b"x" * MAX_UPLOAD_BODY)}
    assert (await authorised.post("/api/v1/files", files=upload)).status_code == 413
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'

    async def endless_upload() -> AsyncIterator[bytes]:
        yield head
        async for part in endless(MAX_UPLOAD_BODY):
            yield part

    streamed = await authorised.post(
        "/api/v1/files",
        content=endless_upload(),
        headers={"content-type": "multipart/form-data; boundary=B"},
    )
    assert (streamed.status_code, streamed.json()["code"]) == (413, "too_large")


async def test_hosts(database: Database, people: People) -> None:
    async with client_of(build(database)) as client:
        for host, status in (
            ("testserver", 200),
            ("TESTSERVER:8000", 200),
            ("evil.example", 400),
            ("testserver.evil.example", 400),
            ("testserver:80:80", 400),
            ("", 400),
        ):
            answer = await client.get("/api/v1/things", headers={"host": host})
            assert answer.status_code == status, host
        two = [("host", "testserver"), ("host", "evil.example")]
        request = httpx.Request("GET", "http://testserver/api/v1/things", headers=two)
        assert (await client.send(request)).status_code == 400


async def test_production_speaks_https_only(database: Database, people: People) -> None:
    with pytest.raises(UnsafeSettings):
        SecuritySettings("production", "http://ban.example.gov.cn")
    for origin in ("ban.example", "https://ban.example/path", "ftp://ban.example"):
        with pytest.raises(UnsafeSettings):
            SecuritySettings("local", origin)
    settings = settings_for("production", origin="https://ban.example")
    app = build(database, settings)
    async with client_of(app, "http://ban.example") as client:
        answer = await client.get("/api/v1/things")
        assert (answer.status_code, answer.json()["code"]) == (400, "https_required")
    async with client_of(app, "https://ban.example") as client:
        client.headers["accept"] = "text/html"
        answer = await sign_in(client, "zhouxiaolan")
        cookies = answer.headers.get_list("set-cookie")
        (sid,) = (c for c in cookies if c.startswith("__Host-sid=") and "Max-Age=0" not in c)
        attributes = sorted(part.strip() for part in sid.split(";")[1:])
        assert attributes == ["HttpOnly", "Path=/", "SameSite=lax", "Secure"]
        assert answer.headers["strict-transport-security"].startswith("max-age=31536000")


async def test_headers_of_every_kind_of_answer(
    browser: httpx.AsyncClient, program: httpx.AsyncClient
) -> None:
    snapshot = {
        "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        "img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(self), geolocation=(self), microphone=(), payment=()",
        "cache-control": "no-store",
    }
    await sign_in(browser, "zhouxiaolan")
    for client, path in (
        (browser, "/account"),
        (browser, "/nowhere"),
        (browser, "/broken"),
        (browser, "/sign-in"),
        (program, "/api/v1/things"),
        (program, "/api/v1/things?x=%00"),
        (program, "/api/v1/sessions/current"),
    ):
        answer = await client.get(path)
        assert {name: answer.headers.get(name) for name in snapshot} == snapshot, path
        assert answer.headers["x-request-id"]
        assert "strict-transport-security" not in answer.headers


async def test_style_sheets_are_kept_by_the_browser(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/sign-in")
    start = page.text.index("/static/banjian.css")
    address = page.text[start : page.text.index('"', start)]
    sheet = await browser.get(address)
    assert sheet.status_code == 200
    assert sheet.headers["cache-control"] == "public, max-age=31536000, immutable"
    bare = await browser.get("/static/banjian.css")
    assert bare.headers["cache-control"] == "no-cache"
    assert (await browser.get("/static/../templating.py")).status_code == 404


async def test_no_page_needs_an_inline_style_or_script(browser: httpx.AsyncClient) -> None:
    await sign_in(browser, "zhouxiaolan")
    for path in ("/account", "/nowhere", "/problems/not_found"):
        page = (await browser.get(path)).text
        for forbidden in (" style=", "<style", "<script>", "javascript:", " onclick=", "http://"):
            assert forbidden not in page, (path, forbidden)


async def test_without_its_database_it_says_so(people: People) -> None:
    engine = create_engine("postgresql+asyncpg://nobody:x@127.0.0.1:1/none")
    app = build(async_sessionmaker(engine))
    async with client_of(app) as client:
        answer = await client.get("/api/v1/things")
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"] == "15"
        for path in ("/sign-in", "/nowhere"):
            page = await client.get(path, headers={"accept": "text/html"})
            assert page.status_code == (503 if path == "/sign-in" else 404)
            assert "数据时间" not in page.text
        assert (
            "系统暂时不可用" in (await client.get("/account", headers={"accept": "text/html"})).text
        )
    await engine.dispose()


def test_staff_limits_are_those_of_the_rules() -> None:
    settings = settings_for()
    assert (settings.staff_idle, settings.staff_absolute) == (
        timedelta(minutes=30),
        timedelta(hours=10),
    )
