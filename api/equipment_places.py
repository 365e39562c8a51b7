"""Places in lists of devices and duties, which go by codes and by civil days."""

import base64
import binascii
import json
import re
from datetime import date
from typing import Final, NamedTuple

from fastapi import Request

from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.validation_messages import FALLBACK

_KEY: Final = re.compile(r"[0-9A-Za-z-]{1,40}")


class DayPlace(NamedTuple):
    """The last row of a page: its code, and its day in a list that goes by days."""

    key: str
    day: date | None = None

    def __str__(self) -> str:
        text = json.dumps([self.key, self.day.isoformat() if self.day else ""])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def broken_cursor() -> Problem:
    """The refusal of a cursor that no answer of the list contained."""
    return Problem("invalid_input", errors=[FieldError(_(FALLBACK), parameter="cursor")])


def read(text: str | None, *, dated: bool) -> DayPlace | None:
    """The place a cursor names; None for the beginning. `dated`: the list goes by days.

    Raises:
        Problem: invalid_input, for a text that no answer of this list contained.
    """
    if not text:
        return None
    try:
        key, day = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(key, str) or _KEY.fullmatch(key) is None or bool(day) != dated:
            raise ValueError(text)
        return DayPlace(key, date.fromisoformat(day) if day else None)
    except (ValueError, TypeError, binascii.Error, RecursionError) as broken:
        raise broken_cursor() from broken


def next_link(request: Request, place: DayPlace | None) -> dict[str, str]:
    """The `Link` header to the next page, or nothing on the last."""
    if place is None:
        return {}
    url = request.url.include_query_params(cursor=str(place))
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}
