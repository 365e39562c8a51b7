"""Who hears of a grave hazard, what is seized because of it, and a recheck that finds something graver. law.md §2.15.

特种设备安全监督检查办法 24–26, 30; 特种设备安全法 63. Clock Q08. Each recipient is told beside the case and beside the others: a
platform that is away keeps no letter from anybody.
"""

from datetime import datetime
from typing import Any, Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain.contracts import Fact
    from domain.hazards import GRADE_NAMES, Grade, graver
    from forms.se_hazard_rectification import Recheck, Seal

from workflows.hazard_checks import HazardChecks

UPWARD_HOURS: Final = 24
"""Q08 says at once (及时); after a day it alarms [P]."""
FIRST, TWICE = 1, 2
"""Reports upward of a case: that it is grave, that two instructions did not help, and from the third on what rechecks found."""
# Older cases told the local government only after the platform had taken the report upward.
APART: Final = "se_hazard_rectification-recipients-apart-v1"
# Older cases did not look for other open hazards of their device.
LOOKS_FOR_OTHERS: Final = "se_hazard_rectification-other-hazards-v1"


class HazardNotices(HazardChecks):
    """Reports upward (Q08), the local government, seizures, grades."""

    @property
    def grave(self) -> bool:
        return self.state.decision.get("grade") in (Grade.SERIOUS.value, Grade.MAJOR.value)

    # -- upward and to the government (办法 30; 特种设备安全法 63) ----------------------------------------

    def tell_of_hazard(self, seq: int) -> None:
        """Upward at once, and to the local government where its help is needed, neither waiting for the other."""
        wanted = self.state.memo["inspection"]["government_help"]
        apart = bool(wanted) and workflow.patched(APART)
        self.aside(self._report(seq, help_wanted="" if apart else wanted))
        if apart:
            self.aside(self._tell_government(seq, wanted))

    async def _report(self, seq: int, *, help_wanted: str = "") -> None:
        """Q08 rings until the platform has it."""
        since = self.now()
        if seq != TWICE:
            since = datetime.fromisoformat(self.state.memo["inspection"]["inspected_at"])
        clock = self.start_clock("Q08", since, length=UPWARD_HOURS)
        await self.serve("hazard_report", seq=seq, clock=clock)
        await self.until_done("report_hazard", recipient="higher", summary=self._summary())
        self.stop_clock(clock)
        self.record("reported_upward", data={"seq": seq})
        if help_wanted:
            await self._tell_government(seq, help_wanted)

    async def _tell_government(self, seq: int, wanted: str) -> None:
        await self.serve("government_report", seq=seq, wanted=wanted)
        await self.until_done(
            "report_hazard", recipient="government", summary=f"{self._summary()}{wanted}"
        )
        self.record("government_notified", data={"seq": seq})

    def _summary(self) -> str:
        grade = GRADE_NAMES[Grade(self.state.decision["grade"])]
        return f"{grade}：{self.state.memo['inspection']['record']}"

    # -- seizure (办法 26) ----------------------------------------------------------------------------------

    async def _seize(self, *, items: list[str], ground: str, seized_at: str = "") -> None:
        if any(r.procedure == "seizure" and not r.outcome for r in self.state.related.values()):
            return
        number = sum(r.procedure == "seizure" for r in self.state.related.values()) + 1
        await self.open_related(
            f"seizure-{number}",
            "seizure",
            fill={"items": items, "ground": ground, "seized_at": seized_at},
            facts={"proposed_by": self.state.memo["found_by"]},
        )

    # -- a recheck that finds something graver ---------------------------------------------------------------

    def regrade(self, form: Recheck) -> str:
        """What the recheck found joins what was found before; the grade rises with it and never falls.

        Returns the new grade, "" where it stays. What is done at once (`take_measures`) then rests on the recheck.
        """
        before, was_grave = Grade(self.state.decision["grade"]), self.grave
        grade = graver(before, form.found)
        known = self.state.decision["found"]
        new = [fact.value for fact in form.found if fact.value not in known]
        self.keep_decision(found=[*known, *new], grade=grade.value)
        if form.grave:
            last = int(self.state.memo.get("report", TWICE))
            self.keep_decision(found_again=True)
            self.state.memo["report"] = max(last, TWICE) + 1 if was_grave else FIRST
            self.state.memo["inspection"] |= {
                "inspected_at": form.checked_at.isoformat(),
                "record": form.record,
                "government_help": form.government_help,
                "seal": (Seal.PROPOSE if form.items else Seal.NONE).value,
                "items": list(form.items),
                "sealed_at": None,
            }
        return "" if grade is before else grade.value

    # -- other hazards of the same device ----------------------------------------------------------------------

    def look_for_others(self) -> None:
        """Beside the case: nobody is refused, for two hazards of one device may both be real."""
        if workflow.patched(LOOKS_FOR_OTHERS):
            self.aside(self._look_for_others(), vital=False)

    async def _look_for_others(self) -> None:
        looks = int(self.state.memo.get("looks", 0)) + 1
        self.state.memo["looks"] = looks
        seen = await self.call("other_hazards", seq=looks)
        self.replace_fact("other_hazard", seen.answer.get("facts", ()))

    def replace_fact(self, code: str, facts: Any) -> None:
        """The fact of this code as it is now; none where there is none any more."""
        now = [Fact.model_validate(f) for f in facts]
        if self.drop_fact(code) or now:
            self.put_facts(now)
            self.record("facts_found", data={"facts": [f.code for f in now]})

    def drop_fact(self, code: str) -> bool:
        """It holds no longer; the next event carries that. Returns whether there was one."""
        kept = [f for f in self.state.facts if f.code != code]
        if len(kept) == len(self.state.facts):
            return False
        self.state.facts = kept
        self.put_facts([])
        return True
