"""A plan of a random inspection (双随机、一公开): lists, a head's approval, the draw, a check for each drawn target.

民营经济促进法 52; 条例 38; of equipment units 监督检查办法 8, 9, 15, 17. The draw is `domain/random_draw.py`. The plan names the public value
(publication, issue, day, digits) before it exists; a head who neither proposed nor may be drawn enters it, an officer compares it
with the publication. What is replaced (SOD-16) is replaced by the next one of the order drawn.

    plan_proposed ──▶ plan_approved ──▶ drawn ──▶ checking ──▶ archiving ──▶ archived
          │             public value     opens      each check published, or replaced by the next reserve
          └──▶ plan_refused
"""

import asyncio
from datetime import date
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import CaseInput, CaseOutcome, Command, Fact, OpenTask
    from domain.public_value import origin
    from domain.transitions import Stage, StageKind, Table, Transition
    from forms.base import TaskForm
    from forms.double_random_draw import PlanDecision, PlanOutcome, PublicValue, ValueCheck
    from forms.double_random_inspection import Scope
    from law.zone import civil_date

from workflows.double_random_value import PlannedValue
from workflows.kernel.approval import ARCHIVED, ARCHIVING

CHECK: Final = "double_random_check"
REPLACED: Final = "replaced"
# So many checks are opened at a time: each is a case, and the others have work for the worker too.
AT_ONCE: Final = 10
TELLS: Final = frozenset({"check_published"})
TABLE = Table(
    procedure="double_random_inspection",
    version="1",
    stages=(
        Stage(
            "plan_proposed",
            "计划待批",
            "Proposed",
            holder="section_head",
            doing="审批抽查计划",
        ),
        Stage(
            "plan_approved",
            "待抽取",
            "Approved",
            holder="inspector",
            doing="公开数值产生后录入并抽取",
        ),
        Stage("drawn", "已抽取", "Drawn", holder="system", doing="为抽中的对象逐个立抽查任务"),
        Stage(
            "checking",
            "检查中",
            "Checks",
            holder="system",
            doing="等待抽中的对象全部检查并公示结果",
        ),
        ARCHIVING,
        ARCHIVED,
        Stage("plan_refused", "计划未批准", "Not approved", StageKind.BAD),
    ),
    transitions=(
        Transition("plan_proposed", "plan_approved", "批准抽查计划"),
        Transition("plan_proposed", "plan_refused", "不批准抽查计划"),
        Transition("plan_approved", "drawn", "已录入公开数值并抽取"),
        Transition("drawn", "checking", "抽查任务已经立齐"),
        Transition("checking", "archiving", "检查结果全部公示"),
        Transition("archiving", "archived", "档案已接收"),
    ),
    main=("plan_proposed", "plan_approved", "drawn", "checking", "archiving", "archived"),
    accepts={"drawn": TELLS, "checking": TELLS},
)


@workflow.defn(name="double_random_inspection")
class DoubleRandomInspection(PlannedValue):
    tables = {"1": TABLE}

    @workflow.init
    def __init__(self, case: CaseInput) -> None:
        super().__init__(case)

    @workflow.run
    async def run(self, case: CaseInput) -> CaseOutcome:
        return await self.conduct(
            {
                "plan_proposed": self.decide_plan,
                "plan_approved": self.draw_targets,
                "drawn": self.open_checks,
                "checking": self.check_all,
                "archiving": self.archive,
            }
        )

    def forms(self) -> tuple[Any, ...]:
        return (PlanDecision, PublicValue, ValueCheck)

    # -- 计划 ------------------------------------------------------------------------------------------

    async def decide_plan(self) -> str:
        """By a head who did not propose it (SOD-1P)."""
        await self.number_case()
        self.put_facts(self._facts_of_lists())
        decided = await self.decided(PlanDecision, role=self.row.roles["decision"])
        assert decided is not None, "no term decides by silence"
        form, given = decided
        self.keep_decision(
            decision=form.decision.value, reasons=form.reasons, approver=given.actor.name
        )
        self.record(
            "plan_decided",
            actor=given.actor,
            at=given.received_at,
            data={"decision": form.decision.value, "reasons": form.reasons},
        )
        if form.decision is PlanOutcome.REFUSE:
            return "plan_refused"
        self.announce_rule()
        return "plan_approved"

    def _facts_of_lists(self) -> list[Fact]:
        """What whoever decides looks at: how many, how many of them key units, who is left out and why."""
        memo = self.state.memo
        equipment = memo["scope"] == Scope.EQUIPMENT.value
        out, count = "；".join(memo["excluded"]), memo["excluded_count"]
        more = f"等 {count} 个" if count > len(memo["excluded"]) else ""
        return [
            *self.fact_of_value(),
            Fact(
                code="inspection_lists",
                state="ok",
                fact=f"检查对象 {memo['targets']} 个，其中重点单位 {memo['key_units']} 个；抽取 {memo['number']} 个；"
                f"检查人员 {memo['inspectors']} 名；名单摘要 {memo['lists_sha256']}",
                rule="随机抽取检查对象、随机选派检查人员"
                + ("；重点单位提高抽查比例" if equipment else ""),
                cite="监督检查办法第8条、第9条、第15条" if equipment else "民营经济促进法第52条",
            ),
            Fact(
                code="inspection_excluded",
                state="open" if out else "ok",
                fact=f"不参加抽取：{out}{more}" if out else "没有排除的对象",
                rule="一年内已经证后监督检查的同一单位，不重复检查"
                if equipment
                else "排除对象应当有理由",
                cite="监督检查办法第17条" if equipment else "本局规则（待核）",
            ),
        ]

    # -- 抽取 ------------------------------------------------------------------------------------------

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, PlanDecision):
            self.check_approval(answers, civil_date(command.received_at))
        elif isinstance(answers, PublicValue):
            self.check_value(answers, command)
        elif isinstance(answers, ValueCheck):
            self.check_comparer(command)

    async def draw_targets(self) -> str:
        said, given = await self.public_value()
        drawn = (await self.until_done("random_draw", **said)).answer
        number = self.state.memo["number"]
        self.state.memo |= {
            "public_value": said,
            "order": drawn["order"],
            "checks": drawn["order"][:number],
            "published": [],
        }
        shown = {**said, **{key: drawn[key] for key in ("lists_sha256", "seed_sha256", "sha256")}}
        shown |= {"returned": self.returned_values}
        self.keep_decision(draw=shown)
        self.record(
            "drawn",
            actor=given.actor,
            at=given.received_at,
            data={**shown, "number": number, "targets": len(drawn["order"])},
        )
        self._announce(shown)
        await self.serve("draw_record", draw=shown)
        return "drawn"

    def _announce(self, shown: dict[str, Any]) -> None:
        """Digests only: who is going to be checked is not told before an unannounced check."""
        self.publish_notice(
            "random_draw",
            title=f"{self.state.title}：抽取结果摘要",
            lines=[
                ["抽查计划编号", self.state.numbers["receipt"]],
                ["抽取数量", f"{self.state.memo['number']} / {len(self.state.memo['order'])}"],
                ["公开数值", shown["value"]],
                ["数值出处", origin(shown)],
                *([["晚于计划日期的理由", shown["reason"]]] if shown["reason"] else []),
                *(
                    ["更正以前录入的数值", f"{one['value']}（{one['reasons']}）"]
                    for one in shown["returned"]
                ),
                ["名单摘要", shown["lists_sha256"]],
                ["种子", shown["seed_sha256"]],
                ["抽取文件摘要", shown["sha256"]],
            ],
            cite=self.row.basis,
            clock=None,
        )

    # -- 抽查任务 --------------------------------------------------------------------------------------

    async def open_checks(self) -> str:
        self._show_progress()
        codes = list(self.state.memo["checks"])
        for first in range(0, len(codes), AT_ONCE):
            await asyncio.gather(*(self._open_check(c) for c in codes[first : first + AT_ONCE]))
        return "checking"

    async def _open_check(self, code: str) -> None:
        fill = {
            "code": code,
            "plan": self.state.numbers["receipt"],
            "value": self.state.memo["public_value"]["value"],
        }
        await self.open_related(code, CHECK, party=f"uscc:{code}", fill=fill)

    async def check_all(self) -> str:
        """Until every target drawn is checked and published; a replaced one gives its place to the next reserve."""
        while True:
            await self.wait(lambda: self._replaced() or self._settled())
            replaced = self._replaced()
            if not replaced:
                return "archiving"
            memo = self.state.memo
            gone = replaced[0]
            reserves = [c for c in memo["order"] if c not in self.state.related]
            if self._over():
                # Nobody could check it within the plan's period.
                reserves = []
            memo["checks"] = [c for c in memo["checks"] if c != gone] + reserves[:1]
            self._show_progress()
            if reserves:
                await self._open_check(reserves[0])

    def _over(self) -> bool:
        """Whether the plan's period has ended; of a plan from before this was kept it never does."""
        last = self.state.memo.get("ends_on")
        return last is not None and civil_date(self.now()) > date.fromisoformat(last)

    def _replaced(self) -> list[str]:
        """Targets of the plan whose check ended because another one takes the place."""
        related = self.state.related
        return [
            c
            for c in self.state.memo["checks"]
            if c in related and related[c].state == "ended" and related[c].outcome == REPLACED
        ]

    def _settled(self) -> bool:
        return set(self.state.memo["checks"]) <= set(self.state.memo["published"])

    def check_check_published(self, command: Command) -> None:
        self.check_from_related(command)

    def apply_check_published(self, command: Command) -> None:
        self.state.memo["published"].append(str(command.data["key"]))
        self._show_progress()
        self.record(
            "check_published",
            at=command.received_at,
            act_id=command.act_id,
            data={
                "item": str(command.data["key"]),
                "result": str(command.data["result"]),
                "published": len(self.state.memo["published"]),
                "checks": len(self.state.memo["checks"]),
            },
        )

    def _show_progress(self) -> None:
        done, of = len(self.state.memo["published"]), len(self.state.memo["checks"])
        self.put_facts(
            [
                Fact(
                    code="inspection_progress",
                    state="ok" if done == of else "open",
                    fact=f"已公示检查结果 {done} 个，共 {of} 个",
                    rule="检查结果及时向社会公开",
                    cite=self.row.basis,
                )
            ]
        )

    def notices_running(self) -> list[Any]:
        """None that ends with the case: how long a draw stays public no text that was read says (待核)."""
        return []
