"""A host of cluster registration (集群注册托管机构) once it is admitted: whom it hosts, what it reports, how it leaves.

The stage of the case is the host's standing; the procedure, `cluster_registration`, declares it and says who is admitted.
"""

from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, Command
    from domain.refusals import Refusal, Refused
    from domain.roles import HEADS

from workflows.kernel.approval import Approval

# What the host tells of one of its enterprises: it cannot be reached, it can again, the hosting has ended.
REPORTS: Final = frozenset({"lost", "found", "ended"})


class ClusterHost(Approval):
    """Steps of the stages `hosting`, `paused`, `leaving`, and the acts that they take."""

    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)
        # The revision at which the case last asked whether its history is to be handed over.
        self._handed = -1

    def admit(self) -> str:
        """From now on an application for registration may name this host."""
        self.state.memo["standing"] = "hosting"
        self._stands("admitted")
        return "hosting"

    @property
    def hosted(self) -> dict[str, str]:
        """Who is hosted: the enterprise's code and its hosting's case."""
        kept: dict[str, str] = self.state.memo.setdefault("hosted", {})
        return kept

    def _named(self, uscc: str) -> dict[str, str]:
        """An enterprise as an event tells it: a code alone says nothing to its reader."""
        names: dict[str, str] = self.state.memo.setdefault("hosted_names", {})
        return {"uscc": uscc, "name": names.get(uscc, "")}

    def _stands(self, standing: str, *, by: Command | None = None, reason: str = "") -> None:
        """How the host stands from now on; the register of hosts is the stage that follows."""
        self.state.decision |= {"hosting": standing, "hosting_reason": reason}
        self.change(decision=dict(self.state.decision))
        self.tell("applicant", f"host_{standing}")
        told = {"standing": standing, "reason": reason}
        if by is None:
            self.record("host_standing", data=told)
            return
        self.record("host_standing", actor=by.actor, at=by.received_at, act_id=by.act_id, data=told)

    async def _keep_until(self, met: Any) -> None:
        """A host may have thousands of enterprises over years: a long history is handed over in between."""
        while True:
            await self.wait(lambda: met() or self._grown())
            if met():
                return
            await self._hand_over_if_long()
            self._handed = self.state.revision

    def _grown(self) -> bool:
        """Something happened since the last look, and the history is long."""
        longer = self.state.revision != self._handed
        return longer and workflow.info().is_continue_as_new_suggested()

    async def host(self) -> str:
        """Until the registrar pauses or resumes it, or the host leaves."""
        stage = self.state.stage
        await self._keep_until(lambda: self.state.memo["standing"] != stage)
        return str(self.state.memo["standing"])

    async def leave(self) -> str:
        """The enterprises first: each is told to change its domicile, and has its own term for that."""
        if "told_leaving" not in self.state.memo:
            self.state.memo["told_leaving"] = True
            for uscc, case in list(self.hosted.items()):
                await self._tell_hosted(case, uscc, "ended", self.state.decision["hosting_reason"])
        await self._keep_until(lambda: not self.hosted)
        self._void_certificate()
        self._stands("ended", reason=self.state.decision["hosting_reason"])
        return "archiving"

    def _void_certificate(self) -> None:
        """Whoever checks the certificate is told that it holds no longer."""
        for paper in self.state.papers:
            if paper.kind == "licence":
                row = {"document_id": paper.document_id, "state": "cancelled"}
                self.change_row("documents", row)

    async def _tell_hosted(self, case: str, uscc: str, what: str, reason: str) -> None:
        known = self._named(uscc)
        told = int(self.state.memo.get("told", 0)) + 1
        self.state.memo["told"] = told
        data = {"host": self.case.case_id, "what": what, "reason": reason}
        refused = await self.tell_case(case, "host_reported", seq=told, **data)
        if refused:
            # It has moved meanwhile, or was told so before.
            self.record("hosted_standing", data={"what": "not_taken", "case": case, **known})

    # -- acts of the host ------------------------------------------------------------------------------

    def check_report_hosted(self, command: Command) -> None:
        self.check_owner(command)
        if command.data.get("what") not in REPORTS:
            raise Refused(Refusal.INVALID_ANSWERS, errors={"/what": "请选择报告什么"})
        self._check_reason(command, "报告应当写明情况。")
        if command.data.get("uscc") not in self.hosted:
            told = "托管企业名册中没有这个代码"
            raise Refused(Refusal.INVALID_ANSWERS, told, errors={"/uscc": told})

    def _check_reason(self, command: Command, told: str) -> None:
        if not str(command.data.get("reason", "")).strip():
            raise Refused(Refusal.INVALID_ANSWERS, told, errors={"/reason": told})

    def apply_report_hosted(self, command: Command) -> None:
        uscc, what = str(command.data["uscc"]), str(command.data["what"])
        reason = str(command.data["reason"])[:2000]
        self.record(
            "hosted_standing",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"what": what, **self._named(uscc), "reason": reason},
        )
        self.aside(self._tell_hosted(self.hosted[uscc], uscc, what, reason))

    def check_leave_hosting(self, command: Command) -> None:
        self.check_owner(command)
        self._check_standing()
        self._check_reason(command, "退出托管应当写明理由。")

    def _check_standing(self) -> None:
        """Of two acts that end the stage the first wins, also while the case has not moved on yet."""
        if self.state.memo["standing"] != self.state.stage:
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    def apply_leave_hosting(self, command: Command) -> None:
        self._set_standing("leaving", command)

    def _set_standing(self, standing: str, command: Command) -> None:
        self.state.memo["standing"] = standing
        words = {"hosting": "resumed"}
        reason = str(command.data.get("reason", ""))[:2000]
        self._stands(words.get(standing, standing), by=command, reason=reason)

    # -- acts of the registrar -------------------------------------------------------------------------

    def check_pause_hosting(self, command: Command) -> None:
        """The registrar may keep new enterprises from a host; a head does so, with a reason."""
        if HEADS.isdisjoint(command.actor.roles):
            raise Refused(Refusal.WRONG_ROLE)
        if command.actor.office != self.case.office:
            raise Refused(Refusal.WRONG_OFFICE)
        if command.actor.person_id == self.state.owner:
            raise Refused(Refusal.OWN_CASE)
        self._check_standing()
        self._check_reason(command, "暂停、恢复应当写明理由。")

    def apply_pause_hosting(self, command: Command) -> None:
        self._set_standing("paused", command)

    def check_resume_hosting(self, command: Command) -> None:
        self.check_pause_hosting(command)

    def apply_resume_hosting(self, command: Command) -> None:
        self._set_standing("hosting", command)

    # -- told by the hosted enterprises' cases -----------------------------------------------------------

    def check_hosted_joined(self, command: Command) -> None:
        if "system" not in command.actor.roles:
            raise Refused(Refusal.WRONG_ROLE)

    def apply_hosted_joined(self, command: Command) -> None:
        uscc, case = str(command.data["uscc"]), str(command.data["case"])
        self.hosted[uscc] = case
        self.state.memo.setdefault("hosted_names", {})[uscc] = str(command.data.get("name", ""))
        self.tell("applicant", "host_joined")
        self._count(command, "joined")
        if self.state.memo["standing"] == "leaving":
            # Registered in the very moment in which the host left.
            reason = self.state.decision["hosting_reason"]
            self.aside(self._tell_hosted(case, uscc, "ended", reason))

    def check_hosted_left(self, command: Command) -> None:
        self.check_hosted_joined(command)

    def apply_hosted_left(self, command: Command) -> None:
        uscc = str(command.data["uscc"])
        if self.hosted.get(uscc) == command.data["case"]:
            del self.hosted[uscc]
            self.state.memo.get("hosted_names", {}).pop(uscc, None)
        self._count(command, "left")

    def _count(self, command: Command, what: str) -> None:
        self.state.decision["hosted"] = len(self.hosted)
        self.change(decision=dict(self.state.decision))
        told = {"what": what, "uscc": command.data["uscc"], "name": command.data.get("name", "")}
        self.record("hosted_standing", at=command.received_at, act_id=command.act_id, data=told)

    def message_text(self, kind: str, clock: Any) -> str:
        words = {
            "host_admitted": "您单位已经列入集群注册托管机构名录，可以接收托管企业。",
            "host_joined": "有企业以托管地址登记了住所，请核对托管企业名册。",
            "host_paused": "登记机关暂停您单位接收新的托管企业，现有企业的托管照常。理由见办件。",
            "host_resumed": "登记机关恢复您单位接收新的托管企业。",
            "host_leaving": "退出托管的申请已收到。请协助全部托管企业变更住所，办完后退出。",
            "host_ended": "全部托管企业已经变更住所，您单位已经退出托管。",
        }
        return words.get(kind) or super().message_text(kind, clock)
