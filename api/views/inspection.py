"""The inspector (C2): why a case waits, our events beside the engine's, calls, clocks, and the proof."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from api import dates
from api.i18n import gettext as _
from api.i18n import mark
from api.views import words
from api.views.cases import CaseView
from law.ladder import RungKind
from law.zone import local
from storage.tables import EffectRow

# The engine's steps in words; the rest keep their own names.
STEPS: Final[dict[str, str]] = {
    "WORKFLOW_EXECUTION_STARTED": mark("工作流启动"),
    "WORKFLOW_EXECUTION_COMPLETED": mark("工作流完成"),
    "WORKFLOW_EXECUTION_FAILED": mark("工作流失败"),
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW": mark("换新一段历史"),
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": mark("操作已受理"),
    "WORKFLOW_EXECUTION_UPDATE_COMPLETED": mark("操作已完成"),
    "WORKFLOW_TASK_COMPLETED": mark("工作流任务完成"),
    "WORKFLOW_TASK_FAILED": mark("工作流任务失败"),
    "WORKFLOW_TASK_TIMED_OUT": mark("工作流任务超时"),
    "ACTIVITY_TASK_SCHEDULED": mark("活动排队"),
    "ACTIVITY_TASK_COMPLETED": mark("活动完成"),
    "ACTIVITY_TASK_FAILED": mark("活动失败"),
    "ACTIVITY_TASK_TIMED_OUT": mark("活动超时"),
    "ACTIVITY_TASK_CANCEL_REQUESTED": mark("活动请求取消"),
    "ACTIVITY_TASK_CANCELED": mark("活动已取消"),
    "TIMER_STARTED": mark("计时器启动"),
    "TIMER_FIRED": mark("计时器到时"),
    "TIMER_CANCELED": mark("计时器取消"),
    "MARKER_RECORDED": mark("本地活动记录"),
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": mark("更新检索属性"),
}
RUNGS: Final[dict[str, str]] = {
    RungKind.REMINDER.value: mark("提醒承办人"),
    RungKind.AMBER.value: mark("当天提醒窗口负责人"),
    RungKind.OVERDUE_L1.value: mark("超期一级，报股室负责人"),
    RungKind.OVERDUE_L2.value: mark("超期二级，报登记机关负责人"),
    RungKind.OVERDUE_L3.value: mark("超期三级，报局负责人并登记问责"),
    RungKind.EXPIRY.value: mark("届满"),
}
EFFECT_STATES: Final[dict[str, tuple[str, str]]] = {
    "intent": (mark("在请求"), "warn"),
    "waiting": (mark("等答复"), "half"),
    "done": (mark("已完成"), "ok"),
    "refused": (mark("被拒绝"), "bad"),
}
# Told by the step that follows them.
QUIET: Final = frozenset(
    {"WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "ACTIVITY_TASK_STARTED"}
)
PREFIX: Final = "EVENT_TYPE_"


@dataclass(frozen=True)
class EngineLine:
    """One event of the engine. `revision` is our event that the same act made, 0 for none."""

    number: str
    at: str
    what: str
    detail: str
    revision: int


def _attributes(event: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, value in event.items():
        if name.endswith("EventAttributes") and isinstance(value, Mapping):
            return value
    return {}


def _name(value: Any) -> str:
    return str(value.get("name", "")) if isinstance(value, Mapping) else ""


def _detail(attributes: Mapping[str, Any]) -> tuple[str, str]:
    """What the step is about, and the act's id where it is one's."""
    act = ""
    meta = attributes.get("meta")
    if isinstance(meta, Mapping):
        act = str(meta.get("updateId", ""))
    request = attributes.get("acceptedRequest")
    if isinstance(request, Mapping):
        act = str(request.get("meta", {}).get("updateId", "")) or act
    parts = [
        _name(attributes.get("workflowType")) or _name(attributes.get("activityType")),
        _name(attributes.get("taskQueue")),
        str(attributes.get("markerName", "")),
        str(attributes.get("startToFireTimeout", "")),
    ]
    failure = attributes.get("failure") or attributes.get("lastFailure")
    if isinstance(failure, Mapping):
        parts.append(str(failure.get("message", ""))[:200])
    attempt = attributes.get("attempt")
    if isinstance(attempt, int) and attempt > 1:
        parts.append(_("第 %(n)s 次") % {"n": attempt})
    return " · ".join(p for p in parts if p), act


def engine_lines(
    history: list[dict[str, object]], revisions: Mapping[str, int]
) -> list[EngineLine]:
    """The engine's history, newest first; `revisions` maps an act's id to our revision."""
    found = []
    for event in reversed(history):
        kind = str(event.get("eventType", "")).removeprefix(PREFIX)
        if kind in QUIET:
            continue
        detail, act = _detail(_attributes(event))
        found.append(
            EngineLine(
                number=str(event.get("eventId", "")),
                at=_instant(str(event.get("eventTime", ""))),
                what=words.known(STEPS.get(kind, kind)),
                detail=detail,
                revision=revisions.get(act, 0),
            )
        )
    return found


def _instant(text: str) -> str:
    """The engine's own clock: nanoseconds are cut, a story's offset is not added."""
    try:
        # Python reads six digits of a second, the engine writes nine.
        head, _dot, rest = text.rstrip("Z").partition(".")
        moment = datetime.fromisoformat(f"{head}.{(rest + '000000')[:6]}+00:00")
    except ValueError:
        return text
    return dates.second_text(local(moment))


def why_waiting(view: CaseView, effects: list[EffectRow]) -> str:
    """One sentence: what the case waits for, whether that is normal, and what else keeps failing."""
    if view.case.closed_at is not None:
        return _("办件已办结，不再等待。")
    said = view.ball.sentence
    broken = [e for e in effects if e.last_error and e.state in {"intent", "waiting"}]
    if view.overdue_text:
        said += _("；已经超期")
    elif not broken:
        said += _("；这是正常等待")
    for effect in broken:
        said += _("。另外，%(what)s（%(register)s）没有成功，已试 %(n)s 次，系统在自动重试") % {
            "what": words.effect_name(effect.kind),
            "register": words.register_name(effect.register_name),
            "n": effect.attempts,
        }
    return said + _("。")


def timers(view: CaseView) -> list[dict[str, Any]]:
    """Running clocks: when they end, and what the next rung does."""
    found = []
    for clock in view.clocks:
        if not clock.running:
            continue
        rung = clock.row.next_rung
        found.append(
            {
                "key": clock.row.key,
                "name": clock.name,
                "end": clock.end_text,
                "light": clock.light,
                "rung": words.known(RUNGS.get(rung or "", rung or "")),
                "rung_at": clock.row.next_rung_at,
            }
        )
    return found


def calls(effects: list[EffectRow]) -> list[dict[str, Any]]:
    """Calls outside with their last error, newest first."""
    found = []
    for effect in reversed(effects):
        state, kind = EFFECT_STATES.get(effect.state, (effect.state, ""))
        found.append(
            {
                "what": words.effect_name(effect.kind),
                "seq": effect.seq,
                "register": words.register_name(effect.register_name),
                "request_id": effect.request_id,
                "state": words.known(state),
                "tag": kind,
                "attempts": effect.attempts,
                "last_error": effect.last_error,
                "at": effect.finished_at or effect.intent_at,
            }
        )
    return found
