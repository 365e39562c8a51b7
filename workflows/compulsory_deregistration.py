"""Compulsory deregistration (强制注销) of a company whose licence was revoked, or which was closed, three years ago or more.

公司法 241; 强制注销公司登记制度实施办法 (总局令第105号, read in an excerpt: 待核). Clocks D17, D18 (floor D18b), D18c, N03.

    依职权立项     公告 90 日           登记机关负责人       注销登记
    opened ──▶ notice_running ──▶ deciding ──▶ issuing ──▶ deregistered ──▶ archiving ──▶ closed
      │            │ 异议            │  ▲         │             │  ▲ 不予恢复        └──▶ restored
      ▼            ▼                 ▼  └─────────┘             ▼  │
    not_opened  stopped       not_deregistered            restoring ──▶ archiving

Who opens does not decide (SOD-1P). An objection that was received in time stops it, whatever it says. Within three years
the entry can be restored on application.
"""

from datetime import date, datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command
    from domain.public_notices import STOPPED
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms import compulsory_deregistration as forms
    from forms.approval import Decision, DecisionOutcome
    from forms.compulsory_deregistration import (
        Ground,
        RestorationDecision,
        RestorationRequest,
        Restore,
        too_early,
    )
    from law.zone import civil_date, day_zh

from workflows.ex_officio import ExOfficio
from workflows.kernel.answers import read
from workflows.kernel.approval import ARCHIVING
from workflows.party_ended import PartyEnded
from workflows.public_notices import PublicNotices

NOTICE_CLOCK: Final = "D18"
RESTORE_CLOCK: Final = "D18c"

TABLE = Table(
    procedure="compulsory_deregistration",
    version="1",
    stages=(
        Stage("opened", "立项", "Opened", holder="register:market", doing="核对登记状态"),
        Stage("notice_running", "公告", "Notice", holder="public", doing="公告期内提出异议"),
        Stage("deciding", "决定", "Decision", holder="registry_head", doing="决定是否强制注销"),
        Stage("issuing", "注销登记", "Entry", holder="register:market", doing="办理注销登记"),
        Stage(
            "deregistered",
            "已强制注销",
            "Deregistered",
            holder="public",
            doing="三年内可以申请恢复登记",
        ),
        Stage(
            "restoring", "审查恢复", "Restoration", holder="registry_head", doing="决定是否恢复登记"
        ),
        ARCHIVING,
        Stage("closed", "恢复期届满", "Final", StageKind.GOOD),
        Stage("restored", "已恢复登记", "Restored", StageKind.GOOD),
        Stage("not_opened", "不予立项", "Not opened", StageKind.BAD),
        Stage("stopped", "因异议终止", "Stopped", StageKind.BAD),
        Stage("not_deregistered", "不予强制注销", "Not deregistered", StageKind.BAD),
    ),
    transitions=(
        Transition("opened", "notice_running", "已满三年，公告"),
        Transition("opened", "not_opened", "登记系统的记载不符合强制注销的条件"),
        Transition("notice_running", "stopped", "公告期内有异议"),
        Transition("notice_running", "deciding", "公告期届满，没有异议"),
        Transition("deciding", "issuing", "决定强制注销"),
        Transition("deciding", "not_deregistered", "决定不予强制注销"),
        Transition("issuing", "deciding", "登记系统依法拒绝"),
        Transition("issuing", "deregistered", "已注销登记并公示"),
        Transition("deregistered", "restoring", "申请恢复登记"),
        Transition("deregistered", "archiving", "三年内没有恢复"),
        Transition("restoring", "deregistered", "不予恢复，书面说明理由"),
        Transition("restoring", "archiving", "已恢复登记并公示"),
        Transition("archiving", "closed", "档案已接收，注销不变"),
        Transition("archiving", "restored", "档案已接收，登记已恢复"),
    ),
    main=(
        "opened",
        "notice_running",
        "deciding",
        "issuing",
        "deregistered",
        "archiving",
        "closed",
    ),
    accepts={"deregistered": frozenset({"request_restoration"})},
)


@workflow.defn(name="compulsory_deregistration")
class CompulsoryDeregistration(PartyEnded, PublicNotices, ExOfficio):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "opened": self.begin,
                "notice_running": self.announce,
                "deciding": self.decide_and_tell,
                "issuing": self.issue,
                "deregistered": self.keep_open,
                "restoring": self.restore,
                "archiving": self.close_and_archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (Decision, RestorationDecision)

    # -- 立项 ----------------------------------------------------------------------------------------

    async def begin(self) -> str:
        """What the register has decides, not what the proposal says (公司法 241)."""
        answer = await self.registers_say("compulsory_checks")
        if reason := self._not_lawful(answer):
            self.state.decision |= {"decision": "not_opened", "reasons": reason}
            self.change(decision=dict(self.state.decision))
            self.record("not_opened", data={"reason": reason})
            return "not_opened"
        return "notice_running"

    def _not_lawful(self, answer: dict[str, Any]) -> str:
        entry: dict[str, Any] = answer.get("entry") or {}
        if not entry or entry["name"] != self.state.title:
            return "登记系统中没有这个代码和名称的公司。"
        if entry["division"] != self.case.office:
            return "该公司由其他登记机关登记，由其登记机关办理。"
        if entry["entity_type"] != "limited_company":
            return "强制注销适用于公司（公司法第241条）。"
        dormant = _dormant(answer)
        if dormant is None:
            return "登记系统没有记载该公司被吊销营业执照、责令关闭或者撤销，或者没有载明日期，不能强制注销。"
        ground, since = dormant
        facts = self.state.memo
        if ground and (ground, since.isoformat()) != (facts["ground"], facts["ended_on"]):
            # The notice tells everybody the ground and its day.
            label = forms.GROUND_LABELS[ground][0]
            return f"登记系统记载的是{day_zh(since)}{label}，与立项的事由或者日期不一致，请核对后重新立项。"
        if entry["deregistration_needs_approval"]:
            return "该公司的注销依法须经批准，不适用强制注销。"
        return too_early(since, civil_date(self.now()))

    # -- 公告 ----------------------------------------------------------------------------------------

    async def announce(self) -> str:
        """Ninety days at NECIPS and on our board; any objection in time stops it."""
        if not self.state.public_notices:
            await self._publish()
        notice_id = self.state.public_notices[-1].notice_id
        await self.wait(lambda: bool(self.objections_open()) or self.notice_over(notice_id))
        if not self.objections_open():
            return "deciding"
        self.end_notice(self.notice(notice_id), STOPPED, "公告期内收到异议")
        self.state.decision |= {"decision": "stopped", "reasons": "公告期内收到异议"}
        self.change(decision=dict(self.state.decision))
        await self.serve("stopped_told")
        await self.withdraw_published(self.state.memo["publication"], "公告期内收到异议")
        return "stopped"

    async def _publish(self) -> None:
        facts = self.state.memo
        ground = forms.GROUND_LABELS[Ground(str(facts["ground"]))][0]
        title = f"{self.state.title}强制注销公告"
        lines = [
            ["统一社会信用代码", self.state.numbers["uscc"]],
            [
                "事由",
                f"{day_zh(date.fromisoformat(facts['ended_on']))}{ground}，满三年未申请注销登记",
            ],
            ["异议", "公司和利害关系人有异议的，在公告期内提出"],
        ]
        published = await self.publish_with_days(
            "publish_compulsory", NOTICE_CLOCK, title=title, lines=lines
        )
        self.state.memo["publication"] = published.number
        self.publish_notice(
            "compulsory_deregistration",
            title=title,
            lines=lines,
            cite="公司法第241条",
            clock=published.clock,
            takes="objection",
        )
        await self.serve("compulsory_notice", clock=published.clock)

    # -- 决定, 注销登记 ---------------------------------------------------------------------------------

    async def decide_and_tell(self) -> str:
        answer = await self.registers_say("compulsory_checks")
        bad = self._not_lawful(answer)
        self.state.memo["bar"] = bad
        self.state.memo.setdefault("decision_clock", None)
        if await self.decide() is DecisionOutcome.REFUSE:
            await self.serve("not_deregistered", reasons=self.state.decision["reasons"])
            return "not_deregistered"
        return "issuing"

    def lawful_to_grant(self) -> list[str]:
        bars = super().lawful_to_grant()
        if bar := self.state.memo.get("bar"):
            bars.append(str(bar))
        return bars

    async def issue(self) -> str:
        attempt = int(self.state.memo.get("register_attempts", 0)) + 1
        self.state.memo["register_attempts"] = attempt
        effect = await self.call("deregister_enterprise", seq=attempt, way="compulsory")
        if effect.state != "done":
            self.note_register_refused(
                effect.answer.get("message"),
                rule="强制注销应当符合登记系统的法定校验",
                cite="公司法第241条",
            )
            return "deciding"
        ended = effect.answer
        self.state.decision |= {
            "deregistered_at": ended["deregistered_at"],
            "voided_licence": ended.get("voided_licence_number"),
            "voids_licences_of": ended["uscc"],
            "voids_as": "cancelled",
            "way": "compulsory",
        }
        self.change(decision=dict(self.state.decision))
        self.record(
            "deregistered",
            data={"uscc": ended["uscc"], "voided": ended.get("voided_licence_number")},
        )
        at = datetime.fromisoformat(ended["deregistered_at"])
        self.state.memo["restore_clock"] = self.start_clock(RESTORE_CLOCK, at)
        await self.serve("grant", ended=ended, clock=self.state.memo["restore_clock"])
        await self.until_done("publish_deregistration", ended=ended)
        await self.tell_listings(ended)
        return "deregistered"

    # -- 恢复登记 --------------------------------------------------------------------------------------

    async def keep_open(self) -> str:
        """Three years in which somebody may apply for the restoration."""
        key = str(self.state.memo["restore_clock"])
        await self.wait(lambda: bool(self.state.memo.get("request")) or self.law_decided(key))
        return "restoring" if self.state.memo.get("request") else "archiving"

    def check_request_restoration(self, command: Command) -> None:
        """Recorded by an officer before the three years are over, with the day on which it was handed in: at their end the case closes."""
        self.check_officer(command)
        form = _request(command)
        ended = datetime.fromisoformat(str(self.state.decision["deregistered_at"]))
        clock = self.check_before_end(str(self.state.memo["restore_clock"]), command.received_at)
        if not civil_date(ended) <= form.received_on <= civil_date(command.received_at):
            told = "收到申请日期应当在注销以后，且已经到来"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/received_on": told})
        assert form.received_on <= clock.legal_end, "nothing is received after it was recorded"
        if self.state.memo.get("request"):
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    def apply_request_restoration(self, command: Command) -> None:
        form = RestorationRequest.model_validate(command.data)
        self.state.memo["request"] = form.model_dump(mode="json")
        self.take_duty("restoration_clerk", command)
        self.record(
            "restoration_requested",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"on": form.received_on.isoformat()},
            internal={"applicant": form.applicant, "reasons": form.reasons},
        )

    async def restore(self) -> str:
        request = dict(self.state.memo["request"])
        seq = int(self.state.memo.get("restorations", 0)) + 1
        self.state.memo["restorations"] = seq
        decided = await self.decided(
            RestorationDecision, role=self.row.roles["decision"], context=request
        )
        assert decided is not None, "no term decides by silence"
        form, given = decided
        self.state.memo["request"] = None
        self.record(
            "restoration_decided",
            actor=given.actor,
            at=given.received_at,
            data={"decision": form.decision.value, "reasons": form.reasons},
        )
        if form.decision is Restore.REJECT:
            await self._not_restored(seq, form.reasons, request)
            return "deregistered"
        back = await self.call("restore_enterprise", seq=seq)
        if back.state != "done":
            await self._not_restored(seq, _refused(back.answer), request)
            return "deregistered"
        self.stop_clock(str(self.state.memo["restore_clock"]))
        for key in ("voids_licences_of", "voids_as"):
            self.state.decision.pop(key, None)
        self.state.decision |= {"decision": "restored"}
        self.change(decision=dict(self.state.decision))
        self.record("restored", data={"status": back.answer["status"]})
        await self.serve("restored", reasons=form.reasons, applicant=request["applicant"])
        await self.until_done("publish_restoration", restored=back.answer)
        return "archiving"

    async def _not_restored(self, seq: int, told: str, request: dict[str, Any]) -> None:
        await self.serve("not_restored", seq=seq, told=told, applicant=request["applicant"])

    async def close_and_archive(self) -> str:
        await self.archive()
        return "restored" if self.state.decision.get("decision") == "restored" else "closed"


def _dormant(answer: dict[str, Any]) -> tuple[Ground | None, date] | None:
    """Why and since when the company can do no business, as the register has it.

    An older answer told of revoked licences only, and not of the ground.
    """
    if "dormant" in answer:
        told = answer["dormant"]
        return told and (Ground(told["ground"]), date.fromisoformat(told["since"]))
    entry: dict[str, Any] = answer["entry"]
    revoked = entry["status"] == "revoked" and entry["ended_on"]
    return (None, date.fromisoformat(entry["ended_on"])) if revoked else None


def _request(command: Command) -> RestorationRequest:
    """Raises Refused with every wrong field."""
    return read(RestorationRequest, command.data)


def _refused(answer: dict[str, Any]) -> str:
    return f"登记系统没有恢复：{answer.get('message', '')}"
