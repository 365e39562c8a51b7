"""What a bureau enters of the devices that it supervises already (特种设备台账): before this system, or from its archive."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from forms.fields import Day, Line, Text
from forms.licence_item import UnifiedCode
from forms.se_hazard_rectification import DeviceCode
from law.equipment_catalogue import UnknownKind, category_of, entry_of
from law.obligations import BEYOND, EARLIEST, TOO_EARLY, latest

MOST = 1000


def _counted(day: date) -> date:
    if day < EARLIEST:
        raise ValueError(TOO_EARLY)
    return day


def _possible(until: date | None, info: ValidationInfo) -> date | None:
    """Not longer than an inspection can be valid."""
    inspected_on = info.data.get("inspected_on")
    if until is not None and inspected_on is not None and until > latest(inspected_on):
        raise ValueError(BEYOND)
    return until


CountedDay = Annotated[Day, AfterValidator(_counted)]
"""A day from which a term can count, or on which it can end."""


class EntryState(StrEnum):
    IN_USE = "in_use"
    STOPPED = "stopped"


class DeviceEntry(BaseModel):
    """One device. `inspected_on` and `inspection_valid_until` are the days of its last inspection; a device in use has both."""

    model_config = ConfigDict(extra="forbid")

    code: DeviceCode
    kind: Annotated[str, Field(pattern=r"^[0-9A-Z]{4}$", examples=["3110"])]
    uscc: UnifiedCode
    unit: Annotated[Line, Field(min_length=2, max_length=100)]
    place: Annotated[Line, Field(min_length=2, max_length=200)]
    state: EntryState = EntryState.IN_USE
    registration_number: Annotated[Line, Field(min_length=4, max_length=64)]
    registered_on: Day | None = None
    inspected_on: CountedDay | None = None
    inspection_valid_until: CountedDay | None = None
    key_unit: bool = False

    _not_longer = field_validator("inspection_valid_until")(_possible)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        try:
            if entry_of(self.kind).level == "category":
                raise ValueError(f"{self.kind}是种类，请填品种或者类别的代码")
        except UnknownKind:
            raise ValueError(f"特种设备目录中没有代码{self.kind}") from None
        days = self.inspected_on, self.inspection_valid_until
        if self.state is EntryState.IN_USE and None in days:
            raise ValueError("在用的设备应当填写检验日期和检验有效期")
        if (days[0] is None) != (days[1] is None):
            raise ValueError("检验日期和检验有效期一起填写")
        if days[0] is not None and days[1] is not None and days[1] <= days[0]:
            raise ValueError("检验有效期应当晚于检验日期")
        return self

    @property
    def category(self) -> str:
        """Code of the category (种类)."""
        return category_of(self.kind).code


class DeviceEntries(BaseModel):
    """Entered all together, or not at all. `duties_since`: when the units did their yearly duties last; the day of entry without it."""

    model_config = ConfigDict(extra="forbid")

    devices: Annotated[list[DeviceEntry], Field(min_length=1, max_length=MOST)]
    duties_since: CountedDay | None = None

    @model_validator(mode="after")
    def _once(self) -> Self:
        codes = [d.code for d in self.devices]
        if len(set(codes)) != len(codes):
            raise ValueError("同一台设备只写一次")
        return self


class InspectionCorrection(BaseModel):
    """The days of a device's last inspection as its report says them, where the register has others."""

    model_config = ConfigDict(extra="forbid")

    inspected_on: CountedDay
    inspection_valid_until: CountedDay
    reason: Annotated[Text, Field(min_length=2, max_length=2000)]

    _not_longer = field_validator("inspection_valid_until")(_possible)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.inspection_valid_until <= self.inspected_on:
            raise ValueError("检验有效期应当晚于检验日期")
        return self
