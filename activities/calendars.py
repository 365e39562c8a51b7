"""A published calendar: what it would move, and telling the cases that it moves. Bounded turns, each idempotent."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity
from temporalio.exceptions import ApplicationError

from domain.calendar_news import CalendarNews
from domain.contracts import SYSTEM, Command, Contract
from domain.recomputing import merged, moved_by, news_of
from domain.refusals import NotYet, Refusal, Refused
from domain.signing import CommandSigner
from law.calendars import Calendars, Published, published
from law.deadlines import DeadlineError
from storage import acts
from storage import calendar_moves as moved
from storage import calendar_publications as read
from storage import calendars as store
from storage.calendar_moves import Running
from storage.calendar_publications import Publication

SPACE = uuid.UUID("5a1d7b0c-2f0e-5d0b-9a63-8f6f4f0f5c21")
PREVIEW_PAGE = 1000
PAGE = 200
# One at a time: people's acts go through the same engine meanwhile, and with two they waited more than twice as long
# on two cores (`bench/calendar.py`).
IN_FLIGHT = 1
PAUSE = 0.015
"""Seconds after each case that was told, in which engine and worker are people's."""
BREATH = 5
"""So many deadlines are computed (half a millisecond each) before others may go on."""
REST = 0.005
"""Seconds that they have then: cases of people at work run in the same process, and half a minute of computing is long
for whoever waits in it. Ten thousand cases take a quarter of a minute this way."""


class Turn(Contract):
    """One bounded turn over the running clocks of a publication, in the order of case and clock."""

    publication: int
    after: tuple[str, str] | None = None
    examined: int = 0
    passes: int = 0


class Turned(Contract):
    """What came of it. `after` is where the next turn begins; None at the end.

    `told` cases took the calendar over; `left` did not answer and are asked again by the next pass.
    """

    after: tuple[str, str] | None = None
    examined: int = 0
    told: int = 0
    left: int = 0


class Begun(Contract):
    """How many publications have something to do: to be previewed, or approved and not finished."""

    open: int = 0


def act_id_of(publication: int, case_id: uuid.UUID) -> uuid.UUID:
    """The same for every try: a case takes a publication over once."""
    return uuid.uuid5(SPACE, f"{publication}:{case_id}")


class CalendarActivities:
    """Each turn may be done twice.

    Args:
        send: sends a signed command to its case, as the sweep does: it is nobody's act.
        gone: its errors for a case that the engine no longer runs.
        begin: begins the run of a publication, of its preview or (True) of its carrying out.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        signer: CommandSigner,
        send: Callable[[Command], Awaitable[object]],
        gone: tuple[type[Exception], ...],
        begin: Callable[[int, bool], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._signer = signer
        self._send = send
        self._gone = gone
        self._begin = begin

    @activity.defn(name="begin_open_publications")
    async def begin_open(self) -> Begun:
        """What was ordered or approved while the engine was away; what runs already goes on."""
        async with self._engine.connect() as connection:
            found = await read.unfinished(connection)
        for number, approved in found:
            await self._begin(number, approved)
        return Begun(open=len(found))

    # -- the preview --------------------------------------------------------------------------------

    @activity.defn(name="preview_calendar_turn")
    async def preview(self, turn: Turn) -> Turned:
        """Computes a page of running clocks by the calendar as it would be; no case is touched."""
        async with self._engine.connect() as connection:
            of, now = await self._begun(connection, turn)
            page = await moved.running(connection, of.year, turn.after, PREVIEW_PAGE)
        if of.state != "uploaded":
            return Turned()
        await store.load(self._engine)
        pins = news_of(_with(of)).pins
        moves = await _moves(page, pins, now)
        examined = turn.examined + len(page)
        done = len(page) < PREVIEW_PAGE
        async with self._engine.begin() as connection:
            await moved.note_moves(connection, of.id, moves, "foreseen")
            columns = {"previewed_at": now} if done else {}
            await moved.progress(connection, of.id, examined=examined, **columns)
        return Turned(after=None if done else page[-1].place, examined=examined, told=len(moves))

    async def _begun(self, connection: read.Place, turn: Turn) -> tuple[Publication, datetime]:
        of = await read.publication(connection, turn.publication)
        if turn.after is None and not turn.passes:
            # A preview goes over all; the first pass of what was approved over what the preview foresaw.
            foreseen = of.id if of.approved_at is not None else None
            total = await moved.count_running(connection, of.year, foreseen)
            async with self._engine.begin() as writing:
                begun = {"begun_at": of.now} if of.approved_at and not of.begun_at else {}
                await moved.progress(writing, of.id, total=total, examined=0, **begun)
        return of, of.now

    # -- telling the cases --------------------------------------------------------------------------

    @activity.defn(name="apply_calendar_turn")
    async def apply(self, turn: Turn) -> Turned:
        """Tells the cases of a page whose clocks move, each under an id of its own; the others hear nothing.

        The first pass goes over the clocks that the preview foresaw, later ones over all that run.
        """
        current = await store.load(self._engine)
        async with self._engine.connect() as connection:
            of, now = await self._begun(connection, turn)
            if of.approved_at is None:
                raise ApplicationError("nobody approved it", non_retryable=True)
            foreseen = None if turn.passes else of.id
            page = await moved.running(connection, of.year, turn.after, PAGE, foreseen)
            settled = await moved.settled(connection, of.id, {r.case_id for r in page})
        news = news_of(current)
        moves = await _moves([r for r in page if r.case_id not in settled], news.pins, now)
        async with self._engine.begin() as connection:
            await moved.note_moves(connection, of.id, moves, "moving")
        cases = sorted({running.case_id for running, _ in moves}, key=str)
        told, gone, left = await self._tell(of.id, cases, news)
        done = len(page) < PAGE
        examined = turn.examined + len(page)
        async with self._engine.begin() as connection:
            await moved.settle_moves(connection, of.id, told, "moved")
            await moved.settle_moves(connection, of.id, gone, "gone")
            if not turn.passes:
                await moved.progress(connection, of.id, examined=examined)
            if done:
                await moved.progress(connection, of.id, passes=turn.passes + 1)
        after = None if done else page[-1].place
        return Turned(after=after, examined=examined, told=len(told), left=left)

    async def _tell(
        self, number: int, cases: Sequence[uuid.UUID], news: CalendarNews
    ) -> tuple[list[uuid.UUID], list[uuid.UUID], int]:
        told: list[uuid.UUID] = []
        gone: list[uuid.UUID] = []
        gate = asyncio.Semaphore(IN_FLIGHT)
        data = news.model_dump(mode="json")
        async with self._engine.connect() as connection:
            now = await acts.app_now(connection)

        async def tell(case_id: uuid.UUID) -> None:
            async with gate:
                command = self._signer.sign(
                    Command(
                        act_id=str(act_id_of(number, case_id)),
                        case_id=str(case_id),
                        kind="apply_calendar",
                        received_at=now,
                        actor=SYSTEM,
                        data=data,
                    )
                )
                try:
                    await self._send(command)
                except self._gone:
                    gone.append(case_id)
                except Refused as refused:
                    if refused.why is not Refusal.CASE_CLOSED:
                        raise
                    gone.append(case_id)
                else:
                    told.append(case_id)
                await asyncio.sleep(PAUSE)

        results = await asyncio.gather(*(tell(c) for c in cases), return_exceptions=True)
        left = [error for error in results if isinstance(error, BaseException)]
        for error in left[:3]:
            if not isinstance(error, NotYet):
                activity.logger.warning("calendar %s: %s: %s", number, type(error).__name__, error)
        return told, gone, len(left)

    @activity.defn(name="finish_calendar")
    async def finish(self, publication: int) -> None:
        """Nothing is left on the old edition."""
        async with self._engine.begin() as connection:
            of = await read.publication(connection, publication)
            total = await moved.count_running(connection, of.year)
            await moved.finish(connection, publication, total)


def _with(of: Publication) -> Published:
    """What will be in force once the publication is approved."""
    current = published()
    return Published(order=of.id, pins={**current.pins, of.year: of.pin}, paper=of.edition.source)


async def _moves(
    page: Sequence[Running], pins: Mapping[str, str], now: datetime
) -> list[tuple[Running, date]]:
    """The clocks of the page that move, with their new legal end."""
    found = []
    for number, running in enumerate(page):
        if number % BREATH == BREATH - 1:
            await asyncio.sleep(REST)
        clock = running.clock
        try:
            calendars = Calendars.from_pins(merged(clock.calendar_pins, pins))
            end = moved_by(clock, calendars, now)
        except (DeadlineError, LookupError) as error:
            # A clock that cannot be computed at all is for the inspector, not for the calendar.
            activity.logger.warning("%s %s: %s", running.case_id, clock.key, error)
            continue
        if end is not None:
            found.append((running, end.legal_end))
    return found
