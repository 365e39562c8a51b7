"""The inbox of 50 by due date over 100,000 open tasks: its plan, its buffers, its time."""

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from law.offices import DEFAULT_OFFICE
from storage import tasks

OPEN_TASKS = 100_000
POOLS = [f"{role}@{DEFAULT_OFFICE}" for role in ("acceptor", "reviewer", "approver", "window_head")]
ASKED = POOLS[:3]
CALLS = 200

FILL = """
INSERT INTO tasks (task_id, case_id, pool, role, duty, form, stage, procedure, title, number, clock,
                   due_at, state, opened_at, claimed_by, claimed_name, claimed_at, claim_version)
SELECT gen_random_uuid()::text || '-1', gen_random_uuid(),
       (CAST(:pools AS text[]))[1 + n % 4], split_part((CAST(:pools AS text[]))[1 + n % 4], '@', 1),
       'reviewer', 'approval.review', 'examining', 'reference',
       '随州市曾都区第' || n || '号食品经营有限公司', '421303-2099-' || lpad(n::text, 7, '0') || '-0', 'R01#1',
       timestamptz '2026-09-01 16:00+00' + (n * 7919 % 400) * interval '1 day',
       'open', timestamptz '2026-09-01 02:00+00',
       CASE WHEN n % 7 = 0 THEN 'p' || n % 50 END, CASE WHEN n % 7 = 0 THEN '张蕾' END,
       CASE WHEN n % 7 = 0 THEN timestamptz '2026-09-02 02:00+00' END, CASE WHEN n % 7 = 0 THEN 1 ELSE 0 END
FROM generate_series(1, :count) AS n
"""


@dataclass(frozen=True)
class Inbox:
    """What one page of an officer with three posts costs. Milliseconds."""

    rows: int
    claimed: int
    nodes: list[str]
    buffers: int
    median: float
    p95: float

    @property
    def scans(self) -> list[str]:
        """Nodes that would make it slow: none may be there."""
        return [n for n in self.nodes if n in {"Seq Scan", "Sort", "Incremental Sort"}]


def _nodes(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


async def _explained(connection: AsyncConnection) -> tuple[list[str], int]:
    dialect: Dialect = connection.dialect
    query = tasks.inbox_query(ASKED)
    sql = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True}).string
    statement = text("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql.replace(":", "\\:"))
    await connection.execute(statement)
    # The second run: the first one may still set hint bits and fill the catalogue's caches.
    plan = (await connection.execute(statement)).scalar_one()[0]["Plan"]
    return list(_nodes(plan)), plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


async def measure(engine: AsyncEngine) -> Inbox:
    """Fill, VACUUM, explain, time. The tasks stay: the database ends with the bench."""
    plain = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with plain.connect() as connection:
        await connection.execute(text(FILL), {"pools": POOLS, "count": OPEN_TASKS})
        await connection.execute(text("VACUUM (ANALYZE) tasks"))
        nodes, buffers = await _explained(connection)
        page = await tasks.inbox(connection, ASKED)
        taken = []
        for _ in range(CALLS):
            began = time.perf_counter()
            await tasks.inbox(connection, ASKED)
            taken.append(1000 * (time.perf_counter() - began))
    taken.sort()
    return Inbox(
        rows=len(page),
        claimed=sum(task.claimed_by is not None for task in page),
        nodes=nodes,
        buffers=buffers,
        median=statistics.median(taken),
        p95=taken[int(0.95 * len(taken))],
    )
