"""What the check page and the receipt show: every answer with its way back, errors with theirs, the QR."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import segno
from markupsafe import Markup

from api.form_fields import FieldSpec, section_fields
from api.form_pages import entry_text, entry_title, label_of, shown
from api.i18n import gettext as _
from api.intake import Dossier
from api.problems import FieldError
from api.task_lists import address
from api.views import words

# Label, value, note, address of the change.
Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Group:
    """One section of the check page."""

    title: str
    rows: list[Row]


def answers_of(dossier: Dossier) -> list[Group]:
    """Form and materials, in the order they were asked for."""
    groups = []
    for section in dossier.form.sections:
        rows: list[Row] = []
        here = address(dossier, "sections", section.code)
        for spec in section_fields(dossier.form, section.code):
            if spec.widget == "people":
                rows += _entries(spec, dossier.answers.get(spec.name), f"{here}/{spec.name}")
            else:
                value = shown(spec, dossier.answers.get(spec.name)) or _unsaid(spec)
                rows.append((label_of(spec), value, "", f"{here}#{spec.name}"))
        groups.append(Group(words.bilingual(section.title, section.title_en), rows))
    groups.append(Group(_("材料"), _materials(dossier)))
    return groups


def _unsaid(spec: FieldSpec) -> str:
    """Why there is no answer; optional ones are left to the summary's own words."""
    if spec.widget == "checkbox" and spec.optional:
        return _("否")
    return "" if spec.optional else _("还没有填写")


def _entries(spec: FieldSpec, value: Any, here: str) -> list[Row]:
    entries = [e for e in value if isinstance(e, Mapping)] if isinstance(value, list) else []
    if not entries:
        return [(label_of(spec), _("还没有填写"), "", here.rpartition("/")[0])]
    return [
        (entry_title(spec.item, e, n), entry_text(spec.item, e), "", f"{here}/{n}")
        for n, e in enumerate(entries, start=1)
    ]


def _materials(dossier: Dossier) -> list[Row]:
    rows: list[Row] = []
    for material in dossier.materials:
        held = dossier.files_for(material.code)
        names = _("、").join(f.name for f in held)
        if not names:
            names = _("没有上传") if material.required else _("没有上传（需要时提交）")
        note = _("可容缺：可以先受理，后补交") if material.tolerable and not held else ""
        label = words.bilingual(material.label, material.label_en)
        rows.append((label, names, note, address(dossier, "materials", material.code)))
    return rows


def error_links(dossier: Dossier, errors: Iterable[FieldError]) -> dict[str, str]:
    """Errors by the address where each is mended: the summary's links. Several of one place are joined."""
    found: dict[str, list[str]] = {}
    for error in errors:
        found.setdefault(_place(dossier, error.pointer), []).append(_named(dossier, error))
    return {place: _("；").join(dict.fromkeys(messages)) for place, messages in found.items()}


def _named(dossier: Dossier, error: FieldError) -> str:
    parts = error.pointer.strip("/").split("/")
    if len(parts) < 2 or parts[0] != "form":
        return error.message
    for section in dossier.form.sections:
        for spec in section_fields(dossier.form, section.code):
            if spec.name == parts[1]:
                return _("%(field)s：%(message)s") % {
                    "field": label_of(spec),
                    "message": error.message,
                }
    return error.message


def _place(dossier: Dossier, pointer: str) -> str:
    kind, _slash, rest = pointer.strip("/").partition("/")
    name, _slash, deeper = rest.partition("/")
    if kind == "files":
        return address(dossier, "materials", name)
    if kind == "declaration":
        return "#declaration"
    if kind != "form" or not name:
        return ""
    for section in dossier.form.sections:
        if name in section.fields:
            here = address(dossier, "sections", section.code)
            index = deeper.partition("/")[0]
            if index.isdecimal():
                return f"{here}/{name}/{int(index) + 1}"
            return f"{here}#{name}"
    return ""


def qr_of(url: str) -> Markup:
    """The address as a QR code: inline SVG, so that no image is fetched and print is sharp."""
    code = segno.make(url, error="m", micro=False)
    # Drawn by segno from the address alone: black modules, no markup of anybody's.
    svg = code.svg_inline(
        svgclass="qr", lineclass=None, border=2, omitsize=True, dark="#000", title=url
    )
    return Markup(svg)  # noqa: S704
