"""The case-and-task page (B3, B4, B9): one officer, one task, everything needed to decide beside the law."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from api.i18n import gettext as _
from api.security.person import Person
from api.services import Services
from api.views import actions, decisions, tolerance_choices, words
from api.views.answers import Group, read_answers
from api.views.case_notices import NONE as NO_NOTICES
from api.views.case_notices import CaseNotices, notices_of
from api.views.cases import CaseView, view_of
from api.views.clocks import ClockView, GroundView
from api.views.decisions import Conflict, FieldView, closed
from api.views.gaps import GapEditor, editor, file_parts
from api.views.tasks import TaskLine, lines_of, listed_of
from api.views.timeline import Line, lines
from api.views.viewer import Viewer
from domain.contracts import CaseEvent
from forms.approval import Acceptance, ExtensionDecision, Trouble
from forms.base import TaskForm
from forms.registry import TASK_FORMS
from forms.tolerance import OverdueDecision
from law import licence_items
from storage import applications, submissions
from storage.colleagues import Colleague, colleagues
from storage.projector import stored_events
from storage.tables import CaseRow, FileRow, TaskRow


@dataclass(frozen=True)
class TaskState:
    """The task as this officer meets it."""

    task: TaskRow
    line: TaskLine
    person: Person
    actions: frozenset[str]
    conflict: Conflict | None
    later: str

    @property
    def form_title(self) -> str:
        return words.form_title(self.task.form)

    @property
    def open(self) -> bool:
        return self.task.state == "open" and self.task.completing_act is None

    @property
    def mine(self) -> bool:
        return self.task.claimed_by == str(self.person.id)

    @property
    def may_claim(self) -> bool:
        """Free, or claimed so long ago that a colleague may take over."""
        if "claim" in self.actions:
            return True
        roles = {role.value for role in self.person.roles}
        return self.open and not self.mine and self.line.stale_claim and self.task.role in roles

    @property
    def may_complete(self) -> bool:
        return self.mine and self.open and self.conflict is None

    @property
    def may_release(self) -> bool:
        return self.open and "release" in self.actions

    @property
    def may_reassign(self) -> bool:
        return self.open and "reassign" in self.actions

    @property
    def button(self) -> str:
        return words.known(decisions.BUTTONS.get(self.task.form, "")) or _("提交")

    @property
    def holder_text(self) -> str:
        if not self.open:
            return _("已办理")
        return self.line.holder_text(str(self.person.id))

    @property
    def why_not(self) -> str:
        """Why there is neither a form nor a claim button."""
        roles = {role.value for role in self.person.roles}
        if self.task.role not in roles:
            return _("由%(post)s办理，您可以查看。") % {"post": words.role_label(self.task.role)}
        return self.line.holder_text(str(self.person.id))


@dataclass(frozen=True)
class MaterialView:
    """One material of the list with the files handed in for it."""

    label: str
    article: str
    required: bool
    tolerable: bool
    files: list[dict[str, Any]]


@dataclass(frozen=True)
class TaskPage:
    """All that the page draws but the parts of the request itself."""

    state: TaskState
    view: CaseView
    form: type[TaskForm] | None
    story: list[Line]
    opinion: str
    files: list[FileRow]
    answers: list[Group]
    chosen: frozenset[str]
    gaps: GapEditor | None
    colleagues: list[Colleague]
    announced: CaseNotices = NO_NOTICES

    def fields(self, sent: Mapping[str, Any], errors: Mapping[str, str]) -> list[FieldView]:
        """The panel's fields; a choice that the case would refuse is told so before."""
        if self.form is None:
            return []
        found = decisions.fields(self.form, sent, errors)
        found = decisions.of_procedure(found, self.view.case.procedure, self.task.form)
        if self.task.form == Acceptance.code:
            found = tolerance_choices.of_acceptance(found, self.task.context)
        if self.task.form == OverdueDecision.code:
            issued = "licence" in self.view.case.numbers
            found = tolerance_choices.of_overdue(
                found, received=bool(self.supplement), issued=issued
            )
        if self.task.form == Trouble.code and self.task.context.get("must"):
            told = _("这一步依法必须办成")
            found = [closed(f, "give_up", told) for f in found]
        if self.gaps is not None and self.gaps.blocked:
            found = [closed(f, "one_time_notice", self.gaps.blocked) for f in found]
        if self.task.form == ExtensionDecision.code:
            found = self._of_extension(found)
        bars = self.bars
        if bars and self.task.form == "approval.decision":
            found = [closed(f, "grant", bars) for f in found]
        return found

    def _of_extension(self, found: list[FieldView]) -> list[FieldView]:
        """How long is asked only where the clock's row leaves it to the approver, in the row's unit."""
        clock = next((c for c in self.view.clocks if c.row.key == self.task.clock), None)
        unit = clock.deadline.clock.extension_set_in if clock else None
        if unit is None:
            return [f for f in found if f.name != "length"]
        hint = _("延长多少%(unit)s；批准的必须写明") % {"unit": words.known(unit.label)}
        return [replace(f, hint=hint, optional=False) if f.name == "length" else f for f in found]

    @property
    def supplement(self) -> list[str]:
        """Ids of the files last handed in for the promise that the task is about."""
        seq = self.task.context.get("promise")
        return next((list(p.files) for p in self.view.promises if p.seq == seq), [])

    @property
    def task(self) -> TaskRow:
        return self.state.task

    @property
    def facts(self) -> list[dict[str, Any]]:
        """Open and bad points first: they are what the officer is needed for."""
        order = {"bad": 0, "open": 1, "ok": 2}
        return sorted(self.view.case.facts, key=lambda f: order.get(f["state"], 1))

    @property
    def bars(self) -> str:
        """What stands in the way of a grant."""
        bad = [f["fact"] for f in self.view.case.facts if f["state"] == "bad"]
        return _("不能准予：%(why)s") % {"why": _("；").join(bad)} if bad else ""

    @property
    def materials(self) -> list[MaterialView]:
        def of(part: str) -> list[dict[str, Any]]:
            return [
                {"id": str(f.id), "name": f.name, "size": size_text(f.size)}
                for f in self.files
                if f.part == part
            ]

        return [
            MaterialView(
                words.bilingual(m.label, m.label_en), m.article, m.required, m.tolerable, of(m.code)
            )
            for m in self.view.row.materials
            if m.applies(self.chosen)
        ]

    @property
    def context_rows(self) -> list[tuple[str, str]]:
        """What the kernel put beside the task: who asked for what, what the reviewer found."""
        context, rows = self.task.context, []
        if context.get("item") or context.get("part"):
            what = str(context.get("item") or context["part"])
            rows.append((_("事项"), words.item_name(what)))
        if context.get("department") or context.get("office"):
            where = str(context.get("department") or context["office"])
            rows.append((_("部门"), words.office_called(where)))
        if context.get("term"):
            rows += self._term_rows(str(context["term"]))
        if context.get("material"):
            rows.append((_("后补的材料"), str(context["material"])))
        if context.get("investigation"):
            known = decisions.CHOICES[("registration_revocation.investigation", "finding")]
            rows.append((_("调查结论"), words.known(known[context["investigation"]][0])))
        if context.get("responsible"):
            rows.append((_("直接责任人"), words.names(list(context["responsible"]))))
        if context.get("asked_by"):
            rows.append((_("申请人员"), str(context["asked_by"])))
        if context.get("reason"):
            rows.append((_("理由"), str(context["reason"])))
        if context.get("domicile"):
            rows.append((_("登记的住所"), str(context["domicile"])))
        if context.get("notice"):
            rows.append((_("公示"), str(context["notice"])))
        if context.get("host"):
            rows.append((_("托管机构"), str(context["host"])))
        rows += [
            (_("期限届满"), clock.end_text)
            for clock in self.view.clocks
            if clock.row.key == context.get("clock")
        ]
        if context.get("kind"):
            rows.append((_("外部调用"), words.effect_name(str(context["kind"]))))
        finding = context.get("finding")
        if finding:
            options = decisions.CHOICES[("approval.review", "finding")]
            if finding in options:
                rows.append((_("审查意见"), words.known(options[finding][0])))
            else:
                rows.append((_("核查结果"), str(finding)))
        decision = self.view.case.decision
        if self.task.form == "approval.decision":
            if decision.get("reviewer"):
                rows.append((_("审查人"), str(decision["reviewer"])))
            if self.opinion:
                rows.append((_("审查理由"), self.opinion))
        return rows

    def _term_rows(self, term: str) -> list[tuple[str, str]]:
        """A term of a business scope that nobody knows: what it resembles, and what that leads to."""
        led = licence_items.items_for([term], self.view.case.decision.get("edition"))
        rows = [(_("经营范围表述"), term)]
        for unknown in led.unknown:
            said = words.bilingual(unknown.instruction, unknown.instruction_en)
            rows.append((_("为什么要确认"), said))
            if unknown.resembling:
                rows.append(
                    (_("相近的规范表述"), words.names([t.text for t in unknown.resembling]))
                )
            if unknown.possible:
                possible = [words.bilingual(i.name, i.name_en) for i in unknown.possible]
                rows.append((_("相近表述涉及的许可"), words.names(possible)))
        return rows

    @property
    def extendable(self) -> list[tuple[str, str]]:
        """Clocks an officer may ask to extend: key and words."""
        if not self.view.may("request_extension"):
            return []
        found = []
        for clock in self.view.clocks:
            extension = clock.deadline.clock.extension
            if clock.extendable and extension is not None:
                text = _("%(name)s，须在 %(end)s 前提出；%(rule)s") % {
                    "name": clock.name,
                    "end": clock.end_text,
                    "rule": words.known(extension.label),
                }
                found.append((clock.row.key, text))
        return found

    @property
    def suspendable(self) -> list[tuple[str, str]]:
        """Grounds on which a clock of the case could be suspended: `clock/ground` and words with the article."""
        if not self.view.may("suspend_clock"):
            return []
        return [
            (f"{clock.row.key}/{ground.ground}", self._ground_text(clock, ground))
            for clock in self.view.clocks
            if clock.suspendable
            for ground in clock.open_grounds
        ]

    @property
    def holding(self) -> list[tuple[str, str]]:
        """Grounds that keep a clock from counting."""
        if not self.view.may("resume_clock"):
            return []
        return [
            (f"{clock.row.key}/{ground.ground}", self._ground_text(clock, ground))
            for clock in self.view.clocks
            for ground in clock.grounds
            if ground.holds
        ]

    def _ground_text(self, clock: ClockView, ground: GroundView) -> str:
        basis = clock.deadline.clock.suspension_basis
        return _("%(ground)s（%(basis)s）— %(clock)s") % {
            "ground": ground.label,
            "basis": words.known(basis),
            "clock": clock.name,
        }


def size_text(size: int) -> str:
    """124 KB, 1.2 MB."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def opinion_of(events: list[CaseEvent]) -> str:
    """The examiner's reasons: kept in the sealed part of the event, for the approver."""
    for event in reversed(events):
        if event.kind == "task_completed" and event.data.get("form") == "approval.review":
            return str(event.internal.get("answers", {}).get("opinion", ""))
    return ""


async def task_page(
    connection: AsyncConnection,
    means: Services,
    person: Person,
    task: TaskRow,
    case: CaseRow,
    sent: Mapping[str, Any],
    errors: Mapping[str, str],
) -> TaskPage:
    """Read everything once, for one officer."""
    viewer = Viewer("staff", person, person.now)
    view = await view_of(connection, case, viewer)
    (line,) = await lines_of(connection, [listed_of(task)], person.now)
    names = frozenset(a.name for a in actions.of_task(task, case, viewer))
    me = str(person.id)
    holds_post = task.role in {role.value for role in person.roles}
    state = TaskState(
        task=task,
        line=line,
        person=person,
        actions=names,
        conflict=decisions.conflict(case, view.row, task.duty, me) if holds_post else None,
        later=decisions.later_conflict(case, view.row, task.duty, me) if holds_post else "",
    )
    held = await applications.handed_in(connection, case.case_id)
    files = (
        (await applications.received(connection, case.case_id, held.received_at)).files
        if held
        else []
    )
    promised = {f for p in view.promises for f in p.files}
    if promised:
        later = await submissions.files_of(connection, case.case_id)
        files = [*files, *(f for f in later if str(f.id) in promised)]
    gaps = None
    if task.form == "approval.acceptance" and task.state == "open":
        parts = await file_parts(connection, case)
        gaps = editor(case, view.row, parts, sent.get("gaps", []), errors)
    cipher = means.keys.cached(case.case_id) or await means.keys.cipher(case.case_id)
    events = await stored_events(connection, case.case_id, cipher)
    others = await colleagues(connection, task.role, case.office) if "reassign" in names else []
    answers, chosen = await read_answers(connection, means, case)
    return TaskPage(
        state=state,
        view=view,
        form=TASK_FORMS.get(task.form),
        story=lines(events, case, viewer),
        opinion=opinion_of(events),
        files=files,
        answers=answers,
        chosen=chosen,
        gaps=gaps,
        colleagues=[c for c in others if str(c.id) != task.claimed_by],
        announced=await notices_of(connection, view),
    )
