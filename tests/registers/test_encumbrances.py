"""The courts and the register of collateral: what stands today, whom they answer, what happens while one is away."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from activities.deregistration_grounds import grounds_of
from registers.deregistration import DeregisterEnterprise, Way
from registers.errors import RegisterRefused, RegisterUnavailable, WrongAnswer
from registers.messages import Register
from tests.registers.bureau import World

CODE, NAME = "91421303MA4K1X2Y9A", "随州市曾都区红光商贸有限公司"
INVESTORS = ["周晓岚", "李国栋"]
LEAVING: Any = SimpleNamespace(uscc=CODE, company=NAME, investors=INVESTORS)
FREEZE = {
    "number": "（2026）鄂1303执保55号",
    "uscc": CODE,
    "kind": "freeze",
    "court": "曾都区人民法院",
    "investor": "李国栋",
    "since": "2026-09-24",
    "until": "2026-12-31",
}
PLEDGE = {
    "number": "股质登记设〔2026〕第1号",
    "uscc": CODE,
    "kind": "equity_pledge",
    "secured": "随州农商银行",
    "registered_on": "2026-09-24",
    "released_on": "2027-01-01",
}


async def seed(twins: World, **more: Any) -> None:
    firm = {"uscc": CODE, "name": NAME, "lists": [], "standings": {"investors": INVESTORS}}
    await twins.seed(enterprises=[firm], **more)


async def found(twins: World) -> dict[str, list[str]]:
    entry = await twins.registers.market.enterprise(CODE)
    assert entry is not None
    view: Any = SimpleNamespace(means=SimpleNamespace(registers=twins.registers))
    held = (await grounds_of(view, LEAVING, entry)).by
    return {code: said for code, said in held.items() if said}


@pytest.mark.parametrize(
    ("now", "frozen", "pledged"),
    [
        ("2026-09-23T23:59:59+08:00", False, False),
        ("2026-09-24T00:00:00+08:00", True, True),
        ("2026-12-31T23:59:59+08:00", True, True),
        ("2027-01-01T00:00:00+08:00", False, False),
    ],
)
async def test_what_stands_by_the_day(twins: World, now: str, frozen: bool, pledged: bool) -> None:
    await twins.freeze(now)
    await seed(twins, court_matters=[FREEZE], collaterals=[PLEDGE])
    court, collateral = twins.registers.court, twins.registers.collateral
    assert bool((await court.matters(CODE, NAME)).matters) == frozen
    assert bool((await collateral.securities(CODE, NAME)).securities) == pledged


async def test_each_kind_is_its_own_ground(twins: World) -> None:
    await twins.freeze("2026-10-12T10:00:00+08:00")
    suit = FREEZE | {"kind": "lawsuit", "number": "（2026）鄂1303民初100号", "investor": None}
    arbitration = suit | {"kind": "arbitration", "number": "随仲字2026第8号"}
    enforced = suit | {"kind": "enforcement", "number": "（2026）鄂1303执200号"}
    mortgage = PLEDGE | {"kind": "chattel_mortgage", "number": "动产2026第5号"}
    await seed(
        twins,
        court_matters=[FREEZE, suit, arbitration, enforced],
        collaterals=[PLEDGE, mortgage],
    )
    said = await found(twins)
    assert list(said) == ["sd_01", "sd_07", "sd_10"]
    assert "被强制执行" in said["sd_01"][0]
    assert [words[:5] for words in said["sd_07"]] == ["李国栋的股", "动产抵押（", "股权已出质"]
    assert len(said["sd_10"]) == 2
    # Closed: the same number, said anew.
    await seed(twins, court_matters=[m | {"until": "2026-10-11"} for m in (suit, arbitration)])
    assert list(await found(twins)) == ["sd_01", "sd_07"]


async def test_the_market_register_refuses_what_is_bound_elsewhere(twins: World) -> None:
    await twins.freeze("2026-10-12T10:00:00+08:00")
    end = DeregisterEnterprise(case_ref="case-9", uscc=CODE, name=NAME, way=Way.SIMPLE)
    suit = FREEZE | {"kind": "lawsuit", "number": "（2026）鄂1303民初100号", "investor": None}
    for n, (world, code) in enumerate(
        [
            ({"court_matters": [FREEZE]}, "bound"),
            ({"court_matters": [FREEZE | {"until": "2026-10-11"}], "collaterals": [PLEDGE]}, "bound"),
            ({"collaterals": [PLEDGE | {"released_on": "2026-10-12"}], "court_matters": [suit]},
             "under_proceedings"),
        ]
    ):  # fmt: skip
        await seed(twins, **world)
        with pytest.raises(RegisterRefused, match=code):
            await twins.registers.market.deregister_enterprise(end, key=f"case-9.end.{n}")


async def test_they_answer_only_for_a_code_and_its_own_name(twins: World) -> None:
    await seed(twins)
    court, collateral = twins.registers.court, twins.registers.collateral
    stranger = "91421303MA49B7H34Q"
    assert (await court.matters(stranger, "随州市曾都区明珠建材有限公司")).matters == ()
    for ask, code, name, told in (
        (court.matters, CODE, "别的名称", "name_differs"),
        (court.matters, CODE[:-1] + "B", NAME, "uscc_invalid"),
        (collateral.securities, CODE, "别的名称", "name_differs"),
        (collateral.securities, CODE[:-1] + "B", NAME, "uscc_invalid"),
        (collateral.securities, stranger, "随州市曾都区明珠建材有限公司", "debtor_unknown"),
    ):
        with pytest.raises(RegisterRefused, match=told):
            await ask(code, name)


@pytest.mark.parametrize("register", [Register.COURT, Register.COLLATERAL])
async def test_one_that_does_not_answer_is_never_no_ground(
    twins: World, register: Register
) -> None:
    await seed(twins)
    for kind, error in (
        ("down", RegisterUnavailable),
        ("lose_answer_after_commit", RegisterUnavailable),
        ("wrong_answer", WrongAnswer),
        ("refuse", RegisterRefused),
    ):
        await twins.fault(register, kind)
        with pytest.raises(error) as caught:
            await found(twins)
        assert caught.value.register is register
        assert await found(twins) == {}


async def test_what_cannot_be_so_is_not_seeded(twins: World) -> None:
    for world, code in (
        ({"court_matters": [FREEZE | {"investor": None}]}, "investor_missing"),
        ({"collaterals": [PLEDGE | {"released_on": "2026-09-23"}]}, "released_before"),
    ):
        answer = await twins.admin.post("/admin/world", json=world)
        assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_the_day_of_a_listing_is_the_civil_day(twins: World) -> None:
    since = {"list": "abnormal", "ground": "unreachable", "since": date(2026, 9, 28).isoformat()}
    await twins.seed(enterprises=[{"uscc": CODE, "name": NAME, "lists": [since]}])
    assert (await found(twins))["sd_05"][0].startswith("2026年9月28日列入")
