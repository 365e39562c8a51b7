"""Effects outside: register calls, papers, extensions, related cases. None waits in silence."""

import asyncio
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.paperwork import PaperworkActivities
    from activities.register_calls import RegisterActivities
    from activities.related import RelatedActivities
    from domain.contracts import (
        CaseInput,
        Command,
        EffectState,
        ExtensionGrant,
        OpenTask,
        PaperOrder,
        PaperServed,
        ParentReport,
        RegisterAnswer,
        RegisterCall,
        RelatedCase,
        RelatedOrder,
    )
    from domain.refusals import Refusal, Refused
    from domain.verification import slug_of
    from forms.approval import ExtensionDecision, ExtensionOutcome, Trouble
    from forms.base import TaskForm
    from law.clocks import find_clock

from workflows.kernel.recorder import PERSISTENT
from workflows.kernel.tasks import Tasks

EFFECTS_QUEUE = "banjian-effects"
ATTEMPT = timedelta(seconds=60)
# How long a register may fail before a person is told; the case goes on trying all the same.
PATIENCE = timedelta(minutes=30)
PATIENT = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(seconds=60),
)
ENDURING = RetryPolicy(
    initial_interval=timedelta(seconds=30),
    backoff_coefficient=1.5,
    maximum_interval=timedelta(minutes=5),
)


class Effects(Tasks):
    """Everything with an effect outside the case; each is keyed, so a retry is the same effect."""

    def __init__(self, case: CaseInput, first: str) -> None:
        super().__init__(case, first)
        self._aside: set[asyncio.Task[None]] = set()

    def aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Work that no stage waits for (an extension's paper); finished before the case ends."""
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def asides_done(self) -> None:
        await workflow.wait_condition(lambda: not self._aside)

    # -- registers -------------------------------------------------------------------------------

    async def call(self, kind: str, *, seq: int = 1, **args: Any) -> EffectState:
        """Ask a register for an effect and wait for its answer (or for its promise of one).

        `state` of the result: done, waiting (a callback will come), refused (permanently, with code and
        message in `answer`), given_up (a person decided so).
        """
        key = f"{kind}#{seq}"
        effect = self.state.effects.setdefault(
            key, EffectState(kind=kind, seq=seq, register_name="")
        )
        order = RegisterCall(
            case_id=self.case.case_id, kind=kind, seq=seq, at=self.now(), args=args
        )
        self._show_waiting()
        self.record("effect_requested", data={"kind": kind, "seq": seq})
        trouble: OpenTask | None = None
        while True:
            policy, patience = (ENDURING, None) if trouble else (PATIENT, PATIENCE)
            attempt = asyncio.create_task(self._attempt(order, policy, patience))
            watched = trouble
            await workflow.wait_condition(
                lambda a=attempt, t=watched: (
                    a.done() or (t is not None and t.task_id in self._answers)
                )  # type: ignore[misc]
            )
            if attempt.done():
                answer = attempt.result()
                if answer is not None:
                    break
                trouble = self.open_task(
                    Trouble, role=self.row.roles["trouble"], context={"kind": kind, "seq": seq}
                )
                self.record("effect_troubled", data={"kind": kind, "seq": seq})
                continue
            attempt.cancel()
            assert trouble is not None
            given = self._answers.pop(trouble.task_id)
            trouble = None
            if given.answers["action"] == "give_up":
                answer = RegisterAnswer(state="given_up", message=str(given.answers["note"]))
                break
        if trouble is not None:
            self.drop_task(trouble, "recovered")
        self._settle_effect(effect, answer)
        return effect

    async def _attempt(
        self, order: RegisterCall, policy: RetryPolicy, patience: timedelta | None
    ) -> RegisterAnswer | None:
        try:
            return await workflow.execute_activity_method(
                RegisterActivities.call,
                order,
                task_queue=EFFECTS_QUEUE,
                start_to_close_timeout=ATTEMPT,
                schedule_to_close_timeout=patience,
                retry_policy=policy,
                summary=f"{order.kind}#{order.seq}",
            )
        except ActivityError:
            # Its time ran out: a person is told what is wrong, and the case goes on trying.
            return None

    def _settle_effect(self, effect: EffectState, answer: RegisterAnswer) -> None:
        effect.state = answer.state
        effect.register_name = answer.register_name or effect.register_name
        effect.request_id = answer.request_id
        effect.request_hash = answer.request_hash
        effect.answer = {**answer.answer}
        if answer.state in {"refused", "given_up"}:
            effect.answer |= {"code": answer.code, "message": answer.message}
        self._show_waiting()
        self.record(
            f"effect_{answer.state}",
            data={
                "kind": effect.kind,
                "seq": effect.seq,
                "register": effect.register_name,
                "code": answer.code,
                "message": answer.message,
            },
            internal={"answer": answer.answer},
        )

    def _show_waiting(self) -> None:
        self.change(
            waiting=[
                {"kind": e.kind, "seq": e.seq, "register": e.register_name, "state": e.state}
                for e in self.state.effects.values()
                if e.state == "waiting"
            ]
        )

    # -- callbacks -------------------------------------------------------------------------------

    def check_callback(self, command: Command) -> None:
        """Signed by the register, bound to the request that waits for it, once."""
        if "register" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        effect = self.effect_of(command)
        if effect.state != "waiting":
            raise Refused(Refusal.UNKNOWN_CALLBACK)

    def effect_of(self, command: Command) -> EffectState:
        wanted = (command.data.get("request_id"), command.data.get("request_hash"))
        for effect in self.state.effects.values():
            if effect.request_id and (effect.request_id, effect.request_hash) == wanted:
                return effect
        raise Refused(Refusal.UNKNOWN_CALLBACK)

    def apply_callback(self, command: Command) -> None:
        effect = self.effect_of(command)
        effect.state = "done"
        effect.answer = {
            **effect.answer,
            "outcome": command.data.get("outcome"),
            **dict(command.data.get("payload", {})),
        }
        self._show_waiting()
        self.on_callback(effect, command)
        self.record(
            "register_answered",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={
                "kind": effect.kind,
                "seq": effect.seq,
                "register": effect.register_name,
                "outcome": effect.answer.get("outcome"),
            },
            internal={"payload": command.data.get("payload", {})},
        )

    def on_callback(self, effect: EffectState, command: Command) -> None:
        """A procedure keeps what the register said; the waiting step sees it."""

    # -- papers ------------------------------------------------------------------------------------

    async def serve(self, kind: str, *, seq: int = 1, **data: Any) -> PaperServed:
        """Issue a paper once: numbered, rendered, sealed, stored, then shown to the party."""
        paper = await workflow.execute_activity_method(
            PaperworkActivities.issue,
            PaperOrder(
                case_id=self.case.case_id,
                office=self.case.office,
                procedure=self.case.procedure,
                kind=kind,
                seq=seq,
                at=self.now(),
                data=data,
            ),
            task_queue=EFFECTS_QUEUE,
            start_to_close_timeout=ATTEMPT,
            retry_policy=PERSISTENT,
            summary=kind,
        )
        self.keep_paper(paper)
        return paper

    def keep_paper(self, paper: PaperServed) -> None:
        """A paper of the case, issued by us or brought home signed; once per document."""
        if any(p.document_id == paper.document_id for p in self.state.papers):
            return
        self.state.papers.append(paper)
        self.change_row(
            "documents",
            {
                **paper.model_dump(mode="json"),
                "slug": slug_of(paper.document_id),
                "holder": self.state.title,
            },
        )
        self.record(
            "paper_served",
            data={
                "kind": paper.kind,
                "number": paper.number,
                "title": paper.title,
                "sha256": paper.sha256,
                "document": paper.document_id,
            },
        )

    # -- extension ---------------------------------------------------------------------------------

    def check_request_extension(self, command: Command) -> None:
        """Asked before expiry, once, by an officer of the case's office (law.md §3.9)."""
        key = str(command.data.get("clock", ""))
        clock = self.check_extendable(key, command.received_at)
        staff = set(self.row.roles.values())
        if not staff & set(command.actor.roles):
            raise Refused(Refusal.WRONG_ROLE)
        if command.actor.office != self.case.office:
            raise Refused(Refusal.WRONG_OFFICE)
        if not str(command.data.get("reason", "")).strip():
            raise Refused(Refusal.INVALID_ANSWERS, "申请延期应当写明理由。")
        if any(
            t.form == ExtensionDecision.code and t.clock == clock.key
            for t in self.state.tasks.values()
        ):
            raise Refused(Refusal.EXTENSION_NOT_POSSIBLE, "这个期限已有延期申请等待批准。")

    def apply_request_extension(self, command: Command) -> None:
        key = str(command.data["clock"])
        law = find_clock(self.state.clocks[key].clock_id)
        role = law.extension.approver_role if law.extension and law.extension.approver_role else ""
        self.take_duty("extension_asker", command)
        task = self.open_task(
            ExtensionDecision,
            role=role or self.row.roles.get("extension", "bureau_head"),
            clock=key,
            context={"reason": str(command.data["reason"])[:2000], "asked_by": command.actor.name},
        )
        self.record(
            "extension_requested",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"clock": key, "task": task.task_id},
            internal={"reason": str(command.data["reason"])[:2000]},
        )

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        if isinstance(answers, ExtensionDecision) and answers.decision is ExtensionOutcome.APPROVE:
            self.check_extendable(task.clock or "", command.received_at)

    def apply_complete(self, command: Command) -> None:
        task = self.state.tasks[command.task_id or ""]
        if task.form == ExtensionDecision.code:
            self._decide_extension(task, command)
        super().apply_complete(command)
        if task.form == ExtensionDecision.code:
            self._answers.pop(task.task_id, None)

    def _decide_extension(self, task: OpenTask, command: Command) -> None:
        answers = ExtensionDecision.model_validate(command.data)
        key = task.clock or ""
        if answers.decision is ExtensionOutcome.REFUSE:
            self.record("extension_refused", data={"clock": key})
            return
        before = self.state.clocks[key].model_copy(deep=True)
        asked = next(d for d in reversed(self.state.duties) if d.duty == "extension_asker")
        clock = self.extend_clock(
            key,
            ExtensionGrant(
                asked_by=asked.person_id,
                approved_by=command.actor.person_id,
                reason=answers.reason,
                at=command.received_at,
            ),
        )
        for other in self.state.tasks.values():
            if other.clock == key and other.task_id != task.task_id:
                other.due_at = clock.ends_at
                self.change_row(
                    "tasks", {"task_id": other.task_id, "due_at": clock.ends_at.isoformat()}
                )
        self.record(
            "clock_extended",
            actor=command.actor,
            at=command.received_at,
            data={
                "clock": key,
                "from": before.legal_end.isoformat(),
                "to": clock.legal_end.isoformat(),
                "reason": answers.reason,
            },
        )
        self.aside(
            self._serve_extension(
                key, before.legal_end.isoformat(), clock.legal_end.isoformat(), answers.reason
            )
        )

    async def _serve_extension(self, key: str, old: str, new: str, reason: str) -> None:
        accepted = self.state.accepted_at or self.state.versions[-1].received_at
        await self.serve(
            "extension",
            clock=key,
            original_due=old,
            new_due=new,
            reason=reason,
            accepted_at=accepted.isoformat(),
        )

    def stop_clock(self, key: str | None, how: str = "met") -> None:
        super().stop_clock(key, how)
        for task in list(self.state.tasks.values()):
            if task.form == ExtensionDecision.code and task.clock == key:
                self.drop_task(task, "clock_closed")

    # -- related cases -------------------------------------------------------------------------------

    async def open_related(self, item: str, procedure: str, **data: Any) -> str:
        """Open a related case: an ordinary top-level case, tied by a link row (promise 5)."""
        case_id: str = await workflow.execute_activity_method(
            RelatedActivities.open_related,
            RelatedOrder(
                parent_case=self.case.case_id,
                item=item,
                procedure=procedure,
                office=self.case.office,
                at=self.now(),
                actor=self.case.opening.actor,
                data=data,
                offset_seconds=self.case.offset_seconds,
                sweep=self.case.sweep,
            ),
            task_queue=EFFECTS_QUEUE,
            start_to_close_timeout=ATTEMPT,
            retry_policy=PERSISTENT,
            summary=item,
        )
        self.state.related[item] = RelatedCase(case_id=case_id, item=item, procedure=procedure)
        self.change_row(
            "links",
            {"item": item, "child_case": case_id, "procedure": procedure, "state": "open"},
        )
        self.record("related_opened", data={"item": item, "procedure": procedure, "case": case_id})
        return case_id

    def check_related_ended(self, command: Command) -> None:
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        related = self.state.related.get(str(command.data.get("item", "")))
        if related is None or related.case_id != command.data.get("case"):
            raise Refused(Refusal.UNKNOWN_CALLBACK)

    def apply_related_ended(self, command: Command) -> None:
        related = self.state.related[str(command.data["item"])]
        related.state, related.outcome = "ended", str(command.data.get("outcome", ""))
        self.change_row(
            "links", {"item": related.item, "state": "ended", "outcome": related.outcome}
        )
        self.record(
            "related_ended",
            at=command.received_at,
            act_id=command.act_id,
            data={"item": related.item, "outcome": related.outcome},
        )

    async def _report_to_parent(self) -> None:
        if self.case.parent_case is None:
            return
        await workflow.execute_activity_method(
            RelatedActivities.report_to_parent,
            ParentReport(
                parent_case=self.case.parent_case,
                item=self.case.parent_item or "",
                case_id=self.case.case_id,
                outcome=self.state.stage,
                at=self.now(),
            ),
            task_queue=EFFECTS_QUEUE,
            start_to_close_timeout=ATTEMPT,
            retry_policy=PERSISTENT,
        )
