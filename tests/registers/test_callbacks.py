"""Callbacks are delivered until taken, and none is believed that the register did not send as it is."""

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from registers.callbacks import sign_callback, verify_callback
from registers.errors import CallbackRejected
from registers.messages import Register
from registers.twins.outbox import Courier
from registers.twins.settings import TwinSettings
from tests.registers.bureau import KEYS, SECRETS, World, world
from tests.registers.samples import CHEN, authentication

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
NOW = datetime(2026, 9, 24, 3, 0, tzinfo=UTC)
TIMESTAMP = int(NOW.timestamp())
FIELDS = {
    "request_id": "case-1.auth.1",
    "request_hash": "a" * 64,
    "outcome": "confirmed",
    "payload": {"case_ref": "case-1"},
    "occurred_at": "2026-09-24T02:59:58Z",
}
BODY = json.dumps(FIELDS).encode()
Parts = tuple[dict[str, str], bytes]


def signed(body: bytes = BODY, timestamp: int = TIMESTAMP, secret: str = SECRET) -> Parts:
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign_callback("msg_1", timestamp, body, secret),
    }
    return headers, body


def test_a_genuine_callback_is_believed() -> None:
    callback = verify_callback(*signed(), SECRET, NOW)
    assert callback.message_id == "msg_1"
    assert callback.sent_at == NOW
    assert callback.request_id == "case-1.auth.1"
    assert callback.payload == {"case_ref": "case-1"}


def test_the_published_vector_of_standard_webhooks() -> None:
    """The signature of the specification's own example, so that any library of theirs can send to us."""
    signature = sign_callback(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    )
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_two_secrets_while_one_is_rotated_out() -> None:
    headers, body = signed(secret="old-secret")
    assert verify_callback(headers, body, [SECRET, "old-secret"], NOW)
    headers["webhook-signature"] = "v2,abc v1,!!! " + headers["webhook-signature"]
    assert verify_callback(headers, body, [SECRET, "old-secret"], NOW)
    with pytest.raises(CallbackRejected, match="signature"):
        verify_callback(headers, body, SECRET, NOW)


def header(name: str, value: str) -> Callable[[], Parts]:
    def mutate() -> Parts:
        headers, body = signed()
        return headers | {name: value}, body

    return mutate


def without(name: str) -> Callable[[], Parts]:
    def mutate() -> Parts:
        headers, body = signed()
        return {k: v for k, v in headers.items() if k != name}, body

    return mutate


def body_of(**change: object) -> bytes:
    return json.dumps({k: v for k, v in (FIELDS | change).items() if v is not None}).encode()


GENUINE = signed()[0]["webhook-signature"]
MUTATIONS: dict[str, Callable[[], Parts]] = {
    # What an attacker can change on the way.
    "another outcome": lambda: (signed()[0], BODY.replace(b"confirmed", b"refused")),
    "another case's request": lambda: (signed()[0], BODY.replace(b"case-1.auth", b"case-2.auth")),
    "another request's hash": lambda: (signed()[0], BODY.replace(b"a" * 64, b"b" * 64)),
    "another instant": lambda: (signed()[0], BODY.replace(b"02:59:58", b"02:59:59")),
    "a space more": lambda: (signed()[0], BODY + b" "),
    "re-serialised": lambda: (signed()[0], json.dumps(FIELDS, indent=1).encode()),
    "empty body": lambda: (signed()[0], b""),
    "another id": header("webhook-id", "msg_2"),
    "another timestamp": header("webhook-timestamp", str(TIMESTAMP + 1)),
    "no id": without("webhook-id"),
    "no timestamp": without("webhook-timestamp"),
    "no signature": without("webhook-signature"),
    "empty signature": header("webhook-signature", ""),
    "signature without version": header("webhook-signature", GENUINE[3:]),
    "signature of version 2": header("webhook-signature", "v2," + GENUINE[3:]),
    "signature cut": header("webhook-signature", GENUINE[:-4]),
    "signature in another case": header("webhook-signature", GENUINE.swapcase()),
    "signature not ascii": header("webhook-signature", "v1,签名"),
    "timestamp not a number": header("webhook-timestamp", "soon"),
    "timestamp in another script": header("webhook-timestamp", "١٧٩٠٢١٨٨٠٠"),
    "timestamp with a sign": header("webhook-timestamp", f"+{TIMESTAMP}"),
    "id with a dot and more": header("webhook-id", f"msg_1.{TIMESTAMP}"),
    "header given twice": header("Webhook-Id", "msg_2"),
    "another register's secret": lambda: signed(
        secret="whsec_" + base64.b64encode(b"x" * 32).decode()
    ),
    # What is rightly signed and still not acceptable.
    "replayed an hour later": lambda: signed(timestamp=TIMESTAMP - 3600),
    "just out of the window": lambda: signed(timestamp=TIMESTAMP - 301),
    "from the future": lambda: signed(timestamp=TIMESTAMP + 301),
    "in the year 5000": lambda: signed(timestamp=99_999_999_999),
    "not json": lambda: signed(b"confirmed"),
    "a list": lambda: signed(b"[]"),
    "nested too deep": lambda: signed(b"[" * 60_000),
    "a name twice": lambda: signed(BODY[:-1] + b', "outcome": "failed"}'),
    "an unknown field": lambda: signed(body_of(status="approved")),
    "no hash": lambda: signed(body_of(request_hash=None)),
    "no time zone": lambda: signed(body_of(occurred_at="2026-09-24T02:59:58")),
    "an outcome that is none": lambda: signed(body_of(outcome="Confirmed; DROP")),
    "too large": lambda: signed(body_of(payload={"x": "0" * 70_000})),
    "not unicode": lambda: signed(BODY.replace(b"confirmed", b"\xff\xfe")),
}


@pytest.mark.parametrize("mutation", MUTATIONS.values(), ids=list(MUTATIONS))
def test_a_mutation_is_rejected(mutation: Callable[[], Parts]) -> None:
    headers, body = mutation()
    with pytest.raises(CallbackRejected):
        verify_callback(headers, body, SECRET, NOW)


@pytest.mark.parametrize("seconds", [-300, -1, 0, 1, 300])
def test_within_the_window(seconds: int) -> None:
    headers, body = signed(timestamp=TIMESTAMP + seconds)
    assert verify_callback(headers, body, SECRET, NOW, timedelta(minutes=5))


async def confirm(twins: World, case_ref: str = "case-1") -> None:
    request = authentication(case_ref=case_ref)
    opened = await twins.registers.identity.open_authentication(request, key=f"{case_ref}.auth.1")
    await twins.people.post(f"{opened.link}/confirm", json=CHEN.model_dump())


async def test_delivery_is_repeated_until_it_is_taken(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    twins.inbox.statuses = [500, 302, 401]
    await confirm(twins)
    for instant in ("11:00:00", "11:00:01", "11:00:06"):
        await twins.freeze(f"2026-09-24T{instant}+08:00")
        assert await twins.tick() == {"settled": 0, "delivered": 0, "failed": 1, "waiting": 1}
        # Not before its pause is over, however often the story ticks.
        assert (await twins.tick())["failed"] == 0
    await twins.freeze("2026-09-24T11:00:36+08:00")
    assert (await twins.tick())["delivered"] == 1
    assert (await twins.tick())["delivered"] == 0
    assert len(twins.inbox.callbacks) == 1


async def test_a_redelivery_keeps_its_id_and_is_signed_anew(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    await twins.fault(Register.IDENTITY, "duplicate_callbacks")
    await confirm(twins)
    await twins.tick()
    (first, _), (again, _), (other, _) = twins.inbox.raw
    assert first["webhook-id"] == again["webhook-id"] != other["webhook-id"]


async def test_two_couriers_deliver_each_callback_once(twins: World) -> None:
    for i in range(8):
        await confirm(twins, f"case-{i}")
    counts = await asyncio.gather(twins.tick(), twins.tick(), twins.tick())
    assert sum(c["delivered"] for c in counts) == 8
    assert len(twins.inbox.callbacks) == 8


async def test_what_is_answered_while_the_background_looks_is_looked_at_again(
    engine: AsyncEngine, fresh_database: str
) -> None:
    async with world(engine, fresh_database), httpx.AsyncClient() as http:
        settings = TwinSettings(
            database_url=fresh_database,
            api_keys=KEYS,
            callback_secrets=SECRETS,
            admin_key="admin-key",
            callback_url="http://127.0.0.1",
            poll_seconds=30.0,
        )
        courier = Courier(engine, settings, http)
        looked, again = 0, asyncio.Event()

        async def work() -> None:
            nonlocal looked
            looked += 1
            if looked == 1:
                # A person confirms in this very moment.
                courier.wake.set()
            else:
                again.set()

        running = asyncio.create_task(courier.run(work))
        try:
            await asyncio.wait_for(again.wait(), 10)
        finally:
            running.cancel()
            await asyncio.wait([running])


async def test_the_background_delivers_by_itself(engine: AsyncEngine, fresh_database: str) -> None:
    async with world(engine, fresh_database, background=True, poll_seconds=30.0) as own:
        await confirm(own)
        await asyncio.wait_for(own.inbox.arrived.wait(), 10)
        assert own.inbox.callbacks[0].outcome == "confirmed"
