"""A duty that returns (周期性义务), while one term of it is open. law.md §2.14 (Q04, 特种设备安全法 40); issue of the yearly ones: bureau's rule.

    due ──▶ [requested] ──▶ fulfilled          in time: nothing else happens, and the next term rests in the register
     │           │
     └───────────┴──▶ overdue ──▶ releasing ──▶ fulfilled_late
     any ──▶ ended (the subject has the duty no more: stopped, scrapped)

The system opens it on its day (`activities.obligations`). An inspection that lapses, or fails: the use is prohibited on the platform and
a hazard is opened by itself (`se_hazard_rectification`); the use is allowed again when the inspection has passed and the hazard is
gone. A device that is stopped, or transferred, meanwhile stays prohibited while its hazard is open. Of other duties an officer sees
to it that they are done.
"""

from datetime import date
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import (
        CaseInput,
        CaseOutcome,
        Command,
        OpenTask,
        RunningClock,
        TaskAnswer,
    )
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.base import TaskForm
    from forms.obligations import DutyFulfilment, DutyRequest, DutyResult
    from law.clock_types import Unit
    from law.clocks import find_clock
    from law.zone import civil_date, day_start

from workflows.device_measures import DeviceMeasures
from workflows.kernel.answers import read, wrong

TOLD: Final = frozenset({"duty_fulfilled", "duty_ended"})
ASKED: Final = TOLD | {"duty_requested"}
# Older cases could be given up here: they ended, and the duty had no further term.
NEVER_WITHOUT: Final = "recurring-obligation-next-term-v1"
PROHIBIT: Final = "prohibit"
HAZARD: Final = "hazard"
# Older cases took an officer's word for the day of the inspection, and did not wait for the hazard where that day was in time.
WAITS_FOR_HAZARD: Final = "obligation-waits-for-hazard-v1"

TABLE = Table(
    procedure="recurring_obligation",
    version="1",
    stages=(
        Stage("due", "待履行", "Due", holder="applicant", doing="在期限内履行"),
        Stage("requested", "已经申请", "Asked for", holder="applicant", doing="等待检验结论"),
        Stage("overdue", "逾期", "Overdue", holder="inspector", doing="督促履行，逾期检验的停止使用"),
        Stage("releasing", "恢复使用", "Released", holder="system", doing="隐患消除后恢复使用"),
        Stage("fulfilled", "按期履行", "Done in time", StageKind.GOOD),
        Stage("fulfilled_late", "逾期履行", "Done late", StageKind.GOOD),
        Stage("ended", "义务终止", "Ended", StageKind.GOOD),
    ),
    transitions=(
        Transition("due", "requested", "已经提出申请"),
        Transition("due", "fulfilled", "按期履行"),
        Transition("due", "overdue", "期限届满，或者检验不合格"),
        Transition("due", "ended", "停用、报废"),
        Transition("requested", "fulfilled", "按期履行"),
        Transition("requested", "overdue", "期限届满，或者检验不合格"),
        Transition("requested", "ended", "停用、报废"),
        Transition("overdue", "releasing", "已经履行"),
        Transition("overdue", "ended", "停用、报废"),
        Transition("releasing", "fulfilled_late", "隐患已经消除"),
    ),
    main=("due", "requested", "fulfilled"),
    accepts={"due": ASKED, "requested": TOLD, "overdue": ASKED},
)  # fmt: skip


@workflow.defn(name="recurring_obligation")
class RecurringObligation(DeviceMeasures):
    tables = {"1": TABLE}
    # Thousands of inspections may lapse at the same midnight.
    paced = True

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "due": self.await_in_time,
                "requested": self.await_in_time,
                "overdue": self.pursue,
                "releasing": self.release,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (DutyFulfilment,)

    @property
    def prohibits(self) -> bool:
        rule = self.row.obligation
        return rule is not None and rule.overdue == PROHIBIT

    def recipient(self, role: str, clock: RunningClock | None) -> str:
        """The party hears of its own term; thousands of reminders are none of an officer's."""
        if role == "applicant":
            return self.state.owner
        return super().recipient(role, clock)

    # -- in time ------------------------------------------------------------------------------------------

    async def await_in_time(self) -> str:
        if "term" not in self.state.memo:
            await self._begin()
        term = self.state.memo["term"]
        await self.wait(lambda: self._heard() or not self.clock_running(term) or self._asked_anew())
        if "ended" in self.state.memo:
            return "ended"
        if self._done_well():
            await self._next_term()
            return "fulfilled"
        if self._heard() or not self.clock_running(term):
            return "overdue"
        return "requested"

    async def _begin(self) -> None:
        rule = self.row.obligation
        assert rule is not None, "the row was checked"
        since, due_on = (date.fromisoformat(self.state.memo[k]) for k in ("since", "due_on"))
        own = find_clock(rule.clock).unit is Unit.VARIABLE
        length = (due_on - since).days if own else None
        self.state.memo["term"] = self.start_clock(rule.clock, day_start(since), length=length)
        if rule.request_clock:
            key = self.start_clock(rule.request_clock, day_start(due_on))
            self.state.memo["request_term"] = key
        await self.number_case()
        self.aside(self._remind())

    async def _remind(self) -> None:
        await self.serve(
            "reminder",
            clock=self.state.memo["term"],
            ask_by=self.state.memo.get("request_term"),
        )

    def _heard(self) -> bool:
        return "ended" in self.state.memo or "told" in self.state.memo

    def _done_well(self) -> bool:
        told = self.state.memo.get("told")
        return told is not None and told["result"] == DutyResult.PASSED.value

    def _asked_anew(self) -> bool:
        return self.state.stage == "due" and "asked" in self.state.memo

    async def _next_term(self) -> None:
        """The next term runs in the register; this case is over. It cannot be over without: nobody would see the duty again."""
        told = self.state.memo["told"]
        self.keep_decision(
            decision=told["result"],
            done_on=told["done_on"],
            valid_until=told["valid_until"] or "",
            number=told["number"],
        )
        said = {"done_on": told["done_on"], "until": told["valid_until"]}
        renewed = await self.next_try("renew_obligation", **said)
        if renewed.state != "done" and workflow.patched(NEVER_WITHOUT):
            renewed = await self.until_done("renew_obligation", **said)
        if unclear := renewed.answer.get("unclear"):
            text = f"{self.row.title}：登记的检验有效期至{unclear}，超过可能的年限，没有采用。请核对检验报告，在新的办件中登记正确的下次检验日期。"
            to = self.recipient(self.row.roles["pursuit"], None)
            self._message(to, "duty_term_unclear", text, self.now().isoformat())

    # -- overdue --------------------------------------------------------------------------------------------

    async def pursue(self) -> str:
        if "overdue_since" not in self.state.memo:
            await self._overdue()
        task = next((t for t in self.state.tasks.values() if t.form == DutyFulfilment.code), None)
        while not self._done_well() and "ended" not in self.state.memo:
            # It failed once more: the use stays prohibited.
            self.state.memo.pop("told", None)
            await self.wait(
                lambda: self._heard() or (task is not None and task.task_id in self._answers)
            )
            if task is not None and task.task_id in self._answers:
                given = self._answers.pop(task.task_id)
                self._tell(DutyFulfilment.model_validate(given.answers), given)
        if "ended" in self.state.memo:
            await self.asides_done()
            hazard = self.state.related.get(HAZARD)
            await self.leave_prohibition(hazard.case_id if hazard and not hazard.outcome else "")
            return "ended"
        return "releasing"

    async def _overdue(self) -> None:
        failed = self.state.memo.pop("told", None)
        self.state.memo["overdue_since"] = self.now().isoformat()
        term = self.state.memo["term"]
        self.stop_clock(term, "closed")
        self.state.memo["failed"] = failed is not None
        self.record(
            "duty_overdue", data={"failed": failed is not None, "prohibited": self.prohibits}
        )
        if not self.prohibits:
            self.tell(self.row.roles["pursuit"], "duty_overdue")
            await self.serve("overdue_order", clock=term)
            task = self.open_task(DutyFulfilment, role=self.row.roles["pursuit"])
            self.record(
                "task_opened", data={"task": task.task_id, "form": task.form, "role": task.role}
            )
            return
        await self.serve("use_prohibited", clock=term, failed=failed is not None)
        # A platform that is away holds up nobody: the use is prohibited by law, and the unit was told.
        self.aside(self.prohibit_use())
        await self.open_related(
            HAZARD,
            "se_hazard_rectification",
            party=self.state.owner,
            fill={"failed": failed is not None, "number": (failed or {}).get("number", "")},
            facts={"prohibited_by_opener": True},
        )

    async def release(self) -> str:
        """The use is allowed again when the hazard is gone. An inspection in time that was told late waits as well: the platform
        says until when an inspection is valid, never on which day it was made."""
        await self.asides_done()
        hazard = self.state.related.get(HAZARD)
        if hazard is not None and (
            not self._passed_in_time() or workflow.patched(WAITS_FOR_HAZARD)
        ):
            await self.wait(lambda: bool(hazard.outcome))
        await self.allow_use()
        await self._next_term()
        return "fulfilled_late"

    def _passed_in_time(self) -> bool:
        told = self.state.memo["told"]["done_on"]
        return not self.state.memo["failed"] and bool(told <= self.state.memo["due_on"])

    # -- what is told of it ---------------------------------------------------------------------------------

    def _by_system(self, command: Command) -> bool:
        return "system" in command.actor.roles

    def check_duty_requested(self, command: Command) -> None:
        """By the platform, or noted by an officer; only of what is asked for (a row with a request clock)."""
        if "request_term" not in self.state.memo:
            raise Refused(Refusal.NOT_ACCEPTED_NOW, "这项义务不需要申请，履行后直接登记。")
        asked = self._read(DutyRequest, command)
        self._not_ahead(asked.requested_on, "requested_on", command)

    def apply_duty_requested(self, command: Command) -> None:
        asked = DutyRequest.model_validate(command.data)
        self.state.memo["asked"] = asked.model_dump(mode="json")
        self.stop_clock(self.state.memo.get("request_term"))
        self.keep_decision(body=asked.body, requested_on=asked.requested_on.isoformat())
        self.record(
            "duty_requested",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"body": asked.body, "requested_on": asked.requested_on.isoformat()},
        )

    def check_duty_fulfilled(self, command: Command) -> None:
        self._check_fulfilment(self._read(DutyFulfilment, command), command)

    def _check_fulfilment(self, told: DutyFulfilment, command: Command) -> None:
        if self._heard():
            raise Refused(Refusal.NOT_ACCEPTED_NOW)
        self._not_ahead(told.done_on, "done_on", command)
        self._follows_what_was_told(told.done_on.isoformat())
        if self.prohibits and told.result is DutyResult.PASSED and told.valid_until is None:
            raise wrong("valid_until", "请填写检验报告的下次检验日期")
        if told.valid_until is not None and told.valid_until < civil_date(command.received_at):
            raise wrong("valid_until", "这次检验的有效期已经过去，请核对检验报告；设备不得继续使用")
        if not self.prohibits and (told.valid_until or told.result is DutyResult.FAILED):
            raise wrong("result", "只有检验才有不合格和有效期，请选已经履行")

    def _follows_what_was_told(self, done_on: str) -> None:
        """Raises Refused for a day before what is on record already: the last term, the request, an inspection that failed."""
        memo = self.state.memo
        if done_on <= memo["since"]:
            raise wrong("done_on", f"这是上一期的：上次履行日期是{memo['since']}")
        if done_on < memo.get("failed_on", ""):
            told = f"早于已经登记的不合格检验（{memo['failed_on']}），请核对检验报告的日期"
            raise wrong("done_on", told)
        asked_on = memo.get("asked", {}).get("requested_on", "")
        if done_on < asked_on:
            raise wrong("done_on", f"早于已经登记的申请日期（{asked_on}），请核对检验报告的日期")

    def apply_duty_fulfilled(self, command: Command) -> None:
        told = DutyFulfilment.model_validate(command.data)
        self._tell(told, command, act_id=command.act_id)

    def _tell(
        self, told: DutyFulfilment, by: Command | TaskAnswer, *, act_id: str | None = None
    ) -> None:
        """Kept, and on record: by an act of its own or as the answer of the task."""
        self.state.memo["told"] = told.model_dump(mode="json")
        if told.result is DutyResult.FAILED:
            self.state.memo["failed_on"] = told.done_on.isoformat()
        else:
            # Closed at once: what was received in time wins over the end of the term.
            for key in ("term", "request_term"):
                self.stop_clock(self.state.memo.get(key))
        self.record(
            "duty_told",
            actor=by.actor,
            at=by.received_at,
            act_id=act_id,
            data={
                "result": told.result.value,
                "done_on": told.done_on.isoformat(),
                "valid_until": told.valid_until.isoformat() if told.valid_until else "",
                "number": told.number,
            },
        )

    def check_duty_ended(self, command: Command) -> None:
        if not self._by_system(command):
            raise Refused(Refusal.WRONG_ROLE)

    def apply_duty_ended(self, command: Command) -> None:
        reason = str(command.data.get("reason", ""))[:200]
        self.state.memo["ended"] = reason
        self.keep_decision(decision="ended", reasons=reason)
        self.record(
            "duty_ended",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"reason": reason},
        )

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, DutyFulfilment):
            self._check_fulfilment(answers, command)

    def _read(self, form: Any, command: Command) -> Any:
        """What was told, checked like any form. Raises Refused."""
        if not self._by_system(command):
            self.check_officer(command)
        return read(form, command.data)

    def _not_ahead(self, day: date, field: str, command: Command) -> None:
        if day > civil_date(command.received_at):
            raise wrong(field, "日期还没有到")

    # -- in words --------------------------------------------------------------------------------------------

    def message_text(self, kind: str, clock: RunningClock | None) -> str:
        if kind == "duty_overdue":
            return f"{self.row.title}已经逾期，请督促单位履行，并登记履行情况。"
        return super().message_text(kind, clock)
