"""The live diagram of a case, from the table it pins and the stages it passed."""

import re
from datetime import datetime
from typing import Any, Final

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


# The same drawing outside a page: with the style sheet's own rules and fixed colours.
_STYLE: Final = (
    "text{font:14px sans-serif;fill:#1b2733;text-anchor:middle}.sub{font-size:12px;fill:#47525e}"
    "rect{fill:#fff;stroke:#8a95a1;stroke-width:1.25}path{fill:none;stroke:#8a95a1;stroke-width:1.25}"
    ".past rect{fill:#e8f0f8;stroke:#14508c;stroke-width:2}path.past{stroke:#14508c;stroke-width:3}"
    ".now rect{fill:#14508c;stroke:#14508c;stroke-width:2}.now text{fill:#fff;font-weight:700}"
    ".next rect{stroke:#14508c;stroke-width:2;stroke-dasharray:5 3}"
    "path.next{stroke:#14508c;stroke-width:1.75;stroke-dasharray:5 3}"
    "rect.halo{fill:none!important;stroke:#14508c;stroke-width:1.5}.out text{fill:#5b6670}"
    ".arr{fill:#8a95a1;stroke:none}.arr.past,.arr.next{fill:#14508c;stroke:none}"
)
_WIDE: Final = re.compile(r"<svg (class=\"lr.*?</svg>)", re.DOTALL)


def drawing_of(case: CaseRow, table: Table) -> str:
    """The wide drawing as an SVG document."""
    found = _WIDE.search(str(figure_of(case, table)))
    assert found is not None, "the figure always holds the wide drawing"
    head, rest = found[1].split(">", 1)
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}><style>{_STYLE}</style>{rest}'
