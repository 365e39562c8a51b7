"""What officers do in a story about random inspections (双随机抽查)."""

import hashlib
from typing import Any

from banjian.player.cast import Answered
from banjian.player.deeds import Deed, Play, deed
from domain.random_draw import differences


@deed("draw_again")
async def draw_again(play: Play, deed: Deed) -> Any:
    """Download the draw document, compare it with its digest, and draw again. Raises ValueError where they differ."""
    number = play.number(deed.case)
    answer = await play.cast.call(deed.by, "GET", f"/api/v1/cases/{number}/draw")
    if answer.status_code >= 400:
        raise Answered(answer)
    case = await play.cast.ask(deed.by, "GET", f"/api/v1/cases/{number}")
    digest = hashlib.sha256(answer.content).hexdigest()
    if digest != case["decision"]["draw"]["sha256"]:
        raise ValueError(f"the draw document of {number} is not the one that was recorded")
    if wrong := differences(answer.json()):
        raise ValueError(f"drawn again, {number} differs: {wrong}")
    return None


@deed("ask_replacement")
async def ask_replacement(play: Play, deed: Deed) -> Any:
    """An inspector asks to replace an officer drawn (`inspector`), or without one the target; `reason`."""
    path = f"/api/v1/cases/{play.number(deed.case)}/replacement-requests"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))
