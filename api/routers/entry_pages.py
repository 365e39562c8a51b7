"""Pages of one entry of a list in a form: a person, say. All of it is right, or it is not kept."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import ValidationError
from starlette.responses import Response

from api import intake
from api.draft_forms import RESIDENT_ID, errors_of
from api.form_fields import FieldSpec
from api.form_pages import field_views, posted
from api.intake import Dossier
from api.problems import Problem
from api.routers.apply_pages import open_dossier, see_other
from api.routers.section_pages import HERE, Code, entries_of, section_of
from api.security.current import Applicant
from api.services import Means
from api.task_lists import address
from api.templating import render
from forms.base import Form as FormBase
from law.codes import CodeError, check_resident_id
from law.zone import civil_date

router = APIRouter(include_in_schema=False)

Index = Annotated[int, Path(ge=1, le=1000)]


def _list_field(specs: list[FieldSpec], name: str) -> FieldSpec:
    for spec in specs:
        if spec.name == name and spec.widget == "people":
            return spec
    raise Problem("not_found")


def _entry_page(
    request: Request,
    dossier: Dossier,
    code: str,
    spec: FieldSpec,
    index: int | None,
    answers: dict[str, Any],
    errors: dict[str, str],
) -> Response:
    section, _specs = section_of(dossier, code)
    context = {
        "dossier": dossier,
        "section": section,
        "spec": spec,
        "form": spec.item_form,
        "index": index,
        "fields": field_views(spec.item, answers, errors),
        "errors": errors,
    }
    return render(request, "apply/entry.html", context, status=422 if errors else 200)


@router.get(HERE + "/{field}/new")
async def new_entry(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    section: Code,
    field: Code,
) -> Response:
    """An empty entry."""
    dossier = await open_dossier(means, person, application_id)
    spec = _list_field(section_of(dossier, section)[1], field)
    return _entry_page(request, dossier, section, spec, None, {}, {})


@router.get(HERE + "/{field}/{index}")
async def edit_entry(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    section: Code,
    field: Code,
    index: Index,
) -> Response:
    """An entry as it is; the one place where personal data is shown whole."""
    dossier = await open_dossier(means, person, application_id)
    spec = _list_field(section_of(dossier, section)[1], field)
    entries = entries_of(dossier, spec)
    if index > len(entries):
        raise Problem("not_found")
    return _entry_page(request, dossier, section, spec, index, entries[index - 1], {})


@router.post(HERE + "/{field}/new")
async def add_entry(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    section: Code,
    field: Code,
) -> Response:
    """Adds an entry when all of it is right."""
    return await _save(request, person, means, application_id, section, field, None)


@router.post(HERE + "/{field}/{index}")
async def save_entry(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    section: Code,
    field: Code,
    index: Index,
) -> Response:
    """Replaces an entry when all of it is right."""
    return await _save(request, person, means, application_id, section, field, index)


async def _save(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    section: str,
    field: str,
    index: int | None,
) -> Response:
    dossier = await open_dossier(means, person, application_id)
    spec = _list_field(section_of(dossier, section)[1], field)
    entries = entries_of(dossier, spec)
    if index is not None and index > len(entries):
        raise Problem("not_found")
    answers = posted(spec.item, await request.form())
    entry = {name: value for name, value in answers.items() if value is not None}
    assert spec.item_form is not None
    errors = _entry_errors(spec.item_form, entry, person)
    if not errors:
        changed = [*entries, entry] if index is None else _replaced(entries, index, entry)
        try:
            await intake.patch(means, person, application_id, {field: changed})
        except Problem as problem:
            if problem.code != "invalid_input":
                raise
            errors = {"": problem.errors[0].message}
    if errors:
        return _entry_page(request, dossier, section, spec, index, answers, errors)
    return see_other(address(dossier, "sections", section))


def _replaced(entries: list[dict[str, Any]], index: int, entry: dict[str, Any]) -> list[Any]:
    return [entry if n == index else e for n, e in enumerate(entries, start=1)]


def _entry_errors(form: type[FormBase], entry: dict[str, Any], person: Applicant) -> dict[str, str]:
    """What is wrong with one entry, by field; "" for a rule over several of its fields."""
    found: dict[str, str] = {}
    try:
        form.model_validate(entry)
    except ValidationError as invalid:
        for path, message in errors_of(invalid):
            found.setdefault(str(path[0]) if path else "", message)
    if RESIDENT_ID in entry and RESIDENT_ID not in found:
        try:
            check_resident_id(str(entry[RESIDENT_ID]).upper(), civil_date(person.now))
        except CodeError as wrong:
            found[RESIDENT_ID] = str(wrong)
    return found


@router.post(HERE + "/{field}/{index}/remove")
async def remove_entry(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    section: Code,
    field: Code,
    index: Index,
) -> Response:
    """Takes an entry out."""
    dossier = await open_dossier(means, person, application_id)
    spec = _list_field(section_of(dossier, section)[1], field)
    entries = entries_of(dossier, spec)
    if index > len(entries):
        raise Problem("not_found")
    left = [e for n, e in enumerate(entries, start=1) if n != index]
    await intake.patch(means, person, application_id, {field: left or None})
    return see_other(address(dossier, "sections", section))
