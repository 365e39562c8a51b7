"""An accident of special equipment (特种设备事故): reported upward within two hours, then followed to its rectification.

特种设备安全法 65, 70, 72, 89; 特种设备安全监察条例 61–68; 特种设备事故报告和调查处理规定 (总局令第50号, 未见原文，待核). Clocks Q11 (the unit, one hour),
Q12 (this level, two hours), Q13 (supplements, thirty days), Q14 (the investigation, sixty days, once sixty more).

    接报           核实          上报           现场保护         移交            收到报告            处罚        整改跟踪
    reported ──▶ verified ──▶ escalated ──▶ scene_secured ──▶ handed_over ──▶ report_received ──▶ penalty ──▶ rectification_followed
                   │  │                          ▲                │  ▲ │ 催报          └───────────────────────▶   │ │  ▲ │
                   │  ├▶ false_report            └────────────────┘  └─┘                                          │ │  └─┘
                   │  └▶ duplicate                 等级提高             supplements_awaited ◀──────────────────────┘ │
                   └───▶ not_accident                                        补报期满 └────▶ archiving ◀────────────┘ ──▶ archived

The bureau only reports and follows: who investigates goes by the class (特种设备安全法 72), the penalty is a case of its own.
Each change of the numbers within the thirty days is an act, `supplement_accident`, with its own letter upward.

Table 2: a class that is raised leads back to the hand-over from every stage up to the end of the thirty days, and no case is
archived before it; what was reported twice is closed as such.
"""

from types import MappingProxyType
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, OpenTask, TaskAnswer
    from domain.officer_certificates import EQUIPMENT_CHECK
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms import accident_steps as steps
    from forms.accident_steps import Skip, Upward
    from forms.base import TaskForm
    from law.accidents import AccidentClass, class_of, investigator
    from law.offices import office
    from law.zone import civil_date

from workflows.accident_follow_up import AccidentFollowUp
from workflows.accident_reporting import INVESTIGATION, LEVEL, SUPPLEMENTS, TOLD
from workflows.kernel.answers import wrong
from workflows.kernel.approval import ARCHIVED, ARCHIVING
from workflows.kernel.certified import check_certified
from workflows.kernel.dates import refuse_before

# Where a case ends that is not reported upward.
CLOSED: Final = MappingProxyType(
    {
        Upward.NOT_OURS: "not_accident",
        Upward.FALSE: "false_report",
        Upward.DUPLICATE: "duplicate",
    }
)
# From the first report upward on, as long as the case is open.
SUPPLEMENTED: Final = frozenset({"supplement_accident"})

TABLE = Table(
    procedure="se_accident_report",
    version="1",
    stages=(
        Stage("reported", "接报", "Reported", holder="inspector", doing="核实事故情况"),
        Stage("verified", "核实完毕", "Verified", holder="section_head", doing="决定上报或者办结"),
        Stage(
            "escalated", "已上报", "Escalated", holder="inspector", doing="两人以上到现场保护现场"
        ),
        Stage(
            "scene_secured",
            "现场已保护",
            "Scene secured",
            holder="section_head",
            doing="移交有权调查的机关",
        ),
        Stage(
            "handed_over",
            "已移交调查",
            "Handed over",
            holder="inspector",
            doing="等待事故调查报告，到期催报",
        ),
        Stage(
            "report_received",
            "收到报告",
            "Report received",
            holder="section_head",
            doing="决定是否立案处罚",
        ),
        Stage("penalty", "处罚", "Penalty", holder="inspector", doing="记录处罚结果"),
        Stage(
            "rectification_followed",
            "整改跟踪",
            "Rectification",
            holder="inspector",
            doing="跟踪事故单位整改",
        ),
        ARCHIVING,
        ARCHIVED,
        Stage("not_accident", "不属本局", "Not ours", StageKind.BAD),
        Stage("false_report", "报告不实", "False report", StageKind.BAD),
    ),
    transitions=(
        Transition("reported", "verified", "核实完毕，报请负责人决定"),
        Transition("verified", "escalated", "已上报区人民政府和上一级部门"),
        Transition("verified", "not_accident", "不是特种设备事故，或者不属于本局"),
        Transition("verified", "false_report", "没有发生，报告不实"),
        Transition("escalated", "scene_secured", "现场已经保护"),
        Transition("scene_secured", "handed_over", "已移交有权调查的机关"),
        Transition("handed_over", "scene_secured", "等级提高，改由上一级机关调查"),
        Transition("handed_over", "report_received", "收到经批复的事故调查报告"),
        Transition("report_received", "penalty", "决定立案处罚"),
        Transition("report_received", "rectification_followed", "不予处罚，跟踪整改"),
        Transition("penalty", "rectification_followed", "处罚决定已经作出"),
        Transition("rectification_followed", "archiving", "整改完成"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "reported",
        "verified",
        "escalated",
        "scene_secured",
        "handed_over",
        "report_received",
        "penalty",
        "rectification_followed",
        "archiving",
        "archived",
    ),
    accepts={
        "escalated": SUPPLEMENTED,
        "scene_secured": SUPPLEMENTED,
        "handed_over": SUPPLEMENTED,
        "report_received": SUPPLEMENTED,
        "penalty": SUPPLEMENTED,
        "rectification_followed": SUPPLEMENTED,
    },
)

RAISED: Final = "等级提高，改由上一级机关调查"
SECOND = TABLE.extended(
    "2",
    after={
        "rectification_followed": (
            Stage(
                "supplements_awaited",
                "等补报期满",
                "Supplements",
                holder="inspector",
                doing="等补报的三十日届满，有变化的及时补报",
            ),
        ),
        "false_report": (Stage("duplicate", "重复报告", "Reported twice", StageKind.BAD),),
    },
    transitions=(
        Transition("verified", "duplicate", "同一事故已经接报，并入原件"),
        Transition("report_received", "scene_secured", RAISED),
        Transition("penalty", "scene_secured", RAISED),
        Transition("rectification_followed", "scene_secured", RAISED),
        Transition("rectification_followed", "supplements_awaited", "整改完成，补报的三十日还没有届满"),
        Transition("supplements_awaited", "scene_secured", RAISED),
        Transition("supplements_awaited", "archiving", "补报的三十日已经届满"),
    ),
    accepts={"supplements_awaited": SUPPLEMENTED},
)  # fmt: skip


@workflow.defn(name="se_accident_report")
class SeAccidentReport(AccidentFollowUp):
    tables = {"1": TABLE, "2": SECOND}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "reported": self.verify,
                "verified": self.report_upward,
                "escalated": self.secure_scene,
                "scene_secured": self.hand_over,
                "handed_over": self.await_report,
                "report_received": self.decide_penalty,
                "penalty": self.note_penalty,
                "rectification_followed": self.follow_up,
                "supplements_awaited": self.await_supplements_end,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        early = (steps.Verification, steps.UpwardDecision, steps.SceneSecured, steps.HandOver)
        return (*early, *super().forms())

    # -- 接报, 核实 ------------------------------------------------------------------------------------

    async def verify(self) -> str:
        self.begin_clocks()
        self.show_class()
        await self.number_case()
        # The two hours do not wait for a register.
        self.aside(self._unit_in_register(), vital=False)
        decided = await self.decided(
            steps.Verification, role=self.inspection, clock=self.state.memo[f"clock_{LEVEL}"]
        )
        assert decided is not None, "no term decides by silence"
        form, given = decided
        corrected = self.verified(form)
        self.keep_decision(verified=form.finding.value, verification=form.record)
        self.record(
            "accident_verified",
            actor=given.actor,
            at=given.received_at,
            data={"finding": form.finding.value},
            internal={
                "record": form.record,
                "harm": self.harm.text,
                **({"corrected": corrected, "correction": form.correction} if corrected else {}),
            },
        )
        return "verified"

    async def _unit_in_register(self) -> None:
        await self.registers_say("accident_unit")

    # -- 上报 ------------------------------------------------------------------------------------------

    async def report_upward(self) -> str:
        """The class is final for the report; Q12 is met by the decision, the letters follow at once."""
        decided = await self.decided(
            steps.UpwardDecision, role=self.head, clock=self.state.memo[f"clock_{LEVEL}"]
        )
        assert decided is not None
        form, given = decided
        self.keep_decision(
            decision=form.decision.value,
            reasons=form.reasons,
            approver=given.actor.name,
            decided_at=given.received_at.isoformat(),
        )
        self.stop_clock(self.state.memo[f"clock_{LEVEL}"])
        if form.decision is not Upward.REPORT:
            self._told_upward(form, given)
            return CLOSED[form.decision]
        if form.raised.grade is not None:
            self.state.memo["grade"] = form.raised.grade.value
            self.keep_decision(raised=form.reasons)
        assert self.grade is not None, "the validator asks for a class"
        self.state.memo["grade"] = self.grade.value
        self.show_class()
        self._told_upward(form, given)
        self.run_clock(SUPPLEMENTS, self.happened_at)
        self.run_clock(INVESTIGATION, self.happened_at)
        await self._send_upward(form)
        return "escalated"

    def _told_upward(self, form: steps.UpwardDecision, given: TaskAnswer) -> None:
        self.record(
            "accident_reported_upward",
            actor=given.actor,
            at=given.received_at,
            data={
                "decision": form.decision.value,
                "grade": self.state.memo.get("grade") or "",
                "skip": form.skip.value,
            },
            internal={"reasons": form.reasons},
        )

    async def _send_upward(self, form: steps.UpwardDecision) -> None:
        """A letter each: the district's government, the next level, and whom the report also goes to past it."""
        to = ["government", "city", *([] if form.skip is Skip.NO else [form.skip.value])]
        self.state.memo["told_levels"] = to
        for seq, level in enumerate(to, start=1):
            await self.serve(
                "upward_report",
                seq=seq,
                to=level,
                harm=self.harm.text,
                grade=self.grade.label if self.grade else "",
                raised=form.reasons if form.raised.grade else "",
                skip=form.reasons if level == form.skip.value else "",
                unit=self._fact("unit_report"),
                clock=self.state.memo[f"clock_{LEVEL}"],
            )

    def _fact(self, code: str) -> str:
        return next((f.fact for f in self.state.facts if f.code == code), "")

    # -- 现场, 移交 ------------------------------------------------------------------------------------

    async def secure_scene(self) -> str:
        decided = await self.decided(steps.SceneSecured, role=self.inspection)
        assert decided is not None
        form, given = decided
        self.keep_decision(scene=form.record, officers=list(form.officers))
        self.record(
            "scene_secured",
            actor=given.actor,
            at=given.received_at,
            data={
                "officers": list(form.officers),
                "secured_at": form.secured_at.isoformat(),
            },
            internal={"record": form.record},
        )
        return "scene_secured"

    async def hand_over(self) -> str:
        """To whoever investigates the class as it stands now; again, where the class was raised since."""
        clock = self.clock_of(INVESTIGATION)
        if clock is not None and clock.state == "met":
            # The report that came was of another level: this one investigates anew, from the same accident.
            self.run_clock(INVESTIGATION, self.happened_at)
        decided = await self.decided(steps.HandOver, role=self.head)
        assert decided is not None
        form, given = decided
        grade = self.grade
        assert grade is not None
        to = investigator(grade, office(self.case.office))
        seq = int(self.state.memo.get("handed", 0)) + 1
        self.state.memo |= {
            "handed": seq,
            "handed_as": grade.value,
            "handed_at": given.received_at.isoformat(),
        }
        self.keep_decision(investigator=to)
        self.show_investigator()
        self.record(
            "accident_handed_over",
            actor=given.actor,
            at=given.received_at,
            data={"to": to, "grade": grade.value},
            internal={"materials": form.materials},
        )
        await self.serve(
            "hand_over",
            seq=seq,
            to=to,
            grade=grade.label,
            harm=self.harm.text,
            materials=form.materials,
            clock=self.state.memo[f"clock_{INVESTIGATION}"],
        )
        return "handed_over"

    # -- what the validators add -------------------------------------------------------------------------

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        match answers:
            case steps.Verification():
                self.check_harm(answers.told())
                self.check_verified(answers)
            case steps.UpwardDecision() if answers.decision is Upward.REPORT:
                self._check_class(answers)
            case steps.UpwardDecision() if answers.decision is Upward.DUPLICATE:
                self._check_duplicate()
            case steps.SceneSecured():
                refuse_before(answers, "secured_at", self.told_at, TOLD)
                self.check_officers(answers.officers, command)
                secured_on = civil_date(answers.secured_at)
                check_certified(answers.officers, command, secured_on, EQUIPMENT_CHECK)

    def _check_duplicate(self) -> None:
        if not self.second_table:
            told = "本件按原来的流程办理，没有“重复报告”：请选“不是特种设备事故，或者不属于本局”，在理由中写明原件的编号"
            raise wrong("decision", told)

    def _check_class(self, answers: steps.UpwardDecision) -> None:
        """Only upward, and never without one; past the next level only what is more than a general accident."""
        computed, raised = class_of(self.harm), answers.raised.grade
        if raised is not None and computed is not None and raised.rank <= computed.rank:
            told = f"只能提高等级：数字和情形已经对应{computed.label}，请选更高的等级或者选不提高"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/raised": told})
        grade = raised or computed
        if grade is None:
            told = "数字和情形都没有达到列明的标准：请写明理由并选择等级，或者办结"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/raised": told})
        if answers.skip is not Skip.NO and grade is AccidentClass.GENERAL:
            told = "一般事故逐级上报；较大以上事故，必要时才越级上报（特种设备安全法第70条）"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/skip": told})
