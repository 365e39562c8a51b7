"""What officers fill in for a compulsory deregistration (强制注销): 公司法 241; 强制注销公司登记制度实施办法 (总局令第105号, 待核); law.md §2.8."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field

from forms.base import ApplicationForm, Fault, Form, Section, TaskForm
from forms.fields import Day, Line, Text, labelled
from forms.licence_item import UnifiedCode
from law.calendars import default_calendars
from law.citations import written
from law.clocks import find_clock
from law.deadlines import deadline
from law.zone import day_zh

DORMANT: Final = "D17"


class Ground(StrEnum):
    """公司法 241: why the company could do no business any more, and liquidated nothing."""

    REVOKED = "revoked"
    CLOSED = "closed"
    ANNULLED = "annulled"


GROUND_LABELS = {
    Ground.REVOKED: ("被吊销营业执照", "Licence revoked"),
    Ground.CLOSED: ("被责令关闭", "Ordered closed"),
    Ground.ANNULLED: ("被撤销", "Annulled"),
}


class Application(ApplicationForm):
    """The proposal of the officer who opens the case (依职权立项); it holds no personal data."""

    code = "compulsory_deregistration.application"
    title = "强制注销立项"
    title_en = "Proposal of a compulsory deregistration"
    sections = (
        Section("company", "公司", "Company", ("uscc", "company")),
        Section("ground", "事由", "Ground", ("ground", "ended_on", "reasons")),
    )

    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    company: Annotated[
        Line,
        labelled("公司名称", "Company", hint="与登记系统一致"),
        Field(min_length=4, max_length=100),
    ]
    ground: Annotated[Ground, labelled("事由", "Ground", widget="radios")]
    ended_on: Annotated[
        Day,
        labelled(
            "被吊销、责令关闭或者撤销的日期",
            "Day of the revocation or closure",
            hint="满三年未申请注销登记的才能启动（公司法第241条）",
            widget="date",
        ),
    ]
    reasons: Annotated[
        Text,
        labelled("事实和理由", "Facts and reasons", hint="写进公告", widget="textarea"),
        Field(min_length=4, max_length=2000),
    ]

    def subject(self) -> str:
        return self.company

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        first = min(edition.year for edition in default_calendars().editions)
        if self.ended_on > today:
            return [(("ended_on",), "日期还没有到")]
        if self.ended_on.year < first:
            return [(("ended_on",), f"请填写{first}年以后的日期")]
        if told := too_early(self.ended_on, today):
            return [(("ended_on",), told)]
        return []

    def case_facts(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


def too_early(ended_on: date, today: date) -> str:
    """Why it cannot be begun yet, in words with the article (D17); empty where the three years are over."""
    end = deadline(find_clock(DORMANT), ended_on, default_calendars())
    if today > end.legal_end:
        return ""
    return f"从{day_zh(ended_on)}起满三年的日子是{day_zh(end.legal_end)}，在那以后才能启动强制注销（{written(end.clock.citation)}）"


class Restore(StrEnum):
    """恢复登记, or not."""

    RESTORE = "restore"
    REJECT = "reject"


class RestorationDecision(TaskForm):
    """Whether a compulsory deregistration is taken back on somebody's application."""

    code = "compulsory_deregistration.restoration"
    title = "决定是否恢复登记"
    title_en = "Decide on the restoration"
    # The proposer decides on neither (SOD-1P).
    duty = "approver"

    decision: Annotated[
        Restore,
        labelled(
            "决定",
            "Decision",
            widget="radios",
            options={
                "restore": [
                    "恢复登记",
                    "Restore",
                    "登记系统恢复为注销以前的状态并公示",
                    "The entry is again as it was before, and published",
                ],
                "reject": [
                    "不予恢复",
                    "Do not restore",
                    "书面说明理由，注销不变",
                    "Reasons in writing; it stays deregistered",
                ],
            },
        ),
    ]
    reasons: Annotated[
        Text,
        labelled("事实和理由", "Facts and reasons", hint="写进告知书", widget="textarea"),
        Field(min_length=4, max_length=2000),
    ]


class RestorationRequest(Form):
    """An application to restore, handed in at the counter and recorded by an officer."""

    code = "compulsory_deregistration.restoration_request"
    title = "记录恢复登记的申请"
    title_en = "Record an application to restore"

    applicant: Annotated[
        Line, labelled("申请人", "Who applies"), Field(min_length=2, max_length=100)
    ]
    received_on: Annotated[Day, labelled("收到申请日期", "Day of receipt", widget="date")]
    reasons: Annotated[
        Text,
        labelled("申请的理由", "Reasons given", widget="textarea"),
        Field(min_length=4, max_length=2000),
    ]
