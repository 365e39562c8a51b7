"""What the applicant filled in, for officers: labels and values, identity numbers and telephones masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from sqlalchemy.ext.asyncio import AsyncConnection

from api.form_fields import options_of
from api.i18n import gettext as _
from api.services import Services
from api.views import words
from forms import registry
from law import catalogue
from law.codes import mask_resident_id
from storage import submissions
from storage.tables import CaseRow


@dataclass(frozen=True)
class Group:
    """One section of the application."""

    title: str
    rows: list[tuple[str, str]]


def _inner(annotation: Any) -> Any:
    """The type inside Optional, list or Annotated."""
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return _inner(next(a for a in get_args(annotation) if a is not type(None)))
    if origin in (list, tuple):
        return _inner(get_args(annotation)[0])
    if origin is not None and hasattr(annotation, "__metadata__"):
        return _inner(get_args(annotation)[0])
    return annotation


def _label(name: str, info: FieldInfo) -> str:
    extra = info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    return words.bilingual(info.title or name, str(extra.get("title_en", "")))


def _personal(info: FieldInfo) -> bool:
    extra = info.json_schema_extra
    return isinstance(extra, dict) and bool(extra.get("personal"))


def masked(text: str) -> str:
    """Enough to compare with the paper at hand, not enough to copy."""
    if len(text) == 18:
        return mask_resident_id(text)
    return text[:3] + "*" * max(4, len(text) - 7) + text[-4:] if len(text) >= 8 else "****"


def _shown(value: Any, info: FieldInfo) -> str:
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _("；").join(_shown(v, info) for v in value)
    kind = _inner(info.annotation)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind, str(value))
    return masked(str(value)) if _personal(info) else str(value)


def _enum(kind: type[Enum], value: str) -> str:
    """A choice in the reader's language."""
    texts = {o.value: words.bilingual(o.title, o.title_en) for o in options_of(kind)}
    return texts.get(value, value)


def _entry(model: type[BaseModel], value: Mapping[str, Any]) -> str:
    parts = []
    for name, info in model.model_fields.items():
        shown = _shown(value.get(name), info)
        if shown:
            parts.append(_("%(label)s：%(value)s") % {"label": _label(name, info), "value": shown})
    return _("，").join(parts)


def groups(form_code: str, answers: Mapping[str, Any]) -> list[Group]:
    """The application by sections, as it was handed in."""
    form = registry.APPLICATIONS[form_code]
    found = []
    for section in form.sections:
        rows: list[tuple[str, str]] = []
        for name in section.fields:
            info = form.model_fields[name]
            value = answers.get(name)
            kind = _inner(info.annotation)
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                entries = value if isinstance(value, list) else [value] if value else []
                for n, entry in enumerate(entries, start=1):
                    rows.append((f"{_label(name, info)} {n}", _entry(kind, entry)))
            else:
                rows.append((_label(name, info), _shown(value, info)))
        found.append(Group(words.bilingual(section.title, section.title_en), rows))
    return found


async def groups_of(connection: AsyncConnection, means: Services, case: CaseRow) -> list[Group]:
    """The newest version handed in; empty where none is kept here."""
    return (await read_answers(connection, means, case))[0]


async def read_answers(
    connection: AsyncConnection, means: Services, case: CaseRow
) -> tuple[list[Group], frozenset[str]]:
    """The same, and what it chooses as far as materials depend on it (`ApplicationForm.chosen`)."""
    row = catalogue.procedure(case.procedure, case.catalogue_version)
    form = registry.APPLICATIONS.get(row.application)
    if form is None:
        return [], frozenset()
    try:
        _row, answers = await submissions.newest(connection, means.keys, case.case_id)
    except LookupError:
        return [], frozenset()
    return groups(row.application, answers), form.chosen(answers)
