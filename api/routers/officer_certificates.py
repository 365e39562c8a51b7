"""REST and page of inspectors' certificates (执法证件): the register, adding, revoking. For administrators alone."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request
from pydantic import ValidationError
from starlette.responses import JSONResponse, RedirectResponse, Response

from api import officer_certificate_acts as deeds
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.i18n import gettext as _
from api.idempotency import Key, once
from api.problems import Problem
from api.security.current import Admin
from api.security.person import Person
from api.services import Means, Services
from api.templating import render
from api.views import decisions
from api.views import officer_certificates as views
from forms.officer_certificates import CertificateRevocation, NewCertificate

router = APIRouter(prefix="/api/v1/admin/officer-certificates", tags=["admin"])
pages = APIRouter(prefix="/admin/officer-certificates", include_in_schema=False)

PAGE = "/admin/officer-certificates"
CHANGING = (*SIGNED_IN, *WITH_BODY, "idempotency_key_reused", "request_in_progress")


@router.get(
    "",
    operation_id="listOfficerCertificates",
    response_model=views.OfficerCertificates,
    responses=refusals(*SIGNED_IN, "invalid_input"),
)
async def list_certificates(person: Admin, means: Means) -> Response:
    """The office's certificates by officer, expired and revoked ones too."""
    found = await deeds.listed(means, person)
    return JSONResponse({"items": [views.as_json(one, person.now) for one in found]})


@router.post(
    "",
    operation_id="addOfficerCertificate",
    status_code=201,
    response_model=views.OfficerCertificate,
    responses=refusals(*CHANGING),
)
async def add_certificate(
    request: Request,
    person: Admin,
    means: Means,
    key: Key,
    wanted: Annotated[NewCertificate, Body()],
) -> Response:
    """Registers a certificate of an inspector of the office; a renewal is a new one."""

    async def work(_act: UUID) -> Response:
        made = await deeds.add(means, person, wanted)
        return JSONResponse(views.as_json(made, person.now), 201)

    return await once(request, person, means, key, work)


@router.post(
    "/{certificate_id}/revocations",
    operation_id="revokeOfficerCertificate",
    response_model=views.OfficerCertificate,
    responses=refusals(*CHANGING, "not_found", "conflict"),
)
async def revoke_certificate(
    request: Request,
    person: Admin,
    means: Means,
    key: Key,
    certificate_id: UUID,
    wanted: Annotated[CertificateRevocation, Body()],
) -> Response:
    """Ends a certificate at once. Records of days before keep it."""

    async def work(_act: UUID) -> Response:
        done = await deeds.revoke(means, person, certificate_id, wanted.reason)
        return JSONResponse(views.as_json(done, person.now))

    return await once(request, person, means, key, work)


@pages.get("")
async def certificates_page(
    request: Request,
    person: Admin,
    means: Means,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The register, with the form for a new one."""
    said = {"added": _("执法证件已登记。"), "revoked": _("执法证件已收回，立即生效。")}
    return await _shown(request, person, means, done=said.get(done, ""))


@pages.post("")
async def add_on_page(request: Request, person: Admin, means: Means) -> Response:
    """Registers one; what was typed stays where something is wrong. The button pressed twice registers one, and says so."""
    sent = decisions.sent_answers(NewCertificate, await request.form())
    try:
        wanted = NewCertificate.model_validate(sent)
        await _add_once(means, person, wanted)
    except ValidationError as error:
        errors = decisions.field_messages(NewCertificate, list(error.errors()))
    except Problem as problem:
        errors = _told(problem)
    else:
        return RedirectResponse(f"{PAGE}?done=added", 303)
    return await _shown(request, person, means, sent=sent, errors=errors)


async def _add_once(means: Services, person: Person, wanted: NewCertificate) -> None:
    try:
        await deeds.add(means, person, wanted)
    except Problem as problem:
        if problem.code != "invalid_input" or not await deeds.stands(means, person, wanted):
            raise


@pages.post("/{certificate_id}/revoke")
async def revoke_on_page(
    request: Request, person: Admin, means: Means, certificate_id: UUID
) -> Response:
    """Revokes one, with its reason."""
    sent = decisions.sent_answers(CertificateRevocation, await request.form())
    field = f"reason-{certificate_id}"
    try:
        wanted = CertificateRevocation.model_validate(sent)
        await deeds.revoke(means, person, certificate_id, wanted.reason)
    except ValidationError as error:
        found = decisions.field_messages(CertificateRevocation, list(error.errors()))
        errors = {field: found.get("reason", "")}
    except Problem as problem:
        errors = _told(problem)
    else:
        return RedirectResponse(f"{PAGE}?done=revoked", 303)
    reasons = {field: str(sent.get("reason", ""))}
    return await _shown(request, person, means, errors=errors, reasons=reasons)


def _told(problem: Problem) -> dict[str, str]:
    """Raises the problem again where it is not about what was filled in."""
    if problem.code not in {"invalid_input", "conflict"}:
        raise problem
    errors = {e.pointer.strip("/"): e.message for e in problem.errors}
    return errors or {"": problem.detail}


async def _shown(
    request: Request,
    person: Person,
    means: Services,
    *,
    sent: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    reasons: Mapping[str, str] | None = None,
    done: str = "",
) -> Response:
    errors = errors or {}
    context = {
        "certificates": await deeds.listed(means, person),
        "officers": [(c.sign_in, c.name) for c in await deeds.inspectors(means, person)],
        "fields": decisions.fields(NewCertificate, sent or {}, errors),
        "v": views,
        "now": person.now,
        "errors": errors,
        "reasons": reasons or {},
        "done": done,
    }
    status = 422 if errors else 200
    return render(request, "admin/officer_certificates.html", context, status=status)
