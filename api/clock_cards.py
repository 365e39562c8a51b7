"""A deadline as a card on a page: both dates, the ribbon of days, and the trace that says why.

Fed from the JSON of `law.deadlines.Deadline`, the same that the API and the letters show; nothing is counted here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Literal, NamedTuple

from api import dates
from api.i18n import counted, mark
from api.i18n import gettext as _
from law.clock_types import Ground, Unit
from law.clocks import find_clock
from law.worktime import Remaining
from law.zone import civil_date, local

LightKind = Literal["green", "amber", "red", "paused", "prov"]

# More squares than this no longer read as days: the ribbon then shows months, or years.
MAX_SQUARES: Final = 62
MARKS: Final = {
    "start": mark("起算"),
    "off": mark("不计"),
    "suspended": mark("暂停"),
    "rolled": mark("顺延"),
    "fixed": mark("到期"),
}
_RULES: Final = {
    "WD": mark("%(n)s 个工作日，当日不计入，休息日不计"),
    "CD": mark("%(n)s 日，按自然日计算，当日不计入"),
    "H": mark("%(n)s 小时，连续计算"),
    "MO": mark("%(n)s 个月，至对应日"),
    "Y": mark("%(n)s 年，至对应日"),
}
# What the trace adds to a reason, last first.
_TAILS: Final = {
    "(延长期)": mark("（延长期）"),
    ",期末不顺延": mark("，期末不顺延"),
    ",继续顺延": mark("，继续顺延"),
}
_BACKWARD: Final = mark("%(n)s 日前，向前倒算")


class Light(NamedTuple):
    """How urgent: a shape and words; the colour only repeats them."""

    kind: LightKind
    text: str


class Square(NamedTuple):
    """One square of the ribbon (a day, or a month or year of a long clock)."""

    css: str
    text: str


class Line(NamedTuple):
    """One row of the trace: a day, or a run of equal days from–to in a long one."""

    css: str
    first: date
    last: date
    number: str
    reason: str
    source: str
    today: bool


class Promised(NamedTuple):
    """The bureau's own promise (承诺期限) beside the legal limit."""

    date: date | None
    rule: str


@dataclass(frozen=True)
class ClockCard:
    """What the macro `clock` draws. `time` is 24:00, or the hour of a clock counted in hours."""

    id: str
    name: str
    light: Light
    legal_end: date
    time: str
    rule: str
    promised: Promised | None
    start: date
    squares: tuple[Square, ...]
    scale: str
    sentence: str
    lines: tuple[Line, ...]
    citation: str
    verified_label: str
    verified: bool
    note: str
    calendars: str
    provisional: bool
    paused: bool
    address: str = ""


class _Day(NamedTuple):
    day: date
    kind: str
    number: int | None
    reason: str
    source: str


def _unfolded(row: Mapping[str, Any], *, backward: bool, hours: bool) -> Iterator[_Day]:
    first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
    for offset in range((last - first).days + 1):
        day = last - timedelta(offset) if backward else first + timedelta(offset)
        number = None if hours or row["count_from"] is None else row["count_from"] + offset
        yield _Day(day, row["kind"], number, row["reason"], row["source"])


def _known(deadline: Mapping[str, Any], today: date) -> list[Mapping[str, Any]]:
    """The trace, of a clock that stands still up to today: what comes after is known to nobody."""
    rows: list[Mapping[str, Any]] = list(deadline["trace"])
    if not deadline["paused"]:
        return rows
    open_ones = [s for s in deadline["suspensions"] if s["to"] is None]
    stop = min(open_ones, key=lambda s: str(s["from"]))
    since = date.fromisoformat(stop["from"])
    kept: list[Mapping[str, Any]] = []
    for row in rows:
        first, last = date.fromisoformat(row["from"]), date.fromisoformat(row["to"])
        if row["kind"] == "start" or first < since:
            end = max(first, min(last, since - timedelta(1)))
            kept.append({**row, "to": end.isoformat()})
    counted_from = max(since, date.fromisoformat(rows[0]["to"]) + timedelta(1))
    if counted_from <= today:
        kept.append(
            {
                "from": counted_from.isoformat(),
                "to": today.isoformat(),
                "kind": "suspended",
                "count_from": None,
                "count_to": None,
                "reason": f"停止计算:{Ground(stop['ground']).label}",
                "source": "、".join(filter(None, (stop["article"], stop["paper"]))),
            }
        )
    return kept


def _css(kind: str, day: date, legal: date, today: date) -> str:
    if day == legal and kind != "start":
        return "due today" if day == today else "due"
    state = "skipped" if kind in ("off", "suspended", "rolled") else "past" if day < today else ""
    return f"{state} today".strip() if day == today else state


def _squares(days: Sequence[_Day], legal: date, today: date) -> tuple[tuple[Square, ...], str]:
    counted = [item for item in days if item.kind != "start"]
    if len(counted) <= MAX_SQUARES:
        squares = (
            Square(
                _css(d.kind, d.day, legal, today),
                str(d.number) if d.number else _("止") if d.day == legal else "",
            )
            for d in counted
        )
        return tuple(squares), ""
    by_month = len(counted) <= 31 * MAX_SQUARES
    groups: dict[str, date] = {}
    for item in counted:
        key = f"{item.day:%Y-%m}" if by_month else f"{item.day:%Y}"
        groups[key] = max(item.day, groups.get(key, item.day))
    last = list(groups)[-1]
    now = f"{today:%Y-%m}" if by_month else f"{today:%Y}"
    coarse = tuple(
        Square(
            " ".join(
                filter(
                    None,
                    (
                        "due" if key == last else "past" if end < today else "",
                        "today" if key == now else "",
                    ),
                )
            ),
            str(int(key[-2:])) if by_month else key[-2:],
        )
        for key, end in groups.items()
    )
    return coarse, _("每格一个月") if by_month else _("每格一年")


def _lines(
    trace: Sequence[Mapping[str, Any]], days: Sequence[_Day], legal: date, today: date
) -> tuple[Line, ...]:
    if len(days) <= MAX_SQUARES:
        return tuple(
            _line(d.day, d.day, d.kind, d.number, d.number, d.reason, d.source, legal, today)
            for d in days
        )
    return tuple(
        _line(
            date.fromisoformat(row["from"]),
            date.fromisoformat(row["to"]),
            row["kind"],
            row["count_from"],
            row["count_to"],
            row["reason"],
            row["source"],
            legal,
            today,
        )
        for row in trace
    )


def _line(
    first: date,
    last: date,
    kind: str,
    count_from: int | None,
    count_to: int | None,
    reason: str,
    source: str,
    legal: date,
    today: date,
) -> Line:
    if count_from is None:
        count = _(MARKS[kind]) if kind in MARKS else ""
    elif count_from == count_to:
        count = _("第 %(n)s 日") % {"n": count_from}
    else:
        count = _("第 %(a)s–%(b)s 日") % {"a": count_from, "b": count_to}
    here = first <= today <= last
    ends = first <= legal <= last and kind != "start"
    quiet = kind in ("start", "off", "suspended", "rolled")
    css = "end" if ends else "today" if here else "skip-day" if quiet else ""
    return Line(css, first, last, count, reason_text(reason), source, here)


def reason_text(reason: str) -> str:
    """A day's reason in the reader's language; what the trace puts together is translated in its parts."""
    said, more = reason, ""
    for tail, text in _TAILS.items():
        if said.endswith(tail):
            said, more = said.removesuffix(tail), _(text) + more
    head, colon, ground = said.partition(":")
    if colon and head == "停止计算":
        return _("停止计算：%(ground)s") % {"ground": _(ground)} + more
    return _(said) + more


def _rule(deadline: Mapping[str, Any]) -> str:
    length, unit = deadline["length"], deadline["unit"]
    if length is None or unit not in _RULES:
        return _("法律规定的固定日期")
    if deadline["direction"] == "before":
        return counted(_BACKWARD, length)
    rule = counted(_RULES[unit], length)
    # The article has no number of its own: whose it is stands beside it.
    if set_by := find_clock(deadline["clock"]).set_by:
        rule += _("（规定为“%(set_by)s”，长度由本件确定）") % {"set_by": set_by}
    return rule + _("，已延长") if deadline["extended"] else rule


def _note(deadline: Mapping[str, Any], raw: date, legal: date) -> str:
    if deadline["paused"]:
        return _("期限已停止计算；恢复后重新得出届满日。")
    if deadline["provisional"]:
        return _("其中有年份的节假日安排还没有发布，日期为暂定，发布后重算并通知您。")
    if raw != legal:
        return _("计算期满日 %(raw)s 是休息日，顺延到 %(legal)s。") % {
            "raw": dates.day_text(raw),
            "legal": dates.day_text(legal),
        }
    if deadline["unit"] == Unit.H.value:
        return _("按小时计算的期限，夜间和节假日不停，不顺延。")
    return _("期满日不需要顺延。")


def _sentence(
    name: str,
    start: date,
    legal: date,
    today: date,
    days: Sequence[_Day],
    *,
    backward: bool,
    paused: bool,
) -> str:
    """The ribbon aloud."""
    parts = [
        _("%(name)s：%(start)s起算") % {"name": name, "start": dates.day_text(start)},
    ]
    numbers = {d.day: d.number for d in days if d.number}
    if numbers and not backward:
        if today in numbers:
            parts.append(
                _("今天%(day)s为第 %(n)s 日")
                % {"day": dates.short_text(today), "n": numbers[today]}
            )
        if not paused:
            parts.append(counted("共 %(n)s 日", max(numbers.values())))
    if paused:
        parts.append(_("现已中止，没有届满日"))
        return _("，").join(parts)
    parts.append(_("%(day)s到期") % {"day": dates.day_text(legal)})
    return _("，").join(parts)


def card(
    deadline: Mapping[str, Any],
    *,
    name: str,
    now: datetime | None,
    light: Light,
    promised: Promised | None = None,
    address: str = "",
) -> ClockCard:
    """The card of one deadline.

    Args:
        deadline: `Deadline.to_json()` with its trace.
        name: the clock's name for people, already in the reader's language.
        now: app_now(); "today" is its civil day in Asia/Shanghai. None on what is read on any day (a receipt).
        light: how urgent, usually `light_of`.
        promised: the bureau's promise; None shows only the legal limit.
        address: the page that explains the date, where it is another than the one that shows the card.
    """
    today = civil_date(now) if now else date.min
    trace = _known(deadline, today)
    raw = date.fromisoformat(deadline["raw_end"])
    legal = date.fromisoformat(deadline["legal_end"])
    ends_at = datetime.fromisoformat(deadline["ends_at"])
    starts_at = datetime.fromisoformat(deadline["starts_at"])
    hours = deadline["unit"] == Unit.H.value
    backward = deadline["direction"] == "before"
    days = [day for row in trace for day in _unfolded(row, backward=backward, hours=hours)]
    # The ribbon reads from left to right, also for what is counted back.
    in_order = sorted(days, key=lambda d: d.day)
    paused = bool(deadline["paused"])
    # A clock that stands still has no last day.
    last = date.max if paused else legal
    squares, scale = _squares(in_order, last, today)
    start = civil_date(starts_at)
    return ClockCard(
        id=deadline["clock"],
        name=name,
        light=light,
        legal_end=legal,
        time=f"{local(ends_at):%H:%M}" if hours else "24:00",
        rule=_rule(deadline),
        promised=promised,
        start=in_order[0].day if in_order else start,
        squares=squares,
        scale=scale,
        sentence=_sentence(name, start, legal, today, days, backward=backward, paused=paused),
        lines=_lines(trace, days, last, today),
        citation=deadline["citation"],
        verified_label=deadline["verified_label"],
        verified=deadline["verified"] == "TEXT",
        note=_note(deadline, raw, legal),
        calendars="、".join(deadline["calendars"]),
        provisional=deadline["provisional"],
        paused=paused,
        address=address,
    )


def light_of(deadline: Mapping[str, Any], left: Remaining) -> Light:
    """The light: overdue, today or the last fifth, paused, provisional, or in time."""
    legal = date.fromisoformat(deadline["legal_end"])
    if left.state.code == "overdue":
        if left.working_days:
            return Light("red", counted("超 %(n)s 个工作日", left.working_days))
        return Light("red", _("已超时"))
    if left.state.code == "paused":
        if deadline["unit"] == Unit.WD.value:
            return Light("paused", counted("已暂停，还剩 %(n)s 个工作日", left.working_days))
        return Light("paused", counted("已暂停，还剩 %(n)s 日", left.working_days))
    if deadline["provisional"]:
        return Light("prov", _("暂定 %(date)s") % {"date": dates.date_text(legal)})
    if left.minutes is not None:
        text = _("还剩 %(h)s 小时 %(m)s 分") % {"h": left.minutes // 60, "m": left.minutes % 60}
        return Light("amber" if left.minutes <= 24 * 60 else "green", text)
    if left.state.code == "today":
        return Light("amber", _("今天到期"))
    if deadline["unit"] == Unit.WD.value:
        n, text = left.working_days, counted("还剩 %(n)s 个工作日", left.working_days)
    else:
        n, text = left.calendar_days, counted("还剩 %(n)s 天", left.calendar_days)
    short = left.working_days <= 1 or (deadline["length"] or 0) >= 5 * n
    if short and deadline["unit"] in (Unit.WD.value, Unit.CD.value):
        return Light("amber", text)
    return Light("green", _("正常，%(left)s") % {"left": text})
