"""Twin of the special-equipment platform: use registrations (使用登记), and what is new of the devices of a division."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Depends, Query
from fastapi.responses import Response
from sqlalchemy import RowMapping, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.equipment import Device, DeviceState
from registers.equipment_uses import (
    PAGE,
    ChangedUse,
    ChangeUse,
    DeviceNews,
    RegisterUse,
    UseChange,
    UsedDevice,
    UsesEntered,
)
from registers.messages import Division, Envelope, Register
from registers.twins import equipment_examples as examples
from registers.twins.database import app_now, one
from registers.twins.entities import require_unified_code
from registers.twins.equipment_rows import changed, device_of, known_devices, locked
from registers.twins.equipment_schema import device_misreports, device_standings, devices
from registers.twins.gate import Call, changes, perform, reads
from registers.twins.market_rules import civil_day
from registers.twins.problems import Refused, documented

R: Final = Register.EQUIPMENT
router = APIRouter(prefix="/equipment", tags=["equipment"])
IN_USE, STOPPED = DeviceState.IN_USE.value, DeviceState.STOPPED.value
# From which states a change may be made, and which state it leads to (None: it stays).
_FROM: Final = {
    UseChange.STOP: {IN_USE},
    UseChange.RESTART: {STOPPED},
}
_TO: Final = {
    UseChange.STOP: STOPPED,
    UseChange.RESTART: IN_USE,
    UseChange.SCRAP: DeviceState.SCRAPPED.value,
}


@router.post(
    "/uses",
    operation_id="registerUse",
    summary="办理使用登记",
    response_model=Envelope[UsesEntered],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def register_use(
    effect: Annotated[RegisterUse, Body(openapi_examples=examples.USE)],
    call: Annotated[Call, Depends(changes(R, "register_use"))],
) -> Response:
    return await perform(call, effect, _register)


@router.post(
    "/use-changes",
    operation_id="changeUse",
    summary="使用登记变更、停用、启用、注销",
    response_model=Envelope[UsesEntered],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def change_use(
    effect: Annotated[ChangeUse, Body(openapi_examples=examples.USE_CHANGE)],
    call: Annotated[Call, Depends(changes(R, "change_use"))],
) -> Response:
    return await perform(call, effect, _change)


@router.get(
    "/devices",
    operation_id="changedDevices",
    summary="查询某一变更序号之后变更的设备",
    response_model=Envelope[DeviceNews],
    responses=documented(400, 401, 422, 503),
)
async def changed_devices(
    call: Annotated[Call, Depends(reads(R, "changed_devices"))],
    division: Division,
    changed_after: Annotated[int, Query(ge=0, lt=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> Response:
    """The oldest change first; page on with `changed_after` = the last revision."""
    query = (
        known_devices()
        .add_columns(device_misreports.c.says)
        .join(device_misreports, device_misreports.c.code == devices.c.code, isouter=True)
        .where(
            devices.c.division == division,
            device_standings.c.revision > changed_after,
            device_misreports.c.held.is_not(True),
        )
        .order_by(device_standings.c.revision)
        .limit(limit)
    )
    async with call.engine.connect() as connection:
        rows = (await connection.execute(query)).mappings().all()
    return call.answer(DeviceNews(devices=tuple(_told(row) for row in rows)))


def _told(row: RowMapping) -> Device:
    """As it is, or as somebody ordered that it be told."""
    device = device_of(row)
    says = row["says"] or {}
    return Device.model_validate(device.model_dump(mode="json") | says) if says else device


# -- rules -----------------------------------------------------------------------------------------


async def _register(connection: AsyncConnection, call: Call, effect: RegisterUse) -> UsesEntered:
    """What is scrapped, obsolete, registered already or not inspected is refused, and with it the whole request."""
    require_unified_code(effect.uscc)
    now = await app_now(connection)
    codes = [device.code for device in effect.devices]
    _once(codes)
    for device in effect.devices:
        await _enter(connection, effect, device)
        if device.inspection_valid_until < civil_day(now):
            raise Refused("not_inspected", f"检验有效期已届满({device.code})")
    revisions = await changed(connection, codes)
    return UsesEntered(case_ref=effect.case_ref, entered_at=now, revisions=revisions)


async def _enter(connection: AsyncConnection, effect: RegisterUse, device: UsedDevice) -> None:
    query = known_devices().where(devices.c.code == device.code).with_for_update(of=devices)
    row = await one(connection, query)
    values = {
        "kind": device.kind,
        "uscc": effect.uscc,
        "unit": effect.unit,
        "place": device.place,
        "division": effect.division,
        "state": IN_USE,
        "registration_number": device.registration_number,
        "inspection_valid_until": device.inspection_valid_until,
    }
    if row is None:
        free = {"code": device.code, "use_prohibited": False, "prohibited_by": None}
        await connection.execute(insert(devices).values(**values, **free))
        return
    _fit(row)
    if row["state"] in (IN_USE, STOPPED):
        raise Refused("already_registered", f"该设备已经办理使用登记({device.code})")
    await connection.execute(update(devices).where(devices.c.code == device.code).values(**values))


async def _change(connection: AsyncConnection, call: Call, effect: ChangeUse) -> UsesEntered:
    """By the unit that has the devices; a change of one that has no use registration is none."""
    require_unified_code(effect.uscc)
    now = await app_now(connection)
    codes = [device.code for device in effect.devices]
    _once(codes)
    # In one order for all callers: two requests of the same devices wait for each other, never for ever.
    for device in sorted(effect.devices, key=lambda d: d.code):
        row = await locked(connection, device.code)
        _allowed(effect, row)
        values = _changed(effect, device, row)
        if effect.change is UseChange.RESTART:
            until = values["inspection_valid_until"]
            if until is None or until < civil_day(now):
                raise Refused("not_inspected", f"检验有效期已届满({device.code})")
        where = devices.c.code == device.code
        await connection.execute(update(devices).where(where).values(**values))
    revisions = await changed(connection, codes)
    return UsesEntered(case_ref=effect.case_ref, entered_at=now, revisions=revisions)


def _changed(effect: ChangeUse, device: ChangedUse, row: RowMapping) -> dict[str, Any]:
    given = device.model_dump(exclude={"code"}, exclude_none=True)
    kept = {
        field: row[field]
        for field in ("kind", "place", "registration_number", "inspection_valid_until")
    }
    state = _TO.get(effect.change, row["state"])
    return kept | given | {"state": state, "uscc": effect.uscc, "unit": effect.unit}


def _allowed(effect: ChangeUse, row: RowMapping) -> None:
    """Raises Refused."""
    code = row["code"]
    if row["uscc"] != effect.before:
        raise Refused("other_unit", f"该设备属于另一使用单位({code})")
    if row["state"] == DeviceState.SCRAPPED.value:
        raise Refused("device_scrapped", f"该设备已经报废({code})")
    if row["state"] == DeviceState.UNREGISTERED.value:
        raise Refused("not_registered", f"该设备没有办理使用登记({code})")
    if row["state"] not in _FROM.get(effect.change, {IN_USE, STOPPED}):
        raise Refused("wrong_state", f"该设备现在的状态不能办理此项({code})")
    if effect.change is UseChange.RESTART and row["use_prohibited"]:
        raise Refused("use_prohibited", f"该设备已经责令停止使用({code})")


def _fit(row: RowMapping) -> None:
    """Raises Refused for what must not be used."""
    if row["state"] == DeviceState.SCRAPPED.value:
        raise Refused("device_scrapped", f"该设备已经报废({row['code']})")
    if row["obsolete"]:
        raise Refused("device_obsolete", f"该设备属于国家明令淘汰({row['code']})")


def _once(codes: list[str]) -> None:
    if len(set(codes)) != len(codes):
        raise Refused("device_twice", "同一台设备只能填写一次")
