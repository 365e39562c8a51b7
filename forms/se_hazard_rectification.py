"""Hazards of special equipment (特种设备事故隐患整治): opening, inspection, instruction, report, recheck. law.md §2.15.

特种设备安全监督检查办法 19, 23–27, 29, 30; 特种设备安全法 62, 63, 65.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from domain.hazards import Grade, HazardFact, grade_of
from forms.base import ApplicationForm, Fault, Section, TaskForm
from forms.fields import Day, Instant, Line, Text, labelled
from forms.licence_item import UnifiedCode
from forms.spot_records import Photographed, Signed, Team

LONGEST_TERM = 365


class Source(StrEnum):
    """What the check is, or who told of the hazard."""

    ROUTINE = "routine"
    SPECIAL = "special"
    POST_LICENCE = "post_licence"
    OTHER_CHECK = "other_check"
    INSPECTION_BODY = "inspection_body"
    COMPLAINT = "complaint"
    RECORDS = "records"


SOURCE_LABELS = {
    Source.ROUTINE: ("常规监督检查", "Routine check"),
    Source.SPECIAL: ("专项监督检查", "Special check"),
    Source.POST_LICENCE: ("证后监督检查", "Check after a licence"),
    Source.OTHER_CHECK: ("其他监督检查", "Another check"),
    Source.INSPECTION_BODY: ("检验机构报告", "Report of an inspection body"),
    Source.COMPLAINT: ("投诉举报", "Complaint or report"),
    Source.RECORDS: ("检验期限记录", "Records of inspection terms"),
}


def _device_code(value: str) -> str:
    code = value.upper()
    if not (17 <= len(code) <= 20 and code.isascii() and code.isalnum()):
        raise ValueError("设备代码是17至20位字母和数字，见设备铭牌或者使用登记证")
    return code


DeviceCode = Annotated[Line, AfterValidator(_device_code)]


class Application(ApplicationForm):
    code = "se_hazard_rectification.application"
    title = "特种设备隐患立项"
    title_en = "Opening of a hazard's case"
    sections = (
        Section(
            "device", "设备和单位", "Device and unit", ("device_code", "uscc", "name", "place")
        ),
        Section("lead", "来源", "Lead", ("source", "found_on", "facts")),
    )

    device_code: Annotated[
        DeviceCode,
        labelled("设备代码", "Code of the device", hint="17至20位，见设备铭牌或者使用登记证"),
    ]
    uscc: Annotated[
        UnifiedCode, labelled("使用单位统一社会信用代码", "Unified social credit code of the unit")
    ]
    name: Annotated[Line, labelled("使用单位", "Unit"), Field(min_length=2, max_length=100)]
    place: Annotated[Line, labelled("设备所在地点", "Place"), Field(min_length=2)]
    source: Annotated[Source, labelled("来源", "Source", widget="radios")]
    found_on: Annotated[Day, labelled("发现或者收到的日期", "Found or received on", widget="date")]
    facts: Annotated[
        Text,
        labelled("线索", "Lead", hint="从哪里知道、有什么材料", widget="textarea"),
        Field(min_length=4),
    ]

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        return [(("found_on",), "日期还没有到")] if self.found_on > today else []

    def case_facts(self) -> dict[str, Any]:
        found_on = self.found_on.isoformat()
        return {"uscc": self.uscc, "device": self.device_code, "found_on": found_on}


FACT_OPTIONS: dict[str, Any] = {
    "unlicensed": [
        "未取得许可生产、国家明令淘汰或者已经报废的设备，仍在使用",
        "Unlicensed, obsolete or scrapped, and in use",
        "严重事故隐患（办法第25条）",
        "Serious hazard",
    ],
    "not_inspected": [
        "未经检验、超过检验有效期或者检验不合格，仍在使用",
        "Not inspected, inspection lapsed or failed, and in use",
        "严重事故隐患（办法第25条）",
        "Serious hazard",
    ],
    "safety_device": [
        "安全附件、安全保护装置缺失或者失效",
        "A safety device is missing or has failed",
        "严重事故隐患（办法第25条）",
        "Serious hazard",
    ],
    "after_accident": [
        "发生故障、事故后未经全面检查、消除隐患，仍在使用",
        "In use after a failure or accident without a full check",
        "严重事故隐患（办法第25条）",
        "Serious hazard",
    ],
    "beyond_parameters": [
        "超过规定的参数、使用范围",
        "Used beyond its parameters",
        "严重事故隐患（办法第25条）",
        "Serious hazard",
    ],
    "refuses_to_remove": [
        "拒不消除严重事故隐患",
        "Refuses to remove a serious hazard",
        "重大违法行为（办法第24条）",
        "Major violation",
    ],
    "other": [
        "其他问题",
        "Another fault",
        "一般问题，在检查记录中写明",
        "General; said in the record",
    ],
}


SealedItems = Annotated[
    list[Annotated[Line, Field(min_length=2)]],
    labelled(
        "查封、扣押的设备和物品",
        "What is seized",
        hint="每行一项；报批或者已经实施的填写",
        widget="lines",
    ),
    Field(max_length=60),
]
NoSealReason = Annotated[
    Line,
    labelled(
        "不查封、扣押的理由",
        "Why nothing is seized",
        hint="有严重事故隐患又没有当场改正、不采取查封扣押的填写（办法第26条）",
    ),
]
GovernmentHelp = Annotated[
    Line,
    labelled(
        "需要地方政府和有关部门支持、配合的事项",
        "What the local government is asked for",
        hint="需要的填写，报告地方人民政府（特种设备安全法第63条）",
    ),
]


class Seal(StrEnum):
    """Whether what endangers is seized (办法 26)."""

    NONE = "none"
    PROPOSE = "propose"
    EMERGENCY = "emergency"


class Inspected(Team):
    """What two inspectors found, and what they did at once (办法 19, 23)."""

    inspected_at: Annotated[Instant, labelled("检查时间", "Inspected at", widget="datetime")]
    found: Annotated[
        list[HazardFact],
        labelled(
            "发现的问题",
            "What was found",
            hint="没有问题的不选；按所选的问题分级",
            widget="checkboxes",
            options=FACT_OPTIONS,
        ),
    ] = Field(default_factory=list, max_length=10)
    record: Annotated[
        Text,
        labelled("检查情况", "What was seen", hint="写进检查记录和监察指令书", widget="textarea"),
        Field(min_length=4),
    ]
    corrected: Annotated[
        bool,
        labelled(
            "能够当场改正，已经当场改正",
            "Could be put right on the spot, and was",
            widget="checkbox",
        ),
    ] = False
    seal: Annotated[
        Seal,
        labelled(
            "查封、扣押",
            "Seizure",
            widget="radios",
            options={
                "none": ["不采取", "None", "", ""],
                "propose": [
                    "报局负责人批准后实施",
                    "Proposed to the head of the bureau",
                    "行政强制法第18条",
                    "",
                ],
                "emergency": [
                    "情况紧急，已经当场实施",
                    "Carried out on the spot, an emergency",
                    "24小时内报告并补办批准手续（行政强制法第19条）",
                    "Reported and approved within 24 hours",
                ],
            },
        ),
    ] = Seal.NONE
    sealed_at: Annotated[
        Instant | None,
        labelled("当场实施的时间", "Carried out at", hint="当场实施的填写", widget="datetime"),
    ] = None
    items: SealedItems = Field(default_factory=list)
    no_seal_reason: NoSealReason = ""
    government_help: GovernmentHelp = ""
    late_reason: Annotated[
        Line,
        labelled(
            "补录原因",
            "Why it is entered later",
            hint="检查日期比今天早一日以上的填写（本局规则，待核）",
        ),
    ] = ""

    @property
    def grade(self) -> Grade | None:
        """What the facts lead to (办法 24, 25); None: no hazard."""
        return grade_of(self.found)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(set(self.found)) != len(self.found):
            raise ValueError("同一个问题只选一次")
        if not self.found and (self.seal is not Seal.NONE or self.corrected):
            raise ValueError("没有发现问题的，不填写当场改正和查封、扣押")
        if (self.seal is Seal.EMERGENCY) != (self.sealed_at is not None):
            raise ValueError("当场实施查封、扣押的时间，只在情况紧急、已经实施时填写，且必须填写")
        if self.sealed_at is not None and self.sealed_at < self.inspected_at:
            raise ValueError("当场实施查封、扣押的时间早于检查时间，请核对")
        if (self.seal is not Seal.NONE) != bool(self.items):
            raise ValueError(
                "报批或者已经实施查封、扣押的，写明查封、扣押的设备和物品；不采取的不写"
            )
        grave = self.grade in (Grade.SERIOUS, Grade.MAJOR)
        if grave and self.seal is Seal.NONE and not self.corrected and not self.no_seal_reason:
            raise ValueError("有严重事故隐患的应当查封、扣押；能够当场改正的除外。不采取的写明理由")
        return self


class Inspection(Signed, Photographed, Inspected):
    """监督检查记录, signed by the unit."""

    code = "se_hazard_rectification.inspection"
    title = "监督检查记录"
    title_en = "Record of the inspection"


class Instruction(TaskForm):
    """特种设备安全监察指令书 (办法 23; 特种设备安全法 62): what to put right, and by when. The law sets no length."""

    code = "se_hazard_rectification.instruction"
    title = "监察指令书"
    title_en = "Instruction"
    duty = "inspector"

    measures: Annotated[
        list[Annotated[Line, Field(min_length=2)]],
        labelled("要求整改的事项", "What must be put right", hint="每行一项", widget="lines"),
        Field(min_length=1, max_length=40),
    ]
    days: Annotated[
        int,
        labelled(
            "整改期限（日）",
            "Days to put it right",
            hint="由检查人员确定，法律没有规定默认期限",
        ),
        Field(ge=1, le=LONGEST_TERM),
    ]
    oral_at: Annotated[
        Instant | None,
        labelled(
            "已经口头发出指令的时间",
            "Given orally at",
            hint="紧急情况先口头要求、后发书面指令的填写（特种设备安全法第62条）",
            widget="datetime",
        ),
    ] = None


class RectificationReport(TaskForm):
    """整改报告: what the unit handed in, as an officer received it. The recheck's ten working days run from there (办法 29)."""

    code = "se_hazard_rectification.report"
    title = "收到整改报告"
    title_en = "Report of the unit received"
    duty = "recorder"

    received_on: Annotated[Day, labelled("收到日期", "Received on", widget="date")]
    report: Annotated[
        Text,
        labelled("整改情况", "What was done", hint="附件、照片逐项写明", widget="textarea"),
        Field(min_length=4),
    ]


class RecheckFinding(StrEnum):
    REMOVED = "removed"
    NOT_REMOVED = "not_removed"


class Rechecked(Team):
    """What a recheck found (办法 29)."""

    checked_at: Annotated[Instant, labelled("复查时间", "Rechecked at", widget="datetime")]
    finding: Annotated[
        RecheckFinding,
        labelled(
            "复查结论",
            "Finding",
            widget="radios",
            options={
                "removed": ["隐患已经消除", "The hazard is gone", "销案", "The case is closed"],
                "not_removed": [
                    "隐患没有消除",
                    "It is not gone",
                    "第一次：再次发出监察指令书；第二次：移送查处",
                    "First time: another instruction; second time: a penalty case",
                ],
            },
        ),
    ]
    record: Annotated[
        Text, labelled("复查情况", "What was seen", widget="textarea"), Field(min_length=4)
    ]
    found: Annotated[
        list[HazardFact],
        labelled(
            "复查发现的问题",
            "What the recheck found",
            hint="隐患没有消除，又发现更严重问题的选；等级只升不降。原隐患已经消除、发现另一隐患的，另行立案",
            widget="checkboxes",
            options=FACT_OPTIONS,
        ),
    ] = Field(default_factory=list, max_length=10)
    items: SealedItems = Field(default_factory=list)
    no_seal_reason: NoSealReason = ""
    government_help: GovernmentHelp = ""

    @property
    def grave(self) -> bool:
        """Whether what was found now must be acted on at once (办法 25, 26)."""
        return grade_of(self.found) in (Grade.SERIOUS, Grade.MAJOR)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len(set(self.found)) != len(self.found):
            raise ValueError("同一个问题只选一次")
        if self.found and self.finding is RecheckFinding.REMOVED:
            raise ValueError(
                "复查发现问题的，结论选“隐患没有消除”；原隐患已经消除的，对新的隐患另行立案"
            )
        if not self.grave and (self.items or self.no_seal_reason or self.government_help):
            raise ValueError(
                "查封、扣押和需要政府支持的事项，只在复查发现严重事故隐患、重大违法行为时填写"
            )
        if self.grave and bool(self.items) == bool(self.no_seal_reason):
            raise ValueError(
                "复查发现严重事故隐患的，写明报批查封、扣押的设备和物品，或者不采取的理由（办法第26条）"
            )
        return self


class Recheck(Signed, Photographed, Rechecked):
    """复查: at least one who was not in the first check [P]."""

    code = "se_hazard_rectification.recheck"
    title = "复查"
    title_en = "Recheck"
