"""Draft answers: merged by RFC 7396, checked part by part while they grow, as a whole at submission.

A draft may be incomplete, never wrong: what is missing and what only a whole form can say (sums, who must
be named) is left for the submission; an unknown field or a value that can never be right is refused at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import ValidationError

from api.problems import FieldError
from api.validation_messages import message_of, pointer
from forms.base import ApplicationForm, Section
from forms.registry import APPLICATIONS
from law.catalogue import Procedure
from law.codes import CodeError, check_resident_id

Answers = dict[str, Any]
RESIDENT_ID = "id_number"


def form_of(row: Procedure) -> type[ApplicationForm]:
    """The application form of a procedure."""
    return APPLICATIONS[row.application]


def merge(target: Any, patch: Any) -> Any:
    """JSON Merge Patch: null removes, objects merge, everything else replaces."""
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge(merged.get(name), value)
    return merged


def _only_for_the_whole(error: Mapping[str, Any]) -> bool:
    """What a draft may still owe: missing fields, and rules over several fields of a form."""
    # Such a rule speaks of a whole form or entry; of a line in a list it would be the line that is wrong.
    over_several = error["type"] == "value_error" and isinstance(error["input"], Mapping)
    return error["type"] == "missing" or over_several


def errors_of(
    invalid: ValidationError, *, partial: bool = False
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Path and message of each error; with `partial` only of those that no later answer can mend."""
    for error in invalid.errors(include_url=False):
        if not (partial and _only_for_the_whole(error)):
            yield error["loc"], message_of(error)


def check_partial(form: type[ApplicationForm], answers: Answers) -> list[FieldError]:
    """What is wrong with a draft already."""
    try:
        form.model_validate(answers)
    except ValidationError as invalid:
        return [
            FieldError(message, pointer(("form", *path)))
            for path, message in errors_of(invalid, partial=True)
        ]
    return []


def check_whole(
    form: type[ApplicationForm], answers: Answers, today: date
) -> tuple[ApplicationForm | None, list[FieldError]]:
    """The form, or everything that keeps it from being handed in.

    Args:
        today: the civil day of app_now(): nobody is born after it.
    """
    try:
        whole = form.model_validate(answers)
    except ValidationError as invalid:
        return None, [
            FieldError(message, pointer(("form", *path))) for path, message in errors_of(invalid)
        ]
    errors = [
        FieldError(message, pointer(("form", *path)))
        for path, message in unborn(whole.model_dump(mode="json"), today)
    ]
    errors += [
        FieldError(message, pointer(("form", *path))) for path, message in whole.faults(today)
    ]
    return (None, errors) if errors else (whole, [])


def unborn(
    value: Any, today: date, path: Sequence[str | int] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Identity numbers whose birth date lies ahead: a form knows no clock, so it cannot tell."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if name == RESIDENT_ID and isinstance(inner, str):
                try:
                    check_resident_id(inner, today)
                except CodeError as wrong:
                    yield (*path, name), str(wrong)
            else:
                yield from unborn(inner, today, (*path, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from unborn(inner, today, (*path, index))


def subject_of(form: type[ApplicationForm], answers: Answers) -> str:
    """What people know a draft by, as far as it is filled in; "" before that."""
    try:
        subject = form.model_construct(**answers).subject()
    except (AttributeError, TypeError, KeyError, ValueError):
        return ""
    return subject[:200] if isinstance(subject, str) else ""


SectionState = Literal["todo", "half", "done", "bad"]


def section_states(form: type[ApplicationForm], answers: Answers) -> dict[str, SectionState]:
    """How far each page of the form is, by section code.

    A rule over several fields of the whole form speaks at submission, not here.
    """
    wrong: set[str] = set()
    missing: set[str] = set()
    try:
        form.model_validate(answers)
    except ValidationError as invalid:
        for error in invalid.errors(include_url=False, include_input=False):
            if error["loc"]:
                (missing if error["type"] == "missing" else wrong).add(str(error["loc"][0]))
    return {s.code: _section_state(s, answers, wrong, missing) for s in form.sections}


def _section_state(
    section: Section, answers: Answers, wrong: set[str], missing: set[str]
) -> SectionState:
    if any(name in wrong for name in section.fields):
        return "bad"
    answered = any(name in answers for name in section.fields)
    if any(name in missing for name in section.fields):
        return "half" if answered else "todo"
    return "done"
