"""What cases say to each other: an order to open one, the report of its end, a notice between two."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from pydantic import Field

from domain.contracts import Actor, Contract

# Ids of related cases, and of what cases say to each other, follow from what they are about.
SPACE: Final = UUID("6a0f1b52-2f0e-5c0e-9a5e-7d8f3b1c4e21")


def told_id(from_case: str, to_case: str, kind: str, seq: int) -> UUID:
    """Id of the act by which one case tells another something."""
    return uuid5(SPACE, f"tell:{from_case}:{to_case}:{kind}:{seq}")


class RelatedOrder(Contract):
    """Open a related case through an act of its own; its id follows from parent and item."""

    parent_case: str
    item: str
    procedure: str
    office: str
    at: datetime
    actor: Actor
    data: dict[str, Any] = Field(default_factory=dict)
    offset_seconds: float = 0.0
    sweep: bool = True


class ParentReport(Contract):
    parent_case: str
    item: str
    case_id: str
    outcome: str
    at: datetime


class CaseNotice(Contract):
    """An act of one case to another: (from, to, kind, seq) is unique, so a retry is the same act."""

    from_case: str
    to_case: str
    kind: str
    seq: int = 1
    data: dict[str, Any] = Field(default_factory=dict)
    at: datetime
