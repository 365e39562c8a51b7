"""Office calendars (节假日安排): which civil days the State Council's yearly notices make working days.

One immutable edition per year with its source papers. A day no edition names is off on Saturday
and Sunday and worked otherwise. A year without an edition is provisional: weekends plus the
statutory holidays of 全国年节及纪念日放假办法 (2024), never a silent guess.

Editions come with a release, or are published in a running installation: each process keeps the known
editions and which of them are in force. A pin names one text for ever, so what a case pinned can be
computed anywhere that knows its editions.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from law import calendar_data
from law.calendar_data import CalendarEdition as CalendarEdition
from law.calendar_data import CalendarError as CalendarError
from law.calendar_data import EditionDay as EditionDay
from law.calendar_data import EditionInvalid as EditionInvalid
from law.calendar_data import EditionPaper as EditionPaper
from law.calendar_data import edition_digest as edition_digest
from law.provisional import STATUTE, statutory_holidays

ONE_DAY = timedelta(days=1)
WORKDAY = "工作日"
WEEKEND = "周末"


class UnknownEdition(CalendarError):
    """A pin that names no known edition: the case cannot be computed as it was."""

    def __init__(self, pin: str) -> None:
        super().__init__(f"没有这一版日历: {pin}")
        self.pin = pin


class Day(NamedTuple):
    """One civil day: worked or not, why, and the paper that says so (empty for a plain weekday)."""

    date: date
    works: bool
    reason_zh: str
    source: str


@dataclass(frozen=True, slots=True)
class _Named:
    works: bool
    reason_zh: str
    source: str


class Calendars:
    """An immutable set of pinned editions, at most one per year."""

    __slots__ = ("_days", "_editions", "_hash", "_works", "pins")

    def __init__(self, editions: Iterable[CalendarEdition]) -> None:
        by_year = {e.year: e for e in sorted(editions, key=lambda e: (e.year, e.version))}
        self._editions: Mapping[int, CalendarEdition] = MappingProxyType(by_year)
        self.pins: tuple[str, ...] = tuple(e.pin for e in by_year.values())
        named: dict[date, _Named] = {}
        for edition in by_year.values():
            for day in edition.days:
                # A later notice may restate a day of the neighbouring year: the later one wins.
                named[day.date] = _Named(day.works, day.reason_zh, edition.source)
        self._days: Mapping[date, _Named] = MappingProxyType(named)
        self._works: dict[date, bool] = {}
        self._hash = hash(self.pins)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Calendars) and self.editions == other.editions)

    def __repr__(self) -> str:
        return f"Calendars({self.pins!r})"

    @property
    def editions(self) -> tuple[CalendarEdition, ...]:
        return tuple(self._editions.values())

    @classmethod
    def from_pins(
        cls, pins: Iterable[str], editions: Iterable[CalendarEdition] = ()
    ) -> "Calendars":
        """The set pinned in a case.

        `editions` are published after the release (from the database); the shipped ones are known.

        Raises:
            UnknownEdition: a pin names no shipped or given edition.
            EditionInvalid: two editions of one year, or one pin with two contents.
        """
        extra = tuple(editions)
        return _from_pins(tuple(pins)) if not extra else _resolve(tuple(pins), extra)

    def with_edition(self, edition: CalendarEdition) -> "Calendars":
        """This set with the edition in place of the one of its year, if any.

        Raises:
            EditionInvalid: the set holds this very version with other contents.
        """
        current = self._editions.get(edition.year)
        if current is not None and current.pin == edition.pin and current != edition:
            raise EditionInvalid(f"{edition.pin} 已公布,不能改动;更正须用新的版次")
        return Calendars([*(e for e in self.editions if e.year != edition.year), edition])

    def is_provisional(self, year: int) -> bool:
        """True where no notice for the year is loaded."""
        return year not in self._editions

    def is_guess(self, day: date) -> bool:
        """True where no notice covers the day: its year has none and no neighbour's names it."""
        return day.year not in self._editions and day not in self._days

    def day(self, day: date) -> Day:
        """The day with its reason and source."""
        named = self._days.get(day)
        if named is not None:
            return Day(day, named.works, named.reason_zh, named.source)
        holiday = self._provisional_holiday(day)
        if holiday:
            return Day(day, False, f"{holiday}(暂按法定节假日)", STATUTE)
        if day.weekday() >= 5:
            return Day(day, False, WEEKEND, "")
        return Day(day, True, WORKDAY, "")

    def is_workday(self, day: date) -> bool:
        """Whether offices work on the day."""
        works = self._works.get(day)
        if works is None:
            works = self._works[day] = self.day(day).works
        return works

    def next_workday(self, day: date) -> date:
        """The first working day strictly after the day."""
        day += ONE_DAY
        while not self.is_workday(day):
            day += ONE_DAY
        return day

    def previous_workday(self, day: date) -> date:
        """The last working day strictly before the day."""
        day -= ONE_DAY
        while not self.is_workday(day):
            day -= ONE_DAY
        return day

    def add_workdays(self, day: date, count: int) -> date:
        """The count-th working day after the day (before it, for a negative count)."""
        for _ in range(abs(count)):
            day = self.next_workday(day) if count > 0 else self.previous_workday(day)
        return day

    def workdays_between(self, after: date, through: date) -> int:
        """Working days in (after, through]; 0 where through is not later."""
        return sum(1 for day in _span(after + ONE_DAY, through) if self.is_workday(day))

    def _provisional_holiday(self, day: date) -> str:
        if day.year in self._editions:
            return ""
        return statutory_holidays(day.year).get(day, "")


def _span(start: date, end: date) -> Iterator[date]:
    while start <= end:
        yield start
        start += ONE_DAY


UPLOADED_FROM = 101
"""Versions of editions published in an installation begin here: no release ever ships such a pin."""


def shipped_editions() -> tuple[CalendarEdition, ...]:
    """All editions of this release, by year and version."""
    return calendar_data.EDITIONS


def edition_from_json(data: Mapping[str, Any]) -> CalendarEdition:
    """An edition as published by an administrator; raises EditionInvalid."""
    return calendar_data.parse_edition(dict(data), "published edition")


@dataclass(frozen=True, slots=True)
class Published:
    """What an installation put in force beside the editions of its release.

    Attributes:
        order: number of the last publication that two persons approved; 0 where there is none.
        pins: by year the edition in force; "" where a publication was taken back and the release rules.
        paper: source of the edition that the last publication put in force or took back.
        by: the two persons of the last publication, as people read them.
        taken_back: whether the last publication restored what was before.
    """

    order: int = 0
    pins: Mapping[int, str] = field(default_factory=dict)
    paper: str = ""
    by: str = ""
    taken_back: bool = False


# Of this process: editions that no release of this code ships, and what is in force.
_learned: dict[str, CalendarEdition] = {}
_published = Published()
_in_force: Calendars | None = None


def learn(edition: CalendarEdition) -> None:
    """Make an edition known to this process; once known is the same text for ever.

    Raises:
        EditionInvalid: the pin is known with another text.
    """
    known = {e.pin: e for e in calendar_data.EDITIONS} | _learned
    if known.setdefault(edition.pin, edition) != edition:
        raise EditionInvalid(f"{edition.pin} 有两种内容")
    if edition.pin not in _learned and edition not in calendar_data.EDITIONS:
        _learned[edition.pin] = edition


def edition_of(pin: str) -> CalendarEdition:
    """Raises UnknownEdition."""
    for edition in (*calendar_data.EDITIONS, *_learned.values()):
        if edition.pin == pin:
            return edition
    raise UnknownEdition(pin)


def learned() -> int:
    """How many editions this process knows beside the shipped ones."""
    return len(_learned)


def is_shipped(pin: str) -> bool:
    """Whether every process of this release knows the edition."""
    return any(edition.pin == pin for edition in calendar_data.EDITIONS)


def put_in_force(published: Published) -> None:
    """From now on `default_calendars` follows these publications; an older order changes nothing.

    Raises:
        UnknownEdition: an edition was not learned before.
    """
    global _published, _in_force
    if published.order <= _published.order:
        return
    calendars = _shipped()
    for pin in published.pins.values():
        if pin:
            calendars = calendars.with_edition(edition_of(pin))
    _published, _in_force = published, calendars


def published() -> Published:
    """The publications that this process knows."""
    return _published


def forget_published() -> None:
    """Back to the release's own editions: another installation's database begins (tests, stories)."""
    global _published, _in_force
    _published, _in_force = Published(), None
    _learned.clear()
    _from_pins.cache_clear()


def default_calendars() -> Calendars:
    """The editions in force: of every year the one published here, else the newest shipped."""
    return _shipped() if _in_force is None else _in_force


@cache
def _shipped() -> Calendars:
    calendars = Calendars(calendar_data.EDITIONS)
    # The years a running clock may reach: their festivals cost milliseconds the first time.
    newest = calendars.editions[-1].year
    for year in (newest + 1, newest + 2):
        statutory_holidays(year)
    return calendars


@lru_cache(maxsize=64)
def _from_pins(pins: tuple[str, ...]) -> Calendars:
    for known in (_shipped(), default_calendars()):
        if pins == known.pins:
            return known
    return _resolve(pins, ())


def _resolve(pins: tuple[str, ...], extra: tuple[CalendarEdition, ...]) -> Calendars:
    known = {edition.pin: edition for edition in calendar_data.EDITIONS} | _learned
    for edition in extra:
        # A pin names one text for ever: cases were computed from it.
        if known.setdefault(edition.pin, edition) != edition:
            raise EditionInvalid(f"{edition.pin} 有两种内容")
    for pin in pins:
        if pin not in known:
            raise UnknownEdition(pin)
    if len({known[pin].year for pin in pins}) != len(pins):
        raise EditionInvalid(f"同一年有两个版次: {'、'.join(pins)}")
    return Calendars(known[pin] for pin in pins)
