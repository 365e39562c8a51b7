"""The plan's figure (企业开办注册登记时间) over a period, for staff: the page of the desk, and the same over REST."""

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from api.case_access import office_of
from api.documentation import SIGNED_IN, refusals
from api.i18n import gettext as _
from api.opening_chart import Row, bullets
from api.problems import FieldError, Problem
from api.security.current import Staff
from api.services import Means
from api.templating import render
from api.views.opening_shapes import OpeningTimesAnswer
from api.views.opening_times import MOST_DAYS, MOST_SHOWN, OpeningTimes, Period, opening_times_of
from law.opening_time import TARGET_DAYS
from law.zone import civil_date

router = APIRouter(tags=["cases"])

WHERE: Final = ("from", "to")
YEARS: Final = range(2000, 2200)
First = Annotated[
    str, Query(alias="from", max_length=10, description="a day; default: eleven months back")
]
Last = Annotated[
    str, Query(alias="to", max_length=10, description="a day, included; default: today")
]


def _day(sent: str) -> date:
    """Raises ValueError, also for a year in which nothing can have been registered here."""
    day = date.fromisoformat(sent)
    if day.year not in YEARS:
        raise ValueError(sent)
    return day


def period_of(first: str, last: str, today: date) -> Period:
    """The period asked for; this month and the eleven before it where nothing is said.

    Raises:
        Problem: invalid_input for what is no day, ends before it begins, or is longer than a year.
    """
    usual = Period.before(today)
    days, errors = [], []
    for name, sent, default in zip(WHERE, (first, last), (usual.first, usual.last), strict=True):
        try:
            days.append(_day(sent) if sent else default)
        except ValueError:
            errors.append(FieldError(_("请填写日期，例如 2026-09-23"), parameter=name))
    if not errors:
        found = Period(*days)
        if found.days < 1:
            errors.append(FieldError(_("结束日期不能早于开始日期"), parameter="to"))
        elif found.days > MOST_DAYS:
            errors.append(FieldError(_("一次最多统计一年"), parameter="from"))
        else:
            return found
    raise Problem("invalid_input", errors=errors)


@router.get(
    "/api/v1/opening-times",
    operation_id="getOpeningTimes",
    response_model=OpeningTimesAnswer,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def opening_times(
    person: Staff, means: Means, first: First = "", last: Last = ""
) -> Response:
    """Office hours from acceptance to licence against the plan's 1.5 days, by the day of the licence; what runs now beside."""
    period = period_of(first, last, civil_date(person.now))
    office = office_of(person, means.office)
    async with means.engine.connect() as connection:
        found = await opening_times_of(connection, office, period, person.now)
    return JSONResponse(found.to_json())


@router.get("/desk/opening-times", include_in_schema=False)
async def opening_times_page(
    request: Request, person: Staff, means: Means, first: First = "", last: Last = ""
) -> Response:
    """The figures of the office, drawn; a period that cannot be is told beside the usual one."""
    today = civil_date(person.now)
    errors: dict[str, str] = {}
    try:
        period = period_of(first, last, today)
    except Problem as problem:
        errors = {error.parameter: error.message for error in problem.errors}
        period = Period.before(today)
    office = office_of(person, means.office)
    async with means.engine.connect() as connection:
        found = await opening_times_of(connection, office, period, person.now)
    context = {
        "times": found,
        "chart": chart_of(found),
        "target": TARGET_DAYS,
        "most": MOST_SHOWN,
        "first": first or period.first.isoformat(),
        "last": last or period.last.isoformat(),
        "errors": errors,
    }
    return render(request, "desk/opening_times.html", context, status=422 if errors else 200)


def chart_of(found: OpeningTimes) -> str:
    """A bar for each month with a licence, and one for the whole period where it has several."""
    named = [(month.name, month.summary) for month in found.months]
    if found.summary and len(named) > 1:
        named.append((_("全期"), found.summary))
    return bullets(
        [
            Row(
                name,
                s.median,
                s.p90,
                _("%(within)s/%(count)s 件达标") % {"within": s.within, "count": s.count},
            )
            for name, s in named
        ],
        TARGET_DAYS,
    )
