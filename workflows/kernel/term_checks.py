"""What may be done before a clock's end and what only from it on: judged by when the act was received.

The expiry itself may be processed seconds or, after an outage, hours later (design §4): what is asked here
never depends on whether it has been.
"""

from datetime import date, datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import refusal_words as words
    from domain.clocks import DECIDING
    from domain.contracts import RunningClock
    from domain.refusals import Refusal, Refused
    from law.clock_types import Clock, Effect
    from law.clocks import UnknownClock, find_clock
    from law.deadlines import DeadlineError, deadline
    from law.editions import NoRuleInForce, rule_on
    from law.zone import NaiveInstant, civil_date, day_zh

from workflows.kernel.clockwork import Clockwork, end_in_words


class TermChecks(Clockwork):
    """Checks for validators: they read the state and raise, or do nothing."""

    def check_startable(
        self,
        clock_id: str,
        trigger: datetime,
        *,
        length: int | None = None,
        on: date | None = None,
    ) -> None:
        """For a trigger that comes from outside (补录, a paper's date), before `start_clock`.

        Raises:
            Refused: MALFORMED for no such clock; NO_RULE_IN_FORCE where the day has no row, or no holiday
                notice is known for its year; INVALID_ANSWERS for what the arithmetic refuses.
        """
        try:
            law = rule_on(clock_id, on or civil_date(trigger))
            first = min(edition.year for edition in self._calendars.editions)
            if civil_date(trigger).year < first:
                raise Refused(
                    Refusal.NO_RULE_IN_FORCE,
                    words.NO_CALENDAR % {"year": first, **_of(law)},
                )
            deadline(law, trigger, self._calendars, length=length)
        except UnknownClock as unknown:
            raise Refused(Refusal.MALFORMED, str(unknown)) from unknown
        except NoRuleInForce as none:
            raise Refused(
                Refusal.NO_RULE_IN_FORCE,
                f"{none}。请核对起算日期，或者请科室负责人确认适用的规定。",
            ) from none
        except (DeadlineError, NaiveInstant) as refused:
            raise Refused(Refusal.INVALID_ANSWERS, str(refused)) from refused

    def check_before_end(self, key: str, at: datetime) -> RunningClock:
        """For a right, a claim, an objection: only until the clock's end.

        Raises:
            Refused: CLOCK_CLOSED where it was stopped, TERM_OVER at its end and after it.
        """
        clock, law = self._clock(key)
        if not clock.paused and at >= self.takes_effect_at(clock):
            raise _over(clock, law)
        if clock.state != "running":
            raise Refused(Refusal.CLOCK_CLOSED)
        return clock

    def check_after_end(self, key: str, at: datetime) -> RunningClock:
        """For what the law allows only when the clock has run out (a window, an announcement's end).

        Raises:
            Refused: CLOCK_CLOSED where it was stopped, TERM_RUNNING before its end.
        """
        clock, law = self._clock(key)
        if clock.paused or at < self.takes_effect_at(clock):
            raise Refused(
                Refusal.TERM_RUNNING,
                words.TERM_RUNNING
                % {"day": _effect_in_words(self.takes_effect_at(clock), clock, law), **_of(law)},
            )
        if clock.state not in {"running", "expired"}:
            raise Refused(Refusal.CLOCK_CLOSED)
        return clock

    def check_undecided(self, key: str | None, at: datetime) -> None:
        """For the officer's decision that a clock bounds: where silence decides, not at its end or after it.

        Raises:
            Refused: TERM_OVER.
        """
        clock = self.state.clocks.get(key or "")
        if clock is None or clock.state not in {"running", "expired"} or clock.paused:
            return
        law = find_clock(clock.clock_id)
        if law.effect in DECIDING and at >= self.takes_effect_at(clock):
            raise _over(clock, law)

    def _clock(self, key: str) -> tuple[RunningClock, Clock]:
        clock = self.state.clocks.get(key)
        if clock is None:
            raise Refused(Refusal.CLOCK_CLOSED)
        return clock, find_clock(clock.clock_id)


def _over(clock: RunningClock, law: Clock) -> Refused:
    return Refused(
        Refusal.TERM_OVER,
        words.TERM_OVER % {"day": end_in_words(clock, law), "effect": law.effect.label, **_of(law)},
    )


def _of(law: Clock) -> dict[str, str]:
    return {"clock": law.name, "article": law.citation}


def _effect_in_words(at: datetime, clock: RunningClock, law: Clock) -> str:
    if law.effect is Effect.WINDOW_OPENS and at < clock.ends_at:
        return f"{day_zh(clock.legal_end)} 0:00"
    return end_in_words(clock, law)
