"""A check of a name without reserving it: the rules first, then the library of the whole prefecture."""

from dataclasses import dataclass
from typing import Any

from api.services import Services
from forms.name_self_declaration import Entity, Seat
from law.names.check import check_name
from law.offices import office
from storage.names_verdict import prefecture, verdict_of


@dataclass(frozen=True)
class Asked:
    """What is asked: the name as it came, and what is known of it."""

    name: str
    entity_kind: Entity | None = None
    seat: Seat = Seat.ZENGDU
    trade_name: str = ""
    other_meaning: bool = False


async def checked(means: Services, asked: Asked) -> dict[str, Any]:
    """The verdict's plain data (`storage.names_verdict.Verdict.to_json`)."""
    check = check_name(
        asked.name,
        seat=asked.seat.value,
        trade=asked.trade_name or None,
        kind=asked.entity_kind.kind if asked.entity_kind else None,
        other_meaning=asked.other_meaning,
    )
    jurisdiction = prefecture(office(means.office).division)
    async with means.engine.connect() as connection:
        return (await verdict_of(connection, check, jurisdiction=jurisdiction)).to_json()
