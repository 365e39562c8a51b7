"""Every ground that excludes simple deregistration, through the twins: alone, in pairs, and none (law.md S08)."""

import itertools
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from activities.deregistration_grounds import grounds_of
from law.simple_deregistration import BY_CODE, GROUNDS, curable
from tests.registers.bureau import World

USCC = "91421303MA4K1X2Y9A"
NAME = "随州市曾都区红光商贸有限公司"
INVESTORS = ["周晓岚", "李国栋"]
LEAVING: Any = SimpleNamespace(uscc=USCC, company=NAME, investors=INVESTORS)

COURT = {"uscc": USCC, "court": "曾都区人民法院", "since": "2026-07-01"}
COLLATERAL = {"uscc": USCC, "secured": "随州农商银行", "registered_on": "2026-01-05"}
# What each register holds for the ground: `enterprise`, `standings`, `marks`… of a seeded world.
HELD: dict[str, dict[str, Any]] = {
    "sd_01": {"marks": ["tax_arrears"]},
    "sd_02": {"standings": {"investors": [*INVESTORS, "王秀英"]}},
    "sd_03": {"enterprise": {"deregistration_needs_approval": True}},
    "sd_04": {"standings": {"closure": "ordered_closed"}},
    "sd_05": {"list": {"list": "abnormal", "ground": "unreachable", "since": "2026-09-01"}},
    "sd_06": {"list": {"list": "serious", "ground": "major_penalty", "since": "2026-09-01"}},
    "sd_07": {"collateral": {"kind": "equity_pledge", "number": "股质登记设〔2026〕第1号"}},
    "sd_08": {"standings": {"investments": ["随州市曾都区青禾食品有限公司"]}},
    "sd_09": {"standings": {"investigations": ["曾市监立〔2026〕12号立案调查"]}},
    "sd_10": {"court": {"kind": "lawsuit", "number": "（2026）鄂1303民初100号"}},
    "sd_11": {"standings": {"penalties": ["罚款五千元未缴"]}},
    "sd_12": {"standings": {"listed_company": True}},
    "sd_13": {
        "enterprise": {"branches": [{"uscc": "91421303MA7F5C9D7N", "name": f"{NAME}一分公司"}]}
    },
    "sd_14": {"standings": {"special_measures": True}},
    "sd_15": {
        "standings": {
            "ended_simple": [{"ended_on": "2025-01-01", "curable": False, "reason": "异议"}]
        }
    },
    "sd_16": {"marks": ["tax_objection"]},
}


def world_of(*codes: str) -> dict[str, Any]:
    """A world in which these grounds stand, and no other."""
    enterprise: dict[str, Any] = {"uscc": USCC, "name": NAME, "lists": []}
    standings: dict[str, Any] = {"investors": INVESTORS}
    marks: list[dict[str, str]] = []
    matters, collaterals = [], []
    for code in codes:
        held = HELD[code]
        enterprise |= held.get("enterprise", {})
        standings |= held.get("standings", {})
        if "list" in held:
            enterprise["lists"].append(held["list"])
        if "court" in held:
            matters.append(COURT | held["court"])
        if "collateral" in held:
            collaterals.append(COLLATERAL | held["collateral"])
        marks += [{"mark": m, "subject": USCC, "note": ""} for m in held.get("marks", ())]
    return {
        "enterprises": [enterprise | {"standings": standings}],
        "marks": marks,
        "court_matters": matters,
        "collaterals": collaterals,
    }


async def codes_found(twins: World, world: dict[str, Any]) -> list[str]:
    await twins.seed(**world)
    entry = await twins.registers.market.enterprise(USCC)
    assert entry is not None
    view: Any = SimpleNamespace(means=SimpleNamespace(registers=twins.registers))
    return (await grounds_of(view, LEAVING, entry)).codes


async def test_nothing_stands_in_the_way_of_a_clean_entity(twins: World) -> None:
    assert await codes_found(twins, world_of()) == []


@pytest.mark.parametrize("code", [g.code for g in GROUNDS])
async def test_each_ground_alone(twins: World, code: str) -> None:
    assert await codes_found(twins, world_of(code)) == [code]


async def test_each_pair_is_told_as_both(twins: World) -> None:
    pairs = list(itertools.combinations(HELD, 2))
    assert len(pairs) == 120
    found = {}
    for pair in pairs:
        async with twins.engine.begin() as connection:
            # What a pair left: marks, and the branch's own entry.
            await connection.execute(text("TRUNCATE twins.marks, twins.enterprises"))
            await connection.execute(text("TRUNCATE twins.court_matters, twins.collaterals"))
        found[pair] = await codes_found(twins, world_of(*pair))
    assert found == {pair: list(pair) for pair in pairs}


async def test_revoked_earlier_curable_and_other_departments_count_as_the_law_says(
    twins: World,
) -> None:
    enterprise = {"uscc": USCC, "name": NAME, "status": "revoked", "ended_on": "2026-01-01"}
    before = [{"ended_on": "2025-01-01", "curable": True, "reason": "列入经营异常名录"}]
    standings = {"investors": INVESTORS, "ended_simple": before, "objections": ["公积金异议"]}
    marks = [{"mark": "social_arrears", "subject": USCC, "note": "2026年8月"}]
    found = await codes_found(
        twins, {"enterprises": [enterprise | {"standings": standings}], "marks": marks}
    )
    assert found == ["sd_01", "sd_04", "sd_16"]


async def test_an_annulled_entry_is_excluded_like_a_revoked_one(twins: World) -> None:
    world = world_of()
    await twins.seed(**world)
    async with twins.engine.begin() as connection:
        await connection.execute(text("UPDATE twins.enterprises SET status = 'annulled'"))
    entry = await twins.registers.market.enterprise(USCC)
    assert entry is not None
    view: Any = SimpleNamespace(means=SimpleNamespace(registers=twins.registers))
    assert (await grounds_of(view, LEAVING, entry)).codes == ["sd_04"]


def test_the_table_has_all_sixteen() -> None:
    assert [g.code for g in GROUNDS] == list(HELD) == [f"sd_{n:02}" for n in range(1, 17)]


def test_only_what_45_names_can_be_cured() -> None:
    assert [g.label for g in GROUNDS if g.curable] == ["SD-05", "SD-07", "SD-13"]
    assert curable(["sd_05", "sd_07"])
    assert not curable(["sd_05", "sd_09"])
    assert not curable([])


def test_what_was_not_read_says_so() -> None:
    unread = [code for code, ground in BY_CODE.items() if "待核" in ground.article]
    assert unread == ["sd_12", "sd_13", "sd_14", "sd_15"]
