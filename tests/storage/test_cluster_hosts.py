"""Whom a host knows: from the act by which its case took the enterprise until the one by which it let it go."""

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.hosting import JOINED, LEFT, word_id
from storage.cluster_hosts import hosted_by
from storage.engine import create_engine

HOSTING = """
INSERT INTO cases (case_id, procedure, office, owner, title, stage, revision, table_version, catalogue_version,
                   law_edition, opened_at, closed_at, numbers, decision)
VALUES (:case, 'cluster_hosting', '421303', 'p1', CAST(:title AS text), CAST(:stage AS text), 3, '1', '1', '2026.1', app_now(),
        CASE WHEN CAST(:stage AS text) = 'archived' THEN app_now() END, jsonb_build_object('uscc', CAST(:title AS text)),
        jsonb_build_object('host_case', CAST(:host AS text)))
"""
ACT = """
INSERT INTO acts (id, case_id, kind, actor_id, digest, body, received_at, state)
VALUES (:id, :host, :kind, 'system', '', '', app_now(), :state)
"""


@pytest_asyncio.fixture(loop_scope="session")
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(fresh_database)
    yield engine
    await engine.dispose()


async def put(
    connection: AsyncConnection, host: UUID, title: str, stage: str, **words: str
) -> None:
    """A hosting, and how its words stand in the host's case."""
    case = uuid4()
    values = {"case": case, "title": title, "stage": stage, "host": str(host)}
    await connection.execute(text(HOSTING), values)
    for kind, state in words.items():
        act = {"id": word_id(case, host, kind), "host": host, "kind": kind, "state": state}
        await connection.execute(text(ACT), act)


async def test_known_is_between_the_two_words(engine: AsyncEngine) -> None:
    host, other = uuid4(), uuid4()
    async with engine.begin() as connection:
        await put(connection, host, "A not said", "registered_hosted")
        await put(connection, host, "B on its way", "registered_hosted", **{JOINED: "received"})
        await put(connection, host, "C taken", "registered_hosted", **{JOINED: "applied"})
        await put(connection, host, "D host gone", "host_terminating", **{JOINED: "refused"})
        leaving = {JOINED: "applied", LEFT: "received"}
        await put(connection, host, "E still with it", "registered_hosted", **leaving)
        left = {JOINED: "applied", LEFT: "applied"}
        await put(connection, host, "F let go", "archiving", **left)
        await put(connection, host, "G over", "archived", **left)
        await put(connection, other, "H another's", "registered_hosted", **{JOINED: "applied"})
    # On a connection and, as the API does, on any of the pool.
    found = await hosted_by(engine, host)
    assert {h.name[0]: h.known for h in found} == {
        "A": False, "B": False, "C": True, "D": False, "E": True, "F": False,
    }  # fmt: skip
    async with engine.connect() as connection:
        assert await hosted_by(connection, host) == found
    assert await hosted_by(engine, uuid4()) == []
