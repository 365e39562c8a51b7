"""Answers of registers over REST: signed, bound to our request, once, and retried while we are not ready."""

import json
import uuid
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from domain.contracts import Command
from registers.callbacks import BODY_CAP, sign_callback
from storage import acts
from tests.api.case_stage import Live, live
from workflows.dispatch import Unreachable

__all__ = ["live"]


class Waiting:
    """A case that waits for two persons to authenticate, and the means to answer for the register."""

    def __init__(self, live: Live, case: str, row: Any) -> None:
        self.live, self.case, self.row = live, case, row

    def body(self, **more: Any) -> dict[str, Any]:
        return {
            "request_id": self.row.request_id,
            "request_hash": self.row.request_hash,
            "outcome": "confirmed",
            "payload": {},
            "occurred_at": "2026-09-23T10:00:00+08:00",
            **more,
        }

    async def send(
        self, body: Any, message_id: str, *, register: str = "identity", **headers: str
    ) -> httpx.Response:
        secret = self.live.on.app.state.services.callback_secrets["identity"]
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        at = int((await self.live.on.now()).timestamp())
        signed = {
            "webhook-id": message_id,
            "webhook-timestamp": str(at),
            "webhook-signature": sign_callback(message_id, at, raw, secret),
            "content-type": "application/json",
        }
        return await self.live.on.http.post(
            f"/api/v1/registry-callbacks/{register}", content=raw, headers=signed | headers
        )

    async def events(self) -> int:
        rows = await self.live.rows(
            "SELECT count(*) AS n FROM case_events WHERE case_id = :c", c=self.live.ident(self.case)
        )
        return int(rows[0].n)

    async def state(self, state: str) -> None:
        async with self.live.on.core.engine.begin() as connection:
            await connection.execute(
                text("UPDATE effects SET state = :s WHERE request_id = :r"),
                {"s": state, "r": self.row.request_id},
            )


@pytest.fixture
async def waiting(live: Live) -> Waiting:
    case = await live.open()
    await live.complete("acceptor", case, decision="accept")
    await live.complete("reviewer", case, finding="conforms", no_interest=True)
    await live.stage_is(case, "identity_pending")

    async def rows() -> list[Any]:
        return await live.rows(
            "SELECT * FROM effects WHERE case_id = :c AND state = 'waiting' ORDER BY seq",
            c=live.ident(case),
        )

    path = f"/api/v1/cases/{live.number(case)}/timeline"
    await live.cast.until(
        "applicant",
        path,
        lambda t: sum(line["kind"] == "effect_waiting" for line in t["items"]) == 2,
    )
    return Waiting(live, case, (await rows())[0])


async def test_an_answer_is_taken_once_and_said_again_alike(waiting: Waiting) -> None:
    message = str(uuid.uuid4())
    first = await waiting.send(waiting.body(), message)
    assert (first.status_code, first.json()["state"]) == (200, "applied")
    shown = await waiting.live.shown(waiting.case)
    assert [bool(p["authenticated_at"]) for p in shown["parties"]] == [True, False]
    before = await waiting.events()
    again = await waiting.send(waiting.body(), message)
    assert (again.status_code, again.json()) == (200, first.json())
    other = await waiting.send(waiting.body(), str(uuid.uuid4()))
    assert (other.status_code, other.json()["code"]) == (409, "unknown_callback")
    changed = await waiting.send(waiting.body(outcome="refused"), message)
    assert (changed.status_code, changed.json()["code"]) == (409, "unknown_callback")
    assert await waiting.events() == before


async def test_an_answer_that_the_reconciler_brings_ends_the_waiting_as_well(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine is away when the register answers: the act is durable, its effect comes later."""
    services = waiting.live.on.app.state.services

    async def away(command: Command) -> None:
        raise Unreachable("away")

    async def state() -> str:
        rows = await waiting.live.rows(
            "SELECT state FROM effects WHERE request_id = :r", r=waiting.row.request_id
        )
        return str(rows[0].state)

    message = str(uuid.uuid4())
    with monkeypatch.context() as outage:
        outage.setattr(services.acts._sender, "send", away)
        received = await waiting.send(waiting.body(), message)
    assert (received.status_code, received.json()["state"]) == (202, "received")
    assert await state() == "waiting"

    async with waiting.live.on.core.engine.connect() as connection:
        row = await acts.find(connection, uuid.UUID(received.json()["act_id"]))
    assert row is not None
    await services.acts.deliver(await acts.command_of(services.keys, row))
    assert await state() == "done"
    again = await waiting.send(waiting.body(), message)
    assert (again.status_code, again.json()["state"]) == (200, "applied")
    other = await waiting.send(waiting.body(), str(uuid.uuid4()))
    assert (other.status_code, other.json()["code"]) == (409, "unknown_callback")


async def test_what_is_not_bound_to_our_request_changes_nothing(waiting: Waiting) -> None:
    before = await waiting.events()
    for more in (
        {"request_hash": "0" * 64},
        {"request_id": f"{waiting.row.request_id}9"},
        {"request_id": f"{uuid.uuid4()}:open_authentication:1"},
    ):
        answer = await waiting.send(waiting.body(**more), str(uuid.uuid4()))
        assert (answer.status_code, answer.json()["code"]) == (409, "unknown_callback"), more
    made = await waiting.live.rows(
        "SELECT count(*) AS n FROM acts WHERE case_id = :c AND kind = 'callback'",
        c=waiting.live.ident(waiting.case),
    )
    assert (made[0].n, await waiting.events()) == (0, before)


async def test_what_is_not_signed_is_not_believed(waiting: Waiting) -> None:
    before = await waiting.events()
    body, message = waiting.body(), str(uuid.uuid4())
    for headers in (
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": ""},
        {"webhook-timestamp": "1"},
        {"webhook-id": "other"},
    ):
        answer = await waiting.send(body, message, **headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "forged_request"), headers
    twice = b'{"request_id": "a", "request_id": "b"}'
    assert (await waiting.send(twice, message)).status_code == 403
    assert (await waiting.send(b"x" * (BODY_CAP + 1), message)).status_code == 413
    assert (await waiting.send(body, message, register="nobody")).status_code == 404
    # Signed with the secret of another register.
    assert (await waiting.send(body, message, register="market")).status_code == 403
    assert await waiting.events() == before


async def test_an_answer_before_our_own_record_is_asked_for_again(waiting: Waiting) -> None:
    message = str(uuid.uuid4())
    await waiting.state("intent")
    early = await waiting.send(waiting.body(), message)
    assert (early.status_code, early.json()["code"]) == (503, "unavailable")
    assert early.headers["retry-after"]
    await waiting.state("waiting")
    async with waiting.live.on.core.engine.begin() as connection:
        # The call is recorded, but the case has not said yet that it waits.
        kept = "UPDATE cases SET waiting = '[]' WHERE case_id = :c RETURNING 1"
        await connection.execute(text(kept), {"c": waiting.live.ident(waiting.case)})
    assert (await waiting.send(waiting.body(), message)).status_code == 503
    async with waiting.live.on.core.engine.begin() as connection:
        back = (
            "UPDATE cases SET waiting = jsonb_build_array(jsonb_build_object("
            "'kind', CAST(:k AS text), 'seq', CAST(:s AS int))) WHERE case_id = :c"
        )
        await connection.execute(
            text(back),
            {"c": waiting.live.ident(waiting.case), "k": waiting.row.kind, "s": waiting.row.seq},
        )
    assert (await waiting.send(waiting.body(), message)).status_code == 200


async def test_an_answer_to_a_closed_case_is_unknown(waiting: Waiting) -> None:
    await waiting.live.do("withdraw", "applicant", waiting.case, reason="不办了")
    await waiting.live.stage_is(waiting.case, "withdrawn")
    answer = await waiting.send(waiting.body(), str(uuid.uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (409, "unknown_callback")


async def test_an_answer_about_another_case_is_not_taken(waiting: Waiting) -> None:
    """Signed and bound to our call, yet the register mixed up its files: it names another case itself."""
    before = await waiting.events()
    other = await waiting.send(
        waiting.body(payload={"case_ref": str(uuid.uuid4())}), str(uuid.uuid4())
    )
    assert (other.status_code, other.json()["code"]) == (409, "unknown_callback")
    assert await waiting.events() == before
    ours = {"case_ref": waiting.live.ident(waiting.case)}
    right = await waiting.send(waiting.body(payload=ours), str(uuid.uuid4()))
    assert right.status_code == 200
