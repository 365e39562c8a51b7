"""An overrun is explained to the public (优化营商环境条例第三十六条): the act, its event, and the word to the applicant."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import refusal_words as words
    from domain.contracts import Command, RunningClock
    from domain.refusals import Refusal, Refused
    from domain.roles import HEADS
    from law.clock_types import Clock
    from law.clocks import find_clock
    from law.ladder import RungKind
    from law.zone import day_zh

from workflows.kernel.clockwork import Due
from workflows.kernel.related import RelatedCases

BASIS = "优化营商环境条例第三十六条"


class Overruns(RelatedCases):
    """Act `explain_overrun`. The reason is the officer's own words: none is ever made up for them."""

    def check_explain_overrun(self, command: Command) -> None:
        """Once the term is over, by an officer of the item or a head, of the case's office; again to correct it."""
        clock = self.state.clocks.get(str(command.data.get("clock", "")))
        if clock is None or clock.state != "running":
            raise Refused(Refusal.CLOCK_CLOSED)
        late = not clock.paused and command.received_at >= clock.ends_at
        if not late or not find_clock(clock.clock_id).binds_agency:
            raise Refused(Refusal.CLOCK_NOT_DUE, words.NOT_OVERRUN % {"article": BASIS})
        if (HEADS | set(self.row.roles.values())).isdisjoint(command.actor.roles):
            raise Refused(Refusal.WRONG_ROLE)
        if command.actor.office != self.case.office:
            raise Refused(Refusal.WRONG_OFFICE)
        if not str(command.data.get("reason", "")).strip():
            raise Refused(Refusal.INVALID_ANSWERS, words.REASON_MISSING % {"article": BASIS})

    def apply_explain_overrun(self, command: Command) -> None:
        clock = self.state.clocks[str(command.data["clock"])]
        reason = str(command.data["reason"]).strip()[:2000]
        self._told(clock, reason)
        explained = self.state.memo.setdefault("explained", {})
        explained[clock.key] = clock.ends_at.isoformat()
        end, name = clock.legal_end, find_clock(clock.clock_id).name
        self.change_row(
            "messages",
            {
                "message_id": f"{self.case.case_id}:{self.state.revision + 1}:overrun",
                "recipient": self.recipient("applicant", clock),
                "kind": "overrun_explained",
                "text": f"{name}已于{day_zh(end)}届满，尚未办结。超时的原因：{reason}",
                "at": command.received_at.isoformat(),
            },
        )
        self.record(
            "overrun_explained",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"clock": clock.key, "clock_id": clock.clock_id, "reason": reason},
        )

    def _fire(self, clock: RunningClock, law: Clock, due: Due) -> None:
        said = self.state.memo.get("explained", {}).get(clock.key)
        # What somebody else owes is no overrun of the agency: there is nothing to explain to the public.
        overrun = due.name == RungKind.OVERDUE_L1.value and law.binds_agency
        if overrun and said != clock.ends_at.isoformat():
            # What was said of an earlier overrun says nothing of this one.
            self._told(clock, "")
        super()._fire(clock, law, due)

    def _told(self, clock: RunningClock, reason: str) -> None:
        self.change_row("clocks", {"key": clock.key, "overdue_reason": reason})
