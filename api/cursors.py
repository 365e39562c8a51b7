"""Cursors: opaque places in a list, so that pages neither skip nor repeat while rows come and go."""

import base64
import binascii
import json
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fastapi import Request

from api.problems import FieldError, Problem
from api.validation_messages import FALLBACK


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
        at, ident = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError(at)
        return Cursor(moment, UUID(ident))
    except (ValueError, TypeError, binascii.Error, RecursionError) as broken:
        raise Problem(
            "invalid_input", errors=[FieldError(FALLBACK, parameter="cursor")]
        ) from broken


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
        revision, event, run_id = json.loads(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        )
        if run_id:
            UUID(run_id)
        return Places(int(revision), int(event), str(run_id))
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as broken:
        raise Problem(
            "invalid_input", errors=[FieldError(FALLBACK, parameter="cursor")]
        ) from broken


def next_link(request: Request, cursor: Cursor | Places | None) -> dict[str, str]:
    """The `Link` header to the next page, or nothing on the last."""
    if cursor is None:
        return {}
    url = request.url.include_query_params(cursor=str(cursor))
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}
