"""What is refused of a hazard's records: too few officers, none certified, the same again at the recheck, days that do not fit."""

from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Command, OpenTask
    from domain.officer_certificates import EQUIPMENT_CHECK
    from domain.refusals import Refusal, Refused
    from forms.base import TaskForm
    from forms.se_hazard_rectification import Inspection, Recheck, RectificationReport
    from forms.spot_records import Team
    from law.zone import civil_date

from workflows.device_measures import DeviceMeasures
from workflows.kernel.certified import check_certified

SOD_RECHECK: Final = "复查人员至少有一名没有参加首次检查，请换一名复查人员（本局岗位规则，待核）"


class HazardChecks(DeviceMeasures):
    """The validators of `se_hazard_rectification`."""

    def check_answers(self, task: OpenTask, answers: TaskForm, command: Command) -> None:
        super().check_answers(task, answers, command)
        if isinstance(answers, Team):
            self.check_officers(answers.officers, command)
        if isinstance(answers, Recheck):
            first = {name.strip() for name in self.state.decision["officers"]}
            if {name.strip() for name in answers.officers} <= first:
                raise Refused(Refusal.SEPARATION_OF_DUTIES, SOD_RECHECK, {"/officers": SOD_RECHECK})
            checked_on = civil_date(answers.checked_at)
            check_certified(answers.officers, command, checked_on, EQUIPMENT_CHECK)
            if checked_on.isoformat() < self.state.memo["instructed_on"]:
                told = "复查时间早于送达监察指令书的日期"
                raise Refused(Refusal.INVALID_ANSWERS, told, {"/checked_at": told})
        elif isinstance(answers, RectificationReport):
            self.refuse_future(answers, "received_on", command)
            if answers.received_on.isoformat() < self.state.memo["instructed_on"]:
                told = "收到日期早于送达监察指令书的日期"
                raise Refused(Refusal.INVALID_ANSWERS, told, {"/received_on": told})
        elif isinstance(answers, Inspection):
            inspected_on = civil_date(answers.inspected_at)
            check_certified(answers.officers, command, inspected_on, EQUIPMENT_CHECK)
            self._check_inspection(answers)

    def _check_inspection(self, answers: Inspection) -> None:
        """What the platform says of the device stands against a record without a finding."""
        bad = [f.fact for f in self.state.facts if f.state == "bad"]
        if bad and not answers.found:
            told = "监管平台的记录与“没有发现问题”不符：" + "；".join(bad)
            raise Refused(Refusal.INVALID_ANSWERS, told, {"/found": told})
