"""The parts of opening an enterprise beside its registration (企业开办“一次办”, law.md §2.2): where each is done, with what.

Data instead of an `if` per part. What each office asks for, and how long it takes, is its own rule (待核): no term of law
is counted here, only how long the bureau waits before it asks.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Part(StrEnum):
    """As the applicant picks them, in the order in which they are shown."""

    SEAL = "seal"
    TAX = "tax"
    SOCIAL = "social"
    HOUSING = "housing"
    BANK = "bank"


@dataclass(frozen=True)
class StartupPart:
    """One part.

    Attributes:
        register: whose desk does it (`registers.errands`).
        errand: what is asked there.
        facts: the fields of the one-stop form that go into it, and that an officer may correct.
        ask_after: working days without an answer after which the bureau asks; its own habit, no term of law.
    """

    part: Part
    name: str
    name_en: str
    office: str
    office_en: str
    register: str
    errand: str
    facts: tuple[str, ...]
    ask_after: int = 3


class Standing(StrEnum):
    """Of one part in one opening."""

    QUEUED = "queued"
    HANDLING = "handling"
    DONE = "done"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    WITHDRAWN = "withdrawn"
    NOT_BEGUN = "not_begun"

    @property
    def label(self) -> str:
        return _LABELS[self][0]

    @property
    def label_en(self) -> str:
        return _LABELS[self][1]

    @property
    def settled(self) -> bool:
        """Nothing more comes of it in this opening."""
        return self not in {Standing.QUEUED, Standing.HANDLING, Standing.FAILED}

    @property
    def not_done(self) -> bool:
        """Its office or an officer said no: there is a reason to tell."""
        return self in {Standing.FAILED, Standing.GIVEN_UP}


PARTS: Mapping[Part, StartupPart] = MappingProxyType(
    {
        row.part: row
        for row in (
            StartupPart(
                Part.SEAL,
                "公安印章备案",
                "Seal filing",
                "公安机关",
                "police",
                "seal",
                "seal_filing",
                ("seals",),
            ),
            StartupPart(
                Part.TAX,
                "税务信息确认",
                "Tax information confirmation",
                "税务部门",
                "tax office",
                "tax",
                "tax_confirmation",
                ("taxpayer",),
            ),
            StartupPart(
                Part.SOCIAL,
                "社会保险登记",
                "Social insurance registration",
                "社会保险经办机构",
                "social insurance office",
                "social",
                "social_registration",
                ("employees",),
            ),
            StartupPart(
                Part.HOUSING,
                "住房公积金缴存登记",
                "Housing fund registration",
                "住房公积金管理中心",
                "housing fund centre",
                "housing",
                "housing_account",
                ("employees",),
            ),
            StartupPart(
                Part.BANK,
                "银行预约开户",
                "Bank account appointment",
                "银行",
                "bank",
                "bank",
                "bank_appointment",
                ("bank", "visit_on"),
            ),
        )
    }
)
PART_LABELS = {part: (row.name, row.name_en) for part, row in PARTS.items()}
# The end of a part's case → how the part stands.
ENDS: Mapping[str, Standing] = MappingProxyType(
    {
        "done": Standing.DONE,
        "given_up": Standing.GIVEN_UP,
        "withdrawn": Standing.WITHDRAWN,
    }
)
_LABELS = {
    Standing.QUEUED: ("领取执照后办理", "after the licence"),
    Standing.HANDLING: ("正在办理", "under way"),
    Standing.DONE: ("已办成", "done"),
    Standing.FAILED: ("没有办成，工作人员正在处理", "not done; an officer is at it"),
    Standing.GIVEN_UP: ("不在本次办理，请自行办理", "given up here; please do it yourself"),
    Standing.WITHDRAWN: ("已撤回", "withdrawn"),
    Standing.NOT_BEGUN: ("没有开始", "never begun"),
}


def own_standing(stage: str, kept: str) -> Standing:
    """How a part stands by its own case: by its end, else as it last told (`kept`), which at first is nothing."""
    return ENDS.get(stage) or Standing(kept or Standing.HANDLING)


def part_of(code: str) -> StartupPart:
    """Raises ValueError for a code that is none."""
    return PARTS[Part(code)]
