"""What cases say to each other: an order to open one, the report of its end, a notice between two."""

from datetime import datetime
from typing import Any

from pydantic import Field

from domain.contracts import Actor, Contract


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
