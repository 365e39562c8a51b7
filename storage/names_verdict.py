"""What the rules and the library say of a proposed name, as one verdict: for cases, pages and programs."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from law.clock_types import Verified
from law.names.check import NameCheck, Standing
from law.names.compare import explain
from law.names.model import Name
from law.names.rules import Effect
from storage.names_registry import Collision, collisions

# More names than this are nobody's reading; how many there are is said all the same.
MOST_SHOWN: Final = 20


class Outcome(StrEnum):
    """What becomes of the name, gravest first."""

    REFUSED = "refused"
    TAKEN = "taken"
    MANUAL = "manual"
    SIMILAR = "similar"
    CONDITIONAL = "conditional"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The findings about a name by itself, and every held name it collides with, SAME first."""

    check: NameCheck
    collisions: tuple[Collision, ...]

    @property
    def taken(self) -> bool:
        return any(c.effect is Effect.SAME for c in self.collisions)

    @property
    def conditional(self) -> bool:
        """Whether the applicant has to declare or prove something (跨省经营, 控股企业…)."""
        return any(f.effect is Effect.CONDITION for f in self.check.findings)

    @property
    def outcome(self) -> Outcome:
        if self.check.standing is Standing.REFUSED:
            return Outcome.REFUSED
        if self.taken:
            return Outcome.TAKEN
        if self.check.standing is Standing.MANUAL:
            return Outcome.MANUAL
        if self.collisions:
            return Outcome.SIMILAR
        return Outcome.CONDITIONAL if self.conditional else Outcome.FREE

    def to_json(self) -> dict[str, Any]:
        """Plain data. Differences are positions in both texts as given, end exclusive."""
        data = self.check.to_json()
        for shown, finding in zip(data["findings"], self.check.findings, strict=True):
            shown["title"] = finding.rule.title
            shown["verified"] = finding.rule.verified is Verified.TEXT
        name = self.check.name
        listed = self.collisions[:MOST_SHOWN] if name is not None else ()
        return {
            **data,
            "outcome": self.outcome.value,
            "collisions": [_collision(c, name) for c in listed if name is not None],
            "collisions_in_all": len(self.collisions),
        }


def _collision(found: Collision, name: Name) -> dict[str, Any]:
    hit = found.held.hit(found.rule, name)
    return {
        "name": found.held.text,
        "effect": found.effect.value,
        "rule": found.rule.id,
        "title": found.rule.title,
        "basis": found.rule.cite,
        "verified": found.rule.verified is Verified.TEXT,
        "held": found.held.state.value,
        "held_label": found.held.state.label,
        "differences": [d._asdict() for d in hit.differences()],
        "explanation": explain(hit),
    }


def prefecture(division: str) -> str:
    """The prefecture of a district or county: its registrars are compared as one (law.md §3.3)."""
    return f"{division[:4]}00"


async def verdict_of(
    connection: AsyncConnection, check: NameCheck, *, jurisdiction: str, own_case: Any = None
) -> Verdict:
    """The verdict as of now; a name that cannot be declared anyway is not compared."""
    if check.name is None or check.standing is Standing.REFUSED:
        return Verdict(check, ())
    return Verdict(
        check,
        await collisions(connection, check.name, jurisdiction=jurisdiction, own_case=own_case),
    )
