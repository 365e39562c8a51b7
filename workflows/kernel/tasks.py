"""Human tasks: opened by a step, completed by an act that the validator has checked."""

from typing import Any, TypeVar

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, Command, Duty, OpenTask, RunningClock, TaskAnswer
    from domain.photos import PHOTO_UNKNOWN, unknown
    from domain.refusals import Refusal, Refused
    from forms.base import TaskForm
    from law import sod

from workflows.kernel.answers import read, wrong
from workflows.kernel.term_checks import TermChecks

F = TypeVar("F", bound=TaskForm)
TITLE_LIMIT = 200


class Leave(Exception):
    """Raised inside a waiting step when an act ends the stage from outside (withdrawal…)."""

    def __init__(self, stage: str) -> None:
        super().__init__(stage)
        self.stage = stage


def beside(command: Command) -> list[dict[str, str]]:
    """The officers named in a record except who signs: `person_id`, `name`. Whoever bears a name that is borne twice counts."""
    named = command.known.get("officers", ())
    return [o for o in named if o["person_id"] != command.actor.person_id]


class Answer:
    """A completed task: the form as the officer filled it in, and who did."""

    def __init__(self, form: TaskForm, given: TaskAnswer) -> None:
        self.form = form
        self.actor = given.actor
        self.received_at = given.received_at


class Tasks(TermChecks):
    """Open tasks and their answers."""

    task_forms: dict[str, type[TaskForm]] = {}

    def __init__(self, case: CaseInput, first: str) -> None:
        super().__init__(case, first)
        self._answers: dict[str, TaskAnswer] = {}
        self._leave: str | None = None
        # An officer's answer is in, and the step that asked for it has not acted on it yet.
        self._decided = False

    # -- verbs ---------------------------------------------------------------------------------

    def open_task(
        self,
        form: type[TaskForm],
        *,
        role: str,
        clock: str | None = None,
        context: dict[str, Any] | None = None,
    ) -> OpenTask:
        """Open a task for a post; the event that follows carries it into the inbox."""
        self.state.tasks_opened += 1
        if not form.code.startswith("kernel."):
            self._decided = False
        task = OpenTask(
            task_id=f"{self.case.case_id}-{self.state.tasks_opened}",
            form=form.code,
            role=role,
            duty=form.duty,
            stage=self.state.stage,
            opened_at=self.now(),
            clock=clock,
            due_at=self.due_of(clock),
            context=context or {},
        )
        self.state.tasks[task.task_id] = task
        self.change_row("tasks", self._task_row(task))
        return task

    def _task_row(self, task: OpenTask) -> dict[str, Any]:
        numbers = self.state.numbers
        return {
            "task_id": task.task_id,
            "pool": f"{task.role}@{self.case.office}",
            "role": task.role,
            "duty": task.duty,
            "form": task.form,
            "stage": task.stage,
            "procedure": self.case.procedure,
            "title": self.state.title[:TITLE_LIMIT],
            "number": numbers.get("receipt", ""),
            "clock": task.clock,
            "due_at": self.due_text(task.due_at),
            "state": "open",
            "assignee": task.assignee,
            "context": task.context,
            "opened_at": task.opened_at.isoformat(),
        }

    async def decided(
        self,
        form: type[F],
        *,
        role: str,
        clock: str | None = None,
        context: dict[str, Any] | None = None,
    ) -> tuple[F, TaskAnswer] | None:
        """An officer's answers; None when the clock expired and the law decides by itself.

        A missed deadline is reported and escalated, never a reason to stop waiting, unless silence
        decides (law.md §3.10).
        """
        task = self.open_task(form, role=role, clock=clock, context=context)
        self.record("task_opened", data={"task": task.task_id, "form": form.code, "role": role})
        return await self.answer_of(task, form)

    async def answer_of(self, task: OpenTask, form: type[F]) -> tuple[F, TaskAnswer] | None:
        """Wait for an open task; also resumes one that was open before continue-as-new."""

        await self.wait(lambda: task.task_id in self._answers or self.law_decided(task.clock))
        if task.task_id not in self._answers:
            self.drop_task(task, "expired")
            return None
        given = self._answers.pop(task.task_id)
        return form.model_validate(given.answers), given

    def drop_task(self, task: OpenTask, why: str) -> None:
        """The task is no longer needed; nobody completed it."""
        if self.state.tasks.pop(task.task_id, None) is not None:
            self.change_row(
                "tasks",
                {
                    "task_id": task.task_id,
                    "state": "dropped",
                    "closed_at": self.now().isoformat(),
                    "closed_by": why,
                },
            )

    async def wait(self, met: Any) -> None:
        """Wait inside a step: ends early with `Leave` when an act ended the stage."""
        while True:
            self.leave_if_asked()
            if met():
                return
            await workflow.wait_condition(lambda: self._leave is not None or met())

    def leave_if_asked(self) -> None:
        """Raises Leave for every waiter of the stage; the run clears the wish when it has moved."""
        if self._leave is not None:
            raise Leave(self._leave)

    # -- completing ------------------------------------------------------------------------------

    def check_complete(self, command: Command) -> None:
        """Every reason why this person may not complete this task with these answers."""
        task = self.open_task_of(command)
        actor = command.actor
        if task.role not in actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        if actor.office != self.case.office:
            raise Refused(Refusal.WRONG_OFFICE)
        if task.assignee is not None and task.assignee != actor.person_id:
            raise Refused(Refusal.NOT_YOUR_TASK)
        if actor.person_id == self.state.owner:
            raise Refused(Refusal.OWN_CASE)
        self.check_duty(task.duty, actor.person_id)
        for officer in beside(command):
            self.check_duty(task.duty, officer["person_id"], officer["name"])
        if not task.form.startswith("kernel."):
            self.check_undecided(task.clock, command.received_at)
        form = self.task_forms[task.form]
        answers = read(form, command.data)
        if unknown(getattr(answers, "photos", ()), command.known):
            raise wrong("photos", PHOTO_UNKNOWN)
        self.check_answers(task, answers, command)

    def posts(self) -> set[str]:
        """The roles that have a part in cases of this procedure."""
        return set(self.row.roles.values())

    def check_officer(self, command: Command) -> None:
        """An officer of the case's office, in a role of the case, who is not its applicant."""
        if not self.posts() & set(command.actor.roles):
            raise Refused(Refusal.WRONG_ROLE)
        if command.actor.office != self.case.office:
            raise Refused(Refusal.WRONG_OFFICE)
        if command.actor.person_id == self.state.owner:
            raise Refused(Refusal.OWN_CASE)

    def open_task_of(self, command: Command) -> OpenTask:
        task = self.state.tasks.get(command.task_id or "")
        if task is not None:
            return task
        prefix, _, number = (command.task_id or "").rpartition("-")
        if (
            prefix == self.case.case_id
            and number.isascii()
            and number.isdigit()
            and 0 < int(number) <= self.state.tasks_opened
        ):
            raise Refused(Refusal.TASK_DONE)
        raise Refused(Refusal.NO_SUCH_TASK)

    def check_duty(self, duty: str, person_id: str, named: str = "") -> None:
        """Separation of duties against everybody who acted in the case; `named`: of an officer whom the signer names."""
        taken = [sod.Taken(d.duty, d.person_id) for d in self.state.duties]
        # SOD-11 follows from every article that names an approver: no procedure can leave it out.
        rules = tuple(dict.fromkeys((*self.row.sod, "SOD-11")))
        violation = sod.check(rules, taken, duty, person_id, single_officer=self.row.single_officer)
        if violation is not None:
            told = f"{violation.message}（{violation.rule}，{violation.source}）"
            if named:
                told = f"{named}：{told}"
            raise Refused(Refusal.SEPARATION_OF_DUTIES, told, {"/officers": told} if named else {})

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        """What a procedure demands beyond the form itself. Raises Refused."""

    def apply_complete(self, command: Command) -> None:
        task = self.state.tasks.pop(command.task_id or "")
        self._decided = self._decided or not task.form.startswith("kernel.")
        self._answers[task.task_id] = TaskAnswer(
            answers=command.data,
            actor=command.actor,
            received_at=command.received_at,
            known=command.known,
        )
        self.take_duty(task.duty, command)
        self.change_row(
            "tasks",
            {
                "task_id": task.task_id,
                "state": "done",
                "closed_at": command.received_at.isoformat(),
                "closed_by": command.actor.person_id,
            },
        )
        single = (
            self.row.single_officer
            and sum(d.person_id == command.actor.person_id for d in self.state.duties) > 1
        )
        self.record(
            "task_completed",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={
                "task": task.task_id,
                "form": task.form,
                "stage": task.stage,
                **({"single_officer": True} if single else {}),
            },
            internal={
                "answers": command.data,
                **({"known": command.known} if command.known else {}),
            },
        )

    def take_duty(self, duty: str, command: Command) -> None:
        """Who signs takes it, and so do the officers whom the record names beside (SOD-4, SOD-5)."""
        actor = command.actor
        self.state.duties.append(Duty(duty=duty, person_id=actor.person_id, name=actor.name))
        self.state.duties += [Duty(duty=duty, **officer) for officer in beside(command)]
        self.change(duties=[d.model_dump() for d in self.state.duties])
        if not self.state.first_handler:
            self.state.first_handler = command.actor.name
            self.change(first_handler=command.actor.name)

    # -- lights and recipients ---------------------------------------------------------------------

    def level_rows(self, clock: RunningClock) -> list[dict[str, str]]:
        return [
            {"task_id": t.task_id, "level": clock.level}
            for t in self.state.tasks.values()
            if t.clock == clock.key
        ]

    def recipient(self, role: str, clock: RunningClock | None) -> str:
        """The officer is whoever holds the clock's open task; the applicant is the case's owner."""
        if role == "applicant":
            return f"person:{self.state.owner}"
        if role == "officer":
            # Whoever decides on an extension is not the officer of the case.
            tasks = [t for t in self.state.tasks.values() if not t.form.startswith("kernel.")]
            tasks = tasks or list(self.state.tasks.values())
            open_tasks = [t for t in tasks if clock is None or t.clock == clock.key] or tasks
            if open_tasks:
                return f"task:{open_tasks[-1].task_id}"
            return f"window_head@{self.case.office}"
        return f"{role}@{self.case.office}"
