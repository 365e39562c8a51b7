"""What the engine says of a case, as the inspector reads it: a page of its history and what is still open there.

The composition root gives the implementation; nothing here talks to the engine. Instants are the engine's own:
in a story they lie `offset` beside the story's.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal, Protocol
from uuid import UUID

Source = Literal["engine", "archive", "gone", "away"]
"""Where the history is from: the running engine, the copy kept at the case's close; or there is none, or nobody
answered."""
PAGE: Final = 50


@dataclass(frozen=True)
class Window:
    """Which run and which of its events. `before` reads backwards (a page's way), `after` forwards (REST's)."""

    run_id: str | None = None
    before: int | None = None
    after: int | None = None
    limit: int = PAGE


@dataclass(frozen=True)
class OpenTimer:
    """A timer that has neither fired nor been cancelled. `summary` is what the case wrote on it."""

    event_id: int
    started_at: datetime
    fires_at: datetime
    summary: str


@dataclass(frozen=True)
class PendingCall:
    """An activity under way or between two attempts. `summary` names the effect (kind#seq) or the paper."""

    activity_id: str
    name: str
    summary: str
    running: bool
    attempt: int
    scheduled_at: datetime | None
    started_at: datetime | None
    next_attempt_at: datetime | None
    given_up_at: datetime | None
    last_error: str
    last_worker: str


@dataclass(frozen=True)
class PendingUpdate:
    """An act that the case has taken and not finished: its page is still to be written."""

    act_id: str
    accepted_at: datetime


@dataclass(frozen=True)
class PendingTask:
    """The workflow task at work. An attempt above the first is a program that fails on this case."""

    attempt: int
    started: bool
    scheduled_at: datetime | None
    last_error: str


@dataclass(frozen=True)
class Code:
    """The program that last carried the case on."""

    sdk: str = ""
    build_id: str = ""
    worker: str = ""


@dataclass(frozen=True)
class EngineRecord:
    """The engine's side of one run of a case.

    Attributes:
        reason: why nothing could be read, where `source` is `away` or `gone`.
        events: the window's events, oldest first, payloads opened (see `storage.opened`), not masked.
        total: how many events the run has; the window's first and last are their numbers.
        calendars: the calendar editions that the case was started with.
        names: what the work is called that an event of the window ends: event that began it → its name.
    """

    source: Source
    reason: str = ""
    status: str = ""
    run_id: str = ""
    previous_run: str = ""
    next_run: str = ""
    queue: str = ""
    total: int = 0
    size: int = 0
    offset: timedelta = timedelta(0)
    calendars: list[str] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    names: dict[int, str] = field(default_factory=dict)
    timers: list[OpenTimer] = field(default_factory=list)
    calls: list[PendingCall] = field(default_factory=list)
    updates: list[PendingUpdate] = field(default_factory=list)
    task: PendingTask | None = None
    code: Code = Code()

    @property
    def read(self) -> bool:
        """Whether there is a history to show."""
        return self.source in {"engine", "archive"}

    @property
    def first(self) -> int:
        """The number of the window's first event, 0 for an empty one."""
        return int(self.events[0]["eventId"]) if self.events else 0

    @property
    def last(self) -> int:
        """The number of the window's last event, 0 for an empty one."""
        return int(self.events[-1]["eventId"]) if self.events else 0

    @property
    def stuck(self) -> bool:
        """The program fails on this case, again and again."""
        return self.task is not None and self.task.attempt > 1


class EngineRecords(Protocol):
    """The engine's side of cases. Never raises because the engine is away: the record says so."""

    async def look(self, case_id: UUID, window: Window) -> EngineRecord: ...
