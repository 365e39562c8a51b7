"""A hazard of special equipment (特种设备事故隐患整治), from the inspection until it is gone. law.md §2.15.

特种设备安全监督检查办法 19, 23–27, 29, 30, 36; 特种设备安全法 62, 63, 65. Clocks Q06 (the inspector's own days), Q07, Q08, O04.

    inspected ──▶ graded ──▶ instructing ──▶ rectifying ──▶ recheck ──▶ releasing ──▶ archiving ──▶ archived
        │                        ▲             (Q06)         │ (Q07)       ▲
        └──▶ no_hazard           └──── fails the first time ─┤             │
                                      fails the second time  └──▶ penalty ─┘  (no third instruction)

What is grave is reported upward and its use is stopped at once, beside the case: a platform that is away holds up nobody, but that
no case ends without a hazard before it has said what it knows. What is seized is a case of its own (`seizure`), which hears of it when
the hazard is gone. Report and terms of the recheck: `workflows/hazard_reports.py`; who is told: `workflows/hazard_notices.py`.
"""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import (
        CaseInput,
        CaseOutcome,
        Fact,
        TaskAnswer,
    )
    from domain.hazards import Grade
    from domain.photos import on_record
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.se_hazard_rectification import (
        Inspection,
        Instruction,
        Recheck,
        RecheckFinding,
        RectificationReport,
        Seal,
    )
    from law.zone import civil_date

from workflows.hazard_notices import FIRST, TWICE
from workflows.hazard_reports import REPORT_FACT, HazardReports
from workflows.kernel.approval import ARCHIVED, ARCHIVING

CITE: Final = "特种设备安全监督检查办法第25条"
# Older cases told what they had seized after everything else, once.
TOLD_AT_ONCE: Final = "se_hazard_rectification-told-at-once-v1"
# Older cases ended without a hazard before the platform had said what it knows of the device.
HEARS_THE_PLATFORM: Final = "se_hazard_rectification-hears-platform-v1"
LOOKED_UP: Final = "device_checks"
RECHECKED: Final = "上一次复查的日期"
AWAITED: Final = Fact(
    code="platform_awaited",
    state="open",
    fact="检查记录已经收到，没有发现问题；监管平台还没有答复，答复以后才能办结",
    rule="监管平台的记录与检查结论不符的，重新检查",
    cite="本局规则（待核）",
    source="equipment",
)

TABLE = Table(
    procedure="se_hazard_rectification",
    version="1",
    stages=(
        Stage("inspected", "监督检查", "Inspection", holder="inspector", doing="两名以上检查人员检查并记录"),
        Stage("graded", "分级处置", "Graded", holder="system", doing="停止使用、查封报批、上报"),
        Stage("instructing", "监察指令", "Instruction", holder="inspector", doing="发出监察指令书，确定整改期限"),
        Stage("rectifying", "限期整改", "Rectification", holder="inspector", doing="等待单位整改，接收整改报告"),
        Stage("recheck", "复查", "Recheck", holder="inspector", doing="收到整改报告10个工作日内复查"),
        Stage("penalty", "移送查处", "Penalty case", holder="inspector", doing="移送查处后继续督促消除"),
        Stage("releasing", "解除措施", "Lifting", holder="system", doing="恢复使用，等待解除查封、扣押"),
        ARCHIVING,
        ARCHIVED,
        Stage("no_hazard", "没有隐患", "No hazard", StageKind.GOOD),
    ),
    transitions=(
        Transition("inspected", "graded", "发现问题"),
        Transition("inspected", "no_hazard", "没有发现问题"),
        Transition("graded", "instructing", "已经采取即时措施"),
        Transition("instructing", "rectifying", "送达监察指令书"),
        Transition("rectifying", "recheck", "收到整改报告，或者期限届满"),
        Transition("recheck", "releasing", "隐患已经消除"),
        Transition("recheck", "instructing", "第一次复查没有消除，再次指令"),
        Transition("recheck", "penalty", "第二次复查没有消除，移送查处"),
        Transition("penalty", "releasing", "隐患已经消除"),
        Transition("releasing", "archiving", "措施已经解除"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "inspected",
        "graded",
        "instructing",
        "rectifying",
        "recheck",
        "releasing",
        "archiving",
        "archived",
    ),
)  # fmt: skip


@workflow.defn(name="se_hazard_rectification")
class HazardRectification(HazardReports):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "inspected": self.inspect,
                "graded": self.take_measures,
                "instructing": self.instruct,
                "rectifying": self.await_report,
                "recheck": self.recheck,
                "penalty": self.pursue,
                "releasing": self.release,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (Inspection, Instruction, RectificationReport, Recheck)

    # -- 监督检查 (办法 19, 23) ---------------------------------------------------------------------------

    async def inspect(self) -> str:
        await self.number_case()
        # Nobody waits for the platform: what it says stands beside the record as soon as it says it.
        self.aside(self._look_up(), vital=False)
        self.look_for_others()
        while True:
            if await self._inspected() is not None:
                return "graded"
            if await self._platform_agrees():
                # Of a case that another one opened with its prohibition: a platform that is away holds up nobody.
                self.aside(self.allow_use())
                return "no_hazard"

    async def _inspected(self) -> Grade | None:
        decided = await self.decided(
            Inspection,
            role=self.row.roles["inspection"],
            context={"device": self.state.memo["device"]},
        )
        assert decided is not None, "no term decides by silence"
        form, given = decided
        self._found_by(given)
        found = form.model_dump(mode="json")
        self.state.memo |= {"inspection": found, "looked_at": found["inspected_at"]}
        grade = form.grade
        self.keep_decision(
            grade=grade.value if grade else "",
            found=found["found"],
            record=form.record,
            officers=list(form.officers),
            inspected_at=found["inspected_at"],
        )
        if grade is None and self._awaits_platform():
            self.put_facts([AWAITED])
        self.record(
            "inspected",
            actor=given.actor,
            at=given.received_at,
            data={
                "grade": grade.value if grade else "",
                "found": found["found"],
                "officers": list(form.officers),
                "signature": form.signature.value,
                **({"late_reason": form.late_reason} if form.late_reason else {}),
            },
            internal={
                "record": form.record,
                "witness": form.witness,
                **on_record(given.known),
            },
        )
        return grade

    def _awaits_platform(self) -> bool:
        return "known" not in self.state.memo and workflow.patched(HEARS_THE_PLATFORM)

    async def _platform_agrees(self) -> bool:
        """What the platform says before the record was handed in the validator has compared; what it says later counts as much."""
        if not self._awaits_platform():
            return True
        self.owed.add(LOOKED_UP)
        await self.wait(lambda: "known" in self.state.memo)
        self.drop_fact(AWAITED.code)
        return all(f.state != "bad" for f in self.state.facts)

    def _found_by(self, given: TaskAnswer) -> None:
        """Who has something seized because of this: somebody else approves it (SOD-1P)."""
        self.state.memo["found_by"] = {
            "person_id": given.actor.person_id,
            "name": given.actor.name,
        }

    async def _look_up(self) -> None:
        await self.registers_say(LOOKED_UP)

    # -- what is done at once (办法 25, 26, 30; 特种设备安全法 63) -------------------------------------------

    async def take_measures(self) -> str:
        inspection = self.state.memo["inspection"]
        if self.grave:
            await self.serve("stop_use_order")
            # The case of the lapsed inspection, which opened this one, has prohibited the use; its ground holds until this one is over.
            if not self.state.memo.get("prohibited_by_opener"):
                self.aside(self.prohibit_use())
            self.tell_of_hazard(self.state.memo.get("report", FIRST))
        if inspection["seal"] != Seal.NONE.value:
            await self._seize(
                items=inspection["items"],
                seized_at=inspection["sealed_at"] or "",
                ground=inspection["record"],
            )
        return "instructing"

    # -- 监察指令书, 整改 (Q06) ------------------------------------------------------------------------------

    async def instruct(self) -> str:
        self.look_for_others()
        decided = await self.decided(
            Instruction, role=self.row.roles["instruction"], context={"round": self.rounds + 1}
        )
        assert decided is not None
        form, given = decided
        self.state.memo["rounds"] = self.rounds + 1
        self.state.memo["instructed_on"] = civil_date(given.received_at).isoformat()
        self.state.memo.pop("recheck_from", None)
        self.drop_fact(REPORT_FACT)
        key = self.start_clock("Q06", given.received_at, length=form.days)
        self.state.memo["rectification"] = key
        self.keep_decision(measures=list(form.measures), round=self.rounds)
        self.record(
            "instruction_served",
            actor=given.actor,
            at=given.received_at,
            data={
                "round": self.rounds,
                "days": form.days,
                "oral_at": form.oral_at.isoformat() if form.oral_at else "",
            },
        )
        await self.serve(
            "instruction",
            seq=self.rounds,
            clock=key,
            measures=list(form.measures),
            oral_at=form.oral_at.isoformat() if form.oral_at else "",
        )
        return "rectifying"

    # -- 复查 (Q07) -----------------------------------------------------------------------------------------

    async def recheck(self) -> str:
        self.take_late_report()
        finding = await self._rechecked(self.state.memo["recheck_clock"])
        # A report that was entered meanwhile has changed it.
        self.stop_clock(self.state.memo["recheck_clock"])
        if finding is RecheckFinding.REMOVED:
            return "releasing"
        if self.rounds < 2:
            return "instructing"
        return "penalty"

    async def _rechecked(self, clock: str | None) -> RecheckFinding:
        first = self.state.decision["officers"]
        decided = await self.decided(
            Recheck, role=self.row.roles["recheck"], clock=clock, context={"first": first}
        )
        assert decided is not None
        form, given = decided
        self._found_by(given)
        self.keep_decision(finding=form.finding.value, recheck_record=form.record)
        checked_on = civil_date(form.checked_at)
        self.state.memo |= {
            "looked_at": form.checked_at.isoformat(),
            "recheck_from": [checked_on.isoformat(), RECHECKED],
        }
        raised = self.regrade(form)
        self.record(
            "hazard_rechecked",
            actor=given.actor,
            at=given.received_at,
            data={
                "finding": form.finding.value,
                "round": self.rounds,
                "officers": list(form.officers),
                "signature": form.signature.value,
                **({"found": [f.value for f in form.found]} if form.found else {}),
                **({"raised_to": raised} if raised else {}),
            },
            internal={
                "record": form.record,
                "witness": form.witness,
                **on_record(given.known),
            },
        )
        if form.grave:
            await self.take_measures()
        return form.finding

    async def pursue(self) -> str:
        """Not put right twice: a lead for a penalty (办法 36), a seizure proposed, reported upward; then until it is gone."""
        await self.serve("penalty_lead")
        self.tell("section_head", "penalty_lead")
        self.record("penalty_lead", data={"rounds": self.rounds})
        self.aside(self._report(TWICE))
        record = self.state.decision["recheck_record"]
        items = [f"特种设备，设备代码{self.state.memo['device']}"]
        await self._seize(items=items, ground=f"两次整改没有消除隐患：{record}")
        while await self._rechecked(None) is RecheckFinding.NOT_REMOVED:
            pass
        return "releasing"

    # -- the hazard is gone ------------------------------------------------------------------------------------

    async def release(self) -> str:
        """The use is allowed again, and what was seized is asked for: its own case lifts it."""
        # The archive's word for how the case ended.
        self.keep_decision(decision=RecheckFinding.REMOVED.value)
        seized = [related for related in self.state.related.values() if not related.outcome]
        at_once = workflow.patched(TOLD_AT_ONCE)
        if at_once:
            # Nothing is to be sealed while this case waits for a platform that is away.
            for related in seized:
                await self.tell_until_taken(related, "cause_removed")
        await self.asides_done()
        await self.allow_use()
        if not at_once:
            for related in list(self.state.related.values()):
                if not related.outcome:
                    await self.tell_case(related.case_id, "cause_removed")
        await self.wait(lambda: all(r.outcome for r in self.state.related.values()))
        await self.serve("closing")
        return "archiving"

    # -- what heads are told -----------------------------------------------------------------------------------

    def message_text(self, kind: str, clock: Any) -> str:
        if kind == "penalty_lead":
            return "两次复查没有消除隐患，已经移送查处线索，请组织立案（办法第36条）。"
        return super().message_text(kind, clock)
