"""Pages of one section of a form, drawn from the form's declaration."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Path, Request
from starlette.responses import Response

from api import intake
from api.draft_forms import check_partial
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
from forms.base import Section

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(max_length=64)]
Index = Annotated[int, Path(ge=1, le=1000)]
Leave = Annotated[str, Form(max_length=8)]
HERE = "/applications/{application_id}/sections/{section}"


def section_of(dossier: Dossier, code: str) -> tuple[Section, list[FieldSpec]]:
    for section in dossier.form.sections:
        if section.code == code:
            return section, section_fields(dossier.form, code)
    raise Problem("not_found")


def entries_of(dossier: Dossier, spec: FieldSpec) -> list[dict[str, Any]]:
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
    section, specs = section_of(dossier, code)
    lists = []
    for spec in specs:
        if spec.widget == "people":
            lines = [
                (entry_title(spec.item, e, n), entry_text(spec.item, e), n)
                for n, e in enumerate(entries_of(dossier, spec), start=1)
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
    declared, specs = section_of(dossier, section)
    answers = posted(specs, await request.form())
    errors = _wrong(dossier, specs, answers)
    kept = {name: value for name, value in answers.items() if name not in errors}
    dossier = await intake.patch(means, person, application_id, kept)
    if not leave:
        errors |= {
            s.name: unanswered(s)
            for s in specs
            if s.widget != "people" and not s.optional and answers[s.name] is None
        }
    if errors:
        in_order = {s.name: errors[s.name] for s in specs if s.name in errors}
        return _page(request, person, dossier, section, answers, in_order)
    return see_other(address(dossier) if leave else _onward(dossier, declared))


def unanswered(spec: FieldSpec) -> str:
    """Names the field, so that the summary on top can be read alone."""
    if spec.widget == "checkbox":
        return _("请勾选：%(field)s") % {"field": label_of(spec)}
    if spec.widget in ("radios", "checkboxes", "date", "datetime"):
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
