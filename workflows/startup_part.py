"""One part of opening an enterprise (企业开办“一次办”, law.md §2.2): handed to its office after the licence was issued.

Which part it is, is data (`law.startup_parts`). A part that was not done never touches the licence: the applicant or an
officer sets right what was wrong, and it is handed in again; or an officer leaves it to the enterprise.

    submitting ──▶ at_department ──▶ done
      │  ▲  └──▶ failed ◀─┘
      │  └─────────┴──▶ given_up
      └──────┴──────────┴──▶ withdrawn
"""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from pydantic import ValidationError

    from domain.contracts import CaseInput, CaseOutcome, Command, EffectState, OpenTask
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.base import TaskForm
    from forms.startup_part import Action, PartCorrection, PartFailed, visit_over
    from law.startup_parts import Standing, StartupPart, part_of
    from law.zone import CST, civil_date

from workflows.errand_case import ASK_AT, ErrandCase
from workflows.kernel.approval import WITHDRAWN
from workflows.opened import OPENER_WITHDRAWN

WITHDRAW = frozenset({"withdraw", OPENER_WITHDRAWN})
TABLE = Table(
    procedure="startup_part",
    version="1",
    stages=(
        Stage("submitting", "提交部门", "To office", holder="system", doing="送交有关部门"),
        Stage("at_department", "部门办理", "At office", holder="system", doing="等待有关部门办理"),
        Stage(
            "failed",
            "没有办成",
            "Not done",
            holder="window_head",
            doing="核实后再次提交，或者告知自行办理",
        ),
        Stage("done", "已办成", "Done", StageKind.GOOD),
        Stage("given_up", "不在此办理", "Given up", StageKind.BAD),
        WITHDRAWN,
    ),
    transitions=(
        Transition("submitting", "at_department", "部门已接收"),
        Transition("submitting", "failed", "部门不予接收"),
        Transition("submitting", "withdrawn", "申请人撤回"),
        Transition("at_department", "done", "部门已办结"),
        Transition("at_department", "failed", "部门不予办理，说明理由"),
        Transition("at_department", "withdrawn", "申请人撤回"),
        Transition("failed", "submitting", "更正后再次提交"),
        Transition("failed", "given_up", "不在本次办理，告知申请人自行办理"),
        Transition("failed", "withdrawn", "申请人撤回"),
    ),
    main=("submitting", "at_department", "done"),
    accepts={
        "submitting": WITHDRAW,
        "at_department": WITHDRAW,
        "failed": WITHDRAW | {"correct_part"},
    },
)


@workflow.defn(name="startup_part")
class StartupPartCase(ErrandCase):
    tables = {"1": TABLE}
    thing = "part"
    representative = "persons.legal_representative"

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "submitting": self.submit,
                "at_department": self.await_answer,
                "failed": self.settle_failure,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (*super().forms(), PartFailed)

    def opened(self, opening: Command) -> None:
        self.state.memo |= dict(opening.data.get("facts", {}))

    @property
    def part(self) -> StartupPart:
        return part_of(self.state.memo["part"])

    @property
    def register(self) -> str:
        return self.part.register

    @property
    def applied_in(self) -> str:
        """The registration's own application: it may have been corrected since the one-stop one."""
        return str(self.state.memo["registration"])

    @property
    def called(self) -> tuple[str, str, str]:
        return self.part.part.value, self.part.name, self.part.office

    def errand_facts(self) -> dict[str, Any]:
        return dict(self.state.memo["facts"])

    async def submit(self) -> str:
        effect = await self.open_errand(self.part.errand)
        if effect.state != "waiting":
            return await self._failed_by(effect)
        await self.tell_standing(Standing.HANDLING.value)
        return "at_department"

    async def await_answer(self) -> str:
        effect = await self.answer(self._ask_from())
        if not self.said_yes(effect):
            return await self._failed_by(effect)
        number = str(effect.answer.get("number", ""))
        self.state.decision |= {"decision": "done", "document": number}
        await self.tell_standing(Standing.DONE.value, number=number)
        return "done"

    def _ask_from(self) -> datetime:
        day = self._calendars.add_workdays(civil_date(self.now()), self.part.ask_after)
        return datetime.combine(day, ASK_AT, tzinfo=CST)

    async def _failed_by(self, effect: EffectState) -> str:
        reason = self.reason_of(effect)
        # An officer's note may take the reason's place; what the office itself said stays beside it.
        self.state.decision |= {"decision": "refuse", "reasons": reason, "refusal": reason}
        await self.tell_standing(Standing.FAILED.value, reason=reason)
        return "failed"

    async def settle_failure(self) -> str:
        decided = await self.decided(
            PartFailed,
            role=self.row.roles["trouble"],
            context={
                "part": self.part.name,
                "office": self.part.office,
                "reason": self.state.decision["reasons"],
            },
        )
        assert decided is not None, "no term of law decides by silence"
        form, _given = decided
        if form.action is Action.RETRY:
            self.state.memo["facts"] |= form.corrected
            return "submitting"
        self.state.decision |= {"decision": "given_up", "reasons": form.note}
        await self.tell_standing(Standing.GIVEN_UP.value, reason=form.note)
        return "given_up"

    # -- set right by the applicant ------------------------------------------------------------------------

    def check_correct_part(self, command: Command) -> None:
        """Only what this part needs, and something that is different: no office is asked the same thing again."""
        self.check_owner(command)
        try:
            form = PartCorrection.model_validate(command.data)
        except ValidationError:
            raise Refused(Refusal.INVALID_ANSWERS) from None
        if visit_over(form.visit_on, civil_date(self.now())):
            told = "预约到访日期已过，请重新选择"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/visit_on": told})
        corrected = form.corrected
        self._check_facts(corrected)
        known = self.state.memo["facts"]
        if all(known.get(fact) == value for fact, value in corrected.items()):
            raise Refused(Refusal.INVALID_ANSWERS, "请填写要更正的内容；没有变化的，不再次提交。")

    def apply_correct_part(self, command: Command) -> None:
        corrected = PartCorrection.model_validate(command.data).corrected
        self.state.memo["facts"] |= corrected
        self.record(
            "part_corrected",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"facts": list(corrected)},
        )
        self._leave = "submitting"

    def record_standing(self, told: dict[str, str]) -> None:
        self.record("part_standing", data=told)

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, PartFailed):
            self._check_facts(answers.corrected)

    def _check_facts(self, corrected: dict[str, Any]) -> None:
        if strange := set(corrected) - set(self.part.facts):
            told = f"{self.part.name}不需要这项信息"
            raise Refused(Refusal.INVALID_ANSWERS, told, {f"/{s}": told for s in sorted(strange)})

    def message_text(self, kind: str, clock: Any) -> str:
        name = self.part.name
        words = {
            "part_handling": f"“{name}”已经送交{self.part.office}。",
            "part_done": f"“{name}”已经办成。",
            "part_failed": f"“{name}”没有办成，工作人员会与您联系；营业执照不受影响。",
            "part_given_up": f"“{name}”不在本次办理，请自行到{self.part.office}办理；营业执照不受影响。",
        }
        return words.get(kind) or super().message_text(kind, clock)
