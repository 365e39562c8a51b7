"""Every documented operation under generated input: no 5xx, nothing undocumented, problem+json for every error.

The requests go to the real server over HTTP; half of them name things that exist, so that they come further
than "not found". `make test` draws few examples; tests/security/test_much_fuzz.py draws many.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import CheckContext, not_a_server_error
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.security.ground import Ground, ground

PEOPLE = ("applicant", "acceptor", "anonymous")
# Would wait for events for ten minutes once it is given a real case.
ENDLESS = "streamCase"
# Ends the very session that asks.
LEAVES = "endCurrentSession"


@dataclass
class Target:
    """The running product, and the names of what is in it."""

    live: Ground
    document: dict[str, Any]
    known: dict[str, str]

    async def headers(self, who: str) -> dict[str, str]:
        if who == "anonymous":
            return {}
        answer = await self.live.on.http.post(
            "/api/v1/sessions", json={"sign_in": who, "password": self.live.passwords[who]}
        )
        return {"Authorization": f"Bearer {answer.json()['token']}"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def target(module_database: str) -> AsyncIterator[Target]:
    async with ground(module_database) as live:
        case = await live.submitted()
        draft = await live.draft()
        uploaded = await live.get("applicant", f"/api/v1/applications/{draft}")
        documents = await live.cast.until(
            "applicant",
            f"/api/v1/cases/{live.number(case)}/documents",
            lambda found: found["items"],
        )
        act = (await live.rows("SELECT id FROM acts LIMIT 1"))[0].id
        verified = await live.rows("SELECT slug FROM documents LIMIT 1")
        known = {
            "number": live.number(case),
            "case_id": live.ident(case),
            "application_id": draft,
            "file_id": uploaded["files"][0]["id"],
            "task_id": (await live.task("acceptor", case))["task_id"],
            "document_id": documents["items"][0]["document_id"],
            "act_id": str(act),
            "no": verified[0].slug,
            "code": "establishment_registration",
            "register": "market",
        }
        document = (await live.on.http.get("/api/v1/openapi.json")).json()
        yield Target(live, document, known)


def problem_json_for_every_error(ctx: CheckContext, response: Response, case: Any) -> None:
    """An error has the one shape, with a request id that is in its header too."""
    if response.status_code < 400:
        return
    kind = response.headers.get("content-type", [""])[0]
    assert kind == "application/problem+json", (response.status_code, kind)
    body = response.json()
    assert body["status"] == response.status_code
    assert body["type"] == f"/problems/{body['code']}"
    assert body["request_id"] == response.headers["x-request-id"][0]
    # Whatever was sent: the answer repeats neither stack nor SQL.
    for telling in ("Traceback", "sqlalchemy", "asyncpg", "pydantic", "/site-packages/"):
        assert telling not in response.text


CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    problem_json_for_every_error,
]
_keys = itertools.count()


def fuzz(target: Target, headers: dict[str, str], examples: int, drawn: int) -> list[str]:
    """Everything that went wrong, by operation; runs in a thread of its own."""
    schema = schemathesis.openapi.from_dict(target.document)
    failures: list[str] = []
    session = requests.Session()
    for result in schema.get_all_operations():
        operation = result.ok()
        name = str(operation.definition.raw["operationId"])
        if name == LEAVES:
            continue
        try:
            _attack(target, operation, headers, session, examples, drawn, name != ENDLESS)
        except BaseException as failure:
            told = "; ".join(str(e) for e in getattr(failure, "exceptions", [failure]))
            failures.append(f"{name}: {told}"[:1500])
    return failures


def _attack(
    target: Target,
    operation: Any,
    headers: dict[str, str],
    session: requests.Session,
    examples: int,
    drawn: int,
    real: bool,
) -> None:
    strategy = operation.as_strategy(
        generation_mode=schemathesis.GenerationMode.POSITIVE
    ) | operation.as_strategy(generation_mode=schemathesis.GenerationMode.NEGATIVE)

    @seed(drawn)
    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def one(case: Any) -> None:
        sent = dict(headers)
        # Every second one names things that exist, so that it comes further than "not found".
        if real and next(_keys) % 2:
            case.path_parameters = {
                name: target.known.get(name, value) for name, value in case.path_parameters.items()
            }
            sent["If-Match"] = "*"
            if operation.method.upper() != "GET":
                sent["Idempotency-Key"] = f"fuzz-{drawn}-{next(_keys):09d}"
        case.call_and_validate(
            base_url=target.live.on.api_url,
            session=session,
            headers=sent,
            checks=CHECKS,
            timeout=30,
            allow_redirects=False,
        )

    one()


# What a guest may ask for, everybody may.
@pytest.mark.parametrize(
    "who", [pytest.param(p, marks=pytest.mark.slow) if p == "anonymous" else p for p in PEOPLE]
)
async def test_generated_input_is_answered_as_documented(target: Target, who: str) -> None:
    headers = await target.headers(who)
    failures = await asyncio.to_thread(fuzz, target, headers, 5, PEOPLE.index(who))
    assert not failures, "\n".join(failures)


async def test_the_document_names_every_error_as_a_problem(target: Target) -> None:
    for path, item in target.document["paths"].items():
        for method, operation in item.items():
            for status, answer in operation["responses"].items():
                # A supervisor's question is answered in its own short form.
                if status[0] in "45" and path != "/readyz":
                    kinds = set(answer.get("content", {}))
                    assert "application/problem+json" in kinds, (method, path, status)


async def test_the_document_is_served_alone(target: Target) -> None:
    """No interactive page (it would load scripts from elsewhere), and no second document."""
    for path in ("/docs", "/redoc", "/openapi.json"):
        answer = await target.live.on.http.get(path)
        assert answer.status_code == 404, path
