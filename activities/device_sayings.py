"""What the equipment platform says of one device: whether it can be taken over as it is, and what it is then."""

from datetime import date, datetime
from typing import Any, Final

from pydantic import ConfigDict, TypeAdapter, ValidationError

from forms.fields import Line
from law.codes import CodeError, read_uscc
from law.equipment_catalogue import UnknownKind, category_of
from law.obligations import countable
from registers.equipment import Device, DeviceState
from storage import devices
from storage.devices import Entry
from storage.tables_devices import DeviceRow

LONGEST_NUMBER: Final = 64
"""So many characters of a certificate's number the register holds."""
_LINE: Final = TypeAdapter[str](Line, config=ConfigDict(str_strip_whitespace=True))


def differences(
    device: Device, ours: DeviceRow, today: date, *, in_order: bool = True
) -> list[str]:
    """Why the saying is not taken over; empty where it is right as far as one can see.

    `uscc`: the code does not hold; `kind`: the catalogue has no such kind; `term`: the inspection's last day cannot be one;
    `text`: a unit, place or number that cannot be written; `revision`: older than what was heard, or out of its order;
    `scrapped`: a scrapped device is in use again; `inspection`: valid for less long than is known; `registration_number`: not
    the one of our own registration.
    """
    found = _unusable(device, today)
    if not in_order or device.revision < ours.revision:
        found.append("revision")
    if ours.state == devices.SCRAPPED and device.state is not DeviceState.SCRAPPED:
        found.append("scrapped")
    known, said = ours.inspection_valid_until, device.inspection_valid_until
    if known is not None and (said is None or said < known):
        found.append("inspection")
    if ours.registered_by is not None and device.registration_number != ours.registration_number:
        found.append("registration_number")
    return found


def _unusable(device: Device, today: date) -> list[str]:
    """What cannot be entered at all, whatever a person decides."""
    found = []
    try:
        read_uscc(device.uscc)
    except CodeError:
        found.append("uscc")
    try:
        category_of(device.kind)
    except UnknownKind:
        found.append("kind")
    if not countable(device.inspection_valid_until, today):
        found.append("term")
    number = device.registration_number or ""
    if not all(map(_written, (device.unit, device.place, number))) or len(number) > LONGEST_NUMBER:
        found.append("text")
    return found


def _written(value: Any) -> bool:
    """Whether a form can hold it: without characters that nobody sees."""
    try:
        _LINE.validate_python(value)
    except ValidationError:
        return False
    return True


def entry_of(device: Device, ours: DeviceRow, now: datetime) -> Entry:
    """The row with the platform's word in it; what only we know of the device stays."""
    return Entry(
        code=device.code,
        office=ours.office,
        kind=device.kind,
        category=category_of(device.kind).code,
        uscc=device.uscc,
        unit=device.unit,
        place=device.place,
        state=device.state.value,
        registration_number=device.registration_number,
        registered_by=ours.registered_by,
        registered_on=ours.registered_on,
        inspection_valid_until=device.inspection_valid_until,
        key_unit=ours.key_unit,
        revision=device.revision,
        seen_at=now,
    )


def fulfilled(valid_until: date, today: date, revision: int) -> dict[str, str]:
    """The platform does not say on which day the body inspected: the day on which it was heard of stands for it."""
    return {
        "done_on": today.isoformat(),
        "valid_until": valid_until.isoformat(),
        "result": "passed",
        "number": f"监管平台{revision}号变更",
        "body": "特种设备动态监管平台通报",
    }
