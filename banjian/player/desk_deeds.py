"""What departments do in a story: answer an errand, take their time, hold something against somebody."""

import asyncio
from collections.abc import Mapping
from typing import Any

from banjian.player.cast import Answered
from banjian.player.deeds import Deed, Play, deed

# Real seconds in which a case must have opened the errand that an officer is to answer.
PATIENCE = 20.0


async def open_errand(play: Play, deed: Deed, **wanted: Any) -> dict[str, Any]:
    """The oldest open errand at the department that fits: of the step's case, or of an enterprise's name.

    Raises TimeoutError, naming what was looked for.
    """
    wanted = {field: value for field, value in wanted.items() if value is not None}
    if "name" not in wanted:
        wanted["case_ref"] = play.cases[deed.case]["id"]

    async def poll() -> dict[str, Any]:
        while True:
            asked = await play.twins.get(
                "/admin/desk-errands", params={"register": deed.by, "state": "open"}
            )
            rows: list[dict[str, Any]] = asked.raise_for_status().json()
            for row in rows:
                if all(row[field] == value for field, value in wanted.items()):
                    return row
            await asyncio.sleep(0.05)

    try:
        return await asyncio.wait_for(poll(), PATIENCE)
    except TimeoutError:
        raise TimeoutError(f"{deed.by} has no open errand with {wanted}") from None


async def _answer(play: Play, row: Mapping[str, Any], answer: Mapping[str, Any]) -> Any:
    told = await play.twins.post(f"/admin/desk-errands/{row['id']}/answer", json=dict(answer))
    if told.status_code >= 400:
        raise Answered(told)
    return told.json()


@deed("confirm")
async def confirm(play: Play, deed: Deed) -> Any:
    """An officer of the department says yes, whatever its rule would say."""
    data = deed.data
    row = await open_errand(
        play, deed, errand=data.get("errand"), item=data.get("item"), name=data.get("enterprise")
    )
    return await _answer(play, row, {"decision": "confirm"})


@deed("refuse")
async def refuse(play: Play, deed: Deed) -> Any:
    """An officer of the department says no, with a code and a reason."""
    data = deed.data
    row = await open_errand(
        play, deed, errand=data.get("errand"), item=data.get("item"), name=data.get("enterprise")
    )
    said = {"code": data.get("code"), "reason": data.get("reason")}
    given = {field: value for field, value in said.items() if value is not None}
    return await _answer(play, row, {"decision": "refuse", **given})


@deed("answer_after")
async def answer_after(play: Play, deed: Deed) -> Any:
    """From now on what is opened there is answered after `hours` or `seconds`; by neither, by hand only."""
    hours, seconds = deed.data.get("hours"), deed.data.get("seconds")
    after = float(hours) * 3600 if hours is not None else seconds
    told = await play.twins.put(
        "/admin/behaviours", json={"register": deed.by, "auto_answer_seconds": after}
    )
    if told.status_code >= 400:
        raise Answered(told)
    return None


@deed("correct_part")
async def correct_part(play: Play, deed: Deed) -> Any:
    """The applicant sets right what was wrong in a part that was not done; it is handed in again."""
    path = f"/api/v1/cases/{play.number(deed.case)}/part-corrections"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))


@deed("mark")
async def mark(play: Play, deed: Deed) -> Any:
    """The department notes something against `subject`, or against the enterprise of the step's case."""
    data = dict(deed.data)
    subject = data.pop("subject", None)
    if subject is None:
        case = play.cases[deed.case]
        shown = await play.cast.ask(case["owner"], "GET", f"/api/v1/cases/{case['number']}")
        subject = shown["numbers"]["uscc"]
    row = {"mark": data.get("mark"), "subject": subject, "note": data.get("note", "")}
    told = await play.twins.post(
        "/admin/world", json={"marks": [{**row, "item": data.get("item")}]}
    )
    if told.status_code >= 400:
        raise Answered(told)
    return None
