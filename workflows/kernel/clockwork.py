"""The clocks of law in a case: start, stop, extend, remind, escalate, expire. One armed timer."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.projection import ProjectionActivities
    from domain.clocks import DECIDING, EXPIRES
    from domain.contracts import (
        CaseInput,
        Command,
        ExtensionGrant,
        PendingQuery,
        RungState,
        RunningClock,
    )
    from domain.refusals import Refusal, Refused
    from law.calendars import Calendars
    from law.clock_types import Clock
    from law.clocks import find_clock
    from law.deadlines import Suspension, deadline
    from law.ladder import ladder

from workflows.kernel.recorder import PERSISTENT, QUICK, Recorder

LEVELS = {
    "amber": "amber",
    "overdue_l1": "overdue_l1",
    "overdue_l2": "overdue_l2",
    "overdue_l3": "overdue_l3",
}


@dataclass(frozen=True)
class Due:
    """The next thing that falls due: a rung of a clock, or an alarm of the case."""

    at: datetime
    clock: str | None
    name: str


class Clockwork(Recorder):
    """Running clocks. The `clocks` rows are an index of what is here, never the authority."""

    def __init__(self, case: CaseInput, first: str) -> None:
        super().__init__(case, first)
        self._calendars = Calendars.from_pins(tuple(case.calendar_pins))
        self._poked = False

    # -- verbs ---------------------------------------------------------------------------------

    def start_clock(
        self, clock_id: str, trigger: datetime, *, length: int | None = None, subject: str = ""
    ) -> str:
        """Start a clock of law from its triggering instant; returns its key in this case."""
        count = sum(1 for c in self.state.clocks.values() if c.clock_id == clock_id) + 1
        clock = RunningClock(
            key=f"{clock_id}#{count}",
            clock_id=clock_id,
            trigger=trigger,
            started_at=self.now(),
            law_edition=self.case.law_edition,
            calendar_pins=[],
            length=length,
            legal_end=trigger.date(),
            ends_at=trigger,
            subject=subject,
        )
        self.state.clocks[clock.key] = clock
        self._compute(clock)
        self.record(
            "clock_started",
            data={
                "clock": clock.key,
                "clock_id": clock_id,
                "trigger": trigger.isoformat(),
                "legal_end": clock.legal_end.isoformat(),
            },
        )
        return clock.key

    def stop_clock(self, key: str | None, how: str = "met") -> None:
        """The clock's work is done; it stays in the case's record."""
        clock = self.state.clocks.get(key or "")
        if clock is None or clock.state != "running":
            return
        clock.state, clock.closed_at = how, self.now()
        self._show_clock(clock)

    def clock_running(self, key: str) -> bool:
        return self.state.clocks[key].state == "running"

    def set_alarm(self, name: str, at: datetime) -> None:
        """Call `on_alarm(name)` at the instant: the case's own reminders, no clock of law."""
        self.state.alarms[name] = at

    def on_alarm(self, name: str) -> None:
        """A procedure overrides this when it sets alarms."""

    def on_expired(self, clock: RunningClock, law: Clock) -> None:
        """A deciding expiry took effect; a procedure's waits see `clock.state == "expired"`."""

    # -- extension -----------------------------------------------------------------------------

    def check_extendable(self, key: str, at: datetime) -> RunningClock:
        """Raises Refused unless an extension may still be asked for and granted at the instant."""
        clock = self.state.clocks.get(key)
        if clock is None or clock.state != "running":
            raise Refused(Refusal.CLOCK_CLOSED)
        law = find_clock(clock.clock_id)
        if law.extension is None or clock.extension is not None:
            raise Refused(Refusal.EXTENSION_NOT_POSSIBLE)
        if at >= clock.ends_at:
            raise Refused(Refusal.EXTENSION_TOO_LATE)
        return clock

    def extend_clock(self, key: str, grant: ExtensionGrant) -> RunningClock:
        """New end = the original, unrolled end plus the extension, then rolled (law.md §3.9)."""
        clock = self.state.clocks[key]
        clock.extension = grant
        # A light that the old end lit goes out: the term is in time again.
        clock.level = ""
        self._compute(clock)
        self.change(level="")
        for row in self.level_rows(clock):
            self.change_row("tasks", row)
        return clock

    def _compute(self, clock: RunningClock) -> None:
        """Deadline and rungs from the pinned editions: at start, and when an event changes them."""
        law = find_clock(clock.clock_id)
        pauses = tuple(
            Suspension(p.start, p.end, p.ground, p.article, p.paper) for p in clock.pauses
        )
        end = deadline(
            law,
            clock.trigger,
            self._calendars,
            length=clock.length,
            suspensions=pauses,
            extended=clock.extension is not None,
        )
        clock.raw_end, clock.legal_end, clock.ends_at = end.raw_end, end.legal_end, end.ends_at
        clock.provisional = end.provisional
        clock.calendar_pins = list(end.pins)
        clock.rungs = [
            RungState(kind=r.kind.value, at=r.at, role=r.role) for r in ladder(end, self._calendars)
        ]
        self._show_clock(clock)

    def _show_clock(self, clock: RunningClock) -> None:
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
            if c.state == "running" and find_clock(c.clock_id).binds_agency
        ]
        self.change(due_at=min(ends).isoformat() if ends else None)

    # -- the one timer --------------------------------------------------------------------------

    def _next_due(self) -> Due | None:
        found: list[Due] = [Due(at, None, name) for name, at in self.state.alarms.items()]
        for clock in self.state.clocks.values():
            if clock.state == "running":
                rung = next((r for r in clock.rungs if r.fired_at is None), None)
                if rung is not None:
                    found.append(Due(rung.at, clock.key, rung.kind))
        return min(found, key=lambda d: (d.at, d.clock or "", d.name), default=None)

    def _margin(self) -> timedelta:
        """Where the sweep runs, the timer is the safety net, 2 to 5 minutes later by case."""
        if not self.case.sweep:
            return timedelta(0)
        return timedelta(seconds=120 + int(self.case.case_id[:4], 16) % 180)

    async def _keep_clocks(self) -> None:
        while True:
            due = self._next_due()
            if due is None:
                await workflow.wait_condition(lambda: self._next_due() is not None or self._poked)
                self._poked = False
                continue
            # A passed instant must not raise: a negative delay would wedge the case for ever.
            delay = max(timedelta(0), due.at + self._margin() - self.now())
            if delay > timedelta(0) and not self._poked:
                armed = due.at
                with suppress(TimeoutError):
                    # Re-armed only for an earlier instant: a later one wakes once for nothing, which
                    # is cheaper than cancelling and starting a timer at every task.
                    await workflow.wait_condition(
                        lambda at=armed: self._poked or self._earlier(at),  # type: ignore[misc]
                        timeout=delay,
                        timeout_summary=f"{due.clock or 'alarm'} {due.name}",
                    )
            self._poked = False
            await self._fire_due()

    def _earlier(self, armed: datetime) -> bool:
        due = self._next_due()
        return due is not None and due.at < armed

    async def _fire_due(self) -> None:
        while (due := self._next_due()) is not None and due.at <= self.now():
            if due.clock is None:
                del self.state.alarms[due.name]
                self.on_alarm(due.name)
                continue
            clock = self.state.clocks[due.clock]
            law = find_clock(clock.clock_id)
            if due.name in EXPIRES and law.effect in DECIDING:
                # An act received in time wins over the expiry, whatever was processed first.
                for command in await self._received_before(clock.ends_at):
                    self.apply_if_lawful(command)
                # The step that waited for the act closes the clock before the clock is asked again.
                await self._settle()
                if clock.state != "running" or self._next_due() != due:
                    continue
            self._fire(clock, law, due)

    async def _received_before(self, instant: datetime) -> Sequence[Command]:
        waiting = await workflow.execute_local_activity_method(
            ProjectionActivities.pending_acts,
            PendingQuery(case_id=self.case.case_id, before=instant),
            start_to_close_timeout=QUICK,
            retry_policy=PERSISTENT,
        )
        return waiting.commands

    def apply_if_lawful(self, command: Command) -> None:
        raise NotImplementedError

    def _fire(self, clock: RunningClock, law: Clock, due: Due) -> None:
        rung = next(r for r in clock.rungs if r.fired_at is None)
        rung.fired_at = self.now()
        kind = due.name
        data = {"clock": clock.key, "clock_id": clock.clock_id, "rung": kind, "role": rung.role}
        if kind in LEVELS:
            clock.level = LEVELS[kind]
        if kind in EXPIRES and law.effect in DECIDING:
            clock.state, clock.closed_at = "expired", clock.ends_at
            self._show_clock(clock)
            self.record("clock_expired", at=rung.at, data={**data, "effect": law.effect.value})
            self.on_expired(clock, law)
            return
        if kind == "expiry":
            clock.state, clock.closed_at = "expired", clock.ends_at
        self._show_clock(clock)
        if kind in LEVELS:
            self.change(level=clock.level)
            for row in self.level_rows(clock):
                self.change_row("tasks", row)
        self.tell(rung.role, kind, clock=clock)
        self.record(f"clock_{kind}", at=rung.at, data=data)

    def level_rows(self, clock: RunningClock) -> list[dict[str, str]]:
        """Open tasks that the clock bounds get its light."""
        return []

    def tell(self, role: str, kind: str, *, clock: RunningClock | None = None) -> None:
        """A message to a post, the officer of the open task, or the applicant; once per rung."""
        number = sum(1 for m in self._changes.messages) + 1
        recipient = self.recipient(role, clock)
        self.change_row(
            "messages",
            {
                "message_id": f"{self.case.case_id}:{self.state.revision + 1}:{number}",
                "recipient": recipient,
                "kind": kind,
                "text": self.message_text(kind, clock),
                "at": self.now().isoformat() if clock is None else self._rung_at(clock, kind),
            },
        )

    def _rung_at(self, clock: RunningClock, kind: str) -> str:
        return next((r.at for r in clock.rungs if r.kind == kind), clock.ends_at).isoformat()

    def recipient(self, role: str, clock: RunningClock | None) -> str:
        return f"{role}@{self.case.office}"

    def message_text(self, kind: str, clock: RunningClock | None) -> str:
        if clock is None:
            return kind
        law = find_clock(clock.clock_id)
        end = f"{clock.legal_end.year}年{clock.legal_end.month}月{clock.legal_end.day}日"
        words = {
            "reminder": f"{law.name}将于{end} 24:00 届满，请及时办理。",
            "amber": f"{law.name}今天（{end}）24:00 届满，尚未办结。",
            "overdue_l1": f"{law.name}已于{end} 24:00 届满，尚未办结，请督促，并写明向社会公开的超时原因（优化营商环境条例第三十六条）。",
            "overdue_l2": f"{law.name}已超期 1 个工作日，请处理。",
            "overdue_l3": f"{law.name}已超期 3 个工作日，应当登记问责记录。",
            "expiry": f"{law.name}已于{end} 24:00 届满。",
        }
        return words.get(kind, kind)
