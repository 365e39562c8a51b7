"""Pages of one section of a form, and of one entry of a list in it, drawn from the form's declaration."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request
from pydantic import ValidationError
from starlette.responses import Response

from api import intake
from api.draft_forms import check_partial, errors_of
from api.form_fields import FieldSpec, section_fields
from api.form_pages import entry_text, entry_title, field_views, label_of, posted
from api.i18n import gettext as _
from api.intake import Dossier, Mode
from api.problems import Problem
from api.routers.apply_pages import open_dossier, see_other
from api.security.current import Applicant
from api.services import Means
from api.task_lists import FORM_PART, address, gaps_of, task_list, whole_form_errors
from api.templating import render
from forms.base import Form as FormBase
from forms.base import Section
from law.codes import CodeError, check_resident_id
from law.zone import civil_date

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=64)]
Index = Annotated[int, Path(ge=1, le=1000)]
Leave = Annotated[str, Form(max_length=8)]
HERE = "/applications/{application_id}/sections/{section}"


def _section(dossier: Dossier, code: str) -> tuple[Section, list[FieldSpec]]:
    for section in dossier.form.sections:
        if section.code == code:
            return section, section_fields(dossier.form, code)
    raise Problem("not_found")


def _list_field(specs: list[FieldSpec], name: str) -> FieldSpec:
    for spec in specs:
        if spec.name == name and spec.widget == "people":
            return spec
    raise Problem("not_found")


def _entries(dossier: Dossier, spec: FieldSpec) -> list[dict[str, Any]]:
    held = dossier.answers.get(spec.name)
    return [e for e in held if isinstance(e, dict)] if isinstance(held, list) else []


def _onward(dossier: Dossier, section: Section) -> str:
    """The next section that still wants something, else the task list."""
    following = task_list(dossier).following
    onward = following.href if following else address(dossier)
    return address(dossier) if onward.endswith(f"/{section.code}") else onward


# -- one section -----------------------------------------------------------------------------------


def _page(
    request: Request,
    person: Applicant,
    dossier: Dossier,
    code: str,
    answers: dict[str, Any],
    errors: dict[str, str],
) -> Response:
    section, specs = _section(dossier, code)
    lists = []
    for spec in specs:
        if spec.widget == "people":
            lines = [
                (entry_title(spec.item, e, n), entry_text(spec.item, e), n)
                for n, e in enumerate(_entries(dossier, spec), start=1)
            ]
            lists.append((spec, label_of(spec), lines))
    context = {
        "dossier": dossier,
        "section": section,
        "fields": field_views([s for s in specs if s.widget != "people"], answers, errors),
        "lists": lists,
        "errors": errors,
        "gaps": [g for g in gaps_of(dossier) if g.part == FORM_PART],
        "whole": whole_form_errors(dossier, person.now) if lists else [],
        "correcting": dossier.mode is Mode.CORRECTION,
    }
    return render(request, "apply/section.html", context, status=422 if errors else 200)


@router.get(HERE)
async def section_page(
    request: Request, person: Applicant, means: Means, application_id: UUID, section: Code
) -> Response:
    """One page of the form."""
    dossier = await open_dossier(means, person, application_id)
    return _page(request, person, dossier, section, dossier.answers, {})


@router.post(HERE)
async def save_section(
    request: Request,
    person: Applicant,
    means: Means,
    application_id: UUID,
    section: Code,
    leave: Leave = "",
) -> Response:
    """Keeps every answer that is right, and shows the page again for those that are not.

    With `leave` what is still empty may stay so; what is wrong may not.
    """
    dossier = await open_dossier(means, person, application_id)
    declared, specs = _section(dossier, section)
    answers = posted(specs, await request.form())
    errors = _wrong(dossier, specs, answers)
    kept = {name: value for name, value in answers.items() if name not in errors}
    dossier = await intake.patch(means, person, application_id, kept)
    if not leave:
        errors |= {
            s.name: _unanswered(s)
            for s in specs
            if s.widget != "people" and not s.optional and answers[s.name] is None
        }
    if errors:
        in_order = {s.name: errors[s.name] for s in specs if s.name in errors}
        return _page(request, person, dossier, section, answers, in_order)
    return see_other(address(dossier) if leave else _onward(dossier, declared))


def _unanswered(spec: FieldSpec) -> str:
    """Names the field, so that the summary on top can be read alone."""
    if spec.widget in ("radios", "checkboxes", "date"):
        return _("请选择%(field)s") % {"field": label_of(spec)}
    return _("请填写%(field)s") % {"field": label_of(spec)}


def _wrong(dossier: Dossier, specs: list[FieldSpec], answers: dict[str, Any]) -> dict[str, str]:
    """What is wrong among the answers of this page, by field."""
    given = {name: value for name, value in answers.items() if value is not None}
    names = {s.name for s in specs}
    found: dict[str, str] = {}
    for error in check_partial(dossier.form, given):
        name = error.pointer.split("/")[2] if error.pointer.count("/") > 1 else ""
        if name in names:
            found.setdefault(name, error.message)
    return found


# -- one entry of a list ---------------------------------------------------------------------------


def _entry_page(
    request: Request,
    dossier: Dossier,
    code: str,
    spec: FieldSpec,
    index: int | None,
    answers: dict[str, Any],
    errors: dict[str, str],
) -> Response:
    section, _specs = _section(dossier, code)
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
    spec = _list_field(_section(dossier, section)[1], field)
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
    spec = _list_field(_section(dossier, section)[1], field)
    entries = _entries(dossier, spec)
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
    spec = _list_field(_section(dossier, section)[1], field)
    entries = _entries(dossier, spec)
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
    if "id_number" in entry and "id_number" not in found:
        try:
            check_resident_id(str(entry["id_number"]).upper(), civil_date(person.now))
        except CodeError as wrong:
            found["id_number"] = str(wrong)
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
    spec = _list_field(_section(dossier, section)[1], field)
    entries = _entries(dossier, spec)
    if index > len(entries):
        raise Problem("not_found")
    left = [e for n, e in enumerate(entries, start=1) if n != index]
    await intake.patch(means, person, application_id, {field: left or None})
    return see_other(address(dossier, "sections", section))
