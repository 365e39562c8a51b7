"""A hosted enterprise's relationship to its host (住所托管): what it is opened with, and what officers note: law.md §2.5.

The application is written by the system from the registration that opens it; it holds no personal data.
"""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field

from forms.base import ApplicationForm, Section, TaskForm
from forms.fields import Code, Day, Line, Text, labelled
from forms.licence_item import UnifiedCode


class Application(ApplicationForm):
    """Which enterprise at which host's address, registered by which case."""

    code = "cluster_hosting.application"
    title = "住所托管"
    title_en = "Hosting of a domicile"
    sections = (
        Section(
            "enterprise", "托管企业", "Hosted enterprise", ("name", "uscc", "domicile", "opened_by")
        ),
        Section("host", "托管机构", "Host", ("host_name", "host_uscc", "host_case")),
    )

    name: Annotated[Line, labelled("企业名称", "Enterprise"), Field(min_length=2, max_length=100)]
    uscc: Annotated[UnifiedCode, labelled("统一社会信用代码", "Unified social credit code")]
    domicile: Annotated[Line, labelled("住所", "Domicile"), Field(min_length=6)]
    opened_by: Annotated[Code, labelled("登记办件", "The registration's case")]
    host_name: Annotated[Line, labelled("托管机构", "Host"), Field(min_length=2, max_length=100)]
    host_uscc: Annotated[UnifiedCode, labelled("托管机构代码", "Code of the host")]
    host_case: Annotated[Code, labelled("托管机构办件", "The host's case")]

    def subject(self) -> str:
        return self.name

    def name_to_register(self) -> str | None:
        return None

    def case_facts(self) -> dict[str, Any]:
        kept = ("name", "uscc", "domicile", "host_name", "host_uscc", "host_case")
        answers = self.model_dump(mode="json")
        return {field: answers[field] for field in kept}


class Mail(StrEnum):
    """What came of the mail to the registered domicile."""

    REACHED = "reached"
    RETURNED = "returned"


class MailCheck(TaskForm):
    """失联核查: mail to the registered domicile, and what came of it. How often and how far apart: 待核."""

    code = "cluster_hosting.mail_check"
    title = "失联核查（邮寄）"
    title_en = "Check by mail of an enterprise that cannot be reached"
    duty = "inspector"

    sent_on: Annotated[Day, labelled("最后一次寄出日期", "Day of the last posting", widget="date")]
    tracking: Annotated[
        list[Annotated[Line, Field(min_length=4, max_length=64)]],
        labelled("邮件号", "Numbers of the mail", hint="每行一个", widget="lines"),
        Field(min_length=1, max_length=10),
    ]
    outcome: Annotated[
        Mail,
        labelled(
            "结果",
            "Outcome",
            widget="radios",
            options={
                "reached": [
                    "已签收或者已取得联系",
                    "Signed for, or reached",
                    "住所托管照常",
                    "The hosting goes on",
                ],
                "returned": [
                    "退回、无人签收",
                    "Returned, or nobody signed",
                    "出具无法联系告知书，作为列入经营异常名录的线索移送",
                    "A notice is issued, and the lead for the abnormal list is passed on",
                ],
            },
        ),
    ]
    note: Annotated[
        Text, labelled("核查情况", "What was found", widget="textarea"), Field(min_length=4)
    ]


class AddressOrder(TaskForm):
    """责令改正 (条例 24, 46): the hosting has ended and the domicile was not changed in time."""

    code = "cluster_hosting.address_order"
    title = "责令办理住所变更登记"
    title_en = "Order to change the domicile"
    duty = "inspector"

    reasons: Annotated[
        Text,
        labelled("事实和理由", "Facts and reasons", hint="写进责令改正通知书", widget="textarea"),
        Field(min_length=4),
    ]


class Recheck(TaskForm):
    """复查 after the order: the market register is asked again; the case goes on while the domicile is the same."""

    code = "cluster_hosting.recheck"
    title = "复查住所变更"
    title_en = "Recheck of the domicile"
    duty = "inspector"

    note: Annotated[
        Text,
        labelled(
            "复查情况",
            "What was found",
            hint="提交后系统再查登记库：住所已经变更或者企业已经注销的，本件办结；没有变更的，需要立案的另行办理",
            widget="textarea",
        ),
        Field(min_length=4),
    ]
