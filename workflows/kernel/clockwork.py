"""The clocks of law in a case: start, stop, remind, escalate, expire. One armed timer."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.projection import ProjectionActivities
    from domain import refusal_words as words
    from domain.clocks import DECIDING, EXPIRES, LEVELS, heeds_acts
    from domain.contracts import CaseInput, Command, PendingQuery, RunningClock
    from domain.refusals import Refusal, Refused
    from law.clock_types import Clock, Effect, Unit
    from law.clocks import find_clock
    from law.editions import rule_on
    from law.ladder import PROMISED
    from law.zone import civil_date, day_zh, local

from workflows.kernel.recorder import PERSISTENT, QUICK
from workflows.kernel.terms import Terms

# Older cases whose clock ended without deciding anything (M01) did not look into the inbox before.
READ_BEFORE_EXPIRY = "kernel-read-before-expiry-v1"


@dataclass(frozen=True)
class Due:
    """The next thing that falls due: a rung of a clock, or an alarm of the case."""

    at: datetime
    clock: str | None
    name: str


class Clockwork(Terms):
    """Running clocks. The `clocks` rows are an index of what is here, never the authority."""

    def __init__(self, case: CaseInput, first: str) -> None:
        super().__init__(case, first)
        self._poked = False

    # -- verbs ---------------------------------------------------------------------------------

    def start_clock(
        self,
        clock_id: str,
        trigger: datetime,
        *,
        length: int | None = None,
        subject: str = "",
        on: date | None = None,
    ) -> str:
        """Start a clock of law from its triggering instant; returns its key in this case.

        Of a rule that was replaced the row in force on the trigger's day is taken, and kept for as long as the
        clock runs; `on` is another day where the article goes by another. Ask `check_startable` first where
        the trigger comes from outside: here a rule without a row for the day is an error of the procedure.
        """
        clock_id = rule_on(clock_id, on or civil_date(trigger)).id
        clock = self.new_clock(clock_id, trigger, length=length, subject=subject)
        self.show_clock(clock)
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
        self.show_clock(clock)

    def clock_running(self, key: str) -> bool:
        return self.state.clocks[key].state == "running"

    def set_alarm(self, name: str, at: datetime) -> None:
        """Call `on_alarm(name)` at the instant: the case's own reminders, no clock of law."""
        self.state.alarms[name] = at

    def on_alarm(self, name: str) -> None:
        """A procedure overrides this when it sets alarms."""

    def on_expired(self, clock: RunningClock, law: Clock) -> None:
        """A deciding expiry took effect; a procedure's waits see `law_decided`."""

    def takes_effect_at(self, clock: RunningClock) -> datetime:
        """The instant of the rung at which the clock ends."""
        return next((r.at for r in clock.rungs if r.kind in EXPIRES), clock.ends_at)

    def law_decided(self, key: str | None) -> bool:
        """Whether the clock ran out and its row decides by itself (law.md §3.10)."""
        clock = self.state.clocks.get(key or "")
        if clock is None or find_clock(clock.clock_id).effect not in DECIDING:
            return False
        # What must be lifted stays on the ladder until it is: its clock runs on, decided all the same.
        return clock.state == "expired" or any(
            r.kind in EXPIRES and r.fired_at for r in clock.rungs
        )

    # -- extension -----------------------------------------------------------------------------

    def check_extendable(self, key: str, at: datetime) -> RunningClock:
        """Raises Refused unless an extension may still be asked for and granted at the instant."""
        clock = self.state.clocks.get(key)
        if clock is None or clock.state != "running":
            raise Refused(Refusal.CLOCK_CLOSED)
        law = find_clock(clock.clock_id)
        if clock.paused:
            # The extension runs from the original end (law.md §3.9), and there is none while the clock
            # stands still; nothing is lost, for it cannot run out meanwhile.
            raise Refused(
                Refusal.CLOCK_PAUSED,
                words.CLOCK_PAUSED % {"clock": law.name, "article": law.suspension_basis},
            )
        if law.extension is None or clock.extension is not None:
            raise Refused(Refusal.EXTENSION_NOT_POSSIBLE)
        if at >= clock.ends_at:
            raise Refused(Refusal.EXTENSION_TOO_LATE)
        return clock

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
            decides = due.name in EXPIRES and law.effect in DECIDING
            if decides or (heeds_acts(law, due.name) and workflow.patched(READ_BEFORE_EXPIRY)):
                # An act received in time wins over the expiry, whatever was processed first.
                for command in await self._received_before(self.takes_effect_at(clock)):
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
            clock.level = kind
        decides = kind in EXPIRES and law.effect in DECIDING
        if decides and law.effect is not Effect.MUST_RELEASE:
            clock.state, clock.closed_at = "expired", rung.at
            self.show_clock(clock)
            self.record("clock_expired", at=rung.at, data={**data, "effect": law.effect.value})
            self.on_expired(clock, law)
            return
        if kind == "expiry":
            clock.state, clock.closed_at = "expired", clock.ends_at
        self.show_clock(clock)
        if kind in LEVELS:
            self.change(level=clock.level)
            for row in self.level_rows(clock):
                self.change_row("tasks", row)
        self.tell(rung.role, kind, clock=clock)
        self.record(f"clock_{kind}", at=rung.at, data=data)
        if decides:
            self.on_expired(clock, law)

    def level_rows(self, clock: RunningClock) -> list[dict[str, str]]:
        """Open tasks that the clock bounds get its light."""
        return []

    def tell(self, role: str, kind: str, *, clock: RunningClock | None = None) -> None:
        """A message to a post, the officer of the open task, or the applicant; once per rung."""
        at = self.now().isoformat() if clock is None else self._rung_at(clock, kind)
        self._message(self.recipient(role, clock), kind, self.message_text(kind, clock), at)

    def _message(self, recipient: str, kind: str, text: str, at: str) -> None:
        number = sum(1 for m in self._changes.messages) + 1
        self.change_row(
            "messages",
            {
                "message_id": f"{self.case.case_id}:{self.state.revision + 1}:{number}",
                "recipient": recipient,
                "kind": kind,
                "text": text,
                "at": at,
            },
        )

    def _rung_at(self, clock: RunningClock, kind: str) -> str:
        at = next((r.at for r in clock.rungs if r.kind == kind), None)
        if at is None:
            # What the end brought is told as of the end; of a clock that stands still there is none.
            at = self.takes_effect_at(clock) if self.law_decided(clock.key) else self.now()
        return at.isoformat()

    def recipient(self, role: str, clock: RunningClock | None) -> str:
        return f"{role}@{self.case.office}"

    def message_text(self, kind: str, clock: RunningClock | None) -> str:
        if clock is None:
            return kind
        law = find_clock(clock.clock_id)
        end = end_in_words(clock, law)
        if clock.clock_id in PROMISED and kind in LEVELS:
            return f"{law.name}已于{end} 届满，承诺的材料没有补齐，请决定如何处理。"
        words = {
            "last_reminder": f"{law.name}将于{end} 届满，请尽快办理。",
            "reminder": f"{law.name}将于{end} 届满，请及时办理。",
            "amber": f"{law.name}今天（{end}）届满，尚未办结。",
            "overdue_l1": f"{law.name}已于{end} 届满，尚未办结，请督促，"
            "并写明向社会公开的超时原因（优化营商环境条例第三十六条）。",
            "overdue_l2": f"{law.name}已超期 1 个工作日，请处理。",
            "overdue_l3": f"{law.name}已超期 3 个工作日，应当登记问责记录。",
            "expiry": f"{law.name}已于{end} 届满。",
            "clock_extended": f"{law.name}依法延长，新的届满日是{end}。",
        }
        return words.get(kind, kind)


def end_in_words(clock: RunningClock, law: Clock) -> str:
    """The end as people write it: a day's last instant is its 24:00; hours end at their minute."""
    day = day_zh(clock.legal_end)
    if law.count_unit is not Unit.H:
        return f"{day} 24:00"
    return f"{day} {local(clock.ends_at):%H:%M}"
