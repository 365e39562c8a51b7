"""REST: a bureau enters the devices that it supervises already (特种设备台账), with the duties that follow from them."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Path, Query, Request
from starlette.responses import JSONResponse, Response

from api.case_access import office_of
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.i18n import gettext as _
from api.idempotency import Key, once
from api.problems import FieldError, Problem
from api.security.current import Staff, has_role
from api.security.person import Person
from api.services import Means
from domain.roles import Role
from forms.device_entries import DeviceEntries, InspectionCorrection
from law.deadline_types import DeadlineError
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

    office = office_of(person, means.office)

    async def work(act: UUID) -> Response:
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
                    office=office,
                    category=device.category,
                    **device.model_dump(exclude={"inspected_on"}, mode="python"),
                )
                if not await devices.add(connection, entry):
                    there.append(FieldError(f"台账中已有设备{device.code}", f"/devices/{n}/code"))
                    continue
                try:
                    await obligations.ensure_of_device(
                        connection,
                        entry,
                        device.inspected_on or today,
                        duties_since=wanted.duties_since or today,
                    )
                except DeadlineError as wrong:
                    there.append(FieldError(str(wrong), f"/devices/{n}/inspection_valid_until"))
            if there and await admin_log.noted(connection, str(person.id), "enter_devices", act):
                # This very call was carried out, and its answer never kept.
                return _entered(wanted)
            if there:
                # Nothing of it is kept: the transaction ends here.
                raise Problem("invalid_input", errors=there)
            await admin_log.note(
                connection,
                actor=str(person.id),
                act="enter_devices",
                subject=office,
                details={
                    "devices": len(wanted.devices),
                    "first": wanted.devices[0].code,
                    "call": str(act),
                },
            )
        return _entered(wanted)

    return await once(request, person, means, key, work)


def _entered(wanted: DeviceEntries) -> Response:
    return JSONResponse({"entered": len(wanted.devices)}, 201)


@router.post(
    "/device-entries/{code}/inspection-corrections",
    operation_id="correctInspection",
    responses=refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "not_accepted_now",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def correct_inspection(
    request: Request,
    person: Keeper,
    means: Means,
    key: Key,
    code: Annotated[str, Path(max_length=20)],
    wanted: Annotated[InspectionCorrection, Body()],
) -> Response:
    """A wrong day of a device's last inspection is put right, also to an earlier one; its duty's term follows. Not while the
    duty's case is open: the case takes the right day."""
    office = office_of(person, means.office)

    async def work(_act: UUID) -> Response:
        today = civil_date(person.now)
        if wanted.inspected_on > today:
            ahead = FieldError("日期还没有到", "/inspected_on")
            raise Problem("invalid_input", errors=[ahead])
        days = wanted.inspected_on, wanted.inspection_valid_until
        async with means.engine.begin() as connection:
            row = await devices.device(connection, code, lock=True)
            if row is None or row.office != office:
                raise Problem("not_found")
            if not await obligations.correct_inspection(connection, code, *days):
                told = _(
                    "设备的定期检验正在办理，或者检验日期早于上一次履行的日期；请在办件中登记检验结论，或者核对检验日期。"
                )
                raise Problem("not_accepted_now", told)
            entry = replace(devices.entry_of(row), inspection_valid_until=days[1])
            await devices.correct_inspected(connection, code, days[1])
            await obligations.ensure_of_device(connection, entry, days[0], duties_since=today)
            before = row.inspection_valid_until
            await admin_log.note(
                connection,
                actor=str(person.id),
                act="correct_inspection",
                subject=code,
                details={
                    "before": before.isoformat() if before else None,
                    "after": days[1].isoformat(),
                    "inspected_on": days[0].isoformat(),
                    "reason": wanted.reason,
                },
            )
        return JSONResponse({"code": code, "inspection_valid_until": days[1].isoformat()})

    return await once(request, person, means, key, work)
