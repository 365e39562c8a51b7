"""What activities ask of departments, over the real registers: keyed, once, and no identity number in a payload."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.context import Means
from activities.register_calls import RegisterActivities
from banjian.compose import means_of, registers_of
from banjian.player import desk_deeds
from banjian.player.cast import Answered
from domain.contracts import RegisterAnswer, RegisterCall
from tests.api.case_stage import Live, live

__all__ = ["live"]

USCC = "91421303MA0BANJ05F"
PERSON = "110105199003070017"


class Caller:
    """Calls as the case would, with means of the stage's own."""

    def __init__(self, live: Live, means: Means, case: str, name: str) -> None:
        self.live, self.case, self.name = live, case, name
        self._calls = RegisterActivities(means)

    async def __call__(self, kind: str, seq: int = 1, **args: Any) -> RegisterAnswer:
        order = RegisterCall(
            case_id=self.live.ident(self.case),
            kind=kind,
            seq=seq,
            at=await self.live.on.now(),
            args=args,
        )
        assert PERSON not in order.model_dump_json()
        return await self._calls.call(order)

    def errand(self, register: str, errand: str, **facts: Any) -> dict[str, Any]:
        return {
            "register": register,
            "errand": errand,
            "facts": {"uscc": USCC, **facts},
            "from_form": {
                "name": "name",
                "legal_representative": "persons.legal_representative",
            },
        }

    async def effect(self, kind: str, seq: int = 1) -> Any:
        statement = "SELECT * FROM effects WHERE case_id = :c AND kind = :k AND seq = :s"
        (row,) = await self.live.rows(statement, c=self.live.ident(self.case), k=kind, s=seq)
        return row


@pytest_asyncio.fixture
async def caller(live: Live) -> AsyncIterator[Caller]:
    case = await live.open()
    name = (await live.shown(case))["title"]
    row = {"uscc": USCC, "name": name, "business_scope": ["食品销售（仅销售预包装食品）"]}
    (await live.on.twins.post("/admin/world", json={"enterprises": [row]})).raise_for_status()
    async with registers_of(live.on.core) as registers:
        yield Caller(live, means_of(live.on.core, registers), case, name)


async def answer(caller: Caller, do: str, by: str, **data: Any) -> Any:
    assert desk_deeds  # declares the acts
    return await caller.live.do(do, by, caller.case, **data)


async def test_an_errand_is_opened_once_and_its_state_can_be_asked(caller: Caller) -> None:
    order = caller.errand("tax", "tax_confirmation", taxpayer="general")
    opened = await caller("open_errand", **order)
    assert (opened.state, opened.register_name) == ("waiting", "tax")
    assert opened.answer["errand"] == "tax_confirmation"
    assert await caller("open_errand", **order) == opened
    row = await caller.effect("open_errand")
    assert (row.register_name, row.state, row.request_id) == ("tax", "waiting", opened.request_id)

    asked = {"register": "tax", "opened_by": opened.request_id}
    assert (await caller("errand_state", **asked)).answer["state"] == "open"
    await answer(caller, "confirm", "tax", errand="tax_confirmation")
    state = (await caller("errand_state", **asked)).answer
    assert state["state"] == "confirmed"
    assert state["number"].startswith("SW-2026-")
    unknown = {"register": "tax", "opened_by": "never-opened.1"}
    assert (await caller("errand_state", **unknown)).answer == {"state": "unknown"}


async def test_an_officer_says_no_and_a_mark_makes_the_rule_say_no(caller: Caller) -> None:
    await caller("open_errand", 1, **caller.errand("seal", "seal_filing"))
    told = await answer(caller, "refuse", "seal", code="papers_missing", reason="材料不齐")
    assert (told["state"], told["code"], told["reason"]) == (
        "refused",
        "papers_missing",
        "材料不齐",
    )
    await answer(caller, "answer_after", "bank", hours=0)
    await answer(caller, "mark", "bank", mark="account_barred", subject=USCC, note="演练")
    bank = await caller(
        "open_errand", 2, **caller.errand("bank", "bank_appointment", bank="示例银行")
    )
    await caller.live.on.twins.post("/admin/tick")
    state = await caller("errand_state", register="bank", opened_by=bank.request_id)
    assert (state.answer["state"], state.answer["code"]) == ("refused", "account_barred")
    with pytest.raises(Answered, match="mark_unknown"):
        await answer(caller, "mark", "bank", mark="bad_weather", subject=USCC)


async def test_a_register_that_is_away_is_one_line_in_the_log(
    caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    """It may be away for a night: hundreds of attempts, each of which would print its stack otherwise."""
    await answer(caller, "fault", "tax", kind="down")
    try:
        with caplog.at_level("INFO", "temporalio"), pytest.raises(ApplicationError) as away:
            await caller("open_errand", **caller.errand("tax", "tax_confirmation"))
    finally:
        await answer(caller, "fault", "tax", clear=True)
    assert away.value.category is ApplicationErrorCategory.BENIGN
    assert not away.value.non_retryable
    (line,) = [r for r in caplog.records if r.name.startswith("temporalio")]
    assert (line.levelname, line.exc_info) == ("WARNING", None)
    assert line.getMessage() == "RegisterUnavailable: tax: status_503"


async def test_taken_back(caller: Caller) -> None:
    await answer(caller, "answer_after", "social")
    opened = await caller("open_errand", **caller.errand("social", "social_registration"))
    order = {"register": "social", "opened_by": opened.request_id}
    assert (await caller("withdraw_errand", **order)).state == "done"
    assert (await caller("errand_state", **order)).answer["state"] == "withdrawn"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(desk_deeds, "PATIENCE", 0.2)
        with pytest.raises(TimeoutError, match="social has no open errand"):
            await answer(caller, "confirm", "social")


async def test_double_notice_licences_and_publicity(caller: Caller) -> None:
    notice = {
        "facts": {
            "uscc": USCC,
            "department": "market",
            "items": ["prepacked_food_filing"],
            "legal_representative_name": "周晓岚",
            "registered_at": "2026-09-23T10:00:00+08:00",
        },
        "from_form": {
            "name": "name",
            "entity_type": "entity_type",
            "address": "domicile",
            "business_scope": "business_scope",
        },
    }
    told = await caller("notify_department", **notice)
    assert (told.state, told.register_name) == ("done", "departments")
    assert told.answer["notice_number"].startswith("SGZ-market-2026-")
    again = await caller("notify_department", 2, **notice)
    assert (again.state, again.code) == ("refused", "already_notified")

    filing = caller.errand(
        "departments", "licence_filing", department="market", item="prepacked_food_filing"
    )
    await caller("open_errand", **filing)
    filed = await answer(caller, "confirm", "departments", item="prepacked_food_filing")
    assert filed["state"] == "filed"
    # From another case's application, as the case of an item reads its registration's.
    other = await caller.live.open()
    elsewhere = Caller(caller.live, caller._calls._means, other, caller.name)
    wrong = {**filing, "of_case": caller.live.ident(caller.case)}
    wrong["facts"] = wrong["facts"] | {"item": "food_operation"}
    refused = await elsewhere("open_errand", **wrong)
    assert (refused.state, refused.code) == ("refused", "wrong_mode")

    item = {"item": "prepacked_food_filing", "name": "仅销售预包装食品备案", "department": "market"}
    facts = {"uscc": USCC, "items": [{**item, "standing": "filed", "number": filed["number"]}]}
    shown = await caller("publish_licence_items", facts=facts, from_form={"name": "name"})
    assert (shown.state, shown.register_name) == ("done", "necips")


async def test_a_request_that_no_contract_allows_is_refused_here(caller: Caller) -> None:
    order = caller.errand("housing", "housing_account", unknown=PERSON[:10])
    refused = await caller("open_errand", **order)
    assert (refused.state, refused.code) == ("refused", "invalid_request")
    assert "employees" in refused.message
    assert "unknown" in refused.message
    assert PERSON[:10] not in refused.message
    order["from_form"]["name"] = "persons.agent"
    with pytest.raises(LookupError, match=r"no persons\.agent"):
        await caller("open_errand", 2, **order)


async def test_a_name_in_the_prefectures_library(caller: Caller) -> None:
    library = {"name": "随州市曾都区新苗食品有限公司", "entity_type": "limited_company"}
    held = await caller("reserve_name", **library, reserved_until="2026-11-23")
    number = held.answer["reservation_number"]
    found = await caller("look_up_name", **library)
    assert [h["reservation_number"] for h in found.answer["holdings"]] == [number]
    freed = await caller("release_name", reservation_number=number, ground="given_up")
    assert freed.answer["free_from"] == "2026-09-23"
    used = await caller("occupy_name", reservation_number=number, uscc=USCC)
    assert (used.state, used.code) == ("refused", "not_reserved")
    assert json.dumps(found.answer, ensure_ascii=False).count("新苗") == 1
