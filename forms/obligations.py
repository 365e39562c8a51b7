"""Recurring obligations (周期性义务): the application that the system writes, and what is told of them while they are open.

Each duty is a procedure of its own (`se_periodic_inspection`, `se_responsibility_pledge`, …) on one workflow; its form only names it.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from forms.base import ApplicationForm, Fault, TaskForm, handed_in
from forms.fields import Day, Line, labelled
from forms.licence_item import UnifiedCode
from forms.se_hazard_rectification import DeviceCode
from law.obligations import BEYOND, latest


class Duty(ApplicationForm):
    """What every duty's case knows: whose it is, and its term. `since` and `due_on`: its first day, which does not count, and its last.

    Names and places are as long as the register of devices holds them: the system writes this form, nobody could mend it.
    """

    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    name: Annotated[Line, labelled("使用单位", "Unit"), Field(min_length=1)]
    since: Annotated[Day, labelled("上次履行日期", "Done last on", widget="date")]
    due_on: Annotated[Day, labelled("本次最后日期", "Due on", widget="date")]

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def faults(self, today: date) -> list[Fault]:
        return [(("due_on",), "最后日期应当晚于起算日期")] if self.due_on <= self.since else []

    def case_facts(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "since": self.since.isoformat(),
            "due_on": self.due_on.isoformat(),
        }


class DeviceDuty(Duty):
    """A duty for one device."""

    device_code: Annotated[DeviceCode, labelled("设备代码", "Code of the device")]
    place: Annotated[Line, labelled("设备所在地点", "Place"), Field(min_length=1)]

    def case_facts(self) -> dict[str, Any]:
        return super().case_facts() | {"device": self.device_code}


class DutyResult(StrEnum):
    PASSED = "passed"
    FAILED = "failed"


class DutyFulfilment(TaskForm):
    """What was done of the duty, by the paper that shows it. An inspection names the last day of its validity."""

    code = "recurring_obligation.fulfilment"
    title = "履行情况"
    title_en = "What was done"
    duty = "recorder"

    done_on: Annotated[
        Day, labelled("履行日期", "Done on", hint="检验、签订、备案或者演练的日期", widget="date")
    ]
    result: Annotated[
        DutyResult,
        labelled(
            "结论",
            "Result",
            widget="radios",
            options={
                "passed": ["合格，或者已经履行", "Passed, or done", "", ""],
                "failed": [
                    "检验不合格",
                    "The inspection failed",
                    "设备不得继续使用，转入隐患整治",
                    "The device must not be used; a hazard is opened",
                ],
            },
        ),
    ]
    valid_until: Annotated[
        Day | None,
        labelled(
            "检验有效期的最后一天",
            "Valid until",
            hint="检验合格的填写，见检验报告的下次检验日期",
            widget="date",
        ),
    ] = None
    number: Annotated[
        Line,
        labelled("文号", "Document", hint="检验报告、责任书、备案或者演练记录的编号"),
        Field(min_length=2, max_length=64),
    ]
    body: Annotated[
        Line,
        labelled("检验机构或者经办单位", "Body", hint="检验机构；责任书、预案、演练填经办单位"),
        Field(max_length=100),
    ] = ""

    @field_validator("valid_until")
    @classmethod
    def _possible(cls, until: date | None, info: ValidationInfo) -> date | None:
        done_on = info.data.get("done_on")
        if handed_in(info) and until and done_on and until > latest(done_on):
            raise ValueError(BEYOND)
        return until

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.result is DutyResult.FAILED and self.valid_until is not None:
            raise ValueError("检验不合格的没有有效期")
        if self.valid_until is not None and self.valid_until <= self.done_on:
            raise ValueError("有效期的最后一天应当晚于检验日期")
        return self


class DutyRequest(TaskForm):
    """It has been asked for (提出定期检验申请, 特种设备安全法 40): when, and at which body."""

    code = "recurring_obligation.request"
    title = "已经提出申请"
    title_en = "Asked for"
    duty = "recorder"

    requested_on: Annotated[Day, labelled("申请日期", "Asked for on", widget="date")]
    body: Annotated[
        Line, labelled("检验机构", "Inspection body"), Field(min_length=2, max_length=100)
    ]
    number: Annotated[Line, labelled("受理编号", "Number of the request"), Field(max_length=64)] = (
        ""
    )
