"""The market register's own rules and its codes."""

import asyncio
from datetime import date

import pytest
from stdnum.cn import uscc as stdnum_uscc

from registers.errors import RegisterRefused
from registers.ports import CheckCapital
from registers.twins.codes import organisation_code, registration_number, unified_code
from tests.registers.bureau import World
from tests.registers.samples import CHEN, LI, enterprise, id_number


async def test_registers_an_enterprise_and_issues_its_numbers(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    done = await twins.registers.market.register_enterprise(enterprise(), key="case-1.register.1")
    assert stdnum_uscc.is_valid(done.uscc)
    assert done.uscc.startswith("91421303")
    assert done.registered_at.isoformat() == "2026-09-24T03:00:00+00:00"
    assert registration_number(done.licence_number[:6], int(done.licence_number[6:14])) == (
        done.licence_number
    )
    held = await twins.registers.market.enterprise(done.uscc)
    assert held is not None
    assert (held.name, held.status) == (enterprise().name, "active")
    assert await twins.registers.market.enterprise("91421303MA0BANJ05F") is None


async def test_thirty_two_at_once_get_thirty_two_codes(twins: World) -> None:
    # One code of the sequence is already held by an enterprise of the story's world.
    held = unified_code("limited_company", "421303", 8_100_003)
    await twins.seed(enterprises=[{"uscc": held, "name": "随县长青农业有限公司"}])
    names = [f"随州市曾都区{chr(0x4E00 + i)}{chr(0x5000 + i)}商贸有限公司" for i in range(32)]
    market = twins.registers.market
    done = await asyncio.gather(
        *(
            market.register_enterprise(enterprise(n, case_ref=f"c{i}"), key=f"case-{i}.register.1")
            for i, n in enumerate(names)
        )
    )
    codes = {d.uscc for d in done}
    assert len(codes) == 32
    assert held not in codes
    assert len({d.licence_number for d in done}) == 32
    assert all(stdnum_uscc.is_valid(c) for c in codes)
    assert len(await twins.effects(register="market")) == 32


async def test_one_name_asked_for_by_sixteen_goes_to_one(twins: World) -> None:
    market = twins.registers.market
    results = await asyncio.gather(
        *(
            market.register_enterprise(enterprise(case_ref=f"c{i}"), key=f"case-{i}.register.1")
            for i in range(16)
        ),
        return_exceptions=True,
    )
    refused = [r for r in results if isinstance(r, RegisterRefused)]
    assert len(refused) == 15
    assert {r.code for r in refused} == {"name_taken"}
    assert len(await twins.effects(register="market")) == 1


@pytest.mark.parametrize(
    ("registered", "asked", "rule"),
    [
        ("随州市曾都区红光商贸有限公司", "随州市曾都区红光商贸有限公司", "identical"),
        ("随州市曾都区红光商贸有限公司", "随州市曾都区 红光商贸有限公司", "identical"),
        ("随县红光酒业厂", "随州市曾都区红光酒业有限公司", "same_words"),
        ("红光(随州)酒业有限公司", "随州市曾都区红光酒业有限责任公司", "same_words"),
        ("红光(随州)酒业有限公司", "红光(随州)酒业有限公司", "identical"),
        ("随州市曾都区红光酒业有限公司", "随州市曾都区红光商贸有限公司", None),
    ],
)
async def test_names_within_the_prefecture(
    twins: World, registered: str, asked: str, rule: str | None
) -> None:
    await twins.seed(
        enterprises=[{"uscc": "91421321MA0BANJ05F", "name": registered, "division": "421321"}]
    )
    verdict = await twins.registers.market.check_name(asked)
    assert [h.rule for h in verdict.hits] == ([rule] if rule else [])
    assert verdict.available is (rule is None)
    if rule:
        with pytest.raises(RegisterRefused, match="name_taken"):
            await twins.registers.market.register_enterprise(enterprise(asked), key="case-1.reg.1")


async def test_another_prefecture_does_not_count(twins: World) -> None:
    await twins.seed(
        enterprises=[
            {"uscc": "91420102MA0BANJ05F", "name": "武汉红光酒业有限公司", "division": "420102"}
        ]
    )
    assert (await twins.registers.market.check_name("随州市曾都区红光酒业有限公司")).available


@pytest.mark.parametrize(
    ("now", "free"),
    [("2026-09-24T23:59:59+08:00", False), ("2026-09-25T00:00:00+08:00", True)],
)
async def test_a_name_is_free_the_day_after_the_anniversary(
    twins: World, now: str, free: bool
) -> None:
    await twins.seed(
        enterprises=[
            {
                "uscc": "91421303MA0BANJ05F",
                "name": "随州市曾都区红光商贸有限公司",
                "status": "deregistered",
                "ended_on": "2025-09-24",
            }
        ]
    )
    await twins.freeze(now)
    verdict = await twins.registers.market.check_name("随州市曾都区红光商贸有限公司")
    assert verdict.available is free


BAR = {
    "article": "市场主体登记管理条例第十二条",
    "ground": "数额较大的债务到期未清偿",
    "since": "2024-01-01",
}


async def test_bars_of_articles_12_and_40(twins: World) -> None:
    chen, li = CHEN.model_dump(), LI.model_dump()
    await twins.freeze("2026-09-24T11:00:00+08:00")
    await twins.seed(
        bars=[
            {**chen, **BAR, "scope": "legal_representative"},
            {**li, **BAR, "scope": "any_post", "article": "条例第四十条", "until": "2026-09-24"},
        ]
    )
    market = twins.registers.market
    assert len((await market.check_person_bars(CHEN.id_number, CHEN.name)).bars) == 1
    assert len((await market.check_person_bars(LI.id_number, LI.name)).bars) == 1
    assert not (await market.check_person_bars(id_number(99), "赵六")).bars

    with pytest.raises(RegisterRefused, match="person_barred"):
        await market.register_enterprise(enterprise(), key="case-1.reg.1")
    # A bar on leading does not keep one from being a shareholder; that of article 40 does.
    other = {"id_number": id_number(99), "name": "赵六"}
    shareholder = enterprise(legal_representative=other, persons=({**li, "post": "股东"},))
    with pytest.raises(RegisterRefused, match="person_barred"):
        await market.register_enterprise(shareholder, key="case-1.reg.2")
    await twins.freeze("2026-09-25T00:00:00+08:00")
    await market.register_enterprise(shareholder, key="case-1.reg.3")


async def test_capital_and_competence(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    market = twins.registers.market
    normal = {"entity_type": "limited_company", "amount": "500000.00"}
    for paid_until, ok in [("2031-09-24", True), ("2031-09-25", False), (None, True)]:
        verdict = await market.check_capital(CheckCapital(**normal, paid_until=paid_until))
        assert verdict.normal is ok
    verdict = await market.check_capital(
        CheckCapital(entity_type="partnership", amount="10000000000.01")
    )
    assert not verdict.normal
    with pytest.raises(RegisterRefused, match="capital_abnormal"):
        await market.register_enterprise(
            enterprise(capital_paid_until="2031-09-25"), key="case-1.reg.1"
        )
    with pytest.raises(RegisterRefused, match="not_competent"):
        await market.register_enterprise(
            enterprise("随州市红光股份有限公司", entity_type="joint_stock_company"),
            key="case-1.reg.2",
        )
    with pytest.raises(RegisterRefused, match="not_competent"):
        await market.register_enterprise(enterprise(division="420102"), key="case-1.reg.3")
    assert not await twins.effects(register="market")


def test_codes_agree_with_another_implementation() -> None:
    for sequence in (0, 1, 30, 31, 8_100_000, 31**6 - 1, *range(9_000_000, 9_000_400)):
        assert stdnum_uscc.is_valid(unified_code("limited_company", "421303", sequence))
        assert len(organisation_code(sequence)) == 9
    assert unified_code("individual", "421303", 1)[:2] == "92"
    assert unified_code("cooperative", "421303", 1)[:2] == "93"
    with pytest.raises(OverflowError):
        organisation_code(31**6)
    # The published number that law texts quote, and its check digit.
    assert registration_number("440301", 10344866) == "440301103448669"


async def test_what_has_ended_of_late_is_listed_by_code_page_by_page(twins: World) -> None:
    """Whoever ended it: an hourly question of the whole register, instead of one per enterprise."""
    market = twins.registers.market
    for uscc, status, ended_on in (
        ("91421303MA0BANJ05F", "active", None),
        ("91421303MA0QH1006C", "deregistered", "2026-09-20"),
        ("91421303MA0QH3001B", "revoked", "2026-09-22"),
        ("91421303MA4K1X2Y9A", "deregistered", "2026-07-01"),
    ):
        entry = {"uscc": uscc, "name": f"随州市曾都区{uscc[-4:]}商贸有限公司", "status": status}
        more = {"ended_on": ended_on} if ended_on else {}
        await twins.seed(enterprises=[entry | more])
    since = date(2026, 9, 20)
    found = (await market.ended_since(since)).ended
    assert [(e.uscc, e.status, e.ended_on) for e in found] == [
        ("91421303MA0QH1006C", "deregistered", date(2026, 9, 20)),
        ("91421303MA0QH3001B", "revoked", date(2026, 9, 22)),
    ]
    assert (await market.ended_since(since, found[0].uscc)).ended == found[1:]
    assert (await market.ended_since(since, found[-1].uscc)).ended == ()
    assert (await market.ended_since(date(2026, 9, 21))).ended == found[1:]
