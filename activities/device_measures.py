"""停止使用、恢复使用: each case its own ground on which the use of a device is prohibited; the platform knows one prohibition.

Our grounds are written before the platform is told, and the device is held until it has answered. So a case that is cut off
anywhere does the rest when it is tried again, and what another case began meanwhile stands.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from activities.context import CaseView, jsonable
from activities.register_calls import effect, request_id_of
from domain.contracts import RegisterCall
from forms.obligations import DeviceDuty
from forms.se_hazard_rectification import Application
from registers.equipment import Device, DeviceState, EnterMeasure, Measure, MeasureEntered
from registers.errors import RegisterRefused
from storage import prohibitions
from storage.tables_devices import DeviceProhibitionRow

PROHIBIT: Final = Measure.PROHIBIT.value


def device_code(view: CaseView) -> str:
    form = view.form
    assert isinstance(form, Application | DeviceDuty), "only a device is prohibited"
    return form.device_code


@asynccontextmanager
async def _alone(view: CaseView, order: RegisterCall) -> AsyncIterator[None]:
    engine, code = view.means.engine, device_code(view)
    prohibits = order.args["measure"] == PROHIBIT
    async with prohibitions.alone(engine, code):
        try:
            yield
        except RegisterRefused:
            async with engine.begin() as connection:
                if prohibits:
                    await prohibitions.enter(connection, code, view.case_id, entered=False)
                else:
                    await prohibitions.forget(connection, code)
            raise
        async with engine.begin() as connection:
            if prohibits:
                await prohibitions.entered_alone(connection, code, view.case_id)
            else:
                await prohibitions.forget(connection, code)


async def _kept(
    view: CaseView, order: RegisterCall, answer: MeasureEntered | None
) -> dict[str, Any]:
    """`others`: the numbers of the other cases that prohibit the use of the device now."""
    async with view.means.engine.connect() as connection:
        others = await prohibitions.of_others(connection, device_code(view), view.case_id)
    said = jsonable(answer) if answer is not None else {}
    return said | {"others": [ground.number for ground in others]}


@effect("enter_measure", around=_alone, keep=_kept)
async def enter_measure(view: CaseView, order: RegisterCall) -> EnterMeasure | None:
    """This case's ground, and what the platform is to be told of it, if anything.

    args: `measure` (prohibit, allow), `number` of the case. With allow, where the case leaves a device that is not in order:
    `to`, the case that has the ground from now on, "" where there is none.
    """
    if order.args["measure"] == PROHIBIT:
        return await _prohibit(view, order)
    return await _allow(view, order)


async def _prohibit(view: CaseView, order: RegisterCall) -> EnterMeasure | None:
    engine, code = view.means.engine, device_code(view)
    async with engine.begin() as connection:
        await prohibitions.add(connection, code, view.case_id)
        known = await prohibitions.rows(connection, code)
        mine = next(row for row in known if row.case_id == view.case_id)
        first = len(known) == 1 or mine.entered
        if first:
            await prohibitions.enter(connection, code, view.case_id, entered=True)
    if not first:
        held = await _on_platform(view)
        if held is not None and held.use_prohibited:
            return None
        async with engine.begin() as connection:
            await prohibitions.enter(connection, code, view.case_id, entered=True)
    return _measure(view, order, Measure.PROHIBIT, view.case_id)


async def _allow(view: CaseView, order: RegisterCall) -> EnterMeasure | None:
    engine, code = view.means.engine, device_code(view)
    leaves, to = "to" in order.args, order.args.get("to")
    held = await _on_platform(view) if leaves else None
    # Nothing is in the way of the use of what is never used again.
    scrapped = held is not None and held.state is DeviceState.SCRAPPED
    async with engine.begin() as connection:
        if await prohibitions.drop(connection, code, view.case_id) and to and not scrapped:
            # A case that is over has dropped its own already: then nothing is added.
            await prohibitions.add(connection, code, UUID(to))
        known = await prohibitions.rows(connection, code)
    if standing := [row for row in known if not row.dropped]:
        await _stays_prohibited(view, order, standing[0])
        return None
    entered = next((row for row in known if row.entered), None)
    if entered is None or scrapped:
        return None
    return _measure(view, order, Measure.ALLOW, entered.case_id)


async def _stays_prohibited(
    view: CaseView, order: RegisterCall, standing: DeviceProhibitionRow
) -> None:
    """An earlier try of this case may have allowed the use before the other ground came: then it is prohibited again."""
    held = await _on_platform(view)
    if held is None or held.use_prohibited:
        return
    engine, code = view.means.engine, device_code(view)
    async with engine.begin() as connection:
        await prohibitions.enter(connection, code, standing.case_id, entered=True)
    again = _measure(view, order, Measure.PROHIBIT, standing.case_id)
    await view.means.registers.equipment.enter_measure(again, key=f"{request_id_of(order)}:again")
    async with engine.begin() as connection:
        await prohibitions.entered_alone(connection, code, standing.case_id)


async def _on_platform(view: CaseView) -> Device | None:
    return await view.means.registers.equipment.device(device_code(view))


def _measure(view: CaseView, order: RegisterCall, measure: Measure, case_id: UUID) -> EnterMeasure:
    """`case_id`: under which the platform has the prohibition."""
    return EnterMeasure(
        case_ref=str(case_id),
        device=device_code(view),
        measure=measure,
        document=order.args["number"],
    )
