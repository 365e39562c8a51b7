"""Use registrations at the platform: all devices of a request or none; and what it tells of changed devices."""

from datetime import date
from typing import Any

import pytest

from registers.equipment_uses import ChangedUse, ChangeUse, RegisterUse, UseChange, UsedDevice
from registers.errors import OutcomeUnknown, RegisterRefused
from registers.messages import Register
from tests.registers.bureau import ADMIN, World

UNIT, OTHER = "91421303MA0009EJ6N", "91421303MA0009EK4H"
NAME = "随州市曾都区汉东机械有限公司"
DIVISION = "421303"


def code(n: int) -> str:
    return f"3110421303202681{n:04d}"


def uses(*numbers: int, until: str = "2027-08-31", **more: Any) -> RegisterUse:
    values: dict[str, Any] = {
        "case_ref": "case-7",
        "uscc": UNIT,
        "unit": NAME,
        "division": DIVISION,
        "devices": tuple(
            UsedDevice(
                code=code(n),
                kind="3110",
                place="交通大道18号",
                registration_number=f"证{n}",
                inspection_valid_until=date.fromisoformat(until),
            )
            for n in numbers
        ),
    }
    return RegisterUse(**values | more)


def change(what: UseChange, *numbers: int, **more: Any) -> ChangeUse:
    device = {k: more.pop(k) for k in ("place", "inspection_valid_until") if k in more}
    values: dict[str, Any] = {
        "case_ref": "case-8",
        "change": what,
        "before": UNIT,
        "uscc": UNIT,
        "unit": NAME,
        "devices": tuple(ChangedUse(code=code(n), **device) for n in numbers),
    }
    return ChangeUse(**values | more)


async def seed(twins: World, n: int, **more: Any) -> None:
    device = {"code": code(n), "kind": "3110", "uscc": UNIT, "unit": NAME, "place": "交通大道18号"}
    answer = await twins.people.post(
        "/admin/world", json={"devices": [device | more]}, headers=ADMIN
    )
    answer.raise_for_status()


async def refused(twins: World, request: RegisterUse | ChangeUse, key: str) -> str:
    with pytest.raises(RegisterRefused) as why:
        await twins.registers.equipment.perform(request, key=key)
    return why.value.code


async def test_all_devices_of_a_request_or_none(twins: World) -> None:
    await twins.freeze("2026-09-21T10:00:00+08:00")
    platform = twins.registers.equipment
    await seed(twins, 2, state="scrapped")
    assert await refused(twins, uses(1, 2), "case-7.use.1") == "device_scrapped"
    assert await platform.device(code(1)) is None, "nothing of it was entered"
    await seed(twins, 3, state="unregistered", obsolete=True)
    assert await refused(twins, uses(1, 3), "case-7.use.2") == "device_obsolete"
    assert await refused(twins, uses(1, 1), "case-7.use.3") == "device_twice"
    assert await refused(twins, uses(1, until="2026-09-20"), "case-7.use.4") == "not_inspected"
    done = await platform.register_use(uses(1, 4, until="2026-09-21"), key="case-7.use.5")
    assert done.revisions[0] < done.revisions[1]
    known = await platform.device(code(4))
    assert known is not None
    assert (known.state, known.registration_number, known.revision) == (
        "in_use",
        "证4",
        done.revisions[1],
    )
    assert await refused(twins, uses(4), "case-9.use.1") == "already_registered"
    assert await platform.register_use(uses(1, 4, until="2026-09-21"), key="case-7.use.5") == done


async def test_each_change_from_its_state_by_the_unit_that_has_it(twins: World) -> None:
    await twins.freeze("2026-09-21T10:00:00+08:00")
    platform = twins.registers.equipment
    for n in (1, 2):
        await seed(twins, n, registration_number=f"证{n}", inspection_valid_until="2026-12-31")
    await seed(twins, 3, state="unregistered")
    assert await refused(twins, change(UseChange.STOP, 9), "case-8.use.1") == "device_unknown"
    assert await refused(twins, change(UseChange.STOP, 3), "case-8.use.2") == "not_registered"
    wrong = change(UseChange.STOP, 1, before=OTHER)
    assert await refused(twins, wrong, "case-8.use.3") == "other_unit"
    assert await refused(twins, change(UseChange.RESTART, 1), "case-8.use.4") == "wrong_state"
    await platform.change_use(change(UseChange.STOP, 1, 2), key="case-8.use.5")
    assert await refused(twins, change(UseChange.STOP, 1), "case-8.use.6") == "wrong_state"
    await twins.freeze("2027-01-04T10:00:00+08:00")
    assert await refused(twins, change(UseChange.RESTART, 1), "case-8.use.7") == "not_inspected"
    again = change(UseChange.RESTART, 1, inspection_valid_until=date(2027, 12, 31))
    await twins.fault(Register.EQUIPMENT, "lose_answer_after_commit", times=1)
    with pytest.raises(OutcomeUnknown):
        await platform.change_use(again, key="case-8.use.8")
    await platform.settle(again, key="case-8.use.8")
    moved = change(UseChange.MOVE, 1, place="交通大道20号")
    await platform.change_use(moved, key="case-8.use.9")
    sold = change(UseChange.TRANSFER, 1, uscc=OTHER, unit="随州市曾都区神农物流有限公司")
    await platform.change_use(sold, key="case-8.use.10")
    known = await platform.device(code(1))
    assert known is not None
    assert (known.state, known.place, known.uscc) == ("in_use", "交通大道20号", OTHER)
    await platform.change_use(change(UseChange.SCRAP, 2), key="case-8.use.11")
    assert await refused(twins, change(UseChange.RESTART, 2), "case-8.use.12") == "device_scrapped"


async def test_what_is_new_by_revision_wrong_and_late(twins: World) -> None:
    await twins.freeze("2026-09-21T10:00:00+08:00")
    platform = twins.registers.equipment
    for n in (1, 2, 3):
        await seed(twins, n)
    await seed(twins, 4, division="420606")
    told = (await platform.changed_devices(DIVISION, 0)).devices
    assert [d.code for d in told] == [code(1), code(2), code(3)]
    assert [d.revision for d in told] == sorted(d.revision for d in told)
    last = told[-1].revision
    assert (await platform.changed_devices(DIVISION, last)).devices == ()
    await seed(twins, 1, place="交通大道20号")
    (again,) = (await platform.changed_devices(DIVISION, last)).devices
    assert (again.code, again.place) == (code(1), "交通大道20号")

    async def order(device: str, **body: Any) -> int:
        answer = await twins.people.put(f"/admin/device-news/{device}", json=body, headers=ADMIN)
        return answer.status_code

    assert await order(code(9), held=True) == 404
    assert await order(code(2), says={"state": "gone"}) == 422
    assert await order(code(2), says={"revision": 1, "kind": "9Z99"}) == 200
    assert await order(code(3), held=True) == 200
    told = (await platform.changed_devices(DIVISION, 0)).devices
    assert next((d.code, d.kind, d.revision == 1) for d in told) == (code(2), "9Z99", True)
    assert code(3) not in [d.code for d in told]
    truth = await platform.device(code(2))
    assert truth is not None
    assert truth.kind == "3110"
    await twins.people.delete(f"/admin/device-news/{code(3)}", headers=ADMIN)
    assert code(3) in [d.code for d in (await platform.changed_devices(DIVISION, 0)).devices]
