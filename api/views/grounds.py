"""Why a simple deregistration was not possible (简易注销的不适用情形), told on the case's page as in its letter: all of it at once."""

from dataclasses import dataclass
from typing import Final

from law.simple_deregistration import title_of
from storage.tables import CaseRow

STEM: Final = "simple_deregistration"
REFUSED: Final = "refused"


@dataclass(frozen=True)
class GroundView:
    """One ground: what stands in the way, what was found, and the article."""

    title: str
    found: str
    article: str


@dataclass(frozen=True)
class GroundsView:
    """All of them. `curable`: once they are cured the entity may publish again."""

    grounds: tuple[GroundView, ...]
    curable: bool


def grounds_of(case: CaseRow) -> GroundsView | None:
    """What the refusal rests on, once it was told; None of any other case."""
    if case.procedure != STEM or case.stage != REFUSED:
        return None
    found = tuple(
        GroundView(title_of(f["code"], f["rule"]), f["fact"], f["cite"])
        for f in case.facts
        if f["state"] == "bad"
    )
    return GroundsView(found, bool(case.decision.get("curable"))) if found else None
