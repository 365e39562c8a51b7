"""The steps that every approval shares (law.md §2.0), driven by the procedure's catalogue row.

receive → one-time notice or acceptance → review → [site check] → decide → issue → archive
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import (
        SYSTEM,
        Actor,
        Command,
        Fact,
        FileVersion,
        NoticeGiven,
        OpenTask,
        TaskAnswer,
    )
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Transition
    from forms.approval import (
        Acceptance,
        AcceptanceOutcome,
        Decision,
        DecisionOutcome,
        Finding,
        Review,
        SiteCheck,
    )
    from forms.base import TaskForm
    from law import sod

from workflows.kernel.filing import Filing

SUBMITTED = Stage(
    "submitted", "收件", "Received", holder="acceptor", doing="核对材料，决定是否受理"
)
CORRECTION = Stage(
    "correction", "待补正", "Correction", holder="applicant", doing="按一次性告知书补正材料"
)
UNDER_REVIEW = Stage("under_review", "审查", "Review", holder="reviewer", doing="审查申请材料")
SITE_CHECK = Stage("site_check", "现场核查", "Site check", holder="inspector", doing="到现场核查")
DECIDING = Stage("deciding", "核准", "Decision", holder="approver", doing="作出决定")
ARCHIVING = Stage("archiving", "归档", "Archiving", holder="register:archive", doing="移交电子档案")
NOT_ACCEPTED = Stage("not_accepted", "不予受理", "Not accepted", StageKind.BAD)
WITHDRAWN = Stage("withdrawn", "已撤回", "Withdrawn", StageKind.BAD)
ARCHIVED = Stage("archived", "已办结", "Completed", StageKind.GOOD)

INTAKE = (
    Transition("submitted", "correction", "材料不齐或不符合法定形式，一次告知"),
    Transition("correction", "submitted", "申请人补正后再次提交"),
    Transition("submitted", "not_accepted", "依法不需要许可或者不属于本机关管辖"),
    Transition("submitted", "under_review", "材料齐全，符合法定形式"),
    Transition("submitted", "withdrawn", "申请人撤回"),
    Transition("correction", "withdrawn", "申请人撤回"),
)
# Acts of the applicant while nothing is decided yet.
WITHDRAW = frozenset({"withdraw"})
CORRECT = frozenset({"withdraw", "resubmit"})


class Reasoned(Protocol):
    """A form that decides, with its reasons."""

    @property
    def decision(self) -> StrEnum: ...
    @property
    def reasons(self) -> str: ...


class Approval(Filing):
    """Steps as methods; a procedure names those it uses and adds its own."""

    def forms(self) -> tuple[Any, ...]:
        return (Acceptance, Review, SiteCheck, Decision)

    # -- intake ------------------------------------------------------------------------------------

    async def accept(self) -> str:
        """Decide on the newest version of the file: accept, tell all gaps once, or not accept."""
        version = self.state.versions[-1]
        clock = self._start_intake_clock(version)
        if version.version == 1:
            self.aside(self._serve_receipt(clock))
        beside = await self.beside_acceptance(version)
        decided = await self.decided(
            Acceptance, role=self.row.roles["acceptance"], clock=clock, context=beside
        )
        if decided is None:
            return await self.deemed_accepted(version)
        return await self.settle_acceptance(*decided)

    async def beside_acceptance(self, version: FileVersion) -> dict[str, Any]:
        """What the acceptor's task says beside the file."""
        return {}

    async def settle_acceptance(self, form: Acceptance, given: TaskAnswer) -> str:
        version, clock = self.state.versions[-1], self.state.memo.get("intake_clock")
        if form.decision is AcceptanceOutcome.ONE_TIME_NOTICE:
            return await self.tell_once(form, version, given)
        if form.decision is AcceptanceOutcome.NOT_ACCEPT:
            self.stop_clock(clock)
            await self.serve(
                "not_accepted", reasons=[form.reasons], received_at=version.received_at
            )
            return "not_accepted"
        await self.accepted(given.received_at, by=given.actor)
        return "under_review"

    def _start_intake_clock(self, version: FileVersion) -> str | None:
        """A registration's term runs from the complete file (R01); a licence first has its five
        days for the notice (G01), a registration too where its row says so (Q02). For what is of neither kind the law sets no term before acceptance."""
        row = self.row.clocks
        if self.row.kind == "supervision":
            return None
        clock_id = row.acceptance if self.row.accepted_first else row.decision
        assert clock_id is not None
        key = self.start_clock(clock_id, version.received_at, subject=f"v{version.version}")
        if not self.row.accepted_first:
            self.state.memo["decision_clock"] = key
        self.state.memo["intake_clock"] = key
        return key

    async def _serve_receipt(self, clock: str | None) -> None:
        await self.serve("receipt", clock=clock, received_at=self.state.versions[0].received_at)

    async def accepted(self, at: datetime, *, by: Actor = SYSTEM, deemed: bool = False) -> None:
        """受理: from now on the decision's term runs (for a licence, from this day)."""
        self.state.accepted_at = at
        if self.row.accepted_first:
            self.stop_clock(self.state.memo["intake_clock"])
            self.state.memo["decision_clock"] = self.start_clock(self.deciding_clock(), at)
        elif self.row.kind == "supervision":
            term = self.row.clocks.decision
            self.state.memo["decision_clock"] = self.start_clock(term, at) if term else None
        number = await self.number("case")
        self.change(accepted_at=at.isoformat(), case_no=number)
        self.record("accepted", actor=by, data={"number": number, "deemed": deemed}, at=at)
        self.aside(self._serve_acceptance(at, deemed))

    def deciding_clock(self) -> str:
        """Which clock of law bounds the decision, where it runs from acceptance."""
        return self.row.leading_clock

    async def _serve_acceptance(self, at: datetime, deemed: bool) -> None:
        await self.serve(
            "acceptance", accepted_at=at, deemed=deemed, clock=self.state.memo["decision_clock"]
        )

    async def deemed_accepted(self, version: FileVersion) -> str:
        """No notice in five working days: accepted from the day of receipt (行政许可法 32(4))."""
        self.record(
            "deemed_accepted", at=self.now(), data={"received_at": version.received_at.isoformat()}
        )
        await self.accepted(version.received_at, deemed=True)
        return "under_review"

    async def tell_once(self, form: Acceptance, version: FileVersion, given: TaskAnswer) -> str:
        """One notice with everything (一次性告知); the file goes back, its clock has not begun."""
        at = given.received_at
        self.state.notices.append(
            NoticeGiven(
                version=version.version,
                digest=version.digest,
                gaps=[g.part for g in form.gaps],
                at=at,
            )
        )
        self.stop_clock(self.state.memo.get("intake_clock"), "returned")
        gaps = [g.model_dump(mode="json") for g in form.gaps]
        self.change(
            notices=[
                {**n.model_dump(mode="json"), "items": gaps if n is self.state.notices[-1] else []}
                for n in self.state.notices
            ]
        )
        self.record(
            "notice_given",
            actor=given.actor,
            at=at,
            data={"version": version.version, "gaps": gaps},
        )
        self.tell("applicant", "notice_given")
        await self.serve(
            "notice",
            seq=version.version,
            gaps=gaps,
            received_at=version.received_at,
            version=version.version,
            reasons=form.reasons,
            **self.beside_notice(),
        )
        return "correction"

    def beside_notice(self) -> dict[str, Any]:
        """What the notice says beside its items."""
        return {}

    async def await_correction(self) -> str:
        """The ball is with the applicant; no clock of the agency runs (law.md §3.8)."""
        noticed = self.state.notices[-1].version
        await self.wait(lambda: self.state.versions[-1].version > noticed)
        return "submitted"

    # -- review and decision -------------------------------------------------------------------------

    async def review(self) -> str:
        decided = await self.decided(
            Review, role=self.row.roles["review"], clock=self.state.memo["decision_clock"]
        )
        assert decided is not None, "no decision term decides by silence"
        form, given = decided
        self.state.decision["finding"] = form.finding.value
        self.state.decision["reviewer"] = given.actor.name
        self.change(decision=dict(self.state.decision))
        return self.after_review(form)

    def after_review(self, form: Review) -> str:
        return (
            "site_check" if self.row.site_check and form.finding is Finding.CONFORMS else "deciding"
        )

    async def check_site(self) -> str:
        clock = None
        if self.row.clocks.site_check:
            clock = self.start_clock(self.row.clocks.site_check, self.now())
        decided = await self.decided(SiteCheck, role=self.row.roles["site_check"], clock=clock)
        assert decided is not None
        form, _ = decided
        self.stop_clock(clock)
        self.state.decision["site_check"] = form.finding.value
        self.state.decision["officers"] = list(form.officers)
        self.change(decision=dict(self.state.decision))
        return "deciding"

    async def decide(self) -> DecisionOutcome:
        """准予 or 不予. A grant stops at what the law forbids (`lawful_to_grant`)."""
        decided = await self.decided(
            Decision,
            role=self.row.roles["decision"],
            clock=self.state.memo["decision_clock"],
            context={"finding": self.state.decision.get("finding", "")},
        )
        assert decided is not None
        form, given = decided
        self.note_decision(form, given)
        return form.decision

    def keep_decision(self, **more: Any) -> None:
        """What papers, pages and the archive read of what was found and decided."""
        self.state.decision |= more
        self.change(decision=dict(self.state.decision))

    def note_decision(self, form: Reasoned, given: TaskAnswer) -> None:
        """Who decided what, when and why: kept, and on record."""
        self.keep_decision(
            decision=form.decision.value,
            reasons=form.reasons,
            approver=given.actor.name,
            decided_at=given.received_at.isoformat(),
        )
        self.record(
            "decided",
            actor=given.actor,
            at=given.received_at,
            data={"decision": form.decision.value, "reasons": form.reasons},
        )

    async def number_case(self) -> None:
        """The case's number, where there is no acceptance that gives it."""
        self.change(case_no=await self.number("case"))

    async def refuse(self) -> str:
        """不予…决定书 with reasons and remedies (条例 20; 行政许可法 38)."""
        self.stop_clock(self.state.memo["decision_clock"])
        await self.serve(
            "refusal",
            reasons=[self.state.decision["reasons"]],
            received_at=self.state.versions[-1].received_at,
            accepted_at=self.state.accepted_at,
        )
        return "refused"

    async def archive(self) -> str:
        """电子归档: the package's integrity is checked from the files alone."""
        await self.asides_done()
        await self.shown(self.state.revision)
        while True:
            deposit = await self.next_try("deposit_package", upto=self.state.revision)
            if not await self.to_be_tried_again(deposit, once_passed_over=99):
                return "archived"

    def note_register_refused(self, message: object, *, rule: str, cite: str) -> None:
        """The register's own rule stands in the way of what was decided: whoever decides sees it beside the law."""
        self.put_facts(
            [
                Fact(
                    code="register_refused",
                    state="bad",
                    fact=f"登记系统拒绝：{message or ''}",
                    rule=rule,
                    cite=cite,
                )
            ]
        )

    def put_facts(self, facts: list[Fact]) -> None:
        """Facts beside the law; one of a code that is there already takes its place."""
        codes = {f.code for f in facts}
        self.state.facts = [f for f in self.state.facts if f.code not in codes] + facts
        self.change(facts=[f.model_dump() for f in self.state.facts])

    # -- what validators of the procedure add ----------------------------------------------------------

    def lawful_to_grant(self) -> list[str]:
        """What stands in the way of a grant, in words; empty when nothing does."""
        return [f.fact for f in self.state.facts if f.state == "bad"]

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, Acceptance):
            self._check_notice(answers)
        elif isinstance(answers, Decision) and answers.decision is DecisionOutcome.GRANT:
            if bars := self.lawful_to_grant():
                raise Refused(Refusal.GRANT_NOT_LAWFUL, "不能准予：" + "；".join(bars))
        elif isinstance(answers, SiteCheck):
            self.check_officers(answers.officers, command)

    def check_officers(
        self, officers: Sequence[str], command: Command, rules: Sequence[str] | None = None
    ) -> None:
        """Who signs was there, and enough were (SOD-2, SOD-5, SOD-6), by the row's rules or these. Raises Refused."""
        if command.actor.name not in {name.strip() for name in officers}:
            told = sod.SIGNER_MISSING
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/officers": told})
        violation = sod.check_officers(self.row.sod if rules is None else rules, officers)
        if violation is not None:
            raise Refused(
                Refusal.SEPARATION_OF_DUTIES,
                f"{violation.message}（{violation.rule}，{violation.source}）",
            )

    def _check_notice(self, answers: Acceptance) -> None:
        """Exactly one complete notice per version; nothing that could be seen the first time."""
        if answers.decision is not AcceptanceOutcome.ONE_TIME_NOTICE:
            return
        known = {g.code for g in self.row.gaps}
        parts = {m.code for m in self.row.materials} | {"form"}
        for gap in answers.gaps:
            if gap.part not in parts or (gap.gap not in known and not gap.gap.startswith("other")):
                raise Refused(
                    Refusal.INVALID_ANSWERS, errors={"/gaps": f"缺陷目录里没有 {gap.gap}"}
                )
        version = self.state.versions[-1]
        for notice in self.state.notices:
            if notice.digest == version.digest:
                raise Refused(Refusal.NOTICE_ALREADY_GIVEN)
            before = self.state.versions[notice.version - 1].parts
            for gap in answers.gaps:
                unchanged = before.get(gap.part) == version.parts.get(gap.part)
                if unchanged and gap.part not in notice.gaps:
                    raise Refused(
                        Refusal.NOTICE_ALREADY_GIVEN,
                        "这份材料自上次告知后没有变化，上次能看出来的问题不能再次告知。",
                    )
