"""Messages about use registrations (使用登记) at the special-equipment platform: entering them, changing them, what is new."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from registers.equipment import Device, DeviceCode, KindCode
from registers.messages import CaseRef, Division, Effect, Instant, Message, Register, Short, Uscc

MOST_DEVICES = 200
PAGE = 200


class UsedDevice(Message):
    """A device that is registered for the first time. `inspection_valid_until`: by the proof of its supervision inspection."""

    code: DeviceCode
    kind: KindCode
    place: Short
    registration_number: Short
    inspection_valid_until: date


class UsesEntered(Message):
    """`revisions`: of each device, in the order of the request."""

    case_ref: CaseRef
    entered_at: Instant
    revisions: tuple[int, ...]


class RegisterUse(Effect[UsesEntered]):
    """Enter the use registrations of one decision: all of them, or none where one cannot be."""

    register_name = Register.EQUIPMENT
    path = "/uses"
    answer = UsesEntered

    uscc: Uscc
    unit: Short
    division: Division
    devices: Annotated[tuple[UsedDevice, ...], Field(min_length=1, max_length=MOST_DEVICES)]


class UseChange(StrEnum):
    """What is done to a use registration. REBUILD 改造, MOVE 移装, RENAME 更名, TRANSFER 过户."""

    REBUILD = "rebuild"
    MOVE = "move"
    RENAME = "rename"
    TRANSFER = "transfer"
    STOP = "stop"
    RESTART = "restart"
    SCRAP = "scrap"


class ChangedUse(Message):
    """One device of a change; what is None stays as it is."""

    code: DeviceCode
    kind: KindCode | None = None
    place: Short | None = None
    registration_number: Short | None = None
    inspection_valid_until: date | None = None


class ChangeUse(Effect[UsesEntered]):
    """Change the use registrations of one decision: all of them, or none where one cannot be.

    `before`: the unit that has them; `uscc` and `unit`: the one that has them afterwards.
    """

    register_name = Register.EQUIPMENT
    path = "/use-changes"
    answer = UsesEntered

    change: UseChange
    before: Uscc
    uscc: Uscc
    unit: Short
    devices: Annotated[tuple[ChangedUse, ...], Field(min_length=1, max_length=MOST_DEVICES)]


class DeviceNews(Message):
    """Devices by revision, at most a page; none after the last."""

    devices: Annotated[tuple[Device, ...], Field(max_length=PAGE)]
