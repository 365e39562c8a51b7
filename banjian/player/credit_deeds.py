"""What officers do in a story about the lists (经营异常名录, 严重违法失信名单) and credit repair."""

from typing import Any

from banjian.player.deeds import Deed, Play, deed


@deed("propose")
async def propose(play: Play, deed: Deed) -> Any:
    """An officer opens a case on the office's own motion: the form's fields, or `form`; `key` as in `submit`."""
    data = dict(deed.data)
    key = data.pop("key", None)
    form = data.pop("form", data)
    opened = await play.cast.ask(
        deed.by,
        "POST",
        "/api/v1/desk/cases",
        key=key,
        json={"procedure": deed.procedure, "form": form},
    )
    play.cases[deed.case] = {
        "id": opened["case_id"],
        "number": opened["receipt_no"],
        "owner": deed.by,
        "procedure": deed.procedure,
    }
    return opened


@deed("revoke_repair")
async def revoke_repair(play: Play, deed: Deed) -> Any:
    """An officer says that a repair rests on false material; another one decides."""
    path = f"/api/v1/cases/{play.number(deed.case)}/repair-revocations"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))


@deed("annul_penalty")
async def annul_penalty(play: Play, deed: Deed) -> Any:
    """An officer records that the penalty of a listing was annulled: `annulled_on`, `document`."""
    path = f"/api/v1/cases/{play.number(deed.case)}/penalty-annulments"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))
