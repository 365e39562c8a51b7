"""What a case asks of the prefecture's library of names (名称库)."""

from datetime import date
from typing import Any

from activities.context import CaseView
from activities.register_calls import effect, inquiry
from domain.contracts import RegisterCall
from registers import ports


@effect("reserve_name")
async def reserve_name(view: CaseView, order: RegisterCall) -> ports.ReserveName:
    """args: `name`, `entity_type`, `reserved_until` (its last day, ISO date). Answer: `reservation_number`."""
    return ports.ReserveName(
        case_ref=order.case_id,
        name=order.args["name"],
        entity_type=ports.EntityType(order.args["entity_type"]),
        division=view.office.division,
        reserved_until=date.fromisoformat(order.args["reserved_until"]),
    )


@effect("occupy_name")
async def occupy_name(view: CaseView, order: RegisterCall) -> ports.OccupyName:
    """args: `reservation_number`, `uscc`."""
    return ports.OccupyName(
        case_ref=order.case_id,
        reservation_number=order.args["reservation_number"],
        uscc=order.args["uscc"],
    )


@effect("release_name")
async def release_name(view: CaseView, order: RegisterCall) -> ports.ReleaseName:
    """args: `reservation_number`, `ground`: given_up, name_changed, deregistered. Answer: `free_from`."""
    return ports.ReleaseName(
        case_ref=order.case_id,
        reservation_number=order.args["reservation_number"],
        ground=order.args["ground"],
    )


@inquiry("look_up_name")
async def look_up_name(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """args: `name`, `entity_type`. Answer: `holdings` of the prefecture, as the library tells them."""
    kind = ports.EntityType(order.args.get("entity_type", "limited_company"))
    found = await view.means.registers.names.look_up(str(order.args["name"]), kind)
    return found.model_dump(mode="json")
