"""Cursors: opaque places in a list, so that pages neither skip nor repeat while rows come and go."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from fastapi import Request

from api.problems import FieldError, Problem
from api.validation_messages import FALLBACK

_BROKEN: Final = (ValueError, TypeError, OverflowError, binascii.Error, RecursionError)
# What the database's columns hold: integer and bigint.
_MOST_REVISION: Final = 2**31 - 1
_MOST_EVENT: Final = 2**63 - 1


class Cursor(NamedTuple):
    """The last row of a page: its sort instant and id."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        text = json.dumps([self.at.isoformat(), str(self.id)])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read(text: str | None) -> Cursor | None:
    """The place a cursor names; None for the beginning.

    Raises:
        Problem: invalid_input, for a text that no answer of ours contained.
    """
    if not text:
        return None
    try:
        at, ident = _opened(text)
        if not isinstance(at, str) or not isinstance(ident, str):
            raise TypeError(text)
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError(at)
        # In the zone that the database computes in: an instant at the edge of time has none there.
        return Cursor(moment.astimezone(UTC), UUID(ident))
    except _BROKEN as broken:
        raise _refused() from broken


def _opened(text: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def _refused() -> Problem:
    return Problem("invalid_input", errors=[FieldError(FALLBACK, parameter="cursor")])


class Places(NamedTuple):
    """How far a reader is in the two lists of a case's history: our revision, the engine's event of one run."""

    revision: int
    event: int
    run_id: str

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(json.dumps(list(self)).encode()).decode().rstrip("=")


def read_places(text: str | None) -> Places | None:
    """The places a cursor names; None for the beginning.

    Raises:
        Problem: invalid_input, for a text that no answer of ours contained.
    """
    if not text:
        return None
    try:
        revision, event, run_id = _opened(text)
        if type(revision) is not int or type(event) is not int or not isinstance(run_id, str):
            raise TypeError(text)
        if not 0 <= revision <= _MOST_REVISION or not 0 <= event <= _MOST_EVENT:
            raise OverflowError(text)
        if run_id:
            UUID(run_id)
        return Places(revision, event, run_id)
    except _BROKEN as broken:
        raise _refused() from broken


def next_link(request: Request, cursor: Cursor | Places | None) -> dict[str, str]:
    """The `Link` header to the next page, or nothing on the last."""
    if cursor is None:
        return {}
    url = request.url.include_query_params(cursor=str(cursor))
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}
