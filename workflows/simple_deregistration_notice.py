"""Simple deregistration's public notice: published, objected to, ended; what is written later; the application after it.

条例 33; 实施细则 49; law.md §2.7. The notice runs from the instant of its publication at NECIPS (D01), on the board as long as that.
"""

from datetime import datetime
from types import MappingProxyType
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import public_notices as notices
    from domain.contracts import Command
    from domain.public_notices import PublicNotice
    from domain.refusals import Refusal, Refused
    from law.zone import civil_date

from workflows.simple_deregistration_push import DEPARTMENTS, INSTANT, Departments

KIND: Final = "simple_deregistration"
CITE: Final = "公司法第240条；条例第33条；实施细则第49条"
ROLES: Final = MappingProxyType({"creditor": "债权人", "investor": "投资人", "other": "利害关系人"})


class LeavingNotice(Departments):
    """The notice's stages; who objects in time ends the case."""

    async def announce(self) -> str:
        """Published, pushed to the departments, and then the law's twenty days: any objection ends it."""
        published = await self._publish()
        at = datetime.fromisoformat(published["published_at"])
        notice_clock = self.row.clocks.notice
        assert notice_clock is not None, "the row names the clock of the notice"
        key = self.start_clock(notice_clock, at, subject=published["publication_number"])
        self.state.memo["notice_clock"] = key
        self.publish_notice(
            KIND,
            title=f"{self.state.title}简易注销公告",
            lines=self._public_lines(published),
            cite=CITE,
            clock=key,
            takes=notices.OBJECTION,
        )
        self.aside(self.push(), vital=False)
        await self.serve("announcement", clock=key, publication=published)
        await self.wait(lambda: bool(self.objections_open()) or not self.clock_running(key))
        return "objected" if self.objections_open() else "notice_ended"

    async def _publish(self) -> dict[str, Any]:
        """At NECIPS with its days; where midnight came between, again with the right ones (实施细则 49)."""
        while True:
            day = civil_date(self.now())
            published = (await self.until_done("publish_leaving")).answer
            self.state.memo["publication"] = published["publication_number"]
            if civil_date(datetime.fromisoformat(published["published_at"])) == day:
                return published
            await self.withdraw_publication("公示起止日期更正")

    def _public_lines(self, published: dict[str, Any]) -> list[list[str]]:
        debts = {"never": "未发生债权债务", "settled": "已将债权债务清偿完结"}
        return [
            ["统一社会信用代码", str(self.state.memo["uscc"])],
            [
                "承诺",
                f"全体投资人承诺：{debts[self.state.memo['debts']]}，没有不适用简易注销的情形",
            ],
            ["投资人", "、".join(self.state.memo["investors"])],
            ["公示系统公告号", str(published["publication_number"])],
        ]

    @property
    def running_notice(self) -> PublicNotice | None:
        return next(iter(self.notices_running()), None)

    async def withdraw_publication(self, reason: str) -> None:
        if number := self.state.memo.pop("publication", None):
            await self.withdraw_published(str(number), reason)

    async def hear_departments(self) -> str:
        """The period is over; both windows of the entity run from its end, whatever the departments do."""
        clock = self.state.clocks[self.state.memo["notice_clock"]]
        row = self.row.clocks
        assert row.window is not None, "the row names the window"
        assert row.grace is not None, "the row names the grace"
        # The day of the end is the day that does not count (law.md S01).
        end = clock.ends_at - INSTANT
        self.state.memo["window"] = self.start_clock(row.window, end)
        self.state.memo["grace"] = self.start_clock(row.grace, end)
        await self._hear()
        return "window_open"

    # -- 异议, 终止, 撤回 -----------------------------------------------------------------------------------

    async def terminate(self) -> str:
        """终止通知书 to applicant and investors with the reason; off the board and off NECIPS."""
        who = self._who_objected()
        self.state.decision |= {"decision": "terminate", "reasons": who, "curable": False}
        self.change(decision=dict(self.state.decision))
        if (notice := self.running_notice) is not None:
            self.end_notice(notice, notices.STOPPED, "公示期内有人提出异议，简易注销程序终止")
        self.stop_clock(self.state.memo["notice_clock"], "closed")
        said = [o.reason for o in self.objections_open()]
        said += (
            [str(self.state.memo["objection"]["reason"])] if "objection" in self.state.memo else []
        )
        for objection in self.objections_open():
            objection.state = notices.UPHELD
            shown = {"objection_id": objection.objection_id, "state": notices.UPHELD}
            self.change_row("objections", shown)
            self.tell_author(objection, self.now())
        await self.serve(
            "termination_notice",
            who=who,
            said=said,
            investors=self.state.memo["investors"],
            individual=self.individual,
        )
        self.tell("applicant", "terminated")
        self.record("terminated", data={"by": who})
        await self.withdraw_publication("公示期内有人提出异议，简易注销程序终止")
        await self.recall("简易注销程序已经终止")
        return "terminated"

    def _who_objected(self) -> str:
        """In words for the entity: which department, or as whom a person objected; never a name."""
        found = [
            DEPARTMENTS.get(o.department, "有关部门") if o.department else ROLES[o.by_role]
            for o in self.objections_open()
        ]
        if "objection" in self.state.memo:
            found.append(DEPARTMENTS[self.state.memo["objection"]["department"]])
        return "、".join(dict.fromkeys(found))

    def check_withdraw(self, command: Command) -> None:
        super().check_withdraw(command)
        objected = bool(self.objections_open()) or "objection" in self.state.memo
        if objected and self.state.stage in {"notice_running", "push_running"}:
            told = "已经有人提出异议，简易注销程序依法终止，不能再撤回。"
            raise Refused(Refusal.NOT_ACCEPTED_NOW, told)

    def apply_withdraw(self, command: Command) -> None:
        super().apply_withdraw(command)
        if self.state.stage != "signature_pending":
            self._leave = "withdrawing"

    async def take_back(self) -> str:
        if (notice := self.running_notice) is not None:
            self.end_notice(notice, notices.WITHDRAWN, "申请人撤回")
        await self.withdraw_publication("申请人撤回")
        await self.recall("申请人撤回")
        return "withdrawn"

    # -- 公示期后的书面异议 ----------------------------------------------------------------------------------

    def check_note_objection(self, command: Command) -> None:
        """An officer records what a creditor or somebody else wrote after the period, before the decision."""
        self.check_officer(command)
        if self.individual:
            told = "个体工商户简易注销没有公告，这里不记录异议；收到的书面意见请写在审查意见中。"
            raise Refused(Refusal.NOT_ACCEPTED_NOW, told)
        data = command.data
        errors = {
            f"/{field}": told
            for field, told in (
                ("name", "请写明提出异议的人"),
                ("reason", "请写明异议的事实和理由"),
            )
            if not str(data.get(field, "")).strip()
        }
        if data.get("role") not in notices.ROLES:
            errors["/role"] = "请选择异议人与这件事的关系"
        if errors:
            raise Refused(Refusal.INVALID_ANSWERS, "；".join(errors.values()), errors)

    def apply_note_objection(self, command: Command) -> None:
        data = command.data
        self.record(
            "late_objection_noted",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"role": data["role"]},
            internal={"name": data["name"], "reason": data["reason"]},
        )
        self.take_late(
            by_role=str(data["role"]),
            name=str(data["name"]),
            reason=str(data["reason"]),
            at=command.received_at,
        )

    # -- 申请 ---------------------------------------------------------------------------------------------

    def check_apply(self, command: Command) -> None:
        """Only in the window and its grace: before it the notice still runs, after it the notice has lapsed."""
        self.check_owner(command)
        if self.application is not None:
            raise Refused(Refusal.ALREADY_APPLIED)
        notice = self.state.memo.get("notice_clock")
        if notice is None or self.individual:
            raise Refused(Refusal.NOT_ACCEPTED_NOW)
        self.check_after_end(notice, command.received_at)
        if (grace := self.state.memo.get("grace")) is not None:
            self.check_before_end(grace, command.received_at)

    def apply_apply(self, command: Command) -> None:
        self.state.memo["application"] = command.received_at.isoformat()
        self.record(
            "applied", actor=command.actor, at=command.received_at, act_id=command.act_id, data={}
        )
