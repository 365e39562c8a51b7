"""What the equipment platform says by itself of devices that stand in our register: taken over, or kept aside.

A device that we do not have comes into the register by its use registration, or by an officer who knows when it was inspected
(`api.routers.device_entries`), never from here. A right change is applied at once: state, unit, place, inspection. A wrong one
(`device_sayings.differences`) is kept for a person and changes nothing. What was heard before changes nothing either, so that a
page may come twice, late, or out of order. Of each device alone: one that fails holds up no other, and is asked for again.
"""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from temporalio import activity

from activities import device_duties
from activities.device_sayings import differences, entry_of, fulfilled
from activities.sweep import Swept
from domain.contracts import SYSTEM, Command
from domain.refusals import NotYet, Refused
from law.calendars import default_calendars
from law.offices import OFFICES, Office
from law.zone import civil_date
from registers.equipment import Device, DeviceState
from registers.equipment_uses import DeviceNews as Page
from registers.errors import RegisterError
from storage import acts, admin_log, device_differences, devices
from storage.device_differences import said_of
from storage.tables_device_news import DeviceDifferenceRow
from storage.tables_devices import DeviceRow

SPACE: Final = uuid.UUID("8e5b8f1c-3a75-5f0e-9f43-52e2a7c1d0b6")
LOOK_BACK: Final = 500
"""So many revisions are read again at each turn: what became known late. Once a day all of them are."""
NEWEST: Final = 2**31 - 1
"""The highest revision that the register can hold."""
ENDED: Final = {
    DeviceState.STOPPED: "监管平台记载设备已经停用",
    DeviceState.SCRAPPED: "监管平台记载设备已经报废",
}
MOVED: Final = "监管平台记载设备已经过户"


Said = dict[str, str | None]


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
        """`due`: devices that were news; `sent`: acts that cases were told; `failed`: devices of which the news could not be
        taken over. A platform that is away is asked at the next turn."""
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
        # What failed is asked for again at the next turn, however many changes follow it.
        missed, complete = NEWEST, False
        try:
            while page := (await self._platform.changed_devices(office.division, after)).devices:
                async with self._engine.connect() as connection:
                    held = await devices.those_of(connection, [device.code for device in page])
                # What is said out of its order is no place to go on from.
                last = after
                for device in page:
                    in_order = last < device.revision <= NEWEST
                    last = device.revision if in_order else last
                    ours = held.get(device.code)
                    if ours is None or ours.revision == device.revision:
                        continue
                    if not await self._tried(heard, office, device, now, in_order=in_order):
                        missed = min(missed, last)
                if last <= after:
                    activity.logger.warning("news of the equipment platform: it does not go on")
                    break
                after, newest = last, max(newest, last)
            complete = True
        finally:
            # Cut off between two pages, the first ones were heard; the day's reading from the beginning begins there again.
            if complete or again:
                async with self._engine.begin() as connection:
                    place = min(newest, max(0, missed - 1))
                    await device_differences.note_heard(connection, office.code, place)

    async def _tried(
        self, heard: Swept, office: Office, device: Device, now: datetime, *, in_order: bool
    ) -> bool:
        """Whether it was heard, as far as the register is concerned: one device holds up no other."""
        try:
            heard.due += await self._heard_of(heard, office, device, now, in_order=in_order)
        except Exception as error:
            heard.failed += 1
            # The text could name what a person filled in: the kind of the error says enough.
            activity.logger.warning(
                "news of the equipment platform: %s at revision %d was not taken over: %s",
                device.code,
                device.revision,
                type(error).__name__,
            )
            return False
        return True

    async def _heard_of(
        self, heard: Swept, office: Office, device: Device, now: datetime, *, in_order: bool
    ) -> bool:
        async with self._engine.begin() as connection:
            ours = await devices.device(connection, device.code, lock=True)
            if ours is None or device.revision == ours.revision:
                return False
            if wrong := differences(device, ours, civil_date(now), in_order=in_order):
                return await device_differences.keep(
                    connection,
                    device.code,
                    wrong,
                    office=office.code,
                    ours=said_of(ours),
                    theirs=device.model_dump(mode="json"),
                )
        return await self._take_over(heard, device, now)

    async def _settled(self, heard: Swept, office: Office) -> None:
        """Where a person took the platform's word, it is taken over; where the register has a newer one by now, that stays."""
        async with self._engine.connect() as connection:
            chosen = await device_differences.to_apply(connection, office.code)
            now = await acts.app_now(connection)
        for row in chosen:
            try:
                theirs = Device.model_validate(row.theirs)
                await self._take_over(heard, theirs, now, settled=row)
            except Exception as error:
                heard.failed += 1
                activity.logger.warning(
                    "a settled difference of %s was not taken over: %s",
                    row.device,
                    type(error).__name__,
                )

    # -- taking over -----------------------------------------------------------------------------------

    async def _take_over(
        self,
        heard: Swept,
        device: Device,
        now: datetime,
        *,
        settled: DeviceDifferenceRow | None = None,
    ) -> bool:
        """First whoever is concerned hears of it, then the row is written: cut off between the two, the next turn does
        both again, and the acts are the same. False: the register has something newer by now."""
        ended = await self._end_duties(device, settled)
        if ended is None:
            return False
        reason = ENDED.get(device.state, MOVED)
        for case in ended:
            await self._tell(heard, case, "duty_ended", device, now, {"reason": reason})
        renewed = await self._renew_duties(device, now, settled)
        if renewed is None:
            return False
        if device.inspection_valid_until is not None:
            said = fulfilled(device.inspection_valid_until, civil_date(now), device.revision)
            for case in renewed:
                await self._tell(heard, case, "duty_fulfilled", device, now, said)
        return await self._write(device, now, settled)

    async def _end_duties(
        self, device: Device, settled: DeviceDifferenceRow | None
    ) -> Sequence[uuid.UUID] | None:
        """End the duties that the unit had for the device until now; the cases that are to be told."""
        async with self._engine.begin() as connection:
            ours = await self._ours(connection, device, settled)
            if ours is None:
                return None
            if device.state is DeviceState.SCRAPPED or device.uscc != ours.uscc:
                return await device_duties.end(connection, [device.code], ours.uscc)
            if device.state is not DeviceState.IN_USE:
                return await device_duties.rest(connection, [device.code])
            return []

    async def _renew_duties(
        self, device: Device, now: datetime, settled: DeviceDifferenceRow | None
    ) -> Sequence[uuid.UUID] | None:
        """Begin what the device is to do from now on, and run on what it has done. The cases that are at one of it are looked
        for afterwards: one that was opened meanwhile is among them, and from now on none is opened with the old term."""
        today, calendars = civil_date(now), default_calendars()
        async with self._engine.begin() as connection:
            ours = await self._ours(connection, device, settled)
            if ours is None:
                return None
            entry = entry_of(device, ours, now)
            if entry.state != devices.IN_USE:
                return []
            await device_duties.begin(connection, entry, today)
            back = settled is not None
            await device_duties.inspected(connection, entry, today, calendars, back=back)
            return await device_duties.waiting(connection, entry, today, calendars)

    async def _write(
        self, device: Device, now: datetime, settled: DeviceDifferenceRow | None
    ) -> bool:
        """From the row as it is now: what a use registration wrote into it since stays."""
        async with self._engine.begin() as connection:
            ours = await self._ours(connection, device, settled)
            if ours is None:
                return False
            entry = entry_of(device, ours, now)
            await devices.enter(connection, entry)
            if settled is not None:
                await device_differences.applied(connection, settled.id)
                await _note_applied(connection, settled, said_of(ours), said_of(entry))
            await device_differences.overtake(connection, device.code, device.revision)
        return True

    async def _ours(
        self, connection: AsyncConnection, device: Device, settled: DeviceDifferenceRow | None
    ) -> DeviceRow | None:
        """The row, held until the transaction ends; None where it is at the saying or beyond it already."""
        ours = await devices.device(connection, device.code, lock=True)
        assert ours is not None, "a device is never taken out of the register"
        if settled is None:
            return ours if ours.revision < device.revision else None
        if ours.revision > device.revision:
            # Undone, a transfer that was heard since would never be heard again.
            await device_differences.overtaken(connection, settled.id)
            return None
        return ours

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


async def _note_applied(
    connection: AsyncConnection, settled: DeviceDifferenceRow, before: Said, after: Said
) -> None:
    """The officer who settled it has changed the register by it."""
    await admin_log.note(
        connection,
        actor=settled.settled_by or "",
        act="difference_applied",
        subject=settled.device,
        details={"digest": settled.digest, "before": before, "after": after},
    )
