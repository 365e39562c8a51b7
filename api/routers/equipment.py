"""Devices of the office over REST: the overview's figures, the register, one device's life, the yearly duties of units."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse, Response

from api import equipment_places as places
from api.case_access import office_of
from api.documentation import SIGNED_IN, refusals
from api.equipment_asked import Days, Wanted
from api.equipment_places import DayPlace
from api.i18n import gettext as _
from api.problems import Problem
from api.security.current import Staff
from api.services import Means
from api.views.device_life import Device, device_of
from api.views.equipment import FRESH_DAYS, DeviceLine, DutyLine, day_of
from api.views.equipment_overview import overview_of
from api.views.equipment_shapes import DeviceAnswer, DeviceList, DutyList, EquipmentOverview
from law.zone import civil_date
from storage import duties, equipment
from storage.duties import Duty, DutyStanding
from storage.equipment import After, Filters, Listed

router = APIRouter(tags=["equipment"])

Code = Annotated[str, Path(max_length=40)]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str | None, Query(max_length=300)]
DutyAsked = Annotated[
    Literal["", "se_responsibility_pledge", "se_emergency_plan", "se_emergency_drill"], Query()
]
DutyStandingAsked = Annotated[
    Literal["", "current", "due", "overdue"],
    Query(description="current: nothing is to be done yet"),
]


def after_of(cursor: str | None, filters: Filters) -> After | None:
    """Raises Problem invalid_input for a place of another list."""
    place = places.read(cursor, dated=filters.by_due)
    return After(place.key, place.day) if place else None


def place_of(row: Listed, filters: Filters) -> DayPlace:
    return DayPlace(row.code, row.due_on if filters.by_due else None)


def duties_after(cursor: str | None) -> duties.After | None:
    """Raises Problem invalid_input for a place of another list."""
    place = places.read(cursor, dated=True)
    if place is None or place.day is None:
        return None
    try:
        return duties.After(place.day, UUID(place.key))
    except ValueError as broken:
        raise places.broken_cursor() from broken


def duty_place(row: Duty) -> DayPlace:
    return DayPlace(str(row.id), row.due_on)


def found(device: Device | None, code: str) -> Device:
    """Raises Problem not_found that says what to do."""
    if device is None:
        told = _(
            "本局的设备台账里没有代码为“%(code)s”的设备。请核对铭牌或者使用登记证上的设备代码；"
            "新装的设备先办理使用登记，平台上已有的设备等下一次同步。"
        )
        raise Problem("not_found", told % {"code": code})
    return device


@router.get(
    "/api/v1/equipment/overview",
    operation_id="getEquipmentOverview",
    response_model=EquipmentOverview,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def get_overview(person: Staff, means: Means, days: Days = FRESH_DAYS) -> Response:
    """Numbers and changes, the state of safety, hazards and accidents (三个及时掌握), as of today."""
    office = office_of(person, means.office)
    async with means.engine.connect() as connection:
        overview = await overview_of(connection, office, person.now, days)
    return JSONResponse(overview.to_json())


@router.get(
    "/api/v1/equipment/devices",
    operation_id="listDevices",
    response_model=DeviceList,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def list_devices(
    request: Request,
    person: Staff,
    means: Means,
    wanted: Wanted,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """The office's register by code; what is due or overdue, or ends in a month, by its last day."""
    filters = wanted.filters(office_of(person, means.office), person)
    after = after_of(cursor, filters)
    async with means.engine.connect() as connection:
        rows = await equipment.listed(connection, filters, day_of(person.now), after, limit + 1)
    following = place_of(rows[limit - 1], filters) if len(rows) > limit else None
    body = {
        "items": [DeviceLine(row).to_json() for row in rows[:limit]],
        "next_cursor": str(following) if following else None,
    }
    return JSONResponse(body, headers=places.next_link(request, following))


@router.get(
    "/api/v1/equipment/devices/{device_code}",
    operation_id="getDevice",
    response_model=DeviceAnswer,
    responses=refusals(*SIGNED_IN, "not_found", "unknown_query_parameter", "invalid_input"),
)
async def get_device(person: Staff, means: Means, device_code: Code) -> Response:
    """One device: whether it may be used today and why, its duties with their terms, and its whole life."""
    office = office_of(person, means.office)
    async with means.engine.connect() as connection:
        device = await device_of(connection, office, device_code, person.now)
    return JSONResponse(found(device, device_code).to_json())


@router.get(
    "/api/v1/equipment/duties",
    operation_id="listEquipmentDuties",
    response_model=DutyList,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def list_duties(
    request: Request,
    person: Staff,
    means: Means,
    duty: DutyAsked = "",
    standing: DutyStandingAsked = "",
    uscc: Annotated[str, Query(max_length=18, description="a unit's whole code")] = "",
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Response:
    """What units must do every year, the longest overdue first."""
    statement = duties.list_query(
        office_of(person, means.office),
        civil_date(person.now),
        procedure=duty,
        standing=DutyStanding(standing) if standing else None,
        uscc=uscc,
        after=duties_after(cursor),
        limit=limit + 1,
    )
    async with means.engine.connect() as connection:
        rows = await duties.listed(connection, statement)
    following = duty_place(rows[limit - 1]) if len(rows) > limit else None
    body = {
        "items": [DutyLine(row).to_json() for row in rows[:limit]],
        "next_cursor": str(following) if following else None,
    }
    return JSONResponse(body, headers=places.next_link(request, following))
