"""Client of the special-equipment platform."""

from registers.client import RegisterClient
from registers.equipment import (
    Device,
    EnterMeasure,
    HazardReported,
    MeasureEntered,
    ReportHazard,
)
from registers.messages import Register


class EquipmentClient(RegisterClient):
    """特种设备动态监管平台."""

    register = Register.EQUIPMENT

    async def device(self, code: str) -> Device | None:
        return await self._fetch("/devices", code, Device)

    async def enter_measure(self, request: EnterMeasure, *, key: str) -> MeasureEntered:
        return await self.perform(request, key=key)

    async def report_hazard(self, request: ReportHazard, *, key: str) -> HazardReported:
        return await self.perform(request, key=key)
