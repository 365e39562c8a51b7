"""Why an act was refused. The API maps each member to one HTTP status; pages say what to do."""

from enum import StrEnum


class Refusal(StrEnum):
    """Typed refusals of a case. Values are stable: clients branch on them."""

    NOT_ACCEPTED_NOW = "not_accepted_now"
    CASE_CLOSED = "case_closed"
    NO_SUCH_TASK = "no_such_task"
    TASK_DONE = "task_done"
    NOT_YOUR_TASK = "not_your_task"
    CLAIM_LOST = "claim_lost"
    WRONG_ROLE = "wrong_role"
    WRONG_OFFICE = "wrong_office"
    FORGED_ACTOR = "forged_actor"
    SEPARATION_OF_DUTIES = "separation_of_duties"
    OWN_CASE = "own_case"
    INVALID_ANSWERS = "invalid_answers"
    NOTICE_ALREADY_GIVEN = "notice_already_given"
    EXTENSION_TOO_LATE = "extension_too_late"
    EXTENSION_NOT_POSSIBLE = "extension_not_possible"
    CLOCK_PAUSED = "clock_paused"
    CLOCK_NOT_SUSPENDABLE = "clock_not_suspendable"
    GROUND_NOT_ALLOWED = "ground_not_allowed"
    SUSPENSION_TOO_LATE = "suspension_too_late"
    ALREADY_SUSPENDED = "already_suspended"
    NOT_SUSPENDED = "not_suspended"
    GRANT_NOT_LAWFUL = "grant_not_lawful"
    CLOCK_NOT_DUE = "clock_not_due"
    CLOCK_CLOSED = "clock_closed"
    TERM_OVER = "term_over"
    TERM_RUNNING = "term_running"
    NO_RULE_IN_FORCE = "no_rule_in_force"
    UNKNOWN_CALLBACK = "unknown_callback"
    UNCHANGED_FILE = "unchanged_file"
    MALFORMED = "malformed"
    NO_SUCH_NOTICE = "no_such_notice"
    NOTICE_OVER = "notice_over"
    NOTICE_TAKES_NONE = "notice_takes_none"
    ALREADY_OBJECTED = "already_objected"
    CLAIMS_OPEN = "claims_open"
    NOT_REVIVABLE = "not_revivable"
    NOT_TOLERABLE = "not_tolerable"
    NOTHING_OWED = "nothing_owed"
    ALREADY_APPLIED = "already_applied"
    OWN_NOTICE = "own_notice"
    NOT_CERTIFIED = "not_certified"


MESSAGES: dict[Refusal, str] = {
    Refusal.NOT_ACCEPTED_NOW: "办件目前所处的环节不接受这个操作，请刷新页面查看当前环节。",
    Refusal.CASE_CLOSED: "办件已经办结，不能再操作。",
    Refusal.NO_SUCH_TASK: "没有这个任务。",
    Refusal.TASK_DONE: "这个任务已经办理完毕，请刷新页面查看结果。",
    Refusal.NOT_YOUR_TASK: "这个任务由他人领取，您不能办理。请先请对方放回。",
    Refusal.CLAIM_LOST: "您的领取已失效，请重新领取后再提交。",
    Refusal.WRONG_ROLE: "您的岗位不能办理这个任务。",
    Refusal.WRONG_OFFICE: "这个办件不属于您所在的机关。",
    Refusal.FORGED_ACTOR: "操作人身份签名无效，操作未执行。",
    Refusal.SEPARATION_OF_DUTIES: "违反岗位分离规则，请转由另一位同事办理。",
    Refusal.OWN_CASE: "您是本件的申请人或相关人员，应当回避。",
    Refusal.INVALID_ANSWERS: "填写内容有误，请按提示改正。",
    Refusal.NOTICE_ALREADY_GIVEN: "同一份材料只能一次性告知一次，不能再次告知；材料没有变化的，请受理或者作出决定。",
    Refusal.EXTENSION_TOO_LATE: "期限已经届满，不能再延期。",
    Refusal.EXTENSION_NOT_POSSIBLE: "这个期限依法不能延长，或者已经延长过一次。",
    Refusal.CLOCK_PAUSED: "这个期限已停止计算，没有届满日可以延长。请先恢复计算。",
    Refusal.CLOCK_NOT_SUSPENDABLE: "这个期限依法不能中止计算。",
    Refusal.GROUND_NOT_ALLOWED: "这个期限不能因这种事由中止计算。",
    Refusal.SUSPENSION_TOO_LATE: "这个期限的日数已经数完，不能再中止计算。",
    Refusal.ALREADY_SUSPENDED: "这个期限已经因同一事由停止计算，尚未恢复。",
    Refusal.NOT_SUSPENDED: "这个期限没有因这种事由停止计算，不需要恢复。",
    Refusal.GRANT_NOT_LAWFUL: "还有不符合法定条件的事项，不能准予。请查看“事实与法律”。",
    Refusal.CLOCK_NOT_DUE: "期限尚未届满。",
    Refusal.CLOCK_CLOSED: "这个期限已经结束。",
    Refusal.TERM_OVER: "法定期限已经届满，依法已经产生结果，不能再作这个操作。请刷新页面查看结果。",
    Refusal.TERM_RUNNING: "法定期限还没有届满，请在期限届满以后再办理。",
    Refusal.NO_RULE_IN_FORCE: "起算那天没有可以适用的期限规定，请核对起算日期，或者请科室负责人确认适用的规定。",
    Refusal.UNKNOWN_CALLBACK: "回执与本件正在等待的请求不符。",
    Refusal.UNCHANGED_FILE: "补正内容与上次提交完全相同，请按一次性告知书修改后再提交。",
    Refusal.MALFORMED: "请求格式有误。",
    Refusal.NO_SUCH_NOTICE: "没有这份公示。",
    Refusal.NOTICE_OVER: "公示已经结束，不能再在这里提出。登记机关作出决定以前，可以书面向登记机关反映并附证据。",
    Refusal.NOTICE_TAKES_NONE: "这份公示只是告知，不在这里接受异议。有意见的，请书面向登记机关反映。",
    Refusal.ALREADY_OBJECTED: "您对这份公示已经提出过一次，不能重复提出。补充情况和证据的，请书面送交登记机关。",
    Refusal.CLAIMS_OPEN: "债权申报期还没有届满，不得对债权人进行清偿（公司法第235条）。",
    Refusal.NOT_REVIVABLE: "只有因营业期限届满、章程规定的事由或者股东会决议解散、还没有分配财产的公司可以存续（公司法第230条）。",
    Refusal.NOT_TOLERABLE: "本件不能容缺受理，请一次性告知需要补正的全部内容。",
    Refusal.NOTHING_OWED: "没有需要补交的这份材料，或者它已经收到，请查看办件页面。",
    Refusal.ALREADY_APPLIED: "本件已经申请过注销登记，不需要再次申请（条例第33条）。",
    Refusal.OWN_NOTICE: "这份公示是您申请办理的，异议由债权人、有关部门和其他利害关系人提出。不想继续办理的，请在办件页面撤回申请。",
    Refusal.NOT_CERTIFIED: "检查人员没有有效的执法证件，不能提交检查记录。",
}


class NotYet(Exception):
    """No answer that counts: a case behind its own record refused, or what judged the act was lost.

    Nothing is settled: the same act is sent again.
    """


class Refused(Exception):
    """An act that the case refuses; nothing was changed.

    Attributes:
        why: the typed reason.
        message: what to do, in Chinese.
        errors: for invalid answers, JSON Pointer → message.
        revision: of the case as it judged; None where no case did.
    """

    def __init__(
        self,
        why: Refusal,
        message: str | None = None,
        errors: dict[str, str] | None = None,
        *,
        revision: int | None = None,
    ) -> None:
        self.why = why
        self.message = message or MESSAGES[why]
        self.errors = errors or {}
        self.revision = revision
        super().__init__(self.message)
