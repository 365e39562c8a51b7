"""REST: photos of the spot (现场照片), received for a claimed task whose record names them."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, File, Form, Request, UploadFile
from pydantic import TypeAdapter, ValidationError
from starlette.responses import JSONResponse, Response

from api import field_photos
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.field_photos import Sent
from api.idempotency import Key, once
from api.problems import FieldError, Problem
from api.security.current import Staff
from api.services import Means
from api.task_access import TaskId, task_and_case
from api.validation_messages import message_of
from api.views import photos as views
from domain.photos import PhotoKind
from forms.fields import Instant
from storage import photos

router = APIRouter(prefix="/api/v1/tasks", tags=["tasks"])

THERE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"model": views.PhotoShape, "description": "the photo was there already"}
}
_INSTANT: Final[TypeAdapter[datetime]] = TypeAdapter(Instant)


def instant_of(text: str) -> datetime | None:
    """When the photo was taken; None where the telephone does not say.

    Raises:
        Problem: invalid_input.
    """
    if not text.strip():
        return None
    try:
        return _INSTANT.validate_python(text.strip())
    except ValidationError as error:
        message = message_of(error.errors()[0])
        raise Problem("invalid_input", errors=[FieldError(message, "/taken_at")]) from error


@router.get(
    "/{task_id}/photos",
    operation_id="listPhotos",
    response_model=views.PhotoList,
    responses=refusals(*SIGNED_IN, "not_found", "invalid_input"),
)
async def list_photos(person: Staff, means: Means, task_id: TaskId) -> Response:
    """The photos received for the task."""
    async with means.engine.connect() as connection:
        await task_and_case(connection, person, task_id)
        found = await photos.of_task(connection, task_id)
    return JSONResponse({"items": [views.as_json(photo) for photo in found]})


@router.post(
    "/{task_id}/photos",
    operation_id="addPhoto",
    status_code=201,
    response_model=views.PhotoShape,
    responses=THERE
    | refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "unsupported_media_type",
        "not_accepted_now",
        "task_done",
        "not_your_task",
        "claim_lost",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def add_photo(
    request: Request,
    person: Staff,
    means: Means,
    key: Key,
    task_id: TaskId,
    file: Annotated[UploadFile, File(description="jpg or png that shows something, at most 10 MB")],
    kind: Annotated[PhotoKind, Form()] = PhotoKind.PHOTO,
    taken_at: Annotated[str, Form(max_length=40, examples=["2026-10-03T15:22:07+08:00"])] = "",
    sha256: Annotated[str, Form(max_length=64, description="as the device computed it")] = "",
) -> Response:
    """Takes a photo, or a signature drawn on the screen. The same content for the same task is one photo: 200 the second time."""
    sent = Sent(
        file.filename or "",
        await file.read(),
        kind,
        instant_of(taken_at),
        field_photos.digest_said(sha256),
    )
    async with means.engine.connect() as connection:
        await task_and_case(connection, person, task_id)
    asked = hashlib.sha256(f"{task_id}\n{kind.value}\n{sent.name}\n{taken_at}\n".encode())
    asked.update(sent.content)

    async def work(ident: UUID) -> Response:
        photo, new = await field_photos.add(means, person, task_id, ident, sent)
        headers = {"Location": views.address(photo)}
        return JSONResponse(views.as_json(photo), 201 if new else 200, headers=headers)

    return await once(request, person, means, key, work, digest=asked.hexdigest())


@router.get(
    "/{task_id}/photos/{photo_id}",
    operation_id="getPhoto",
    response_class=Response,
    responses={
        **refusals(*SIGNED_IN, "not_found", "invalid_input"),
        200: {"content": {"image/jpeg": {}, "image/png": {}}, "description": "the photo's bytes"},
    },
)
async def get_photo(person: Staff, means: Means, task_id: TaskId, photo_id: UUID) -> Response:
    """The picture itself, as it was received; its content was checked then."""
    async with means.engine.connect() as connection:
        await task_and_case(connection, person, task_id)
        photo = await photos.find(connection, task_id, photo_id)
    if photo is None:
        raise Problem("not_found")
    content = await means.files.get(photo.case_id, photo.stored_id)
    name = quote(photo.name, safe="")
    return Response(
        content,
        media_type=photo.media_type,
        headers={"Content-Disposition": f"inline; filename*=UTF-8''{name}"},
    )
