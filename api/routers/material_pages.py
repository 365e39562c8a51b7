"""Pages of one material: what it is for, what is there, upload and removal."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, File, Path, Request, UploadFile
from starlette.responses import Response

from api import intake, intake_files
from api.downloads import attachment
from api.i18n import gettext as _
from api.intake import Dossier
from api.problems import Problem
from api.routers.apply_pages import open_dossier, see_other
from api.security.current import Applicant
from api.services import Means
from api.task_lists import address, gaps_of
from api.templating import render
from api.views import words
from law.catalogue import Material

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=64)]


def _material(dossier: Dossier, part: str) -> Material:
    for material in dossier.procedure.materials:
        if material.code == part:
            return material
    raise Problem("not_found")


def _material_page(
    request: Request, dossier: Dossier, material: Material, errors: dict[str, str] | None = None
) -> Response:
    context = {
        "dossier": dossier,
        "material": material,
        "hint": words.known(material.hint),
        "files": dossier.files_for(material.code),
        "gaps": [g for g in gaps_of(dossier) if g.part == material.code],
        "errors": errors or {},
    }
    return render(request, "apply/material.html", context, status=422 if errors else 200)


@router.get("/applications/{application_id}/materials/{part}")
async def material_page(
    request: Request, person: Applicant, means: Means, application_id: UUID, part: Code
) -> Response:
    """One material: what it is for, what is there, and the upload."""
    dossier = await open_dossier(means, person, application_id)
    return _material_page(request, dossier, _material(dossier, part))


@router.post("/applications/{application_id}/materials/{part}")
async def upload(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    part: Code,
    file: Annotated[UploadFile | None, File()] = None,
) -> Response:
    """Takes a file and stays on the page, so that more can follow."""
    dossier = await open_dossier(means, person, application_id)
    material = _material(dossier, part)
    if file is None or not file.filename:
        return _material_page(request, dossier, material, {"file": _("请选择一个文件")})
    try:
        await intake_files.add_file(
            means, person, application_id, part, file.filename, await file.read()
        )
    except Problem as problem:
        if problem.code not in ("invalid_input", "unsupported_media_type", "too_large"):
            raise
        message = problem.errors[0].message if problem.errors else problem.detail
        return _material_page(request, dossier, material, {"file": message})
    return see_other(address(dossier, "materials", part))


@router.get("/applications/{application_id}/files/{file_id}")
async def file_content(
    person: Applicant, means: Means, application_id: UUID, file_id: UUID
) -> Response:
    """A file of the application, as an attachment."""
    dossier = await intake.load(means, person, application_id)
    row = next((f for f in dossier.files if f.id == file_id), None)
    if row is None:
        raise Problem("not_found")
    content = await means.files.get(application_id, row.stored_id)
    return attachment(content, name=row.name, media_type=row.media_type)


@router.post("/applications/{application_id}/files/{file_id}/remove")
async def remove(
    request: Request, person: Applicant, means: Means, application_id: UUID, file_id: UUID
) -> Response:
    """Takes a file out of the application."""
    dossier = await intake.load(means, person, application_id)
    part = next((f.part for f in dossier.files if f.id == file_id), None)
    if part is None:
        raise Problem("not_found")
    await intake_files.remove_file(means, person, application_id, file_id)
    return see_other(address(dossier, "materials", part))
