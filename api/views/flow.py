"""The live diagram of a case, from the table it pins and the stages it passed."""

from datetime import datetime
from typing import Any

from markupsafe import Markup

from api import dates
from api.diagram import Passed, Stages, Transitions, figure
from api.i18n import gettext as _
from api.views import words
from domain.transitions import Table
from law.zone import local
from storage.tables import CaseRow


def _day(step: dict[str, Any]) -> str:
    return dates.short_text(local(datetime.fromisoformat(step["at"])))


def figure_of(case: CaseRow, table: Table) -> Markup:
    """Wide and tall drawing and the words, as `api.diagram.figure` makes them."""
    stages: Stages = {s.id: (words.stage_label(s), s.kind.value) for s in table.stages}
    transitions: Transitions = [(t.frm, t.to, words.known(t.when)) for t in table.transitions]
    passed: Passed = [(step["stage"], _day(step)) for step in case.passed]
    if not passed or passed[-1][0] != case.stage:
        passed = [*passed, (case.stage, "")]
    title = _("%(item)s的办理流程") % {
        "item": words.procedure_title(case.procedure, case.catalogue_version)
    }
    return figure(stages, transitions, table.main, passed, {}, title)
