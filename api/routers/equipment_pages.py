"""Pages of the desk about devices: the overview, the register, one device, one unit, the yearly duties."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api.case_access import office_of
from api.equipment_asked import Days, Wanted
from api.i18n import counted
from api.i18n import gettext as _
from api.problems import Problem
from api.routers.equipment import (
    Code,
    Cursor,
    DutyAsked,
    DutyStandingAsked,
    after_of,
    duties_after,
    duty_place,
    found,
    place_of,
)
from api.security.current import Staff
from api.services import Means
from api.templating import render
from api.views import equipment as words_of
from api.views.device_life import device_of
from api.views.equipment import (
    DEVICES_PATH,
    DUTIES_PATH,
    FRESH_DAYS,
    DeviceLine,
    DutyLine,
    Term,
    address,
    day_of,
)
from api.views.equipment_overview import overview_of
from api.views.hazards import cards_of
from law.offices import OFFICES
from law.zone import civil_date
from storage import duties, equipment, hazard_board
from storage.duties import DutyStanding
from storage.equipment import Filters

router = APIRouter(include_in_schema=False)

LIST: Final = 50
OVERVIEW: Final = "/desk/equipment"


@router.get(OVERVIEW)
async def overview_page(
    request: Request, person: Staff, means: Means, days: Days = FRESH_DAYS
) -> Response:
    """The office's figures, each a link to the list behind it."""
    office = office_of(person, means.office)
    async with means.engine.connect() as connection:
        overview = await overview_of(connection, office, person.now, days)
    known = OFFICES.get(office)
    context = {
        "o": overview,
        "office_name": known.name if known else office,
        "duty_name": words_of.duty_name,
        "fresh_href": address(DEVICES_PATH, freshness="fresh", days=str(days)),
        "stale_href": address(DEVICES_PATH, freshness="stale", days=str(days)),
        "days_choices": [(n, counted("%(n)s 天", n)) for n in (7, 30, 90, 180)],
    }
    return render(request, "desk/equipment.html", context)


@router.get(DEVICES_PATH)
async def devices_page(
    request: Request, person: Staff, means: Means, wanted: Wanted, cursor: Cursor = None
) -> Response:
    """The register, narrowed as the reader asks."""
    office = office_of(person, means.office)
    filters = wanted.filters(office, person)
    after = after_of(cursor, filters)
    async with means.engine.connect() as connection:
        rows = await equipment.listed(connection, filters, day_of(person.now), after, LIST + 1)
    following = ""
    if len(rows) > LIST:
        place = str(place_of(rows[LIST - 1], filters))
        following = address(DEVICES_PATH, **wanted.sent(), cursor=place)
    context = {
        "lines": [DeviceLine(row) for row in rows[:LIST]],
        "following": following,
        "sent": wanted,
        "by_due": filters.by_due,
        "changes": words_of.CHANGES,
        "categories": words_of.categories(),
        "states": words_of.states(),
        "standings": words_of.standings(),
    }
    return render(request, "desk/devices.html", context)


@router.get(DEVICES_PATH + "/{device_code}")
async def device_page(request: Request, person: Staff, means: Means, device_code: Code) -> Response:
    """One device: may it be used, why not, and all that happened to it."""
    office = office_of(person, means.office)
    async with means.engine.connect() as connection:
        device = await device_of(connection, office, device_code, person.now)
    return render(request, "desk/device.html", {"d": found(device, device_code)})


@router.get("/desk/equipment/units/{uscc}")
async def unit_page(
    request: Request, person: Staff, means: Means, uscc: Annotated[str, Path(max_length=40)]
) -> Response:
    """One unit: its devices, its yearly duties, what is open against it."""
    office, now = office_of(person, means.office), person.now
    today = civil_date(now)
    async with means.engine.connect() as connection:
        rows = await equipment.listed(
            connection, Filters(office, uscc=uscc), day_of(now), limit=LIST + 1
        )
        owed = await duties.listed(connection, duties.list_query(office, today, uscc=uscc))
        open_ones = await hazard_board.cards(
            connection, hazard_board.Scope(office, uscc=uscc), limit=LIST
        )
        hazards = await cards_of(connection, open_ones, now)
    if not rows and not owed:
        told = _(
            "本局的设备台账里没有统一社会信用代码为“%(code)s”的使用单位。请核对代码，或者按名称、地点查设备。"
        )
        raise Problem("not_found", told % {"code": uscc})
    more = address(DEVICES_PATH, q=uscc) if len(rows) > LIST else ""
    context: dict[str, Any] = {
        "uscc": uscc,
        "unit": next(filter(None, [*(r.unit for r in rows), *(d.unit for d in owed)]), uscc),
        "lines": [DeviceLine(row) for row in rows[:LIST]],
        "more": more,
        "duties": [
            (DutyLine(row), Term(row.procedure, row.since, row.due_on, now)) for row in owed
        ],
        "hazards": hazards,
    }
    return render(request, "desk/unit.html", context)


@router.get(DUTIES_PATH)
async def duties_page(
    request: Request,
    person: Staff,
    means: Means,
    duty: DutyAsked = "",
    standing: DutyStandingAsked = "",
    cursor: Cursor = None,
) -> Response:
    """What units must do every year, the longest overdue first."""
    statement = duties.list_query(
        office_of(person, means.office),
        civil_date(person.now),
        procedure=duty,
        standing=DutyStanding(standing) if standing else None,
        after=duties_after(cursor),
        limit=LIST + 1,
    )
    async with means.engine.connect() as connection:
        rows = await duties.listed(connection, statement)
    following = ""
    if len(rows) > LIST:
        place = str(duty_place(rows[LIST - 1]))
        following = address(DUTIES_PATH, duty=duty, standing=standing, cursor=place)
    context = {
        "lines": [DutyLine(row) for row in rows[:LIST]],
        "following": following,
        "duty": duty,
        "standing": standing,
        "duties": words_of.duties(),
        "standings": words_of.duty_standings(),
    }
    return render(request, "desk/duties.html", context)
