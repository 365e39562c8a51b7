"""A calendar is published or taken back while a case runs: its clocks are computed again, by one event each.

A case hears of it in one of two ways, whichever comes first: the act `apply_calendar`, sent to cases whose dates
move, or the answer to its next projection, so that a case whose dates stay costs nothing until it acts again.
Both carry the edition itself: a history needs no database to be read.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from domain.calendar_news import CalendarNews
    from domain.clocks import Cause
    from domain.contracts import Command, RunningClock
    from domain.recomputing import merged, moved_by
    from domain.refusals import Refusal, Refused
    from law import calendars
    from law.calendars import CalendarError, Calendars
    from law.clocks import find_clock
    from law.deadlines import Deadline
    from law.zone import day_zh

from workflows.kernel.effects import Effects


class Recompute(Effects):
    """The act `apply_calendar`, and what a projection tells."""

    def check_apply_calendar(self, command: Command) -> None:
        """Sent by the system on behalf of the two persons who published."""
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        try:
            news = CalendarNews.model_validate(command.data)
            editions = [calendars.edition_from_json(e) for e in news.editions]
            known = [pin for pin in news.pins.values() if pin]
            Calendars.from_pins(known, editions)
        except (ValidationError, CalendarError) as error:
            raise Refused(Refusal.MALFORMED) from error

    def apply_apply_calendar(self, command: Command) -> None:
        self._take_over(CalendarNews.model_validate(command.data), command)

    def learned(self, news: CalendarNews | None) -> None:
        if news is not None:
            self._take_over(news)

    def _take_over(self, news: CalendarNews, command: Command | None = None) -> None:
        """Pin the editions in force from now on; every running clock that they move is revised."""
        if news.order <= self.calendar_order:
            return
        for text in news.editions:
            calendars.learn(calendars.edition_from_json(text))
        pins = merged(self.calendar_pins, news.pins)
        self._calendars = Calendars.from_pins(pins)
        self.state.calendar_pins, self.state.calendar_order = list(pins), news.order
        for clock in self.state.clocks.values():
            end = moved_by(clock, self._calendars, self.now())
            if end is None:
                continue
            if end.legal_end != clock.legal_end:
                self._tell_of(news, clock, end)
            self.revise_clock(
                clock,
                Cause.RECOMPUTED,
                act_id=command.act_id if command else None,
                data={
                    "edition": "、".join(pin for pin in news.pins.values() if pin),
                    "paper": news.paper,
                    "taken_back": news.taken_back,
                },
                internal={"by": news.by, "publication": news.order},
            )
            # The armed timer stands on the old date.
            self._poked = True

    def _tell_of(self, news: CalendarNews, clock: RunningClock, end: Deadline) -> None:
        """Everybody who was told the old date: the applicant, and the officer where the bureau is bound."""
        law = find_clock(clock.clock_id)
        why = f"{news.paper}{'的安排撤回' if news.taken_back else '公布'}"
        words = (
            f"因{why}，{law.name}由{day_zh(clock.legal_end)}改为{day_zh(end.legal_end)}届满。"
            "依据和逐日计算见办件页面的期限说明。"
        )
        for role in ("applicant", "officer") if law.binds_agency else ("applicant",):
            number = len(self._changes.messages) + 1
            self.change_row(
                "messages",
                {
                    "message_id": f"{self.case.case_id}:{self.state.revision + 1}:{number}",
                    "recipient": self.recipient(role, clock),
                    "kind": "clock_recomputed",
                    "text": words,
                    "at": self.now().isoformat(),
                },
            )
