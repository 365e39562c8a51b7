"""The engine's history in words: one line per event, its payloads opened and masked below it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from api import dates
from api.engine_record import EngineRecord
from api.i18n import gettext as _
from api.i18n import mark
from api.masking import masked_text, masked_tree
from api.views import words
from law.zone import local
from storage.opened import PAYLOAD, UNREADABLE, Unreadable

# The engine's steps in words; the rest keep their own names.
STEPS: Final[dict[str, str]] = {
    "WORKFLOW_EXECUTION_STARTED": mark("工作流启动"),
    "WORKFLOW_EXECUTION_COMPLETED": mark("工作流完成"),
    "WORKFLOW_EXECUTION_FAILED": mark("工作流失败"),
    "WORKFLOW_EXECUTION_TERMINATED": mark("工作流被终止"),
    "WORKFLOW_EXECUTION_CONTINUED_AS_NEW": mark("换新一段历史"),
    "WORKFLOW_EXECUTION_SIGNALED": mark("收到信号"),
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
UNREAD: Final[dict[str, str]] = {
    Unreadable.ERASED.value: mark("密钥已依法销毁，不能再读"),
    Unreadable.FOREIGN.value: mark("不是本系统为这个办件写的载荷，不予解读"),
    Unreadable.BROKEN.value: mark("密文被改动，无法打开"),
    Unreadable.BINARY.value: mark("二进制内容，不显示"),
}
# Told by the step that follows them.
QUIET: Final = frozenset(
    {"WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "ACTIVITY_TASK_STARTED"}
)
PREFIX: Final = "EVENT_TYPE_"
# What the SDK notes of a local activity: its name stands in the line already.
SDK_NOTE: Final = "data"
# A payload longer than this is read by the command line.
LONGEST: Final = 6000
# Names of the envelope, which say nothing of what is in it.
_ENVELOPE: Final = frozenset({"payloads", "indexedFields", "fields", "encodedAttributes"})


@dataclass(frozen=True)
class Content:
    """One payload of an event: what it is, and its text, or why there is none."""

    label: str
    text: str
    unread: str = ""


@dataclass(frozen=True)
class EngineLine:
    """One event of the engine. `revision` is our event that the same act made, 0 for none."""

    number: str
    at: str
    what: str
    detail: str
    revision: int
    contents: tuple[Content, ...] = ()


def engine_lines(record: EngineRecord, revisions: Mapping[str, int]) -> list[EngineLine]:
    """The window's events, newest first; `revisions` maps an act's id to our revision."""
    found = []
    for event in reversed(record.events):
        kind = str(event.get("eventType", "")).removeprefix(PREFIX)
        if kind in QUIET:
            continue
        attributes = attributes_of(event)
        detail, act = _detail(attributes, _summary(event), record.names)
        if (length := attributes.get("startToFireTimeout")) is not None:
            detail = " · ".join(p for p in (detail, _fires(event, str(length), record.offset)) if p)
        found.append(
            EngineLine(
                number=str(event.get("eventId", "")),
                at=_instant(str(event.get("eventTime", "")), record.offset),
                what=words.known(STEPS.get(kind, kind)),
                detail=detail,
                revision=revisions.get(act, 0),
                contents=tuple(c for c in _contents(attributes, "") if c.label != SDK_NOTE),
            )
        )
    return found


def attributes_of(event: Mapping[str, Any]) -> Mapping[str, Any]:
    for name, value in event.items():
        if name.endswith("EventAttributes") and isinstance(value, Mapping):
            return value
    return {}


def _summary(event: Mapping[str, Any]) -> str:
    """What the case wrote on a timer or an activity."""
    summary = event.get("userMetadata", {}).get("summary", {})
    return str(summary.get(PAYLOAD, "")) if isinstance(summary, Mapping) else ""


def _name(value: Any) -> str:
    return str(value.get("name", "")) if isinstance(value, Mapping) else ""


def failure_text(failure: Any) -> str:
    """A failure's message: sealed with it, or the engine's own."""
    if not isinstance(failure, Mapping):
        return ""
    sealed = failure.get("encodedAttributes")
    if isinstance(sealed, Mapping):
        if UNREADABLE in sealed:
            return words.known(UNREAD.get(str(sealed[UNREADABLE]), ""))
        said = sealed.get(PAYLOAD)
        if isinstance(said, Mapping):
            return masked_text(str(said.get("message", "")))[:300]
    return masked_text(str(failure.get("message", "")))[:300]


def _fires(event: Mapping[str, Any], length: str, offset: timedelta) -> str:
    """When a timer is due."""
    began = _moment(str(event.get("eventTime", "")))
    if began is None:
        return length
    due = began + timedelta(seconds=float(length.rstrip("s"))) + offset
    return _("到 %(time)s") % {"time": dates.second_text(local(due))}


def _local_activity(attributes: Mapping[str, Any]) -> str:
    """Which local activity a marker is of, by what the SDK noted."""
    for content in _contents(attributes.get("details"), ""):
        if content.label == SDK_NOTE and content.text.startswith("{"):
            return str(json.loads(content.text).get("activity_type", ""))
    return ""


def _detail(
    attributes: Mapping[str, Any], summary: str, names: Mapping[int, str]
) -> tuple[str, str]:
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
        summary,
        _name(attributes.get("taskQueue")),
        _local_activity(attributes) or str(attributes.get("markerName", "")),
        names.get(_begun_by(attributes), ""),
        failure_text(attributes.get("failure") or attributes.get("lastFailure")),
    ]
    attempt = attributes.get("attempt")
    if isinstance(attempt, int) and attempt > 1:
        parts.append(_("第 %(n)s 次") % {"n": attempt})
    return " · ".join(p for p in parts if p), act


def _contents(value: Any, label: str) -> Iterator[Content]:
    """Every payload below, named by the last word of its place."""
    if isinstance(value, list):
        for inner in value:
            yield from _contents(inner, label)
        return
    if not isinstance(value, Mapping):
        return
    if UNREADABLE in value:
        why = words.known(UNREAD.get(str(value[UNREADABLE]), str(value[UNREADABLE])))
        yield Content(label, "", _("%(why)s（%(n)s 字节）") % {"why": why, "n": value["bytes"]})
    elif set(value) == {PAYLOAD}:
        if value[PAYLOAD] is not None:
            yield Content(label, _spelled(value[PAYLOAD]))
    else:
        for name, inner in value.items():
            yield from _contents(inner, label if name in _ENVELOPE else str(name))


def _spelled(value: Any) -> str:
    shown = masked_tree(value)
    text = shown if isinstance(shown, str) else json.dumps(shown, ensure_ascii=False, indent=1)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _begun_by(attributes: Mapping[str, Any]) -> int:
    """The event that began an activity or a timer; a workflow task's beginnings have no name."""
    return int(attributes.get("scheduledEventId") or attributes.get("startedEventId") or 0)


def _moment(text: str) -> datetime | None:
    try:
        # Python reads six digits of a second, the engine writes nine.
        head, _dot, rest = text.rstrip("Z").partition(".")
        return datetime.fromisoformat(f"{head}.{(rest + '000000')[:6]}+00:00")
    except ValueError:
        return None


def _instant(text: str, offset: timedelta) -> str:
    """The engine's own clock in Shanghai's time, moved by a story's offset; nanoseconds are cut."""
    moment = _moment(text)
    return dates.second_text(local(moment + offset)) if moment is not None else text
