"""Shared field types with their labels, limits and messages."""

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints

from law.zone import CST

# Letters by class that draw nothing; two names could differ by one and look the same.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# As a page sends it (Beijing time, to the minute) or as RFC 3339 writes it.
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?"
)
_YEARS = range(2000, 2200)


def _unseen(c: str) -> bool:
    return unicodedata.category(c) in _UNSEEN or c in _BLANK or ord(c) & 0xFFFE == 0xFFFE


def _seen(value: str, breaks: str = "") -> str:
    """Refuses what cannot be seen (controls, zero width, right-to-left marks) and noncharacters.

    A name is compared and signed by what a person sees; the registers refuse controls as well.
    """
    for c in value:
        if _unseen(c) and c not in breaks:
            raise ValueError("含有看不见的字符或者控制字符，请删除后重新填写")
    return value


def plain_line(value: str) -> str:
    """What a register holds as a `Line` can hold it: without what cannot be seen, on one line, at most 200 characters."""
    shown = "".join(" " if c in "\n\r\t" else c for c in value)
    seen = "".join(c for c in shown if not _unseen(c))
    return seen.strip()[:200].strip() or "（没有记载）"


def _lines(value: str) -> str:
    return _seen(value, "\n\r\t")


def _day(value: Any) -> Any:
    # Pydantic would take a number, also in a string, as seconds since 1970.
    if isinstance(value, int | float) or (isinstance(value, str) and not _DAY.fullmatch(value)):
        raise ValueError("日期应当写成 2026-09-28")
    return value


def _instant(value: Any) -> Any:
    told = "时间应当写成 2026-09-28T09:30（北京时间）"
    if isinstance(value, str):
        if not _INSTANT.fullmatch(value):
            raise ValueError(told)
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(told) from None
    if not isinstance(value, datetime):
        raise ValueError(told)
    if value.year not in _YEARS:
        raise ValueError("年份不对，请核对")
    return value.replace(tzinfo=CST) if value.tzinfo is None else value.astimezone(CST)


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_seen)]
Text = Annotated[str, StringConstraints(max_length=4000), AfterValidator(_lines)]
Day = Annotated[date, BeforeValidator(_day)]
Instant = Annotated[datetime, BeforeValidator(_instant)]
"""A day with its time: without an offset it is Beijing time. Kept with the offset; what has not come yet is refused by
whoever knows the time (`Form.ahead`)."""
Code = Annotated[str, StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_.#-]+$")]


def labelled(
    title: str, title_en: str, *, hint: str = "", widget: str = "", **more: JsonValue
) -> Any:
    """A Field with the label in both languages, a hint and the widget that draws it."""
    extra: dict[str, JsonValue] = {"title_en": title_en, "hint": hint, "widget": widget, **more}
    return Field(title=title, json_schema_extra={k: v for k, v in extra.items() if v})
