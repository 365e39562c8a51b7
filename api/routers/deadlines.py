"""REST: when a statutory clock ends, and the reason of every day. No case, no account needed."""

from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from api.documentation import WITH_BODY, refusals
from api.problems import FieldError, Problem
from api.security.current import Anyone
from api.views import shapes
from forms.fields import Day
from law.calendars import default_calendars
from law.clock_types import Unit
from law.clocks import UnknownClock, find_clock
from law.deadlines import Deadline, DeadlineError, Suspension, deadline
from law.suspensions_given import check_within

router = APIRouter(prefix="/api/v1/deadline-calculations", tags=["deadlines"])

# More days than this are told as runs only (`trace`): thirty years of days are nobody's reading.
MAX_DAYS: Final = 4000
# Which value a refusal of the arithmetic is about.
POINTERS: Final = {
    "trigger-invalid": "/trigger",
    "length-required": "/length",
    "length-not-allowed": "/length",
    "length-invalid": "/length",
    "suspension-invalid": "/suspensions",
    "suspension-outside": "/suspensions",
    "ground-not-allowed": "/suspensions",
    "extension-not-allowed": "/extended",
    "extension-length-required": "/extension",
}


class SuspensionWanted(BaseModel):
    """Days that are not counted, both ends included; without `to` the clock stands still."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    start: Annotated[Day, Field(alias="from")]
    end: Annotated[Day | None, Field(alias="to")] = None
    ground: Annotated[str, Field(max_length=32)] = "unspecified"
    article: Annotated[str, Field(max_length=200)] = ""
    paper: Annotated[str, Field(max_length=200)] = ""


def _written(value: Any) -> Any:
    # Pydantic would take a number, also in a string, as seconds since 1970.
    if not isinstance(value, str) or "-" not in value[1:]:
        raise ValueError("时间应当写成 2026-09-28T10:00:00+08:00")
    return value


class Calculation(BaseModel):
    """A clock of the law and its trigger: an instant, or a civil day in Asia/Shanghai."""

    model_config = ConfigDict(extra="forbid")

    clock: Annotated[str, Field(max_length=16, examples=["R01"])]
    trigger: Annotated[
        AwareDatetime | date,
        Field(union_mode="left_to_right", examples=["2026-09-23T10:02:37+08:00"]),
        BeforeValidator(_written),
    ]
    length: Annotated[int | None, Field(ge=0, le=10_000)] = None
    unit: Unit | None = None
    extended: Annotated[int, Field(ge=0, le=10)] = 0
    extension: Annotated[int | None, Field(ge=0, le=10_000)] = None
    suspensions: Annotated[list[SuspensionWanted], Field(max_length=100)] = []


def _refusal(code: str, message: str, pointer: str, article: str = "") -> Problem:
    return Problem(
        "invalid_input",
        message,
        errors=[FieldError(message, pointer=pointer)],
        extra={"reason": code} | ({"article": article} if article else {}),
    )


def calculated(wanted: Calculation) -> Deadline:
    """Raises Problem invalid_input: `reason` in it is the arithmetic's own stable code, `article` the clock's source."""
    try:
        clock = find_clock(wanted.clock)
    except UnknownClock as error:
        raise _refusal("unknown-clock", str(error), "/clock") from error
    suspensions = tuple(
        Suspension(s.start, s.end, s.ground, s.article, s.paper) for s in wanted.suspensions
    )
    try:
        found = deadline(
            clock,
            wanted.trigger,
            default_calendars(),
            length=wanted.length,
            unit=wanted.unit,
            suspensions=suspensions,
            extended=wanted.extended,
            extension=wanted.extension,
        )
        check_within(found, suspensions)
    except DeadlineError as error:
        pointer = POINTERS.get(error.code, "")
        raise _refusal(error.code, str(error), pointer, clock.citation) from error
    return found


@router.post(
    "",
    operation_id="explainDeadline",
    response_model=shapes.DeadlineResult,
    responses=refusals(*WITH_BODY, "malformed_body", "forbidden_characters", "forged_request"),
)
async def explain_deadline(
    visitor: Anyone,
    wanted: Annotated[
        Calculation,
        Body(examples=[{"clock": "R01", "trigger": "2026-09-23T10:02:37+08:00"}]),
    ],
) -> Response:
    """The legal end with each counted and skipped day and its reason; nothing is stored."""
    found = calculated(wanted)
    body: dict[str, Any] = found.to_json()
    days = sum(row.length for row in found.trace)
    body["days"] = None
    if days <= MAX_DAYS:
        body["days"] = [
            {
                "date": day.date.isoformat(),
                "kind": day.kind.value,
                "number": day.number,
                "reason": day.reason_zh,
                "source": day.source,
            }
            for day in found.days()
        ]
    return JSONResponse(body)
