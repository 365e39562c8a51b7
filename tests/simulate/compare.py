"""Puts one case to ``law/`` and to the oracle and tells the difference."""

from collections.abc import Callable
from datetime import date

from law.calendars import default_calendars
from law.clocks import CLOCKS, Ground, Unit
from law.deadlines import DeadlineError, Suspension, deadline
from tests.oracle.answers import Answer, Refused, answer
from tests.simulate.cases import Case

CALENDARS = default_calendars()


def oracle_says(case: Case) -> Answer | Refused:
    """The second reading's answer."""
    try:
        return answer(
            case.clock,
            case.trigger,
            length=case.length,
            pauses=case.pauses,
            extended=case.extended,
            granted=case.granted,
        )
    except Refused as refusal:
        return refusal


def law_says(case: Case) -> Answer | DeadlineError:
    """The product's answer, in the oracle's words.

    A clock that never stops is asked with a ground that other clocks know, so that its own list
    must refuse it.
    """
    clock = CLOCKS[case.clock]
    grounds = clock.suspension or (Ground.TESTING,)
    suspensions = [
        Suspension(first, last, ground=grounds[n % len(grounds)].value)
        for n, (first, last) in enumerate(case.pauses)
    ]
    try:
        told = deadline(
            clock,
            case.trigger,
            CALENDARS,
            length=None if case.length is None else case.length[0],
            unit=None if case.length is None else Unit(case.length[1].upper()),
            suspensions=suspensions,
            extended=case.extended,
            extension=case.granted,
        )
    except DeadlineError as refusal:
        return refusal
    return Answer(told.raw_end, _day(told.legal_end), told.ends_at, told.provisional)


def _day(end: date | None) -> date:
    if end is None:
        raise AssertionError("a clock whose pauses have all ended must have an end")
    return end


def difference(case: Case, ask: Callable[[Case], Answer | Exception] = law_says) -> str | None:
    """None where both give the same answer or both refuse; else the case and both answers."""
    ours, theirs = ask(case), oracle_says(case)
    if isinstance(ours, Answer) != isinstance(theirs, Answer) or (
        isinstance(ours, Answer) and ours != theirs
    ):
        return f"{case}\n    law/:   {_told(ours)}\n    oracle: {_told(theirs)}"
    return None


def _told(said: Answer | Exception) -> str:
    if isinstance(said, Answer):
        guess = ", provisional" if said.provisional else ""
        ends = f"ends at {said.ends_at.isoformat()}"
        return f"raw {said.raw_end}, legal {said.legal_end}, {ends}{guess}"
    return f"{type(said).__name__}: {said}"
