"""What an entity's representative does in a story about its liquidation (清算): a deed by the name of each step."""

from typing import Any

from banjian.player.deeds import Deed, Play, deed
from law.liquidation import Step


def _declare(step: Step) -> None:
    @deed(step.value)
    async def take(play: Play, deed: Deed) -> Any:
        """`with`: the fields of the step's form (`forms.liquidation`)."""
        path = f"/api/v1/cases/{play.number(deed.case)}/liquidation-steps"
        data = {"step": step.value, "stated": dict(deed.data)}
        return await play.cast.ask(deed.by, "POST", path, json=data)


for each in Step:
    _declare(each)


@deed("request_restoration")
async def request_restoration(play: Play, deed: Deed) -> Any:
    """An officer records an application to restore a compulsory deregistration."""
    path = f"/api/v1/cases/{play.number(deed.case)}/restorations"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))
