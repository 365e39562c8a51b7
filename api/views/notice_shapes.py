"""What REST answers about public notices and about what is said to them, for the API's description and its clients."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, JsonValue

from api.views.shapes import Shape

Takes = Literal["", "objection", "claim"]


class NoticeSummary(Shape):
    """A notice on the board. `ends_at` is exclusive: `last_day` is the last day in time."""

    id: UUID
    kind: str
    kind_text: str
    title: str
    procedure: str
    procedure_title: str
    office: str
    office_name: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None
    last_day: date | None
    ended_at: AwareDatetime | None = Field(description="from when on it was off the board")
    running: bool
    outcome: Literal["", "expired", "stopped", "withdrawn"]
    outcome_text: str
    seconds_left: int | None
    takes: Takes = Field(description="what may be said to it while it runs; empty: nothing")
    url: str
    page_url: str


class NoticeLine(Shape):
    """A public fact."""

    label: str
    value: str


class Notice(NoticeSummary):
    """A notice with its facts, the reasons of its end, and what became of it."""

    lines: list[NoticeLine]
    article: str
    reason: str
    result: str = Field(description="what became of its case; empty while that is open")
    received: int = Field(description="how many objections or claims came in time")
    deadline: dict[str, JsonValue] | None
    objections_url: str | None


class NoticeList(Shape):
    """One page of the board, newest first."""

    items: list[NoticeSummary]
    next_cursor: str | None


class ObjectionReceipt(Shape):
    """What was received, when, under which number, and how it stands now."""

    id: UUID
    number: str
    notice_id: UUID
    received_at: AwareDatetime
    state: Literal["received", "upheld", "rejected", "noted", "refused"]
    state_text: str
    answer: str
    handled_at: AwareDatetime | None
    receipt_page_url: str


class CaseNoticeList(Shape):
    """What a case has announced."""

    items: list[Notice]


class StatedObjection(Shape):
    """An objection or claim in its case; officers get name, contact, reason, amount, evidence and answer too."""

    id: UUID
    notice_id: UUID
    number: str
    kind: Literal["objection", "claim"]
    role: str
    department: str
    received_at: AwareDatetime
    state: Literal["received", "upheld", "rejected", "noted"]
    state_text: str
    handled_at: AwareDatetime | None


class ObjectionList(Shape):
    """What was said to the notices of a case, in the order of its receipt."""

    items: list[StatedObjection]
