"""Pages of cluster registration (集群注册): the register of hosts, and what host and registrar do on the host's case."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from api.case_access import Number
from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.routers.case_pages import case_again
from api.routers.name_pages import Token, act_on_page
from api.security.current import Anyone, SignedIn
from api.services import Means
from api.templating import render
from forms.fields import Text
from storage import cluster_hosts

router = APIRouter(include_in_schema=False)
Reason = Annotated[Text, Form(max_length=2000)]
ACTS: Final = {
    "leave": "leave_hosting",
    "pause": "pause_hosting",
    "resume": "resume_hosting",
}


@router.get("/hosts")
async def hosts_page(request: Request, visitor: Anyone, means: Means) -> Response:
    """Whose code may be named as the host of a domicile."""
    async with means.engine.connect() as connection:
        found = await cluster_hosts.hosts(connection, means.office)
    return render(request, "items/hosts.html", {"hosts": found})


@router.post("/cases/{number}/hosting/{what}")
async def host_standing(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    what: str,
    token: Token = "",
    reason: Reason = "",
) -> Response:
    """The host leaves, or the registrar pauses or resumes it."""
    if what not in ACTS:
        raise Problem("not_found")
    if not reason.strip():
        problem = Problem("invalid_input", errors=[FieldError(_("请写明理由"), "/reason")])
        return await case_again(request, person, means, number, problem)
    data = {"reason": reason.strip()}
    return await act_on_page(request, person, means, number, ACTS[what], data, token, what)


@router.post("/cases/{number}/hosted")
async def report_hosted(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    uscc: Annotated[str, Form(max_length=40)] = "",
    what: Annotated[str, Form(max_length=10)] = "",
    reason: Reason = "",
) -> Response:
    """What the host tells of one of its enterprises."""
    wrong = []
    if not uscc:
        wrong.append(FieldError(_("请选择托管企业"), "/uscc"))
    if what not in ("lost", "found", "ended"):
        wrong.append(FieldError(_("请选择报告什么"), "/what"))
    if not reason.strip():
        wrong.append(FieldError(_("请写明情况"), "/reason"))
    if wrong:
        problem = Problem("invalid_input", errors=wrong)
        return await case_again(request, person, means, number, problem)
    data = {"uscc": uscc, "what": what, "reason": reason.strip()}
    return await act_on_page(
        request, person, means, number, "report_hosted", data, token, "reported"
    )
