"""Effects outside: register calls, papers, extensions, related cases. None waits in silence."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, ClassVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError

with workflow.unsafe.imports_passed_through():
    from activities.paperwork import PaperworkActivities
    from activities.register_calls import RegisterActivities
    from domain.contracts import (
        CaseInput,
        Command,
        EffectState,
        OpenTask,
        PaperOrder,
        PaperServed,
        RegisterAnswer,
        RegisterCall,
    )
    from domain.refusals import Refusal, Refused
    from domain.verification import slug_of
    from forms.approval import Trouble

from workflows.kernel.recorder import PERSISTENT
from workflows.kernel.tasks import Leave, Tasks

EFFECTS_QUEUE = "banjian-effects"
PACED_QUEUE = "banjian-paced"
"""What thousands of cases may want in the same minute and nobody waits for: a worker takes so much of it that people do not notice."""
ATTEMPT = timedelta(seconds=60)
# An activity that gives no sign of life for this long is given to the next worker.
SILENCE = timedelta(seconds=10)
# How long a register may fail before a person is told; the case goes on trying all the same.
PATIENCE = timedelta(minutes=30)
PACED_PATIENCE = timedelta(hours=12)
"""As PATIENCE, with the time in the queue: after a midnight of thousands it is long without anything being wrong."""
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
    """Everything with an effect outside the case; each is keyed, so a retry is the same effect.

    A procedure that is `paced` wants its effects done steadily, however many of its cases want them at once.
    """

    paced: ClassVar[bool] = False

    def __init__(self, case: CaseInput, first: str) -> None:
        super().__init__(case, first)
        self._aside: set[asyncio.Task[None]] = set()
        self._idle: set[asyncio.Task[None]] = set()
        # Kinds of calls that the case cannot go on without.
        self.owed: set[str] = set()

    @property
    def effects_queue(self) -> str:
        return PACED_QUEUE if self.paced else EFFECTS_QUEUE

    def aside(self, work: Coroutine[Any, Any, None], *, vital: bool = True) -> None:
        """Work that no stage waits for. Vital work (a paper owed) is finished before the case ends;
        other work (what a register says of a name) is given up then."""
        task = asyncio.create_task(self._aside_of(work))
        kept = self._aside if vital else self._idle
        kept.add(task)
        task.add_done_callback(kept.discard)

    async def _aside_of(self, work: Coroutine[Any, Any, None]) -> None:
        # The case left the stage that wanted this: nobody waits for it, and nobody reads its end.
        with suppress(Leave):
            await work

    async def asides_done(self) -> None:
        await workflow.wait_condition(lambda: not self._aside)

    def give_up_idle(self) -> None:
        for task in list(self._idle):
            task.cancel()

    # -- registers -------------------------------------------------------------------------------

    async def call(self, kind: str, *, seq: int = 1, **args: Any) -> EffectState:
        """Ask a register for an effect and wait for its answer (or for its promise of one).

        `state` of the result: done, waiting (a callback will come), refused (permanently, with code and
        message in `answer`), given_up (a person decided so, where the case can go on without).
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
            patient = PACED_PATIENCE if self.paced else PATIENCE
            policy, patience = (ENDURING, None) if trouble else (PATIENT, patient)
            attempt = asyncio.create_task(self._attempt(order, policy, patience))
            try:
                await self._attempted(attempt, trouble)
            except BaseException:
                # Withdrawn, or given up: nobody waits for this answer any more.
                attempt.cancel()
                raise
            if attempt.done():
                answer = attempt.result()
                if answer is not None:
                    break
                wrong = {"kind": kind, "seq": seq, "must": kind in self.owed}
                trouble = self.open_task(Trouble, role=self.row.roles["trouble"], context=wrong)
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

    async def _attempted(
        self, attempt: "asyncio.Task[RegisterAnswer | None]", trouble: OpenTask | None
    ) -> None:
        """Until the attempt ends, or a person says what to do about it."""
        await self.wait(
            lambda: attempt.done() or (trouble is not None and trouble.task_id in self._answers)
        )

    async def _attempt(
        self, order: RegisterCall, policy: RetryPolicy, patience: timedelta | None
    ) -> RegisterAnswer | None:
        try:
            return await workflow.execute_activity_method(
                RegisterActivities.call,
                order,
                task_queue=self.effects_queue,
                start_to_close_timeout=ATTEMPT,
                heartbeat_timeout=SILENCE,
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
            task_queue=self.effects_queue,
            start_to_close_timeout=ATTEMPT,
            heartbeat_timeout=SILENCE,
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
