"""What is found after the sixty days: read model, events, acts, and the engine's own list of what runs."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from temporalio.api.filter.v1 import StartTimeFilter
from temporalio.api.workflowservice.v1 import ListOpenWorkflowExecutionsRequest

from banjian.player.stage import Stage
from domain.contracts import CaseEvent
from storage.projector import stored_events

TOLD = {
    "promise": "every promise is kept, kept after an extension, or broken with a person's action; or its term goes on",
    "notice": "every notice is on the board for its period exactly, or until it is stopped",
    "orphan": "no task, clock, notice or workflow outlives its case or its stage, and no open case is without a workflow",
    "fired": "no rung of a clock fired early, late or twice, and every end is that of the second reading",
    "acts": "every act has its answer",
    "rebuild": "the read model equals a rebuild from the events",
    "chain": "every case's chain verifies",
    "played": "everybody could do what the law lets them do, and nothing else",
}
"""What must hold, by name."""
SHOWN = 8


@dataclass
class Findings:
    """What does not hold, by name, and how much was looked at."""

    wrong: dict[str, list[str]] = field(default_factory=lambda: {name: [] for name in TOLD})
    counts: Counter[str] = field(default_factory=Counter)

    def expect(self, name: str, holds: object, what: str) -> None:
        if not holds:
            self.wrong[name].append(what)

    @property
    def faults(self) -> int:
        return sum(len(found) for found in self.wrong.values())

    def lines(self) -> Iterator[str]:
        """One line of each, with the first that are wrong below it, then the counts."""
        for name, told in TOLD.items():
            found = self.wrong[name]
            yield f"  {'BROKEN' if found else 'ok    '} {name}: {told}"
            yield from (f"           - {what}" for what in found[:SHOWN])
            if len(found) > SHOWN:
                yield f"           - and {len(found) - SHOWN} more"
        yield ", ".join(f"{count} {what}" for what, count in sorted(self.counts.items()))


@dataclass(frozen=True)
class Evidence:
    """Rows by case where there are several of a case.

    Attributes:
        now: SQL's instant.
        running: ids of the workflows that the engine holds open.
    """

    now: datetime
    cases: dict[str, Any]
    tasks: list[Any]
    clocks: list[Any]
    promises: list[Any]
    notices: list[Any]
    acts: list[Any]
    events: dict[str, list[CaseEvent]]
    running: frozenset[str]
    people: frozenset[str]
    twice: list[Any]


async def rows(on: Stage, sql: str) -> list[Any]:
    async with on.core.engine.connect() as connection:
        return list((await connection.execute(text(sql))).all())


async def gathered(on: Stage) -> Evidence:
    """Asked of the database and of the engine, which knows nothing of each other."""
    cases = {str(row.case_id): row for row in await rows(on, "SELECT * FROM cases")}
    return Evidence(
        now=await on.now(),
        cases=cases,
        tasks=await rows(on, "SELECT * FROM tasks WHERE state = 'open'"),
        clocks=await rows(on, "SELECT * FROM clocks"),
        promises=await rows(on, "SELECT * FROM promises"),
        notices=await rows(on, "SELECT * FROM public_notices"),
        acts=await rows(on, "SELECT id, case_id, kind, state FROM acts"),
        events={case: await _events(on, case) for case in cases},
        running=frozenset([ident async for ident in _running(on)]),
        people=frozenset(str(row.id) for row in await rows(on, "SELECT id FROM accounts")),
        twice=await rows(
            on,
            "SELECT case_id, recipient, kind, at, text, count(*) AS times FROM messages"
            " GROUP BY case_id, recipient, kind, at, text HAVING count(*) > 1",
        ),
    )


async def _events(on: Stage, case: str) -> list[CaseEvent]:
    cipher = await on.core.keys.cipher(UUID(case))
    async with on.core.engine.connect() as connection:
        return await stored_events(connection, UUID(case), cipher)


async def _running(on: Stage) -> Any:
    """The engine's list of open workflows. (Its test server has no other.)"""
    asked = ListOpenWorkflowExecutionsRequest(
        namespace=on.client.namespace,
        maximum_page_size=1000,
        start_time_filter=StartTimeFilter(),
    )
    while True:
        answer = await on.client.workflow_service.list_open_workflow_executions(asked)
        for found in answer.executions:
            yield found.execution.workflow_id
        if not answer.next_page_token:
            return
        asked.next_page_token = answer.next_page_token
