"""What people do in a story about leaving the market (注销): apply, write too late."""

from typing import Any

from banjian.player.deeds import Deed, Play, deed


@deed("apply")
async def apply(play: Play, deed: Deed) -> Any:
    """The entity applies for its deregistration after the notice."""
    path = f"/api/v1/cases/{play.number(deed.case)}/deregistration-applications"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))


@deed("note_objection")
async def note_objection(play: Play, deed: Deed) -> Any:
    """An officer records what somebody wrote after the period: `name`, `role`, `reason`."""
    path = f"/api/v1/cases/{play.number(deed.case)}/late-objections"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))
