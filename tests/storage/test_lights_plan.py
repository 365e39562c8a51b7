"""The board of lights over 100,000 running clocks and open tasks: a bounded walk of one index, no scan."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.views.lights import scope_of
from storage import lights
from storage.engine import create_engine
from storage.migrate import differences
from storage.tasks import COUNT_LIMIT

OFFICE = "421303"
OPEN = 100_000
# 40 of 400 days have passed: one case in ten is over, and some are short.
NOW = datetime.fromisoformat("2026-10-12T10:00:00+08:00")

CASES = """
INSERT INTO cases (case_id, procedure, office, owner, title, stage, revision, receipt_no, table_version,
                   catalogue_version, law_edition, opened_at, due_at)
SELECT ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid,
       (ARRAY['establishment_registration', 'food_operation_licence'])[1 + n % 2],
       CASE WHEN n % 49 = 0 THEN '421300' ELSE :office END, 'p0', '随州市曾都区第' || n || '号食品经营有限公司',
       'under_review', 3, '421303-2026-' || lpad(n::text, 7, '0') || '-0', '1', '1', '2026.1',
       timestamptz '2026-08-01 02:00+00', timestamptz '2026-09-01 16:00+00' + (n * 7919 % 400) * interval '1 day'
FROM generate_series(1, :count) AS n
"""
CLOCKS = """
INSERT INTO clocks (case_id, key, clock_id, state, level, trigger, raw_end, legal_end, ends_at, provisional, body)
SELECT case_id, 'R01#1', 'R01', 'running', '', opened_at, due_at::date, due_at::date, due_at, false,
       CASE WHEN revision = 3 AND receipt_no LIKE '%777-0'
            THEN '{"pauses": [{"start": "2026-09-01", "end": null}]}' ELSE '{"pauses": []}' END::jsonb
FROM cases
"""
TASKS = """
INSERT INTO tasks (task_id, case_id, pool, role, duty, form, stage, procedure, title, number, clock,
                   due_at, state, opened_at, claimed_by, claimed_name)
SELECT case_id::text || '-1', case_id, 'reviewer@' || office, 'reviewer', 'x', 'approval.review', stage, procedure,
       title, receipt_no, 'R01#1', due_at, 'open', opened_at,
       CASE WHEN receipt_no LIKE '%3_-0' THEN 'p3' END, CASE WHEN receipt_no LIKE '%3_-0' THEN '张蕾' END
FROM cases
"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(module_database)
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text(CASES), {"office": OFFICE, "count": OPEN})
        await connection.execute(text(CLOCKS))
        await connection.execute(text(TASKS))
        await connection.execute(text("CHECKPOINT"))
        await connection.execute(text("VACUUM (ANALYZE) cases, clocks, tasks"))
    yield engine
    await engine.dispose()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def plan_of(connection: AsyncConnection, statement: Any) -> tuple[dict[str, Any], list[Any]]:
    """The statement's plan, as executed, and its nodes."""
    sql = statement.compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    ).string
    answer = await connection.execute(
        text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.replace(":", "\\:"))
    )
    found = answer.scalar_one()
    plan = (found if isinstance(found, list) else json.loads(found))[0]["Plan"]
    return plan, list(nodes(plan))


@pytest.mark.parametrize("light", ["", "red", "amber"])
async def test_fifty_at_risk_of_a_hundred_thousand_without_scan_or_sort(
    engine: AsyncEngine, light: Any
) -> None:
    scope = scope_of(OFFICE, NOW, light=light)
    async with engine.connect() as connection:
        plan, found = await plan_of(connection, lights.at_risk_query(scope))
    assert plan["Actual Rows"] == 50
    assert "ix_clocks_ends" in {n.get("Index Name") for n in found}
    assert not [n for n in found if n["Node Type"] == "Seq Scan"]
    # Fifty claims are sorted one case at a time; the list itself comes in the index's order.
    assert not [n for n in found if n["Node Type"] == "Sort" and n["Actual Loops"] == 1]
    assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] <= 1000


async def test_what_is_counted_is_what_is_at_risk(engine: AsyncEngine) -> None:
    scope = scope_of(OFFICE, NOW)
    async with engine.connect() as connection:
        _, found = await plan_of(connection, lights.counts_query(scope))
        _, green = await plan_of(connection, lights.green_query(scope))
        counted = await lights.counts(connection, scope)
        sql = """
            SELECT count(*) FILTER (WHERE k.ends_at <= :now), count(*) FILTER (WHERE k.ends_at > :now)
            FROM clocks k JOIN cases c USING (case_id)
            WHERE c.office = :office AND k.ends_at <= timestamptz '2026-10-14 00:00+08'
              AND k.body ->> 'pauses' = '[]'"""
        expected = (await connection.execute(text(sql), {"now": NOW, "office": OFFICE})).one()
    # Whole tables are never read for tasks; at most the clocks and cases that are at risk.
    for nodes_ in (found, green):
        assert not [
            n for n in nodes_ if n["Node Type"] == "Seq Scan" and n["Relation Name"] != "cases"
        ]
    assert (counted.red, counted.amber) == tuple(expected)
    assert counted.red > 9000
    assert counted.amber > 100
    assert counted.green == COUNT_LIMIT
    for rows in (counted.procedures, counted.holders):
        assert sum(n.red for n in rows) == counted.red
        assert sum(n.amber for n in rows) == counted.amber
    assert {(n.key, n.name) for n in counted.holders} == {
        ("person:p3", "张蕾"),
        ("post:reviewer", ""),
    }


async def test_pages_follow_each_other_and_filters_narrow(engine: AsyncEngine) -> None:
    scope = scope_of(
        OFFICE, NOW, light="amber", procedure="food_operation_licence", holder="person:p3"
    )
    async with engine.connect() as connection:
        whole = await lights.at_risk(connection, scope, limit=10_000)
        seen: list[lights.AtRisk] = []
        after = None
        while page := await lights.at_risk(connection, scope, after, limit=7):
            seen += page
            after = lights.Cursor(page[-1].ends_at, page[-1].case_id, page[-1].key)
    assert seen == whole
    assert len(seen) > 7
    assert [r.ends_at for r in seen] == sorted(r.ends_at for r in seen)
    assert {r.holder_id for r in seen} == {"p3"}
    assert {r.procedure for r in seen} == {"food_operation_licence"}
    assert all(r.ends_at > NOW for r in seen)


async def test_the_migration_says_what_the_tables_say(module_database: str) -> None:
    assert await differences(module_database) == []
