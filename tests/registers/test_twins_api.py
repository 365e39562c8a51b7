"""The twins' surface: who may call, what is refused, and what the OpenAPI document promises."""

import asyncio
import copy
import json
import random
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from registers.clients import connect
from registers.errands import DESKS
from registers.errors import OutcomeUnknown
from registers.messages import Register, sha256_hex
from registers.twins.app import InProcess, create_twins
from registers.twins.database import ClockMissing, create_schema
from registers.twins.settings import TwinSettings
from tests.registers.bureau import ADMIN, KEYS, SECRETS, World, endpoints
from tests.registers.samples import enterprise


async def send(
    twins: World, method: str, path: str, body: bytes, **headers: str
) -> tuple[int, Any]:
    """Send bytes as a caller of that register would, properly hashed."""
    register = path.split("/")[1]
    key = "admin-key" if register == "admin" else KEYS[Register(register)]
    given = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "X-Request-Hash": sha256_hex(body),
        "Idempotency-Key": f"fuzz-{sha256_hex(body)[:32]}",
    }
    answer = await twins.people.request(method, path, content=body, headers=given | headers)
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", (path, body[:200])
    return answer.status_code, answer.json() if answer.content else None


async def document(twins: World) -> dict[str, Any]:
    spec: dict[str, Any] = (await twins.people.get("/openapi.json")).json()
    return spec


def operations(spec: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(m.upper(), path, op) for path, item in spec["paths"].items() for m, op in item.items()]


def example(op: dict[str, Any]) -> Any:
    content = op.get("requestBody", {}).get("content", {}).get("application/json", {})
    return content.get("examples", {}).get("example", {}).get("value")


async def test_openapi_says_what_there_is(twins: World) -> None:
    spec = await document(twins)
    found = operations(spec)
    ids = [op["operationId"] for _, _, op in found]
    assert len(ids) == len(set(ids)) >= 30
    for method, path, op in found:
        assert op["summary"], path
        assert op["tags"], path
        problem_statuses = [s for s in op["responses"] if s[0] in "45"]
        assert problem_statuses, path
        for status in problem_statuses:
            assert "application/problem+json" in op["responses"][status]["content"], (path, status)
        if method == "POST" and "application/json" in op.get("requestBody", {}).get("content", {}):
            assert example(op) is not None, path
        if path.split("/")[1] not in ("admin",) and "{" not in path:
            names = {p["name"] for p in op.get("parameters", [])}
            assert "X-Request-Hash" in names, path
            assert op["security"], path
    # Their interactive pages would load scripts from elsewhere.
    assert (await twins.people.get("/docs")).status_code == 404


async def test_the_examples_are_accepted(twins: World) -> None:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    refused = {}
    for method, path, op in operations(await document(twins)):
        if (value := example(op)) is not None and "{" not in path:
            status, body = await send(twins, method, path, json.dumps(value).encode())
            if status not in (200, 201):
                refused[path] = (status, body["code"])
    # Well-formed all; these need something that the empty world has not.
    assert refused == {
        "/signature/signings": (409, "document_unknown"),
        "/necips/establishments": (422, "enterprise_unknown"),
        "/necips/notices": (422, "enterprise_unknown"),
        "/necips/withdrawals": (422, "publication_unknown"),
        "/necips/list-entries": (422, "enterprise_unknown"),
        "/necips/list-removals": (422, "entry_unknown"),
        "/necips/list-restorations": (422, "entry_unknown"),
        "/necips/repair-pushes": (422, "entry_unknown"),
        "/archive/deposits": (409, "content_unknown"),
        "/collateral/searches": (422, "debtor_unknown"),
        "/equipment/measures": (422, "device_unknown"),
        "/equipment/hazard-reports": (422, "device_unknown"),
        "/equipment/use-changes": (422, "device_unknown"),
        "/market/changes": (422, "enterprise_unknown"),
        "/market/deregistrations": (422, "enterprise_unknown"),
        "/market/restorations": (422, "enterprise_unknown"),
        "/market/annulments": (422, "enterprise_unknown"),
        "/necips/annulments": (422, "not_annulled"),
        "/necips/changes": (422, "enterprise_unknown"),
        "/necips/deregistrations": (422, "enterprise_unknown"),
        "/necips/restorations": (422, "enterprise_unknown"),
        "/necips/licence-items": (422, "enterprise_unknown"),
        "/names/occupations": (422, "reservation_unknown"),
        "/names/releases": (422, "reservation_unknown"),
        "/departments/notices": (422, "enterprise_unknown"),
        "/departments/verifications": (422, "no_commitment"),
    } | {f"/{r}/withdrawals": (422, "errand_unknown") for r in DESKS}


NASTY: list[Any] = [
    None,
    "",
    "\x00",
    "a\x1bb",
    " ",
    "字" * 30_000,
    -1,
    0,
    1e308,
    10**40,
    True,
    [],
    {},
    [[]] * 50,
    {"$ne": 1},
    "'; DROP TABLE twins.answers; --",
    "9999-12-31",
    "2026-02-30",
    "0001-01-01",
    "NaN",
    "Infinity",
    "１２３",
]


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a body, containers included."""
    found = [at] if at else []
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, inner in items:
        found += places(inner, (*at, name))
    return found


def mutated(value: Any, dice: random.Random) -> Any:
    body = copy.deepcopy(value)
    *way, last = dice.choice(places(body))
    target = body
    for step in way:
        target = target[step]
    match dice.randrange(4):
        case 0 if isinstance(target, dict):
            target["unknown"] = dice.choice(NASTY)
        case 1 if isinstance(target, dict):
            del target[last]
        case _:
            target[last] = dice.choice(NASTY)
    return body


@pytest.mark.slow
async def test_no_body_makes_a_twin_fail(twins: World) -> None:
    """Mutations of every example: refused or accepted, never a 5xx, always a problem. Seed 421303."""
    dice = random.Random(421303)
    seen: dict[int, int] = {}
    for method, path, op in operations(await document(twins)):
        value = example(op)
        if value is None or path in ("/admin/faults",):
            continue
        for _ in range(8):
            body = json.dumps(mutated(value, dice)).encode()
            status, answer = await send(twins, method, path.replace("{", "").replace("}", ""), body)
            assert status in (200, 201, 404, 409, 422), (path, status, answer, body[:300])
            seen[status] = seen.get(status, 0) + 1
    assert seen[422] > 40


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b'{"name": "\\ud800", "id_number": "421303198506142016"}',
        b'{"name": "\\u0000", "id_number": "421303198506142016"}',
        b"[" * 100_000,
        b'{"name": ' + b"9" * 10_000 + b"}",
    ],
    ids=range(10),
)
async def test_bytes_that_are_no_request(twins: World, body: bytes) -> None:
    status, _ = await send(twins, "POST", "/market/person-checks", body)
    assert status in (400, 422)


async def test_too_large_and_of_unknown_length(twins: World) -> None:
    status, body = await send(twins, "POST", "/market/name-checks", b" " * (2 * 1024 * 1024 + 1))
    assert (status, body["code"]) == (413, "too_large")
    status, body = await send(twins, "PUT", "/archive/contents/" + "0" * 64, b"0" * 20_971_521)
    assert (status, body["code"]) == (413, "too_large")

    async def chunks() -> Any:
        yield b"{}"

    answer = await twins.people.post("/market/name-checks", content=chunks())
    assert answer.status_code == 411


async def test_the_hash_binds_the_body(twins: World) -> None:
    body = b'{"name": "x", "division": "421303"}'
    status, answer = await send(
        twins, "POST", "/market/name-checks", body, **{"X-Request-Hash": "0" * 64}
    )
    assert (status, answer["code"]) == (400, "hash_mismatch")
    status, answer = await send(twins, "PUT", "/archive/contents/" + "0" * 64, b"data")
    assert (status, answer["code"]) == (422, "digest_mismatch")


async def test_without_the_registers_key_nothing_opens(twins: World) -> None:
    dice = random.Random(7)
    wrong = ["", "Bearer", "Bearer x", "Bearer key-of-nobody", "Basic a2V5", "HMAC-SHA256 00"]
    for method, path, op in operations(await document(twins)):
        register = path.split("/")[1]
        if register == "admin" or not op.get("security"):
            continue
        filled = path.replace("{key}", "case-1.register.1").replace("{uscc}", "91421303MA0BANJ05F")
        filled = filled.replace("{sha256}", "0" * 64)
        body = json.dumps(example(op)).encode() if method == "POST" else b""
        others = [f"Bearer {key}" for r, key in KEYS.items() if r.value != register][:1]
        offered = [*dice.sample(wrong, 2), *others, KEYS[Register(register)]]
        for given in offered:
            status, answer = await send(twins, method, filled, body, Authorization=given)
            assert (status, answer["code"]) == (401, "unauthenticated"), (filled, given)


async def test_only_the_administrator_enters_by_the_admin_door(twins: World) -> None:
    for method, path, _ in operations(await document(twins)):
        if path.startswith("/admin"):
            for headers in ({}, {"Authorization": f"Bearer {KEYS[Register.MARKET]}"}):
                answer = await twins.people.request(method, path, headers=headers, content=b"{}")
                assert answer.status_code == 401, path
    health = await twins.people.get("/admin/health", headers=ADMIN)
    nothing = ("callbacks_waiting", "errands_open", "desk_errands_open", "effects")
    assert health.json()["counts"] == dict.fromkeys(nothing, 0)


def settings(database_url: str, **more: Any) -> TwinSettings:
    given = {"api_keys": KEYS, "callback_secrets": SECRETS, "admin_key": "admin-key"}
    return TwinSettings(database_url, callback_url="http://127.0.0.1:9", **given | more)


def test_secrets_have_no_default_and_no_repr() -> None:
    with pytest.raises(ValueError, match="api_keys lacks market"):
        settings("postgresql://x", api_keys={})
    with pytest.raises(ValueError, match="callback_secrets lacks archive"):
        settings("postgresql://x", callback_secrets={r: "x" for r in list(Register)[:4]})
    with pytest.raises(ValueError, match="admin_key"):
        settings("postgresql://x", admin_key="")
    shown = repr(settings("postgresql://user:secret@host/db"))
    assert "secret" not in shown
    assert "key-of" not in shown


async def test_two_may_start_at_once_and_again(fresh_database: str) -> None:
    engines = [create_async_engine(fresh_database) for _ in range(4)]
    await asyncio.gather(*(create_schema(e) for e in engines))
    await create_schema(engines[0])
    for engine in engines:
        await engine.dispose()


async def test_without_migrations_it_says_so(empty_database: str) -> None:
    app = create_twins(settings(empty_database, background=False))
    with pytest.raises(ClockMissing, match="run the migrations"):
        async with app.router.lifespan_context(app):
            pass


async def test_in_this_process_without_a_socket(fresh_database: str) -> None:
    """As the player of stories runs it."""
    app = create_twins(settings(fresh_database, background=False))
    async with (
        app.router.lifespan_context(app),
        connect(endpoints("http://twins"), transport=InProcess(app)) as ours,
    ):
        async with httpx.AsyncClient(transport=InProcess(app), base_url="http://twins") as admin:
            order = {"register": "market", "kind": "lose_answer_after_commit", "times": 1}
            (await admin.post("/admin/faults", json=order, headers=ADMIN)).raise_for_status()
        with pytest.raises(OutcomeUnknown):
            await ours.market.register_enterprise(enterprise(), key="case-1.register.1")
        assert await ours.market.find(enterprise(), key="case-1.register.1") is not None


async def test_all_instants_come_from_app_now(twins: World) -> None:
    """Under a frozen clock no column of the twins holds another instant."""
    await twins.freeze("2026-09-24T11:00:00+08:00")
    await twins.registers.market.register_enterprise(enterprise(), key="case-1.register.1")
    async with twins.engine.connect() as connection:
        columns = await connection.execute(
            text(
                "SELECT table_name, column_name FROM information_schema.columns"
                " WHERE table_schema = 'twins' AND data_type LIKE 'timestamp%'"
            )
        )
        defaults = await connection.scalar(
            text(
                "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'twins'"
                " AND column_default LIKE '%now%'"
            )
        )
        assert defaults == 0
        for table, column in columns.all():
            other = await connection.scalar(
                text(
                    f"SELECT count(*) FROM twins.{table} WHERE {column} IS NOT NULL"
                    f" AND {column} <> app_now()"
                )
            )
            assert other == 0, (table, column)
