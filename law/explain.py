"""A deadline in Chinese words, one line per run of days: for the command line and letters."""

from datetime import date, datetime, timedelta

from law.clocks import Unit
from law.deadlines import Deadline, RowKind, TraceRow
from law.zone import local

_WEEKDAYS = "一二三四五六日"
_KINDS = {
    RowKind.START: "起算",
    RowKind.OFF: "不计",
    RowKind.SUSPENDED: "停止",
    RowKind.ROLLED: "顺延",
    RowKind.FIXED: "固定",
}


def day_zh(day: date) -> str:
    """2026-09-29(周二)"""
    return f"{day.isoformat()}(周{_WEEKDAYS[day.weekday()]})"


def explain(deadline: Deadline) -> tuple[str, ...]:
    """The lines: what the clock is, from when, each run of days with its reason, the end."""
    clock = deadline.clock
    lines = [
        f"{clock.id} {clock.name}",
        f"依据:{clock.citation}〔{clock.verified.label}〕",
        f"义务人:{clock.binds_name};期满后果:{clock.effect.label}",
        f"起算:{_instant_zh(deadline.starts_at)} {clock.trigger_name}",
        f"期限:{_length_zh(deadline)}",
    ]
    lines += [_row_zh(row, deadline.unit) for row in deadline.trace]
    if deadline.raw_end != deadline.legal_end:
        lines.append(f"原期满日:{day_zh(deadline.raw_end)}")
    if deadline.unit is Unit.H:
        lines.append(f"法定期满:{_instant_zh(deadline.ends_at)}")
    else:
        lines.append(f"法定期满:{day_zh(deadline.legal_end)} 24:00")
    if deadline.provisional:
        lines.append("暂定:期间涉及尚未公布放假安排的年份,公布后重新计算。")
    if deadline.paused:
        lines.append("期限已停止计算,以上为最早可能的期满日。")
    if deadline.in_force is False:
        lines.append("注意:起算日不在该规定的施行期间内。")
    return tuple(lines)


def _length_zh(deadline: Deadline) -> str:
    clock = deadline.clock
    if deadline.length is None:
        return f"至 {clock.fixed_date}"
    text = f"{deadline.length} {deadline.unit.label}"
    if deadline.extended and clock.extension is not None:
        own = clock.extension.length
        parts = [own, *[None] * (deadline.extended - 1)]
        unit = clock.extension.unit.label
        text += "".join(f",延长 {part or deadline.extension} {unit}" for part in parts)
    return text


def _row_zh(row: TraceRow, unit: Unit) -> str:
    dates = day_zh(row.first)
    if row.last != row.first:
        dates += f" 至 {day_zh(row.last)}"
    if not row.counted:
        what = _KINDS[row.kind]
    elif unit is Unit.H:
        what = f"{row.count_to} 小时"
    elif row.count_from == row.count_to:
        what = f"第 {row.count_from} 日"
    else:
        what = f"第 {row.count_from}–{row.count_to} 日"
    source = f"〔{row.source}〕" if row.source else ""
    return f"  {dates}  {what}  {row.reason_zh}{source}"


def _instant_zh(instant: datetime) -> str:
    here = local(instant)
    if here.time() == datetime.min.time():
        return day_zh(here.date())
    # Seconds only where the instant has them: a counter's receipt is stamped to the minute.
    exact = here.second or here.microsecond
    return f"{day_zh(here.date())} {here.time().isoformat('seconds' if exact else 'minutes')}"


def hours_zh(span: timedelta) -> str:
    """5 小时 30 分"""
    minutes = int(span.total_seconds() // 60)
    return f"{minutes // 60} 小时 {minutes % 60} 分"
