"""Documents promised for later (容缺后补, law.md §2.6): supplement, check, overrun, and a person's decision on it.

    promised (T01) ──▶ checking ──▶ kept
        │  reminded T-3, T-1  └──▶ promised again: it was not what had been promised
        └──▶ overdue: L1 window head, L2 registry head ──▶ a head decides: accept late │ order │ refer

Everything here happens in acts and at rungs of the clock, in whatever stage the case is; nothing is ever revoked by itself.
"""

from datetime import datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import promises
    from domain.clocks import worst
    from domain.contracts import Command, Fact, OpenTask, RunningClock
    from domain.promises import Promise
    from domain.refusals import Refusal, Refused
    from domain.roles import Role
    from forms.base import TaskForm
    from forms.tolerance import (
        CheckFinding,
        OverdueDecision,
        OverdueOutcome,
        SupplementCheck,
    )
    from law.clock_types import Clock
    from law.ladder import RungKind
    from law.zone import civil_date, day_end, day_zh

from workflows.kernel.case import ALWAYS
from workflows.kernel.clockwork import Due
from workflows.kernel.referrals import CITE, Referrals

RULE: Final = "容缺的材料应当在承诺的期限内补齐"
MUST_CONFIRM: Final = "请确认与申请人没有利害关系；不能确认的，应当回避，转由另一位同事办理。"
FORMS: Final = frozenset({SupplementCheck.code, OverdueDecision.code})
WARNED: Final = frozenset({RungKind.REMINDER.value, RungKind.LAST_REMINDER.value})
ORDER_ALARM: Final = "order:"
REVOCATION: Final = "registration_revocation"


class Promises(Referrals):
    """The act `supplement`, the two tasks of officers, and what the ends of the clocks do."""

    always = ALWAYS | {"supplement"}

    def forms(self) -> tuple[Any, ...]:
        return (*super().forms(), SupplementCheck, OverdueDecision)

    def promised(self, *, part: str = "", clock: str = "", seq: int = 0) -> Promise | None:
        """The promise of this document, clock or number."""
        for promise in self.state.promises:
            if part == promise.part or clock == promise.clock or seq == promise.seq:
                return promise
        return None

    @property
    def promises_open(self) -> bool:
        return any(p.open for p in self.state.promises)

    def show_promise(self, promise: Promise) -> None:
        """Into the read model and among the facts, with the event that follows."""
        uscc = str(self.state.memo.get("tolerance_uscc", ""))
        clock = self.state.clocks[promise.clock]
        extended = clock.extension is not None
        row = promise.row(self.state.owner, uscc, ends_at=clock.ends_at, extended=extended)
        self.change_row("promises", row)
        code = f"promise_{promise.seq}"
        if promise.state == promises.LAPSED:
            self.state.facts = [f for f in self.state.facts if f.code != code]
            self.change(facts=[f.model_dump() for f in self.state.facts])
            return
        state, fact = self._standing(promise)
        self.put_facts([Fact(code=code, state=state, fact=fact, rule=RULE, cite=CITE)])

    def _standing(self, promise: Promise) -> tuple[str, str]:
        """Whether it stands in the way of a grant, and what is said of it."""
        label, until = promise.label, day_zh(self.state.clocks[promise.clock].legal_end)
        if promise.state == promises.KEPT:
            return "ok", f"{label}已按承诺补齐"
        if promise.cured:
            return "ok", f"{label}超期后补齐"
        if promise.state in (promises.RUNNING, promises.CHECKING) and not promise.action:
            # Where the certificate comes last, there is none while something is owed.
            waits = "open" if self.row.conditional_licence else "bad"
            return waits, f"{label}容缺，承诺{until}以前补齐"
        return "bad", f"{label}应当在{until}以前补齐，没有补齐"

    # -- supplement ----------------------------------------------------------------------------------

    def check_supplement(self, command: Command) -> None:
        """By the applicant, a document that is owed; also after the end, for the head to decide on."""
        self.check_owner(command)
        promise = self.promised(part=str(command.data.get("part", "")))
        if promise is None or promise.state not in promises.OWED:
            raise Refused(Refusal.NOTHING_OWED)
        if not command.data.get("files"):
            raise Refused(Refusal.INVALID_ANSWERS, "请上传需要补交的材料。")

    def apply_supplement(self, command: Command) -> None:
        promise = self.promised(part=str(command.data["part"]))
        assert promise is not None
        at = command.received_at
        promise.files = [str(f) for f in command.data["files"]]
        promise.supplements += 1
        promise.supplemented_at = at
        promise.late = at >= self.state.clocks[promise.clock].ends_at
        if promise.state != promises.OVERDUE and not (promise.late and not promise.action):
            promise.state = promises.CHECKING
            self.stop_clock(promise.clock)
            self._ask(SupplementCheck, self.row.roles["review"], promise)
        self.owed_changed(at)
        self.show_promise(promise)
        self.record(
            "supplemented",
            actor=command.actor,
            at=at,
            act_id=command.act_id,
            data={"part": promise.part, "label": promise.label, "late": promise.late},
        )
        # Over all documents: each receipt is a paper of its own.
        count = sum(p.supplements for p in self.state.promises)
        self.aside(self._serve_supplement(count, promise.model_copy()))

    def owed_changed(self, at: datetime) -> None:
        """A promise was supplemented, checked or decided on; comes before the event that says so."""

    async def _serve_supplement(self, count: int, promise: Promise) -> None:
        assert promise.supplemented_at is not None
        await self.serve(
            "supplement_receipt",
            seq=count,
            label=promise.label,
            clock=promise.clock,
            files=promise.files,
            late=promise.late,
            received_at=promise.supplemented_at.isoformat(),
        )

    def _ask(self, form: type[TaskForm], role: str, promise: Promise) -> None:
        clock = promise.clock if form is OverdueDecision else None
        context = {"promise": promise.seq, "material": promise.label}
        task = self.open_task(form, role=role, clock=clock, context=context)
        self.record("task_opened", data={"task": task.task_id, "form": form.code, "role": role})

    # -- answers of officers ---------------------------------------------------------------------------

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, SupplementCheck | OverdueDecision) and not answers.no_interest:
            raise Refused(Refusal.INVALID_ANSWERS, MUST_CONFIRM, {"/no_interest": MUST_CONFIRM})
        if not isinstance(answers, OverdueDecision):
            return
        promise = self.promised(seq=int(task.context["promise"]))
        assert promise is not None
        if answers.decision is OverdueOutcome.ACCEPT_LATE and not promise.files:
            told = "还没有收到这份材料，不能按超期补齐处理。"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/decision": told})
        licence = self.state.numbers.get("licence")
        if answers.decision is OverdueOutcome.REVOCATION and licence is None:
            told = "还没有准予，不需要撤销；可以不予准予。"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/decision": told})
        if answers.until is not None and answers.until <= civil_date(command.received_at):
            told = "改正的期限应当在今天以后。"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/until": told})

    def apply_complete(self, command: Command) -> None:
        task = self.state.tasks[command.task_id or ""]
        super().apply_complete(command)
        if task.form not in FORMS:
            return
        self._answers.pop(task.task_id, None)
        promise = self.promised(seq=int(task.context["promise"]))
        assert promise is not None
        if task.form == SupplementCheck.code:
            self._checked(promise, SupplementCheck.model_validate(command.data), command)
        else:
            form = OverdueDecision.model_validate(command.data)
            self._decided_on(promise, form, command, role=task.role)

    def _checked(self, promise: Promise, form: SupplementCheck, command: Command) -> None:
        at = command.received_at
        data = {"part": promise.part, "label": promise.label}
        if form.finding is CheckFinding.CONFORMS:
            promise.cured_at = promise.closed_at = at
            promise.state = promises.BROKEN if promise.action else promises.KEPT
            self._unset_order(promise)
            self._light()
            self.owed_changed(at)
            self.show_promise(promise)
            self.say("promise_kept", f"您补交的{promise.label}已核对，符合要求。", at)
            self.record("promise_kept", actor=command.actor, at=at, data=data)
            return
        # What was handed in is not what was promised: the term goes on as if nothing had come.
        promise.files = []
        promise.state = promises.ORDERED if promise.order_until else promises.RUNNING
        if promise.order_until is None:
            self._reopen(self.state.clocks[promise.clock])
        self.owed_changed(at)
        self.show_promise(promise)
        text = f"您补交的{promise.label}不符合要求：{form.reason} 请重新补交。"
        self.say("supplement_returned", text, at)
        self.record(
            "supplement_returned", actor=command.actor, at=at, data={**data, "reason": form.reason}
        )
        if promise.order_until is not None and self._order_ends(promise) <= self.now():
            self._order_over(promise)

    def _reopen(self, clock: RunningClock) -> None:
        clock.state, clock.closed_at = "running", None
        self._set_term(clock, past_warnings=False)
        self.show_clock(clock)

    def _decided_on(
        self, promise: Promise, form: OverdueDecision, command: Command, *, role: str
    ) -> None:
        at = command.received_at
        promise.action, promise.decided_by = form.decision.value, command.actor.name
        promise.order_until = form.until
        self.stop_clock(promise.clock, "expired")
        self._unset_order(promise)
        if form.decision is OverdueOutcome.ORDER:
            promise.state = promises.ORDERED
            self.set_alarm(f"{ORDER_ALARM}{promise.seq}", self._order_ends(promise))
        else:
            promise.state, promise.closed_at = promises.BROKEN, at
            if form.decision is OverdueOutcome.ACCEPT_LATE:
                promise.cured_at = at
        self._light()
        self.owed_changed(at)
        self.show_promise(promise)
        if form.decision is OverdueOutcome.INSPECTION:
            text = f"{promise.label}承诺后补，超期没有补齐，移交执法检查。"
            self.say("promise_referred", text, at, to=Role.INSPECTOR)
        data = {
            "part": promise.part,
            "label": promise.label,
            "decision": form.decision.value,
            "until": form.until.isoformat() if form.until else None,
            "reasons": form.reasons,
        }
        self.record("promise_decided", actor=command.actor, at=at, data=data)
        if form.decision is OverdueOutcome.INSPECTION:
            self.refer(promise, form.reasons, role=role)
        if form.decision is OverdueOutcome.REVOCATION:
            self.aside(self._start_revocation(promise.model_copy(), form.reasons))
        decisions = int(self.state.memo.get("overdue_decisions", 0)) + 1
        self.state.memo["overdue_decisions"] = decisions
        self.aside(self._serve_decision(decisions, promise.model_copy(), form))

    async def _start_revocation(self, promise: Promise, reasons: str) -> None:
        """A case of its own (law.md §2.29): it is investigated there, and may be refused."""
        fill = {
            "label": promise.label,
            "reasons": reasons,
        }
        item = f"{REVOCATION}.{promise.seq}"
        await self.open_related(item, REVOCATION, fill=fill)

    async def _serve_decision(self, seq: int, promise: Promise, form: OverdueDecision) -> None:
        await self.serve(
            "overrun_notice",
            seq=seq,
            label=promise.label,
            clock=promise.clock,
            supplemented_at=(
                promise.supplemented_at.isoformat()
                if promise.files and promise.supplemented_at
                else None
            ),
            decision=form.decision.value,
            until=form.until.isoformat() if form.until else None,
            reasons=[form.reasons],
        )

    # -- time ------------------------------------------------------------------------------------------

    def show_clock(self, clock: RunningClock) -> None:
        super().show_clock(clock)
        promise = self.promised(clock=clock.key)
        if promise is not None and promise.open:
            self.show_promise(promise)

    def _fire(self, clock: RunningClock, law: Clock, due: Due) -> None:
        promise = self.promised(clock=clock.key)
        if promise is not None:
            if due.name in WARNED:
                self.tell("officer", due.name, clock=clock)
            elif due.name == RungKind.OVERDUE_L1.value:
                self._overdue(promise, Role.WINDOW_HEAD)
            elif due.name == RungKind.OVERDUE_L2.value:
                self._overdue(promise, Role.REGISTRY_HEAD)
        super()._fire(clock, law, due)

    def _overdue(self, promise: Promise, role: Role) -> None:
        """From now on a head decides; whoever is told last has the task."""
        if promise.state != promises.OVERDUE:
            text = f"{promise.label}没有在承诺的期限内补齐，由负责人决定如何处理。仍可补交。"
            self.say("promise_overdue", text, self.now())
        promise.state = promises.OVERDUE
        for task in list(self.state.tasks.values()):
            if task.form == OverdueDecision.code and task.context["promise"] == promise.seq:
                self.drop_task(task, "escalated")
        self.show_promise(promise)
        self._ask(OverdueDecision, role, promise)

    def _order_ends(self, promise: Promise) -> datetime:
        assert promise.order_until is not None
        return day_end(promise.order_until)

    def _unset_order(self, promise: Promise) -> None:
        self.state.alarms.pop(f"{ORDER_ALARM}{promise.seq}", None)

    def on_alarm(self, name: str) -> None:
        if not name.startswith(ORDER_ALARM):
            super().on_alarm(name)
            return
        promise = self.promised(seq=int(name.removeprefix(ORDER_ALARM)))
        if promise is not None and promise.state == promises.ORDERED:
            self._order_over(promise)

    def _order_over(self, promise: Promise) -> None:
        """The order was not followed: a head decides again."""
        self._overdue(promise, Role.REGISTRY_HEAD)
        self.record("order_overrun", data={"part": promise.part, "label": promise.label})

    # -- the certificate ---------------------------------------------------------------------------------

    def conditions(self) -> dict[str, Any]:
        """What the certificate says of what is still owed; nothing where nothing is."""
        owed = [p for p in self.state.promises if p.open]
        if not owed:
            return {}
        until = {p.seq: self.state.clocks[p.clock].legal_end for p in owed}
        return {"conditions": [[p.label, until[p.seq].isoformat()] for p in owed]}

    # -- the case --------------------------------------------------------------------------------------

    async def await_supplements(self) -> str:
        """Until nothing is owed any more: the certificate is out, marked conditional, or it comes after this."""
        await self.wait(lambda: not self.promises_open)
        if not self.row.conditional_licence:
            return "deciding"
        return "referred" if self.referrals else "archiving"

    def after_issue(self) -> str:
        """What comes when the certificate is out."""
        return "awaiting_supplement" if self.promises_open else "archiving"

    def _close(self) -> None:
        for promise in self.state.promises:
            if promise.open:
                promise.state, promise.closed_at = promises.LAPSED, self.now()
                self._unset_order(promise)
                self.show_promise(promise)
        super()._close()

    def _light(self) -> None:
        """A light of a term that is over goes out with it."""
        self.change(
            level=worst(c.level for c in self.state.clocks.values() if c.state == "running")
        )
