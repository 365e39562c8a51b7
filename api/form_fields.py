"""A form class as pages and clients see it: fields with labels, hints, widgets and options.

Read from the declaration alone, so that a new procedure needs no page of its own.
"""

import sys
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from annotated_types import MaxLen
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.types import StringConstraints

from forms.base import ApplicationForm, Form

Widget = Literal[
    "text",
    "textarea",
    "radios",
    "checkboxes",
    "checkbox",
    "date",
    "datetime",
    "lines",
    "money",
    "number",
    "people",
]
_BY_NAME: Final[frozenset[str]] = frozenset(get_args(Widget))


@dataclass(frozen=True)
class Option:
    """One choice of radios or checkboxes."""

    value: str
    title: str
    title_en: str


@dataclass(frozen=True)
class FieldSpec:
    """One field of a form.

    Attributes:
        personal: identity or contact data: masked wherever it is not being edited.
        item: for a list of forms, the fields of one entry.
    """

    name: str
    title: str
    title_en: str
    hint: str
    widget: Widget
    optional: bool
    personal: bool = False
    max_length: int | None = None
    options: tuple[Option, ...] = ()
    item_form: type[Form] | None = None
    item: tuple["FieldSpec", ...] = field(default=())


@cache
def fields_of(form: type[BaseModel]) -> dict[str, FieldSpec]:
    """The form's fields by name, in the order of declaration."""
    return {name: _spec(name, info) for name, info in form.model_fields.items()}


def section_fields(form: type[ApplicationForm], code: str) -> list[FieldSpec]:
    """The fields of one page. Raises KeyError for an unknown section."""
    for section in form.sections:
        if section.code == code:
            return [fields_of(form)[name] for name in section.fields]
    raise KeyError(code)


def _spec(name: str, info: FieldInfo) -> FieldSpec:
    extra: dict[str, Any] = (
        info.json_schema_extra if isinstance(info.json_schema_extra, dict) else {}
    )
    kind, allows_none, nested = _plain(info.annotation)
    metadata = [*info.metadata, *nested]
    widget, options, item = _widget(kind, str(extra.get("widget", "")))
    return FieldSpec(
        name=name,
        title=info.title or name,
        title_en=str(extra.get("title_en", "")) or name,
        hint=str(extra.get("hint", "")),
        widget=widget,
        # What older answers lack has a default, and is asked for all the same.
        optional=not extra.get("needed") and (allows_none or not info.is_required()),
        personal=bool(extra.get("personal", False)),
        max_length=_max_length(metadata),
        options=options,
        item_form=item,
        item=tuple(fields_of(item).values()) if item else (),
    )


def _plain(annotation: Any) -> tuple[Any, bool, list[Any]]:
    """The type itself, whether None is allowed too, and the constraints inside."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        kind, allows_none, nested = _plain(inner)
        return kind, allows_none, [*metadata, *nested]
    if get_origin(annotation) in (Union, UnionType):
        members = [a for a in get_args(annotation) if a is not type(None)]
        allows_none = len(members) < len(get_args(annotation))
        if len(members) == 1:
            kind, _none, nested = _plain(members[0])
            return kind, allows_none, nested
    return annotation, False, []


def _max_length(metadata: list[Any]) -> int | None:
    lengths = [m.max_length for m in metadata if isinstance(m, MaxLen | StringConstraints)]
    known = [n for n in lengths if n is not None]
    return min(known) if known else None


def _widget(kind: Any, declared: str) -> tuple[Widget, tuple[Option, ...], type[Form] | None]:
    if get_origin(kind) is list:
        entry, _none, _nested = _plain(get_args(kind)[0])
        if isinstance(entry, type) and issubclass(entry, Form):
            return "people", (), entry
        if isinstance(entry, type) and issubclass(entry, Enum):
            return "checkboxes", options_of(entry), None
        return "lines", (), None
    if isinstance(kind, type) and issubclass(kind, Enum):
        return "radios", options_of(kind), None
    if declared in _BY_NAME:
        return declared, (), None  # type: ignore[return-value]  # checked against the Literal's own members
    by_type: dict[Any, Widget] = {
        bool: "checkbox",
        date: "date",
        datetime: "datetime",
        Decimal: "money",
        int: "number",
    }
    return by_type.get(kind, "text"), (), None


@cache
def options_of(options: type[Enum]) -> tuple[Option, ...]:
    """The choices with their labels: a mapping member → (Chinese, English) beside the enumeration."""
    members = set(options)
    for value in vars(sys.modules[options.__module__]).values():
        if isinstance(value, dict) and value and set(value) == members:
            return tuple(Option(str(m.value), *value[m]) for m in options)
    return tuple(Option(str(m.value), str(m.value), str(m.value)) for m in options)
