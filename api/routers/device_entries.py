"""REST: a bureau enters the devices that it supervises already (特种设备台账), with the duties that follow from them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from starlette.responses import JSONResponse, Response

from api.case_access import office_of
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.idempotency import Key, once
from api.problems import FieldError, Problem
from api.security.current import Staff, has_role
from api.security.person import Person
from api.services import Means
from domain.roles import Role
from forms.device_entries import DeviceEntries
from law.zone import civil_date
from storage import admin_log, devices, obligations

router = APIRouter(prefix="/api/v1/equipment", tags=["equipment"])

Keeper = Annotated[Person, has_role(Role.SECTION_HEAD, Role.ADMIN)]


@router.get(
    "/obligations",
    operation_id="listObligations",
    responses=refusals(*SIGNED_IN, "invalid_input"),
)
async def list_obligations(
    person: Staff, means: Means, subject: Annotated[str, Query(max_length=32)]
) -> Response:
    """The duties of a device (by its code) or unit (by its unified code): their terms, and the case that is at one of them."""
    async with means.engine.connect() as connection:
        rows = [
            row
            for row in await obligations.of_subject(connection, subject)
            if row.office == office_of(person, means.office)
        ]
        numbers = await obligations.numbers_of(connection, rows)
    return JSONResponse(
        {
            "items": [
                {
                    "procedure": row.procedure,
                    "subject": row.subject,
                    "since": row.since.isoformat(),
                    "due_on": row.due_on.isoformat(),
                    "opens_on": row.opens_on.isoformat(),
                    "state": row.state,
                    "case_id": str(row.case_id) if row.case_id else None,
                    "number": numbers.get(row.case_id) if row.case_id else None,
                }
                for row in rows
            ]
        }
    )


@router.post(
    "/device-entries",
    operation_id="enterDevices",
    status_code=201,
    responses=refusals(*SIGNED_IN, *WITH_BODY, "idempotency_key_reused", "request_in_progress"),
)
async def enter_devices(
    request: Request,
    person: Keeper,
    means: Means,
    key: Key,
    wanted: Annotated[DeviceEntries, Body()],
) -> Response:
    """Devices that are in use or stopped already: all together or none. One that is in the register is not overwritten."""

    async def work(_: UUID) -> Response:
        today = civil_date(person.now)
        ahead = [
            FieldError("日期还没有到", f"/devices/{n}/inspected_on")
            for n, device in enumerate(wanted.devices)
            if device.inspected_on is not None and device.inspected_on > today
        ]
        if wanted.duties_since is not None and wanted.duties_since > today:
            ahead.append(FieldError("日期还没有到", "/duties_since"))
        if ahead:
            raise Problem("invalid_input", errors=ahead)
        async with means.engine.begin() as connection:
            there: list[FieldError] = []
            await devices.entering(connection)
            for n, device in enumerate(wanted.devices):
                entry = devices.Entry(
                    office=means.office,
                    category=device.category,
                    **device.model_dump(exclude={"inspected_on"}, mode="python"),
                )
                if not await devices.add(connection, entry):
                    there.append(FieldError(f"台账中已有设备{device.code}", f"/devices/{n}/code"))
                    continue
                await obligations.ensure_of_device(
                    connection,
                    entry,
                    device.inspected_on or today,
                    duties_since=wanted.duties_since or today,
                )
            if there:
                # Nothing of it is kept: the transaction ends here.
                raise Problem("invalid_input", errors=there)
            await admin_log.note(
                connection,
                actor=str(person.id),
                act="enter_devices",
                subject=means.office,
                details={"devices": len(wanted.devices), "first": wanted.devices[0].code},
            )
        return JSONResponse({"entered": len(wanted.devices)}, 201)

    return await once(request, person, means, key, work)
