"""Checks for everybody, without signing in: is this paper ours and valid, and how far is this case."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Form, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.responses import RedirectResponse, Response

from api import certificates, progress
from api.documentation import WITH_BODY, refusals
from api.i18n import gettext as _
from api.problems import Problem
from api.security.current import Anyone
from api.security.limiting import RateLimit
from api.services import Means
from api.templating import render
from law.zone import local

router = APIRouter(tags=["public"])

# Per address; a code has 40 bits, so this leaves nothing to guess.
ProgressLimit = Depends(RateLimit("progress", "20 per 10 minutes"))
VerifyLimit = Depends(RateLimit("verify", "120 per 10 minutes"))


class ProgressQuery(BaseModel):
    """Number and code, as on the receipt."""

    model_config = ConfigDict(extra="forbid")

    case_no: Annotated[str, Field(max_length=64, examples=["421303-2026-0001287-3"])]
    code: Annotated[str, Field(max_length=16, examples=["K7Q4-M2XD"])]


class ProgressAnswer(BaseModel):
    """Where the case is; the title is masked."""

    case_no: str
    item: str
    title: str
    received_at: AwareDatetime
    stage: str
    status: str
    waiting_for: str
    due: date | None
    overdue: bool
    closed: bool


class CertificateLine(BaseModel):
    """A line to compare with the paper in hand."""

    label: str
    value: str


class CertificateVerification(BaseModel):
    """What our register says of a paper at `checked_at`."""

    number: str
    title: str
    kind: str
    state: Annotated[
        str,
        Field(
            examples=["valid"],
            description="one of valid, conditional, changed, superseded, cancelled, revoked, withdrawn, void",
        ),
    ]
    state_text: str
    valid: bool
    holder: str
    issued_at: AwareDatetime
    office: str
    sha256: str
    lines: list[CertificateLine]
    trial: bool = Field(description="true: sealed with a test seal (测试印章), of no legal effect")
    checked_at: AwareDatetime


@router.post(
    "/api/v1/progress-queries",
    operation_id="queryProgress",
    dependencies=[ProgressLimit],
    responses=refusals(*WITH_BODY, "not_found", "forged_request"),
)
async def query_progress(
    visitor: Anyone,
    means: Means,
    asked: Annotated[
        ProgressQuery, Body(examples=[{"case_no": "421303-2026-0001287-3", "code": "K7Q4-M2XD"}])
    ],
) -> ProgressAnswer:
    """How far a case is. Unknown numbers and wrong codes get the same answer."""
    found = await progress.progress_of(means, asked.case_no, asked.code, visitor.now)
    if found is None:
        raise Problem("not_found", _("编号或查询码不正确，请对照收件凭证核对。"))
    return ProgressAnswer(
        case_no=found.number,
        item=found.item,
        title=found.title,
        received_at=local(found.received_at),
        stage=found.stage,
        status=found.status,
        waiting_for=found.who,
        due=found.due,
        overdue=found.overdue,
        closed=found.closed,
    )


@router.get(
    "/api/v1/certificates/{no}/verification",
    operation_id="verifyCertificate",
    dependencies=[VerifyLimit],
    responses=refusals("not_found", "invalid_input", "unknown_query_parameter"),
)
async def verify_certificate(
    visitor: Anyone,
    means: Means,
    no: Annotated[
        str,
        Path(
            max_length=200,
            description="the last part of the address in the paper's QR code, or a licence's number",
            examples=["3f9a6c0d2b7e41589a0c1d2e3f4a5b6c"],
        ),
    ],
) -> CertificateVerification:
    """Whether a paper is ours, and its state now."""
    found = await certificates.verify(means, no, visitor.now)
    if found is None:
        raise Problem("not_found", _("没有查到这张证照：编号有误，或者不是本局签发。"))
    document = found.document
    return CertificateVerification(
        number=document.number,
        title=document.title,
        kind=document.kind,
        state=document.state,
        state_text=found.state_text,
        valid=found.valid,
        holder=document.holder,
        issued_at=local(document.issued_at),
        office=found.office,
        sha256=document.sha256,
        lines=[CertificateLine(label=label, value=value) for label, value in found.lines],
        trial=found.trial,
        checked_at=local(found.checked_at).replace(microsecond=0),
    )


# -- pages -----------------------------------------------------------------------------------------


@router.get("/verify", include_in_schema=False)
async def verify_form(
    request: Request, visitor: Anyone, no: Annotated[str, Query(max_length=400)] = ""
) -> Response:
    """The form; what is asked for becomes an address of its own, which can be kept."""
    asked = certificates.asked_for(no)
    if asked:
        return RedirectResponse(request.app.url_path_for("verify_page", no=asked), status_code=303)
    return render(request, "verify/form.html", {"no": no})


@router.get("/verify/{no}", include_in_schema=False, dependencies=[VerifyLimit], name="verify_page")
async def verify_page(
    request: Request, visitor: Anyone, means: Means, no: Annotated[str, Path(max_length=200)]
) -> Response:
    """What our register says, beside what to compare."""
    found = await certificates.verify(means, no, visitor.now)
    if found is None:
        context = {"no": no, "checked_at": visitor.now}
        return render(request, "verify/unknown.html", context, status=404)
    return render(request, "verify/result.html", {"found": found})


@router.get("/progress", include_in_schema=False)
async def progress_form(request: Request, visitor: Anyone) -> Response:
    """The form for number and code."""
    return render(request, "verify/progress.html", {"number": "", "errors": {}, "found": None})


@router.post("/progress", include_in_schema=False, dependencies=[ProgressLimit])
async def progress_page(
    request: Request,
    visitor: Anyone,
    means: Means,
    number: Annotated[str, Form(max_length=100)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Where the case is; the code is sent by POST so that no log or history keeps it."""
    errors = {}
    if not number.strip():
        errors["number"] = _("请填写办件编号")
    if not code.strip():
        errors["code"] = _("请填写查询码")
    found = None
    if not errors:
        found = await progress.progress_of(means, number, code, visitor.now)
        if found is None:
            errors["number"] = _("编号或查询码不正确，请对照收件凭证核对")
    return render(
        request,
        "verify/progress.html",
        {"number": number, "errors": errors, "found": found},
        status=422 if errors else 200,
    )
