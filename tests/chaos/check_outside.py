"""The checker's reading of the others: the engine's histories and the registers' own lists."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowExecutionStatus

import banjian.worker
from activities.register_calls import INQUIRIES
from banjian.compose import Core
from registers.errands import BAD, GOOD
from tests.chaos.check_records import rows
from tests.chaos.report import Report

# Whoever serves cases declares their questions.
assert banjian.worker

# What people did at a register, departments' officers included; ours are the rest.
BY_PEOPLE = frozenset({"confirmed", "failed", "signed", "refused", "expired"}) | GOOD | BAD
UPKEEP = ("banjian-",)
# Answers still on their way. One that its closed case clearly refused, because it no longer waits for it (withdrawn a moment
# before), goes on being sent, and is nobody's.
UNDELIVERED = """
SELECT k.id, k.register, k.last_status FROM twins.callbacks AS k
LEFT JOIN effects AS e ON e.request_id = convert_from(k.body, 'UTF8')::jsonb ->> 'request_id'
LEFT JOIN cases AS c ON c.case_id = e.case_id
WHERE k.delivered_at IS NULL
AND NOT coalesce(c.closed_at IS NOT NULL AND e.state <> 'waiting' AND k.last_status = '409', false)
"""
# workflow.now() is a float of seconds inside. Within a task it moves on with its local activities.
ROUNDING = timedelta(microseconds=5)


class CaseHistory:
    """What the engine knows of one case: its completed workflow tasks and its accepted updates."""

    def __init__(self) -> None:
        self.tasks: dict[str, list[tuple[datetime, datetime]]] = {}
        self.updates: Counter[str] = Counter()

    def completed(self, run_id: str, at: datetime) -> bool:
        """Whether a completed task of the run was at work at this instant."""
        return any(
            begin - ROUNDING <= at <= end + ROUNDING for begin, end in self.tasks.get(run_id, ())
        )


def _instant(event: HistoryEvent) -> datetime:
    return event.event_time.ToDatetime(tzinfo=UTC)


async def histories(engine: Client, report: Report) -> dict[str, CaseHistory]:
    """All cases by workflow id; reports what did not end well."""
    found: dict[str, CaseHistory] = {}
    async for execution in engine.list_workflows():
        if execution.id.startswith(UPKEEP):
            continue
        if execution.status is WorkflowExecutionStatus.RUNNING:
            report.broken("no_stuck_case", f"workflow {execution.id} still runs")
        elif execution.status not in (
            WorkflowExecutionStatus.COMPLETED,
            WorkflowExecutionStatus.CONTINUED_AS_NEW,
        ):
            report.broken("no_lost_case", f"workflow {execution.id}: {execution.status}")
        known = found.setdefault(execution.id, CaseHistory())
        handle = engine.get_workflow_handle(execution.id, run_id=execution.run_id)
        started: dict[int, datetime] = {}
        tasks = known.tasks.setdefault(execution.run_id, [])
        async for event in handle.fetch_history_events():
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                started[event.event_id] = _instant(event)
            elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                done = event.workflow_task_completed_event_attributes
                tasks.append((started[done.started_event_id], _instant(event)))
            elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                accepted = event.workflow_execution_update_accepted_event_attributes
                known.updates[accepted.accepted_request.meta.update_id] += 1
    return found


async def check_engine(core: Core, engine: Client, report: Report) -> None:
    """One workflow per case; events only of completed tasks; every applied act an accepted update."""
    known = await histories(engine, report)
    report.counts["workflow tasks"] = sum(len(t) for h in known.values() for t in h.tasks.values())
    async with core.engine.connect() as connection:
        events = await rows(
            connection, "SELECT case_id, revision, kind, run_id, task_at FROM case_events"
        )
        lost = await rows(
            connection,
            "SELECT s.case_id, s.revision, s.run_id, s.task_at, e.task_at AS later"
            " FROM superseded_events s LEFT JOIN case_events e USING (case_id, revision)",
        )
        acts = await rows(connection, "SELECT id, case_id, kind, state FROM acts")
    ids = {str(e.case_id) for e in events}
    for case_id in ids ^ known.keys():
        side = "workflow" if case_id in ids else "record"
        report.broken("no_lost_case", f"case {case_id} has no {side}")
    for event in events:
        history = known.get(str(event.case_id))
        if history is not None and not history.completed(event.run_id, event.task_at):
            report.broken(
                "fence", f"{event.case_id} r{event.revision} {event.kind}: its task was lost"
            )
    report.counts["superseded events"] = len(lost)
    for row in lost:
        where = f"{row.case_id} r{row.revision}"
        history = known.get(str(row.case_id))
        if history is not None and history.completed(row.run_id, row.task_at):
            report.broken("fence", f"{where}: superseded, but its task was completed")
        later = row.later is not None and row.later > row.task_at
        report.expect("fence", later, f"{where}: superseded by nothing later")
    for act in acts:
        if act.kind != "open" and act.state == "applied":
            history = known.get(str(act.case_id))
            times = history.updates[str(act.id)] if history else 0
            report.expect(
                "acts_applied_once",
                times == 1,
                f"{act.kind} {act.id}: {times} updates in the engine",
            )


async def all_effects(twins: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        after = found[-1]["id"] if found else 0
        answer = await twins.get("/admin/effects", params={"after": after, "limit": 5000})
        answer.raise_for_status()
        page = answer.json()
        if not page:
            return found
        found += page


async def check_registers(core: Core, twins: httpx.AsyncClient, report: Report) -> None:
    """Our effects and the registers', by key; what people did there once each; codes as told."""
    bad = "no_double_effect"
    theirs = await all_effects(twins)
    report.counts["effects"] = len(theirs)
    async with core.engine.connect() as connection:
        ours = await rows(connection, "SELECT * FROM effects")
        undelivered = await rows(connection, UNDELIVERED)
        told = {
            str(r.case_id): r.uscc
            for r in await rows(connection, "SELECT case_id, numbers->>'uscc' AS uscc FROM cases")
        }
    report.counts["attempts at registers"] = sum(row.attempts for row in ours)
    done = {
        (e["register"], e["key"]): e["request_hash"]
        for e in theirs
        if e["operation"] not in BY_PEOPLE
    }
    times = Counter((e["register"], e["key"], e["operation"] in BY_PEOPLE) for e in theirs)
    for (register, key, _), count in times.items():
        report.expect(bad, count == 1, f"{register} {key}: {count} times")
    # A question that met a register that was away has a row here (`RegisterActivities`), and changes nothing there.
    effects = [r for r in ours if r.state != "refused" and r.kind not in INQUIRIES]
    wanted = {(r.register_name, r.request_id): r.request_hash for r in effects}
    for register, key in done.keys() - wanted.keys():
        report.broken(bad, f"{register} {key}: done there, unknown here")
    for register, key in wanted.keys() - done.keys():
        report.broken(bad, f"{register} {key}: recorded here, never done there")
    for both in done.keys() & wanted.keys():
        report.expect(bad, done[both] == wanted[both], f"{both[0]} {both[1]}: another request")
    entered = Counter(
        e["case_ref"] for e in theirs if "uscc" in e["result"] and e["register"] == "market"
    )
    for case_id, count in entered.items():
        report.expect(bad, count == 1, f"case {case_id}: registered {count} times")
    for effect in theirs:
        if effect["register"] == "market" and "uscc" in effect["result"]:
            same = told.get(effect["case_ref"]) == effect["result"]["uscc"]
            report.expect(bad, same, f"case {effect['case_ref']}: another USCC than the register's")
    errands = (await twins.get("/admin/desk-errands", params={"register": "departments"})).json()
    report.counts["errands at departments"] = len(errands)
    for (case_id, errand), count in Counter((e["case_ref"], e["errand"]) for e in errands).items():
        report.expect(bad, count == 1, f"case {case_id}: {errand} asked for {count} times")
    for row in undelivered:
        said = f"callback {row.id} of {row.register}: last answered {row.last_status}"
        report.broken("no_stuck_case", said)
