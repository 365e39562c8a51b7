"""容缺受理 of a registration that persons sign (law.md §2.6): when R01 runs, where nothing is granted before all is there.

R01 is counted from the complete file (登记管理条例 19; 实施细则 18). Where the certificate comes first, that is the file as it was
accepted. Where it comes last, the file is complete with the last supplement: until then the ball is with the applicant.
"""

from datetime import datetime

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from domain import promises
    from forms.approval import Decision, Review
    from forms.tolerance import SupplementCheck

from workflows.kernel.tolerance import Tolerance
from workflows.parties import SignedByParties

BOUND_BY_R01 = frozenset({Review.code, Decision.code, SupplementCheck.code})


class TolerantRegistration(Tolerance, SignedByParties):
    """The item's row switches it on, and says whether the certificate comes first."""

    @property
    def licence_last(self) -> bool:
        return self.row.tolerance and not self.row.conditional_licence

    def after_signing(self) -> str:
        if self.licence_last and self.promises_open:
            return "awaiting_supplement"
        return super().after_signing()

    def term_of_accepted(self, at: datetime) -> str | None:
        return None if self.licence_last else super().term_of_accepted(at)

    # -- R01 from the last supplement ------------------------------------------------------------------

    def owed_changed(self, at: datetime) -> None:
        """R01 runs while nothing more is awaited of the applicant: all is there, or a head has decided on it."""
        if not self.licence_last:
            return
        key = self.state.memo["decision_clock"]
        if all(p.state == promises.CHECKING for p in self.state.promises if p.open):
            if key is None:
                key = self.start_clock(self.row.leading_clock, at)
                self.state.memo["decision_clock"] = key
                self.bind_tasks(BOUND_BY_R01, None, key)
        elif key is not None:
            # It was not what had been promised: the file was not complete.
            self.stop_clock(key, "returned")
            self.state.memo["decision_clock"] = None
            self.bind_tasks(BOUND_BY_R01, key, None)
