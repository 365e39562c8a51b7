"""What a reader asks of the lists of devices and duties: one set of filters for the pages and for REST."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from fastapi import Depends, Query

from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.security.person import Person
from api.views.equipment import FRESH_DAYS, since_of
from law.deadlines import add_months
from storage.equipment import Change, Filters, Standing

YEARS: Final = range(2000, 2200)
Category = Annotated[str, Query(max_length=4, description="a category of the catalogue (种类)")]
State = Annotated[
    Literal["", "in_use", "stopped", "scrapped", "unregistered"],
    Query(description="of the use registration"),
]
StandingAsked = Annotated[
    Literal["", "valid", "due", "overdue", "unknown", "resting"],
    Query(description="of the periodic inspection today; due: within a month"),
]
Text = Annotated[
    str,
    Query(
        max_length=100,
        description="of the unit or the place; the beginning of a device's code; a unit's whole code",
    ),
]
Freshness = Annotated[
    Literal["", "fresh", "stale"],
    Query(description="whether it was looked at or changed within `days`"),
]
Days = Annotated[int, Query(ge=1, le=366)]
Changed = Annotated[
    Literal["", "registered", "resumed", "stopped", "scrapped"],
    Query(description="what happened this month"),
]
Due = Annotated[str, Query(max_length=7, description="the month in which the inspection ends")]


def month_of(said: str) -> tuple[date, date]:
    """The first and the last day of `2026-09`.

    Raises:
        Problem: invalid_input.
    """
    try:
        first = date.fromisoformat(f"{said}-01")
        if first.year not in YEARS:
            raise ValueError(said)
    except ValueError as wrong:
        told = _("请填写月份，例如 2026-09")
        raise Problem("invalid_input", errors=[FieldError(told, parameter="due")]) from wrong
    return first, date.fromordinal(add_months(first, 1).toordinal() - 1)


@dataclass(frozen=True)
class Asked:
    """The filters as they were sent."""

    category: str = ""
    state: str = ""
    standing: str = ""
    q: str = ""
    freshness: str = ""
    days: int = FRESH_DAYS
    changed: str = ""
    due: str = ""

    def sent(self) -> dict[str, str]:
        """For the address of the same list."""
        return {
            "category": self.category,
            "state": self.state,
            "standing": self.standing,
            "q": self.q,
            "freshness": self.freshness,
            "days": str(self.days) if self.freshness else "",
            "changed": self.changed,
            "due": self.due,
        }

    @property
    def narrowed(self) -> bool:
        return any(self.sent().values())

    def filters(self, office: str, person: Person) -> Filters:
        """Raises Problem invalid_input where the month is none."""
        first, last = month_of(self.due) if self.due else (None, None)
        return Filters(
            office,
            category=self.category,
            state=self.state,
            standing=Standing(self.standing) if self.standing else None,
            text=self.q,
            fresh={"fresh": True, "stale": False}.get(self.freshness),
            changed=Change(self.changed) if self.changed else None,
            since=since_of(person.now, self.days),
            due_from=first,
            due_to=last,
        )


def asked(
    category: Category = "",
    state: State = "",
    standing: StandingAsked = "",
    q: Text = "",
    freshness: Freshness = "",
    days: Days = FRESH_DAYS,
    changed: Changed = "",
    due: Due = "",
) -> Asked:
    return Asked(category, state, standing, q.strip(), freshness, days, changed, due)


Wanted = Annotated[Asked, Depends(asked)]
