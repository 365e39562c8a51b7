"""The inspector as JSON: `GET /api/v1/admin/cases/{number}/history`."""

from datetime import datetime
from typing import Any

from api.engine_record import EngineRecord
from api.masking import masked_text, masked_tree
from api.views.inspection import Inspection
from api.views.waiting import call_name
from domain.contracts import CaseEvent
from law.zone import local
from storage.chain import SCHEMA
from storage.tables import ActRow, EffectRow


def instant(moment: datetime | None) -> str | None:
    return local(moment).isoformat() if moment is not None else None


def event_json(event: CaseEvent, digest: str) -> dict[str, Any]:
    return {
        "revision": event.revision,
        "kind": event.kind,
        "at": instant(event.at),
        "processed_at": instant(event.processed_at),
        "actor": event.actor.person_id,
        "act_id": event.act_id,
        "hash": digest,
        "data": masked_tree(event.data),
    }


def effect_json(effect: EffectRow, answer: Any) -> dict[str, Any]:
    """A call outside: its intent, and its result where it has one (masked)."""
    return {
        "kind": effect.kind,
        "seq": effect.seq,
        "register": effect.register_name,
        "request_id": effect.request_id,
        "request_hash": effect.request_hash,
        "state": effect.state,
        "attempts": effect.attempts,
        "last_error": masked_text(effect.last_error),
        "intent_at": instant(effect.intent_at),
        "finished_at": instant(effect.finished_at),
        "answer": answer,
    }


def act_json(act: ActRow) -> dict[str, Any]:
    return {
        "act_id": str(act.id),
        "kind": act.kind,
        "state": act.state,
        "actor": act.actor_id,
        "received_at": instant(act.received_at),
        "attempts": act.attempts,
        "sent_at": instant(act.sent_at),
        "refusal": act.refusal,
    }


def versions_json(seen: Inspection) -> dict[str, Any]:
    """Everything that decides how this case is carried on, each by its version."""
    case, engine = seen.view.case, seen.engine
    return {
        "procedure": case.procedure,
        "table": case.table_version,
        "catalogue": case.catalogue_version,
        "law_edition": case.law_edition,
        "calendars": seen.calendars,
        "event_schema": SCHEMA,
        "sdk": engine.code.sdk if engine else "",
        "build_id": engine.code.build_id if engine else "",
        "worker": engine.code.worker if engine else "",
    }


def engine_json(seen: Inspection, engine: EngineRecord) -> dict[str, Any]:
    """What is still open at the engine. Its instants are the engine's own; `offset_seconds` is a story's."""
    task = engine.task
    timers = []
    for timer in engine.timers:
        guard = seen.guard_of(timer)
        timers.append(
            {
                "event_id": timer.event_id,
                "clock": guard.clock,
                "rung": timer.summary.partition(" ")[2],
                "guards": " · ".join(p for p in (guard.name, guard.rung) if p),
                "due_at": instant(timer.fires_at + engine.offset),
                "legal_at": instant(guard.at),
                "idle": guard.idle,
            }
        )
    return {
        "source": engine.source,
        "reason": engine.reason,
        "status": engine.status,
        "run_id": engine.run_id,
        "previous_run_id": engine.previous_run,
        "next_run_id": engine.next_run,
        "task_queue": engine.queue,
        "events": engine.total,
        "size_bytes": engine.size,
        "offset_seconds": engine.offset.total_seconds(),
        "timers": timers,
        "pending_activities": [
            {
                "activity_id": call.activity_id,
                "type": call.name,
                "summary": call.summary,
                "what": call_name(call),
                "state": "running" if call.running else "waiting",
                "attempt": call.attempt,
                "scheduled_at": instant(call.scheduled_at),
                "started_at": instant(call.started_at),
                "next_attempt_at": instant(call.next_attempt_at),
                "given_up_at": instant(call.given_up_at),
                "last_error": masked_text(call.last_error),
                "last_worker": call.last_worker,
            }
            for call in engine.calls
        ],
        "pending_updates": [
            {"act_id": update.act_id, "accepted_at": instant(update.accepted_at)}
            for update in engine.updates
        ],
        "workflow_task": {
            "attempt": task.attempt,
            "started": task.started,
            "scheduled_at": instant(task.scheduled_at),
            "last_error": masked_text(task.last_error),
        }
        if task is not None
        else None,
    }


def history_json(
    seen: Inspection, events: list[CaseEvent], next_cursor: str | None
) -> dict[str, Any]:
    """The whole answer; `events` and the engine's events are one page of each."""
    engine = seen.engine
    assert engine is not None, "REST always asks the engine"
    return {
        "case_id": str(seen.view.case.case_id),
        "number": seen.view.case.receipt_no,
        "why_waiting": seen.why,
        "erased": seen.erased,
        "verification": seen.verdict.to_json(),
        "versions": versions_json(seen),
        "clocks": [clock.to_json() for clock in seen.view.clocks],
        "events": [event_json(e, seen.hashes.get(e.revision, "")) for e in events],
        "superseded_events": seen.superseded,
        "superseded": [
            {
                "revision": lost.revision,
                "kind": lost.kind,
                "hash": bytes(lost.hash).hex(),
                "run_id": lost.run_id,
                "task_at": instant(lost.task_at),
                "superseded_at": instant(lost.superseded_at),
            }
            for lost in seen.superseded_events
        ],
        "effects": [effect_json(e, seen.answers.get((e.kind, e.seq))) for e in seen.effects],
        "acts_outside": [act_json(act) for act in seen.acts],
        "accesses": [
            {
                "at": instant(access.at),
                "person_id": access.person_id,
                "name": access.name,
                "what": access.what,
            }
            for access in seen.accesses
        ],
        "engine": engine_json(seen, engine),
        "engine_history": masked_tree(engine.events),
        "next_cursor": next_cursor,
    }
