"""A hosted enterprise and its host (住所托管): from the registration at the host's address to another domicile.

条例 11, 24, 46; 公示条例 17 (unreachable at the registered domicile); local rules (law.md §2.5, 待核). Clock R03.
Opened by the registration that used the address; ends when a change registration changes it.

    registered_hosted ──▶ host_notified_lost ──▶ referred        the mail came back: a lead for the abnormal list
      │   ▲   ▲ reached or found │ ▲────────────────│
      │   └──────────────────────┘
      ▼ the hosting ended (from any of the three)
    host_terminating ──▶ address_change_required ──▶ overdue ──▶ ordered
      └─ from each of these and those above: the domicile was changed ──▶ archiving ──▶ archived

The abnormal list itself (异常名录) is a procedure of its own, `abnormal_operation_list`, which an officer opens: what is found is
told to the head of section, with a paper for the enterprise.
"""

from datetime import datetime
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, OpenTask, TaskAnswer
    from domain.refusals import Refusal, Refused
    from domain.transitions import Stage, Table, Transition
    from forms.base import TaskForm
    from forms.cluster_hosting import AddressOrder, Mail, MailCheck, Recheck
    from law.cluster_registration import ADDRESS_CLOCK
    from law.zone import civil_date

from workflows.hosted_enterprise import HostedEnterprise
from workflows.kernel.approval import ARCHIVED, ARCHIVING

MOVED_OR_GONE = "住所已经变更，或者企业已经注销"
# From a change registration of ours, and from the market register.
ENDING = frozenset({"address_changed", "enterprise_ended"})
HEARS = ENDING | {"host_reported"}

TABLE = Table(
    procedure="cluster_hosting",
    version="1",
    stages=(
        Stage(
            "registered_hosted", "托管中", "Hosted", holder="applicant", doing="与托管机构保持联系"
        ),
        Stage(
            "host_notified_lost",
            "失联核查",
            "Reported lost",
            holder="inspector",
            doing="向登记的住所邮寄核查",
        ),
        Stage("referred", "已移送线索", "Referred", holder="applicant", doing="与登记机关取得联系"),
        Stage(
            "host_terminating", "托管终止", "Hosting ends", holder="system", doing="告知托管企业"
        ),
        Stage(
            "address_change_required",
            "限期变更",
            "Change due",
            holder="applicant",
            doing="办理住所变更登记",
        ),
        Stage("overdue", "逾期未变更", "Overdue", holder="inspector", doing="责令办理住所变更登记"),
        Stage(
            "ordered",
            "责令改正",
            "Ordered",
            holder="inspector",
            doing="复查住所是否已经变更",
        ),
        ARCHIVING,
        ARCHIVED,
    ),
    transitions=(
        Transition("registered_hosted", "host_notified_lost", "托管机构报告失联"),
        Transition("registered_hosted", "host_terminating", "托管终止或者托管机构退出"),
        Transition("registered_hosted", "archiving", MOVED_OR_GONE),
        Transition("host_notified_lost", "registered_hosted", "邮件签收或者恢复联系"),
        Transition("host_notified_lost", "referred", "邮件退回，通过登记的住所无法联系"),
        Transition("host_notified_lost", "host_terminating", "托管终止或者托管机构退出"),
        Transition("host_notified_lost", "archiving", MOVED_OR_GONE),
        Transition("referred", "registered_hosted", "恢复联系"),
        Transition("referred", "host_terminating", "托管终止或者托管机构退出"),
        Transition("referred", "archiving", MOVED_OR_GONE),
        Transition("host_terminating", "address_change_required", "已告知，期限开始"),
        Transition("address_change_required", "archiving", MOVED_OR_GONE),
        Transition("address_change_required", "overdue", "期限届满，住所没有变更"),
        Transition("overdue", "ordered", "已责令改正"),
        Transition("overdue", "archiving", "登记系统显示住所已经变更，或者企业已经注销"),
        Transition("ordered", "archiving", MOVED_OR_GONE),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=(
        "registered_hosted",
        "host_terminating",
        "address_change_required",
        "archiving",
        "archived",
    ),
    accepts={
        "registered_hosted": HEARS,
        "host_notified_lost": HEARS,
        "referred": HEARS,
        "host_terminating": ENDING,
        "address_change_required": ENDING,
        "overdue": ENDING,
        "ordered": ENDING,
    },
)


@workflow.defn(name="cluster_hosting")
class ClusterHosting(HostedEnterprise):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "registered_hosted": self.keep,
                "host_notified_lost": self.check_mail,
                "referred": self.refer,
                "host_terminating": self.terminate,
                "address_change_required": self.await_change,
                "overdue": self.order_change,
                "ordered": self.recheck,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (MailCheck, AddressOrder, Recheck)

    def opened(self, opening: Command) -> None:
        self.state.memo |= dict(opening.data.get("facts", {}))
        self.state.numbers |= {"uscc": self.state.memo["uscc"]}
        self.state.decision |= {
            key: self.state.memo[key] for key in ("host_case", "host_name", "host_uscc", "domicile")
        }
        self.change(numbers=dict(self.state.numbers), decision=dict(self.state.decision))

    # -- 托管中, 失联 ----------------------------------------------------------------------------------

    async def keep(self) -> str:
        if "joined" not in self.state.memo:
            self.state.memo["joined"] = True
            await self.serve("hosting_told")
            if await self._told_host("hosted_joined"):
                # It left before it heard of the enterprise.
                self._ended(self.now(), "托管机构已经退出托管")
        await self.wait(lambda: self.moved or self.word)
        if self.moved:
            return await self._left()
        return "host_terminating" if self.word == "ended" else "host_notified_lost"

    async def check_mail(self) -> str:
        """Mail to the registered domicile; meanwhile the enterprise may be found, move, or be hosted no longer."""
        task = self.open_task(
            MailCheck,
            role=self.row.roles["mail_check"],
            context={
                "domicile": self.state.memo["domicile"],
                "host": self.state.memo["host_name"],
                "reason": self.state.memo.get("reason", ""),
            },
        )
        self.tell("applicant", "hosting_lost")
        self.record(
            "task_opened", data={"task": task.task_id, "form": MailCheck.code, "role": task.role}
        )
        await self.wait(lambda: self.moved or self.word != "lost" or task.task_id in self._answers)
        given = self._answers.pop(task.task_id, None)
        if self.moved:
            return await self._left()
        if self.word == "ended":
            return "host_terminating"
        if given is not None and not self._mail_returned(given):
            self.state.memo["word"] = ""
        return "referred" if self.word == "lost" else "registered_hosted"

    def _mail_returned(self, given: TaskAnswer) -> bool:
        form = MailCheck.model_validate(given.answers)
        self.state.memo["mail"] = form.model_dump(mode="json")
        self.record(
            "mail_checked",
            actor=given.actor,
            at=given.received_at,
            data={"outcome": form.outcome.value, "sent_on": form.sent_on.isoformat()},
            internal={"tracking": form.tracking, "note": form.note},
        )
        return form.outcome is Mail.RETURNED

    async def refer(self) -> str:
        """A lead for the abnormal list; the hosting lasts until the domicile is changed or the host ends it."""
        seq = int(self.state.memo.get("leads", 0)) + 1
        self.state.memo["leads"] = seq
        mail = self.state.memo["mail"]
        paper = await self.serve("hosting_lead", seq=seq, mail=mail)
        self.state.decision["lead"] = paper.number
        self.change(decision=dict(self.state.decision))
        self.tell("section_head", "hosting_lead")
        self.tell("applicant", "hosting_unreachable")
        self.record("lead_passed_on", data={"number": paper.number, "sent_on": mail["sent_on"]})
        await self.wait(lambda: self.moved or self.word != "lost")
        if self.moved:
            return await self._left()
        return "host_terminating" if self.word == "ended" else "registered_hosted"

    # -- 托管终止, 限期变更住所 --------------------------------------------------------------------------

    async def terminate(self) -> str:
        """From the end of the hosting the domicile is a registered item that changes: 条例 24 (R03)."""
        ended = datetime.fromisoformat(self.state.memo["ended_at"])
        key = self.start_clock(ADDRESS_CLOCK, ended)
        self.state.memo["address_clock"] = key
        await self.serve("address_change", clock=key, reason=self.state.memo.get("reason", ""))
        self.tell("applicant", "hosting_ended")
        return "address_change_required"

    async def await_change(self) -> str:
        key = self.state.memo["address_clock"]
        await self.wait(lambda: self.moved or not self.clock_running(key))
        if self.moved:
            self.stop_clock(key)
            return await self._left()
        return "overdue"

    async def order_change(self) -> str:
        """责令改正 (条例 46): by a person, after the register was asked what it has."""
        if await self._gone_by_itself():
            return await self._left()
        self.tell("applicant", "hosting_overdue")
        self.tell("section_head", "hosting_overdue_head")
        task = self.open_task(
            AddressOrder,
            role=self.row.roles["address_order"],
            context={
                "domicile": self.state.memo["domicile"],
                "host": self.state.memo["host_name"],
                "clock": self.state.memo["address_clock"],
            },
        )
        self.record(
            "task_opened",
            data={"task": task.task_id, "form": AddressOrder.code, "role": task.role},
        )
        await self.wait(lambda: self.moved or task.task_id in self._answers)
        given = self._answers.pop(task.task_id, None)
        if self.moved or given is None:
            return await self._left()
        form = AddressOrder.model_validate(given.answers)
        self.state.decision |= {"approver": given.actor.name}
        await self.serve(
            "address_order", reasons=form.reasons, clock=self.state.memo["address_clock"]
        )
        return "ordered"

    async def recheck(self) -> str:
        """复查: until the domicile is another one. An officer may have the register asked at any time."""
        while not self.moved:
            await self._look_again()
        return await self._left()

    async def _look_again(self) -> None:
        task = self.open_task(
            Recheck,
            role=self.row.roles["address_order"],
            context={"domicile": self.state.memo["domicile"], "host": self.state.memo["host_name"]},
        )
        self.record(
            "task_opened", data={"task": task.task_id, "form": Recheck.code, "role": task.role}
        )
        await self.wait(lambda: self.moved or task.task_id in self._answers)
        if self._answers.pop(task.task_id, None) is not None and not self.moved:
            await self._gone_by_itself()

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, MailCheck) and answers.sent_on > civil_date(command.received_at):
            told = "寄出日期还没有到"
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/sent_on": told})
