"""A hosted enterprise's relation to its host (住所托管): what the host and the register say of it, and when it is over.

The procedure, `cluster_hosting`, says what follows from it. Whatever comes first, an officer's answer that is being dealt
with never keeps these words out: nobody would say them twice.
"""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command
    from domain.hosting import seq_of
    from domain.refusals import Refusal, Refused

from workflows.kernel.approval import Approval


class HostedEnterprise(Approval):
    """Verbs and acts; the stages are the procedure's."""

    @property
    def moved(self) -> bool:
        return "moved" in self.state.memo

    @property
    def word(self) -> str:
        """The host's last word on the enterprise: `lost`, `ended`, or "" while all is well."""
        return str(self.state.memo.get("word", ""))

    @property
    def _itself(self) -> dict[str, str]:
        """The enterprise as an event tells it."""
        return {"uscc": self.state.memo["uscc"], "name": self.state.memo["name"]}

    async def _told_host(self, kind: str) -> str:
        """A word to the host's case; why it refused, where it did."""
        return await self.tell_case(
            self.state.memo["host_case"],
            kind,
            seq=seq_of(kind),
            case=self.case.case_id,
            uscc=self.state.memo["uscc"],
            name=self.state.memo["name"],
        )

    async def _left(self) -> str:
        """The domicile is another one: the host may forget the enterprise."""
        gone = self.state.memo["moved"] == "deregistered"
        self.state.decision["decision"] = "deregistered" if gone else "moved"
        self.change(decision=dict(self.state.decision))
        await self._told_host("hosted_left")
        self.tell("applicant", "hosting_over")
        return "archiving"

    async def _gone_by_itself(self) -> bool:
        """Moved under another registrar, or deregistered: nobody told this case of it."""
        seq = int(self.state.memo.get("looks", 0)) + 1
        self.state.memo["looks"] = seq
        asked = await self.call("hosted_entry", seq=seq)
        if asked.state != "done":
            return False
        if asked.answer["status"] == "deregistered" or asked.answer["moved"]:
            self.state.memo["moved"] = asked.answer["status"]
            self.record("address_changed", data={"how": asked.answer["status"], "number": ""})
        return self.moved

    # -- told by the host and by a change registration ---------------------------------------------------

    def _check_system(self, command: Command) -> None:
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)

    def check_host_reported(self, command: Command) -> None:
        """By the case of this very host, and something that is not known yet."""
        self._check_system(command)
        if command.data.get("host") != self.state.memo["host_case"]:
            raise Refused(Refusal.UNKNOWN_CALLBACK)
        what = str(command.data["what"])
        if self.word == "ended" or what == (self.word or "found"):
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    def apply_host_reported(self, command: Command) -> None:
        what, reason = str(command.data["what"]), str(command.data.get("reason", ""))
        self.state.memo |= {"word": "" if what == "found" else what, "reason": reason}
        if what == "ended":
            self.state.memo["ended_at"] = command.received_at.isoformat()
        self.record(
            "hosted_standing",
            at=command.received_at,
            act_id=command.act_id,
            data={"what": what, **self._itself, "reason": reason},
        )

    def _ended(self, at: datetime, reason: str) -> None:
        self.state.memo |= {"word": "ended", "reason": reason, "ended_at": at.isoformat()}
        told = {"what": "ended", **self._itself, "reason": reason}
        self.record("hosted_standing", data=told)

    def check_address_changed(self, command: Command) -> None:
        self._check_system(command)

    def apply_address_changed(self, command: Command) -> None:
        number = str(command.data.get("number", ""))
        self.state.memo["moved"] = "active"
        self.record(
            "address_changed",
            at=command.received_at,
            act_id=command.act_id,
            data={"how": "active", "number": number},
        )

    def check_enterprise_ended(self, command: Command) -> None:
        self._check_system(command)
        if self.moved:
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    def apply_enterprise_ended(self, command: Command) -> None:
        """Deregistered, whoever did it: the register told of it by itself."""
        how = str(command.data["status"])
        self.state.memo["moved"] = how
        self.record(
            "address_changed",
            at=command.received_at,
            act_id=command.act_id,
            data={"how": how, "number": ""},
        )

    def apply_complete(self, command: Command) -> None:
        """What the host and the register say is never refused because an officer's answer is being dealt with."""
        super().apply_complete(command)
        self._decided = False

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "hosting_lost": "托管机构报告与贵单位失去联系，登记机关将向登记的住所邮寄核查，请尽快联系。",
            "hosting_unreachable": "通过登记的住所无法与贵单位取得联系，线索已经移送。请尽快联系登记机关。",
            "hosting_lead": "托管企业通过登记的住所无法联系，请处理列入经营异常名录的线索。",
            "hosting_ended": "住所托管已经终止，请在期限内办理住所变更登记，期限见告知书。",
            "hosting_overdue": "住所变更的期限已经届满，请立即办理住所变更登记。",
            "hosting_overdue_head": "托管企业逾期没有变更住所，请督促责令改正。",
            "hosting_over": "住所已经变更，原住所托管已经结束。",
        }
        if kind == "hosting_over" and self.state.memo["moved"] == "deregistered":
            return "企业已经注销，住所托管随之结束。"
        return words.get(kind) or super().message_text(kind, clock)
