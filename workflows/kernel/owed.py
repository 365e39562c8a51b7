"""Calls that the law wants made (a publication, the archive): a refusal is looked at by an officer, never passed over."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, EffectState, OpenTask
    from domain.refusals import Refusal, Refused
    from forms.approval import MUST_BE_DONE, Trouble
    from forms.base import TaskForm

from workflows.kernel.effects import Effects

# Older cases asked again at once for what a register had refused (a publication, the archive), and in the
# end went on without it; nobody was told.
LOOKED_AT = "kernel-refusal-looked-at-v1"


class Owed(Effects):
    """Each try is an effect of its own: the register answers a key that it knows as it did before."""

    async def until_done(
        self, kind: str, *, once_passed_over: int | None = None, **args: Any
    ) -> EffectState:
        """A call that the case cannot go on without: each new try is an effect of its own.

        `once_passed_over`: the number of the try after which a case from before `LOOKED_AT` went on all the same.
        """
        while True:
            effect = await self.next_try(kind, **args)
            if not await self.to_be_tried_again(effect, once_passed_over=once_passed_over):
                return effect

    async def next_try(self, kind: str, **args: Any) -> EffectState:
        """Ask, as an effect of its own: the register answers a key that it knows as it did before."""
        tried = int(self.state.memo.get(f"tried_{kind}", 0)) + 1
        self.state.memo[f"tried_{kind}"] = tried
        self.owed.add(kind)
        return await self.call(kind, seq=tried, **args)

    async def to_be_tried_again(
        self, effect: EffectState, *, once_passed_over: int | None = None
    ) -> bool:
        """What the register refuses is looked at by an officer before it is asked again: asked at once, it would refuse again."""
        if effect.state == "done":
            return False
        if once_passed_over is not None and not workflow.patched(LOOKED_AT):
            return effect.seq < once_passed_over
        if effect.state == "refused":
            said = {
                "kind": effect.kind,
                "seq": effect.seq,
                "message": effect.answer.get("message", ""),
                "must": True,
            }
            await self.decided(Trouble, role=self.row.roles["trouble"], context=said)
            if once_passed_over is not None:
                # What the officer said belongs to the record that is asked with.
                await self.shown(self.state.revision)
        return True

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        gives_up = isinstance(answers, Trouble) and answers.action == "give_up"
        if gives_up and task.context.get("must"):
            raise Refused(Refusal.INVALID_ANSWERS, MUST_BE_DONE, {"/action": MUST_BE_DONE})
