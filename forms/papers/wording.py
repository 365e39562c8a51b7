"""How dates are written on papers."""

from datetime import date, datetime

from law.zone import day_zh, local

_WEEKDAYS = "一二三四五六日"
_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")
_TENS = ("", "十", "二十", "三十")


def with_weekday(day: date) -> str:
    """2026年9月29日（星期二）"""
    return f"{day_zh(day)}（星期{_WEEKDAYS[day.weekday()]}）"


def until(day: date) -> str:
    """2026年9月29日（星期二）24:00: a day clock ends with its last day, not at a counter's closing."""
    return f"{with_weekday(day)}24:00"


def numeral_date(day: date) -> str:
    """二〇二六年九月二十九日, as on certificates."""
    year = str(day.year).translate(_DIGITS)
    return f"{year}年{_small(day.month)}月{_small(day.day)}日"


def instant(moment: datetime) -> str:
    """2026年9月23日 10:00, in Beijing time."""
    there = local(moment)
    return f"{day_zh(there.date())} {there:%H:%M}"


def _small(number: int) -> str:
    tens, units = divmod(number, 10)
    head = "十" if tens == 1 else _TENS[tens]
    return head + (str(units).translate(_DIGITS) if units else "")
