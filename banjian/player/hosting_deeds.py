"""What host and registrar do in a story about cluster registration (集群注册)."""

from typing import Any

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
    return await _on_host(play, deed, "hosted-reports", data)


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
