"""Forms as pages: what a POST holds as answers, what answers look like in a field and in a summary."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from markupsafe import Markup, escape
from starlette.datastructures import FormData

from api import dates
from api.draft_forms import RESIDENT_ID
from api.form_fields import FieldSpec, Option
from api.i18n import gettext as _
from api.views import words
from law.codes import mask_resident_id
from law.zone import CST, local

_SEPARATORS: Final = re.compile(r"[,，\s]")
_BREAK: Final = Markup("<br>")


@dataclass(frozen=True)
class FieldView:
    """One control of a page with what it shows. `id` is where the error summary links to."""

    spec: FieldSpec
    label: str
    hint: str
    value: str
    values: tuple[str, ...]
    error: str
    options: tuple[tuple[str, str, str], ...]

    @property
    def id(self) -> str:
        """The control's id and name."""
        return self.spec.name


def label_of(spec: FieldSpec) -> str:
    """The label in the reader's language."""
    return words.bilingual(spec.title, spec.title_en)


def option_text(option: Option) -> str:
    """A choice in the reader's language."""
    return words.bilingual(option.title, option.title_en)


# -- from a POST -----------------------------------------------------------------------------------


def posted(specs: Sequence[FieldSpec], form: FormData) -> dict[str, Any]:
    """The answers in a POST; None where nothing was filled in. Lists of forms have pages of their own."""
    return {spec.name: _posted(spec, form) for spec in specs if spec.widget != "people"}


def _posted(spec: FieldSpec, form: FormData) -> Any:
    if spec.widget == "checkbox":
        ticked = form.get(spec.name) == "yes"
        # A declaration that must be made is not yet made; any other box says no.
        return True if ticked else (False if spec.optional else None)
    texts = [v.strip() for v in form.getlist(spec.name) if isinstance(v, str) and v.strip()]
    if spec.widget == "checkboxes":
        return texts or None
    text = texts[0] if texts else ""
    if spec.widget == "lines":
        return [line.strip() for line in text.splitlines() if line.strip()] or None
    if spec.widget == "money":
        text = _SEPARATORS.sub("", text)
    return text or None


# -- into a field ----------------------------------------------------------------------------------


def field_views(
    specs: Sequence[FieldSpec], answers: Mapping[str, Any], errors: Mapping[str, str]
) -> list[FieldView]:
    """The controls of a page."""
    return [_view(s, answers.get(s.name), errors.get(s.name, "")) for s in specs]


def _view(spec: FieldSpec, value: Any, error: str) -> FieldView:
    several = isinstance(value, list)
    if spec.widget == "lines":
        text = "\n".join(str(v) for v in value) if several else str(value or "")
    else:
        text = "" if value is None or several or isinstance(value, bool) else str(value)
    if spec.widget == "datetime":
        text = minute_of(text)
    if spec.widget == "checkbox":
        chosen: tuple[str, ...] = ("yes",) if value is True else ()
    else:
        chosen = tuple(str(v) for v in value) if several else (text,)
    return FieldView(
        spec=spec,
        label=label_of(spec),
        hint=words.known(spec.hint),
        value=text,
        values=chosen,
        error=error,
        options=tuple((o.value, option_text(o), "") for o in spec.options),
    )


# -- into a summary --------------------------------------------------------------------------------


def shown(spec: FieldSpec, value: Any) -> str | Markup:
    """An answer for reading: chosen labels, dates and amounts in words, personal data masked."""
    if value is None or value == "" or value == []:
        return ""
    if spec.widget == "checkbox":
        return _("是") if value is True else _("否")
    if spec.widget in ("radios", "checkboxes"):
        texts = {o.value: option_text(o) for o in spec.options}
        chosen = value if isinstance(value, list) else [value]
        return _("、").join(texts.get(str(v), str(v)) for v in chosen)
    if spec.widget == "lines" and isinstance(value, list):
        return _BREAK.join(escape(str(v)) for v in value)
    if spec.widget == "money":
        return amount(value)
    if spec.widget == "date":
        return _date(str(value))
    if spec.widget == "datetime":
        return _minute(str(value))
    return masked(spec, str(value)) if spec.personal else str(value)


def amount(value: Any) -> str:
    """1,000,000 元; a text that is no amount stays as it is."""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not number.is_finite():
        return str(value)
    return _("%(amount)s 元") % {"amount": f"{number:,.2f}".removesuffix(".00")}


def _date(value: str) -> str:
    try:
        return dates.date_text(date.fromisoformat(value))
    except ValueError:
        return value


def minute_of(value: str) -> str:
    """An instant as the browser's control takes it: Beijing time to the minute, no offset."""
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    at = at if at.tzinfo is None else local(at)
    return at.strftime("%Y-%m-%dT%H:%M")


def _minute(value: str) -> str:
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return value
    at = at if at.tzinfo is not None else at.replace(tzinfo=CST)
    return f"{dates.date_text(at)} {local(at):%H:%M}"


def masked(spec: FieldSpec, value: str) -> str:
    """Identity number or telephone as it may stand on a page."""
    if spec.name == RESIDENT_ID:
        return mask_resident_id(value)
    if len(value) < 8:
        return "*" * len(value)
    return f"{value[:3]}{'*' * (len(value) - 7)}{value[-4:]}"


def entry_title(specs: Sequence[FieldSpec], entry: Mapping[str, Any], number: int) -> str:
    """How one entry of a list is called: its first text, or its number."""
    first = next((s for s in specs if s.widget == "text" and not s.personal), None)
    name = str(entry.get(first.name) or "") if first else ""
    return name or _("第 %(n)s 项") % {"n": number}


def entry_text(specs: Sequence[FieldSpec], entry: Mapping[str, Any]) -> str:
    """The rest of an entry in one line, personal data masked."""
    parts = [str(shown(s, entry.get(s.name))) for s in specs[1:]]
    return _("，").join(p for p in parts if p)
