"""Fills the library of names from what the market-entity register holds: in a demo, and before a story.

A bureau feeds its library from the provincial register; here the twin's own enterprises stand for that.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from law.calendars import default_calendars
from law.names.holders import HolderState, blocked_until
from law.names.model import NameUnreadable
from law.names.parse import read_name
from law.offices import DEFAULT_OFFICE, office
from storage.names_declared import enter
from storage.names_verdict import prefecture

_STATES = {
    "active": HolderState.REGISTERED,
    "deregistered": HolderState.DEREGISTERED,
    "renamed": HolderState.RENAMED,
    "revoked": HolderState.REVOKED,
    "annulled": HolderState.REVOKED,
}


async def fill_library(engine: AsyncEngine, enterprises: Iterable[Mapping[str, Any]]) -> int:
    """Enter each enterprise once, as the administrator of the twins is sent it; how many could be read.

    A name given up bars for a year from its `ended_on` (N03).
    """
    bureau = office(DEFAULT_OFFICE)
    entered = 0
    async with engine.begin() as connection:
        for row in enterprises:
            seat = str(row.get("division") or bureau.division)
            if prefecture(seat) != prefecture(bureau.division):
                continue
            try:
                # The prefecture's own registrar is no district: its names are read from the bureau's seat.
                at = bureau.division if seat.endswith("00") else seat
                name = read_name(str(row["name"]), seat=at)
            except NameUnreadable:
                continue
            state = _STATES[str(row.get("status") or "active")]
            ended = row.get("ended_on")
            barred = None
            if not state.live:
                if not ended:
                    continue
                day = ended if isinstance(ended, date) else date.fromisoformat(str(ended))
                barred = blocked_until(day, default_calendars())
            await enter(
                connection,
                name,
                jurisdiction=prefecture(bureau.division),
                seat=at,
                holder=str(row["uscc"]),
                state=state,
                barred_until=barred,
            )
            entered += 1
    return entered
