"""The inspector's page on a telephone: a form that works without scripts, and what lets it wait for the network."""

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Final
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.responses import RedirectResponse, Response

from api import field_phone, field_photos
from api.acts import Draft
from api.field_photos import Sent, takes_photos
from api.i18n import gettext as _
from api.idempotency import act_id_of, page_once
from api.performing import complete
from api.problems import Problem
from api.routers.case_pages import new_token
from api.security.current import Anyone, Staff
from api.security.person import Person
from api.services import Means, Services
from api.task_access import TaskId, task_and_case, version_of
from api.templating import HERE, render, static_url
from api.views import decisions, words
from api.views.field_page import field_page
from domain.photos import PhotoKind
from forms.base import TaskForm
from forms.registry import TASK_FORMS
from storage import claims

router = APIRouter(prefix="/desk/field", include_in_schema=False)

SHELL: Final = "/desk/field/shell"
SCRIPTS: Final = ("field-send.js", "field-kept.js", "field-pictures.js", "field.js")
ASSETS: Final = ("tokens.css", "banjian.css", "mark.svg", *SCRIPTS)
# What a photo may be refused for without anything else being wrong.
_OF_PHOTOS: Final = frozenset(
    {"invalid_input", "unsupported_media_type", "too_large", "idempotency_key_reused"}
)


@router.get("/shell")
async def shell(request: Request, visitor: Anyone) -> Response:
    """The page without a case, which a telephone keeps: it shows what was begun on it while there is no network."""
    return render(request, "desk/field_shell.html", {})


@router.get("/sw.js")
async def service_worker(visitor: Anyone) -> Response:
    """Keeps the shell, its two style sheets and scripts, and nothing else. Its scope is this folder."""
    kept = [SHELL, *(static_url(name) for name in ASSETS)]
    script = (HERE / "static" / "field-worker.js").read_text(encoding="utf-8")
    return Response(
        f"const KEPT = {json.dumps(kept)};\n{script}",
        media_type="text/javascript",
        headers={"Cache-Control": "no-cache"},
    )


@router.get("/{task_id}")
async def shown(
    request: Request,
    person: Staff,
    means: Means,
    task_id: TaskId,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The page, for the record on the spot that completes the task; `done=received`: what became of the record."""
    response = await _shown(request, person, means, task_id, asked=done == "received")
    field_phone.taken_by(request, response, person.id)
    return response


@router.post("/{task_id}")
async def hand_in(request: Request, person: Staff, means: Means, task_id: TaskId) -> Response:
    """Takes the photo that was chosen, or hands the record in; nothing that was typed is lost."""
    async with means.engine.connect() as connection:
        task, _case = await task_and_case(connection, person, task_id)
    if not takes_photos(task):
        raise Problem("not_found")
    form = TASK_FORMS[task.form]
    data = await request.form()
    sent = _sent(form, data)
    if told := await _take_photo(means, person, task_id, data, sent):
        return await _shown(
            request, person, means, task_id, sent=sent, errors={"photo": told}, status=422
        )
    if data.get("do") == "photo":
        return await _shown(request, person, means, task_id, sent=sent, done=_("照片已收到。"))
    try:
        form.model_validate(sent)
    except ValidationError as error:
        errors = decisions.field_messages(form, list(error.errors()))
        return await _shown(request, person, means, task_id, sent=sent, errors=errors, status=422)
    version, token = data.get("version"), data.get("token")
    seen = version_of(version)

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, task.case_id, "complete", person.actor, sent, task.task_id, seen)
        outcome = await complete(means, person, draft)
        if outcome.state != "applied":
            return RedirectResponse(f"/desk/field/{task_id}?done=received", 303)
        number = quote(task.number or str(task.case_id), safe="")
        return RedirectResponse(f"/desk?done={number}", 303)

    try:
        return await page_once(person, work, token if isinstance(token, str) else new_token())
    except claims.ClaimChanged:
        errors = {"": _("任务的领取情况刚刚变化，内容没有提交。请看过最新情况再提交。")}
        status = 409
    except Problem as problem:
        if problem.code in {"not_found", "idempotency_key_reused", "unavailable"}:
            raise
        found = {e.pointer: e.message for e in problem.errors}
        errors = decisions.refused_messages(found) or {
            "": words.known(problem.detail) or _(problem.type.title)
        }
        status = int(problem.type.status)
    return await _shown(request, person, means, task_id, sent=sent, errors=errors, status=status)


def _sent(form: type[TaskForm], data: FormData) -> dict[str, Any]:
    """As the desk's page reads it; the officers are boxes here, not lines."""
    sent = decisions.sent_answers(form, data)
    names = [name.strip() for name in data.getlist("officers") if isinstance(name, str)]
    sent.pop("officers", None)
    if ticked := [name for name in names if name]:
        sent["officers"] = ticked
    sent.setdefault("photos", [])
    return sent


async def _take_photo(
    means: Services, person: Person, task_id: str, data: FormData, sent: dict[str, Any]
) -> str:
    """The chosen file, ticked for the record; what is wrong with it, else an empty text."""
    file = data.get("photo")
    if not isinstance(file, UploadFile) or not file.filename:
        asked = data.get("do") == "photo"
        return _("请先拍照或者选择一张照片") if asked else ""
    content = await file.read()
    ident = act_id_of(person, f"photo:{task_id}:{hashlib.sha256(content).hexdigest()}")
    try:
        photo, _new = await field_photos.add(
            means, person, task_id, ident, Sent(file.filename, content, PhotoKind.PHOTO, None)
        )
    except Problem as problem:
        if problem.code not in _OF_PHOTOS:
            raise
        return problem.errors[0].message if problem.errors else problem.detail
    if photo.sha256 not in sent["photos"]:
        sent["photos"].append(photo.sha256)
    return ""


async def _shown(
    request: Request,
    person: Person,
    means: Services,
    task_id: str,
    *,
    sent: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
    done: str = "",
    asked: bool = False,
) -> Response:
    async with means.engine.connect() as connection:
        task, case = await task_and_case(connection, person, task_id)
        if not takes_photos(task):
            raise Problem("not_found")
        field = await field_page(connection, means, person, task, case, sent or {}, errors or {})
    context = {
        "f": field,
        "t": field.page.state,
        "view": field.page.view,
        "w": words,
        "errors": errors or {},
        "done": done,
        "fresh": sent is None,
        "asked": asked,
        "person_id": str(person.id),
        "token": new_token(),
    }
    return render(request, "desk/field.html", context, status=status)
