"""Cursors come back from anywhere: whatever they hold is a place in a list, or refused in words, never an error of ours."""

import base64
import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncEngine

from api import cursors, equipment_places, places
from api.problems import Problem
from tests.api.conftest import client_of
from tests.api.surface_app import product

INSTANT = "2026-01-01T00:00:00+08:00"
IDENT = "00000000-0000-4000-8000-000000000000"
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.uuids().map(str)
    | st.datetimes().map(lambda at: f"{at.isoformat()}+14:00")
    | st.datetimes().map(lambda at: f"{at.isoformat()}-14:00")
    | st.sampled_from([INSTANT, IDENT, "", "2026-01-01"])
)
JSON = st.lists(LEAVES, min_size=2, max_size=3) | st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def packed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def refused(problem: Problem) -> None:
    assert problem.code == "invalid_input"
    assert [e.parameter for e in problem.errors] == ["cursor"]


@given(JSON)
@example([INSTANT, 123])
@example([INSTANT, None])
@example(["0001-01-01T00:00:00+14:00", IDENT])
@example(["9999-12-31T23:59:59-14:00", IDENT])
@example([float("inf"), 1, ""])
@example([2**31, 1, ""])
@example([1, 2**63, ""])
@example([-1, 1, ""])
@example([True, 1, ""])
@example([1, 1, [IDENT]])
def test_whatever_a_cursor_holds(value: Any) -> None:
    text = packed(value)
    try:
        place = cursors.read(text)
    except Problem as problem:
        refused(problem)
    else:
        assert place is not None
        assert place.at.tzinfo is UTC
        assert cursors.read(str(place)) == place
    try:
        ways = cursors.read_places(text)
    except Problem as problem:
        refused(problem)
    else:
        assert ways is not None
        assert 0 <= ways.revision < 2**31
        assert 0 <= ways.event < 2**63
    for dated in (True, False):
        try:
            assert equipment_places.read(text, dated=dated) is not None
        except Problem as problem:
            refused(problem)
    try:
        assert places.read(text) is not None
    except Problem as problem:
        refused(problem)


@given(st.text(min_size=1, max_size=40))
@example(base64.urlsafe_b64encode(b"[" * 100_000).decode())
@example(base64.urlsafe_b64encode(b'["' + b"9" * 5000 + b'", 1]').decode())
@example(base64.urlsafe_b64encode(b"[" + b"9" * 5000 + b", 1, 1]").decode())
def test_whatever_text_comes_as_a_cursor(text: str) -> None:
    for read in (cursors.read, cursors.read_places, places.read):
        try:
            read(text)
        except Problem as problem:
            refused(problem)


def test_our_own_cursors_are_read() -> None:
    place = cursors.Cursor(datetime.fromisoformat(INSTANT), uuid4())
    assert cursors.read(str(place)) == place
    ways = cursors.Places(7, 12, str(UUID(IDENT)))
    assert cursors.read_places(str(ways)) == ways
    assert cursors.read_places(str(cursors.Places(0, 0, ""))) == cursors.Places(0, 0, "")


@pytest.mark.parametrize(
    "value", [[INSTANT, 123], ["0001-01-01T00:00:00+14:00", IDENT], [INSTANT, [IDENT]]]
)
async def test_the_public_list_refuses_a_crafted_cursor(engine: AsyncEngine, value: Any) -> None:
    async with client_of(product(engine)) as client:
        answer = await client.get("/api/v1/notices", params={"cursor": packed(value)})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input"), answer.text
        page = await client.get(
            "/notices", params={"cursor": packed(value)}, headers={"accept": "text/html"}
        )
        assert page.status_code == 422
