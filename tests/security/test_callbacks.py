"""Callbacks that no register of ours sent, or not for this: refused, and no case has one event more."""

import asyncio
import base64
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import pytest_asyncio

from registers.callbacks import sign_callback
from registers.messages import Register
from tests.security.ground import Ground
from tests.security.refusals import refused

PATH = "/api/v1/registry-callbacks/"
Headers = dict[str, str]


class Post:
    """A register's way of sending, with everything that can be turned."""

    def __init__(self, live: Ground) -> None:
        self.live = live

    def secret(self, register: str) -> str:
        held = self.live.on.core.secrets.registers.registers[Register(register)]
        return held.callback_secret.get_secret_value()

    async def now(self) -> int:
        return int((await self.live.on.now()).timestamp())

    def headers(
        self, body: bytes, *, at: int, register: str = "identity", message: str | None = None
    ) -> Headers:
        message = message or uuid.uuid4().hex
        return {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(at),
            "webhook-signature": sign_callback(message, at, body, self.secret(register)),
        }

    async def send(
        self, body: bytes, headers: Headers | list[tuple[str, str]], register: str = "identity"
    ) -> httpx.Response:
        return await self.live.on.http.post(PATH + register, content=body, headers=headers)


@pytest.fixture
def post(live: Ground) -> Post:
    return Post(live)


async def waiting_effect(live: Ground, case: str, kind: str = "open_authentication") -> Any:
    rows = await live.rows(
        "SELECT request_id, request_hash FROM effects WHERE case_id = CAST(:c AS uuid)"
        " AND kind = :k AND state = 'waiting' ORDER BY seq LIMIT 1",
        c=live.ident(case),
        k=kind,
    )
    return rows[0]


def body_of(
    effect: Any, case: str = "x", outcome: str = "confirmed", **more: Any
) -> dict[str, Any]:
    return {
        "request_id": effect.request_id,
        "request_hash": effect.request_hash,
        "outcome": outcome,
        "payload": {"case_ref": case},
        "occurred_at": datetime.now(UTC).isoformat(),
    } | more


def packed(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def pair(live: Ground) -> tuple[str, str]:
    """Two cases, both of whose people are asked to authenticate."""
    return await live.in_identity(), await live.in_identity()


def flipped(text: str) -> str:
    kind, _comma, value = text.partition(",")
    raw = bytearray(base64.b64decode(value))
    raw[0] ^= 1
    return f"{kind},{base64.b64encode(bytes(raw)).decode()}"


# Each turns an honest message into one that must not be believed: (body, headers) → the same.
Turn = Callable[[bytes, Headers], tuple[bytes, Headers]]
TURNS: dict[str, Turn] = {
    "no signature": lambda b, h: (b, {k: v for k, v in h.items() if k != "webhook-signature"}),
    "no id": lambda b, h: (b, {k: v for k, v in h.items() if k != "webhook-id"}),
    "no timestamp": lambda b, h: (b, {k: v for k, v in h.items() if k != "webhook-timestamp"}),
    "one bit of the signature": lambda b, h: (
        b,
        h | {"webhook-signature": flipped(h["webhook-signature"])},
    ),
    "signature of another version": lambda b, h: (
        b,
        h | {"webhook-signature": "v2" + h["webhook-signature"][2:]},
    ),
    "signature of nothing": lambda b, h: (b, h | {"webhook-signature": "v1,"}),
    "signature that is no base64": lambda b, h: (b, h | {"webhook-signature": "v1,%%%"}),
    "signature cut short": lambda b, h: (
        b,
        h | {"webhook-signature": h["webhook-signature"][:-8]},
    ),
    "one byte of the body": lambda b, h: (b.replace(b"confirmed", b"confirmec"), h),
    "a blank more in the body": lambda b, h: (b + b" ", h),
    "another id": lambda b, h: (b, h | {"webhook-id": uuid.uuid4().hex}),
    "another timestamp": lambda b, h: (
        b,
        h | {"webhook-timestamp": str(int(h["webhook-timestamp"]) + 1)},
    ),
    "timestamp with a sign": lambda b, h: (
        b,
        h | {"webhook-timestamp": "+" + h["webhook-timestamp"]},
    ),
    "timestamp of eleven digits and more": lambda b, h: (b, h | {"webhook-timestamp": "9" * 40}),
    "id with a path in it": lambda b, h: (b, h | {"webhook-id": "../../x"}),
    "empty body": lambda b, h: (b"", h),
}


@pytest.mark.parametrize("turn", TURNS)
async def test_a_turned_message_is_not_believed(
    live: Ground, post: Post, pair: tuple[str, str], turn: str
) -> None:
    effect = await waiting_effect(live, pair[0])
    before, events = await live.snapshot(), await live.events()
    body = packed(body_of(effect, live.ident(pair[0])))
    turned, headers = TURNS[turn](body, post.headers(body, at=await post.now()))
    answer = await post.send(turned, headers)
    assert refused(answer, 403)["code"] == "forged_request"
    assert await live.snapshot() == before
    assert await live.events() == events


async def test_properly_signed_nonsense_changes_nothing(
    live: Ground, post: Post, pair: tuple[str, str]
) -> None:
    """The register's key is right, what it says is not ours."""
    effect = await waiting_effect(live, pair[0])
    other = await waiting_effect(live, pair[1])
    good = body_of(effect, live.ident(pair[0]))
    before, events = await live.snapshot(), await live.events()
    now = await post.now()
    wrong: list[tuple[str, bytes, tuple[int, ...]]] = [
        ("unknown request", packed(good | {"request_id": "case-unknown.open.1"}), (409,)),
        ("another's hash", packed(good | {"request_hash": other.request_hash}), (409,)),
        ("another's request", packed(good | {"request_id": other.request_id}), (409,)),
        ("hash of zeros", packed(good | {"request_hash": "0" * 64}), (409,)),
        ("hash in capitals", packed(good | {"request_hash": "A" * 64}), (403,)),
        ("request that is a list", packed(good | {"request_id": [effect.request_id]}), (403,)),
        ("unknown field", packed(good | {"stage": "archived"}), (403,)),
        ("no outcome", packed({k: v for k, v in good.items() if k != "outcome"}), (403,)),
        ("outcome that is markup", packed(good | {"outcome": "<script>"}), (403,)),
        ("payload that is text", packed(good | {"payload": "confirmed"}), (403,)),
        ("name given twice", packed(good)[:-1] + b',"outcome":"failed"}', (403,)),
        ("instant without zone", packed(good | {"occurred_at": "2026-09-23T10:00:00"}), (403,)),
        ("NUL", packed(good | {"payload": {"a": "\x00"}}), (403, 422)),
        ("lone surrogate", packed(good)[:-1].replace(b'"confirmed"', b'"\\ud800"') + b"}", (403, 422)),
        ("no UTF-8", packed(good).replace(b"confirmed", b"\xff\xfe"), (400, 403)),
        ("deep nesting", b'{"payload":' * 64 + b"1" + b"}" * 64, (400, 403)),
        ("too large", packed(good | {"payload": {"x": "x" * 65_536}}), (413, 403)),
        ("a list", packed([good]), (403,)),
    ]  # fmt: skip
    for what, body, statuses in wrong:
        answer = await post.send(body, post.headers(body, at=now))
        problem = refused(answer, *statuses)
        assert problem["code"] in {
            "unknown_callback", "forged_request", "forbidden_characters", "malformed_body",
            "invalid_encoding", "too_large",
        }, (what, problem)  # fmt: skip
    # The clock goes on: what is 301 seconds ahead when it is written may be 300 when it is read.
    for late in (-301, 360, 3600, -86_400):
        body = packed(good)
        answer = await post.send(body, post.headers(body, at=await post.now() + late))
        assert refused(answer, 403)["code"] == "forged_request"
    assert await live.snapshot() == before
    assert await live.events() == events


async def test_a_register_speaks_for_itself_only(
    live: Ground, post: Post, pair: tuple[str, str]
) -> None:
    effect = await waiting_effect(live, pair[0])
    before, events = await live.snapshot(), await live.events()
    body, now = packed(body_of(effect, live.ident(pair[0]))), await post.now()
    # Signed with one register's key, sent as another; or honestly another's, about this one's request.
    for signed_by, sent_as, status in (
        ("signature", "identity", 403),
        ("identity", "signature", 403),
        ("signature", "signature", 409),
        ("market", "market", 409),
    ):
        headers = post.headers(body, at=now, register=signed_by)
        refused(await post.send(body, headers, sent_as), status)
    for unknown in ("police", "IDENTITY", "identity%00", "..%2Fidentity", "x" * 33):
        answer = await post.send(body, post.headers(body, at=now), unknown)
        refused(answer, 404, 422)
    signature = post.headers(body, at=now)
    twice = [*signature.items(), ("webhook-id", "another-id")]
    refused(await post.send(body, twice), 403)
    for signed in ("v1,AAAA " * 8 + signature["webhook-signature"],):
        # Eight are looked at; a ninth is one too many.
        refused(await post.send(body, signature | {"webhook-signature": signed}), 403)
    bearer = signature | {"Authorization": "Bearer forged"}
    refused(await post.send(body, bearer), 401)
    assert await live.snapshot() == before
    assert await live.events() == events


async def test_a_message_taken_once_is_taken_once(live: Ground, post: Post) -> None:
    """Replayed at once, fifty times together, after a second, after the case went on and after its end."""
    case = await live.in_identity()
    effect = await waiting_effect(live, case)
    body, now = packed(body_of(effect, live.ident(case))), await post.now()
    headers = post.headers(body, at=now)
    answers = await asyncio.gather(*(post.send(body, headers) for _ in range(20)))
    assert {a.status_code for a in answers} <= {200, 202}
    assert len({a.json()["act_id"] for a in answers}) == 1
    await live.quiet()
    events = await live.events()
    rows = await live.rows(
        "SELECT count(*) AS n FROM case_events WHERE case_id = CAST(:c AS uuid)"
        " AND kind = 'register_answered'",
        c=live.ident(case),
    )
    assert rows[0].n == 1

    async def replayed(wait: float) -> None:
        await asyncio.sleep(wait)
        again = await post.send(body, headers)
        assert again.status_code in (200, 202), again.text
        # Under a new id it is a second answer to a question that was answered.
        second = post.headers(body, at=await post.now())
        assert refused(await post.send(body, second), 409)["code"] == "unknown_callback"
        # The same id for something else is no redelivery.
        changed = packed(body_of(effect, live.ident(case), outcome="failed"))
        stolen = post.headers(changed, at=await post.now(), message=headers["webhook-id"])
        assert refused(await post.send(changed, stolen), 409)["code"] == "unknown_callback"

    await replayed(0)
    await replayed(1)
    await live.quiet()
    assert await live.events() == events
    done = await live.cast.call(
        "applicant", "POST", f"/api/v1/cases/{live.number(case)}/withdrawals", json={"reason": "不办了"}
    )  # fmt: skip
    assert done.status_code == 200, done.text
    await live.stage_is(case, "withdrawn")
    events = await live.events()
    await replayed(0)
    # The other person's answer comes too late: the case is closed.
    late = await waiting_effect(live, case)
    words = packed(body_of(late, live.ident(case)))
    answer = await post.send(words, post.headers(words, at=await post.now()))
    assert refused(answer, 409)["code"] in {"unknown_callback", "case_closed"}
    assert await live.events() == events


async def test_an_answer_before_our_own_record_waits_and_is_not_lost(
    live: Ground, post: Post
) -> None:
    """The register is quicker than our own row: 503 with a pause, nothing changed, and later it counts."""
    case = await live.in_identity()
    effect = await waiting_effect(live, case)
    body = packed(body_of(effect, live.ident(case)))
    headers = post.headers(body, at=await post.now())
    await live.rows_changed(
        "UPDATE effects SET state = 'intent' WHERE request_id = :r", r=effect.request_id
    )
    events = await live.events()
    answer = await post.send(body, headers)
    assert refused(answer, 503)["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) >= 1
    assert await live.events() == events
    assert not await live.rows(
        "SELECT 1 FROM acts WHERE case_id = CAST(:c AS uuid) AND kind = 'callback'",
        c=live.ident(case),
    )
    await live.rows_changed(
        "UPDATE effects SET state = 'waiting' WHERE request_id = :r", r=effect.request_id
    )
    assert (await post.send(body, headers)).status_code in (200, 202)


async def test_an_unknown_outcome_is_no_consent(live: Ground, post: Post) -> None:
    """Only `confirmed` authenticates: a word we do not know counts as a failure, never as a yes."""
    case = await live.in_identity()
    for outcome in ("approved", "signed"):
        effect = await waiting_effect(live, case)
        body = packed(body_of(effect, live.ident(case), outcome=outcome))
        answer = await post.send(body, post.headers(body, at=await post.now()))
        assert answer.status_code in (200, 202, 403, 409, 422), answer.text
    await live.quiet()
    shown = await live.shown(case)
    assert shown["stage"] != "signature_pending"
    rows = await live.rows(
        "SELECT parties FROM cases WHERE case_id = CAST(:c AS uuid)", c=live.ident(case)
    )
    assert all(p["authenticated_at"] is None for p in rows[0].parties)
