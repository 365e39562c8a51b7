"""What stands in the way of an easy end of an entity, as the registers know it (实施细则 48; law.md §2.7, SD-01…16).

The market register has its own facts; courts and the register of collateral are asked themselves (`registers.encumbrances`),
what is owed to a department stands in that department's own register. Branches and prior approval are in the entry.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from registers.messages import Message, Short, Uscc

Shorts = Annotated[tuple[Short, ...], Field(max_length=200)]


class EndedSimple(Message):
    """An earlier simple deregistration that was stopped; `curable`: for a reason that can be cured (容错)."""

    ended_on: date
    curable: bool
    reason: Short


class Standings(Message):
    """What the market register holds beyond the entry; all empty where nothing stands in the way.

    `closure` is an order beside the entry's own status, `closure_on` its day; investigations hold cases opened and compulsory measures,
    penalties those not fully executed, objections those of departments still open.
    """

    investors: Shorts = ()
    closure: Literal["ordered_closed", "annulled"] | None = None
    closure_on: date | None = None
    investments: Shorts = ()
    investigations: Shorts = ()
    penalties: Shorts = ()
    listed_company: bool = False
    special_measures: bool = False
    ended_simple: Annotated[tuple[EndedSimple, ...], Field(max_length=50)] = ()
    objections: Shorts = ()


class Owed(Message):
    """One thing that a department has against an entity: its code there, and in words."""

    mark: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")]
    note: Annotated[str, Field(max_length=200)]


class DeskStanding(Message):
    """All that the department has against the entity itself now; empty where it has nothing."""

    uscc: Uscc
    owed: Annotated[tuple[Owed, ...], Field(max_length=200)]
