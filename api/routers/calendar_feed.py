"""Due dates in people's own calendars: the secret address itself, and REST to make and revoke it."""

import asyncio
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from api import calendar_feeds, i18n
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.i18n import Language
from api.i18n import gettext as _
from api.icalendar_file import MEDIA_TYPE, calendar_bytes
from api.idempotency import Key, once
from api.problems import Problem
from api.security.current import Anyone, SignedIn
from api.security.limiting import Limiter, RateLimit
from api.security.person import Reader
from api.security.sessions import digest
from api.services import Means
from api.views.calendar_feed import Part, entries_of, etag_of
from api.views.calendar_shapes import CalendarFeedAnswer, feed_json
from law.zone import civil_date
from storage import calendar_feeds as store

router = APIRouter(tags=["account"])

PATH: Final = "/api/v1/calendar-feed"
# A calendar program asks a few times an hour; many of them stand behind one address of an office.
ByAddress = Depends(RateLimit("calendar", "600 per 10 minutes"))
EACH: Final = "60 per hour"


class CalendarFeedRequest(BaseModel):
    """In which language, and what is listed beside one's own cases and tasks."""

    model_config = ConfigDict(extra="forbid")

    language: Language = "zh-CN"
    include: Annotated[
        list[Part],
        Field(
            max_length=10,
            description="`pool`: what is free to claim at one's posts; `board`: the office's cases at risk, "
            "for heads and supervisors. A part that one's posts do not offer gives nothing.",
        ),
    ] = []


def unchanged(if_none_match: str | None, etag: str) -> bool:
    """Whether the caller has this very file (RFC 9110 13.1.2: weak comparison)."""
    tags = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in tags or "*" in tags


@router.api_route(
    "/calendar/{token}.ics",
    methods=["GET", "HEAD"],
    include_in_schema=False,
    dependencies=[ByAddress],
    name="calendar_file",
)
async def calendar_file(request: Request, visitor: Anyone, means: Means, token: str) -> Response:
    """The calendar. Unknown, revoked and malformed tokens are looked up alike and answered alike."""
    token_hash = digest(token)
    limiter: Limiter = request.app.state.limiter
    await limiter.count(EACH, "calendar-token", token_hash.hex())
    feed = await store.opened(means.engine, token_hash)
    if feed is None:
        raise Problem("not_found")
    i18n.use(i18n.language_of(feed.language) or i18n.DEFAULT)
    reader = Reader(id=feed.account_id, roles=feed.roles, office=feed.office, now=feed.now)
    async with means.engine.connect() as connection:
        entries = await entries_of(
            connection,
            reader,
            feed.include,
            installed=means.office,
            address=means.public_url,
        )
    today = civil_date(feed.now)
    if feed.last_fetched_on != today:
        await store.fetched(means.engine, feed.account_id, today)
    name = _("办件到期日")
    headers = {
        "ETag": etag_of(name, entries),
        # Whoever keeps a copy asks each time: a revoked address is gone at once.
        "Cache-Control": "private, no-cache",
        "Content-Disposition": 'attachment; filename="banjian.ics"',
        "X-Robots-Tag": "noindex",
    }
    if unchanged(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    # Hundreds of events take a good part of a second: others are served meanwhile.
    content = await asyncio.to_thread(calendar_bytes, name, entries)
    return Response(content, media_type=MEDIA_TYPE, headers=headers)


@router.get(
    PATH,
    operation_id="getCalendarFeed",
    response_model=CalendarFeedAnswer,
    responses=refusals(*SIGNED_IN),
)
async def get_calendar_feed(person: SignedIn, means: Means) -> Response:
    """Whether the caller has a calendar address, and when it was fetched last. Never the address itself."""
    return JSONResponse(feed_json(await calendar_feeds.feed_of(means, person)))


@router.post(
    PATH,
    operation_id="makeCalendarFeed",
    status_code=201,
    response_model=CalendarFeedAnswer,
    responses=refusals(*SIGNED_IN, *WITH_BODY, "idempotency_key_reused", "request_in_progress"),
)
async def make_calendar_feed(
    request: Request,
    person: SignedIn,
    means: Means,
    key: Key,
    wanted: Annotated[CalendarFeedRequest, Body(examples=[{"language": "zh-CN", "include": []}])],
) -> Response:
    """Make a secret address, in place of the one before. `url` is told this once, also not to a repeated call."""
    told: dict[str, Any] = {}

    async def work(_: UUID) -> Response:
        told["url"] = await calendar_feeds.make(
            means, request, person, wanted.language, wanted.include
        )
        made = feed_json(await calendar_feeds.feed_of(means, person))
        return JSONResponse(made, 201, headers={"Location": PATH})

    kept = await once(request, person, means, key, work)
    if "url" not in told:
        return kept
    # What is kept for a repeated call has no secret in it: of the address only a digest is stored.
    made = feed_json(await calendar_feeds.feed_of(means, person)) | told
    return JSONResponse(made, 201, headers={"Location": PATH})


@router.delete(
    PATH,
    status_code=204,
    operation_id="revokeCalendarFeed",
    responses=refusals(*SIGNED_IN, "too_large"),
)
async def revoke_calendar_feed(person: SignedIn, means: Means) -> None:
    """The address opens nothing from now on; the same where there is none."""
    await calendar_feeds.revoke(means, person)
