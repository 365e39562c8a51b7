"""The check of one drawn target (双随机抽查): opened by the plan that drew it, made by at least two of the officers drawn.

law.md §2.17, SOD-5, SOD-16; the result is public within 20 working days (B01: 公示条例 6; 食品检查办法 39). No officer and no target is
replaced without a reason on record and a head's consent (`workflows/double_random_replacements.py`); since table 2 from
each stage in which officers drawn have something to do, which it goes back to.

    task_assigned ──▶ noticed ─────┬──▶ checked ──▶ result_entered ──▶ published ──▶ normal ──────────────┐
      ▲  │  ├───────▶ unannounced ─┘       ▲─────────────┘  B01           ├──▶ rectify_ordered ──▶ followed_up ┤
      └──┤  ▼                                                             ├──▶ case_opened ◀──┘ ─────────────┤
         replacing ──▶ replaced                                           └──▶ abnormal_list ───────────────▼
          ▲  ▼ (2) noticed, unannounced, checked, rectify_ordered                         archiving ──▶ archived
"""

from datetime import date
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, OpenTask
    from domain.officer_certificates import EQUIPMENT_CHECK, OTHER_CHECK
    from domain.photos import on_record
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.base import TaskForm
    from forms.double_random_check import Assignment, Manner, Replacement, SiteRecord
    from forms.double_random_inspection import Scope
    from forms.double_random_results import (
        Publication,
        PublishOutcome,
        Recheck,
        Rectified,
        ResultEntry,
        report_overdue,
        result_name,
    )
    from law.zone import civil_date, day_zh

from workflows.double_random_replacements import ASKED, ASKING, Replacements
from workflows.kernel.answers import wrong
from workflows.kernel.approval import ARCHIVED, ARCHIVING
from workflows.kernel.certified import check_certified
from workflows.kernel.dates import refuse_before

PUBLICATION: Final = "B01"
_SITE: Final = "到现场检查并记录"
TABLE = Table(
    procedure="double_random_check",
    version="1",
    stages=(
        Stage("task_assigned", "已派任务", "Assigned", holder="inspector", doing="安排检查"),
        Stage("replacing", "更换审批", "Replacement", holder="section_head", doing="审批更换"),
        Stage("noticed", "已通知", "Noticed", holder="inspector", doing=_SITE),
        Stage("unannounced", "不事先通知", "Unannounced", holder="inspector", doing=_SITE),
        Stage("checked", "已检查", "Checked", holder="inspector", doing="录入检查结果"),
        Stage(
            "result_entered",
            "结果待公示",
            "Result entered",
            holder="section_head",
            doing="审核并公示检查结果",
        ),
        Stage("published", "已公示", "Published", holder="system", doing="按检查结果安排后续"),
        Stage("normal", "正常", "In order", holder="system", doing="没有后续，归档"),
        Stage(
            "rectify_ordered",
            "责令改正",
            "Ordered",
            holder="inspector",
            doing="期满复查改正情况",
        ),
        Stage("followed_up", "已复查", "Followed up", holder="system", doing="已经改正，归档"),
        Stage("case_opened", "移交线索", "Lead", holder="system", doing="把线索交给股室负责人"),
        Stage("abnormal_list", "转列异", "To be listed", holder="system", doing="立列异的办件"),
        ARCHIVING,
        ARCHIVED,
        Stage("replaced", "对象已更换", "Replaced", StageKind.BAD),
    ),
    transitions=(
        Transition("task_assigned", "noticed", "事先通知检查对象"),
        Transition("task_assigned", "unannounced", "不事先通知"),
        Transition("task_assigned", "replacing", "申请更换检查人员或者检查对象，写明理由"),
        Transition("replacing", "task_assigned", "更换了检查人员，或者不同意更换"),
        Transition("replacing", "replaced", "同意更换检查对象"),
        Transition("noticed", "checked", "两名以上检查人员作了检查记录"),
        Transition("unannounced", "checked", "两名以上检查人员作了检查记录"),
        Transition("checked", "result_entered", "检查结果形成"),
        Transition("result_entered", "checked", "退回核对检查结果"),
        Transition("result_entered", "published", "检查结果已公示"),
        Transition("published", "normal", "检查结果正常"),
        Transition("published", "rectify_ordered", "发现问题，责令改正"),
        Transition("published", "case_opened", "不配合检查，或者问题待后续处理"),
        Transition("published", "abnormal_list", "未按规定公示，或者无法联系"),
        Transition("rectify_ordered", "followed_up", "复查已经改正"),
        Transition("rectify_ordered", "case_opened", "复查没有改正"),
        Transition("normal", "archiving", "没有后续"),
        Transition("followed_up", "archiving", "改正完毕"),
        Transition("case_opened", "archiving", "线索已交股室负责人"),
        Transition("abnormal_list", "archiving", "列异的办件已立"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "task_assigned",
        "unannounced",
        "checked",
        "result_entered",
        "published",
        "normal",
        "archiving",
        "archived",
    ),
)
REPLACEABLE = TABLE.extended(
    "2",
    after={},
    transitions=(
        *(Transition(stage, "replacing", "申请更换，写明理由") for stage in ASKING),
        Transition("replacing", "noticed", "不同意更换，或者没有人能接替"),
        Transition("replacing", "unannounced", "不同意更换，或者没有人能接替"),
        Transition("replacing", "checked", "更换了检查人员，或者不同意更换"),
        Transition("replacing", "rectify_ordered", "更换了检查人员，或者不同意更换"),
    ),
    accepts=dict.fromkeys(ASKING, ASKED),
)


@workflow.defn(name="double_random_check")
class DoubleRandomCheck(Replacements):
    tables = {"1": TABLE, "2": REPLACEABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "task_assigned": self.assign_check,
                "replacing": self.decide_replacement,
                "noticed": self.check_site,
                "unannounced": self.check_site,
                "checked": self.enter_result,
                "result_entered": self.publish_result,
                "published": self.follow_result,
                "normal": self.nothing_more,
                "rectify_ordered": self.recheck_order,
                "followed_up": self.nothing_more,
                "case_opened": self.pass_lead,
                "abnormal_list": self.propose_listing,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (Assignment, Replacement, SiteRecord, ResultEntry, Publication, Recheck)

    # -- 任务 ------------------------------------------------------------------------------------------

    async def assign_check(self) -> str:
        if "case" not in self.state.numbers:
            await self.number_case()
            self.keep_decision(inspectors=list(self.inspectors))
        form, given = await self.filled_in(Assignment, "verification")
        if form.replaces:
            self.ask(form.inspector, form.reason, given.actor, given.received_at)
            return "replacing"
        told = {"manner": form.manner.value, "visit_on": form.visit_on and str(form.visit_on)}
        self.record("check_assigned", actor=given.actor, at=given.received_at, data=told)
        if form.manner is Manner.UNANNOUNCED:
            return "unannounced"
        # Other officers, another day: a notice of its own.
        self.state.memo["notices"] = seq = int(self.state.memo.get("notices", 0)) + 1
        notice = {"visit_on": told["visit_on"], "inspectors": self.inspectors}
        await self.serve("check_notice", seq=seq, **notice)
        return "noticed"

    # -- 检查, 结果 -------------------------------------------------------------------------------------

    async def check_site(self) -> str:
        form, given = await self.filled_in(SiteRecord, "verification")
        self.keep_decision(officers=list(form.officers), checked_on=str(form.checked_on))
        self.record(
            "site_checked",
            actor=given.actor,
            at=given.received_at,
            data={"checked_on": str(form.checked_on)},
            internal={
                "officers": list(form.officers),
                "record": form.record,
                **on_record(given.known),
            },
        )
        return "checked"

    async def enter_result(self) -> str:
        """The result is formed by its entry; a result that was returned keeps the term that runs."""
        key = self.state.memo.get("publication_clock")
        form, given = await self.filled_in(ResultEntry, "verification", key)
        if key is None:
            self.state.memo["publication_clock"] = self.start_clock(PUBLICATION, given.received_at)
        self.state.memo["by"] = {"person_id": given.actor.person_id, "name": given.actor.name}
        entered = form.model_dump(mode="json", exclude={"details"})
        self.state.memo["result"] = entered | {"details": form.details}
        self.keep_decision(result=entered)
        self.record(
            "result_entered",
            actor=given.actor,
            at=given.received_at,
            data={"result": form.result.value},
            internal={"details": form.details},
        )
        return "result_entered"

    # -- 公示 ------------------------------------------------------------------------------------------

    async def publish_result(self) -> str:
        """NECIPS first, then the board; the plan hears of it (B01)."""
        key = self.state.memo["publication_clock"]
        form, given = await self.filled_in(Publication, "decision", key)
        if form.decision is PublishOutcome.RETURN:
            self.record(
                "result_returned",
                actor=given.actor,
                at=given.received_at,
                internal={"reasons": form.reasons},
            )
            return "checked"
        result = self.state.memo["result"]
        word = result_name(result["result"])
        answer = (
            await self.until_done(
                "publish_inspection",
                result=word,
                checked_on=self.state.decision["checked_on"],
                since=civil_date(self.now()).isoformat(),
            )
        ).answer
        self.stop_clock(key)
        self.publish_notice(
            "inspection_result",
            title=f"{self.state.title}：双随机抽查结果",
            lines=[
                ["名称", self.state.title],
                ["统一社会信用代码", self.state.memo["uscc"]],
                ["抽查计划编号", self.state.memo["plan"]],
                ["检查日期", self.state.decision["checked_on"]],
                ["检查结果", word],
                ["公示系统公告号", answer["publication_number"]],
            ],
            cite=self.row.basis,
            clock=None,
        )
        await self.serve("inspection_result", result=result)
        if self.case.parent_case is not None:
            await self.tell_case(
                self.case.parent_case,
                "check_published",
                key=self.case.parent_item,
                case=self.case.case_id,
                result=result["result"],
            )
        return "published"

    # -- who may, and what is refused --------------------------------------------------------------------

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, Assignment | SiteRecord | ResultEntry | Recheck):
            self._check_drawn(command)
        if isinstance(answers, SiteRecord):
            self._check_period(answers, "checked_on")
        elif isinstance(answers, Recheck):
            self._check_recheck(answers)
        if isinstance(answers, SiteRecord | Recheck):
            self._check_officers(answers, command)
        elif isinstance(answers, Assignment):
            self._check_assignment(answers, command)
        elif isinstance(answers, ResultEntry):
            self._check_result(answers, civil_date(command.received_at))
        elif isinstance(answers, Publication):
            self._check_publication(answers, civil_date(command.received_at))
        elif isinstance(answers, Replacement):
            self.check_consent(answers)

    def _check_drawn(self, command: Command) -> None:
        """Who was not drawn has no part in the check, whatever the post (SOD-16)."""
        if command.actor.name not in self.inspectors:
            drawn = "、".join(self.inspectors)
            raise Refused(
                Refusal.SEPARATION_OF_DUTIES,
                f"您不是本件抽取的检查人员（{drawn}）；需要更换的，由抽取的人员写明理由报请同意。"
                "（SOD-16，本局岗位规则（待核：无全国性规定））",
            )

    def _check_officers(self, answers: SiteRecord | Recheck, command: Command) -> None:
        officers = answers.officers
        strangers = [name for name in officers if name not in self.inspectors]
        if strangers:
            told = f"不是本件抽取的检查人员：{'、'.join(strangers)}"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/officers": told})
        equipment = self.state.memo["scope"] == Scope.EQUIPMENT.value
        self.check_officers(officers, command, ("SOD-5",) if equipment else ("SOD-5D",))
        demand = EQUIPMENT_CHECK if equipment else OTHER_CHECK
        check_certified(officers, command, answers.checked_on, demand)

    def _check_period(self, answers: SiteRecord | Assignment, field: str) -> None:
        """A check follows its draw and is made in the plan's period, where the case knows that. Raises Refused."""
        refuse_before(answers, field, civil_date(self.case.opening.received_at), "抽取、立件的日期")
        memo = self.state.memo
        if "starts_on" not in memo:
            return
        refuse_before(answers, field, date.fromisoformat(memo["starts_on"]), "计划的检查开始日期")
        last = date.fromisoformat(memo["ends_on"])
        if getattr(answers, field) > last:
            told = f"不能晚于计划的检查结束日期（{day_zh(last)}）；期限内不能检查的，申请更换检查对象，写明理由"
            raise wrong(field, told)

    def _check_recheck(self, answers: Recheck) -> None:
        """It follows the order, and before the order's last day is over nobody is late. Raises Refused."""
        ordered, checked = self.state.memo.get("ordered_on"), self.state.decision["checked_on"]
        what = "责令改正的日期" if ordered else "检查日期"
        refuse_before(answers, "checked_on", date.fromisoformat(ordered or checked), what)
        until = date.fromisoformat(self.state.memo["result"]["rectify_until"])
        if answers.finding is Rectified.NOT_RECTIFIED and answers.checked_on <= until:
            told = f"改正期限到{day_zh(until)}为止，届满以前不能认定没有改正，请在届满后复查"
            raise wrong("finding", told)

    def _check_assignment(self, answers: Assignment, command: Command) -> None:
        if answers.visit_on is not None:
            if answers.visit_on < civil_date(command.received_at):
                raise wrong("visit_on", "检查日期已经过去")
            self._check_period(answers, "visit_on")
        if answers.inspector is not None:
            self.check_replaceable(answers.inspector)

    def _check_result(self, answers: ResultEntry, today: date) -> None:
        errors = {}
        if answers.report_year is not None and not report_overdue(answers.report_year, today):
            errors["/report_year"] = "该年度报告的公示期限（次年6月30日）还没有届满"
        if answers.rectify_until is not None and answers.rectify_until < today:
            errors["/rectify_until"] = "改正期限的最后一天已经过去"
        if errors:
            raise Refused(Refusal.INVALID_ANSWERS, "；".join(errors.values()), errors)

    def _check_publication(self, answers: Publication, today: date) -> None:
        """An order is not served after its own last day. Raises Refused."""
        until = self.state.memo["result"]["rectify_until"]
        if (
            answers.decision is PublishOutcome.PUBLISH
            and until
            and date.fromisoformat(until) < today
        ):
            last = day_zh(date.fromisoformat(until))
            told = f"改正期限的最后一天（{last}）已经过去，请退回检查人员重新确定改正期限"
            raise wrong("decision", told)
