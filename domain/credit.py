"""The two lists and published penalties: what they are called, and what an entry bars (law.md §2.20).

企业信息公示暂行条例 17; 严重违法失信名单 (总局令第44号); 行政处罚信息公示 and its repair. `barred` is the one place that says what
bars what: simple deregistration, the commitment mode, tolerance and the hosts of cluster registration ask it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class ListKind(StrEnum):
    """Where an entry stands at NECIPS."""

    ABNORMAL = "abnormal"
    SERIOUS = "serious"
    PENALTY = "penalty"


class ListGround(StrEnum):
    """Why. Of a penalty its class, which sets how long it is published (law.md K06–K08b)."""

    ANNUAL_REPORT_MISSING = "annual_report_missing"
    INFORMATION_NOT_PUBLISHED = "information_not_published"
    FALSE_INFORMATION = "false_information"
    UNREACHABLE = "unreachable"
    MAJOR_PENALTY = "major_penalty"
    MINOR = "minor"
    GENERAL = "general"
    SERIOUS = "serious"


class Removal(StrEnum):
    """Why an entry is no longer shown."""

    CORRECTED = "corrected"
    REPAIRED = "repaired"
    ANNULLED = "annulled"
    EXPIRED = "expired"


KIND_NAMES: Final[Mapping[ListKind, str]] = {
    ListKind.ABNORMAL: "经营异常名录",
    ListKind.SERIOUS: "严重违法失信名单",
    ListKind.PENALTY: "行政处罚信息公示",
}
# An individual (个体工商户) is no enterprise of the list: its standing is marked.
MARK_NAME: Final = "经营异常状态标记"
GROUND_NAMES: Final[Mapping[ListGround, str]] = {
    ListGround.ANNUAL_REPORT_MISSING: "未按规定的期限公示年度报告",
    ListGround.INFORMATION_NOT_PUBLISHED: "未在责令的期限内公示有关信息",
    ListGround.FALSE_INFORMATION: "公示信息隐瞒真实情况、弄虚作假",
    ListGround.UNREACHABLE: "通过登记的住所（经营场所）无法联系",
    ListGround.MAJOR_PENALTY: "受到较重行政处罚，性质恶劣",
    ListGround.MINOR: "轻微失信",
    ListGround.GENERAL: "一般失信",
    ListGround.SERIOUS: "严重失信",
}
GROUNDS: Final[Mapping[ListKind, frozenset[ListGround]]] = {
    ListKind.ABNORMAL: frozenset(
        {
            ListGround.ANNUAL_REPORT_MISSING,
            ListGround.INFORMATION_NOT_PUBLISHED,
            ListGround.FALSE_INFORMATION,
            ListGround.UNREACHABLE,
        }
    ),
    ListKind.SERIOUS: frozenset({ListGround.MAJOR_PENALTY}),
    ListKind.PENALTY: frozenset({ListGround.MINOR, ListGround.GENERAL, ListGround.SERIOUS}),
}


# Why an entry is shown no longer, in words for the public.
_LEFT: Final[Mapping[Removal, str]] = {
    Removal.CORRECTED: "情形已经改正，已经移出",
    Removal.REPAIRED: "信用已经修复，已经移出",
    Removal.ANNULLED: "列入的依据已经撤销，已经移出",
    Removal.EXPIRED: "公示期届满，已经移出",
}


def ground_name(ground: ListGround) -> str:
    """What the ground is called."""
    return GROUND_NAMES[ground]


def removal_in_words(how: Removal) -> str:
    """Why an entry is shown no longer, for the public."""
    return _LEFT[how]


def list_name(kind: ListKind, *, marked: bool = False) -> str:
    """What the entry is called; `marked`: it is an individual's."""
    return MARK_NAME if marked else KIND_NAMES[kind]


class Purpose(StrEnum):
    """What an enterprise wants, and an entry may keep it from."""

    SIMPLE_DEREGISTRATION = "simple_deregistration"
    COMMITMENT = "commitment"
    TOLERANCE = "tolerance"
    HOSTING = "hosting"


@dataclass(frozen=True)
class Bar:
    """An entry stands in the way.

    Attributes:
        code: stable name of the ground, e.g. `sd_05`.
        kind: the list whose standing entry bars.
        rule: what the rule says, in words.
        cite: its article; what was not read says （待核）.
    """

    code: str
    kind: ListKind
    rule: str
    cite: str


_LOCAL: Final = "本局规则（待核：依据为其他地方的规定）"
_HOSTS: Final = "集群注册规定（待核）"
BARS: Final[Mapping[Purpose, tuple[Bar, ...]]] = {
    Purpose.SIMPLE_DEREGISTRATION: (
        Bar(
            "sd_05",
            ListKind.ABNORMAL,
            "被列入经营异常名录的，不适用简易注销",
            "条例第33条；实施细则第48条第1项",
        ),
        Bar(
            "sd_06",
            ListKind.SERIOUS,
            "被列入严重违法失信名单的，不适用简易注销",
            "实施细则第48条第1项",
        ),
    ),
    Purpose.COMMITMENT: (
        Bar(
            "serious_record",
            ListKind.SERIOUS,
            "有严重不良信用记录、尚未修复的，不适用告知承诺",
            "证明事项和涉企经营许可事项告知承诺制的规定（待核）",
        ),
    ),
    Purpose.TOLERANCE: (
        Bar(
            "abnormal_record",
            ListKind.ABNORMAL,
            "有不良信用记录、尚未修复的，不适用容缺受理",
            _LOCAL,
        ),
        Bar(
            "serious_record", ListKind.SERIOUS, "有不良信用记录、尚未修复的，不适用容缺受理", _LOCAL
        ),
    ),
    Purpose.HOSTING: (
        Bar("abnormal_record", ListKind.ABNORMAL, "托管机构应当没有被列入经营异常名录", _HOSTS),
        Bar("serious_record", ListKind.SERIOUS, "托管机构应当没有被列入严重违法失信名单", _HOSTS),
    ),
}


def barred(purpose: Purpose, standing: Collection[ListKind]) -> tuple[Bar, ...]:
    """What stands in the way of the purpose, of the lists on which an entry stands now."""
    return tuple(bar for bar in BARS[purpose] if bar.kind in standing)
