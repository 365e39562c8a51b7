"""The inspector's page: pages of both histories, what is open, and the versions, as the template draws them."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fastapi import Request

from api import dates
from api.engine_record import PAGE, EngineRecord
from api.i18n import gettext as _
from api.i18n import mark
from api.masking import masked_text
from api.views import words
from api.views.engine_lines import EngineLine, engine_lines
from api.views.inspection import RUNGS, Inspection
from api.views.timeline import Line
from api.views.waiting import call_name
from domain.refusals import MESSAGES, Refusal
from law.zone import local
from storage.chain import SCHEMA
from storage.inspection import ENGINE_HISTORY, RECORD
from storage.tables import EffectRow

EFFECT_STATES: Final[dict[str, tuple[str, str]]] = {
    "intent": (mark("在请求"), "warn"),
    "waiting": (mark("等答复"), "half"),
    "done": (mark("已完成"), "ok"),
    "refused": (mark("被拒绝"), "bad"),
}
ACTS: Final[dict[str, str]] = {
    "open": mark("提交申请"),
    "resubmit": mark("补正后重新提交"),
    "withdraw": mark("撤回申请"),
    "complete": mark("办理任务"),
    "reassign": mark("转办任务"),
    "request_extension": mark("申请延期"),
    "explain_overrun": mark("说明超时原因"),
    "callback": mark("外部系统的答复"),
    "clock_due": mark("期限到点"),
    "related_ended": mark("关联办件的结果"),
}
READINGS: Final[dict[str, str]] = {
    ENGINE_HISTORY: mark("本页和引擎历史"),
    RECORD: mark("本页"),
}
STATUSES: Final[dict[str, str]] = {
    "running": mark("运行中"),
    "completed": mark("已完成"),
    "failed": mark("失败"),
    "canceled": mark("已取消"),
    "terminated": mark("被终止"),
    "continued_as_new": mark("已换新一段历史"),
    "timed_out": mark("超时"),
}
GONE: Final[dict[str, str]] = {
    "erased": mark("这个办件的密钥已依法销毁，随档案保存的引擎历史不能再读。"),
    "not_kept": mark("引擎里没有这段历史，档案里也还没有它的副本。"),
}


@dataclass(frozen=True)
class Shown:
    """One page of a history with the addresses of its neighbours."""

    lines: list[Any]
    range: str
    newer: str
    older: str


def _address(request: Request, **params: object) -> str:
    """This page with other places; None drops one."""
    url = request.url.remove_query_params(list(params))
    url = url.include_query_params(**{k: v for k, v in params.items() if v is not None})
    return f"{url.path}?{url.query}" if url.query else url.path


def our_page(request: Request, seen: Inspection, before: int | None) -> Shown:
    """Our events."""
    story: list[Line] = seen.story(before, PAGE)
    first = story[-1].revision if story else 0
    return Shown(
        lines=story,
        range=_("第 %(a)s–%(b)s 条，共 %(n)s 条")
        % {"a": first, "b": story[0].revision, "n": len(seen.events)}
        if story
        else "",
        newer=_address(request, before=None) if before is not None else "",
        older=_address(request, before=first) if first > 1 else "",
    )


@dataclass(frozen=True)
class EnginePage:
    """The engine's side: a page of its history, or in words why there is none."""

    record: EngineRecord
    shown: Shown
    said: str
    status: str
    earlier_run: str
    later_run: str


def engine_page(request: Request, seen: Inspection) -> EnginePage:
    record = seen.engine
    assert record is not None, "only for readers of the engine's history"
    lines: list[EngineLine] = engine_lines(record, seen.revisions) if record.read else []
    asked = request.query_params.get("engine_before")
    range_text = ""
    if record.events:
        range_text = _("第 %(a)s–%(b)s 个事件，共 %(n)s 个") % {
            "a": record.first,
            "b": record.last,
            "n": record.total,
        }

    def of_run(run_id: str) -> str:
        return _address(request, run=run_id, engine_before=None) if run_id else ""

    return EnginePage(
        record=record,
        shown=Shown(
            lines=lines,
            range=range_text,
            newer=_address(request, engine_before=None) if asked else "",
            older=_address(request, engine_before=record.first) if record.first > 1 else "",
        ),
        said=_said(record),
        status=words.known(STATUSES.get(record.status, record.status)),
        earlier_run=of_run(record.previous_run),
        later_run=of_run(record.next_run),
    )


def _said(record: EngineRecord) -> str:
    """Where the history is from when it is not the engine's own; why there is none."""
    if record.source == "away":
        return _("引擎联系不上（%(reason)s）。下面是我们自己的记录，它不依赖引擎。") % {
            "reason": record.reason
        }
    if record.source == "gone":
        return words.known(GONE.get(record.reason, record.reason))
    if record.source == "archive":
        return _("引擎已经不再保存这段历史；这里是办结时随档案保存的副本。")
    return ""


def _moment(moment: datetime | None, record: EngineRecord) -> str:
    return dates.second_text(local(moment + record.offset)) if moment is not None else ""


def open_things(seen: Inspection) -> dict[str, Any]:
    """Clocks, timers, calls, acts and updates under way, and calls outside with their results."""
    return {
        "clocks": [_clock(clock) for clock in seen.view.clocks if clock.running],
        **_at_engine(seen),
        "effects": [_effect(e, seen.answers.get((e.kind, e.seq))) for e in seen.effects[::-1]],
        "acts": [
            {
                "id": str(act.id),
                "what": words.known(ACTS.get(act.kind, act.kind)),
                "at": act.received_at,
                "refused": act.state == "refused",
                "attempts": act.attempts,
                "sent_at": act.sent_at,
                "why": words.known(MESSAGES[Refusal(act.refusal)])
                if act.refusal in set(Refusal)
                else "",
            }
            for act in seen.acts[::-1]
        ],
        "superseded": seen.superseded_events,
        "accesses": [
            {
                "at": a.at,
                "who": a.name or a.person_id,
                "what": words.known(READINGS.get(a.what, a.what)),
            }
            for a in seen.accesses
        ],
    }


def _at_engine(seen: Inspection) -> dict[str, Any]:
    record = seen.engine
    if record is None:
        return {"timers": [], "calls": [], "updates": [], "task": None}
    kinds = {str(act.id): act.kind for act in seen.acts}
    task = record.task
    return {
        "timers": [
            {"guard": seen.guard_of(t), "due": _moment(t.fires_at, record), "event": t.event_id}
            for t in record.timers
        ],
        "calls": [
            {
                "what": call_name(call),
                "name": call.name,
                "summary": call.summary,
                "running": call.running,
                "attempt": call.attempt,
                "next": _moment(call.next_attempt_at, record),
                "since": _moment(call.started_at or call.scheduled_at, record),
                "error": masked_text(call.last_error),
                "worker": call.last_worker,
            }
            for call in record.calls
        ],
        "updates": [
            {
                "id": update.act_id,
                "what": words.known(ACTS.get(kinds.get(update.act_id, ""), _("操作"))),
                "at": _moment(update.accepted_at, record),
            }
            for update in record.updates
        ],
        "task": {
            "attempt": task.attempt,
            "error": masked_text(task.last_error),
            "stuck": record.stuck,
        }
        if task is not None
        else None,
    }


def _clock(clock: Any) -> dict[str, Any]:
    rung = clock.row.next_rung
    return {
        "key": clock.row.key,
        "name": clock.name,
        "end": clock.end_text,
        "address": clock.address,
        "light": clock.light,
        "rung": words.known(RUNGS.get(rung or "", rung or "")),
        "rung_at": clock.row.next_rung_at,
    }


def _effect(effect: EffectRow, answer: Any) -> dict[str, Any]:
    """A call outside: what was intended when, and what came of it."""
    state, kind = EFFECT_STATES.get(effect.state, (effect.state, ""))
    return {
        "what": words.effect_name(effect.kind),
        "seq": effect.seq,
        "register": words.register_name(effect.register_name),
        "request_id": effect.request_id,
        "state": words.known(state),
        "tag": kind,
        "attempts": effect.attempts,
        "last_error": masked_text(effect.last_error),
        "intent_at": effect.intent_at,
        "finished_at": effect.finished_at,
        "answer": json.dumps(answer, ensure_ascii=False, indent=1) if answer else "",
    }


def versions(seen: Inspection) -> list[tuple[str, str]]:
    """Everything that decides how this case is carried on, each by its version."""
    case, engine = seen.view.case, seen.engine
    found = [
        (_("流程表"), f"{case.procedure} {case.table_version}"),
        (_("事项目录"), case.catalogue_version),
        (_("法规版本"), case.law_edition),
        (_("日历版本"), _editions(seen.calendars)),
        (_("事件格式"), str(SCHEMA)),
    ]
    if engine is not None and engine.read:
        found += [
            (_("程序构建号"), engine.code.build_id),
            (_("引擎开发包"), engine.code.sdk),
            (_("最近的工作进程"), engine.code.worker),
            (_("运行编号"), engine.run_id),
        ]
    return [(name, value) for name, value in found if value]


def _editions(pins: list[str]) -> str:
    """All of a few; of many, one per year, the first and the last."""
    if len(pins) <= 4:
        return _("、").join(pins)
    return _("%(first)s 至 %(last)s，%(n)s 份") % {
        "first": min(pins),
        "last": max(pins),
        "n": len(pins),
    }
