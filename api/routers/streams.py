"""REST: a case's events as they come (server-sent events), for pages that wish to refresh themselves."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from api.case_access import load_case
from api.documentation import SIGNED_IN, refusals
from api.problems import Problem
from api.security.current import SignedIn
from api.services import Means, Services
from api.views.timeline import shown_to
from api.views.viewer import Viewer
from law.zone import local
from storage import cases

router = APIRouter(prefix="/api/v1/event-streams", tags=["cases"])

POLL: Final = 1.0
BEAT: Final = 15.0
# The browser comes back by itself with Last-Event-ID; nobody holds a connection for a working day.
LASTS: Final = 600.0
MAX_STREAMS: Final = 200
BATCH: Final = 100


class Streams:
    """How many streams this process serves at once."""

    def __init__(self) -> None:
        self.running = 0


_STREAMS: Final = Streams()


@router.get(
    "/cases/{case_id}",
    operation_id="streamCase",
    response_class=Response,
    responses={
        **refusals(*SIGNED_IN, "not_found", "invalid_input", "unavailable"),
        200: {"content": {"text/event-stream": {}}, "description": "one message per event"},
    },
)
async def stream_case(
    request: Request,
    person: SignedIn,
    means: Means,
    case_id: UUID,
    last: Annotated[str, Header(alias="Last-Event-ID", max_length=20)] = "0",
) -> Response:
    """`id` is the event's revision; the text is read from the timeline with `since`."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, str(case_id))
    if _STREAMS.running >= MAX_STREAMS:
        raise Problem("unavailable", retry_after=30)
    since = int(last) if last.isascii() and last.isdecimal() else 0
    return StreamingResponse(
        _messages(request, means, case_id, view.viewer, min(since, 2**31 - 1)),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _messages(
    request: Request, means: Services, case_id: UUID, viewer: Viewer, since: int
) -> AsyncIterator[str]:
    _STREAMS.running += 1
    try:
        yield "retry: 3000\n\n"
        quiet = spent = 0.0
        while spent < LASTS and not await request.is_disconnected():
            async with means.engine.connect() as connection:
                rows = await cases.events_since(connection, case_id, since, BATCH)
            for row in rows:
                since = row.revision
                if shown_to(row.kind, viewer):
                    at = local(row.at).isoformat()
                    data = f'{{"revision":{row.revision},"kind":"{row.kind}","at":"{at}"}}'
                    yield f"id: {row.revision}\nevent: case\ndata: {data}\n\n"
                    quiet = 0.0
            if quiet >= BEAT:
                yield ": still here\n\n"
                quiet = 0.0
            await asyncio.sleep(POLL)
            quiet += POLL
            spent += POLL
    finally:
        _STREAMS.running -= 1
