"""The next term of a duty cannot be given up: the case would end, and nobody would see the duty again."""

from typing import Any

import pytest

from activities import register_calls
from banjian.player import duty_deeds
from registers.errors import RegisterRefused
from registers.messages import Register
from tests.api.case_stage import Answered, Live, live
from tests.api.test_duties import due, passed

assert callable(live)
assert duty_deeds
TROUBLE = "kernel.trouble"


async def test_the_next_term_is_registered_or_the_case_stays_open(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "31104213032026020001"
    case, number, today = await due(live, code)
    live.play.cases["lift"] = {"id": case, "number": number, "owner": "inspector"}
    renew = register_calls.INQUIRIES["renew_obligation"]

    async def broken(*given: Any) -> dict[str, Any]:
        raise RegisterRefused(Register.EQUIPMENT, "refused", "登记不了")

    monkeypatch.setitem(register_calls.INQUIRIES, "renew_obligation", broken)
    path = f"/api/v1/cases/{number}/duty-fulfilments"
    await live.cast.call("inspector", "POST", path, json=passed(today))
    task = await live.task("window_head", "lift", TROUBLE)
    with pytest.raises(Answered) as refused:
        await live.complete(
            "window_head", "lift", task=TROUBLE, action="give_up", note="登记不了，算了"
        )
    assert refused.value.code == "invalid_answers", task
    monkeypatch.setitem(register_calls.INQUIRIES, "renew_obligation", renew)
    await live.complete("window_head", "lift", task=TROUBLE, action="retry", note="已经排除原因")
    await live.stage_is("lift", "fulfilled")
    [row] = await live.rows("SELECT * FROM obligations WHERE subject = :c", c=code)
    assert (row.state, row.case_id, row.since) == ("resting", None, today)
