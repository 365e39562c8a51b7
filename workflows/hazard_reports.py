"""The unit's report (整改报告): in time, entered late, or none; and from when the recheck is due. law.md §2.15.

特种设备安全监督检查办法 29. Clocks Q06, Q07; O04 where no report came [P]. A report counts by the day on which it was received, not by
the day on which somebody entered it: what was entered late annuls the note that none had come.
"""

from datetime import date, timedelta
from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Fact, TaskAnswer
    from forms.se_hazard_rectification import Recheck, RectificationReport
    from law.zone import civil_date, day_start, day_zh

from workflows.hazard_notices import HazardNotices

# Older cases took no report any more once the unit's days were over, and their recheck had no term then.
BESIDE_THE_RECHECK: Final = "se_hazard_rectification-report-beside-recheck-v1"
REPORT_FACT: Final = "rectification_report"
RECEIVED: Final = "收到整改报告的日期"
TERM_OVER: Final = "整改期限届满的次日"


class HazardReports(HazardNotices):
    """Waiting for the report, and the place for one that is entered beside the recheck."""

    @property
    def rounds(self) -> int:
        """Instructions so far; there is no third (办法 29, 36)."""
        return int(self.state.memo.get("rounds", 0))

    async def await_report(self) -> str:
        """Until the unit reports, or its days are over: then the recheck does not wait for a report."""
        key = self.state.memo["rectification"]
        task = self.open_task(RectificationReport, role=self.row.roles["report"], clock=key)
        self.record(
            "task_opened", data={"task": task.task_id, "form": task.form, "role": task.role}
        )
        await self.wait(lambda: task.task_id in self._answers or not self.clock_running(key))
        self.state.memo["recheck_clock"] = None
        self.state.memo["report_missing"] = False
        if task.task_id not in self._answers:
            self.drop_task(task, "expired")
            if workflow.patched(BESIDE_THE_RECHECK):
                self._go_on_without()
            self.record("report_missing", data={"round": self.rounds})
            return "recheck"
        form, given = self._given(task.task_id)
        self.stop_clock(key)
        self._recheck_after(form.received_on)
        self._submitted(form, given)
        return "recheck"

    def _given(self, task_id: str) -> tuple[RectificationReport, TaskAnswer]:
        given = self._answers.pop(task_id)
        return RectificationReport.model_validate(given.answers), given

    def _recheck_after(self, received_on: date) -> None:
        self.state.memo["recheck_clock"] = self.start_clock("Q07", day_start(received_on))
        self.state.memo["recheck_from"] = [received_on.isoformat(), RECEIVED]

    def _submitted(self, form: RectificationReport, given: TaskAnswer, standing: str = "") -> None:
        self.record(
            "report_submitted",
            actor=given.actor,
            at=given.received_at,
            data={
                "round": self.rounds,
                "received_on": form.received_on.isoformat(),
                **({"standing": standing} if standing else {}),
            },
            internal={"report": form.report},
        )

    # -- no report so far -----------------------------------------------------------------------------------

    def _last_day(self) -> date:
        """Of the unit's days."""
        return self.state.clocks[self.state.memo["rectification"]].legal_end

    def _go_on_without(self) -> None:
        """The law sets a term for the recheck only from the report on; without one it is the bureau's own, of the same length."""
        last = self._last_day()
        self.state.memo["report_missing"] = True
        self.state.memo["recheck_clock"] = self.start_clock("O04", day_start(last))
        self.state.memo["recheck_from"] = [(last + timedelta(days=1)).isoformat(), TERM_OVER]
        self._note_report(
            "open",
            f"整改期限于{day_zh(last)}届满，没有登记整改报告；期限内收到、还没有登记的，请补录",
        )

    def take_late_report(self) -> None:
        """A place beside the recheck for a report that was received and not entered."""
        if self.state.memo.get("report_missing"):
            self.aside(self._late_report(), vital=False)

    async def _late_report(self) -> None:
        # No clock of its own: the recheck's reminders are for whoever rechecks.
        task = self.open_task(RectificationReport, role=self.row.roles["report"])
        self.record(
            "task_opened", data={"task": task.task_id, "form": task.form, "role": task.role}
        )
        # The recheck that ends the stage takes the task with it.
        await self.wait(
            lambda: task.task_id in self._answers or task.task_id not in self.state.tasks
        )
        if task.task_id in self._answers:
            self._entered_late(*self._given(task.task_id))

    def _entered_late(self, form: RectificationReport, given: TaskAnswer) -> None:
        received, last = form.received_on, self._last_day()
        in_time = received <= last
        self.state.memo["report_missing"] = False
        # A recheck that was handed in meanwhile needs no term any more.
        if any(task.form == Recheck.code for task in self.state.tasks.values()):
            before = self.state.memo["recheck_clock"]
            self._recheck_after(received)
            self.bind_tasks({Recheck.code}, before, self.state.memo["recheck_clock"])
            self.stop_clock(before, "replaced")
        entered = day_zh(civil_date(given.received_at))
        if in_time:
            said = f"整改报告于{day_zh(received)}收到，在整改期限内；{entered}补录，“没有收到整改报告”的记录作废"
        else:
            said = f"整改报告于{day_zh(received)}收到，晚于整改期限的最后一天（{day_zh(last)}）；{entered}登记"
        self._note_report("ok" if in_time else "open", said)
        self._submitted(form, given, "annuls_missing" if in_time else "after_term")
        if in_time:
            self.aside(self._tell_annulled(received, entered))

    def _note_report(self, state: str, said: str) -> None:
        fact = Fact(
            code=REPORT_FACT,
            state=state,
            fact=said,
            rule="收到整改报告后10个工作日内复查；没有报告的，自整改期限届满起10个工作日内复查",
            cite="特种设备安全监督检查办法第29条；没有报告的为本局规则（待核）",
        )
        self.put_facts([fact])

    async def _tell_annulled(self, received: date, entered: str) -> None:
        await self.serve(
            "report_noted",
            seq=self.rounds,
            clock=self.state.memo["recheck_clock"],
            received_on=received.isoformat(),
            entered=entered,
        )
