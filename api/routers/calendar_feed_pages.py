"""The page of the reader's own calendar address: make, see once, replace, revoke. It works without JavaScript."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from api import calendar_feeds, i18n
from api.i18n import gettext as _
from api.security.current import SignedIn
from api.security.person import Person
from api.services import Means, Services
from api.templating import render
from api.views.calendar_feed import Part, offered

router = APIRouter(include_in_schema=False, prefix="/account/calendar")


@router.get("")
async def calendar_page(
    request: Request,
    person: SignedIn,
    means: Means,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Whether there is an address, since when, and when it was fetched last."""
    said = _("原来的地址已经停用，不能再取用。") if done == "revoked" else ""
    return await _page(request, person, means, said=said)


@router.post("")
async def make_address(
    request: Request,
    person: SignedIn,
    means: Means,
    language: Annotated[str, Form(max_length=5)] = "",
    include: Annotated[list[str] | None, Form(max_length=10)] = None,
) -> Response:
    """A new address, shown here and nowhere else: there is no page to go on to that could show it again.

    Sent twice, it makes two, and the page that is seen last shows the one that holds.
    """
    chosen = [part for part in offered(person) if part in (include or ())]
    spoken = i18n.language_of(language) or i18n.current()
    address = await calendar_feeds.make(means, request, person, spoken, chosen)
    return await _page(request, person, means, address=address)


@router.post("/revoke")
async def revoke_address(person: SignedIn, means: Means) -> Response:
    """The address opens nothing from now on."""
    await calendar_feeds.revoke(means, person)
    return RedirectResponse("/account/calendar?done=revoked", status_code=303)


async def _page(
    request: Request, person: Person, means: Services, *, address: str = "", said: str = ""
) -> Response:
    feed = await calendar_feeds.feed_of(means, person)
    parts = offered(person)
    context = {
        "feed": feed,
        "address": address,
        "done": said,
        "languages": [("zh-CN", "中文", ""), ("en", "English", "")],
        "language": feed.language if feed else i18n.current(),
        "parts": [(part, *_said(part)) for part in parts],
        # Who watches over others' work has few tasks of their own.
        "chosen": feed.include if feed else ["board"] if "board" in parts else [],
    }
    return render(request, "account/calendar.html", context)


def _said(part: Part) -> tuple[str, str]:
    if part == "pool":
        return _("本组待领的任务"), _("您的岗位可以领取、还没有人领取的")
    return _("督办看板上的办件"), _("本机关已超时和临近到期的，无论轮到谁")
