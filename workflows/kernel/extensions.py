"""Extensions of a term (延期): asked in time, approved by the head that the clock names, once."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import refusal_words as words
    from domain.clocks import Cause
    from domain.contracts import Command, ExtensionGrant, OpenTask, RunningClock
    from domain.refusals import Refusal, Refused
    from domain.roles import Role
    from forms.approval import ExtensionDecision, ExtensionOutcome
    from forms.base import TaskForm
    from law.clocks import find_clock

from workflows.kernel.effects import Effects


class Extensions(Effects):
    """Acts `request_extension` and the decision on it (law.md §3.9, SOD-11)."""

    def check_request_extension(self, command: Command) -> None:
        """Asked before expiry, once, by an officer of the case's office (law.md §3.9)."""
        key = str(command.data.get("clock", ""))
        clock = self.check_extendable(key, command.received_at)
        self.check_officer(command)
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
        named = law.extension.approver_role if law.extension else None
        # A head outside the bureau (人民政府负责人) has no desk here: an officer of ours records what was approved there.
        role = named if named in set(Role) else ""
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
            clock = self.check_extendable(task.clock or "", command.received_at)
            self._check_length(clock, answers.length)

    def _check_length(self, clock: RunningClock, length: int | None) -> None:
        """The row sets how long an extension is, or leaves it to the approver, who then says it."""
        law = find_clock(clock.clock_id)
        unit = law.extension_set_in
        if unit is None and length is not None:
            told = words.EXTENSION_FIXED % {"clock": law.name, "article": law.citation}
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/length": told})
        if unit is not None and length is None:
            parts = {"clock": law.name, "article": law.citation, "unit": unit.label}
            told = words.EXTENSION_OPEN % parts
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/length": told})

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
        asked = next(d for d in reversed(self.state.duties) if d.duty == "extension_asker")
        clock = self.state.clocks[key]
        # New end = the original, unrolled end plus the extension, then rolled (law.md §3.9).
        clock.extension = ExtensionGrant(
            asked_by=asked.person_id,
            approved_by=command.actor.person_id,
            reason=answers.reason,
            at=command.received_at,
            length=answers.length,
        )
        revised = self.revise_clock(
            clock,
            Cause.EXTENDED,
            actor=command.actor,
            at=command.received_at,
            data={
                "reason": answers.reason,
                **({"length": answers.length} if answers.length is not None else {}),
            },
            tell=("applicant", "officer"),
            left=task.task_id,
        )
        old, new = revised.before, revised.after
        assert old is not None, "a clock that stands still is not extended"
        assert new is not None
        self.aside(self._serve_extension(key, old.isoformat(), new.isoformat(), answers.reason))

    async def _serve_extension(self, key: str, old: str, new: str, reason: str) -> None:
        """A paper of its own for each clock that was extended: a clock is extended once."""
        accepted = self.state.accepted_at or self.state.versions[-1].received_at
        await self.serve(
            "extension",
            seq=sum(c.extension is not None for c in self.state.clocks.values()),
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
