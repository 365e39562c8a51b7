"""REST: applications from the first word to the receipt."""

import hashlib
from typing import Annotated, Any
from uuid import UUID, uuid5

from fastapi import APIRouter, Body, File, Form, Query, Request, UploadFile
from starlette.responses import JSONResponse, Response

from api import application_answers as shapes
from api import cursors, intake, intake_files
from api.application_requests import (
    FORM_EXAMPLE,
    ApplicationPatch,
    IfMatch,
    NewApplication,
    NewSubmission,
    Submission,
    version_of,
)
from api.documentation import SIGNED_IN, refusals
from api.downloads import attachment
from api.error_pages import answer
from api.idempotency import Key, act_once, once
from api.problems import Problem
from api.receipts import receipt_of
from api.security.current import Applicant
from api.services import Means
from api.submission import Wanted, hand_in
from storage import applications as stored

router = APIRouter(prefix="/api/v1/applications", tags=["applications"])


def _shown(dossier: intake.Dossier, status: int = 200) -> JSONResponse:
    body = shapes.application_answer(dossier).model_dump(mode="json")
    headers = {"ETag": dossier.etag}
    if status == 201:
        headers["Location"] = f"/api/v1/applications/{dossier.row.id}"
    return JSONResponse(body, status, headers=headers)


def _stale(request: Request, problem: Problem) -> Response:
    """412 says the current tag in its header too."""
    if problem.code != "stale" or "etag" not in problem.extra:
        raise problem
    return answer(request, problem, {"ETag": problem.extra["etag"]})


@router.post(
    "",
    status_code=201,
    operation_id="createApplication",
    response_model=shapes.Application,
    responses=refusals(
        *SIGNED_IN, "not_found", "invalid_input", "idempotency_key_reused", "request_in_progress"
    ),
)
async def create_application(
    request: Request,
    person: Applicant,
    means: Means,
    key: Key,
    wanted: Annotated[
        NewApplication,
        Body(examples=[{"procedure": "establishment_registration", "form": FORM_EXAMPLE}]),
    ],
) -> Response:
    """Begins a draft of an item; answers may be incomplete, but never wrong."""

    async def work(act: UUID) -> Response:
        form: dict[str, Any] = wanted.form
        # A call repeated after a crash finds the draft of the first.
        made = await intake.create(means, person, wanted.procedure, form, application_id=act)
        return _shown(made, 201)

    return await once(request, person, means, key, work)


@router.get(
    "",
    operation_id="listApplications",
    response_model=shapes.ApplicationList,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def list_applications(
    request: Request,
    person: Applicant,
    means: Means,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The caller's own drafts and applications, last changed first."""
    place = cursors.read(cursor)
    async with means.engine.connect() as connection:
        rows = await stored.listed(connection, str(person.id), limit=limit + 1, after=place)
    page = list(rows[:limit])
    following = None
    if len(rows) > limit:
        last = page[-1].application
        following = cursors.Cursor(last.updated_at, last.id)
    body = shapes.ApplicationList(
        items=[shapes.summary_answer(line) for line in page],
        next_cursor=str(following) if following else None,
    )
    return JSONResponse(body.model_dump(mode="json"), headers=cursors.next_link(request, following))


@router.get(
    "/{application_id}",
    operation_id="getApplication",
    response_model=shapes.Application,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def get_application(person: Applicant, means: Means, application_id: UUID) -> Response:
    """The application with its answers, files and what can be done with it now."""
    return _shown(await intake.load(means, person, application_id))


@router.patch(
    "/{application_id}",
    operation_id="patchApplication",
    response_model=shapes.Application,
    responses=refusals(
        *SIGNED_IN,
        "not_found",
        "invalid_input",
        "stale",
        "precondition_required",
        "not_accepted_now",
    ),
)
async def patch_application(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    changes: Annotated[ApplicationPatch, Body(examples=[{"form": FORM_EXAMPLE}])],
    if_match: IfMatch = None,
) -> Response:
    """Changes answers of a draft, or of a case in correction (RFC 7396)."""
    version = version_of(if_match)
    form: dict[str, Any] = changes.form
    try:
        return _shown(await intake.patch(means, person, application_id, form, version))
    except Problem as problem:
        return _stale(request, problem)


@router.delete(
    "/{application_id}",
    status_code=204,
    operation_id="deleteApplication",
    response_model=None,
    responses=refusals(
        *SIGNED_IN, "not_found", "invalid_input", "stale", "precondition_required", "conflict"
    ),
)
async def delete_application(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    if_match: IfMatch = None,
) -> Response:
    """Deletes a draft for good; what was handed in is withdrawn instead."""
    try:
        await intake.throw_away(means, person, application_id, version_of(if_match))
    except Problem as problem:
        return _stale(request, problem)
    return Response(status_code=204)


@router.post(
    "/{application_id}/files",
    status_code=201,
    operation_id="uploadFile",
    response_model=shapes.UploadedFile,
    responses=refusals(
        *SIGNED_IN,
        "not_found",
        "invalid_input",
        "too_large",
        "unsupported_media_type",
        "not_accepted_now",
        "idempotency_key_reused",
    ),
)
async def upload_file(
    request: Request,
    person: Applicant,
    means: Means,
    key: Key,
    application_id: UUID,
    part: Annotated[str, Form(max_length=64, examples=["articles"])],
    file: Annotated[UploadFile, File(description="pdf, jpg or png, at most 10 MB")],
) -> Response:
    """Adds a file to one material; its content must be what its name says."""
    content = await file.read()
    name = file.filename or ""
    asked = hashlib.sha256(f"{application_id}\n{part}\n{name}\n".encode() + content).hexdigest()

    async def work(_act: UUID) -> Response:
        dossier, row = await intake_files.add_file(
            means, person, application_id, part, name, content
        )
        headers = {
            "ETag": dossier.etag,
            "Location": f"/api/v1/applications/{application_id}/files/{row.id}",
        }
        return JSONResponse(shapes.file_answer(row).model_dump(mode="json"), 201, headers=headers)

    return await once(request, person, means, key, work, digest=asked)


@router.get(
    "/{application_id}/files/{file_id}",
    operation_id="downloadFile",
    response_class=Response,
    responses={
        **refusals(*SIGNED_IN, "not_found", "invalid_input"),
        200: {"content": {"application/octet-stream": {}}, "description": "the file's bytes"},
    },
)
async def download_file(
    person: Applicant, means: Means, application_id: UUID, file_id: UUID
) -> Response:
    """A file of the application, as an attachment."""
    dossier = await intake.load(means, person, application_id)
    row = next((f for f in dossier.files if f.id == file_id), None)
    if row is None:
        raise Problem("not_found")
    content = await means.files.get(application_id, row.stored_id)
    return attachment(content, name=row.name, media_type=row.media_type)


@router.delete(
    "/{application_id}/files/{file_id}",
    status_code=204,
    operation_id="removeFile",
    response_model=None,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input", "not_accepted_now"),
)
async def remove_file(
    person: Applicant, means: Means, application_id: UUID, file_id: UUID
) -> Response:
    """Takes a file out of the application."""
    dossier = await intake_files.remove_file(means, person, application_id, file_id)
    return Response(status_code=204, headers={"ETag": dossier.etag})


def _received(receipt: shapes.SubmissionReceipt, etag: str) -> JSONResponse:
    headers = {"Location": receipt.receipt_url, "ETag": etag}
    return JSONResponse(receipt.model_dump(mode="json"), 202, headers=headers)


@router.post(
    "/at-once",
    status_code=202,
    operation_id="applyAtOnce",
    response_model=shapes.SubmissionReceipt,
    responses=refusals(
        *SIGNED_IN, "not_found", "invalid_input", "idempotency_key_reused", "request_in_progress"
    ),
)
async def apply_at_once(
    request: Request,
    person: Applicant,
    means: Means,
    key: Key,
    wanted: Annotated[
        NewSubmission,
        Body(
            examples=[
                {
                    "procedure": "establishment_registration",
                    "form": FORM_EXAMPLE,
                    "declaration": True,
                    "force_incomplete": True,
                }
            ]
        ),
    ],
) -> Response:
    """Begins an application and hands it in, for programs that have all of it; without files.

    What has to be mended is told as for a submission; nothing is kept then.
    """
    declared = Wanted(wanted.declaration, wanted.force_incomplete)
    form: dict[str, Any] = wanted.form

    async def work(act_id: UUID) -> Response:
        ident = uuid5(act_id, "application")
        new = intake.blank(means, person, wanted.procedure, form, ident)
        dossier = await hand_in(means, person, ident, declared, act_id, new)
        return _received(shapes.receipt_answer(await receipt_of(means, dossier)), dossier.etag)

    return await act_once(request, person, means, key, work)


@router.post(
    "/{application_id}/submissions",
    status_code=202,
    operation_id="submitApplication",
    response_model=shapes.SubmissionReceipt,
    responses=refusals(
        *SIGNED_IN,
        "not_found",
        "invalid_input",
        "conflict",
        "stale",
        "unchanged_file",
        "not_accepted_now",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def submit_application(
    request: Request,
    person: Applicant,
    means: Means,
    key: Key,
    application_id: UUID,
    wanted: Annotated[Submission, Body(examples=[{"declaration": True}])],
    if_match: IfMatch = None,
) -> Response:
    """Hands in the application, or its correction. The receipt holds even while the engine is away."""
    version = version_of(if_match) if if_match is not None else None
    declared = Wanted(wanted.declaration, wanted.force_incomplete, version)

    async def work(act_id: UUID) -> Response:
        dossier = await hand_in(means, person, application_id, declared, act_id)
        return _received(shapes.receipt_answer(await receipt_of(means, dossier)), dossier.etag)

    try:
        return await once(request, person, means, key, work)
    except Problem as problem:
        return _stale(request, problem)


@router.get(
    "/{application_id}/receipt",
    operation_id="getReceipt",
    response_model=shapes.SubmissionReceipt,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def get_receipt(person: Applicant, means: Means, application_id: UUID) -> Response:
    """The receipt of the newest version that was handed in."""
    dossier = await intake.load(means, person, application_id)
    receipt = shapes.receipt_answer(await receipt_of(means, dossier))
    return JSONResponse(receipt.model_dump(mode="json"))
