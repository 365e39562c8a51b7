"""What is known of a liquidation (清算): the steps that were taken, their terms, and the breaches of them.

A late step is recorded as a breach, never refused. What the steps are, their terms and articles is data: `law.liquidation`.
"""

from datetime import date
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import refusal_words as words
    from domain.contracts import Fact
    from domain.refusals import Refusal, Refused
    from forms import liquidation as forms
    from law import liquidation as law
    from law.clocks import find_clock
    from law.liquidation import WAYS, Start, Step, Way
    from law.zone import day_start

from workflows.kernel.approval import Approval


class LiquidationRecord(Approval):
    """Read by the checks of acts and by the stages; shown on the case's page."""

    @property
    def kept(self) -> dict[str, Any]:
        found: dict[str, Any] = self.state.memo["liquidation"]
        return found

    @property
    def way(self) -> Way:
        return WAYS[self.kept["way"]]

    @property
    def done(self) -> dict[str, dict[str, Any]]:
        """Each step that was taken: on which day, received when."""
        found: dict[str, dict[str, Any]] = self.kept["done"]
        return found

    @property
    def breaches(self) -> list[dict[str, str]]:
        found: list[dict[str, str]] = self.kept["breaches"]
        return found

    def day_of(self, step: Step) -> date:
        return date.fromisoformat(self.done[step]["on"])

    @property
    def to_announce(self) -> bool:
        """The announcement to creditors is stated, and not yet published."""
        return Step.ANNOUNCE in self.done and Step.ANNOUNCE not in self.kept.get("notices", {})

    @property
    def announcement_spared(self) -> bool:
        return bool(self.kept.get("all_notified"))

    def begin_liquidation(self, way: Way, cause: str, dissolved_on: date) -> None:
        """The cause of dissolution is there: the terms that run from it begin."""
        self.state.memo["liquidation"] = {
            "way": way.code,
            "cause": cause,
            "dissolved_on": dissolved_on.isoformat(),
            "clocks": {},
            "claim_clocks": [],
            "done": {},
            "breaches": [],
        }
        self.start_terms(Start.DISSOLVED, dissolved_on)
        self.show_liquidation()
        self.record("liquidation_begun", data={"way": way.code, "on": dissolved_on.isoformat()})

    def start_terms(self, start: Start, day: date) -> None:
        clocks = self.kept["clocks"]
        for step, term in self.way.terms.items():
            if term.start is start:
                clocks[step] = self.start_clock(term.clock, day_start(day))
        if self.way.apply.start is start:
            self.kept["apply_clock"] = self.start_clock(self.way.apply.clock, day_start(day))

    def show_liquidation(self) -> None:
        """What the case's page shows of it; no creditor's name."""
        tax = self.kept.get("tax")
        self.state.decision["liquidation"] = {
            "way": self.kept["way"],
            "cause": self.kept["cause"],
            "dissolved_on": self.kept["dissolved_on"],
            "done": [{"step": s, **told} for s, told in self.done.items()],
            "open": [s.value for s in Step if self._offered(s)],
            "breaches": list(self.breaches),
            "claim_clocks": list(self.kept["claim_clocks"]),
            "group": self.kept.get("group"),
            **({"tax": tax} if tax else {}),
        }
        self.change(decision=dict(self.state.decision))

    def _offered(self, step: Step) -> bool:
        """Whether the page offers the step now: in its order, not yet taken."""
        if step in (Step.REPORT_SHORTAGE, Step.REVIVE):
            try:
                self.check_open_end(step)
            except Refused:
                return False
            return True
        if step is Step.ASK_TAX:
            return bool(self.kept.get("tax_waits"))
        if step not in self.way.steps or Step.SETTLE_ASSETS in self.done:
            return step is Step.CONFIRM_REPORT and step in self.way.steps and step not in self.done
        if step is Step.CONFIRM_REPORT or (step is Step.ANNOUNCE and self.announcement_spared):
            return False
        again = step is Step.NOTIFY_CREDITORS
        return (again or step not in self.done) and not self.missing_before(step)

    def judge(self, step: str, key: str, day: date) -> bool:
        """Whether it is late: then a breach is on record with what its row says follows; it counts all the same."""
        clock = self.state.clocks[key]
        row = find_clock(clock.clock_id)
        late = day > clock.legal_end
        if step in self.done:
            self.done[step] |= {"due": clock.legal_end.isoformat(), "late": late}
        if not late:
            self.stop_clock(key)
            return False
        self.breach(step, clock.clock_id, clock.legal_end, day, row.effect.label)
        return True

    def breach(self, step: str, clock_id: str, due: date, day: date, effect: str) -> None:
        row = find_clock(clock_id)
        breach = {
            "step": step,
            "clock_id": clock_id,
            "due": due.isoformat(),
            "on": day.isoformat(),
            "article": row.citation,
            "effect": effect,
        }
        self.breaches.append(breach)
        self.put_facts(
            [
                Fact(
                    code=f"breach_{clock_id}",
                    state="open",
                    fact=f"{row.name}：期限到{due.isoformat()}为止，{day.isoformat()}办理",
                    rule=f"逾期的，记录在案（{effect}）",
                    cite=row.citation,
                )
            ]
        )
        self.record("breach_recorded", data=breach)

    def missing_before(self, step: Step) -> Step | None:
        """What must have been done before the step and was not."""
        need = law.NEEDS.get(step)
        if need is Step.ANNOUNCE and self.announcement_spared:
            need = Step.NOTIFY_CREDITORS
        if need is None or need not in self.way.steps or need in self.done:
            return None
        return need

    def check_open_end(self, step: Step) -> None:
        """公司法 230, 237: both are the company's, and both end where its assets were given away."""
        if step is Step.REVIVE:
            own = self.way.company and self.kept["cause"] in law.REVIVABLE_CAUSES
            if not own or Step.SETTLE_ASSETS in self.done:
                raise Refused(Refusal.NOT_REVIVABLE)
            return
        if not self.way.company or Step.SETTLE_ASSETS in self.done:
            raise Refused(Refusal.NOT_ACCEPTED_NOW)
        if Step.FORM_GROUP not in self.done:
            told = words.STEP_FIRST % {"step": forms.FormGroup.title}
            raise Refused(Refusal.NOT_ACCEPTED_NOW, told)
