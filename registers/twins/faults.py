"""Faults to order. A draw depends only on the fault's seed and its count, so a run can be repeated."""

import asyncio
import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from fastapi.responses import Response
from sqlalchemy import or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.types import Receive, Scope, Send

from registers.messages import Register
from registers.twins.problems import Refused
from registers.twins.schema import faults


class FaultKind(StrEnum):
    REFUSE = "refuse"
    SLOW = "slow"
    LOSE_ANSWER = "lose_answer_after_commit"
    DUPLICATE_CALLBACKS = "duplicate_callbacks"
    REORDER_CALLBACKS = "reorder_callbacks"
    WRONG_ANSWER = "wrong_answer"
    DOWN = "down"
    NEVER_ANSWERS = "never_answers"
    ANSWERS_OTHER_CASE = "answers_other_case"


class Wrong(StrEnum):
    """The ways an answer can be wrong while its status is 200."""

    HTML = "html"
    EMPTY = "empty"
    OVERSIZED = "oversized"
    DRIFT = "drift"
    OTHER_CASE = "other_case"
    OTHER_HASH = "other_hash"


REQUEST_KINDS = (
    FaultKind.DOWN,
    FaultKind.SLOW,
    FaultKind.REFUSE,
    FaultKind.LOSE_ANSWER,
    FaultKind.WRONG_ANSWER,
)
CALLBACK_KINDS = (
    FaultKind.DUPLICATE_CALLBACKS,
    FaultKind.REORDER_CALLBACKS,
    FaultKind.ANSWERS_OTHER_CASE,
)
# Drawn when a department would answer: it does not, and its errand stays open.
ANSWER_KINDS = (FaultKind.NEVER_ANSWERS,)

# Reading back is how a caller recovers: a fault touches it only where it names it, `down` always.
READS = frozenset({"find", "state", "content"})


@dataclass(frozen=True)
class Hit:
    """A fault that strikes now. `roll` is in [0, 1) and fixed by the seed."""

    kind: FaultKind
    variant: str | None
    delay_seconds: float
    roll: float


async def draw(
    connection: AsyncConnection, register: Register, operation: str, kinds: Sequence[FaultKind]
) -> list[Hit]:
    """Which faults strike this request. The rows are locked, so `times` is exact under concurrency."""
    statement = (
        select(faults)
        .where(
            faults.c.register == register.value,
            faults.c.kind.in_([k.value for k in kinds]),
            or_(faults.c.remaining.is_(None), faults.c.remaining > 0),
            or_(faults.c.operation.is_(None), faults.c.operation == operation),
        )
        .order_by(faults.c.id)
        .with_for_update()
    )
    hits: list[Hit] = []
    for row in (await connection.execute(statement)).mappings().all():
        kind = FaultKind(row["kind"])
        if operation in READS and kind is not FaultKind.DOWN and row["operation"] is None:
            continue
        dice = random.Random(f"{row['seed']}:{row['draws']}")  # noqa: S311 - repeatable on purpose
        struck = dice.random() < row["probability"]
        remaining = row["remaining"]
        await connection.execute(
            update(faults)
            .where(faults.c.id == row["id"])
            .values(
                draws=row["draws"] + 1,
                hits=row["hits"] + int(struck),
                remaining=remaining - 1 if struck and remaining is not None else remaining,
            )
        )
        if struck:
            hits.append(Hit(kind, row["variant"], row["delay_seconds"], dice.random()))
    return hits


async def before(hits: Sequence[Hit]) -> None:
    """The faults that strike before anything is done."""
    for hit in hits:
        if hit.kind is FaultKind.DOWN:
            raise Refused("down", "登记系统暂停服务", status=503)
    for hit in hits:
        if hit.kind is FaultKind.SLOW:
            await asyncio.sleep(hit.delay_seconds)
    for hit in hits:
        if hit.kind is FaultKind.REFUSE:
            raise Refused("refused_by_order", "登记系统拒绝办理(演练)")


def after(hits: Sequence[Hit], response: Response) -> Response:
    """The faults that strike once everything is committed."""
    for hit in hits:
        if hit.kind is FaultKind.LOSE_ANSWER:
            return LostAnswer()
    for hit in hits:
        if hit.kind is FaultKind.WRONG_ANSWER:
            ways = list(Wrong)
            way = Wrong(hit.variant) if hit.variant else ways[int(hit.roll * len(ways))]
            return _wrong(way, bytes(response.body))
    return response


class LostAnswer(Response):
    """Begins an answer and breaks off: the server then closes the connection under the caller."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"4096")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"{", "more_body": True})


def _wrong(way: Wrong, body: bytes) -> Response:
    if way is Wrong.HTML:
        return Response("<!doctype html><title>系统维护</title>", media_type="text/html")
    if way is Wrong.EMPTY:
        return Response(b"", media_type="application/json")
    if way is Wrong.OVERSIZED:
        return Response(
            b'{"result":"' + b"0" * (3 * 1024 * 1024) + b'"}', media_type="application/json"
        )
    if way is Wrong.DRIFT:
        return Response(
            body.replace(b'"result":{', b'"result":{"versionField":2,', 1),
            media_type="application/json",
        )
    if way is Wrong.OTHER_HASH:
        return Response(
            _replaced(body, b'"request_hash":"', b"0" * 64), media_type="application/json"
        )
    return Response(_replaced(body, b'"case_ref":"', b"OTHER-CASE"), media_type="application/json")


def _replaced(body: bytes, marker: bytes, value: bytes) -> bytes:
    """Replace the string behind `marker`; where it is missing, answer something else entirely."""
    start = body.find(marker)
    if start < 0:
        return b'{"request_id":null,"request_hash":"' + b"f" * 64 + b'","result":{}}'
    start += len(marker)
    return body[:start] + value + body[body.index(b'"', start) :]
