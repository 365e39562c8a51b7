"""Messages of the special-equipment platform (特种设备动态监管平台): devices, measures on their use, reports of hazards.

Use registrations (使用登记) are in `registers.equipment_uses`.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from domain.hazards import Grade
from registers.messages import CaseRef, Division, Effect, Instant, Message, Register, Short, Uscc

DeviceCode = Annotated[str, Field(pattern=r"^[A-Z0-9]{17,20}$")]
KindCode = Annotated[str, Field(pattern=r"^[0-9A-Z]{4}$")]


class DeviceState(StrEnum):
    """Of its use registration (使用登记)."""

    UNREGISTERED = "unregistered"
    IN_USE = "in_use"
    STOPPED = "stopped"
    SCRAPPED = "scrapped"


class Device(Message):
    """One device as the platform has it. `inspection_valid_until`: last day of its inspection; None: never inspected.

    `obsolete`: of a kind that the state has ordered out of use (国家明令淘汰). `revision` grows with every change of any
    device of the platform.
    """

    code: DeviceCode
    kind: KindCode
    uscc: Uscc
    unit: Short
    place: Short
    division: Division
    state: DeviceState
    registration_number: Short | None
    inspection_valid_until: date | None
    use_prohibited: bool
    obsolete: bool = False
    revision: Annotated[int, Field(ge=0)] = 0


class Measure(StrEnum):
    """What the bureau orders of a device's use."""

    PROHIBIT = "prohibit"
    ALLOW = "allow"


class MeasureEntered(Message):
    case_ref: CaseRef
    device: DeviceCode
    measure: Measure
    entered_at: Instant


class EnterMeasure(Effect[MeasureEntered]):
    """Prohibit the use of a device, or allow it again: only the case that prohibited it may."""

    register_name = Register.EQUIPMENT
    path = "/measures"
    answer = MeasureEntered

    device: DeviceCode
    measure: Measure
    document: Short


class Recipient(StrEnum):
    """Who hears of a serious hazard (特种设备安全法 63; 办法 30)."""

    HIGHER = "higher"
    GOVERNMENT = "government"


class HazardReported(Message):
    case_ref: CaseRef
    number: Annotated[str, Field(pattern=r"^YH-[0-9]{4}-[0-9]{8}$")]
    reported_at: Instant


class ReportHazard(Effect[HazardReported]):
    """Upward, or to the local government; `device` None where the platform has no such device."""

    register_name = Register.EQUIPMENT
    path = "/hazard-reports"
    answer = HazardReported

    recipient: Recipient
    device: DeviceCode | None
    unit: Short
    uscc: Uscc
    grade: Grade
    summary: Annotated[str, Field(min_length=1, max_length=4000)]
