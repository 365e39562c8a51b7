"""What travels to a case when a calendar was published."""

from typing import Any

from pydantic import Field

from domain.contracts import Contract


class CalendarNews(Contract):
    """What two persons put in force or took back after the case pinned its calendars.

    `pins` by year, "" where no edition holds; `editions` are the texts of those that no release ships, so that
    the history of a case can be read wherever it is. `order` rises with every publication.
    """

    order: int
    pins: dict[str, str] = Field(default_factory=dict)
    editions: list[dict[str, Any]] = Field(default_factory=list)
    paper: str = ""
    by: str = ""
    taken_back: bool = False
