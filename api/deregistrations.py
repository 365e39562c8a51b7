"""Simple deregistration (简易注销) at the API: what a case that has lapsed says to an application."""

from typing import Final

from api.problems import from_refusal
from api.views.cases import CaseView
from domain import refusal_words as words
from domain.refusals import Refusal, Refused
from law.clocks import find_clock
from law.zone import day_zh

LAPSED: Final = "lapsed"


def refuse_lapsed(view: CaseView) -> None:
    """A closed case would only say that it is closed; this one names the day and the article.

    Raises:
        Problem: term_over.
    """
    if view.case.stage != LAPSED or not view.viewer.own:
        return
    grace = view.row.clocks.grace
    for clock in view.clocks:
        if clock.row.clock_id == grace:
            law = find_clock(clock.row.clock_id)
            end = f"{day_zh(clock.row.legal_end)} 24:00"
            parts = {"clock": law.name, "article": law.citation, "effect": law.effect.label}
            raise from_refusal(Refused(Refusal.TERM_OVER, words.TERM_OVER % {"day": end, **parts}))
