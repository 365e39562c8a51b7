"""Twin of the special-equipment platform (特种设备动态监管平台): devices, measures on their use, reports of hazards."""

from collections.abc import Iterable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Path
from fastapi.responses import Response
from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.equipment import (
    Device,
    DeviceCode,
    DeviceState,
    EnterMeasure,
    HazardReported,
    Measure,
    MeasureEntered,
    ReportHazard,
)
from registers.messages import Envelope, Register
from registers.twins import equipment_examples as examples
from registers.twins.admin_models import SeedDevice
from registers.twins.database import app_now, next_number, one
from registers.twins.entities import require_unified_code
from registers.twins.equipment_rows import changed, device_of, known_devices, locked
from registers.twins.equipment_schema import devices, hazard_reports
from registers.twins.gate import Call, changes, perform, reads
from registers.twins.market_rules import civil_day
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_find

R: Final = Register.EQUIPMENT
router = APIRouter(prefix="/equipment", tags=["equipment"])


@router.get(
    "/devices/{code}",
    operation_id="getDevice",
    summary="查询特种设备",
    response_model=Envelope[Device],
    responses=documented(400, 401, 404, 422, 503),
)
async def get_device(
    code: Annotated[DeviceCode, Path(examples=["31104213032026000001"])],
    call: Annotated[Call, Depends(reads(R, "device"))],
) -> Response:
    async with call.engine.connect() as connection:
        row = await one(connection, known_devices().where(devices.c.code == code))
    if row is None:
        raise Refused("device_unknown", "平台没有这台设备", status=404)
    return call.answer(device_of(row))


@router.post(
    "/measures",
    operation_id="enterMeasure",
    summary="登记停止使用、恢复使用",
    response_model=Envelope[MeasureEntered],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def enter_measure(
    effect: Annotated[EnterMeasure, Body(openapi_examples=examples.MEASURE)],
    call: Annotated[Call, Depends(changes(R, "enter_measure"))],
) -> Response:
    return await perform(call, effect, _enter)


@router.post(
    "/hazard-reports",
    operation_id="reportHazard",
    summary="上报严重事故隐患",
    response_model=Envelope[HazardReported],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def report_hazard(
    effect: Annotated[ReportHazard, Body(openapi_examples=examples.HAZARD)],
    call: Annotated[Call, Depends(changes(R, "report_hazard"))],
) -> Response:
    return await perform(call, effect, _report)


add_find(router, R, Envelope[MeasureEntered | HazardReported])


async def _enter(connection: AsyncConnection, call: Call, effect: EnterMeasure) -> MeasureEntered:
    """One case prohibits the use at a time, and allows it again; nothing allows the use of what is scrapped."""
    row = await locked(connection, effect.device)
    prohibits = effect.measure is Measure.PROHIBIT
    if prohibits and row["use_prohibited"]:
        raise Refused("already_prohibited", "该设备已经停止使用")
    if not prohibits:
        if not row["use_prohibited"]:
            raise Refused("not_prohibited", "该设备没有停止使用")
        if row["prohibited_by"] != effect.case_ref:
            raise Refused("other_case", "停止使用属于另一办件")
        if row["state"] == DeviceState.SCRAPPED.value:
            raise Refused("device_scrapped", "该设备已经报废,不得恢复使用")
    await connection.execute(
        update(devices)
        .where(devices.c.code == effect.device)
        .values(use_prohibited=prohibits, prohibited_by=effect.case_ref if prohibits else None)
    )
    await changed(connection, [effect.device])
    return MeasureEntered(
        case_ref=effect.case_ref,
        device=effect.device,
        measure=effect.measure,
        entered_at=await app_now(connection),
    )


async def _report(connection: AsyncConnection, call: Call, effect: ReportHazard) -> HazardReported:
    if effect.device is not None:
        await locked(connection, effect.device)
    require_unified_code(effect.uscc)
    now = await app_now(connection)
    year = civil_day(now).year
    number = f"YH-{year}-{await next_number(connection, f'equipment-hazards-{year}'):08d}"
    told = effect.model_dump(
        mode="json", include={"case_ref", "recipient", "device", "uscc", "grade", "summary"}
    )
    await connection.execute(insert(hazard_reports).values(number=number, reported_at=now, **told))
    return HazardReported(case_ref=effect.case_ref, number=number, reported_at=now)


async def seed_devices(connection: AsyncConnection, seeded: Iterable[SeedDevice]) -> None:
    """By its code; what an earlier seeding said of it is replaced. What a case prohibited stays prohibited, but where it is said
    otherwise. Raises Refused: a code that does not hold."""
    for device in seeded:
        require_unified_code(device.uscc)
        row = device.model_dump(mode="json", exclude={"obsolete", "revision"}) | {
            "inspection_valid_until": device.inspection_valid_until,
            "prohibited_by": None,
        }
        statement = upsert(devices).values(**row)
        kept = row if "use_prohibited" in device.model_fields_set else _but_measures(row)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["code"], set_=kept)
        )
        await changed(connection, [device.code], obsolete=device.obsolete)


def _but_measures(row: dict[str, Any]) -> dict[str, Any]:
    by = devices.c.prohibited_by
    prohibited = devices.c.use_prohibited & by.is_not(None)
    return row | {"use_prohibited": prohibited, "prohibited_by": by}
