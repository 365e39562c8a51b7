"""Places in lists whose rows have text ids, and instants that the database can hold."""

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Final, NamedTuple

from fastapi import Request

from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.validation_messages import FALLBACK

_KEY: Final = re.compile(r"[0-9A-Za-z:.#@_-]{1,96}")


class Place(NamedTuple):
    """The last row of a page: its sort instant and id."""

    at: datetime
    key: str

    def __str__(self) -> str:
        text = json.dumps([self.at.astimezone(UTC).isoformat(), self.key])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str | None) -> Place | None:
    """The place a cursor names; None for the beginning.

    Raises:
        Problem: invalid_input, for a text that no answer of ours contained.
    """
    if not text:
        return None
    try:
        at, key = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(key, str) or _KEY.fullmatch(key) is None:
            raise ValueError(key)
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError(at)
        return Place(moment.astimezone(UTC), key)
    except (ValueError, TypeError, OverflowError, binascii.Error, RecursionError) as broken:
        raise Problem(
            "invalid_input", errors=[FieldError(_(FALLBACK), parameter="cursor")]
        ) from broken


def next_link(request: Request, place: Place | None) -> dict[str, str]:
    """The `Link` header to the next page, or nothing on the last."""
    if place is None:
        return {}
    url = request.url.include_query_params(cursor=str(place))
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}


def within_reach(name: str, instant: datetime | None) -> datetime | None:
    """The instant, if it lies where deadlines can lie (1900 to 9998).

    Raises:
        Problem: invalid_input.
    """
    if instant is not None and not 1900 <= instant.year <= 9998:
        raise Problem("invalid_input", errors=[FieldError(_("时刻超出范围"), parameter=name)])
    return instant
