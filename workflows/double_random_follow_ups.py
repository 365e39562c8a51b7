"""What follows a published result of a random inspection (双随机抽查): nothing, an order and its recheck, a lead, a listing."""

from datetime import date, datetime
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
    from law.ladder import REMINDER_HOUR
    from law.zone import CST, civil_date, day_end, day_zh

from workflows.ex_officio import ExOfficio
from workflows.public_notices import PublicNotices

LIST: Final = "abnormal_operation_list"
# An order's last day passed unnoticed: no alarm was set before.
CHASED: Final = "double-random-order-chased-v1"
REMINDED: Final = "order_reminder"
# As the ladder of law.md §3.11, in working days from the order's last day; who is told.
RUNGS: Final = (
    (REMINDED, -2, ("officer",)),
    ("order_overdue_l1", 0, ("officer", "section_head")),
    ("order_overdue_l2", 1, ("registry_head",)),
    ("order_overdue_l3", 3, ("bureau_head",)),
)


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
        """The order's own last day is the officers' (no term of law): no clock, but looked after like one."""
        memo = self.state.memo
        if "ordered_on" not in memo:
            await self.serve("rectification_order", result=memo["result"])
            memo["ordered_on"] = civil_date(self.now()).isoformat()
        if workflow.patched(CHASED):
            self._chase()
        try:
            form, given = await self.filled_in(Recheck, "verification")
        finally:
            for name, _days, _told in RUNGS:
                self.state.alarms.pop(name, None)
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

    @property
    def _until(self) -> date:
        return date.fromisoformat(self.state.memo["result"]["rectify_until"])

    def _chase(self) -> None:
        """Set what is still to come; after a replacement what was told is not told again."""
        told = self.state.memo.setdefault("chased", [])
        for name, days, _roles in RUNGS:
            day = self._calendars.add_workdays(self._until, days) if days else self._until
            if name == REMINDED:
                at = datetime.combine(day, REMINDER_HOUR, tzinfo=CST)
            else:
                at = day_end(day)
            if name not in told and not (name == REMINDED and at <= self.now()):
                self.set_alarm(name, at)

    def on_alarm(self, name: str) -> None:
        roles = next((roles for rung, _days, roles in RUNGS if rung == name), None)
        if roles is None:
            super().on_alarm(name)
            return
        self.state.memo["chased"].append(name)
        for role in roles:
            self.tell(role, name)
        self.record("order_chased", data={"rung": name, "until": self._until.isoformat()})

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
        if kind in {name for name, _days, _roles in RUNGS}:
            until = f"{self.state.title}责令改正的期限到{day_zh(self._until)}"
            if kind == REMINDED:
                return f"{until}为止，请安排复查。"
            return f"{until}，已经届满，还没有复查，请督促复查。"
        if kind != "inspection_lead":
            return super().message_text(kind, clock)
        word = result_name(self.state.memo["result"]["result"])
        return f"{self.state.title}双随机抽查结果：{word}。请决定是否立案，线索已记入本件。"

    def notices_running(self) -> list[Any]:
        """None that ends with the case: how long a result stays public no text that was read says (待核)."""
        return []
