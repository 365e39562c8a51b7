"""The steps of a liquidation (清算) as acts of the entity's representative: what is checked, and what follows.

What the steps are, their terms and articles is data: `law.liquidation`. A late step is recorded as a breach, never refused;
what the law forbids (payment while claims are open, 公司法 235) is refused. Steps may be stated in any order that makes sense.
"""

from collections.abc import Callable
from datetime import date
from types import MappingProxyType
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import refusal_words as words
    from domain.contracts import CaseInput, Command
    from domain.refusals import Refusal, Refused
    from forms import liquidation as forms
    from forms.base import Form
    from law import liquidation as law
    from law.clocks import find_clock
    from law.deadlines import deadline
    from law.liquidation import Start, Step
    from law.zone import civil_date, day_start, day_zh

from workflows.kernel.answers import read, wrong
from workflows.liquidation_record import LiquidationRecord
from workflows.public_notices import PublicNotices

# What the register of publicity shows beside our own board, and under which article.
PUBLISHED = MappingProxyType(
    {
        Step.PUBLISH_CAUSE: ("dissolution", "解散公示", "公司法第229条"),
        Step.PUBLISH_GROUP: ("liquidation_group", "清算组公示", "登记管理条例第32条"),
        Step.ANNOUNCE: ("creditors_announced", "债权人公告", "登记管理条例第32条"),
    }
)
BANKRUPTCY, REVIVED = "bankruptcy", "revived"


class LiquidationSteps(PublicNotices, LiquidationRecord):
    """The act `liquidation_step`."""

    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)
        self._checks: dict[Step, Callable[[Any, Command], None]] = {
            Step.FORM_GROUP: self._check_group,
            Step.NOTIFY_CREDITORS: self._check_notified,
            Step.SETTLE_ASSETS: self._check_settled,
            Step.CONFIRM_REPORT: self._check_report,
            Step.ASK_TAX: self._check_tax,
            Step.REPORT_SHORTAGE: self._check_shortage,
            Step.REVIVE: self._check_revival,
        }
        self._follows: dict[Step, Callable[[Any, Command], None]] = {
            Step.PUBLISH_CAUSE: self._tell_publicly,
            Step.FORM_GROUP: self._group_formed,
            Step.PUBLISH_GROUP: self._tell_publicly,
            Step.NOTIFY_CREDITORS: self._notified,
            Step.SETTLE_ASSETS: self._settled,
            Step.ASK_TAX: self._tax_wanted,
            Step.REPORT_SHORTAGE: self._short,
            Step.REVIVE: self._revived,
        }

    # -- the act: what is checked ------------------------------------------------------------------------

    def check_liquidation_step(self, command: Command) -> None:
        self.check_owner(command)
        if "liquidation" not in self.state.memo:
            raise Refused(Refusal.NOT_ACCEPTED_NOW)
        step, form = _stated(command)
        on = getattr(form, "done_on", None)
        if on is not None and on > civil_date(command.received_at):
            raise wrong("done_on", "日期还没有到，请填写实际日期")
        if on is not None and on < date.fromisoformat(self.kept["dissolved_on"]):
            raise wrong("done_on", "日期早于解散事由出现之日，请核对")
        if step not in (*self.way.steps, Step.REPORT_SHORTAGE, Step.REVIVE):
            raise Refused(Refusal.NOT_ACCEPTED_NOW, words.STEP_NOT_OF_WAY % {"way": self.way.name})
        if step in self.done and step not in (Step.NOTIFY_CREDITORS, Step.ASK_TAX):
            raise _taken(step)
        if step is not Step.SETTLE_ASSETS and (missing := self.missing_before(step)):
            title = forms.STEP_FORMS[missing].title
            raise Refused(Refusal.NOT_ACCEPTED_NOW, words.STEP_FIRST % {"step": title})
        if (check := self._checks.get(step)) is not None:
            check(form, command)

    def _check_group(self, form: forms.FormGroup, command: Command) -> None:
        if form.leader not in form.members:
            raise wrong("members", "清算组成员应当包括负责人")

    def _check_notified(self, form: forms.NotifyCreditors, command: Command) -> None:
        if Step.SETTLE_ASSETS in self.done:
            raise _taken(Step.NOTIFY_CREDITORS)
        if bool(form.creditors) != (form.received_on is not None):
            raise wrong("received_on", "有收到通知的债权人的，填写债权人和收到日期；没有的都不填")
        received = form.received_on
        if received is not None and not form.done_on <= received <= civil_date(command.received_at):
            raise wrong("received_on", "收到日期应当不早于发出日期，且已经到来")
        if self.way.before_liquidation and form.begins_on is None:
            raise wrong("begins_on", "请填写开始清算的日期")
        if received is not None and self.way.notified:
            self.check_startable(self.way.notified, day_start(received))

    def _check_settled(self, form: forms.SettleAssets, command: Command) -> None:
        """公司法 235: no payment to creditors while they may still claim, by the act's receipt and by the day it states."""
        article = self.way.barred_by
        missing = Step.ANNOUNCE if self.to_announce else self.missing_before(Step.SETTLE_ASSETS)
        if article and missing:
            raise Refused(Refusal.CLAIMS_OPEN, words.CLAIMS_NOT_ANNOUNCED % {"article": article})
        if missing:
            title = forms.STEP_FORMS[missing].title
            raise Refused(Refusal.NOT_ACCEPTED_NOW, words.STEP_FIRST % {"step": title})
        for key in self.kept["claim_clocks"]:
            clock = self.state.clocks[key]
            early = command.received_at < clock.ends_at or form.done_on <= clock.legal_end
            if article and early:
                told = {"day": day_zh(clock.legal_end), "article": article}
                raise Refused(Refusal.CLAIMS_OPEN, words.CLAIMS_OPEN % told)

    def _check_report(self, form: forms.ConfirmReport, command: Command) -> None:
        if form.done_on < self.day_of(Step.SETTLE_ASSETS):
            raise wrong("done_on", "清算报告在清算结束以后才能确认")

    def _check_tax(self, form: Form, command: Command) -> None:
        if not self.kept.get("tax_waits"):
            raise Refused(Refusal.NOT_ACCEPTED_NOW)

    def _check_shortage(self, form: Form, command: Command) -> None:
        self.check_open_end(Step.REPORT_SHORTAGE)

    def _check_revival(self, form: Form, command: Command) -> None:
        self.check_open_end(Step.REVIVE)

    # -- the act: what follows ---------------------------------------------------------------------------

    def apply_liquidation_step(self, command: Command) -> None:
        step, form = _stated(command)
        received = civil_date(command.received_at)
        day = getattr(form, "done_on", None) or received
        first = step not in self.done
        if step is not Step.ASK_TAX and first:
            self.done[step] = {"on": day.isoformat()}
        breached = False
        if first and (key := self.kept["clocks"].get(step)) is not None:
            breached = self.judge(step.value, key, day)
        if (follow := self._follows.get(step)) is not None:
            follow(form, command)
        self.show_liquidation()
        self.record(
            "liquidation_step",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"step": step.value, "on": day.isoformat(), "late": breached},
            internal=form.model_dump(mode="json"),
        )

    def _tell_publicly(self, form: Form, command: Command) -> None:
        step, _ = _stated(command)
        self.put_on_board(step, None)

    def public_text(self, step: Step) -> tuple[str, str, list[list[str]]]:
        """What kind of notice it is, its title and its lines, as anybody may read them."""
        kind, title, _ = PUBLISHED[step]
        group = self.kept.get("group") or {}
        lines = [["统一社会信用代码", self.state.numbers["uscc"]]]
        lines.append(["解散事由出现日期", self.kept["dissolved_on"]])
        if step is not Step.PUBLISH_CAUSE and group:
            lines.append(["清算组负责人", group["leader"]])
            lines.append(["清算组成员", "、".join(group["members"])])
        return kind, f"{self.state.title}{title}", lines

    def put_on_board(self, step: Step, clock: str | None, takes: str = "") -> None:
        kind, title, lines = self.public_text(step)
        notice = self.publish_notice(
            kind, title=title, lines=lines, cite=PUBLISHED[step][2], clock=clock, takes=takes
        )
        self.kept.setdefault("notices", {})[step] = notice.notice_id

    def _group_formed(self, form: forms.FormGroup, command: Command) -> None:
        self.kept["group"] = {"leader": form.leader, "members": list(form.members)}
        self.start_terms(Start.FORMED, form.done_on)

    def _notified(self, form: forms.NotifyCreditors, command: Command) -> None:
        self.kept["all_notified"] = self.way.may_skip_announcement and form.all_notified
        if form.received_on is not None and self.way.notified:
            subject = f"{len(form.creditors)} 名债权人"
            key = self.start_clock(self.way.notified, day_start(form.received_on), subject=subject)
            self.kept["claim_clocks"].append(key)
        if self.way.before_liquidation and form.begins_on is not None:
            row = find_clock(self.way.before_liquidation)
            earliest = deadline(row, form.begins_on, self._calendars).legal_end
            if not earliest <= form.done_on <= form.begins_on:
                step = Step.NOTIFY_CREDITORS.value
                self.breach(step, row.id, form.begins_on, form.done_on, row.effect.label)

    def _settled(self, form: forms.SettleAssets, command: Command) -> None:
        for notice in self.notices_running():
            if notice.takes and notice.clock is None:
                # Of a partnership: until when its creditors may claim was not read.
                self.end_notice(notice, "expired")
        self.start_terms(Start.SETTLED, form.done_on)

    def _tax_wanted(self, form: Form, command: Command) -> None:
        self.kept["tax_wanted"] = True

    def _short(self, form: forms.ReportShortage, command: Command) -> None:
        told = f"财产不足清偿债务，已于{form.done_on.isoformat()}向{form.court}申请破产清算"
        self._end(BANKRUPTCY, told, law.SHORTAGE)

    def _revived(self, form: forms.Revive, command: Command) -> None:
        self._end(
            REVIVED, f"{form.done_on.isoformat()}公司修改章程或者经股东会决议存续", law.REVIVAL
        )

    def _end(self, stage: str, reason: str, article: str) -> None:
        self.state.decision |= {"decision": stage, "reasons": reason}
        self.kept["end"] = {"reason": reason, "article": article}
        self._leave = stage

    def apply_withdraw(self, command: Command) -> None:
        super().apply_withdraw(command)
        if "liquidation" in self.state.memo:
            self.kept["end"] = {"reason": "申请人撤回注销申请", "article": ""}

    def message_text(self, kind: str, clock: Any) -> str:
        told = {
            "tax_not_cleared": "税务机关还没有出具清税证明。办结税务注销以后，请在办件页再查一次。",
        }
        return told.get(kind) or super().message_text(kind, clock)


def _stated(command: Command) -> tuple[Step, Any]:
    """The step and what was filled in. Raises Refused for an unknown step, or with every wrong field."""
    data = dict(command.data)
    try:
        step = Step(str(data.pop("step", "")))
    except ValueError as unknown:
        raise Refused(Refusal.MALFORMED) from unknown
    return step, read(forms.STEP_FORMS[step], data)


def _taken(step: Step) -> Refused:
    told = words.STEP_TAKEN % {"step": forms.STEP_FORMS[step].title}
    return Refused(Refusal.NOT_ACCEPTED_NOW, told)
