"""One date explained: the card with its trace, and what happened to the clock since it started."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.services import Services
from api.views import words
from api.views.cases import CaseView
from api.views.clocks import ClockView
from api.views.lights import CARD_NAMES
from api.views.timeline import Line, lines
from law.lights import CARDS, Card
from law.zone import local
from storage.projector import stored_events


@dataclass(frozen=True)
class Explained:
    """A clock of a case with its story, newest first."""

    clock: ClockView
    story: list[Line]

    @property
    def trigger(self) -> datetime:
        """The instant from which the days are counted (that day is not)."""
        return local(self.clock.row.trigger)

    @property
    def event(self) -> str:
        """What set the clock going, in the statute's words."""
        return words.known(self.clock.deadline.clock.trigger_name)

    @property
    def bound(self) -> str:
        """Whom the term binds."""
        return words.known(self.clock.deadline.clock.binds_name)

    @property
    def effect(self) -> str:
        """What the law says of its end."""
        return words.known(self.clock.deadline.clock.effect.label)

    @property
    def cards(self) -> list[tuple[Card, str, datetime, str]]:
        """The yellow and red cards of this step: which, its name, when, to which post."""
        return [
            (
                CARDS[rung.kind],
                _(CARD_NAMES[CARDS[rung.kind]]),
                rung.at,
                words.role_label(rung.role),
            )
            for rung in self.clock.running_clock.rungs
            if rung.fired_at is not None and rung.kind in CARDS
        ]

    @property
    def doubt(self) -> str:
        """What the reader must know of a row that was not read in full, or that is out of force."""
        if self.clock.deadline.in_force is False:
            return _("起算日不在这条规定的施行期间内，请以承办机关的书面文书为准。")
        if self.clock.deadline.clock.verified.value != "TEXT":
            return _("这条规定的原文还没有核对（待核），日期以承办机关的书面文书为准。")
        return ""


async def explained(
    connection: AsyncConnection, means: Services, view: CaseView, clocks: list[ClockView]
) -> list[Explained]:
    """The clocks with what happened to each, as the reader may know it."""
    case = view.case
    cipher = means.keys.cached(case.case_id) or await means.keys.cipher(case.case_id)
    events = await stored_events(connection, case.case_id, cipher)
    found = []
    for clock in clocks:
        own = [event for event in events if event.data.get("clock") == clock.row.key]
        found.append(Explained(clock, lines(own, case, view.viewer)[::-1]))
    return found
