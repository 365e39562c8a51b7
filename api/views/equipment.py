"""Devices in words (特种设备): what they are, how their inspection stands, why its last day is that day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote, urlencode

from api.clock_cards import ClockCard, Light, LightKind, card, light_of
from api.i18n import gettext as _
from api.i18n import mark
from api.views import words
from law import catalogue
from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadline_types import DeadlineError
from law.deadlines import add_months, deadline
from law.equipment_catalogue import UnknownKind, category_of, entry_of
from law.equipment_catalogue import catalogue as entries
from law.worktime import remaining
from law.zone import civil_date, day_start
from storage.devices import IN_USE, SCRAPPED, STOPPED
from storage.duties import YEARLY, Duty, DutyStanding
from storage.equipment import PERIODIC, Change, Day, Listed, Since, Standing
from storage.tables_devices import DeviceRow

DEVICES_PATH: Final = "/desk/equipment/devices"
UNITS_PATH: Final = "/desk/equipment/units"
DUTIES_PATH: Final = "/desk/equipment/duties"
DONE_PATH: Final = "/desk/equipment/duties/done"
ACCIDENTS_PATH: Final = "/desk/equipment/accidents"
FRESH_DAYS: Final = 30
"""A device whose state was looked at or changed within so many days is up to date, where nobody says otherwise [P]."""

STATES: Final[dict[str, str]] = {
    IN_USE: mark("在用"),
    STOPPED: mark("停用"),
    SCRAPPED: mark("报废"),
    "unregistered": mark("没有使用登记"),
}
_STANDINGS: Final[dict[str, tuple[LightKind, str]]] = {
    Standing.VALID.value: ("green", mark("检验有效")),
    Standing.DUE.value: ("amber", mark("一个月内到期")),
    Standing.OVERDUE.value: ("red", mark("检验已过期")),
    Standing.UNKNOWN.value: ("prov", mark("没有检验记录")),
    Standing.RESTING.value: ("paused", mark("不在使用")),
}
_DUTY_STANDINGS: Final[dict[str, tuple[LightKind, str]]] = {
    DutyStanding.CURRENT.value: ("green", mark("周期内")),
    DutyStanding.DUE.value: ("amber", mark("待履行")),
    DutyStanding.OVERDUE.value: ("red", mark("逾期")),
}
CHANGES: Final[dict[str, str]] = {
    Change.REGISTERED.value: mark("本月登记"),
    Change.RESUMED.value: mark("本月恢复使用"),
    Change.STOPPED.value: mark("本月停用"),
    Change.SCRAPPED.value: mark("本月报废"),
}
_DUTIES: Final[dict[str, str]] = {
    PERIODIC: mark("定期检验"),
    YEARLY[0]: mark("安全责任书"),
    YEARLY[1]: mark("应急预案"),
    YEARLY[2]: mark("应急演练"),
}
# The categories of the catalogue in English; classes and kinds have Chinese names alone.
_CATEGORIES_EN: Final = {
    "1000": "Boilers",
    "2000": "Pressure vessels",
    "3000": "Lifts",
    "4000": "Cranes",
    "5000": "On-site motor vehicles",
    "6000": "Large amusement rides",
    "7000": "Parts of pressure pipelines",
    "8000": "Pressure pipelines",
    "9000": "Passenger ropeways",
    "F000": "Safety accessories",
}


def day_of(now: datetime) -> Day:
    """The civil day as of which devices are judged."""
    today = civil_date(now)
    return Day(today, add_months(today, 1))


def since_of(now: datetime, days: int) -> Since:
    """From when a device is fresh: so many days back; and the beginning of the civil month."""
    first = civil_date(now).replace(day=1)
    return Since(now - timedelta(days=days), day_start(first), first)


def category_name(code: str) -> str:
    """电梯 / Lifts; the code itself where the catalogue does not have it."""
    try:
        name = entry_of(code).name
    except UnknownKind:
        return code
    return words.bilingual(name, _CATEGORIES_EN.get(code, ""))


def categories() -> list[tuple[str, str]]:
    """Code and name of every category, in the order of the catalogue."""
    return [(e.code, category_name(e.code)) for e in entries().values() if not e.parent]


def kind_name(code: str) -> str:
    """曳引驱动乘客电梯, the catalogue's own word; "" where the catalogue does not have the code."""
    try:
        return entry_of(code).name
    except UnknownKind:
        return ""


def known_category(kind: str) -> str:
    """The category of a kind by the catalogue; "" where it does not have it."""
    try:
        return category_of(kind).code
    except UnknownKind:
        return ""


def state_name(state: str) -> str:
    return words.known(STATES.get(state, state))


def standing_light(standing: str) -> Light:
    kind, text = _STANDINGS[standing]
    return Light(kind, _(text))


def duty_light(standing: str) -> Light:
    kind, text = _DUTY_STANDINGS[standing]
    return Light(kind, _(text))


def standings() -> list[tuple[str, str]]:
    return [(key, _(text)) for key, (_kind, text) in _STANDINGS.items()]


def duty_standings() -> list[tuple[str, str]]:
    return [(key, _(text)) for key, (_kind, text) in _DUTY_STANDINGS.items()]


def states() -> list[tuple[str, str]]:
    return [(key, _(text)) for key, text in STATES.items()]


def duty_name(procedure: str) -> str:
    """安全责任书: the duty in a word or two, not its item's whole title."""
    return words.known(_DUTIES.get(procedure, procedure))


def duties() -> list[tuple[str, str]]:
    return [(procedure, duty_name(procedure)) for procedure in YEARLY]


def device_path(code: str) -> str:
    return f"{DEVICES_PATH}/{quote(code, safe='')}"


def unit_path(uscc: str) -> str:
    return f"{UNITS_PATH}/{quote(uscc, safe='')}"


def address(path: str, **values: str) -> str:
    """The path with what is not empty as its query."""
    query = urlencode({k: v for k, v in values.items() if v})
    return f"{path}?{query}" if query else path


def case_path(number: str | None, case_id: Any) -> str:
    """The case's page; "" where there is no case."""
    return f"/cases/{number or case_id}" if number or case_id else ""


def identity_json(row: Listed | DeviceRow) -> dict[str, Any]:
    """What a device is, whose and where, and how it is registered: the same in a list and by itself."""
    return {
        "code": row.code,
        "kind": row.kind,
        "kind_name": kind_name(row.kind),
        "category": row.category,
        "category_name": category_name(row.category),
        "uscc": row.uscc,
        "unit": row.unit,
        "place": row.place,
        "state": row.state,
        "state_name": state_name(row.state),
        "registration_number": row.registration_number,
    }


@dataclass(frozen=True)
class DeviceLine:
    """One device of a list."""

    row: Listed

    @property
    def path(self) -> str:
        return device_path(self.row.code)

    @property
    def unit_path(self) -> str:
        return unit_path(self.row.uscc)

    @property
    def light(self) -> Light:
        return standing_light(self.row.standing)

    @property
    def state(self) -> str:
        return state_name(self.row.state)

    @property
    def category(self) -> str:
        return category_name(self.row.category)

    @property
    def kind(self) -> str:
        return kind_name(self.row.kind) or self.row.kind

    @property
    def case_path(self) -> str:
        return case_path(self.row.case_number, self.row.case_id)

    @property
    def due_path(self) -> str:
        """Why its inspection ends on that day."""
        return f"{self.path}#why"

    def to_json(self) -> dict[str, Any]:
        row = self.row
        return {
            **identity_json(row),
            "inspection_due_on": row.due_on.isoformat() if row.due_on else None,
            "standing": row.standing,
            "standing_name": self.light.text,
            "inspection_case": row.case_number,
            "url": f"/api/v1/equipment/devices/{quote(row.code, safe='')}",
            "page_url": self.path,
        }


@dataclass(frozen=True)
class DutyLine:
    """One duty of a unit."""

    row: Duty

    @property
    def name(self) -> str:
        return duty_name(self.row.procedure)

    @property
    def light(self) -> Light:
        return duty_light(self.row.standing)

    @property
    def path(self) -> str:
        return unit_path(self.row.uscc)

    @property
    def due_path(self) -> str:
        return f"{self.path}#{self.row.procedure}"

    @property
    def case_path(self) -> str:
        return case_path(self.row.case_number, self.row.case_id)

    def to_json(self) -> dict[str, Any]:
        row = self.row
        return {
            "duty": row.procedure,
            "duty_name": self.name,
            "uscc": row.uscc,
            "unit": row.unit,
            "since": row.since.isoformat(),
            "due_on": row.due_on.isoformat(),
            "standing": row.standing,
            "standing_name": self.light.text,
            "case": row.case_number,
            "page_url": self.path,
        }


@dataclass(frozen=True)
class Term:
    """The term of a duty as it runs, with the reason of its last day. Civil days."""

    procedure: str
    since: date
    due_on: date
    now: datetime

    @property
    def name(self) -> str:
        return duty_name(self.procedure)

    @property
    def clock_id(self) -> str:
        """The clock that bounds it, as the catalogue's row says."""
        usual = "O01" if self.procedure == PERIODIC else "O02"
        try:
            rule = catalogue.procedure(self.procedure).obligation
        except KeyError:
            return usual
        return rule.clock if rule else usual

    @cached_property
    def card(self) -> ClockCard | None:
        """The clock that counts to the last day; None where it counts to another one, so that it would explain nothing."""
        clock = find_clock(self.clock_id)
        length = (self.due_on - self.since).days if clock.length is None else None
        calendars = default_calendars()
        try:
            counted = deadline(clock, self.since, calendars, length=length)
        except DeadlineError:
            return None
        if counted.legal_end != self.due_on:
            return None
        found: Mapping[str, Any] = counted.to_json(trace=True)
        left = remaining(counted, self.now, calendars)
        return card(found, name=words.clock_name(clock), now=self.now, light=light_of(found, left))
