"""What REST answers about lights: documented shapes."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime

from api.views.shapes import LightShape, Shape


class LightCount(Shape):
    """How many cases of one item or one holder are over (`red`) and short (`amber`)."""

    value: str
    name: str
    red: int
    amber: int


class LightsAnswer(Shape):
    """`green` is counted up to 1000; `value` of a holder is what `holder` filters by."""

    office: str
    red: int
    amber: int
    green: int
    procedures: list[LightCount]
    holders: list[LightCount]


class CaseAtRisk(Shape):
    """One running clock of law that binds the agency and is over or short."""

    number: str
    case_id: UUID
    title: str
    procedure: str
    procedure_title: str
    stage: str
    stage_label: str
    office: str
    clock: str
    clock_id: str
    clock_name: str
    legal_end: date
    ends_at: AwareDatetime
    light: LightShape
    card: Literal["yellow", "red"] | None
    overdue_reason: str
    holder: str
    role: str | None
    task_id: str | None
    url: str
    page_url: str
    due_page_url: str


class AtRiskList(Shape):
    """Least time left first."""

    items: list[CaseAtRisk]
    next_cursor: str | None
