"""A case that another one opened: what it tells its opener while it lives, and that it ends with it.

The opener goes on by itself; it hears of the case's end by the kernel. A case that nobody opened does none of this.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command
    from domain.refusals import Refusal, Refused

from workflows.kernel.case import CaseWorkflow

OPENER_WITHDRAWN = "opener_withdrawn"


class OpenedCase(CaseWorkflow):
    """The act `opener_withdrawn` and the verb `tell_opener`."""

    async def tell_opener(self, kind: str, **data: Any) -> None:
        """A durable act to the case that opened this one; told once each, in order."""
        told = int(self.state.memo.get("told", 0)) + 1
        self.state.memo["told"] = told
        if self.case.parent_case is None:
            return
        await self.tell_case(
            self.case.parent_case,
            kind,
            seq=told,
            case=self.case.case_id,
            key=self.case.parent_item or "",
            **data,
        )

    def check_opener_withdrawn(self, command: Command) -> None:
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)

    def apply_opener_withdrawn(self, command: Command) -> None:
        self.apply_withdraw(command)


class OpeningCase(CaseWorkflow):
    """What a case does for those that it opened when its applicant withdraws."""

    async def take_back_opened(self, kind: str, reason: str) -> None:
        """Each case that is still open is told; one that is decided already refuses, and stays."""
        for related in list(self.state.related.values()):
            if related.state == "open":
                await self.tell_case(related.case_id, kind, reason=reason)
