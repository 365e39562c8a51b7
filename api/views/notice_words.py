"""Words of public notices (公示) and of what is said to them, in the reader's language."""

from datetime import datetime
from typing import Final

from api import dates
from api.i18n import gettext as _
from api.i18n import mark
from api.views import words
from domain import public_notices as notices
from law.zone import day_end

KINDS: Final[dict[str, str]] = {
    "simple_deregistration": mark("简易注销公告"),
    "dissolution": mark("解散公示"),
    "liquidation_group": mark("清算组公告"),
    "creditors_announced": mark("债权人公告"),
    "compulsory_deregistration": mark("强制注销公告"),
    "registration_revocation": mark("撤销登记公示"),
    "abnormal_listed": mark("列入经营异常名录"),
    "serious_listed": mark("列入严重违法失信名单"),
    "random_draw": mark("双随机抽取摘要"),
    "inspection_result": mark("双随机抽查结果"),
}
OTHER: Final = mark("公示")
OBJECTORS: Final[dict[str, str]] = {
    "creditor": mark("债权人"),
    "investor": mark("投资人"),
    "other": mark("利害关系人"),
    notices.DEPARTMENT: mark("有关部门"),
}
OUTCOMES: Final[dict[str, str]] = {
    notices.RUNNING: mark("公示中"),
    notices.EXPIRED: mark("公示期满"),
    notices.STOPPED: mark("已终止"),
    notices.WITHDRAWN: mark("已撤回"),
}
STATES: Final[dict[str, str]] = {
    notices.RECEIVED: mark("已收到，等待处理"),
    notices.UPHELD: mark("异议成立"),
    notices.REJECTED: mark("异议不成立"),
    notices.NOTED: mark("已记录在案，不影响本件"),
}
# Labels of public facts as procedures write them: here for their English.
LABELS: Final = (
    mark("企业名称"),
    mark("法定代表人"),
    mark("住所"),
    mark("承诺"),
    mark("公示系统公告号"),
    mark("解散事由出现日期"),
    mark("清算组负责人"),
    mark("清算组成员"),
    mark("名录、名单"),
    mark("情形"),
    mark("记录编号"),
    mark("抽查计划编号"),
    mark("抽取数量"),
    mark("公开数值"),
    mark("数值出处"),
    mark("名单摘要"),
    mark("种子"),
    mark("抽取文件摘要"),
    mark("检查日期"),
    mark("检查结果"),
)


def kind(code: str) -> str:
    """What a notice announces."""
    return _(KINDS.get(code, OTHER))


def objector(role: str) -> str:
    """As whom somebody spoke."""
    return _(OBJECTORS.get(role, OBJECTORS["other"]))


def outcome(code: str) -> str:
    """How a notice stands."""
    return _(OUTCOMES.get(code, OUTCOMES[notices.STOPPED]))


def state(code: str) -> str:
    """How an objection or claim stands."""
    return _(STATES.get(code, STATES[notices.RECEIVED]))


def end(at: datetime | str) -> str:
    """An exclusive end: the last day's 24:00 where it is midnight, else the minute."""
    instant = datetime.fromisoformat(at) if isinstance(at, str) else at
    last = words.last_day(instant)
    if instant == day_end(last):
        return dates.day_end_text(last)
    return dates.minute_text(instant)
