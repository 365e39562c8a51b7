"""What people do in a story about licence items (证照分离), and how a story gets hold of a related case."""

import asyncio
from typing import Any

from banjian.player.cast import Answered
from banjian.player.deeds import DEEDS, Deed, Play, deed

# Real seconds in which a case must have opened the related case that a story names.
PATIENCE = 20.0


@deed("follow")
async def follow(play: Play, deed: Deed) -> Any:
    """Name a related case: `item` of the case `of` is this step's case from now on."""
    parent = play.cases[str(deed.data["of"])]
    owner = str(parent["owner"])

    async def poll() -> dict[str, Any]:
        while True:
            found = await play.cast.ask(owner, "GET", f"/api/v1/cases/{parent['number']}/related")
            for row in found["items"]:
                if row["item"] == deed.data["item"] and not row["parent"]:
                    return dict(row)
            await asyncio.sleep(0.05)

    row = await asyncio.wait_for(poll(), PATIENCE)
    shown = await play.cast.ask(owner, "GET", f"/api/v1/cases/{row['number']}")
    play.cases[deed.case] = {
        "id": shown["case_id"],
        "number": row["number"],
        "owner": owner,
        "procedure": row["procedure"],
    }
    return row


@deed("complete_prepared")
async def complete_prepared(play: Play, deed: Deed) -> Any:
    """Fill in and hand in the application laid out for `item` of the case `of`; the case is this step's from now on."""
    data = dict(deed.data)
    parent, item = play.cases[str(data.pop("of"))], data.pop("item")

    async def poll() -> str:
        path = f"/api/v1/cases/{parent['number']}/related"
        while True:
            found = await play.cast.ask(deed.by, "GET", path)
            for line in found["licences"]:
                if line["item"] == item and line["application_url"]:
                    return str(line["application_url"])
            await asyncio.sleep(0.05)

    url = await asyncio.wait_for(poll(), PATIENCE)
    play.cases[deed.case] = {
        "id": url.rpartition("/")[2],
        "number": "",
        "owner": deed.by,
        "procedure": deed.procedure,
    }
    return await DEEDS["resubmit"](play, Deed(deed.by, deed.case, data, deed.procedure))


@deed("answer_conditions")
async def answer_conditions(play: Play, deed: Deed) -> Any:
    """The applicant says which conditional items apply: item → true or false."""
    path = f"/api/v1/cases/{play.number(deed.case)}/licence-conditions"
    return await play.cast.ask(deed.by, "POST", path, json={"answers": dict(deed.data)})


@deed("report_rectified")
async def report_rectified(play: Play, deed: Deed) -> Any:
    """The holder reports that what did not hold is put right."""
    path = f"/api/v1/cases/{play.number(deed.case)}/rectification-reports"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))


@deed("register_changes")
async def register_changes(play: Play, deed: Deed) -> Any:
    """The register enters something that comes from elsewhere: `world` as at a story's beginning."""
    told = await play.twins.post("/admin/world", json=dict(deed.data))
    if told.status_code >= 400:
        raise Answered(told)
    return None
