"""What the end of a clock does when its row decides by itself (law.md §3.10): automatic, and loud.

Driven by the row's effect. A procedure's step sees `law_decided` and goes where its table says; what the law
wants of every case, whatever the procedure, is done here: who is told, what is recorded, what must be done.
"""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.clocks import OPENING
    from domain.contracts import Command, OpenTask, RunningClock
    from forms.approval import Release
    from law.clock_types import Clock, Effect
    from law.clocks import find_clock
    from law.zone import civil_date, day_zh

from workflows.kernel.clockwork import end_in_words
from workflows.kernel.suspensions import Suspensions

RENEWED = "renewed"
"""Paper and message of a renewal by law (行政许可法 art. 50)."""


class Expiry(Suspensions):
    """Deemed acceptance, deemed renewal, measures to be lifted; everything else is told to the party."""

    def on_expired(self, clock: RunningClock, law: Clock) -> None:
        match law.effect:
            case Effect.DEEMED_ACCEPTED:
                # Accepted by silence is a breach inside the agency.
                self.tell("section_head", "deemed", clock=clock)
            case Effect.DEEMED_RENEWED:
                self._renew(clock)
            case Effect.MUST_RELEASE:
                self._demand_release(clock)
            case _:
                self.tell("applicant", "expired", clock=clock)

    # -- renewed by law ------------------------------------------------------------------------------

    def _renew(self, clock: RunningClock) -> None:
        """No decision before the licence expired: the renewal counts as granted (行政许可法 art. 50)."""
        at = self.takes_effect_at(clock)
        self.state.decision |= {
            "decision": "grant",
            "deemed": RENEWED,
            "reasons": "",
            "decided_at": at.isoformat(),
        }
        self.change(decision=dict(self.state.decision))
        self.record("deemed_renewed", at=at, data={"clock": clock.key})
        self.tell("applicant", RENEWED, clock=clock)
        self.tell("section_head", "deemed", clock=clock)
        if RENEWED in self.row.papers:
            self.aside(self._serve_renewal(clock.key))

    async def _serve_renewal(self, key: str) -> None:
        await self.serve(
            RENEWED, clock=key, received_at=self.state.versions[0].received_at.isoformat()
        )

    # -- what must be lifted -------------------------------------------------------------------------

    def _demand_release(self, clock: RunningClock) -> None:
        """The term of a measure is over: it must be lifted at once (行政强制法 art. 28).

        The clock stays on the ladder, so that post after post is told until it is lifted; the term can no
        longer be extended, the task cannot be dropped, and the case cannot end before it is done.
        """
        task = self._release_of(clock) or self.ask_release(clock)
        self.record(
            "release_due",
            at=self.takes_effect_at(clock),
            data={"clock": clock.key, "clock_id": clock.clock_id, "task": task.task_id},
        )

    def ask_release(self, clock: RunningClock) -> OpenTask:
        """Somebody lifts what the clock bounds and records it; before its end too, where it was so decided. An event follows."""
        return self.open_task(
            Release,
            role=self.row.roles.get("release") or self.row.roles.get("decision", "section_head"),
            clock=clock.key,
        )

    def _release_of(self, clock: RunningClock) -> OpenTask | None:
        tasks = self.state.tasks.values()
        return next((t for t in tasks if t.form == Release.code and t.clock == clock.key), None)

    def owes_release(self) -> bool:
        """Whether a measure whose term is over is still to be lifted."""
        return any(t.form == Release.code for t in self.state.tasks.values())

    def drop_task(self, task: OpenTask, why: str) -> None:
        if task.form != Release.code:
            super().drop_task(task, why)

    def apply_complete(self, command: Command) -> None:
        task = self.state.tasks[command.task_id or ""]
        super().apply_complete(command)
        if task.form != Release.code:
            return
        self._answers.pop(task.task_id, None)
        self.stop_clock(task.clock, "released")
        self.record(
            "released",
            actor=command.actor,
            at=command.received_at,
            data={"clock": task.clock, "record": str(command.data["record"])},
        )

    # -- in words --------------------------------------------------------------------------------------

    def message_text(self, kind: str, clock: RunningClock | None) -> str:
        if clock is None or kind not in {"deemed", "expired", RENEWED}:
            return super().message_text(kind, clock)
        law = find_clock(clock.clock_id)
        if law.effect in OPENING:
            return f"{law.name}：{day_zh(civil_date(self.takes_effect_at(clock)))}起{law.effect.label}（{law.citation}）。"
        end = f"{law.name}已于{end_in_words(clock, law)} 届满"
        if kind == "deemed":
            return f"{end}，没有作出决定，依法{law.effect.label}（{law.citation}）。请查明原因。"
        if kind == RENEWED:
            return (
                f"{end}，本机关没有作出决定，您的延续申请依法{law.effect.label}（{law.citation}）。"
            )
        return f"{end}，依法{law.effect.label}（{law.citation}）。"
