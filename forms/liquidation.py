"""What an entity's representative states of each step of a liquidation (清算): 公司法 229–237; 登记管理条例 32; law.md §2.8."""

from typing import Annotated, Final

from pydantic import Field

from forms.base import Form
from forms.fields import Day, Line, Text, labelled
from law.liquidation import Step

Names = Annotated[list[Annotated[Line, Field(min_length=2, max_length=100)]], Field(max_length=200)]


class PublishCause(Form):
    """公示解散事由 (公司法 229): published through us on the day of this act."""

    code = "liquidation.publish_cause"
    title = "公示解散事由"
    title_en = "Publish the cause of dissolution"


class FormGroup(Form):
    """成立清算组 (公司法 232): who the members are, and who leads them."""

    code = "liquidation.form_group"
    title = "填报清算组成立"
    title_en = "State that the liquidation group was formed"

    done_on: Annotated[Day, labelled("清算组成立日期", "Day on which it was formed", widget="date")]
    leader: Annotated[
        Line, labelled("清算组负责人", "Head of the group"), Field(min_length=2, max_length=100)
    ]
    members: Annotated[
        Names,
        labelled("清算组成员", "Members", hint="每行一人，包括负责人", widget="lines"),
        Field(min_length=1),
    ]


class PublishGroup(Form):
    """公示清算组成员、负责人名单 (登记管理条例 32): published through us on the day of this act."""

    code = "liquidation.publish_group"
    title = "公示清算组成员"
    title_en = "Publish the members of the liquidation group"


class NotifyCreditors(Form):
    """通知债权人 (公司法 235; 个人独资企业法 27): once for those who received the notice on the same day."""

    code = "liquidation.notify_creditors"
    title = "填报通知债权人"
    title_en = "State that creditors were notified"

    done_on: Annotated[Day, labelled("发出通知日期", "Day of the notice", widget="date")]
    received_on: Annotated[
        Day | None,
        labelled(
            "收到通知日期",
            "Day on which they received it",
            hint="收到日期不同的，分次填报；没有已知债权人的不填",
            widget="date",
        ),
    ] = None
    creditors: Annotated[
        Names,
        labelled("收到通知的债权人", "Creditors who received it", hint="每行一个", widget="lines"),
    ] = Field(default_factory=list)
    begins_on: Annotated[
        Day | None,
        labelled(
            "开始清算日期",
            "Day on which the liquidation begins",
            hint="个人独资企业填写：应当在清算前15日内书面通知债权人",
            widget="date",
        ),
    ] = None
    all_notified: Annotated[
        bool,
        labelled(
            "没有无法通知的债权人（个人独资企业可以不再公告）",
            "Every creditor could be notified (a sole proprietorship need not announce)",
            widget="checkbox",
        ),
    ] = False


class Announce(Form):
    """债权人公告 (公司法 235): published through us on the day of this act; the claims run from it."""

    code = "liquidation.announce"
    title = "发布债权人公告"
    title_en = "Publish the announcement to creditors"


class SettleAssets(Form):
    """清偿债务、分配剩余财产, after the claims are closed (公司法 235): the liquidation has ended."""

    code = "liquidation.settle_assets"
    title = "填报清算结束"
    title_en = "State that the liquidation has ended"

    done_on: Annotated[Day, labelled("清算结束日期", "Day on which it ended", widget="date")]
    statement: Annotated[
        Text,
        labelled(
            "债务清偿和剩余财产分配情况",
            "How debts were paid and the rest shared",
            widget="textarea",
        ),
        Field(min_length=4, max_length=2000),
    ]


class ConfirmReport(Form):
    """清算报告经确认 (实施细则 46)."""

    code = "liquidation.confirm_report"
    title = "填报清算报告确认"
    title_en = "State that the liquidation report was confirmed"

    done_on: Annotated[Day, labelled("确认日期", "Day of the confirmation", widget="date")]
    confirmed_by: Annotated[
        Line,
        labelled("由谁确认", "Confirmed by", hint="股东会、投资人、全体合伙人或者人民法院"),
        Field(min_length=2, max_length=100),
    ]


class AskTax(Form):
    """查询清税证明 (实施细则 46): the tax register is asked again."""

    code = "liquidation.ask_tax"
    title = "再查清税证明"
    title_en = "Ask for the tax clearance again"


class ReportShortage(Form):
    """财产不足清偿债务 (公司法 237): the group petitions the court for bankruptcy; this case ends."""

    code = "liquidation.report_shortage"
    title = "报告财产不足清偿债务"
    title_en = "Report that the assets do not cover the debts"

    done_on: Annotated[
        Day, labelled("申请破产清算日期", "Day of the petition for bankruptcy", widget="date")
    ]
    court: Annotated[
        Line, labelled("受理申请的人民法院", "Court"), Field(min_length=4, max_length=100)
    ]


class Revive(Form):
    """公司存续 (公司法 230): the company goes on, as long as nothing was distributed; this case ends."""

    code = "liquidation.revive"
    title = "公司存续，不再注销"
    title_en = "The company goes on"

    done_on: Annotated[
        Day,
        labelled("修改章程或者股东会决议日期", "Day of the amendment or resolution", widget="date"),
    ]


STEP_FORMS: Final[dict[Step, type[Form]]] = {
    Step.PUBLISH_CAUSE: PublishCause,
    Step.FORM_GROUP: FormGroup,
    Step.PUBLISH_GROUP: PublishGroup,
    Step.NOTIFY_CREDITORS: NotifyCreditors,
    Step.ANNOUNCE: Announce,
    Step.SETTLE_ASSETS: SettleAssets,
    Step.CONFIRM_REPORT: ConfirmReport,
    Step.ASK_TAX: AskTax,
    Step.REPORT_SHORTAGE: ReportShortage,
    Step.REVIVE: Revive,
}
