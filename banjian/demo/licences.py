"""The licences that a company's scope leads to (证照分离), item by item, until the last department has answered."""

import asyncio
from collections.abc import Callable
from typing import Any

from banjian.demo.errors import DemoFailed
from banjian.player import licence_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import Deed, Play

CASE = "licences"
PATIENCE = 90.0
Say = Callable[[str], None]


async def separate(cast: Cast, play: Play, company: str, say: Say) -> list[dict[str, Any]]:
    """Follows the separation that the registration of `company` opened; returns its items.

    Raises:
        DemoFailed: it did not end in time, or an item was refused.
    """
    wanted = {"of": company, "item": "license_separation"}
    await licence_deeds.follow(play, Deed("applicant", CASE, wanted, "license_separation"))
    number = play.number(CASE)
    say(f"证照分离 {number}")
    told: dict[str, str] = {}

    async def ended() -> list[dict[str, Any]]:
        while True:
            # The case first: what its items are when it has ended is the end.
            case = await cast.ask("applicant", "GET", f"/api/v1/cases/{number}")
            found = await cast.ask("applicant", "GET", f"/api/v1/cases/{number}/related")
            items: list[dict[str, Any]] = found["licences"]
            for item in items:
                _tell(item, told, say)
            if case["stage"] == "archived":
                return items
            await asyncio.sleep(0.2)

    try:
        items = await asyncio.wait_for(ended(), PATIENCE)
    except TimeoutError:
        raise DemoFailed(f"还没有办完的许可事项：{told}") from None
    if missing := [i["name"] for i in items if not i["may_trade"]]:
        raise DemoFailed(f"还不能经营的许可事项：{'、'.join(missing)}")
    return items


def _tell(item: dict[str, Any], told: dict[str, str], say: Say) -> None:
    if told.get(item["item"]) == item["standing"]:
        return
    told[item["item"]] = item["standing"]
    may = "可以经营" if item["may_trade"] else "尚不能经营"
    number = f"，{item['number']}" if item["number"] else ""
    say(
        f"  {item['mode']}  {item['name']}（{item['department']}）→ {item['standing_text']}{number}；{may}"
    )
