"""What REST answers about a calendar address: the documented shape."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime

from api.views.shapes import Shape
from law.zone import local
from storage.calendar_feeds import Feed


class CalendarFeedAnswer(Shape):
    """A person's calendar address. `url` is there once, in the answer that made it."""

    active: bool
    language: Literal["zh-CN", "en"] | None
    include: list[Literal["pool", "board"]]
    made_at: AwareDatetime | None
    last_fetched_on: date | None
    url: str | None


def feed_json(feed: Feed | None) -> dict[str, Any]:
    """The address as its owner may see it at any time."""
    if feed is None:
        return {
            "active": False,
            "language": None,
            "include": [],
            "made_at": None,
            "last_fetched_on": None,
            "url": None,
        }
    day = feed.last_fetched_on
    return {
        "active": True,
        "language": feed.language,
        "include": list(feed.include),
        "made_at": local(feed.made_at).isoformat(),
        "last_fetched_on": day.isoformat() if day else None,
        "url": None,
    }
