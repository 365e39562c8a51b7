"""What host and registrar do in a story about cluster registration (集群注册)."""

from contextlib import suppress
from typing import Any

from banjian.player.cast import Answered
from banjian.player.deeds import Deed, Play, deed


async def _on_host(play: Play, deed: Deed, what: str, data: dict[str, Any]) -> Any:
    path = f"/api/v1/cases/{play.number(deed.case)}/{what}"
    return await play.cast.ask(deed.by, "POST", path, json=data)


@deed("report_hosted")
async def report_hosted(play: Play, deed: Deed) -> Any:
    """The host reports an enterprise: `uscc`, or `enterprise_of` the case of the story that registered it."""
    data = dict(deed.data)
    if (case := data.pop("enterprise_of", None)) is not None:
        owner, number = str(play.cases[case]["owner"]), play.number(case)
        shown = await play.cast.ask(owner, "GET", f"/api/v1/cases/{number}")
        data["uscc"] = shown["numbers"]["uscc"]
    await _joined(play, deed, str(data.get("uscc", "")))
    return await _on_host(play, deed, "hosted-reports", data)


async def _joined(play: Play, deed: Deed, uscc: str) -> None:
    """Waits while the enterprise stands in the register and the host's own case has not heard of it yet."""

    def heard(found: Any) -> bool:
        lines = [line for line in found["hosted"] if line["uscc"] == uscc]
        return not any(x["standing"] == "registered_hosted" and not x["known"] for x in lines)

    with suppress(Answered):
        path = f"/api/v1/cases/{play.number(deed.case)}/related"
        await play.cast.until(deed.by, path, heard)


@deed("leave_hosting")
async def leave_hosting(play: Play, deed: Deed) -> Any:
    """The host leaves."""
    return await _on_host(play, deed, "hosting-exits", dict(deed.data))


@deed("pause_hosting")
async def pause_hosting(play: Play, deed: Deed) -> Any:
    """A head of the registrar keeps new enterprises from the host."""
    return await _on_host(play, deed, "hosting-pauses", dict(deed.data))


@deed("resume_hosting")
async def resume_hosting(play: Play, deed: Deed) -> Any:
    """A head of the registrar lets it take new ones again."""
    return await _on_host(play, deed, "hosting-resumptions", dict(deed.data))
