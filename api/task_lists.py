"""An application as a task list: what is done, what is still to do, what cannot start yet and why."""

from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from api import dates
from api.draft_forms import SectionState, check_whole, section_states
from api.form_fields import FieldSpec, section_fields
from api.form_pages import shown
from api.i18n import gettext as _
from api.i18n import mark
from api.intake import Dossier, Mode
from api.submission import content_of, missing_materials
from api.views import words
from forms.base import Section
from law.catalogue import Material
from law.zone import civil_date
from storage.applications import Listed
from storage.submissions import part_digests

FORM_PART: Final = "form"
_HINT_LENGTH: Final = 60


@dataclass(frozen=True)
class Task:
    """One line. `href` is "" while it cannot start; the hint then says what unlocks it."""

    title: str
    href: str
    hint: str
    tag: str
    kind: str


@dataclass(frozen=True)
class Gap:
    """One deficiency of the one-time notice, beside what it concerns."""

    part: str
    label: str
    advice: str
    article: str
    href: str


@dataclass(frozen=True)
class TaskList:
    """The task list of an application."""

    sections: list[Task]
    materials: list[Task]
    submit: list[Task]
    gaps: list[Gap]
    done: int
    total: int
    following: Task | None


_TAGS: Final[dict[SectionState, tuple[str, str]]] = {
    "todo": (mark("未开始"), "do"),
    "half": (mark("填写中"), "half"),
    "bad": (mark("要改正"), "bad"),
    "done": (mark("已完成"), "done"),
}


def address(dossier: Dossier, *parts: str) -> str:
    """A page of the application."""
    return "/".join((f"/applications/{dossier.row.id}", *parts))


def gaps_of(dossier: Dossier) -> list[Gap]:
    """What the newest one-time notice asks for, while the application is open for it."""
    if dossier.mode is not Mode.CORRECTION or dossier.case is None or not dossier.case.notices:
        return []
    known = {g.code: g for g in dossier.procedure.gaps}
    found = []
    for item in dossier.case.notices[-1].get("items", []):
        declared = known.get(item["gap"])
        found.append(
            Gap(
                part=item["part"],
                label=words.known(declared.label) if declared else _("其他需要补正的内容"),
                advice=item["advice"],
                article=declared.article if declared else "",
                href=_part_address(dossier, item["part"]),
            )
        )
    return found


def _part_address(dossier: Dossier, part: str) -> str:
    if part == FORM_PART:
        return address(dossier) + "#sections"
    return address(dossier, "materials", part)


def task_list(dossier: Dossier) -> TaskList:
    """The list as it stands."""
    gaps = gaps_of(dossier)
    concerned = {g.part for g in gaps}
    states = section_states(dossier.form, dossier.answers)
    told = FORM_PART in concerned and not _form_changed(dossier)
    sections = [_section(dossier, s, states[s.code], told) for s in dossier.form.sections]
    materials = [_material(dossier, m, concerned) for m in dossier.materials]
    ready = all(state == "done" for state in states.values())
    submit = [_check(dossier, ready)]
    counted = [*sections, *(t for t in materials if t.kind != "")]
    return TaskList(
        sections=sections,
        materials=materials,
        submit=submit,
        gaps=gaps,
        done=sum(t.kind == "done" for t in counted),
        total=len(counted),
        following=_following([*sections, *materials, *submit]),
    )


def _following(tasks: list[Task]) -> Task | None:
    """Where to go on: what has to be mended first, then what is open, in order."""
    waiting = [t for t in tasks if t.href and t.kind in ("do", "half", "bad")]
    return next((t for t in waiting if t.kind == "bad"), waiting[0] if waiting else None)


def _section(dossier: Dossier, section: Section, state: SectionState, told: bool) -> Task:
    text, kind = _TAGS[state]
    title = words.bilingual(section.title, section.title_en)
    href = address(dossier, "sections", section.code)
    hint = summary_of(section_fields(dossier.form, section.code), dossier.answers)
    if told and state == "done":
        return Task(title, href, hint, _("请核对"), "half")
    return Task(title, href, hint, _(text), kind)


def _form_changed(dossier: Dossier) -> bool:
    """Whether the answers differ from those handed in before."""
    before = dossier.handed_in.parts.get(FORM_PART) if dossier.handed_in else None
    try:
        form = dossier.form.model_validate(dossier.answers)
    except ValidationError:
        return True
    return content_of(form, []).parts[FORM_PART] != before


def summary_of(specs: list[FieldSpec], answers: dict[str, Any]) -> str:
    """The answers of a page in one line, personal data left out."""
    texts = []
    for spec in specs:
        value = answers.get(spec.name)
        if spec.widget == "people":
            texts.append(_names(spec, value))
        elif spec.widget == "lines" and isinstance(value, list):
            texts.append(_("、").join(str(v) for v in value))
        elif spec.widget != "checkbox":
            texts.append(str(shown(spec, value)))
    line = _("；").join(t for t in texts if t)
    return line if len(line) <= _HINT_LENGTH else line[: _HINT_LENGTH - 1] + "…"


def _names(spec: FieldSpec, value: Any) -> str:
    first = next((s for s in spec.item if s.widget == "text" and not s.personal), None)
    if first is None or not isinstance(value, list):
        return ""
    return _("、").join(
        str(v[first.name]) for v in value if isinstance(v, dict) and first.name in v
    )


def _material(dossier: Dossier, material: Material, concerned: set[str]) -> Task:
    title = words.bilingual(material.label, material.label_en)
    href = address(dossier, "materials", material.code)
    held = dossier.files_for(material.code)
    if material.code in concerned:
        before = dossier.handed_in.parts if dossier.handed_in else {}
        if part_digests(held).get(material.code) in (None, before.get(material.code)):
            return Task(title, href, _files_text(len(held)), _("要补正"), "bad")
        return Task(title, href, _files_text(len(held)), _("已补正"), "done")
    if held:
        return Task(title, href, _files_text(len(held)), _("已完成"), "done")
    if not material.required:
        return Task(title, href, _("需要时提交"), _("可不交"), "")
    if material.tolerable:
        return Task(title, href, _("可容缺：可以先受理，后补交"), _("未上传"), "half")
    return Task(title, href, words.known(material.hint), _("未上传"), "do")


def _files_text(count: int) -> str:
    return _("%(n)s 个文件") % {"n": count} if count else ""


def _check(dossier: Dossier, ready: bool) -> Task:
    correcting = dossier.mode is Mode.CORRECTION
    title = _("核对并提交补正") if correcting else _("核对并提交")
    if not ready:
        return Task(title, "", _("申请表填完后开放"), _("还不能开始"), "locked")
    missing = len(missing_materials(dossier))
    hint = _("还有 %(n)s 项必交材料没有上传") % {"n": missing} if missing else ""
    return Task(title, address(dossier, "check"), hint, _("可以开始"), "do")


def whole_form_errors(dossier: Dossier, now: Any) -> list[str]:
    """Rules over the whole form, once every single answer is right."""
    _form, errors = check_whole(dossier.form, dossier.answers, civil_date(now))
    return [e.message for e in errors if e.pointer == "/form"]


def unchanged(dossier: Dossier, now: Any) -> bool:
    """Whether a correction still says exactly what was handed in before."""
    form, _errors = check_whole(dossier.form, dossier.answers, civil_date(now))
    if form is None or dossier.handed_in is None:
        return False
    return content_of(form, dossier.files).digest == dossier.handed_in.digest


def own_line(line: Listed) -> Task:
    """One line of a person's own list: drafts lead on, cases to their page."""
    row, case = line.application, line.case
    item = words.procedure_title(row.procedure, row.catalogue_version)
    title = row.title or _("还没有填名称的申请")
    here = f"/applications/{row.id}"
    if row.state == "draft":
        saved = _("%(time)s 保存") % {"time": dates.minute_text(row.updated_at)}
        return Task(title, here, f"{item} · {saved}", _("草稿"), "half")
    hint = f"{item} · {line.receipt_no}"
    if case is None:
        return Task(title, f"{here}/receipt", hint, _("已收件"), "half")
    stage = words.stage_name(case.procedure, case.stage, case.catalogue_version)
    href = f"/cases/{line.receipt_no}"
    if case.closed_at is not None:
        return Task(title, href, hint, stage, "done")
    if case.stage == "correction":
        return Task(title, href, hint, _("请补正"), "do")
    return Task(title, href, hint, stage, "half")
