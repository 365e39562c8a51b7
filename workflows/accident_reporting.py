"""What is known of an accident and told upward: its class, the unit's hour (Q11), our two hours (Q12), the thirty days (Q13).

Numbers change while people are rescued. What was reported upward is never made lighter here: only who investigates may say so.
"""

from datetime import datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.clocks import EXPIRES
    from domain.contracts import Command, Fact, RunningClock
    from domain.refusals import Refusal, Refused
    from forms.accident_steps import Verification
    from forms.se_accident_report import ReportedBy, SupplementaryReport
    from law.accidents import REGULATION, AccidentClass, Harm, class_of, faults, findings, graver
    from law.clock_types import Clock
    from law.clocks import find_clock

from workflows.ex_officio import ExOfficio
from workflows.kernel.answers import read, wrong
from workflows.kernel.clockwork import Due
from workflows.kernel.dates import moment_zh, refuse_after, refuse_before

UNIT: Final = "Q11"
LEVEL: Final = "Q12"
SUPPLEMENTS: Final = "Q13"
INVESTIGATION: Final = "Q14"
SUPPLEMENTS_OVER = "补报的三十日已经届满（待核）。还有变化的，请直接函告负责调查的机关。"
HAPPENED: Final = "事故发生的时间"
TOLD: Final = "本局接到报告的时间"
HEAD_KNEW: Final = "单位负责人接到报告的时间"
UNIT_TOLD: Final = "单位向本局报告的时间"
INSTANTS: Final = ("head_knew_at", "unit_told_at")
REASONED: Final = 4
"""Characters of a reason, at least."""
# Cases that were verified before this kept the two hours of the report on which they were opened.
FIRST_TOLD: Final = "se_accident_report-first-told-v1"


class AccidentReporting(ExOfficio):
    """State in the case's memo: `harm`, `grade` (as told upward), `clock_<id>` (the key of each clock); instants, as text:
    `happened_at`, `told_at` (the bureau first heard), `head_knew_at`, `unit_told_at`."""

    @property
    def second_table(self) -> bool:
        """Whether the case was opened under table 2 or a later one (docs/adr/0004)."""
        return int(self.table.version) > 1

    def instant(self, name: str) -> datetime | None:
        """An instant of the memo; None where it is not known (yet)."""
        kept = self.state.memo.get(name)
        return datetime.fromisoformat(kept) if kept else None

    @property
    def happened_at(self) -> datetime:
        return datetime.fromisoformat(self.state.memo["happened_at"])

    @property
    def told_at(self) -> datetime:
        return datetime.fromisoformat(self.state.memo["told_at"])

    @property
    def harm(self) -> Harm:
        return Harm.of_json(self.state.memo["harm"])

    @property
    def grade(self) -> AccidentClass | None:
        """The class as it stands: what was reported, or what the numbers say now if that is graver."""
        kept = self.state.memo.get("grade")
        return graver(AccidentClass(kept) if kept else None, class_of(self.harm))

    # -- clocks ----------------------------------------------------------------------------------------

    def run_clock(self, clock_id: str, since: datetime) -> RunningClock:
        """Start the case's clock of the row, in place of one that began at another instant."""
        name = f"clock_{clock_id}"
        self.stop_clock(self.state.memo.get(name), "replaced")
        self.state.memo[name] = self.start_clock(clock_id, since)
        return self.state.clocks[self.state.memo[name]]

    def clock_of(self, clock_id: str) -> RunningClock | None:
        return self.state.clocks.get(self.state.memo.get(f"clock_{clock_id}", ""))

    def begin_clocks(self) -> None:
        """Of the unit from its head's knowledge, of this level from our receipt; both run at night and on holidays."""
        memo = self.state.memo
        self.run_clock(LEVEL, self.told_at)
        if memo["reported_by"] == ReportedBy.UNIT.value:
            memo["unit_told_at"] = memo["told_at"]
        self.judge_unit()

    def judge_unit(self, *, over: bool = False) -> None:
        """Whether the unit reported within its hour, as far as is known; a late report is a lead, no finding.

        `over`: the hour ends now. A unit that has not reported by then is a lead as well.
        """
        knew, told = self.instant("head_knew_at"), self.instant("unit_told_at")
        clock = self.clock_of(UNIT)
        if knew is not None and (clock is None or clock.trigger != knew):
            clock = self.run_clock(UNIT, knew)
        if clock is None:
            late = False
        elif told is None:
            late = over or clock.state == "expired"
        else:
            # Both are told to the minute: the minute in which the hour ends is still within it.
            late = told > clock.ends_at
            if not late:
                self.stop_clock(clock.key)
        self.state.memo["unit_late"] = late
        self.put_facts([self._unit_fact(knew, told, clock, late=late)])

    def _unit_fact(
        self,
        knew: datetime | None,
        told: datetime | None,
        clock: RunningClock | None,
        *,
        late: bool,
    ) -> Fact:
        said = [
            f"单位负责人{moment_zh(knew)}接到报告" if knew else "单位负责人何时接到报告还不清楚"
        ]
        if clock is not None:
            said.append(f"应当在{moment_zh(clock.ends_at)}以前报告")
        said.append(f"单位{moment_zh(told)}向本局报告" if told else "单位还没有向本局报告")
        if late:
            said.append("迟报，作为处罚线索" if told else "1小时已满仍没有记录到报告，作为处罚线索")
        known = knew is not None and told is not None
        return Fact(
            code="unit_report",
            state="bad" if late else "ok" if known else "open",
            fact="，".join(said),
            rule="单位负责人接到报告后应当在1小时内报告（待核）；迟报的处5万元以上20万元以下罚款",
            cite=f"{find_clock(UNIT).citation}（待核）；特种设备安全法第89条",
        )

    # -- the class --------------------------------------------------------------------------------------

    def show_class(self) -> None:
        """The class beside the numbers it follows from."""
        found, grade = findings(self.harm), self.grade
        computed = found[0].grade if found else None
        said = grade.label if grade else "数字和情形都没有达到列明的标准，由负责人判断"
        if grade is not None and grade is not computed:
            said += (
                f"（数字对应：{computed.label if computed else '没有达到'}；已经上报的等级不降低）"
            )
        self.put_facts(
            [
                Fact(
                    code="accident_class",
                    state="ok" if grade else "open",
                    fact=f"{said}：{self.harm.text}",
                    rule="；".join(f.text for f in found)
                    or "达到列明标准的才按该等级，其他情形由国务院部门补充规定",
                    cite="；".join(f.cite for f in found) or f"{REGULATION}第61至64条",
                )
            ]
        )
        self.keep_decision(
            grade=grade.value if grade else "",
            computed=computed.value if computed else "",
            harm=self.harm.text,
        )

    def keep_harm(self, told: dict[str, Any]) -> None:
        self.state.memo["harm"] = self.harm.changed(told).to_json()
        self.show_class()

    def check_harm(self, told: dict[str, Any]) -> None:
        """Raises Refused where the numbers told do not fit what is known."""
        if wrong := faults(self.harm.changed(told)):
            raise Refused(
                Refusal.INVALID_ANSWERS,
                "；".join(message for _field, message in wrong),
                {f"/{field}": message for field, message in wrong},
            )

    # -- supplementary reports ---------------------------------------------------------------------------

    def check_supplement_accident(self, command: Command) -> None:
        """By an officer of the case, within thirty days of the accident (Q13)."""
        self.check_officer(command)
        clock = self.clock_of(SUPPLEMENTS)
        if clock is None or command.received_at >= clock.ends_at:
            raise Refused(Refusal.CLOCK_CLOSED, SUPPLEMENTS_OVER)
        asked = read(SupplementaryReport, command.data)
        self.check_harm(asked.told())
        self._check_late_report(asked, command)

    def _check_late_report(self, asked: SupplementaryReport, command: Command) -> None:
        """The unit told the bureau after the verification: once, and not before its head knew."""
        if asked.unit_told_at is None:
            return
        if (told := self.instant("unit_told_at")) is not None:
            raise wrong(
                "unit_told_at",
                f"单位的报告已经记录（{moment_zh(told)}），这里不填；不对的写在变化中",
            )
        for path, message in asked.ahead(command.received_at):
            raise wrong(str(path[0]), message)
        knew = self.instant("head_knew_at")
        refuse_before(asked, "unit_told_at", self.happened_at, HAPPENED)
        if knew is not None:
            refuse_before(asked, "unit_told_at", knew, HEAD_KNEW)

    def apply_supplement_accident(self, command: Command) -> None:
        """Each change is a report of its own, upward at once."""
        asked = SupplementaryReport.model_validate(command.data)
        before = self.grade
        self.keep_harm(asked.told())
        grade = self.grade
        self.state.memo["grade"] = grade.value if grade else None
        if asked.unit_told_at is not None:
            self.state.memo["unit_told_at"] = asked.unit_told_at.isoformat()
            self.judge_unit()
        seq = int(self.state.memo.get("supplements", 0)) + 1
        self.state.memo["supplements"] = seq
        if grade is not before:
            self.class_raised(command)
        self.record(
            "accident_supplemented",
            actor=command.actor,
            at=command.received_at,
            act_id=command.act_id,
            data={"seq": seq, "grade": grade.value if grade else "", "raised": grade != before},
            internal={
                "change": asked.change,
                "harm": self.harm.text,
                "unit_told_at": asked.unit_told_at.isoformat() if asked.unit_told_at else "",
            },
        )
        # As it stands now: the next change may come before the letter is written.
        said = {"change": asked.change, "harm": self.harm.text, "raised": grade != before}
        self.aside(self._serve_supplement(seq, grade.label if grade else "", said))

    def class_raised(self, command: Command) -> None:
        """What a higher class changes beside the report itself: nothing before it was handed over."""

    async def _serve_supplement(self, seq: int, grade: str, said: dict[str, Any]) -> None:
        """To everybody who was told upward, and to who investigates where that is somebody else."""
        clock = self.state.memo[f"clock_{SUPPLEMENTS}"]
        to = {
            "to": self.state.memo.get("told_levels", []),
            "investigator": self.state.decision.get("investigator", ""),
        }
        await self.serve("supplementary_report", seq=seq, grade=grade, clock=clock, **to, **said)

    def _fire(self, clock: RunningClock, law: Clock, due: Due) -> None:
        """The thirty days over close the supplements: nothing was missed, so nobody is told of an overrun.

        The investigation's end binds others: the head hears of it too, and sees to it that they are asked.
        """
        ends = due.name in EXPIRES
        if clock.clock_id == SUPPLEMENTS and ends:
            self.stop_clock(clock.key, "expired")
            self.record("supplements_closed", at=clock.ends_at, data={"clock": clock.key})
            return
        if clock.clock_id == UNIT and ends:
            self.judge_unit(over=True)
        super()._fire(clock, law, due)
        if clock.clock_id == INVESTIGATION and ends:
            self.tell(self.row.roles["decision"], due.name, clock=clock)
            self.record("investigation_overdue", at=clock.ends_at, data={"clock": clock.key})

    # -- verification -------------------------------------------------------------------------------------

    def verified(self, form: Verification) -> list[dict[str, str]]:
        """Keeps what was found out of the numbers and of the unit's report; what was corrected by it."""
        corrected = self.corrections(form)
        for name in INSTANTS:
            if (found := getattr(form, name)) is not None:
                self.state.memo[name] = found.isoformat()
        told = form.unit_told_at
        if told is not None and told < self.told_at and workflow.patched(FIRST_TOLD):
            # The unit had told the bureau before whoever the case was opened on: the two hours run from there.
            self.state.memo["told_at"] = told.isoformat()
            self.run_clock(LEVEL, told)
        self.judge_unit()
        self.keep_harm(form.told())
        return corrected

    def corrections(self, form: Verification) -> list[dict[str, str]]:
        """Instants that the form makes others than they were recorded: the field, before, after."""
        return [
            {"field": name, "before": kept.isoformat(), "after": found.isoformat()}
            for name in INSTANTS
            if (found := getattr(form, name)) is not None
            and (kept := self.instant(name)) is not None
            and found != kept
        ]

    def check_verified(self, form: Verification) -> None:
        """In the order in which it happens: the accident, the unit's head hears, the unit tells us. Raises Refused.

        What the unit itself told us was told when our officer wrote it down, not before.
        """
        for name in INSTANTS:
            refuse_before(form, name, self.happened_at, HAPPENED)
        if self.state.memo["reported_by"] == ReportedBy.UNIT.value:
            refuse_before(form, "unit_told_at", self.told_at, TOLD)
        knew = form.head_knew_at or self.instant("head_knew_at")
        if form.unit_told_at is not None and knew is not None:
            refuse_before(form, "unit_told_at", knew, HEAD_KNEW)
        elif (told := self.instant("unit_told_at")) is not None:
            refuse_after(form, "head_knew_at", told, UNIT_TOLD)
        if self.corrections(form) and len(form.correction) < REASONED:
            raise wrong("correction", "更正已经记录的时间，请写明理由")
