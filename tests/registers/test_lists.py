"""NECIPS: who stands on which list, entered and removed once each, and what a story's world has there."""

import asyncio
from datetime import date
from typing import Any

import pytest

from registers.errors import OutcomeUnknown, RegisterRefused, RegisterUnavailable, WrongAnswer
from registers.messages import Register
from registers.ports import (
    ListGround,
    ListKind,
    PushRepair,
    Recipient,
    Removal,
    RemoveFromList,
    RestoreToList,
)
from tests.registers.bureau import ADMIN, World
from tests.registers.samples import list_entry

CODE = "91421303MA0BANJ05F"
NAME = "随州市曾都区红光商贸有限公司"


async def seed(twins: World, **more: Any) -> None:
    enterprise = {"uscc": CODE, "name": NAME} | more
    answer = await twins.people.post(
        "/admin/world", json={"enterprises": [enterprise]}, headers=ADMIN
    )
    answer.raise_for_status()


def removal(number: str, **more: Any) -> RemoveFromList:
    values: dict[str, Any] = {
        "case_ref": "case-4",
        "uscc": CODE,
        "entry_number": number,
        "ground": Removal.CORRECTED,
        "decision_number": "曾市监〔2026〕移异字第000001号",
    }
    return RemoveFromList(**values | more)


async def test_entered_removed_and_entered_again(twins: World) -> None:
    await twins.freeze("2026-09-28T10:00:00+08:00")
    await seed(twins)
    necips = twins.registers.necips
    assert (await necips.listings(CODE)).abnormal == ()
    listed = await necips.enter_in_list(list_entry(), key="case-4.list.1")
    assert (listed.entry_number, listed.marked) == ("MD-2026-00000001", False)
    assert await necips.enter_in_list(list_entry(), key="case-4.list.1") == listed
    with pytest.raises(RegisterRefused, match="already_listed"):
        await necips.enter_in_list(list_entry(), key="case-4.list.2")
    other = list_entry(ground=ListGround.FALSE_INFORMATION)
    assert (await necips.enter_in_list(other, key="case-4.list.3")).entry_number.endswith("2")

    with pytest.raises(RegisterRefused, match="entry_unknown"):
        await necips.remove_from_list(removal("MD-2026-00000009"), key="case-4.remove.1")
    with pytest.raises(RegisterRefused, match="other_enterprise"):
        await necips.remove_from_list(
            removal(listed.entry_number, uscc="91421303MA4K1X2Y9A"), key="case-4.remove.2"
        )
    await twins.freeze("2026-10-20T09:00:00+08:00")
    gone = await necips.remove_from_list(removal(listed.entry_number), key="case-4.remove.3")
    assert (
        await necips.remove_from_list(removal(listed.entry_number), key="case-4.remove.3") == gone
    )
    with pytest.raises(RegisterRefused, match="already_removed"):
        await necips.remove_from_list(removal(listed.entry_number), key="case-4.remove.4")
    found = await necips.listings(CODE)
    assert [(e.ground, e.removed_at is None) for e in found.abnormal] == [
        (ListGround.UNREACHABLE, False),
        (ListGround.FALSE_INFORMATION, True),
    ]
    assert [e.ground for e in found.standing(ListKind.ABNORMAL)] == [ListGround.FALSE_INFORMATION]
    await necips.enter_in_list(list_entry(), key="case-4.list.4")
    assert len((await necips.listings(CODE)).standing(ListKind.ABNORMAL)) == 2


async def test_a_revoked_repair_shows_the_entry_again(twins: World) -> None:
    await twins.freeze("2026-10-20T09:00:00+08:00")
    await seed(twins, lists=[{"list": "penalty", "ground": "general", "since": "2026-07-01"}])
    necips = twins.registers.necips
    (penalty,) = (await necips.listings(CODE)).penalties
    restore = RestoreToList(
        case_ref="case-4", uscc=CODE, entry_number=penalty.number, decision_number="撤1"
    )
    with pytest.raises(RegisterRefused, match="not_removed"):
        await necips.restore_to_list(restore, key="case-4.restore.1")
    repaired = removal(penalty.number, ground=Removal.REPAIRED)
    await necips.remove_from_list(repaired, key="case-4.remove.1")
    back = await necips.restore_to_list(restore, key="case-4.restore.2")
    assert back.listed_at == penalty.listed_at
    assert (await necips.listings(CODE)).penalties == (penalty,)


async def test_what_is_passed_on_is_as_shown(twins: World) -> None:
    await seed(twins, lists=[{"list": "penalty", "ground": "general", "since": "2026-07-01"}])
    necips = twins.registers.necips
    (penalty,) = (await necips.listings(CODE)).penalties
    assert (await necips.listings(CODE)).kinds() == {ListKind.PENALTY}
    push = PushRepair(
        case_ref="case-4",
        uscc=CODE,
        entry_number=penalty.number,
        recipients=(Recipient.CREDIT_CHINA, Recipient.DEPARTMENTS),
        repaired=True,
        decision_number="修1",
    )
    with pytest.raises(RegisterRefused, match="not_as_shown"):
        await necips.push_repair(push, key="case-4.push.1")
    repaired = removal(penalty.number, ground=Removal.REPAIRED)
    await necips.remove_from_list(repaired, key="case-4.remove.1")
    assert (await necips.listings(CODE)).kinds() == frozenset()
    pushed = await necips.push_repair(push, key="case-4.push.2")
    assert pushed.recipients == push.recipients


async def test_an_individual_is_marked(twins: World) -> None:
    await twins.freeze("2026-09-28T10:00:00+08:00")
    await seed(twins, entity_type="individual")
    listed = await twins.registers.necips.enter_in_list(list_entry(), key="case-4.list.1")
    assert listed.marked
    (entry,) = (await twins.registers.necips.listings(CODE)).abnormal
    assert entry.marked


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "随州市曾都区别家有限公司"}, "enterprise_unknown"),
        ({"uscc": "91421303MA4K1X2Y9A"}, "enterprise_unknown"),
        ({"ground": ListGround.MAJOR_PENALTY}, "ground_of_other_list"),
        ({"kind": ListKind.SERIOUS}, "ground_of_other_list"),
    ],
)
async def test_entries_that_are_refused(twins: World, change: dict[str, Any], code: str) -> None:
    await seed(twins)
    with pytest.raises(RegisterRefused) as refused:
        await twins.registers.necips.enter_in_list(list_entry(**change), key="case-4.list.1")
    assert refused.value.code == code


async def test_two_at_once_are_one_entry(twins: World) -> None:
    await seed(twins)
    necips = twins.registers.necips
    both = await asyncio.gather(
        *(necips.enter_in_list(list_entry(), key=f"case-4.list.{n}") for n in range(2)),
        return_exceptions=True,
    )
    assert sorted(type(answer).__name__ for answer in both) == ["Listed", "RegisterRefused"]


async def test_faults_strike_the_lists_as_other_routes(twins: World) -> None:
    await seed(twins)
    necips = twins.registers.necips
    await twins.fault(Register.NECIPS, "down", times=1)
    with pytest.raises(RegisterUnavailable):
        await necips.listings(CODE)
    await twins.fault(Register.NECIPS, "lose_answer_after_commit", times=1)
    with pytest.raises(OutcomeUnknown):
        await necips.enter_in_list(list_entry(), key="case-4.list.1")
    listed = await necips.settle(list_entry(), key="case-4.list.1")
    assert [e.number for e in (await necips.listings(CODE)).abnormal] == [listed.entry_number]
    await twins.fault(
        Register.NECIPS, "wrong_answer", times=1, variant="other_hash", operation="listings"
    )
    with pytest.raises(WrongAnswer):
        await necips.listings(CODE)


async def test_a_world_says_what_stands_there_and_may_take_it_back(twins: World) -> None:
    necips = twins.registers.necips
    standing = {"list": "abnormal", "ground": "annual_report_missing", "since": "2026-09-28"}
    for _ in range(2):
        await seed(twins, lists=[standing])
    (entry,) = (await necips.listings(CODE)).abnormal
    assert (entry.listed_at.date(), entry.removed_at) == (date(2026, 9, 27), None)
    # Without `lists` nothing is said of them.
    await seed(twins)
    assert len((await necips.listings(CODE)).abnormal) == 1
    await seed(twins, lists=[standing | {"until": "2026-10-20"}])
    (entry,) = (await necips.listings(CODE)).abnormal
    assert entry.removal is Removal.CORRECTED
    await seed(twins, lists=[])
    assert (await necips.listings(CODE)).abnormal == ()
    bad = {"uscc": CODE, "name": NAME, "lists": [standing | {"ground": "major_penalty"}]}
    answer = await twins.people.post("/admin/world", json={"enterprises": [bad]}, headers=ADMIN)
    assert answer.json()["code"] == "ground_of_other_list"
