"""What officers do in a story about devices and what returns of them (周期性义务)."""

from typing import Any

from banjian.player.deeds import Deed, Play, deed


@deed("enter_devices")
async def enter_devices(play: Play, deed: Deed) -> Any:
    """A head enters devices that are in use already: `devices`, `duties_since`."""
    return await play.cast.ask(
        deed.by, "POST", "/api/v1/equipment/device-entries", json=dict(deed.data)
    )


@deed("duty_requested")
async def duty_requested(play: Play, deed: Deed) -> Any:
    """An officer notes that the inspection has been asked for: `requested_on`, `body`, `number`."""
    path = f"/api/v1/cases/{play.number(deed.case)}/duty-requests"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))


@deed("duty_fulfilled")
async def duty_fulfilled(play: Play, deed: Deed) -> Any:
    """An officer notes what was done: `done_on`, `result`, `valid_until`, `number`, `body`."""
    path = f"/api/v1/cases/{play.number(deed.case)}/duty-fulfilments"
    return await play.cast.ask(deed.by, "POST", path, json=dict(deed.data))


@deed("name_duty")
async def name_duty(play: Play, deed: Deed) -> Any:
    """Name the open case of a duty: `subject` (device or unit) and `procedure`; it is this step's case from now on."""
    path = f"/api/v1/equipment/obligations?subject={deed.data['subject']}"

    def opened(found: Any) -> Any:
        return next(
            (
                item
                for item in found["items"]
                if item["procedure"] == deed.procedure and item["number"]
            ),
            None,
        )

    item = opened(await play.cast.until(deed.by, path, opened))
    play.cases[deed.case] = {
        "id": item["case_id"],
        "number": item["number"],
        "owner": deed.by,
        "procedure": deed.procedure,
    }
    return {"case": item["case_id"], "opens_on": item["opens_on"], "due_on": item["due_on"]}
