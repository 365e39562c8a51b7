"""What is refused of a hazard's records: too few officers, none certified, the same again at the recheck, days that do not fit."""

from datetime import date, datetime, timedelta
from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, OpenTask
    from domain.officer_certificates import EQUIPMENT_CHECK
    from domain.refusals import Refusal, Refused
    from forms.base import TaskForm
    from forms.se_hazard_rectification import (
        Inspection,
        Instruction,
        Recheck,
        RectificationReport,
    )
    from forms.spot_records import Team
    from law.zone import civil_date

from workflows.device_measures import DeviceMeasures
from workflows.kernel.answers import wrong
from workflows.kernel.certified import check_certified
from workflows.kernel.dates import refuse_before

SOD_RECHECK: Final = "复查人员至少有一名没有参加首次检查，请换一名复查人员（本局岗位规则，待核）"
INSTRUCTED: Final = "送达监察指令书的日期"
ENTERED_WITHIN: Final = timedelta(days=1)
"""Civil days after which the record of an inspection says why it is entered so late [P]."""
LATE_UNEXPLAINED: Final = "检查日期比今天早一日以上，请写明补录原因（本局规则，待核）"


class HazardChecks(DeviceMeasures):
    """The validators of `se_hazard_rectification`.

    `memo` says from which day on each record may be dated: `found_on` of the lead, `recheck_from` with the words for that day,
    `looked_at` for the last time that officers stood before the device. Cases from before have none of these.
    """

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, Team):
            self.check_officers(answers.officers, command)
        if isinstance(answers, Recheck):
            self._check_recheck(answers, command)
        elif isinstance(answers, RectificationReport):
            self.refuse_future(answers, "received_on", command)
            refuse_before(answers, "received_on", self._instructed_on, INSTRUCTED)
        elif isinstance(answers, Inspection):
            inspected_on = civil_date(answers.inspected_at)
            check_certified(answers.officers, command, inspected_on, EQUIPMENT_CHECK)
            self._check_inspection(answers, command)
        elif isinstance(answers, Instruction):
            self._check_oral(answers)

    def _check_inspection(self, answers: Inspection, command: Command) -> None:
        inspected_on = civil_date(answers.inspected_at)
        if found_on := self.state.memo.get("found_on"):
            refuse_before(
                answers, "inspected_at", date.fromisoformat(found_on), "发现或者收到线索的日期"
            )
        late = civil_date(command.received_at) - inspected_on > ENTERED_WITHIN
        if late and len(answers.late_reason) < 2:
            raise wrong("late_reason", LATE_UNEXPLAINED)
        # What the platform says of the device stands against a record without a finding.
        bad = [f.fact for f in self.state.facts if f.state == "bad"]
        if bad and not answers.found:
            raise wrong("found", "监管平台的记录与“没有发现问题”不符：" + "；".join(bad))

    def _check_oral(self, answers: Instruction) -> None:
        """What was ordered on the spot was ordered after it was seen (特种设备安全法 62)."""
        at = datetime.fromisoformat(
            self.state.memo.get("looked_at") or self.state.memo["inspection"]["inspected_at"]
        )
        refuse_before(answers, "oral_at", at, "检查、复查的时间")

    def _check_recheck(self, answers: Recheck, command: Command) -> None:
        first = {name.strip() for name in self.state.decision["officers"]}
        if {name.strip() for name in answers.officers} <= first:
            raise Refused(Refusal.SEPARATION_OF_DUTIES, SOD_RECHECK, {"/officers": SOD_RECHECK})
        checked_on = civil_date(answers.checked_at)
        check_certified(answers.officers, command, checked_on, EQUIPMENT_CHECK)
        refuse_before(answers, "checked_at", self._instructed_on, INSTRUCTED)
        if "recheck_from" in self.state.memo:
            day, what = self.state.memo["recheck_from"]
            refuse_before(answers, "checked_at", date.fromisoformat(day), what)

    @property
    def _instructed_on(self) -> date:
        return date.fromisoformat(self.state.memo["instructed_on"])
