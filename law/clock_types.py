"""The types of a statutory clock (法定期限).

A clock is one row of law: from what it runs, how long, in which unit, whom it binds, how it ends,
what may stop or extend it and what its expiry does. Rows that were not read in the statute's full
text carry 待核 wherever they are shown. A changed rule is a new row, never an edited one.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

UNREAD = "待核"
"""Stands for an article that was not read in the law's text."""


class Unit(StrEnum):
    """The unit of a length: 工作日, 日历日, 小时, 月, 年; a fixed date; or set case by case."""

    WD = "WD"
    CD = "CD"
    H = "H"
    MO = "MO"
    Y = "Y"
    DATE = "DATE"
    VARIABLE = "VARIABLE"

    @property
    def label(self) -> str:
        return _UNIT_LABELS[self]


COUNTING_UNITS = frozenset({Unit.WD, Unit.CD, Unit.H, Unit.MO, Unit.Y})


class Direction(StrEnum):
    """Counted after the trigger, back from it, or ending by a fixed date."""

    AFTER = "after"
    BEFORE = "before"
    BY = "by"


class EndRule(StrEnum):
    """What happens at the raw end.

    ROLL and ROLL_PROTECT move an end on a day off to the next working day (民法典 203), the second
    to protect third parties' rights. WD ends on a working day by construction, or rolls where a
    case set its length in other units. BACKWARD, NO_ROLL, HARD, FIXED and ANNIVERSARY never move.
    SAME_STEP and ON_THE_SPOT belong to the day the act is taken up: a day off moves on.
    """

    WD = "WD"
    ROLL = "ROLL"
    ROLL_PROTECT = "ROLL_PROTECT"
    NO_ROLL = "NO_ROLL"
    HARD = "HARD"
    BACKWARD = "BACKWARD"
    FIXED = "FIXED"
    ANNIVERSARY = "ANNIVERSARY"
    SAME_STEP = "SAME_STEP"
    ON_THE_SPOT = "ON_THE_SPOT"

    @property
    def rolls(self) -> bool:
        return self in _ROLLING

    @property
    def label(self) -> str:
        return _END_RULE_LABELS[self]


class Ground(StrEnum):
    """Why a clock may stand still (行政许可法 45 and the clock's own statute)."""

    HEARING = "hearing"
    TENDER = "tender"
    AUCTION = "auction"
    TESTING = "testing"
    INSPECTION = "inspection"
    QUARANTINE = "quarantine"
    APPRAISAL = "appraisal"
    EXPERT_REVIEW = "expert_review"
    STAY = "stay"
    FORCE_MAJEURE = "force_majeure"
    REQUEST = "request"
    TECHNICAL_TEST = "technical_test"
    ANNOUNCEMENT = "announcement"
    IDENTIFICATION = "identification"
    IDENTITY_CHECK = "identity_check"
    STAKEHOLDER_HEARING = "stakeholder_hearing"
    UNSPECIFIED = "unspecified"

    @property
    def label(self) -> str:
        return _GROUND_LABELS[self]


class Effect(StrEnum):
    """What expiry does. Only the DEEMED effects decide anything without a person."""

    DEEMED_ACCEPTED = "DEEMED_ACCEPTED"
    DEEMED_RENEWED = "DEEMED_RENEWED"
    DEEMED_RESUMED = "DEEMED_RESUMED"
    MUST_RELEASE = "MUST_RELEASE"
    RELEASE_IF_REFUSED = "RELEASE_IF_REFUSED"
    ESCALATE = "ESCALATE"
    ALARM = "ALARM"
    REMIND = "REMIND"
    LAPSE = "LAPSE"
    RIGHT_LAPSES = "RIGHT_LAPSES"
    CLAIMS_CLOSED = "CLAIMS_CLOSED"
    MAY_PROCEED = "MAY_PROCEED"
    WINDOW_OPENS = "WINDOW_OPENS"
    WINDOW_CLOSES = "WINDOW_CLOSES"
    LATE_REQUEST = "LATE_REQUEST"
    RENOTIFY = "RENOTIFY"
    RETURN_FILE = "RETURN_FILE"
    RECONFIRM = "RECONFIRM"
    RECORD_BREACH = "RECORD_BREACH"
    ORDER = "ORDER"
    ORDER_CORRECT = "ORDER_CORRECT"
    ABNORMAL_LIST = "ABNORMAL_LIST"
    SPECIAL_MARK = "SPECIAL_MARK"
    RELEASE_NAME = "RELEASE_NAME"
    BAR_ENDS = "BAR_ENDS"
    LICENCE_VOID = "LICENCE_VOID"
    RESULT_FINAL = "RESULT_FINAL"
    PROHIBITED = "PROHIBITED"
    LIMITATION = "LIMITATION"
    LATE_FINE = "LATE_FINE"
    TERMINATE_MEDIATION = "TERMINATE_MEDIATION"
    STOP_PUBLICATION = "STOP_PUBLICATION"

    @property
    def label(self) -> str:
        return _EFFECT_LABELS[self]


class Verified(StrEnum):
    """How far the row was checked against the law's text."""

    TEXT = "TEXT"
    EXCERPT = "EXCERPT"
    MEMORY = "MEMORY"
    POLICY = "POLICY"

    @property
    def label(self) -> str:
        """Chinese mark; everything but TEXT shows 待核."""
        return _VERIFIED_LABELS[self]


@dataclass(frozen=True, slots=True)
class Extension:
    """An extension the row allows. `length` is None where the approver sets it case by case."""

    length: int | None
    unit: Unit
    times: int
    approver_role: str | None
    approver: str | None
    text: str

    @property
    def label(self) -> str:
        """Chinese: how long, how often, by whom."""
        how = (
            f"可延长 {self.length} {self.unit.label}" if self.length else "可延长,期限由批准人确定"
        )
        who = _ROLE_LABELS.get(self.approver_role or "", "")
        once = f"{how} 1 次" + (f",由{who}批准" if who else "")
        return once if self.times == 1 else f"{once};再次延长由负责人集体讨论决定期限"


@dataclass(frozen=True, slots=True)
class Clock:
    """One statutory clock. `length` is None for fixed dates and for lengths set case by case."""

    id: str
    procedure: str
    name: str
    trigger: str
    trigger_name: str
    length: int | None
    unit: Unit
    count_unit: Unit
    direction: Direction
    fixed_date: str | None
    set_by: str | None
    binds: str
    binds_name: str
    binds_agency: bool
    end_rule: EndRule
    suspension: tuple[Ground, ...]
    suspension_text: str | None
    suspension_article: str | None
    extension: Extension | None
    extension_note: str | None
    effect: Effect
    on_expiry: str
    citation: str
    verified: Verified
    valid_from: date | None
    valid_to: date | None
    # The row whose rule this one took the place of, on `valid_from`.
    replaces: str | None = None

    def __hash__(self) -> int:
        return hash(self.id)

    @property
    def suspendable(self) -> bool:
        return bool(self.suspension)

    @property
    def extension_set_in(self) -> Unit | None:
        """The unit in which the approver sets how long an extension is; None where the row sets it, or allows none."""
        rule = self.extension
        if rule is None or rule.length is not None:
            return None
        return self.count_unit if self.unit is Unit.VARIABLE else rule.unit

    @property
    def suspension_basis(self) -> str:
        """The article that lets the clock stand still; 待核 where none was read."""
        return self.suspension_article or UNREAD

    def in_force_on(self, day: date) -> bool | None:
        """Whether the rule covers the day; None where neither start nor end is established."""
        if self.valid_from is None and self.valid_to is None:
            return None
        after_start = self.valid_from is None or day >= self.valid_from
        return after_start and (self.valid_to is None or day <= self.valid_to)


_UNIT_LABELS = {
    Unit.WD: "个工作日",
    Unit.CD: "日",
    Unit.H: "小时",
    Unit.MO: "个月",
    Unit.Y: "年",
    Unit.DATE: "固定日期",
    Unit.VARIABLE: "个案确定",
}
_END_RULE_LABELS = {
    EndRule.WD: "止于工作日",
    EndRule.ROLL: "遇休息日顺延",
    EndRule.ROLL_PROTECT: "遇休息日顺延(保护第三人)",
    EndRule.NO_ROLL: "不顺延",
    EndRule.HARD: "不顺延",
    EndRule.BACKWARD: "倒算,不顺延",
    EndRule.FIXED: "固定日期,不顺延",
    EndRule.ANNIVERSARY: "含对应日,不顺延",
    EndRule.SAME_STEP: "与登记同步",
    EndRule.ON_THE_SPOT: "当场",
}
_ROLE_LABELS = {
    "window_head": "窗口负责人",
    "section_head": "科室负责人",
    "registry_head": "登记机关负责人",
    "bureau_head": "行政机关负责人",
    "government_head": "人民政府负责人",
    "reconsideration_head": "复议机关负责人",
}
_ROLLING = frozenset(
    {EndRule.WD, EndRule.ROLL, EndRule.ROLL_PROTECT, EndRule.SAME_STEP, EndRule.ON_THE_SPOT}
)
_VERIFIED_LABELS = {
    Verified.TEXT: "已核对原文",
    Verified.EXCERPT: "待核(仅见摘录)",
    Verified.MEMORY: "待核(凭记忆,未见原文)",
    Verified.POLICY: "待核(系统默认,无全国规定)",
}
_GROUND_LABELS = {
    Ground.HEARING: "听证",
    Ground.TENDER: "招标",
    Ground.AUCTION: "拍卖",
    Ground.TESTING: "检测",
    Ground.INSPECTION: "检验",
    Ground.QUARANTINE: "检疫",
    Ground.APPRAISAL: "鉴定",
    Ground.EXPERT_REVIEW: "专家评审",
    Ground.STAY: "中止",
    Ground.FORCE_MAJEURE: "不可抗力",
    Ground.REQUEST: "依申请暂停",
    Ground.TECHNICAL_TEST: "技术鉴定",
    Ground.ANNOUNCEMENT: "公告",
    Ground.IDENTIFICATION: "权利人辨认",
    Ground.IDENTITY_CHECK: "身份核验",
    Ground.STAKEHOLDER_HEARING: "听取利害关系人意见",
    Ground.UNSPECIFIED: "其他依法不计入的期间(待核)",
}
_EFFECT_LABELS = {
    Effect.DEEMED_ACCEPTED: "视为受理",
    Effect.DEEMED_RENEWED: "视为准予延续",
    Effect.DEEMED_RESUMED: "视为恢复营业",
    Effect.MUST_RELEASE: "必须解除",
    Effect.RELEASE_IF_REFUSED: "负责人不同意的立即解除",
    Effect.ESCALATE: "超时督办",
    Effect.ALARM: "告警追责",
    Effect.REMIND: "提醒",
    Effect.LAPSE: "失效",
    Effect.RIGHT_LAPSES: "权利消灭",
    Effect.CLAIMS_CLOSED: "债权申报截止",
    Effect.MAY_PROCEED: "可进入下一步",
    Effect.WINDOW_OPENS: "可以提出申请",
    Effect.WINDOW_CLOSES: "申请期届满",
    Effect.LATE_REQUEST: "逾期提出按特别规定处理",
    Effect.RENOTIFY: "重新通知",
    Effect.RETURN_FILE: "一次性告知并退回",
    Effect.RECONFIRM: "文件须重新确认",
    Effect.RECORD_BREACH: "记录违反期限",
    Effect.ORDER: "责令履行或处罚",
    Effect.ORDER_CORRECT: "责令改正",
    Effect.ABNORMAL_LIST: "列入经营异常名录",
    Effect.SPECIAL_MARK: "公示系统特别标注",
    Effect.RELEASE_NAME: "名称释放",
    Effect.BAR_ENDS: "限制期满",
    Effect.LICENCE_VOID: "许可失效",
    Effect.RESULT_FINAL: "结果为最终结果",
    Effect.PROHIBITED: "不得继续使用或经营",
    Effect.LIMITATION: "不再给予处罚",
    Effect.LATE_FINE: "加处罚款",
    Effect.TERMINATE_MEDIATION: "终止调解",
    Effect.STOP_PUBLICATION: "停止公示",
}
