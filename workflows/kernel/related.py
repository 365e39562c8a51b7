"""Related cases (promise 5): ordinary top-level cases, tied by a link row, their end reported once.

Cases that neither opened tell each other by durable acts (`tell_case`).
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.related import RelatedActivities, related_id
    from domain.contracts import Command, RelatedCase
    from domain.refusals import Refusal, Refused
    from domain.related import CaseNotice, ParentReport, RelatedOrder

from workflows.kernel.effects import ATTEMPT, EFFECTS_QUEUE, SILENCE
from workflows.kernel.expiry import Expiry
from workflows.kernel.recorder import PERSISTENT

# Of a link: what this case relies on no longer. It may end by itself later, and is dropped all the same.
DROPPED: Final = "dropped"
TOLD_AGAIN: Final = timedelta(minutes=10)
"""A case that refuses what it is told is between two steps, or its end is on its way here."""


class RelatedCases(Expiry):
    """Opens them, hears of their end, and reports this case's own end to its parent."""

    async def open_related(
        self, item: str, procedure: str, *, party: str | None = None, **data: Any
    ) -> str:
        """Open a related case: an ordinary top-level case, tied by a link row (promise 5).

        Args:
            party: whom it is about, where that is not whom this case is about: `uscc:…`.
        """
        # Known before it is begun: a quick one may tell of itself before the activity's answer is here.
        related = self._expect(item, procedure, "open")
        case_id: str = await workflow.execute_activity_method(
            RelatedActivities.open_related,
            self._order(item, procedure, data, party),
            task_queue=self.effects_queue,
            start_to_close_timeout=ATTEMPT,
            heartbeat_timeout=SILENCE,
            retry_policy=PERSISTENT,
            summary=item,
        )
        self._show_link(related)
        self.record("related_opened", data={"item": item, "procedure": procedure, "case": case_id})
        return case_id

    async def prepare_related(self, item: str, procedure: str, **data: Any) -> str:
        """Lay out the draft of a related case that its owner hands in; tied by a link row from now on."""
        related = self._expect(item, procedure, "draft")
        case_id: str = await workflow.execute_activity_method(
            RelatedActivities.prepare_related,
            self._order(item, procedure, data),
            task_queue=EFFECTS_QUEUE,
            start_to_close_timeout=ATTEMPT,
            heartbeat_timeout=SILENCE,
            retry_policy=PERSISTENT,
            summary=item,
        )
        self._show_link(related)
        self.record(
            "related_prepared", data={"item": item, "procedure": procedure, "case": case_id}
        )
        return case_id

    def _expect(self, item: str, procedure: str, state: str) -> RelatedCase:
        known = str(related_id(self.case.case_id, item))
        related = RelatedCase(case_id=known, item=item, procedure=procedure, state=state)
        self.state.related[item] = related
        return related

    def _show_link(self, related: RelatedCase) -> None:
        """As it stands now: it may have ended meanwhile."""
        self.change_row(
            "links",
            {
                "item": related.item,
                "child_case": related.case_id,
                "procedure": related.procedure,
                "state": related.state,
                "outcome": related.outcome,
            },
        )

    def drop_related(self, item: str) -> None:
        """This case relies on it no longer: it stays among the related cases, and is told there to be dropped."""
        self.state.related[item].state = DROPPED
        self._show_link(self.state.related[item])

    def _order(
        self, item: str, procedure: str, data: dict[str, Any], party: str | None = None
    ) -> RelatedOrder:
        actor = self.case.opening.actor
        return RelatedOrder(
            parent_case=self.case.case_id,
            item=item,
            procedure=procedure,
            office=self.case.office,
            at=self.now(),
            actor=actor.model_copy(update={"acting_for": party}) if party else actor,
            data=data,
            offset_seconds=self.case.offset_seconds,
            sweep=self.case.sweep,
        )

    async def open_follow_ups(self, **fill: Any) -> None:
        """What the catalogue row says comes next: cases of their own, this one waits for none of them."""
        for procedure in self.row.follow_ups:
            await self.open_related(procedure, procedure, fill=fill)

    def check_related_ended(self, command: Command) -> None:
        self.check_from_related(command, "item")

    def check_from_related(self, command: Command, key: str = "key") -> None:
        """Raises Refused unless a case that this one opened tells it; `key` names its item in the act."""
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)
        related = self.state.related.get(str(command.data.get(key, "")))
        if related is None or related.case_id != command.data.get("case"):
            raise Refused(Refusal.UNKNOWN_CALLBACK)

    def apply_related_ended(self, command: Command) -> None:
        related = self.state.related[str(command.data["item"])]
        related.outcome = str(command.data.get("outcome", ""))
        if related.state != DROPPED:
            related.state = "ended"
        self._show_link(related)
        self.record(
            "related_ended",
            at=command.received_at,
            act_id=command.act_id,
            data={"item": related.item, "outcome": related.outcome},
        )

    async def tell_case(self, to_case: str, kind: str, *, seq: int = 1, **data: Any) -> str:
        """A durable act of this case to another one. "" where it was taken, else why it was refused."""
        refused: str = await workflow.execute_activity_method(
            RelatedActivities.tell_case,
            CaseNotice(
                from_case=self.case.case_id,
                to_case=to_case,
                kind=kind,
                seq=seq,
                data=data,
                at=self.now(),
            ),
            task_queue=EFFECTS_QUEUE,
            start_to_close_timeout=ATTEMPT,
            heartbeat_timeout=SILENCE,
            retry_policy=PERSISTENT,
            summary=kind,
        )
        return refused

    async def tell_until_taken(self, related: RelatedCase, kind: str, **data: Any) -> None:
        """As `tell_case`, of a case that this one opened: an act of its own each time, until it is taken or that case has ended."""
        seq = 1
        while not related.outcome and await self.tell_case(related.case_id, kind, seq=seq, **data):
            seq += 1
            with suppress(TimeoutError):
                await workflow.wait_condition(lambda: bool(related.outcome), timeout=TOLD_AGAIN)

    async def _report_to_parent(self) -> None:
        if self.case.parent_case is None:
            return
        await workflow.execute_activity_method(
            RelatedActivities.report_to_parent,
            ParentReport(
                parent_case=self.case.parent_case,
                item=self.case.parent_item or "",
                case_id=self.case.case_id,
                outcome=self.state.stage,
                at=self.now(),
            ),
            task_queue=EFFECTS_QUEUE,
            start_to_close_timeout=ATTEMPT,
            heartbeat_timeout=SILENCE,
            retry_policy=PERSISTENT,
        )
