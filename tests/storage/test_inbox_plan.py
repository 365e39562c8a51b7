"""The inbox of 50 over 100,000 open tasks: merged covering index scans, counted in buffers."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage import tasks
from storage.engine import create_engine
from storage.migrate import differences

OFFICE = "421303"
POOLS = [f"{role}@{OFFICE}" for role in ("acceptor", "reviewer", "approver", "window_head")]
OPEN_TASKS = 100_000

FILL = """
INSERT INTO tasks (task_id, case_id, pool, role, duty, form, stage, procedure, title, number, clock,
                   due_at, state, opened_at, claimed_by, claimed_name, claimed_at, claim_version)
SELECT gen_random_uuid()::text || '-1', gen_random_uuid(), (CAST(:pools AS text[]))[1 + n % 4], 'x', 'x',
       'approval.review', 'under_review', 'establishment_registration',
       '随州市曾都区第' || n || '号食品经营有限公司', '421303-2026-' || lpad(n::text, 7, '0') || '-0', 'R01#1',
       timestamptz '2026-09-01 16:00+00' + (n * 7919 % 400) * interval '1 day',
       'open', timestamptz '2026-09-01 02:00+00', NULL, NULL, NULL, 0
FROM generate_series(1, :count) AS n
"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(module_database)
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(
            text(FILL),
            {"pools": POOLS, "count": OPEN_TASKS},
        )
        # A fifth is claimed, as claims come: afterwards, leaving dead rows behind.
        await connection.execute(
            text(
                "UPDATE tasks SET claimed_by = 'p' || substr(number, 18, 1), claimed_name = '张蕾',"
                " claimed_at = timestamptz '2026-09-02 02:00+00', claim_version = 1"
                " WHERE substr(number, 17, 1) IN ('3', '7')"
            )
        )
        # Test servers commit without waiting for the log; a row counts as visible only once it is there.
        await connection.execute(text("CHECKPOINT"))
        await connection.execute(text("VACUUM (ANALYZE) tasks"))
    yield engine
    await engine.dispose()


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for inner in plan.get("Plans", ()):
        yield from nodes(inner)


async def explained(connection: AsyncConnection, statement: Any) -> tuple[list[str], int, int]:
    """Node types, buffers touched (hit and read) and rows of a statement's plan."""
    sql = statement.compile(
        dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}
    ).string
    # A second run: the first one may still set hint bits and fill the catalogue's caches.
    for _ in range(2):
        answer = await connection.execute(
            text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.replace(":", "\\:"))
        )
        found = answer.scalar_one()
    document = found if isinstance(found, list) else json.loads(found)
    plan = document[0]["Plan"]
    buffers = plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
    return [n["Node Type"] for n in nodes(plan)], buffers, plan["Actual Rows"]


SOME = {
    "first page": (tasks.Filters(), None),
    "a later page": (tasks.Filters(), tasks.Cursor(datetime(2026, 12, 1, 16, tzinfo=UTC), "5")),
    "free ones": (tasks.Filters(free_for="p1"), None),
    "before a day": (tasks.Filters(due_before=datetime(2026, 9, 5, tzinfo=UTC)), None),
}


@pytest.mark.parametrize("pools", [1, 3])
@pytest.mark.parametrize("what", list(SOME))
async def test_fifty_of_a_hundred_thousand_without_scan_or_sort(
    engine: AsyncEngine, pools: int, what: str
) -> None:
    filters, after = SOME[what]
    async with engine.connect() as connection:
        kinds, buffers, rows = await explained(
            connection, tasks.inbox_query(POOLS[:pools], filters, after)
        )
    assert rows == 50
    assert not [k for k in kinds if k in {"Seq Scan", "Sort", "Incremental Sort"}], kinds
    assert not [k for k in kinds if "Heap" in k or k == "Index Scan"], kinds
    assert kinds.count("Index Only Scan") == pools
    assert ("Merge Append" in kinds) == (pools > 1), kinds
    assert buffers <= 60, buffers


async def test_the_pages_follow_each_other_without_gap_or_repetition(engine: AsyncEngine) -> None:
    wanted = tasks.Filters(due_before=datetime(2026, 9, 3, tzinfo=UTC))
    async with engine.connect() as connection:
        seen: list[tasks.ListedTask] = []
        after = None
        while page := await tasks.inbox(connection, POOLS[:3], wanted, after, limit=50):
            seen += page
            after = tasks.Cursor(page[-1].due_at, page[-1].task_id)
        total = await connection.scalar(
            text(
                "SELECT count(*) FROM tasks WHERE pool = ANY(:pools)"
                " AND due_at < timestamptz '2026-09-03 00:00+00'"
            ),
            {"pools": POOLS[:3]},
        )
    keys = [(t.due_at, t.task_id) for t in seen]
    assert len(keys) == len(set(keys)) == total > 200
    assert [t.due_at for t in seen] == sorted(t.due_at for t in seen)


async def test_what_a_person_has_claimed_comes_from_indexes_of_its_own(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        mine = await tasks.mine(connection, "p0", limit=20)
        kinds, buffers, rows = await explained(connection, tasks.mine_query("p0", limit=20))
    assert len(mine) == rows == 20
    assert {t.claimed_by for t in mine} == {"p0"}
    assert [t.due_at for t in mine] == sorted(t.due_at for t in mine)
    assert not [k for k in kinds if k in {"Seq Scan", "Sort", "Incremental Sort"}], kinds
    assert buffers <= 60, buffers


async def test_counts_stop_where_nobody_reads_on(engine: AsyncEngine) -> None:
    day = datetime(2026, 9, 2, tzinfo=UTC)
    async with engine.connect() as connection:
        found = await tasks.counts(
            connection,
            POOLS[:2],
            [("all", tasks.Filters()), ("over", tasks.Filters(due_before=day))],
        )
    assert found["all"] == tasks.COUNT_LIMIT
    assert 0 < found["over"] < tasks.COUNT_LIMIT


async def test_the_migration_says_what_the_tables_say(module_database: str) -> None:
    assert await differences(module_database) == []
