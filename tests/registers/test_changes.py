"""Changes at the market register's twin: as signed for, by its rules, one after another."""

import asyncio
from typing import Any

import pytest

from registers.errors import RegisterRefused
from registers.ports import ChangedItem, ChangeEnterprise, Held, PublishChange, PublishedChange
from tests.registers.bureau import World
from tests.registers.samples import CHEN, LI, enterprise

NAME = "随州市曾都区红光商贸有限公司"
ADDRESS = "湖北省随州市曾都区烈山大道1号"


async def registered(twins: World) -> str:
    await twins.freeze("2026-09-24T11:00:00+08:00")
    done = await twins.registers.market.register_enterprise(enterprise(), key="case-0.register.1")
    return done.uscc


def change(uscc: str, **more: Any) -> ChangeEnterprise:
    values: dict[str, Any] = {"case_ref": "case-9", "uscc": uscc, "signatory": CHEN}
    values["before"] = Held(name=NAME)
    return ChangeEnterprise(**values | more)


async def test_a_change_issues_a_licence_and_voids_the_one_before(twins: World) -> None:
    uscc = await registered(twins)
    market = twins.registers.market
    before = await market.enterprise(uscc)
    assert before is not None
    assert (before.address, before.legal_representative_name) == (ADDRESS, CHEN.name)
    await twins.freeze("2026-10-09T09:00:00+08:00")
    done = await market.change_enterprise(
        change(
            uscc,
            name="随州市曾都区丰穗粮油有限公司",
            address="湖北省随州市曾都区交通大道9号",
            legal_representative=LI,
            signatory=LI,
            business_scope=("粮食收购",),
            capital="800000.00",
        ),
        key="case-9.change.1",
    )
    assert done.voided_licence_number == before.licence_number != done.licence_number
    assert done.registered_at == before.registered_at
    after = await market.enterprise(uscc)
    assert after is not None
    assert (after.name, after.address, after.legal_representative_name, str(after.capital)) == (
        "随州市曾都区丰穗粮油有限公司",
        "湖北省随州市曾都区交通大道9号",
        LI.name,
        "800000.00",
    )
    assert after.business_scope == ("粮食收购",)
    # The old licence is void, the name of the entry another: a notice under the old one is refused.
    items = (PublishedChange(item=ChangedItem.NAME, before=NAME, after=after.name),)
    told = PublishChange(
        case_ref="case-9",
        uscc=uscc,
        name=after.name,
        items=items,
        changed_at=done.changed_at,
        voided_licence_number=done.voided_licence_number,
        licence_declared_void=True,
    )
    published = await twins.registers.necips.publish_change(told, key="case-9.publish.1")
    assert published.publication_number.startswith("GS-2026-")
    with pytest.raises(RegisterRefused, match="enterprise_unknown"):
        await twins.registers.necips.publish_change(
            told.model_copy(update={"name": NAME}), key="case-9.publish.2"
        )


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"address": ADDRESS}, "nothing_changed"),
        ({}, "nothing_changed"),
        ({"address": "湖北省随州市曾都区交通大道9号", "signatory": LI}, "not_legal_representative"),
        ({"legal_representative": LI}, "not_legal_representative"),
        ({"address": "新址", "before": Held(name="别的公司")}, "entry_changed"),
        ({"address": "新址", "before": Held(name=NAME, address="旧址")}, "entry_changed"),
        ({"address": "新址", "division": "421321"}, "not_competent"),
        ({"name": "随州市曾都区永盛商贸有限公司"}, "name_taken"),
        ({"capital": "10000000000.01"}, "capital_abnormal"),
    ],
)
async def test_refused_by_its_rules(twins: World, more: dict[str, Any], code: str) -> None:
    uscc = await registered(twins)
    await twins.registers.market.register_enterprise(
        enterprise("随州市曾都区永盛商贸有限公司", case_ref="c2"), key="case-2.register.1"
    )
    with pytest.raises(RegisterRefused) as refused:
        await twins.registers.market.change_enterprise(change(uscc, **more), key="case-9.change.1")
    assert refused.value.code == code


async def test_unknown_and_barred(twins: World) -> None:
    uscc = await registered(twins)
    market = twins.registers.market
    with pytest.raises(RegisterRefused, match="enterprise_unknown"):
        await market.change_enterprise(change("91421303MA0BANJ05F", address="x"), key="case-9.c.1")
    bar = {"article": "条例第十二条", "ground": "债务", "since": "2024-01-01"}
    await twins.seed(bars=[{**LI.model_dump(), **bar, "scope": "legal_representative"}])
    with pytest.raises(RegisterRefused, match="person_barred"):
        await market.change_enterprise(
            change(uscc, legal_representative=LI, signatory=LI), key="case-9.c.2"
        )


async def test_sixteen_changes_of_one_address_at_once_are_one(twins: World) -> None:
    uscc = await registered(twins)
    market = twins.registers.market
    before = Held(name=NAME, address=ADDRESS)
    results = await asyncio.gather(
        *(
            market.change_enterprise(
                change(uscc, case_ref=f"c{n}", address=f"新址{n}号", before=before),
                key=f"case-{n}.change.1",
            )
            for n in range(16)
        ),
        return_exceptions=True,
    )
    refused = [r for r in results if isinstance(r, RegisterRefused)]
    assert len(refused) == 15
    assert {r.code for r in refused} == {"entry_changed"}
