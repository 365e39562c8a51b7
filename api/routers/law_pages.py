"""The law on two days beside each other, for those who watch over cases: rules that differ, cases that would."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.case_access import office_of
from api.i18n import gettext as _
from api.security.current import has_role
from api.security.person import Person
from api.services import Means
from api.templating import render
from api.views.law_diff import CaseLine, field_label, law_diff
from api.views.words import clock_name, known
from domain.roles import Role
from law.editions import day_of
from law.zone import civil_date

router = APIRouter(include_in_schema=False)

# More than the page can show; all of them are counted.
MOST_SHOWN: Final = 100
Overseer = Annotated[Person, has_role(Role.SUPERVISOR, Role.ADMIN)]
Day = Annotated[str, Query(max_length=10)]


@router.get("/desk/law")
async def law_page(
    request: Request, person: Overseer, means: Means, old: Day = "", new: Day = ""
) -> Response:
    """What differs between two days; the first of this year and today where nothing is said."""
    today = civil_date(person.now)
    asked = {
        "old": old or today.replace(month=1, day=1).isoformat(),
        "new": new or today.isoformat(),
    }
    # A file or an edition is for the command line: here people name days.
    errors = {
        name: _("请填写日期，例如 2026-09-23")
        for name, given in asked.items()
        if day_of(given) is None
    }
    context: dict[str, Any] = {
        "found": None,
        "asked": asked,
        "errors": errors,
        "most": MOST_SHOWN,
        "field": field_label,
        "clock_name": clock_name,
        "known": known,
    }
    if errors:
        return render(request, "desk/law.html", context, status=422)
    found = law_diff(asked["old"], asked["new"])
    lines: list[CaseLine] = []
    count = still = 0
    async with means.engine.connect() as connection:
        async for line in found.cases(connection, office_of(person, means.office)):
            count, still = count + 1, still + line.open
            if len(lines) < MOST_SHOWN:
                lines.append(line)
    context |= {"found": found, "lines": lines, "count": count, "still": still}
    return render(request, "desk/law.html", context)
