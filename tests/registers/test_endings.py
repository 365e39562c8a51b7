"""How an entry of the market register ends, comes back, and is shown; what tax says first."""

from datetime import date
from typing import Any

import pytest

from registers.errors import RegisterRefused
from registers.ports import (
    DeregisterEnterprise,
    PublishDeregistration,
    PublishNotice,
    PublishRestoration,
    RestoreEnterprise,
    Way,
)
from tests.registers.bureau import World

CODE, NAME = "91421303MA4K1X2Y9A", "随州市曾都区红光商贸有限公司"
BRANCH = {"uscc": "91421303MA49B7H34Q", "name": "随州市曾都区红光商贸有限公司东城分公司"}


async def seed(twins: World, **more: Any) -> None:
    enterprise = {"uscc": CODE, "name": NAME, "licence_number": "421303000000011"} | more
    await twins.seed(enterprises=[enterprise])


def ending(way: Way = Way.GENERAL, **more: Any) -> DeregisterEnterprise:
    values: dict[str, Any] = {"case_ref": "case-9", "uscc": CODE, "name": NAME, "way": way}
    return DeregisterEnterprise(**values | more)


async def refused(twins: World, effect: DeregisterEnterprise, key: str) -> str:
    with pytest.raises(RegisterRefused) as caught:
        await twins.registers.market.deregister_enterprise(effect, key=key)
    return caught.value.code


async def test_an_entry_ends_once_when_its_branches_are_gone(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    await seed(twins, branches=[BRANCH])
    market, necips = twins.registers.market, twins.registers.necips
    assert await refused(twins, ending(), "case-9.end.1") == "branches_remain"
    await seed(twins, branches=[BRANCH | {"status": "deregistered"}])
    shown = await market.enterprise(CODE)
    assert shown is not None
    assert [(b.uscc, b.status) for b in shown.branches] == [(BRANCH["uscc"], "deregistered")]
    assert await refused(twins, ending(name="别的名称"), "case-9.end.2") == "enterprise_unknown"
    assert await refused(twins, ending(division="421381"), "case-9.end.3") == "not_competent"
    done = await market.deregister_enterprise(ending(), key="case-9.end.4")
    assert (done.way, done.voided_licence_number) == (Way.GENERAL, "421303000000011")
    again = await market.deregister_enterprise(ending(), key="case-9.end.4")
    assert again == done
    assert await refused(twins, ending(), "case-9.end.5") == "enterprise_unknown"
    told = PublishDeregistration(
        case_ref="case-9",
        uscc=CODE,
        name=NAME,
        way=Way.GENERAL,
        deregistered_at=done.deregistered_at,
    )
    published = await necips.publish_deregistration(told, key="case-9.publish.1")
    assert published.publication_number.startswith("GS-2026-")
    # The name is free again after a year (企业名称登记管理规定 17), and what has ended is not restored.
    await twins.freeze("2027-09-24T11:00:00+08:00")
    assert not (await market.check_name(NAME)).available
    await twins.freeze("2027-09-25T11:00:00+08:00")
    assert (await market.check_name(NAME)).available
    with pytest.raises(RegisterRefused, match="not_compulsory"):
        await market.restore_enterprise(
            RestoreEnterprise(case_ref="case-9", uscc=CODE, name=NAME), key="case-9.restore.1"
        )


async def test_a_compulsory_ending_waits_three_years_and_can_be_taken_back(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    market, necips = twins.registers.market, twins.registers.necips
    await seed(twins)
    assert await refused(twins, ending(Way.COMPULSORY), "case-9.end.1") == "not_revoked"
    await seed(twins, status="revoked", ended_on="2023-09-24")
    assert await refused(twins, ending(Way.SIMPLE), "case-9.end.2") == "licence_revoked"
    assert await refused(twins, ending(Way.COMPULSORY), "case-9.end.3") == "too_early"
    notice = PublishNotice(
        case_ref="case-9",
        kind="compulsory_deregistration",
        uscc=CODE,
        subject_name=NAME,
        title="强制注销公告",
        text="拟强制注销。",
        open_from=date(2026, 9, 24),
    )
    await necips.publish_notice(notice, key="case-9.notice.1")
    await twins.freeze("2026-09-25T11:00:00+08:00")
    await market.deregister_enterprise(ending(Way.COMPULSORY), key="case-9.end.4")
    back = await market.restore_enterprise(
        RestoreEnterprise(case_ref="case-9", uscc=CODE, name=NAME), key="case-9.restore.1"
    )
    assert back.status == "revoked"
    shown = await market.enterprise(CODE)
    assert shown is not None
    assert (shown.status, shown.ended_on) == ("revoked", date(2023, 9, 24))
    told = PublishRestoration(case_ref="case-9", uscc=CODE, name=NAME, restored_at=back.restored_at)
    await necips.publish_restoration(told, key="case-9.publish.1")


@pytest.mark.parametrize(
    "held",
    [
        {"status": "annulled", "ended_on": "2023-09-24"},
        {"standings": {"closure": "ordered_closed", "closure_on": "2023-09-24"}},
        {"standings": {"closure": "annulled", "closure_on": "2023-09-24"}},
    ],
)
async def test_ordered_closed_or_annulled_is_ended_by_compulsion_too(
    twins: World, held: dict[str, Any]
) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    await seed(twins, **held)
    assert await refused(twins, ending(Way.COMPULSORY), "case-9.end.1") == "too_early"
    await twins.freeze("2026-09-25T11:00:00+08:00")
    market = twins.registers.market
    await market.deregister_enterprise(ending(Way.COMPULSORY), key="case-9.end.2")
    back = await market.restore_enterprise(
        RestoreEnterprise(case_ref="case-9", uscc=CODE, name=NAME), key="case-9.restore.1"
    )
    assert back.status == held.get("status", "active")
    told = PublishRestoration(case_ref="case-9", uscc=CODE, name=NAME, restored_at=back.restored_at)
    await twins.registers.necips.publish_restoration(told, key="case-9.publish.1")


async def test_an_order_to_close_without_its_day_ends_nothing(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    await seed(twins, standings={"closure": "ordered_closed"})
    assert await refused(twins, ending(Way.COMPULSORY), "case-9.end.1") == "not_revoked"


async def test_what_needs_approval_is_not_ended_by_compulsion(twins: World) -> None:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    await seed(twins, status="revoked", ended_on="2020-01-01", deregistration_needs_approval=True)
    assert await refused(twins, ending(Way.COMPULSORY), "case-9.end.1") == "approval_needed"


async def test_tax_has_cleared_from_its_day_on(twins: World) -> None:
    await twins.freeze("2026-09-24T23:59:00+08:00")
    tax = twins.registers.tax
    assert not (await tax.clearance(CODE)).cleared
    cleared = {"uscc": CODE, "cleared_on": "2026-09-25", "number": "随税清〔2026〕1号"}
    await twins.seed(tax_clearances=[cleared])
    assert (await tax.clearance(CODE)).reasons == ("尚未办结税务注销,没有清税证明",)
    await twins.freeze("2026-09-25T00:00:00+08:00")
    found = await tax.clearance(CODE)
    assert (found.cleared, found.number) == (True, "随税清〔2026〕1号")
