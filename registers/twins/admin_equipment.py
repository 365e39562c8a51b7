"""The administrator's door to the equipment platform: what it tells wrongly of a device, or too late."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import ValidationError
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert

from registers.equipment import Device, DeviceCode
from registers.twins.admin import Admin
from registers.twins.admin_models import Counted, Misreport
from registers.twins.database import one
from registers.twins.equipment_rows import device_of, known_devices
from registers.twins.equipment_schema import device_misreports, devices
from registers.twins.problems import Refused, documented

router = APIRouter(prefix="/admin", tags=["admin"], responses=documented(400, 401, 411, 413, 422))
Code = Annotated[DeviceCode, Path(examples=["31104213032026000001"])]


@router.put(
    "/device-news/{code}",
    operation_id="misreportDevice",
    summary="布置设备变更的错误或者迟到",
    response_model=Counted,
    responses=documented(404),
)
async def misreport(code: Code, ordered: Misreport, engine: Admin) -> Counted:
    """`says`: fields that the list of changes gives instead of the true ones; `held`: the device is not in it until cleared.
    Asked for by its code, the device is as it is."""
    async with engine.begin() as connection:
        row = await one(connection, known_devices().where(devices.c.code == code))
        if row is None:
            raise Refused("device_unknown", "平台没有这台设备", status=404)
        try:
            Device.model_validate(device_of(row).model_dump(mode="json") | ordered.says)
        except ValidationError as wrong:
            raise Refused("says_invalid", "说法不符合答复的结构") from wrong
        values = {"code": code, "says": ordered.says, "held": ordered.held}
        statement = upsert(device_misreports).values(**values)
        await connection.execute(
            statement.on_conflict_do_update(index_elements=["code"], set_=values)
        )
    return Counted(counts={"set": 1})


@router.delete(
    "/device-news/{code}",
    operation_id="clearDeviceNews",
    summary="解除设备变更的错误和迟到",
    response_model=Counted,
)
async def clear(code: Code, engine: Admin) -> Counted:
    async with engine.begin() as connection:
        gone = await connection.execute(
            delete(device_misreports).where(device_misreports.c.code == code)
        )
    return Counted(counts={"cleared": gone.rowcount})
