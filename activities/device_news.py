"""What the equipment platform says by itself of devices that stand in our register: taken over, or kept aside.

A device that we do not have comes into the register by its use registration, or by an officer who knows when it was inspected
(`api.routers.device_entries`), never from here. A right change is applied at once: state, unit, place, inspection. A wrong one (`WRONG`) is kept for a person and changes
nothing. What was heard before changes nothing either, so that a page may come twice, late, or out of order.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from temporalio import activity

from activities import device_duties
from activities.sweep import Swept
from domain.contracts import SYSTEM, Command
from domain.refusals import NotYet, Refused
from law.calendars import default_calendars
from law.codes import CodeError, read_uscc
from law.equipment_catalogue import UnknownKind, category_of
from law.offices import OFFICES, Office
from law.zone import civil_date
from registers.equipment import Device, DeviceState
from registers.equipment_uses import DeviceNews as Page
from registers.errors import RegisterError
from storage import acts, device_differences, devices
from storage.devices import Entry
from storage.tables_devices import DeviceRow

SPACE: Final = uuid.UUID("8e5b8f1c-3a75-5f0e-9f43-52e2a7c1d0b6")
LOOK_BACK: Final = 500
"""So many revisions are read again at each turn: what became known late. Once a day all of them are."""
ENDED: Final = {
    DeviceState.STOPPED: "监管平台记载设备已经停用",
    DeviceState.SCRAPPED: "监管平台记载设备已经报废",
}
MOVED: Final = "监管平台记载设备已经过户"


class Platform(Protocol):
    async def changed_devices(self, division: str, after: int) -> Page: ...


class DeviceNews:
    """One activity, safe to run twice: a device is taken over with its revision, an act's id follows from case and revision.

    Args:
        send: makes an act durable and sends it.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        platform: Platform,
        *,
        send: Callable[[Command], Awaitable[None]],
    ) -> None:
        self._engine = engine
        self._platform = platform
        self._send = send

    @activity.defn(name="hear_of_devices")
    async def hear_of_devices(self) -> Swept:
        """`due`: devices that were news; `sent`: acts that cases were told. A platform that is away is asked at the next turn."""
        heard = Swept()
        for office in OFFICES.values():
            await self._settled(heard, office)
            try:
                await self._listen(heard, office)
            except RegisterError as error:
                activity.logger.warning("news of the equipment platform: %s", error.code)
        return heard

    async def _listen(self, heard: Swept, office: Office) -> None:
        async with self._engine.connect() as connection:
            before = await device_differences.heard(connection, office.code)
            now = await acts.app_now(connection)
        newest = before.revision if before else 0
        again = before is not None and civil_date(before.heard_at) == civil_date(now)
        after = max(0, newest - LOOK_BACK) if again else 0
        while page := (await self._platform.changed_devices(office.division, after)).devices:
            async with self._engine.connect() as connection:
                held = await devices.those_of(connection, [device.code for device in page])
            # What is said out of its order is no place to go on from.
            last = after
            for device in page:
                in_order = device.revision > last
                last = device.revision if in_order else last
                ours = held.get(device.code)
                if ours is None or ours.revision == device.revision:
                    continue
                if await self._heard_of(heard, office, device, now, in_order=in_order):
                    heard.due += 1
            if last <= after:
                activity.logger.warning("news of the equipment platform: it does not go on")
                break
            after, newest = last, max(newest, last)
        async with self._engine.begin() as connection:
            await device_differences.note_heard(connection, office.code, newest)

    async def _heard_of(
        self, heard: Swept, office: Office, device: Device, now: datetime, *, in_order: bool
    ) -> bool:
        async with self._engine.begin() as connection:
            ours = await devices.device(connection, device.code, lock=True)
            if ours is None or device.revision == ours.revision:
                return False
            if wrong := differences(device, ours, in_order=in_order):
                return await device_differences.keep(
                    connection,
                    device.code,
                    wrong,
                    office=office.code,
                    ours=said_of(ours),
                    theirs=device.model_dump(mode="json"),
                )
        await self._take_over(heard, device, now)
        return True

    async def _settled(self, heard: Swept, office: Office) -> None:
        """Where a person took the platform's word, it is taken over; where our own row is newer by now, it stays."""
        async with self._engine.connect() as connection:
            chosen = await device_differences.to_apply(connection, office.code)
            now = await acts.app_now(connection)
        for row in chosen:
            theirs = Device.model_validate(row.theirs)
            await self._take_over(heard, theirs, now, back=True)
            async with self._engine.begin() as connection:
                await device_differences.applied(connection, row.id)

    # -- taking over -----------------------------------------------------------------------------------

    async def _take_over(
        self, heard: Swept, device: Device, now: datetime, *, back: bool = False
    ) -> None:
        """First whoever is concerned hears of it, then the row is written: cut off between the two, the next turn does
        both again, and the acts are the same."""
        today = civil_date(now)
        async with self._engine.begin() as connection:
            ours = await devices.device(connection, device.code, lock=True)
            assert ours is not None, "a device is never taken out of the register"
            entry = entry_of(device, ours, now)
            ended = await self._ended(connection, device, ours)
            renewed = []
            if entry.state == devices.IN_USE:
                renewed = await device_duties.waiting(connection, entry, today, default_calendars())
        reason = ENDED.get(device.state, MOVED)
        for case in ended:
            await self._tell(heard, case, "duty_ended", device, now, {"reason": reason})
        if entry.inspection_valid_until is not None:
            said = fulfilled(entry.inspection_valid_until, today, device.revision)
            for case in renewed:
                await self._tell(heard, case, "duty_fulfilled", device, now, said)
        async with self._engine.begin() as connection:
            await devices.enter(connection, entry)
            if entry.state == devices.IN_USE:
                calendars = default_calendars()
                await device_duties.begin(connection, entry, today)
                await device_duties.inspected(connection, entry, today, calendars, back=back)

    async def _ended(
        self, connection: AsyncConnection, device: Device, ours: DeviceRow
    ) -> Sequence[uuid.UUID]:
        """End the duties that the unit had for the device until now; the cases that are to be told."""
        if device.state is DeviceState.SCRAPPED or device.uscc != ours.uscc:
            return await device_duties.end(connection, [device.code], ours.uscc)
        if device.state is not DeviceState.IN_USE:
            return await device_duties.rest(connection, [device.code])
        return []

    async def _tell(
        self,
        heard: Swept,
        case: uuid.UUID,
        kind: str,
        device: Device,
        now: datetime,
        data: dict[str, str],
    ) -> None:
        try:
            await self._send(
                Command(
                    act_id=str(uuid.uuid5(SPACE, f"{case}:{kind}:{device.revision}")),
                    case_id=str(case),
                    kind=kind,
                    received_at=now,
                    actor=SYSTEM,
                    data=data,
                )
            )
            heard.sent += 1
        except (Refused, NotYet):
            # It is over already, or has not caught up with its record: the reconciler sends it again.
            return


def differences(device: Device, ours: DeviceRow, *, in_order: bool = True) -> list[str]:
    """Why the saying is not taken over; empty where it is right as far as one can see.

    `uscc`: the code does not hold; `kind`: the catalogue has no such kind; `revision`: older than what was heard, or out of its
    order; `scrapped`: a scrapped device is in use again; `inspection`: valid for less long than is known;
    `registration_number`: not the one of our own registration.
    """
    found = []
    try:
        read_uscc(device.uscc)
    except CodeError:
        found.append("uscc")
    try:
        category_of(device.kind)
    except UnknownKind:
        found.append("kind")
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


def said_of(ours: DeviceRow) -> dict[str, str | None]:
    """What a person sees beside the platform's word."""
    until = ours.inspection_valid_until
    return {
        "kind": ours.kind,
        "uscc": ours.uscc,
        "unit": ours.unit,
        "place": ours.place,
        "state": ours.state,
        "registration_number": ours.registration_number,
        "inspection_valid_until": until.isoformat() if until else None,
        "revision": str(ours.revision),
    }


def entry_of(device: Device, ours: DeviceRow, now: datetime) -> Entry:
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
        revision=max(device.revision, ours.revision),
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
