"""What a published calendar does to a running clock: one rule for the preview, for the batches and in the case."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from domain.calendar_news import CalendarNews
from domain.clocks import deadline_of
from domain.contracts import RunningClock
from law import calendars as law
from law.calendars import Calendars, Published
from law.deadlines import Deadline
from law.ladder import ladder


def news_since(order: int) -> CalendarNews | None:
    """What this process knows to be in force and a case that knows `order` does not; None where it knows all."""
    published = law.published()
    return news_of(published) if published.order > order else None


def news_of(published: Published) -> CalendarNews:
    """Raises UnknownEdition where this process has not learned an edition."""
    pins = {str(year): pin or _shipped(year) for year, pin in published.pins.items()}
    return CalendarNews(
        order=published.order,
        pins=pins,
        editions=[
            law.edition_of(pin).to_json()
            for pin in pins.values()
            if pin and not law.is_shipped(pin)
        ],
        paper=published.paper,
        by=published.by,
        taken_back=published.taken_back,
    )


def _shipped(year: int) -> str:
    newest = [edition.pin for edition in law.shipped_editions() if edition.year == year]
    return newest[-1] if newest else ""


def merged(pins: Iterable[str], news: Mapping[str, str]) -> tuple[str, ...]:
    """The pins with those of the news in place of the same years', in the order of years."""
    by_year = {pin.split(".")[0]: pin for pin in pins} | dict(news)
    return tuple(pin for _, pin in sorted(by_year.items()) if pin)


def moved_by(clock: RunningClock, calendars: Calendars, now: datetime) -> Deadline | None:
    """The clock's new deadline, or None where nothing of it changes.

    A step of the ladder that moves while the end stays is a change too: no timer keeps an old date. What stands
    still has no end to move; it is computed when it resumes. An end is never moved into the past: whoever was told
    a date may rely on it until it comes (no article that was read says so of calendars: 待核).

    Raises:
        UnknownClock, DeadlineError: as `deadline_of`.
    """
    if clock.state != "running" or clock.paused:
        return None
    end = deadline_of(clock, calendars)
    if end.paused or end.ends_at <= now:
        return None
    if (end.raw_end, end.legal_end, end.ends_at) != (clock.raw_end, clock.legal_end, clock.ends_at):
        return end
    steps = {rung.kind: rung.at for rung in clock.rungs if rung.fired_at is None}
    coming = {r.kind.value: r.at for r in ladder(end, calendars) if r.kind.value in steps}
    return end if coming != steps else None
