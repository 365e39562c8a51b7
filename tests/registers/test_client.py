"""Our client against servers that are not what they should be, and what it shows of us."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from fastapi import FastAPI, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import SecretStr

from registers.client import Endpoint
from registers.clients import Registers, connect
from registers.errors import (
    OutcomeUnknown,
    RegisterError,
    RegisterRefused,
    RegisterUnavailable,
    WrongAnswer,
)
from registers.messages import Register, canonical, sha256_hex
from registers.ports import EFFECTS, RegisterEnterprise
from registers.twins import problems
from tests.registers.bureau import KEYS, World, endpoints, free_socket, serve
from tests.registers.samples import CHEN, LI, authentication, enterprise, pdf

Reply = Callable[[Request], Awaitable[Response]]
KEY = "case-1.register_enterprise.1"
HASH = sha256_hex(canonical(enterprise()))
RESULT = {
    "case_ref": "case-1",
    "uscc": "91421303MA0BANJ05F",
    "name": enterprise().name,
    "registered_at": "2026-09-24T03:00:00Z",
    "licence_number": "421303000000017",
}


class Impostor:
    """A server that answers everything with `reply`, and our clients pointed at it."""

    def __init__(self) -> None:
        self.reply: Reply
        self.ours: Registers

    async def answer(self, request: Request) -> Response:
        return await self.reply(request)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def impostor() -> AsyncIterator[Impostor]:
    running = Impostor()
    app = FastAPI()
    app.add_api_route("/{path:path}", running.answer, methods=["GET", "POST", "PUT"])
    async with serve(app, free_socket()) as url, connect(endpoints(url, total_timeout=1.0)) as ours:
        running.ours = ours
        yield running


def plain(status: int, body: Any, media_type: str = "application/json", **headers: str) -> Reply:
    content = body if isinstance(body, (bytes, str)) else json.dumps(body)

    async def reply(request: Request) -> Response:
        return Response(content, status, headers, media_type=media_type)

    return reply


def answer(**change: Any) -> dict[str, Any]:
    return {"request_id": KEY, "request_hash": HASH, "result": RESULT} | change


def problem(status: int, code: str = "x_y", **more: Any) -> Reply:
    body = {"code": code, "detail": "说明", "request_hash": HASH} | more
    return plain(status, body, "application/problem+json")


CASES: list[tuple[str, Reply, type[RegisterError]]] = [
    ("another key", plain(200, answer(request_id="case-2.register.1")), WrongAnswer),
    ("no key", plain(200, answer(request_id=None)), WrongAnswer),
    ("another hash", plain(200, answer(request_hash="0" * 64)), WrongAnswer),
    ("another case", plain(200, answer(result=RESULT | {"case_ref": "case-2"})), WrongAnswer),
    ("a field more", plain(200, answer(result=RESULT | {"status": "ok"})), WrongAnswer),
    ("a field less", plain(200, answer(result={"case_ref": "case-1"})), WrongAnswer),
    ("an envelope more", plain(200, answer(version=2)), WrongAnswer),
    ("an impossible code", plain(200, answer(result=RESULT | {"uscc": "I" * 18})), WrongAnswer),
    (
        "no time zone",
        plain(200, answer(result=RESULT | {"registered_at": "2026-09-24"})),
        WrongAnswer,
    ),
    ("a list", plain(200, [answer()]), WrongAnswer),
    ("null", plain(200, "null"), WrongAnswer),
    ("nothing", plain(200, ""), WrongAnswer),
    ("a page", plain(200, "<html></html>", "text/html"), WrongAnswer),
    ("json called a page", plain(200, answer(), "text/html"), WrongAnswer),
    ("half of it", plain(200, json.dumps(answer())[:100]), WrongAnswer),
    ("packed", plain(200, answer(), **{"content-encoding": "gzip"}), WrongAnswer),
    ("created", plain(201, answer()), WrongAnswer),
    ("no content", plain(204, ""), WrongAnswer),
    ("moved", plain(302, "", location="http://169.254.169.254/"), WrongAnswer),
    ("moved for good", plain(308, "", location="/elsewhere"), WrongAnswer),
    ("refused", problem(422), RegisterRefused),
    ("refused, unbound", problem(422, request_hash=None), WrongAnswer),
    ("refused, bound to another", problem(422, request_hash="0" * 64), WrongAnswer),
    ("refused by a page", plain(403, "<html>", "text/html"), WrongAnswer),
    (
        "refused without a code",
        plain(422, {"detail": "x"}, "application/problem+json"),
        WrongAnswer,
    ),
    ("refused as plain json", plain(422, {"code": "x", "detail": "x"}), WrongAnswer),
    ("not found", problem(404), RegisterRefused),
    ("not allowed", problem(401), RegisterRefused),
    ("in progress", problem(409, "in_progress"), RegisterUnavailable),
    ("too many", plain(429, "", **{"retry-after": "30"}), RegisterUnavailable),
    ("down", plain(503, "<html>", "text/html"), RegisterUnavailable),
    ("broken", plain(500, "Traceback", "text/plain"), OutcomeUnknown),
    ("gateway", plain(502, "", "text/html"), OutcomeUnknown),
    ("gateway gave up", plain(504, "", "text/html"), OutcomeUnknown),
    ("not implemented", plain(501, "", "text/html"), RegisterUnavailable),
]


@pytest.mark.parametrize(("reply", "error"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
async def test_an_effect_answered_like_this(
    reply: Reply, error: type[RegisterError], impostor: Impostor
) -> None:
    impostor.reply = reply
    with pytest.raises(error) as raised:
        await impostor.ours.market.register_enterprise(enterprise(), key=KEY)
    assert type(raised.value) is error
    assert raised.value.register is Register.MARKET
    assert CHEN.id_number not in str(raised.value)


async def test_the_right_answer_is_believed(impostor: Impostor) -> None:
    impostor.reply = plain(200, answer())
    done = await impostor.ours.market.register_enterprise(enterprise(), key=KEY)
    assert done.uscc == RESULT["uscc"]


async def test_retry_after_is_passed_on(impostor: Impostor) -> None:
    impostor.reply = plain(429, "", **{"retry-after": "30"})
    with pytest.raises(RegisterUnavailable) as raised:
        await impostor.ours.market.check_name("随州市曾都区红光商贸有限公司")
    assert raised.value.retry_after == 30.0


@pytest.mark.parametrize("status", [500, 502, 504])
async def test_a_question_without_answer_is_only_unavailable(
    status: int, impostor: Impostor
) -> None:
    impostor.reply = plain(status, "", "text/html")
    with pytest.raises(RegisterUnavailable):
        await impostor.ours.market.check_name("随州市曾都区红光商贸有限公司")


async def endless(chunk: bytes, pause: float) -> AsyncIterator[bytes]:
    for _ in range(100_000):
        yield chunk
        await asyncio.sleep(pause)


async def test_an_endless_answer_is_cut_off(impostor: Impostor) -> None:
    async def reply(request: Request) -> Response:
        return StreamingResponse(endless(b"0" * 65536, 0), media_type="application/json")

    impostor.reply = reply
    with pytest.raises(WrongAnswer, match="oversized"):
        await impostor.ours.market.register_enterprise(enterprise(), key=KEY)


async def test_a_dripping_answer_ends_at_the_deadline(impostor: Impostor) -> None:
    """A read timeout alone would never fire: something comes every 50 ms."""

    async def reply(request: Request) -> Response:
        return StreamingResponse(endless(b" ", 0.05), media_type="application/json")

    impostor.reply = reply
    with pytest.raises(OutcomeUnknown):
        await impostor.ours.market.register_enterprise(enterprise(), key=KEY)
    with pytest.raises(RegisterUnavailable):
        await impostor.ours.market.check_name("随州市曾都区红光商贸有限公司")


class ClosesWhenUsedAgain:
    """Keeps every connection open after its first answer, and closes it at the second request."""

    def __init__(self) -> None:
        self.read: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for answered in (False, True):
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            if "content-length: " in head.lower():
                await reader.readexactly(int(head.lower().split("content-length: ")[1].split()[0]))
            self.read.append(head.split()[0])
            if not answered:
                body = b'{"code":"request_unknown","detail":"x"}'
                kind = b"application/problem+json"
                status = b"HTTP/1.1 404 Not Found\r\n"
                length = str(len(body)).encode()
                writer.write(status + b"content-type: " + kind + b"\r\ncontent-length: " + length)
                writer.write(b"\r\n\r\n" + body)
                await writer.drain()
        writer.close()


async def test_a_kept_connection_that_is_closed_under_us() -> None:
    """A question is put once more; an effect is not, for nobody knows whether it was read."""
    register = ClosesWhenUsedAgain()
    server = await asyncio.start_server(register.serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, connect(endpoints(url)) as ours:
        assert await ours.market.find(enterprise(), key=KEY) is None
        assert await ours.market.find(enterprise(), key=KEY) is None
        assert register.read == ["GET"] * 3
        with pytest.raises(OutcomeUnknown, match="answer_lost"):
            await ours.market.register_enterprise(enterprise(), key=KEY)
        assert register.read == [*["GET"] * 3, "POST"]


async def test_the_asker_follows_no_redirect_with_its_key(impostor: Impostor) -> None:
    seen: list[str] = []

    async def reply(request: Request) -> Response:
        seen.append(request.url.path)
        return Response(status_code=307, headers={"location": "/trap"})

    impostor.reply = reply
    with pytest.raises(WrongAnswer):
        await impostor.ours.market.register_enterprise(enterprise(), key=KEY)
    assert seen == ["/market/enterprises"]


async def test_hmac_instead_of_bearer(twins: World) -> None:
    async with connect(endpoints(twins.url, auth="hmac")) as ours:
        done = await ours.market.register_enterprise(enterprise(), key=KEY)
        assert await ours.market.find(enterprise(), key=KEY) == done
        assert await ours.signature.put_document(pdf()) == sha256_hex(pdf())
    wrong = {r: Endpoint(f"{twins.url}/{r.value}", SecretStr("no"), "hmac") for r in Register}
    async with connect(wrong) as ours:
        with pytest.raises(RegisterRefused, match="unauthenticated"):
            await ours.market.find(enterprise(), key=KEY)
    # Another register's key opens nothing either.
    swapped = {
        r: Endpoint(f"{twins.url}/market", SecretStr(KEYS[Register.IDENTITY])) for r in Register
    }
    async with connect(swapped) as ours:
        with pytest.raises(RegisterRefused, match="unauthenticated"):
            await ours.market.check_name("随州市曾都区红光商贸有限公司")


@pytest.mark.parametrize("evil", ["../admin/effects", "a/b", "?x=1", "%2e%2e", "#", " ", "案件"])
async def test_a_name_in_a_path_stays_one_segment(twins: World, evil: str) -> None:
    for ask in (
        lambda: twins.registers.market.enterprise(evil),
        lambda: twins.registers.identity.authentication(evil),
    ):
        with pytest.raises(RegisterRefused) as refused:
            await ask()
        assert refused.value.code in ("invalid_request", "http_404")
    with pytest.raises(ValueError, match="idempotency key"):
        await twins.registers.market.find(enterprise(), key=evil)


async def test_no_identity_number_in_urls_or_logs(
    twins: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    canaries = (CHEN.id_number, LI.id_number)
    request = enterprise(persons=({**LI.model_dump(), "post": "监事"},))
    await twins.registers.market.register_enterprise(request, key=KEY)
    await twins.registers.market.check_person_bars(CHEN.id_number, CHEN.name)
    opened = await twins.registers.identity.open_authentication(
        authentication(), key="case-1.auth.1"
    )
    await twins.people.post(f"{opened.link}/confirm", json=LI.model_dump())
    await twins.people.post(f"{opened.link}/confirm", json=CHEN.model_dump())
    await twins.tick()
    bad = RegisterEnterprise.model_construct(**dict(request) | {"name": "\x1b"})
    with pytest.raises(RegisterRefused) as refused:
        await twins.registers.market.perform(bad, key="case-1.register_enterprise.2")
    shown = caplog.text + "".join(capfd.readouterr()) + str(refused.value) + repr(request)
    shown += json.dumps(await twins.effects())
    shown += "".join(body.decode() for _, body in twins.inbox.raw)
    with pytest.raises(ValueError, match="check character") as invalid:
        authentication(CHEN.model_copy()).model_validate(
            {"case_ref": "case-1", "person": {"name": "陈晓红", "id_number": "421303198506142017"}}
        )
    shown += str(invalid.value)
    for canary in (*canaries, "421303198506142017"):
        assert canary not in shown


def test_every_effect_knows_its_way() -> None:
    assert len(EFFECTS) == 28
    assert all(e.path.startswith("/") and e.answer and e.register_name for e in EFFECTS.values())


async def test_problems_have_titles(twins: World) -> None:
    answer = await twins.people.get("/nowhere")
    assert answer.headers["content-type"] == "application/problem+json"
    assert problems.Problem.model_validate(answer.json()).title == "没有找到"
