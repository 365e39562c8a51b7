"""Several cases prohibit the use of one device: cut off anywhere, tried again, at the same moment, and as officers see it."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError

from activities.register_calls import RegisterActivities
from banjian.compose import means_of, registers_of
from banjian.player import credit_deeds
from domain.contracts import RegisterAnswer, RegisterCall
from tests.api.case_stage import Live, live
from tests.api.hazards import CODE, NAME, STEM

assert callable(live)
assert credit_deeds
_devices = itertools.count(31104213032026200001)
DAY = "2026-09-23"


class Lift:
    """A device that the platform knows, and cases about it that call as their workflows would."""

    def __init__(self, live: Live, calls: RegisterActivities) -> None:
        self.live, self.code = live, str(next(_devices))
        self._calls = calls

    async def seeded(self, **more: Any) -> "Lift":
        known = {
            "code": self.code,
            "kind": "3110",
            "uscc": CODE,
            "unit": NAME,
            "place": "烈山大道1号",
            "inspection_valid_until": "2027-03-31",
            "registration_number": "梯11鄂S00001(26)",
        }
        answer = await self.live.on.twins.post("/admin/world", json={"devices": [known | more]})
        answer.raise_for_status()
        return self

    async def case(self) -> str:
        """A hazard at its inspection; its id."""
        form = {
            "device_code": self.code,
            "uscc": CODE,
            "name": NAME,
            "place": "烈山大道1号",
            "source": "routine",
            "found_on": DAY,
            "facts": "年度常规监督检查计划",
        }
        name = str(uuid.uuid4())
        opened = await self.live.cast.ask(
            "inspector", "POST", "/api/v1/desk/cases", json={"procedure": STEM, "form": form}
        )
        self.live.play.cases[name] = {
            "id": opened["case_id"],
            "number": opened["receipt_no"],
            "owner": "inspector",
            "procedure": STEM,
        }
        await self.live.stage_is(name, "inspected")
        # Its own question to the platform would meet what a test lets go wrong.
        path = f"/api/v1/cases/{opened['receipt_no']}"
        await self.live.cast.until(
            "inspector", path, lambda c: any(f["code"] == "device" for f in c["facts"])
        )
        return str(opened["case_id"])

    def number(self, case: str) -> str:
        return str(next(c["number"] for c in self.live.play.cases.values() if c["id"] == case))

    async def prohibit(self, case: str) -> RegisterAnswer:
        return await self._call(case, 1, measure="prohibit")

    async def allow(self, case: str, **leaves: str) -> RegisterAnswer:
        return await self._call(case, 2, measure="allow", **leaves)

    async def _call(self, case: str, seq: int, **args: str) -> RegisterAnswer:
        return await self._calls.call(
            RegisterCall(
                case_id=case,
                kind="enter_measure",
                seq=seq,
                at=await self.live.on.now(),
                args={"number": self.number(case), **args},
            )
        )

    async def fault(self, kind: str = "", **more: Any) -> None:
        data = {"kind": kind, **more} if kind else {"clear": True}
        await self.live.do("fault", "equipment", **data)

    async def prohibited(self) -> bool:
        query = "SELECT use_prohibited FROM twins.devices WHERE code = :c"
        [row] = await self.live.rows(query, c=self.code)
        return bool(row.use_prohibited)

    async def grounds(self) -> set[str]:
        """The cases that have one."""
        query = "SELECT case_id FROM device_prohibitions WHERE device = :c AND NOT dropped"
        return {str(row.case_id) for row in await self.live.rows(query, c=self.code)}

    async def measures(self) -> list[str]:
        """What the platform entered, in that order."""
        entered = await self.live.rows(
            "SELECT result FROM twins.effects WHERE operation = 'enter_measure' ORDER BY committed_at"
        )
        return [r.result["measure"] for r in entered if r.result["device"] == self.code]

    async def nothing_left(self) -> bool:
        rows = await self.live.rows(
            "SELECT 1 FROM device_prohibitions WHERE device = :c", c=self.code
        )
        return not rows


@pytest_asyncio.fixture
async def lift(live: Live) -> AsyncIterator[Callable[[], Lift]]:
    async with registers_of(live.on.core) as registers:
        calls = RegisterActivities(means_of(live.on.core, registers))
        yield lambda: Lift(live, calls)


Lifts = Callable[[], Lift]


async def test_the_use_is_allowed_when_the_last_ground_has_gone(lift: Lifts) -> None:
    one = await lift().seeded()
    first, second = await one.case(), await one.case()
    assert (await one.prohibit(first)).answer["others"] == []
    told = await one.prohibit(second)
    assert (told.state, told.answer["others"]) == ("done", [one.number(first)])
    assert await one.measures() == ["prohibit"], "the platform has it once"
    # Who prohibited it first goes first: the platform takes the lifting in that case's name alone.
    assert (await one.allow(first)).answer["others"] == [one.number(second)]
    assert await one.prohibited()
    done = await one.allow(second)
    assert (done.state, done.answer["others"]) == ("done", [])
    assert not await one.prohibited()
    assert await one.measures() == ["prohibit", "allow"]
    assert await one.nothing_left()


async def test_cut_off_after_the_platform_entered_it_and_tried_again(lift: Lifts) -> None:
    one = await lift().seeded()
    case = await one.case()
    await one.fault("lose_answer_after_commit", times=1)
    with pytest.raises(ApplicationError):
        await one.prohibit(case)
    assert (await one.prohibited(), await one.grounds()) == (True, {case})
    again = await one.prohibit(case)
    assert again.state == "done"
    assert await one.prohibit(case) == again
    await one.fault("lose_answer_after_commit", times=1)
    with pytest.raises(ApplicationError):
        await one.allow(case)
    assert not await one.prohibited()
    assert (await one.allow(case)).state == "done"
    assert await one.measures() == ["prohibit", "allow"]
    assert await one.nothing_left()


async def test_what_another_case_prohibits_between_two_tries_stays_prohibited(
    lift: Lifts,
) -> None:
    """The first try allowed the use, and its answer was lost: then somebody else finds a hazard."""
    one = await lift().seeded()
    first, second = await one.case(), await one.case()
    await one.prohibit(first)
    await one.fault("lose_answer_after_commit", times=1)
    with pytest.raises(ApplicationError):
        await one.allow(first)
    await one.prohibit(second)
    assert await one.prohibited()
    assert (await one.allow(first)).answer["others"] == [one.number(second)]
    assert (await one.prohibited(), await one.grounds()) == (True, {second})
    await one.allow(second)
    assert not await one.prohibited()
    assert await one.nothing_left()


async def test_a_ground_counts_while_the_platform_is_away(lift: Lifts) -> None:
    one = await lift().seeded()
    first, second = await one.case(), await one.case()
    await one.fault("down")
    try:
        for case in (first, second):
            with pytest.raises(ApplicationError):
                await one.prohibit(case)
        assert await one.grounds() == {first, second}
    finally:
        await one.fault()
    # The later one comes through first.
    await one.prohibit(second)
    await one.prohibit(first)
    assert await one.measures() == ["prohibit"]
    await one.fault("down")
    try:
        with pytest.raises(ApplicationError):
            await one.allow(second)
    finally:
        await one.fault()
    await one.allow(second)
    assert (await one.prohibited(), await one.grounds()) == (True, {first})
    await one.allow(first)
    assert not await one.prohibited()


async def test_one_allows_while_another_prohibits(lift: Lifts) -> None:
    """Whatever comes first at each of many devices: a ground in force, and the platform says so."""

    async def at_once(one: Lift) -> None:
        first, second = await one.case(), await one.case()
        await one.prohibit(first)
        await asyncio.gather(one.allow(first), one.prohibit(second))
        assert (await one.prohibited(), await one.grounds()) == (True, {second})
        await one.allow(second)
        assert not await one.prohibited()
        assert await one.nothing_left()

    for _ in range(4):
        await at_once(await lift().seeded())


async def test_who_leaves_the_device_leaves_its_ground_to_the_hazard(lift: Lifts) -> None:
    one = await lift().seeded(state="stopped")
    duty, hazard = await one.case(), await one.case()
    await one.prohibit(duty)
    left = await one.allow(duty, to=hazard)
    assert left.answer["others"] == [one.number(hazard)]
    assert (await one.prohibited(), await one.grounds()) == (True, {hazard})
    # The hazard, which the platform knows nothing of, ends it in the name that the platform knows.
    assert (await one.allow(hazard)).state == "done"
    assert not await one.prohibited()
    assert await one.nothing_left()


async def test_a_hazard_that_is_over_takes_no_ground_over(lift: Lifts) -> None:
    """It ended, and its opener has not heard of it yet: nobody would ever drop the ground."""
    one = await lift().seeded()
    duty, hazard = await one.case(), await one.case()
    await one.prohibit(duty)
    assert (await one.allow(hazard)).answer["others"] == [one.number(duty)]
    assert await one.prohibited()
    assert (await one.allow(duty, to=hazard)).answer["others"] == []
    assert not await one.prohibited()
    assert await one.nothing_left()


async def test_leaving_again_does_not_bring_the_ground_back(lift: Lifts) -> None:
    """The worker went before it could say that it was done, and the hazard ended before the next try."""
    one = await lift().seeded()
    duty, hazard = await one.case(), await one.case()
    await one.prohibit(duty)
    await one.allow(duty, to=hazard)
    await one.allow(hazard)
    assert (await one.allow(duty, to=hazard)).answer["others"] == []
    assert not await one.prohibited()
    assert await one.nothing_left()


async def test_what_is_scrapped_needs_no_ground_and_is_never_allowed(lift: Lifts) -> None:
    one = await lift().seeded()
    duty, hazard = await one.case(), await one.case()
    await one.prohibit(duty)
    await one.seeded(state="scrapped")
    assert (await one.allow(duty, to=hazard)).state == "done"
    assert await one.prohibited()
    assert await one.nothing_left()


async def test_what_the_platform_does_not_know_is_a_ground_all_the_same(lift: Lifts) -> None:
    one = lift()
    case = await one.case()
    refused = await one.prohibit(case)
    assert (refused.state, refused.code) == ("refused", "device_unknown")
    assert await one.grounds() == {case}
    assert (await one.allow(case)).state == "done"
    assert await one.nothing_left()


async def test_what_somebody_else_prohibited_is_not_ours_to_allow(lift: Lifts) -> None:
    one = await lift().seeded(use_prohibited=True)
    case = await one.case()
    refused = await one.prohibit(case)
    assert (refused.state, refused.code) == ("refused", "already_prohibited")
    assert (await one.allow(case)).state == "done"
    assert await one.prohibited()
    assert await one.nothing_left()


async def test_the_page_of_the_device_names_every_case_that_prohibits_it(lift: Lifts) -> None:
    one = await lift().seeded()
    entered = {
        "code": one.code,
        "kind": "3110",
        "uscc": CODE,
        "unit": NAME,
        "place": "烈山大道1号",
        "registration_number": "梯11鄂S00001(26)",
        "inspected_on": "2026-04-01",
        "inspection_valid_until": "2027-03-31",
    }
    entries = "/api/v1/equipment/device-entries"
    await one.live.cast.ask("section_head", "POST", entries, json={"devices": [entered]})
    first, second = await one.case(), await one.case()
    await one.prohibit(first)
    await one.prohibit(second)
    path = f"/equipment/devices/{one.code}"
    shown = await one.live.get("inspector", f"/api/v1{path}")
    assert shown["usable_today"] == "no"
    numbers = [one.number(first), one.number(second)]
    assert {r["page_url"] for r in shown["reasons"]} == {f"/cases/{n}" for n in numbers}
    client = await one.live.pages("inspector")
    page = (await client.get(f"/desk{path}")).text
    assert all(f"已责令停止使用（{number}）" in page for number in numbers)
    await one.allow(first)
    shown = await one.live.get("inspector", f"/api/v1{path}")
    assert [r["page_url"] for r in shown["reasons"]] == [f"/cases/{numbers[1]}"]
    await one.allow(second)
    shown = await one.live.get("inspector", f"/api/v1{path}")
    assert shown["usable_today"] == "yes"
