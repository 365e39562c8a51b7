"""Counts days and writes down why: one line per day, equal runs folded as they are written."""

from collections.abc import Mapping
from datetime import date

from law.calendars import Calendars, Day
from law.clock_types import Ground, Unit
from law.deadline_types import ONE_DAY, RowKind, Suspension, TraceRow

_CIVIL_201 = "民法典第二百零一条"
_CIVIL_202 = "民法典第二百零二条"
_CIVIL_203 = "民法典第二百零三条"


class TraceBuilder:
    """One count. `provisional` once a day was asked for that no notice covers."""

    def __init__(
        self, calendars: Calendars, stopped: Mapping[date, Suspension], *, fold_forward: bool
    ) -> None:
        self._calendars = calendars
        self._stopped = stopped
        self._forward = fold_forward
        self._rows: list[TraceRow] = []
        self._count = 0
        self.provisional = False

    def rows(self) -> tuple[TraceRow, ...]:
        return tuple(self._rows)

    def start(self, day: date, *, backward: bool) -> None:
        reason = "届满日或事件日不计入,向前倒算" if backward else "起算事件当日不计入"
        self._put(day, day, RowKind.START, reason, _CIVIL_201)

    def fixed(self, day: date, citation: str) -> None:
        self._put(day, day, RowKind.FIXED, "法律规定的固定日期,不顺延", citation)

    def hours(self, first: date, last: date, hours: int) -> None:
        reason = "按小时连续计算,夜间和节假日不停"
        self._rows.append(TraceRow(first, last, RowKind.COUNTED, 1, hours, reason, ""))

    def workdays(self, day: date, count: int, *, extended: bool) -> date:
        """The count-th working day after the day that is not stopped."""
        suffix = "(延长期)" if extended else ""
        target = self._count + count
        while self._count < target:
            day += ONE_DAY
            if self._workday(day, suffix):
                self._count += 1
                self._numbered()
        return day

    def workdays_back(self, day: date, count: int) -> date:
        """The count-th working day before the day."""
        while self._count < count:
            day -= ONE_DAY
            if self._workday(day, ""):
                self._count += 1
                self._numbered()
        return day

    def calendar_days(
        self, day: date, count: int, unit: Unit, *, stays: bool, extended: bool
    ) -> date:
        """The count-th civil day after the day that is not stopped."""
        reason = _calendar_reason(unit)
        reason += ",期末不顺延" if stays else ""
        reason += "(延长期)" if extended else ""
        source = "" if unit is Unit.CD else _CIVIL_202
        if not self._stopped and count > 0:
            end = day + count * ONE_DAY
            self._run(day + ONE_DAY, end, count, reason, source)
            return end
        target = self._count + count
        while self._count < target:
            day += ONE_DAY
            item = self._stopped.get(day)
            if item is None:
                self._run(day, day, 1, reason, source)
            else:
                self._suspended(day, item)
        return day

    def calendar_days_back(self, day: date, end: date, unit: Unit) -> date:
        """Civil days back to the end."""
        count = (day - end).days
        if count:
            source = "" if unit is Unit.CD else _CIVIL_202
            self._run(end, day - ONE_DAY, count, _calendar_reason(unit), source)
        return end

    def roll(self, day: date) -> date:
        """The day itself where offices work, else the next working day, with the days between."""
        if self._ask(day).works:
            return day
        while True:
            day += ONE_DAY
            info = self._ask(day)
            if info.works:
                reason = "期末为休息日,顺延至首个工作日"
                source = "、".join(filter(None, (_CIVIL_203, info.source)))
                self._put(day, day, RowKind.ROLLED, reason, source)
                return day
            self._put(day, day, RowKind.OFF, f"{info.reason_zh},继续顺延", info.source)

    def _workday(self, day: date, suffix: str) -> bool:
        """Writes the day down; True where it counts."""
        info = self._ask(day)
        if not info.works:
            self._put(day, day, RowKind.OFF, info.reason_zh, info.source)
            return False
        item = self._stopped.get(day)
        if item is not None:
            self._suspended(day, item)
            return False
        self._put(day, day, RowKind.COUNTED, info.reason_zh + suffix, info.source)
        return True

    def _ask(self, day: date) -> Day:
        self.provisional = self.provisional or self._calendars.is_guess(day)
        return self._calendars.day(day)

    def _suspended(self, day: date, item: Suspension) -> None:
        reason = f"停止计算:{Ground(item.ground).label}"
        source = "、".join(filter(None, (item.article, item.paper)))
        self._put(day, day, RowKind.SUSPENDED, reason, source)

    def _run(self, first: date, last: date, count: int, reason: str, source: str) -> None:
        begin = self._count + 1
        self._count += count
        previous = self._rows[-1]
        if previous[2] is RowKind.COUNTED and previous[5:] == (reason, source):
            self._rows[-1] = previous._replace(last=last, count_to=self._count)
            return
        self._rows.append(
            TraceRow(first, last, RowKind.COUNTED, begin, self._count, reason, source)
        )

    def _put(self, first: date, last: date, kind: RowKind, reason: str, source: str) -> None:
        if self._rows:
            previous = self._rows[-1]
            if previous.kind is kind and previous[5:] == (reason, source):
                self._rows[-1] = (
                    previous._replace(last=last)
                    if self._forward
                    else previous._replace(first=first)
                )
                return
        self._rows.append(TraceRow(first, last, kind, None, None, reason, source))

    def _numbered(self) -> None:
        row = self._rows[-1]
        begin = row.count_from if row.count_from is not None else self._count
        self._rows[-1] = row._replace(count_from=begin, count_to=self._count)


def _calendar_reason(unit: Unit) -> str:
    if unit is Unit.CD:
        return "按日历日连续计算"
    return "按月计算,止于对应日" if unit is Unit.MO else "按年计算,止于对应日"
