"""Client of the special-equipment platform."""

from urllib.parse import urlencode

from registers.client import RegisterClient
from registers.equipment import (
    Device,
    EnterMeasure,
    HazardReported,
    MeasureEntered,
    ReportHazard,
)
from registers.equipment_uses import PAGE, ChangeUse, DeviceNews, RegisterUse, UsesEntered
from registers.messages import Register


class EquipmentClient(RegisterClient):
    """特种设备动态监管平台."""

    register = Register.EQUIPMENT

    async def device(self, code: str) -> Device | None:
        return await self._fetch("/devices", code, Device)

    async def enter_measure(self, request: EnterMeasure, *, key: str) -> MeasureEntered:
        return await self.perform(request, key=key)

    async def register_use(self, request: RegisterUse, *, key: str) -> UsesEntered:
        return await self.perform(request, key=key)

    async def change_use(self, request: ChangeUse, *, key: str) -> UsesEntered:
        return await self.perform(request, key=key)

    async def changed_devices(self, division: str, after: int) -> DeviceNews:
        """Devices of the division that were changed after the revision, the oldest change first; a page at a time."""
        asked = urlencode({"division": division, "changed_after": after, "limit": PAGE})
        return await self._read(f"/devices?{asked}", DeviceNews)

    async def report_hazard(self, request: ReportHazard, *, key: str) -> HazardReported:
        return await self.perform(request, key=key)
