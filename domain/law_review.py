"""What a clock of a case would end at under another row of its rule. Asked, never applied: a case keeps its row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.clocks import suspensions_of
from domain.contracts import RunningClock
from law.calendars import Calendars, default_calendars
from law.clock_types import Clock
from law.deadlines import DeadlineError, deadline
from law.editions import Difference


@dataclass(frozen=True)
class Ends:
    """The legal end under both rows; a side that cannot be computed has none, and `refused` says why.

    `ran_under` is the row of the case itself.
    """

    rule: str
    ran_under: str
    old: date | None
    new: date | None
    refused: str = ""

    @property
    def differ(self) -> bool:
        return self.old != self.new or bool(self.refused)


def rows_of(differences: Iterable[Difference]) -> dict[str, Difference]:
    """Clock id → the difference it is a side of."""
    return {
        row.id: difference
        for difference in differences
        for row in (difference.old, difference.new)
        if row is not None
    }


def ends_of(clock: RunningClock, sides: Mapping[str, Difference]) -> Ends | None:
    """Both ends of a clock of a case; None where its rule does not differ."""
    difference = sides.get(clock.clock_id)
    if difference is None:
        return None
    ends: list[date | None] = []
    refused = ""
    for row in (difference.old, difference.new):
        try:
            ends.append(_end(clock, row) if row is not None else None)
        except DeadlineError as error:
            ends.append(None)
            refused = str(error)
    return Ends(difference.rule, clock.clock_id, ends[0], ends[1], refused)


def _end(clock: RunningClock, row: Clock) -> date:
    return deadline(
        row,
        clock.trigger,
        _calendars(clock),
        length=clock.length,
        suspensions=suspensions_of(clock),
        extended=clock.extension is not None,
        # Granted in the unit of its own row; one that sets the length itself takes no other.
        extension=clock.extension.length if clock.extension and row.extension_set_in else None,
    ).legal_end


def _calendars(clock: RunningClock) -> Calendars:
    """The editions that the case pins, and the newest of the years its own row did not reach."""
    pinned = Calendars.from_pins(tuple(clock.calendar_pins)).editions
    years = {edition.year for edition in pinned}
    return Calendars([*pinned, *(e for e in default_calendars().editions if e.year not in years)])
