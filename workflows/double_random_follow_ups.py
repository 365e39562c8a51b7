"""What follows a published result of a random inspection (双随机抽查): nothing, an order and its recheck, a lead, a listing."""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.photos import on_record
    from forms.double_random_results import (
        FollowUp,
        Recheck,
        Rectified,
        Result,
        follow_up,
        result_name,
    )

from workflows.ex_officio import ExOfficio
from workflows.public_notices import PublicNotices

LIST: Final = "abnormal_operation_list"


class FollowUps(PublicNotices, ExOfficio):
    """Steps of the stages `published`, `normal`, `rectify_ordered`, `followed_up`, `case_opened`, `abnormal_list`."""

    async def filled_in(
        self, form: type[Any], role: str, clock: str | None = None
    ) -> tuple[Any, Any]:
        decided = await self.decided(form, role=self.row.roles[role], clock=clock)
        assert decided is not None, "no term decides by silence"
        return decided

    async def follow_result(self) -> str:
        """What follows from the result is the case's outcome, also in its archive."""
        follows = follow_up(self.state.memo["result"]["result"])
        self.keep_decision(decision=follows.value)
        return follows.value

    async def nothing_more(self) -> str:
        return "archiving"

    # -- 后续 ------------------------------------------------------------------------------------------

    async def recheck_order(self) -> str:
        """The order's own last day is the officers' (no term of law): shown, not counted."""
        result = self.state.memo["result"]
        await self.serve("rectification_order", result=result)
        form, given = await self.filled_in(Recheck, "verification")
        self.keep_decision(recheck=form.finding.value)
        self.record(
            "rechecked",
            actor=given.actor,
            at=given.received_at,
            data={"finding": form.finding.value, "checked_on": str(form.checked_on)},
            internal={
                "officers": list(form.officers),
                "record": form.record,
                **on_record(given.known),
            },
        )
        return "followed_up" if form.finding is Rectified.RECTIFIED else FollowUp.CASE_OPENED.value

    async def pass_lead(self) -> str:
        """No procedure of this release takes it on (行政处罚): the head of section has the lead, on record."""
        self.tell("section_head", "inspection_lead")
        self.record("lead_recorded", data={"result": self.state.memo["result"]["result"]})
        return "archiving"

    async def propose_listing(self) -> str:
        """A case of its own: verified, told, heard, and decided by somebody else than who found it (SOD-1P)."""
        result = self.state.memo["result"]
        if result["result"] == Result.UNREACHABLE.value:
            ground = "unreachable"
        else:
            missing = result["report_year"] is not None
            ground = "annual_report_missing" if missing else "information_not_published"
        fill = {
            "ground": ground,
            "report_year": result["report_year"],
            "information": result["information"],
            "found_on": self.state.decision["checked_on"],
            "facts": f"双随机抽查发现（{self.state.numbers['case']}）：{result['details']}",
        }
        await self.open_related(LIST, LIST, fill=fill, facts={"proposed_by": self.state.memo["by"]})
        return "archiving"

    def message_text(self, kind: str, clock: Any) -> str:
        if kind != "inspection_lead":
            return super().message_text(kind, clock)
        word = result_name(self.state.memo["result"]["result"])
        return f"{self.state.title}双随机抽查结果：{word}。请决定是否立案，线索已记入本件。"

    def notices_running(self) -> list[Any]:
        """None that ends with the case: how long a result stays public no text that was read says (待核)."""
        return []
