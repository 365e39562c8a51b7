"""Another company by one application (企业开办“一次办”): registration, then seals, tax, insurance, fund and bank at once."""

import asyncio
from typing import Any

from banjian.demo.errors import DemoFailed
from banjian.demo.registration import PATIENCE, Say, register
from banjian.player import licence_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play

CASE = "opening"
COMPANY = "onestop_company"
PROCEDURE = "enterprise_startup_onestop"
TOLD = ("part", "name", "office", "standing", "number")
PARTS: dict[str, Any] = {
    "parts": ["seal", "tax", "social", "housing", "bank"],
    "seals": ["official", "finance"],
    "taxpayer": "small_scale",
    "employees": 3,
    "bank": "曾都农商银行东城支行",
}


async def open_at_once(
    cast: Cast, play: Play, form: dict[str, Any], reserved: str, say: Say
) -> dict[str, Any]:
    """One application, to the last part.

    Raises:
        DemoFailed: the registration or a part did not come through.
    """
    data = {"form": form | PARTS, "reservation_of": reserved}
    await DEEDS["submit"](play, Deed("applicant", CASE, data, PROCEDURE))
    number = play.number(CASE)
    say(f"{form['name']} 企业开办“一次办” {number}")
    say("  网上申请  周晓岚 提交一份申请：设立登记和五个事项，用保留的名称")
    wanted = {"of": CASE, "item": "registration"}
    await licence_deeds.follow(play, Deed("applicant", COMPANY, wanted, PROCEDURE))
    opened = await register(cast, play, COMPANY, form, say)
    told: dict[str, str] = {}
    try:
        found = await asyncio.wait_for(_settled(cast, number, told, say), PATIENCE)
    except TimeoutError:
        raise DemoFailed(f"还没有办完的事项：{told}") from None
    if missing := [p["name"] for p in found["parts"] if p["standing"] != "done"]:
        raise DemoFailed(f"没有办成的事项：{'、'.join(missing)}")
    took = found["opening_time"]
    say(f"  {took['text']}；{'达到' if took['meets_target'] else '没有达到'} 1.5 天的目标")
    return {
        "number": number,
        "url": f"/cases/{number}",
        **{key: opened[key] for key in ("name", "uscc", "licence")},
        "registration": opened["number"],
        "parts": [{key: part[key] for key in TOLD} for part in found["parts"]],
        "opening_time": took,
    }


async def _settled(cast: Cast, number: str, told: dict[str, str], say: Say) -> dict[str, Any]:
    while True:
        # The case first: how its parts stand when it has ended is the end.
        case = await cast.ask("applicant", "GET", f"/api/v1/cases/{number}")
        found: dict[str, Any] = await cast.ask(
            "applicant", "GET", f"/api/v1/cases/{number}/related"
        )
        for part in found["parts"]:
            if told.get(part["part"]) != part["standing"]:
                told[part["part"]] = part["standing"]
                no = f"，{part['number']}" if part["number"] else ""
                say(f"  {part['name']}（{part['office']}）→ {part['standing_text']}{no}")
        if case["stage"] == "archived":
            return found
        await asyncio.sleep(0.2)
