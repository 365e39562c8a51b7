"""The list of serious violations (严重违法失信名单, 总局令第44号): the proposal, and what officers fill in. law.md §2.20.

What counts as a major penalty and as a bad nature was seen in excerpts only (待核): an officer says it, a head decides.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from forms.approval import NoInterest
from forms.base import ApplicationForm, Fault, Section, TaskForm
from forms.fields import Day, Line, Text, labelled
from forms.licence_item import UnifiedCode


class Penalty(StrEnum):
    """Penalties that give a right to a hearing (行政处罚法 63)."""

    LARGE_FINE = "large_fine"
    CONFISCATION = "confiscation"
    LICENCE = "licence"
    STOP = "stop"
    BAN = "ban"


PENALTY_LABELS = {
    Penalty.LARGE_FINE: ("较大数额罚款", "Large fine"),
    Penalty.CONFISCATION: ("没收较大数额违法所得、较大价值非法财物", "Large confiscation"),
    Penalty.LICENCE: ("降低资质等级、吊销许可证件", "Licence downgraded or revoked"),
    Penalty.STOP: ("责令停产停业、责令关闭", "Ordered to stop or close"),
    Penalty.BAN: ("限制从业", "Barred from the trade"),
}


class Application(ApplicationForm):
    code = "serious_violation_list.application"
    title = "列入严重违法失信名单立案"
    title_en = "Proposal to enter into the list of serious violations"
    sections = (
        Section("entity", "市场主体", "Market entity", ("uscc", "name")),
        Section(
            "penalty",
            "行政处罚",
            "Penalty",
            ("penalty", "penalty_decision", "penalised_by", "penalised_on", "nature"),
        ),
    )

    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    name: Annotated[
        Line,
        labelled("市场主体名称", "Name", hint="与登记的名称一致"),
        Field(min_length=2, max_length=100),
    ]
    penalty: Annotated[Penalty, labelled("处罚种类", "Kind of penalty", widget="radios")]
    penalty_decision: Annotated[
        Line,
        labelled("处罚决定书文号", "Number of the penalty decision"),
        Field(min_length=4, max_length=64),
    ]
    penalised_by: Annotated[Line, labelled("作出处罚的机关", "Penalised by"), Field(min_length=4)]
    penalised_on: Annotated[Day, labelled("处罚决定日期", "Day of the penalty", widget="date")]
    nature: Annotated[
        Text,
        labelled(
            "性质恶劣、情节严重、社会危害较大的事实",
            "Why its nature is bad, and its harm great",
            hint="写进告知书",
            widget="textarea",
        ),
        Field(min_length=4),
    ]

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        return [(("penalised_on",), "处罚日期还没有到")] if self.penalised_on > today else []

    def case_facts(self) -> dict[str, Any]:
        return {"uscc": self.uscc, "name": self.name, "ground": "major_penalty"}


class Answered(StrEnum):
    NOTHING = "nothing"
    STATED = "stated"
    HEARING = "hearing"


class Reply(TaskForm):
    """What the party answered to the notice: nothing, a statement, or that it wants a hearing."""

    code = "serious_violation_list.reply"
    title = "记录陈述申辩和听证要求"
    title_en = "The party's reply"
    duty = "inspector"

    answered: Annotated[
        Answered,
        labelled(
            "当事人的答复",
            "Reply of the party",
            widget="radios",
            options={
                "nothing": ["没有答复", "None", "报请作出决定", "The decision is asked for"],
                "stated": [
                    "陈述、申辩",
                    "A statement",
                    "写明内容和复核意见",
                    "With what was made of it",
                ],
                "hearing": ["要求听证", "Wants a hearing", "组织听证", "A hearing is held"],
            },
        ),
    ]
    record: Annotated[
        Text,
        labelled("内容和复核意见", "Content, and what was made of it", widget="textarea"),
        Field(min_length=4),
    ]


class Hearing(TaskForm):
    """听证: by an officer who had no part in the case before (SOD-7)."""

    code = "serious_violation_list.hearing"
    title = "听证"
    title_en = "Hearing"
    duty = "hearing_officer"

    checked_on: Annotated[Day, labelled("听证日期", "Day of the hearing", widget="date")]
    record: Annotated[
        Text,
        labelled("听证情况和意见", "What was heard, and the opinion", widget="textarea"),
        Field(min_length=4),
    ]
    no_interest: NoInterest


class ConsentOutcome(StrEnum):
    CONSENTED = "consented"
    REFUSED = "refused"


class Consent(TaskForm):
    """上一级同意: recorded with the number of its paper. Whether it is still needed: 待核."""

    code = "serious_violation_list.consent"
    title = "上一级市场监督管理部门的意见"
    title_en = "Consent of the next higher level"
    duty = "consent_recorder"

    outcome: Annotated[
        ConsentOutcome,
        labelled(
            "上一级的意见",
            "Opinion",
            widget="radios",
            options={
                "consented": ["同意", "Consents", "报请作出决定", "The decision is asked for"],
                "refused": ["不同意", "Does not", "不予列入", "Nothing is entered"],
            },
        ),
    ]
    document: Annotated[
        Line, labelled("批复文号", "Number of its paper"), Field(min_length=4, max_length=64)
    ]


class Annulment(TaskForm):
    """处罚被撤销: the listing falls with it; somebody else than who recorded it confirms that."""

    code = "serious_violation_list.annulment"
    title = "撤销列入"
    title_en = "Annulment of the listing"
    duty = "approver"

    annul: Annotated[
        Literal[True],
        labelled(
            "处罚决定已经被撤销、确认违法或者确认无效，撤销列入",
            "The penalty has fallen, and the listing falls with it",
            widget="checkbox",
        ),
    ]
    reasons: Annotated[
        Text,
        labelled("事实和理由", "Facts and reasons", hint="写进移出告知书", widget="textarea"),
        Field(min_length=4),
    ]
    no_interest: NoInterest
