"""The dates of running clocks. Nothing else sets them: a start, and every event that moves one, comes here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.clocks import Cause, deadline_of, worst
    from domain.contracts import SYSTEM, Actor, CaseInput, OpenTask, RungState, RunningClock
    from law.calendars import Calendars
    from law.clocks import find_clock
    from law.ladder import RungKind, ladder, pause_ladder

from workflows.kernel.recorder import Recorder

WARNINGS = frozenset(
    {RungKind.REMINDER, RungKind.LAST_REMINDER, RungKind.AMBER, RungKind.PAUSE_OVER}
)
NEVER = "9999-12-31T00:00:00+00:00"


@dataclass(frozen=True)
class Revision:
    """What an event did to a clock: its legal end before and after, None while it stands still."""

    clock: str
    cause: Cause
    before: date | None
    after: date | None

    @property
    def moved(self) -> bool:
        return self.before != self.after


class Terms(Recorder):
    """`revise_clock` is the one way by which a date of a running clock changes."""

    def __init__(self, case: CaseInput, first: str) -> None:
        super().__init__(case, first)
        self._calendars = Calendars.from_pins(tuple(self.calendar_pins))

    @property
    def calendar_pins(self) -> list[str]:
        """The editions by which the case counts: of its opening, or of the last publication that reached it."""
        return self.state.calendar_pins or self.case.calendar_pins

    @property
    def calendar_order(self) -> int:
        """The last publication that the pins know of."""
        return self.state.calendar_order or self.case.calendar_order

    def new_clock(
        self, clock_id: str, trigger: datetime, *, length: int | None, subject: str
    ) -> RunningClock:
        """A clock with its dates, in the state but not yet in an event."""
        count = sum(1 for c in self.state.clocks.values() if c.clock_id == clock_id) + 1
        clock = RunningClock(
            key=f"{clock_id}#{count}",
            clock_id=clock_id,
            trigger=trigger,
            started_at=self.now(),
            law_edition=self.case.law_edition,
            length=length,
            legal_end=trigger.date(),
            ends_at=trigger,
            subject=subject,
        )
        self.state.clocks[clock.key] = clock
        self._set_term(clock)
        return clock

    def revise_clock(
        self,
        clock: RunningClock,
        cause: Cause,
        *,
        actor: Actor = SYSTEM,
        at: datetime | None = None,
        act_id: str | None = None,
        data: dict[str, Any] | None = None,
        internal: dict[str, Any] | None = None,
        left: str = "",
        tell: Sequence[str] = (),
    ) -> Revision:
        """Compute the clock again after what bears on it changed; the event `clock_<cause>` says so.

        The caller changes the reason first (the clock's extension or pauses, the case's calendars) and
        then comes here. Rungs whose instant did not move stay fired. A rung that already lies in the
        past is not told again to who was told it before. Open tasks take the new end, but `left`, the
        task that is being decided by this very act. `tell` are the roles that get a message, after which
        no warning of a day that has passed is sent any more.

        Raises DeadlineError where the change is not lawful; the caller's check refuses it before.
        """
        before = None if clock.paused else clock.legal_end
        self._set_term(clock, past_warnings=not tell)
        clock.level = worst(r.kind for r in clock.rungs if r.fired_at is not None)
        revision = Revision(clock.key, cause, before, None if clock.paused else clock.legal_end)
        self.show_clock(clock)
        # A light that the old end lit goes out with it.
        running = (c for c in self.state.clocks.values() if c.state == "running")
        self.change(level=worst(c.level for c in running))
        bound = [t for t in self.state.tasks.values() if t.clock == clock.key]
        self._move_tasks(bound, clock.level, left)
        for role in tell:
            self.tell(role, f"clock_{cause.value}", clock=clock)
        self.record(
            f"clock_{cause.value}",
            actor=actor,
            at=at,
            act_id=act_id,
            data={
                "clock": clock.key,
                "clock_id": clock.clock_id,
                "from": revision.before.isoformat() if revision.before else None,
                "to": revision.after.isoformat() if revision.after else None,
                **(data or {}),
            },
            internal=internal,
        )
        return revision

    def tell(self, role: str, kind: str, *, clock: RunningClock | None = None) -> None:
        """A message to whoever fills the role."""
        raise NotImplementedError

    def due_of(self, key: str | None) -> datetime | None:
        """When work that the clock bounds falls due; None without a clock and while it stands still."""
        clock = self.state.clocks.get(key or "")
        return None if clock is None or clock.paused else clock.ends_at

    def _set_term(self, clock: RunningClock, *, past_warnings: bool = True) -> None:
        """Dates and rungs from the case's editions."""
        end = deadline_of(clock, self._calendars)
        clock.calendar_pins = list(end.pins)
        clock.raw_end, clock.legal_end, clock.ends_at = end.raw_end, end.legal_end, end.ends_at
        clock.provisional, clock.paused = end.provisional, end.paused
        clock.told = [*clock.told, *(r for r in clock.rungs if r.fired_at and r not in clock.told)]
        if end.paused:
            holding = [p for p in clock.pauses if p.end is None]
            expected = [p.expected for p in holding if p.expected and not p.lapses]
            lapsing = [p.expected for p in holding if p.expected and p.lapses]
            coming = pause_ladder(expected, self._calendars, lapsing=lapsing)
        else:
            coming = ladder(end, self._calendars)
        rungs = [RungState(kind=r.kind.value, at=r.at, role=r.role) for r in coming]
        for rung in rungs:
            rung.fired_at = self._told_before(clock, rung)
        clock.rungs = [r for r in rungs if past_warnings or r.fired_at or not self._is_past(r)]

    def _is_past(self, rung: RungState) -> bool:
        """A warning of a day that has passed; an end that has passed still takes effect."""
        return rung.kind in WARNINGS and rung.at <= self.now()

    def _told_before(self, clock: RunningClock, rung: RungState) -> datetime | None:
        past = rung.at <= self.now()
        told = (
            t for t in reversed(clock.told) if t.kind == rung.kind and (past or t.at == rung.at)
        )
        return next((t.fired_at for t in told), None)

    def _move_tasks(self, tasks: Sequence[OpenTask], level: str, left: str = "") -> None:
        for task in tasks:
            row = {"task_id": task.task_id, "level": level}
            if task.task_id != left:
                task.due_at = self.due_of(task.clock)
                row |= {"due_at": self.due_text(task.due_at)}
            self.change_row("tasks", row)

    def bind_tasks(self, forms: Collection[str], before: str | None, now: str | None) -> None:
        """Open tasks of these forms take another clock, or none: their term began after they were opened, or fell away."""
        bound = [t for t in self.state.tasks.values() if t.form in forms and t.clock == before]
        for task in bound:
            task.clock = now
            self.change_row("tasks", {"task_id": task.task_id, "clock": now})
        self._move_tasks(bound, self.state.clocks[now].level if now else "")

    def due_text(self, due: datetime | None) -> str:
        """As the tasks' rows hold it: what has no due date sorts behind everything that has one."""
        return due.isoformat() if due else NEVER

    def show_clock(self, clock: RunningClock) -> None:
        """The clock as it stands, and the case's due date, into the next event."""
        coming = next((r for r in clock.rungs if r.fired_at is None), None)
        running = clock.state == "running"
        self.change_row(
            "clocks",
            {
                "key": clock.key,
                "clock_id": clock.clock_id,
                "state": clock.state,
                "level": clock.level,
                "trigger": clock.trigger.isoformat(),
                "raw_end": clock.raw_end.isoformat() if clock.raw_end else None,
                "legal_end": clock.legal_end.isoformat(),
                "ends_at": clock.ends_at.isoformat(),
                "provisional": clock.provisional,
                "next_rung": coming.kind if coming and running else None,
                "next_rung_at": coming.at.isoformat() if coming and running else None,
                "closed_at": clock.closed_at.isoformat() if clock.closed_at else None,
                "body": clock.model_dump(mode="json"),
            },
        )
        ends = [
            c.ends_at
            for c in self.state.clocks.values()
            if c.state == "running" and not c.paused and find_clock(c.clock_id).binds_agency
        ]
        self.change(due_at=min(ends).isoformat() if ends else None)
