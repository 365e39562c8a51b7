"""Tasks in lists and alone: light, holder of the claim, what this officer may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api import dates
from api.clock_cards import ClockCard, Light, card, light_of
from api.i18n import counted
from api.i18n import gettext as _
from api.security.person import Person, Reader
from api.views import actions, why, words
from api.views.clocks import promised_for
from api.views.viewer import Viewer
from domain.clocks import deadline_of
from domain.contracts import RunningClock
from domain.roles import STAFF
from law.calendars import default_calendars
from law.clock_types import Unit
from law.deadlines import Deadline
from law.worktime import remaining
from law.zone import local
from storage import tasks
from storage.tables import TaskRow
from storage.tasks import CLAIM_LASTS, ListedTask

# A task without a clock is due in the year 9999: it sorts last and shows no date.
NEVER_YEAR: Final = 9000


def pools_of(person: Reader) -> list[str]:
    """The pools of the person's posts."""
    return [f"{role.value}@{person.office}" for role in sorted(person.roles & STAFF)]


def recipients_of(person: Person, claimed: list[str]) -> list[str]:
    """Whom messages to this person are addressed to: themselves, their posts, their claimed tasks."""
    mine = [f"person:{person.id}", *pools_of(person)]
    return mine + [f"task:{task_id}" for task_id in claimed]


def etag_of(claim_version: int) -> str:
    """The claim's version as an entity tag."""
    return f'"{claim_version}"'


@dataclass(frozen=True)
class TaskLine:
    """One row of the inbox, with its light from the case's own clock."""

    task: ListedTask
    now: datetime
    deadline: Deadline | None

    @property
    def number(self) -> str:
        return self.task.number or str(self.task.case_id)

    @property
    def never(self) -> bool:
        return self.task.due_at.year > NEVER_YEAR

    @property
    def light(self) -> Light | None:
        """None where no clock of law bounds the task."""
        if self.deadline is None:
            return None if self.never else plain_light(self.task.due_at, self.now)
        left = remaining(self.deadline, self.now, default_calendars())
        return light_of(self.deadline.to_json(trace=False), left)

    @property
    def light_word(self) -> str:
        """The light in a word, for the narrow column; the full text stands under the date."""
        light = self.light
        if light is None:
            return ""
        words_of = {
            "green": _("正常"),
            "red": light.text,
            "paused": _("暂停"),
            "prov": _("暂定"),
        }
        if light.kind == "amber" and words.last_day(self.task.due_at) != local(self.now).date():
            return _("临近")
        return words_of.get(light.kind, _("今天"))

    @property
    def kernel(self) -> bool:
        """A task beside the stages: an extension to approve, a register in trouble."""
        return self.task.form.startswith("kernel.")

    @property
    def what(self) -> str:
        """What is to be done: the stage's own work by the stage's name, a task beside it by its own."""
        holder = words.stage_holder(self.task.procedure, self.task.stage)
        return self.stage_label if not self.kernel and holder in STAFF else self.form_title

    @property
    def day(self) -> date:
        """The last day."""
        return words.last_day(self.task.due_at)

    @property
    def promised(self) -> date | None:
        """The bureau's own promise, where the catalogue words one for this clock."""
        if self.deadline is None:
            return None
        found = promised_for(self.task.procedure, None, self.deadline)
        return found.date if found else None

    @property
    def card(self) -> ClockCard | None:
        """The clock as a card: its ribbon is the preview."""
        light = self.light
        if self.deadline is None or light is None:
            return None
        return card(
            self.deadline.to_json(),
            name=words.clock_name(self.deadline.clock),
            now=self.now,
            light=light,
        )

    @property
    def address(self) -> str:
        """The page that explains the due date; empty for a task without one."""
        if self.never:
            return ""
        if self.task.clock is None:
            return why.of_case(self.number)
        return why.of_clock(self.number, self.task.clock)

    @property
    def end_text(self) -> str:
        if self.paused:
            return _("中止")
        if self.never:
            return ""
        hours = self.deadline is not None and self.deadline.unit is Unit.H
        return words.end_text(self.task.due_at, hours=hours)

    @property
    def paused(self) -> bool:
        """The clock that bounds the task stands still."""
        return self.deadline is not None and self.deadline.paused

    @property
    def provisional(self) -> bool:
        return self.deadline is not None and self.deadline.provisional

    @property
    def procedure_title(self) -> str:
        return words.procedure_title(self.task.procedure)

    @property
    def stage_label(self) -> str:
        return words.stage_name(self.task.procedure, self.task.stage)

    @property
    def form_title(self) -> str:
        return words.form_title(self.task.form)

    @property
    def stale_claim(self) -> bool:
        """Whether the claim may be taken over."""
        at = self.task.claimed_at
        return at is not None and self.now >= at + CLAIM_LASTS

    def holder_text(self, person_id: str) -> str:
        """Whose turn it is, in words."""
        task = self.task
        if task.claimed_by == person_id:
            return _("轮到您，已领取")
        if task.claimed_by is not None and task.claimed_at is not None:
            return _("%(name)s正在办理，%(time)s领取") % {
                "name": task.claimed_name,
                "time": dates.minute_text(task.claimed_at),
            }
        if task.assignee == person_id:
            return _("转给您，待领取")
        if task.assignee is not None:
            return _("已转给另一位同事")
        return _("%(post)s待领取") % {"post": words.role_label(task.role)}

    def to_json(self, person: Person) -> dict[str, Any]:
        task = self.task
        light = self.light
        return {
            "task_id": task.task_id,
            "case_id": str(task.case_id),
            "number": self.number,
            "procedure": task.procedure,
            "procedure_title": self.procedure_title,
            "title": task.title,
            "form": task.form,
            "form_title": self.form_title,
            "stage": task.stage,
            "stage_label": self.stage_label,
            "role": task.role,
            "role_label": words.role_label(task.role),
            "state": "open",
            "opened_at": local(task.opened_at).isoformat(),
            "due_at": None if self.never else local(task.due_at).isoformat(),
            "due_text": self.end_text,
            "clock": task.clock,
            "level": task.level,
            "light": {"kind": light.kind, "text": light.text} if light else None,
            "provisional": self.provisional,
            "assigned_to_me": task.assignee == str(person.id),
            "claim": _claim(task, str(person.id)),
            "etag": etag_of(task.claim_version),
            "url": f"/api/v1/tasks/{task.task_id}",
            "case_url": f"/api/v1/cases/{self.number}",
            "page_url": f"/desk/tasks/{task.task_id}",
            "due_page_url": self.address or None,
        }


def _claim(task: ListedTask | TaskRow, person_id: str) -> dict[str, Any] | None:
    if task.claimed_by is None or task.claimed_at is None:
        return None
    return {
        "mine": task.claimed_by == person_id,
        "holder": task.claimed_name,
        "at": local(task.claimed_at).isoformat(),
        "until": local(task.claimed_at + CLAIM_LASTS).isoformat(),
    }


def plain_light(due_at: datetime, now: datetime) -> Light:
    """By the due instant alone, for a task whose clock is not at hand."""
    if now >= due_at:
        return Light("red", _("已超时"))
    day, today = words.last_day(due_at), local(now).date()
    if day == today:
        return Light("amber", _("今天到期"))
    left = default_calendars().workdays_between(today, day)
    text = counted("还剩 %(n)s 个工作日", left)
    if left <= 1:
        return Light("amber", text)
    return Light("green", _("正常，%(left)s") % {"left": text})


async def lines_of(
    connection: AsyncConnection, listed: list[ListedTask], now: datetime
) -> list[TaskLine]:
    """The rows of a page with their cases' clocks (one query more)."""
    bodies = await tasks.clock_bodies(connection, [t.case_id for t in listed])
    return [TaskLine(task, now, _deadline(bodies, task.case_id, task.clock)) for task in listed]


def _deadline(
    bodies: Mapping[tuple[UUID, str], dict[str, Any]], case_id: UUID, clock: str | None
) -> Deadline | None:
    body = bodies.get((case_id, clock)) if clock else None
    return deadline_of(RunningClock.model_validate(body)) if body else None


def listed_of(task: TaskRow) -> ListedTask:
    """A task's own row as a row of the inbox."""
    return ListedTask(
        *(getattr(task, name) for name in ListedTask.__dataclass_fields__)  # the same column names
    )


def task_json(opened: tasks.Opened, person: Person) -> dict[str, Any]:
    """One task with its context, log and allowed actions."""
    task = opened.task
    line = TaskLine(listed_of(task), person.now, _deadline(opened.clocks, task.case_id, task.clock))
    viewer = Viewer("staff", person, person.now)
    return line.to_json(person) | {
        "state": task.state,
        "duty": task.duty,
        "context": task.context,
        "closed_at": local(task.closed_at).isoformat() if task.closed_at else None,
        "claim_log": [
            {"what": entry.what, "at": local(entry.at).isoformat(), "reason": entry.reason}
            for entry in opened.log
        ],
        "allowed_actions": [a.to_json() for a in actions.of_task(task, opened.case, viewer)],
    }
