"""The class of an accident of special equipment (特种设备事故等级) and who investigates it.

特种设备安全监察条例 61–64 (classes), 67 (investigation), 71: 以上 includes the number, 以下 does not. Read in full text, as
amended 2009-01-24. What a class rests on is pure arithmetic; that an accident is more serious than its numbers say is for people.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from law.offices import Office

HOUR: Final = 60
"""Minutes: times of entrapment are kept in minutes."""
REGULATION: Final = "特种设备安全监察条例"
MOST: Final = 10_000_000_000
"""No number of an accident is larger: what is, was mistyped."""


class AccidentClass(StrEnum):
    """一般, 较大, 重大, 特别重大, in this order."""

    GENERAL = "general"
    LARGER = "larger"
    MAJOR = "major"
    EXTRAORDINARY = "extraordinary"

    @property
    def rank(self) -> int:
        """0 for the lightest."""
        return list(AccidentClass).index(self)

    @property
    def label(self) -> str:
        """The statute's word."""
        return ACCIDENT_CLASS_LABELS[self][0]


ACCIDENT_CLASS_LABELS = {
    AccidentClass.GENERAL: ("一般事故", "General accident"),
    AccidentClass.LARGER: ("较大事故", "Larger accident"),
    AccidentClass.MAJOR: ("重大事故", "Major accident"),
    AccidentClass.EXTRAORDINARY: ("特别重大事故", "Extraordinarily serious accident"),
}


class Equipment(StrEnum):
    """The kinds of special equipment (监察条例 2)."""

    BOILER = "boiler"
    VESSEL = "vessel"
    PIPELINE = "pipeline"
    LIFT = "lift"
    CRANE = "crane"
    ROPEWAY = "ropeway"
    RIDE = "ride"
    VEHICLE = "vehicle"

    @property
    def label(self) -> str:
        return EQUIPMENT_LABELS[self][0]


EQUIPMENT_LABELS = {
    Equipment.BOILER: ("锅炉", "Boiler"),
    Equipment.VESSEL: ("压力容器（含气瓶）", "Pressure vessel (with gas cylinders)"),
    Equipment.PIPELINE: ("压力管道", "Pressure pipeline"),
    Equipment.LIFT: ("电梯", "Lift"),
    Equipment.CRANE: ("起重机械", "Crane"),
    Equipment.ROPEWAY: ("客运索道", "Passenger ropeway"),
    Equipment.RIDE: ("大型游乐设施", "Large amusement ride"),
    Equipment.VEHICLE: ("场（厂）内专用机动车辆", "On-site motor vehicle"),
}


class Happening(StrEnum):
    """What happened, as far as 监察条例 61–64 name it."""

    LIFT_TRAPPED = "lift_trapped"
    STRANDED = "stranded"
    CRANE_BROKEN = "crane_broken"
    CRANE_OVERTURNED = "crane_overturned"
    EXPLODED = "exploded"
    TOXIC_LEAK = "toxic_leak"
    LARGE_BOILER_EXPLODED = "large_boiler_exploded"
    LARGE_BOILER_STOPPED = "large_boiler_stopped"

    @property
    def label(self) -> str:
        return HAPPENING_LABELS[self][0]


HAPPENING_LABELS = {
    Happening.LIFT_TRAPPED: ("电梯轿厢滞留人员", "People trapped in a lift car"),
    Happening.STRANDED: ("高空滞留人员", "People stranded at height"),
    Happening.CRANE_BROKEN: (
        "起重机械主要受力结构件折断或者起升机构坠落",
        "Crane: a main load-bearing part broke, or the hoist fell",
    ),
    Happening.CRANE_OVERTURNED: ("起重机械整体倾覆", "Crane overturned as a whole"),
    Happening.EXPLODED: ("锅炉、压力容器、压力管道爆炸", "Boiler, vessel or pipeline exploded"),
    Happening.TOXIC_LEAK: (
        "压力容器、压力管道有毒介质泄漏",
        "Toxic medium leaked from a vessel or pipeline",
    ),
    Happening.LARGE_BOILER_EXPLODED: (
        "600兆瓦以上锅炉爆炸",
        "Boiler of 600 MW or more exploded",
    ),
    Happening.LARGE_BOILER_STOPPED: (
        "600兆瓦以上锅炉因安全故障中断运行240小时以上",
        "Boiler of 600 MW or more stopped by a safety fault for 240 hours or more",
    ),
}
_BOILER: Final = frozenset({Equipment.BOILER})
_TOXIC: Final = frozenset({Equipment.VESSEL, Equipment.PIPELINE})
_HIGH: Final = frozenset({Equipment.ROPEWAY, Equipment.RIDE})
_CRANE: Final = frozenset({Equipment.CRANE})
# Which equipment each can happen to, in the statute's own words.
_BEFALLS: Final = (
    (Happening.LIFT_TRAPPED, frozenset({Equipment.LIFT})),
    (Happening.STRANDED, _HIGH),
    (Happening.CRANE_BROKEN, _CRANE),
    (Happening.CRANE_OVERTURNED, _CRANE),
    (Happening.EXPLODED, _BOILER | _TOXIC),
    (Happening.TOXIC_LEAK, _TOXIC),
    (Happening.LARGE_BOILER_EXPLODED, _BOILER),
    (Happening.LARGE_BOILER_STOPPED, _BOILER),
)


@dataclass(frozen=True, slots=True)
class Harm:
    """What an accident has done so far.

    Attributes:
        deaths, injuries: persons; injuries are serious ones, acute industrial poisoning included (监察条例 61(1)).
        loss: direct economic loss, in yuan.
        moved: persons moved because of a toxic leak.
        lift_minutes: how long people were trapped in the lift car.
        stranded, stranded_minutes: how many were stranded at height on a ropeway or ride, and how long.
    """

    equipment: Equipment
    deaths: int = 0
    injuries: int = 0
    loss: int = 0
    moved: int = 0
    lift_minutes: int = 0
    stranded: int = 0
    stranded_minutes: int = 0
    happenings: frozenset[Happening] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """As a case keeps it."""
        found: dict[str, Any] = {name: getattr(self, name) for name in NUMBERS}
        return found | {
            "equipment": self.equipment.value,
            "happenings": [h.value for h in Happening if h in self.happenings],
        }

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> "Harm":
        """From what `to_json` gave."""
        return cls(
            equipment=Equipment(kept["equipment"]),
            happenings=frozenset(Happening(h) for h in kept["happenings"]),
            **{name: int(kept[name]) for name in NUMBERS},
        )

    def changed(self, told: dict[str, Any]) -> "Harm":
        """With what was told since: totals as they are now. A number that is None stays, and so do happenings where none is named."""
        numbers = {name: told[name] for name in NUMBERS if told.get(name) is not None}
        named = frozenset(Happening(h) for h in told.get("happenings") or ())
        return replace(self, **numbers, happenings=named or self.happenings)

    @property
    def text(self) -> str:
        """In a line, as a report writes it."""
        said = [f"死亡{self.deaths}人", f"重伤{self.injuries}人", f"直接经济损失{self.loss}元"]
        said += [h.label for h in Happening if h in self.happenings]
        if self.moved:
            said.append(f"转移{self.moved}人")
        if self.lift_minutes:
            said.append(f"轿厢滞留{_duration(self.lift_minutes)}")
        if self.stranded:
            said.append(f"高空滞留{self.stranded}人、{_duration(self.stranded_minutes)}")
        return "，".join(said)


NUMBERS: Final = (
    "deaths",
    "injuries",
    "loss",
    "moved",
    "lift_minutes",
    "stranded",
    "stranded_minutes",
)


def _duration(minutes: int) -> str:
    hours, rest = divmod(minutes, HOUR)
    return (f"{hours}小时" if hours else "") + (f"{rest}分钟" if rest or not hours else "")


@dataclass(frozen=True, slots=True)
class Finding:
    """One item of 监察条例 61–64 that is met: the class, the article, the item's own words."""

    grade: AccidentClass
    cite: str
    text: str


@dataclass(frozen=True, slots=True)
class _Item:
    grade: AccidentClass
    article: int
    item: str
    text: str
    # Only the lower bound: whoever reaches the upper one meets an item of a higher class, which wins.
    met: Callable[[Harm], bool]


def _persons(deaths: int, injuries: int, loss: int) -> Callable[[Harm], bool]:
    return lambda h: h.deaths >= deaths or h.injuries >= injuries or h.loss >= loss


def _leak(least: int) -> Callable[[Harm], bool]:
    return lambda h: (
        Happening.TOXIC_LEAK in h.happenings and h.equipment in _TOXIC and h.moved >= least
    )


def _high(hours: float, least: int = 1, on: frozenset[Equipment] = _HIGH) -> Callable[[Harm], bool]:
    return lambda h: (
        Happening.STRANDED in h.happenings
        and h.equipment in on
        and h.stranded >= least
        and h.stranded_minutes >= hours * HOUR
    )


def _befell(what: Happening) -> Callable[[Harm], bool]:
    return lambda h: what in h.happenings and h.equipment in dict(_BEFALLS)[what]


def _trapped(harm: Harm) -> bool:
    return _befell(Happening.LIFT_TRAPPED)(harm) and harm.lift_minutes >= 2 * HOUR


_X, _M = AccidentClass.EXTRAORDINARY, AccidentClass.MAJOR
_L, _G = AccidentClass.LARGER, AccidentClass.GENERAL
_WAN: Final = 10_000
_ITEMS: Final = (
    _Item(_X, 61, "（一）", "造成30人以上死亡，或者100人以上重伤（包括急性工业中毒，下同），或者1亿元以上直接经济损失的", _persons(30, 100, 10_000 * _WAN)),
    _Item(_X, 61, "（二）", "600兆瓦以上锅炉爆炸的", _befell(Happening.LARGE_BOILER_EXPLODED)),
    _Item(_X, 61, "（三）", "压力容器、压力管道有毒介质泄漏，造成15万人以上转移的", _leak(15 * _WAN)),
    _Item(_X, 61, "（四）", "客运索道、大型游乐设施高空滞留100人以上并且时间在48小时以上的", _high(48, 100)),
    _Item(_M, 62, "（一）", "造成10人以上30人以下死亡，或者50人以上100人以下重伤，或者5000万元以上1亿元以下直接经济损失的", _persons(10, 50, 5_000 * _WAN)),
    _Item(_M, 62, "（二）", "600兆瓦以上锅炉因安全故障中断运行240小时以上的", _befell(Happening.LARGE_BOILER_STOPPED)),
    _Item(_M, 62, "（三）", "压力容器、压力管道有毒介质泄漏，造成5万人以上15万人以下转移的", _leak(5 * _WAN)),
    _Item(_M, 62, "（四）", "客运索道、大型游乐设施高空滞留100人以上并且时间在24小时以上48小时以下的", _high(24, 100)),
    _Item(_L, 63, "（一）", "造成3人以上10人以下死亡，或者10人以上50人以下重伤，或者1000万元以上5000万元以下直接经济损失的", _persons(3, 10, 1_000 * _WAN)),
    _Item(_L, 63, "（二）", "锅炉、压力容器、压力管道爆炸的", _befell(Happening.EXPLODED)),
    _Item(_L, 63, "（三）", "压力容器、压力管道有毒介质泄漏，造成1万人以上5万人以下转移的", _leak(1 * _WAN)),
    _Item(_L, 63, "（四）", "起重机械整体倾覆的", _befell(Happening.CRANE_OVERTURNED)),
    _Item(_L, 63, "（五）", "客运索道、大型游乐设施高空滞留人员12小时以上的", _high(12)),
    _Item(_G, 64, "（一）", "造成3人以下死亡，或者10人以下重伤，或者1万元以上1000万元以下直接经济损失的", _persons(1, 1, 1 * _WAN)),
    _Item(_G, 64, "（二）", "压力容器、压力管道有毒介质泄漏，造成500人以上1万人以下转移的", _leak(500)),
    _Item(_G, 64, "（三）", "电梯轿厢滞留人员2小时以上的", _trapped),
    _Item(_G, 64, "（四）", "起重机械主要受力结构件折断或者起升机构坠落的", _befell(Happening.CRANE_BROKEN)),
    _Item(_G, 64, "（五）", "客运索道高空滞留人员3.5小时以上12小时以下的", _high(3.5, on=frozenset({Equipment.ROPEWAY}))),
    _Item(_G, 64, "（六）", "大型游乐设施高空滞留人员1小时以上12小时以下的", _high(1, on=frozenset({Equipment.RIDE}))),
)  # fmt: skip


def _paragraph(article: int) -> str:
    """Only article 64 has more than one."""
    return "第一款" if article == 64 else ""


def findings(harm: Harm) -> tuple[Finding, ...]:
    """Every item of the highest class that is met, in the statute's order; empty where none is.

    None does not mean that it is no accident: 监察条例 64(2) lets other cases be general accidents, which people say.
    """
    met = [
        Finding(i.grade, f"{REGULATION}第{i.article}条{_paragraph(i.article)}第{i.item}项", i.text)
        for i in _ITEMS
        if i.met(harm)
    ]
    return tuple(f for f in met if f.grade is met[0].grade)


def class_of(harm: Harm) -> AccidentClass | None:
    """The class by the numbers and happenings alone; None where no item is met (监察条例 61–64)."""
    found = findings(harm)
    return found[0].grade if found else None


def graver(one: AccidentClass | None, other: AccidentClass | None) -> AccidentClass | None:
    """The graver of two classes: a case is never made lighter by a number that fell."""
    known = [c for c in (one, other) if c is not None]
    return max(known, key=lambda c: c.rank, default=None)


def faults(harm: Harm) -> list[tuple[str, str]]:
    """Fields that do not fit each other, each with what to do: minutes without an entrapment, a crane's break of a lift."""
    wrong = []
    for what, kinds in _BEFALLS:
        if what in harm.happenings and harm.equipment not in kinds:
            names = "、".join(k.label for k in Equipment if k in kinds)
            wrong.append(("happenings", f"“{what.label}”只适用于{names}，请核对设备种类"))
    trapped = Happening.LIFT_TRAPPED in harm.happenings
    if trapped != bool(harm.lift_minutes):
        wrong.append(("lift_minutes", "轿厢滞留的，勾选该情形并填写滞留多少分钟；没有的都不填"))
    high = Happening.STRANDED in harm.happenings
    if (high, high) != (bool(harm.stranded), bool(harm.stranded_minutes)):
        wrong.append(("stranded", "高空滞留的，勾选该情形并填写滞留的人数和分钟数；没有的都不填"))
    if harm.moved and Happening.TOXIC_LEAK not in harm.happenings:
        wrong.append(("moved", "转移人数只在有毒介质泄漏时填写，请勾选该情形或者不填"))
    return wrong


def investigator(grade: AccidentClass, office: Office) -> str:
    """Who investigates an accident of the class in the office's place (特种设备安全法 72; 监察条例 67)."""
    return {
        AccidentClass.GENERAL: office.city_authority,
        AccidentClass.LARGER: office.province_authority,
        AccidentClass.MAJOR: "国家市场监督管理总局",
        AccidentClass.EXTRAORDINARY: "国务院或者国务院授权的部门",
    }[grade]
