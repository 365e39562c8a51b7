"""The library of names: one memory for the whole prefecture."""

import asyncio
from datetime import date
from typing import Any

import pytest

from registers.errors import OutcomeUnknown, RegisterRefused
from registers.messages import Register
from registers.names import OccupyName, ReleaseName, ReserveName
from registers.requests import EntityType
from tests.registers.bureau import World
from tests.registers.samples import enterprise

NAME = "随州市曾都区青禾食品有限公司"
KEY = "case-1.reserve_name.1"


def reservation(name: str = NAME, case_ref: str = "case-1", **more: Any) -> ReserveName:
    values = {"entity_type": "limited_company", "reserved_until": "2026-11-24"} | more
    return ReserveName.model_validate({"case_ref": case_ref, "name": name} | values)


@pytest.fixture
async def library(twins: World) -> World:
    await twins.freeze("2026-09-24T10:00:00+08:00")
    return twins


async def test_reserved_used_and_seen_by_all(library: World) -> None:
    names, market = library.registers.names, library.registers.market
    held = await names.reserve(reservation(), key=KEY)
    assert held.reservation_number == "MC-421303-2026-000001"
    assert held.reserved_until == date(2026, 11, 24)
    assert await names.settle(reservation(), key=KEY) == held
    (seen,) = (await names.look_up("随州 市曾都区青禾食品有限公司")).holdings
    assert (seen.state, seen.division, seen.held_until) == (
        "reserved",
        "421303",
        date(2026, 11, 24),
    )

    with pytest.raises(RegisterRefused, match="enterprise_unknown"):
        await names.occupy(
            occupation(held.reservation_number, "91421303MA0BANJ05F"), key="c.occupy.1"
        )
    entered = await market.register_enterprise(enterprise(NAME), key="case-1.register.1")
    # The reservation's number is enough: another case registers than the one that reserved.
    used = await names.occupy(occupation(held.reservation_number, entered.uscc), key="c.occupy.2")
    assert used.uscc == entered.uscc
    with pytest.raises(RegisterRefused, match="not_reserved"):
        await names.occupy(occupation(held.reservation_number, entered.uscc), key="c.occupy.3")
    (now,) = (await names.look_up(NAME)).holdings
    assert (now.state, now.uscc, now.held_until) == ("occupied", entered.uscc, None)


def occupation(number: str, uscc: str) -> OccupyName:
    return OccupyName(case_ref="case-2", reservation_number=number, uscc=uscc)


def release(number: str, ground: str, case_ref: str = "case-1") -> ReleaseName:
    return ReleaseName.model_validate(
        {"case_ref": case_ref, "reservation_number": number, "ground": ground}
    )


@pytest.mark.parametrize(
    ("name", "more", "code"),
    [
        (NAME, {}, "name_held"),
        ("随州市曾都区青禾食品有限责任公司", {}, "name_held"),
        ("广水市青禾食品有限公司", {"division": "421381"}, "name_held"),
        ("随州市曾都区红光商贸有限公司", {}, "name_held"),
        ("武汉市青禾食品有限公司", {"division": "420100"}, "not_competent"),
        ("随州市新芽食品有限公司", {"reserved_until": "2026-09-23"}, "period_over"),
        ("随州市新芽食品有限公司", {"reserved_until": "2027-10-10"}, "period_too_long"),
    ],
)
async def test_what_the_library_says_no_to(
    library: World, name: str, more: dict[str, Any], code: str
) -> None:
    await library.registers.market.register_enterprise(enterprise(), key="case-0.register.1")
    names = library.registers.names
    await names.reserve(reservation(), key=KEY)
    with pytest.raises(RegisterRefused) as refused:
        await names.reserve(reservation(name, "case-2", **more), key="case-2.reserve_name.1")
    assert refused.value.code == code


async def test_an_individual_is_compared_by_the_whole_name(library: World) -> None:
    names = library.registers.names
    await names.reserve(reservation(), key=KEY)
    shop = "随州市曾都区青禾食品店"
    alone = reservation(shop, "case-2", entity_type="individual")
    await names.reserve(alone, key="case-2.reserve_name.1")
    assert len((await names.look_up(shop, EntityType.INDIVIDUAL)).holdings) == 1
    with pytest.raises(RegisterRefused, match="name_held"):
        await names.reserve(
            alone.model_copy(update={"case_ref": "case-3"}), key="case-3.reserve_name.1"
        )


async def test_the_last_day_belongs_to_the_reservation(library: World) -> None:
    names = library.registers.names
    held = await names.reserve(reservation(), key=KEY)
    await library.freeze("2026-11-24T23:59:59+08:00")
    with pytest.raises(RegisterRefused, match="name_held"):
        await names.reserve(
            reservation(case_ref="case-2", reserved_until="2027-01-24"), key="case-2.reserve.1"
        )
    assert (await library.admin.get("/admin/due")).json()["at"] == "2026-11-24T16:00:00Z"
    await library.freeze("2026-11-25T00:00:00+08:00")
    with pytest.raises(RegisterRefused, match="reservation_lapsed"):
        await names.occupy(
            occupation(held.reservation_number, "91421303MA0BANJ05F"), key="c.occupy.1"
        )
    # Free at once, whether or not the library has tidied up.
    await names.reserve(
        reservation(case_ref="case-3", reserved_until="2027-01-24"), key="case-3.reserve.1"
    )
    await library.tick()
    states = [h.state for h in (await names.changes()).holdings]
    assert sorted(states) == ["lapsed", "reserved"]
    with pytest.raises(RegisterRefused, match="not_reserved"):
        await names.release(release(held.reservation_number, "given_up"), key="c.release.1")


async def test_given_up_is_free_at_once_and_given_back_after_use_a_year_later(
    library: World,
) -> None:
    names, market = library.registers.names, library.registers.market
    held = await names.reserve(reservation(), key=KEY)
    number = held.reservation_number
    with pytest.raises(RegisterRefused, match="other_case"):
        await names.release(release(number, "given_up", "case-2"), key="c.release.1")
    with pytest.raises(RegisterRefused, match="not_occupied"):
        await names.release(release(number, "name_changed"), key="c.release.2")
    freed = await names.release(release(number, "given_up"), key="c.release.3")
    assert freed.free_from == date(2026, 9, 24)
    assert (await names.look_up(NAME)).holdings == ()

    again = await names.reserve(reservation(case_ref="case-2"), key="case-2.reserve.1")
    entered = await market.register_enterprise(enterprise(NAME), key="case-2.register.1")
    await names.occupy(occupation(again.reservation_number, entered.uscc), key="c.occupy.1")
    with pytest.raises(RegisterRefused, match="not_reserved"):
        await names.release(
            release(again.reservation_number, "given_up", "case-2"), key="c.release.4"
        )
    gone = await names.release(
        release(again.reservation_number, "deregistered", "case-9"), key="c.release.5"
    )
    assert gone.free_from == date(2027, 9, 25)
    (still,) = (await names.look_up(NAME)).holdings
    assert (still.state, still.held_until) == ("released", date(2027, 9, 24))


async def test_a_district_keeps_its_index_by_the_changes(library: World) -> None:
    names = library.registers.names
    seeds = [
        {"name": "随县炎帝农业有限公司", "division": "421321", "reserved_until": "2026-10-24"},
        {"name": "广水市风机制造有限公司", "division": "421381", "reserved_until": "2026-10-24"},
    ]
    await library.seed(names=seeds)
    await library.seed(names=seeds)
    first = await names.changes(limit=1)
    assert [h.name for h in first.holdings] == ["随县炎帝农业有限公司"]
    rest = await names.changes(first.last)
    assert [h.division for h in rest.holdings] == ["421381"]
    held = await names.reserve(reservation(), key=KEY)
    await names.release(release(held.reservation_number, "given_up"), key="c.release.1")
    newest = await names.changes(rest.last)
    assert [(h.name, h.state) for h in newest.holdings] == [(NAME, "released")]
    nothing = await names.changes(newest.last)
    assert (nothing.holdings, nothing.last) == ((), newest.last)


async def test_ten_after_one_name_and_one_has_it(library: World) -> None:
    names = library.registers.names
    asked = [
        names.reserve(reservation(case_ref=f"case-{n}"), key=f"case-{n}.reserve_name.1")
        for n in range(10)
    ]
    results = await asyncio.gather(*asked, return_exceptions=True)
    refused = [r for r in results if isinstance(r, RegisterRefused)]
    assert len(refused) == 9
    assert {r.code for r in refused} == {"name_held"}


async def test_a_lost_answer_is_found(library: World) -> None:
    await library.fault(Register.NAMES, "lose_answer_after_commit")
    with pytest.raises(OutcomeUnknown):
        await library.registers.names.reserve(reservation(), key=KEY)
    held = await library.registers.names.settle(reservation(), key=KEY)
    assert held.reservation_number == "MC-421303-2026-000001"
    assert len(await library.effects(register="names")) == 1
