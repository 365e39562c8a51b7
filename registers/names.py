"""The library of names (名称库) of the prefecture: what all its registrars reserve, use and give back.

The days are civil dates in Asia/Shanghai; `reserved_until` is the last day of the reservation, the name is
free at 00:00 of the next.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from registers.messages import (
    CaseRef,
    Division,
    Effect,
    Instant,
    Message,
    Query,
    Register,
    Short,
    Uscc,
)
from registers.requests import EntityType

ReservationNumber = Annotated[str, Field(pattern=r"^MC-[0-9]{6}-[0-9]{4}-[0-9]{6}$")]


class NameReserved(Message):
    case_ref: CaseRef
    reservation_number: ReservationNumber
    name: Short
    reserved_until: date


class ReserveName(Effect[NameReserved]):
    """Hold a name until the day named; the library says no where somebody in the prefecture has it."""

    register_name = Register.NAMES
    path = "/reservations"
    answer = NameReserved

    name: Short
    entity_type: EntityType
    division: Division = "421303"
    reserved_until: date


class NameOccupied(Message):
    case_ref: CaseRef
    reservation_number: ReservationNumber
    uscc: Uscc
    occupied_at: Instant


class OccupyName(Effect[NameOccupied]):
    """The enterprise was registered under the reserved name; any case that knows the number may say so."""

    register_name = Register.NAMES
    path = "/occupations"
    answer = NameOccupied

    reservation_number: ReservationNumber
    uscc: Uscc


class NameReleased(Message):
    """`free_from` is the first day on which another may have it."""

    case_ref: CaseRef
    reservation_number: ReservationNumber
    free_from: date


class ReleaseName(Effect[NameReleased]):
    """Give a name back. `given_up` before its use; the others end its use, and hold it for a year more
    (企业名称登记管理规定 17)."""

    register_name = Register.NAMES
    path = "/releases"
    answer = NameReleased

    reservation_number: ReservationNumber
    ground: Literal["given_up", "name_changed", "deregistered"]


class NameHolding(Message):
    """One entry. `change` rises with every change of any entry; `held_until` None = without end."""

    change: int
    reservation_number: ReservationNumber
    name: Short
    entity_type: EntityType
    division: Division
    state: Literal["reserved", "occupied", "released", "lapsed"]
    held_until: date | None
    uscc: Uscc | None


class NameHoldings(Message):
    """`last` is the newest change told; ask on with it."""

    holdings: tuple[NameHolding, ...]
    last: int


class LookUpName(Query[NameHoldings]):
    """Who in the prefecture holds this name, or one of the same words, today."""

    register_name = Register.NAMES
    path = "/look-ups"
    answer = NameHoldings

    name: Short
    entity_type: EntityType = EntityType.LIMITED_COMPANY


class NameChanges(Query[NameHoldings]):
    """What changed in the prefecture since a change: how a district keeps its own index fresh."""

    register_name = Register.NAMES
    path = "/changes"
    answer = NameHoldings

    after: Annotated[int, Field(ge=0, lt=2**62)] = 0
    limit: Annotated[int, Field(gt=0, le=5000)] = 1000
