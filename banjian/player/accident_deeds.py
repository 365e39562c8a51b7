"""What officers do in a story about an accident of special equipment."""

from typing import Any

from banjian.player.deeds import Deed, Play, deed


@deed("supplement_accident")
async def supplement_accident(play: Play, deed: Deed) -> Any:
    """An officer tells upward what changed: `change`, and the totals that are others now."""
    path = f"/api/v1/cases/{play.number(deed.case)}/accident-supplements"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))
