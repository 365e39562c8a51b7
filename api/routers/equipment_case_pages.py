"""Pages of the desk with the cases behind a figure: this year's accidents, this year's duties that were done."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import cursors
from api.case_access import office_of
from api.i18n import gettext as _
from api.routers.equipment import Cursor
from api.security.current import Staff
from api.security.person import Person
from api.services import Means
from api.templating import render
from api.views import words
from api.views.equipment import ACCIDENTS_PATH, DONE_PATH, address, device_path, duty_name
from law.zone import civil_date, day_start
from storage import equipment_cases
from storage.duties import FULFILLED, YEARLY
from storage.equipment_cases import After, Behind, Found
from storage.hazard_board import ACCIDENT

router = APIRouter(include_in_schema=False)

LIST: Final = 50
DutyDone = Annotated[
    Literal["se_responsibility_pledge", "se_emergency_plan", "se_emergency_drill"], Query()
]
Class = Annotated[
    Literal["", "general", "larger", "major", "extraordinary", "none"], Query(alias="class")
]


async def _page(
    request: Request,
    person: Person,
    means: Means,
    behind: Behind,
    *,
    heading: str,
    sent: Mapping[str, str],
    cursor: str | None,
) -> Response:
    place = cursors.read(cursor)
    after = After(place.at, place.id) if place else None
    async with means.engine.connect() as connection:
        rows = await equipment_cases.listed(connection, behind, after, LIST + 1)
    following = ""
    if len(rows) > LIST:
        last = cursors.Cursor(rows[LIST - 1].opened_at, rows[LIST - 1].case_id)
        following = address(request.url.path, **sent, cursor=str(last))

    def stage(row: Found) -> str:
        return words.stage_name(row.procedure, row.stage, row.catalogue_version)

    context = {
        "heading": heading,
        "rows": rows[:LIST],
        "stage": stage,
        "grade": words.accident_class,
        "device_path": device_path,
        "following": following,
    }
    return render(request, "desk/equipment_cases.html", context)


@router.get(ACCIDENTS_PATH)
async def accidents_page(
    request: Request,
    person: Staff,
    means: Means,
    stage: Annotated[str, Query(max_length=48)] = "",
    accident_class: Class = "",
    cursor: Cursor = None,
) -> Response:
    """Accidents that were opened this civil year, of a stage and a class (none: not known yet)."""
    year = day_start(civil_date(person.now).replace(month=1, day=1))
    behind = Behind(
        office_of(person, means.office),
        ACCIDENT,
        stages=(stage,) if stage else (),
        grade={"": None, "none": ""}.get(accident_class, accident_class),
        opened_since=year,
    )
    sent = {"stage": stage, "class": accident_class}
    heading = _("今年的事故")
    return await _page(request, person, means, behind, heading=heading, sent=sent, cursor=cursor)


@router.get(DONE_PATH)
async def done_page(
    request: Request,
    person: Staff,
    means: Means,
    duty: DutyDone = YEARLY[0],
    late: Annotated[Literal["", "yes"], Query()] = "",
    cursor: Cursor = None,
) -> Response:
    """Cases of a yearly duty that ended well this civil year; `late`: after its last day."""
    year = day_start(civil_date(person.now).replace(month=1, day=1))
    stages = FULFILLED[1:] if late else FULFILLED
    behind = Behind(office_of(person, means.office), duty, stages=stages, closed_since=year)
    heading = _("今年已履行：%(duty)s") % {"duty": duty_name(duty)}
    sent = {"duty": duty, "late": late}
    return await _page(request, person, means, behind, heading=heading, sent=sent, cursor=cursor)
