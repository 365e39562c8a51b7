"""The one time zone of the product, as a fixed offset.

China keeps UTC+08:00 without daylight saving (北京时间). A fixed offset is used because the
zone database cannot be read inside the workflow sandbox.
"""

from datetime import date, datetime, time, timedelta, timezone

CST = timezone(timedelta(hours=8), "Asia/Shanghai")


class NaiveInstant(ValueError):
    """An instant without an offset: it could mean two different legal days."""

    def __init__(self, instant: datetime) -> None:
        super().__init__(f"时刻必须带时区偏移: {instant.isoformat()}")


def local(instant: datetime) -> datetime:
    """The instant as wall time in Asia/Shanghai; raises NaiveInstant without an offset."""
    if instant.tzinfo is None:
        raise NaiveInstant(instant)
    return instant.astimezone(CST)


def civil_date(instant: datetime) -> date:
    """The civil day the instant falls on in Asia/Shanghai."""
    return local(instant).date()


def day_zh(day: date) -> str:
    """The day as it is written in Chinese: 2026年9月29日."""
    return f"{day.year}年{day.month}月{day.day}日"


def day_start(day: date) -> datetime:
    """00:00 of the day, inclusive."""
    return datetime.combine(day, time.min, tzinfo=CST)


def day_end(day: date) -> datetime:
    """24:00 of the day as an exclusive instant, that is 00:00 of the next day."""
    return day_start(day) + timedelta(days=1)
