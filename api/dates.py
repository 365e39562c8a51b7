"""Dates and instants as people read them: Beijing time, weekday shown, 24:00 for the end of a day.

Every function gives a `<time>` element, or plain text where its name ends in `_text` (titles, attributes).
"""

from datetime import date, datetime

from markupsafe import Markup

from api.i18n import current
from law.zone import local

_WEEKDAYS_ZH = "一二三四五六日"
_WEEKDAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_ELEMENT = Markup('<time datetime="{}">{}</time>')


def _english() -> bool:
    return current() == "en"


def _day(value: date | datetime) -> date:
    return local(value).date() if isinstance(value, datetime) else value


def weekday_text(value: date | datetime) -> str:
    """周一 / Mon."""
    day = _day(value)
    if _english():
        return _WEEKDAYS_EN[day.weekday()]
    return f"周{_WEEKDAYS_ZH[day.weekday()]}"


def short_text(value: date | datetime) -> str:
    """9月28日 / 28 Sep."""
    day = _day(value)
    if _english():
        return f"{day.day} {_MONTHS_EN[day.month - 1][:3]}"
    return f"{day.month}月{day.day}日"


def date_text(value: date | datetime) -> str:
    """2026年9月28日 / 28 September 2026."""
    day = _day(value)
    if _english():
        return f"{day.day} {_MONTHS_EN[day.month - 1]} {day.year}"
    return f"{day.year}年{short_text(day)}"


def day_text(value: date | datetime) -> str:
    """2026年9月28日（周一） / 28 September 2026 (Mon)."""
    if _english():
        return f"{date_text(value)} ({weekday_text(value)})"
    return f"{date_text(value)}（{weekday_text(value)}）"


def day_end_text(value: date) -> str:
    """The end of a civil day: 2026年10月8日（周四）24:00. Takes a date, never an exclusive instant."""
    if _english():
        return f"{day_text(value)}, 24:00"
    return f"{day_text(value)}24:00"


def minute_text(value: datetime) -> str:
    """9月25日 16:20 / 25 Sep 16:20."""
    return f"{short_text(value)} {local(value):%H:%M}"


def second_text(value: datetime) -> str:
    """2026年9月28日 10:12:00 / 28 September 2026 10:12:00."""
    return f"{date_text(value)} {local(value):%H:%M:%S}"


def _element(machine: str, text: str) -> Markup:
    return _ELEMENT.format(machine, text)


def short(value: date | datetime) -> Markup:
    """`short_text` as `<time>`."""
    return _element(_day(value).isoformat(), short_text(value))


def day(value: date | datetime) -> Markup:
    """`day_text` as `<time>`."""
    return _element(_day(value).isoformat(), day_text(value))


def day_end(value: date) -> Markup:
    """`day_end_text` as `<time>`; the machine form is the civil date."""
    return _element(value.isoformat(), day_end_text(value))


def minute(value: datetime) -> Markup:
    """`minute_text` as `<time>` with its offset."""
    return _element(local(value).isoformat(timespec="minutes"), minute_text(value))


def second(value: datetime) -> Markup:
    """`second_text` as `<time>` with its offset."""
    return _element(local(value).isoformat(timespec="seconds"), second_text(value))


FILTERS = {
    name: globals()[name]
    for name in (
        "weekday_text",
        "short_text",
        "date_text",
        "day_text",
        "day_end_text",
        "minute_text",
        "second_text",
        "short",
        "day",
        "day_end",
        "minute",
        "second",
    )
}
