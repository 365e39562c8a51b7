"""What the reader may do with a case now. The case decides again when the act arrives."""

from dataclasses import dataclass
from typing import Any, Final

from api.i18n import gettext as _
from api.views.clocks import ClockView
from api.views.viewer import Viewer
from domain.roles import HEADS, Role
from domain.transitions import Table
from law import catalogue
from storage.tables import CaseRow, TaskRow

GRACES: Final = frozenset({"D03a", "D03b"})


@dataclass(frozen=True)
class Action:
    """An act the reader may try: a stable name, its words, and where REST takes it."""

    name: str
    title: str
    method: str
    href: str

    def to_json(self) -> dict[str, Any]:
        return {
            "action": self.name,
            "title": self.title,
            "method": self.method,
            "href": self.href,
        }


def of_case(
    case: CaseRow,
    table: Table,
    tasks: list[TaskRow],
    clocks: list[ClockView],
    viewer: Viewer,
    *,
    hosts_some: bool = False,
    owes: bool = False,
) -> list[Action]:
    """Acts on the case itself and on its open tasks.

    `hosts_some`: of a host that has enterprises to report of; `owes`: a promised document is missing.
    """
    if case.closed_at is not None or viewer.person is None:
        return []
    number = case.receipt_no or str(case.case_id)
    found: list[Action] = []
    accepted = table.accepts.get(case.stage, frozenset())
    if viewer.own:
        if "resubmit" in accepted:
            href = f"/api/v1/applications/{case.case_id}/submissions"
            said = _("提交补正") if case.stage == "correction" else _("修改后再提交")
            found.append(Action("resubmit", said, "POST", href))
        if "withdraw" in accepted:
            href = f"/api/v1/cases/{number}/withdrawals"
            found.append(Action("withdraw", _("撤回申请"), "POST", href))
        if "promise_supplement" in accepted:
            href = f"/api/v1/cases/{number}/promises"
            found.append(Action("promise_supplement", _("签署容缺后补承诺"), "POST", href))
        if owes:
            href = f"/api/v1/cases/{number}/supplements"
            found.append(Action("supplement", _("补交材料"), "POST", href))
        if "apply" in accepted and _may_apply(clocks):
            href = f"/api/v1/cases/{number}/deregistration-applications"
            found.append(Action("apply", _("申请注销登记"), "POST", href))
        found += _of_names(case, accepted, number) + _of_licences(case, accepted, number)
        found += _of_liquidation(case, accepted, number)
        return found + _of_hosts(accepted, number, hosts_some)
    if "request_cancellation" in accepted and may_ask_cancellation(case, tasks, viewer):
        href = f"/api/v1/cases/{number}/name-cancellations"
        found.append(Action("request_cancellation", _("申请取消名称保留"), "POST", href))
    announced = bool(case.numbers.get("uscc")) and "notice_running" in {
        p["stage"] for p in case.passed
    }
    if "note_objection" in accepted and announced and is_officer(case, viewer):
        href = f"/api/v1/cases/{number}/late-objections"
        found.append(Action("note_objection", _("记录公示期后的书面异议"), "POST", href))
    found += _of_heads(case, accepted, number, viewer)
    found += _of_officers(case, accepted, number, viewer)
    for task in tasks:
        found += of_task(task, case, viewer)
    if may_ask_extension(case, tasks, clocks, viewer):
        href = f"/api/v1/cases/{number}/extensions"
        found.append(Action("request_extension", _("申请延期"), "POST", href))
    if is_officer(case, viewer):
        base = f"/api/v1/cases/{number}"
        if "request_restoration" in accepted:
            href = f"{base}/restorations"
            found.append(Action("request_restoration", _("记录恢复登记的申请"), "POST", href))
        if any(c.suspendable for c in clocks):
            found.append(Action("suspend_clock", _("中止计算期限"), "POST", f"{base}/suspensions"))
        if any(g.holds for c in clocks for g in c.grounds):
            found.append(Action("resume_clock", _("恢复计算期限"), "POST", f"{base}/resumptions"))
    if to_explain(case, clocks, viewer):
        href = f"/api/v1/cases/{number}/overrun-explanations"
        found.append(Action("explain_overrun", _("说明超时原因"), "POST", href))
    return found


def _may_apply(clocks: list[ClockView]) -> bool:
    """Whether the grace of a notice that has ended still runs: from its end until then one may apply."""
    return any(c.row.clock_id in GRACES and c.row.state == "running" for c in clocks)


def _of_names(case: CaseRow, accepted: frozenset[str], number: str) -> list[Action]:
    """What the applicant may do about a declared name, or a registration that lost its own."""
    base = f"/api/v1/cases/{number}"
    found: list[Action] = []
    if "search_again" in accepted:
        found.append(Action("search_again", _("再比对一次"), "POST", f"{base}/name-searches"))
    if "release_name" in accepted:
        found.append(Action("release_name", _("放弃名称"), "POST", f"{base}/name-releases"))
    lost = any(f["code"] == "name_reservation" and f["state"] == "bad" for f in case.facts)
    if lost and "reserve_again" in accepted:
        href = f"{base}/name-reservations"
        found.append(Action("reserve_again", _("提供新的名称保留"), "POST", href))
    return found


def _of_licences(case: CaseRow, accepted: frozenset[str], number: str) -> list[Action]:
    """What the applicant may say about licence items: whether one applies, that something is put right."""
    base = f"/api/v1/cases/{number}"
    found: list[Action] = []
    asked = any(e.get("standing") == "asked" for e in case.decision.get("items", []))
    if asked and "answer_conditions" in accepted:
        href = f"{base}/licence-conditions"
        found.append(Action("answer_conditions", _("回答是否涉及"), "POST", href))
    if "report_rectified" in accepted:
        href = f"{base}/rectification-reports"
        found.append(Action("report_rectified", _("报告已整改"), "POST", href))
    if "correct_part" in accepted:
        href = f"{base}/part-corrections"
        found.append(Action("correct_part", _("更正并再次提交"), "POST", href))
    return found


def _of_hosts(accepted: frozenset[str], number: str, hosts_some: bool) -> list[Action]:
    """What a host may tell of its enterprises, and that it leaves."""
    base = f"/api/v1/cases/{number}"
    found: list[Action] = []
    if hosts_some and "report_hosted" in accepted:
        href = f"{base}/hosted-reports"
        found.append(Action("report_hosted", _("报告托管企业的情况"), "POST", href))
    if "leave_hosting" in accepted:
        found.append(Action("leave_hosting", _("退出托管"), "POST", f"{base}/hosting-exits"))
    return found


def _of_liquidation(case: CaseRow, accepted: frozenset[str], number: str) -> list[Action]:
    """The steps of a liquidation that its representative can take now; which, the case says."""
    known = case.decision.get("liquidation") or {}
    if "liquidation_step" not in accepted or not known.get("open"):
        return []
    href = f"/api/v1/cases/{number}/liquidation-steps"
    return [Action("liquidation_step", _("填报清算步骤"), "POST", href)]


def _of_heads(case: CaseRow, accepted: frozenset[str], number: str, viewer: Viewer) -> list[Action]:
    """A head of the office keeps new enterprises from a host, or lets it take them again."""
    person = viewer.person
    if person is None or not viewer.staff or person.office != case.office:
        return []
    if HEADS.isdisjoint(role.value for role in person.roles):
        return []
    base = f"/api/v1/cases/{number}"
    found: list[Action] = []
    if "pause_hosting" in accepted:
        href = f"{base}/hosting-pauses"
        found.append(Action("pause_hosting", _("暂停接收新的托管企业"), "POST", href))
    if "resume_hosting" in accepted:
        href = f"{base}/hosting-resumptions"
        found.append(Action("resume_hosting", _("恢复接收新的托管企业"), "POST", href))
    return found


def _of_officers(
    case: CaseRow, accepted: frozenset[str], number: str, viewer: Viewer
) -> list[Action]:
    """An officer says that a repair rests on false material, that a listing's ground has fallen, or how an accident's numbers changed."""
    if not is_officer(case, viewer):
        return []
    base = f"/api/v1/cases/{number}"
    found: list[Action] = []
    if "ask_replacement" in accepted and viewer.person and viewer.person.has(Role.INSPECTOR):
        href = f"{base}/replacement-requests"
        found.append(Action("ask_replacement", _("申请更换"), "POST", href))
    if "revoke_repair" in accepted:
        href = f"{base}/repair-revocations"
        found.append(Action("revoke_repair", _("提出撤销信用修复"), "POST", href))
    if "annul_penalty" in accepted:
        href = f"{base}/penalty-annulments"
        found.append(Action("annul_penalty", _("登记处罚被撤销"), "POST", href))
    if "supplement_accident" in accepted:
        href = f"{base}/accident-supplements"
        found.append(Action("supplement_accident", _("补报"), "POST", href))
    if "duty_requested" in accepted and "device" in case.numbers:
        href = f"{base}/duty-requests"
        found.append(Action("duty_requested", _("登记检验申请"), "POST", href))
    if "duty_fulfilled" in accepted:
        href = f"{base}/duty-fulfilments"
        found.append(Action("duty_fulfilled", _("登记履行情况"), "POST", href))
    return found


def may_ask_cancellation(case: CaseRow, tasks: list[TaskRow], viewer: Viewer) -> bool:
    """Whether this officer could ask for a reserved name to be cancelled now."""
    person = viewer.person
    if person is None or not viewer.staff or person.office != case.office:
        return False
    posts = set(catalogue.procedure(case.procedure, case.catalogue_version).roles.values())
    posts |= {"window_head", "section_head"}
    if posts.isdisjoint(role.value for role in person.roles):
        return False
    return not any(t.form == "name_self_declaration.cancellation" for t in tasks)


def may_ask_extension(
    case: CaseRow, tasks: list[TaskRow], clocks: list[ClockView], viewer: Viewer
) -> bool:
    """Whether an officer of the procedure could ask now (law.md §3.9)."""
    if not is_officer(case, viewer):
        return False
    asked = {t.clock for t in tasks if t.form == "kernel.extension"}
    return any(c.extendable and c.row.key not in asked for c in clocks)


def is_officer(case: CaseRow, viewer: Viewer) -> bool:
    """Whether the reader has a post in cases of the procedure, at the case's office, and is not its applicant."""
    person = viewer.person
    if person is None or not viewer.staff or person.office != case.office:
        return False
    posts = set(catalogue.procedure(case.procedure, case.catalogue_version).roles.values())
    mine = case.owner == str(person.id)
    return not mine and not posts.isdisjoint(role.value for role in person.roles)


def to_explain(case: CaseRow, clocks: list[ClockView], viewer: Viewer) -> list[ClockView]:
    """Overrun terms that bind the agency, for whoever may tell the public why (优化营商环境条例 36)."""
    person = viewer.person
    if person is None or not viewer.staff or person.office != case.office:
        return []
    posts = set(catalogue.procedure(case.procedure, case.catalogue_version).roles.values())
    if (posts | HEADS).isdisjoint(role.value for role in person.roles):
        return []
    return [c for c in clocks if c.late]


def of_task(task: TaskRow, case: CaseRow, viewer: Viewer) -> list[Action]:
    """Claim, release, complete, reassign: what this officer may try on this open task."""
    person = viewer.person
    if person is None or not viewer.staff or task.state != "open" or person.office != case.office:
        return []
    me, roles = str(person.id), {role.value for role in person.roles}
    here = f"/api/v1/tasks/{task.task_id}"
    found: list[Action] = []
    mine = task.claimed_by == me
    head = bool(HEADS & roles)
    for_me = task.role in roles and task.assignee in (None, me) and case.owner != me
    if for_me and task.claimed_by is None:
        found.append(Action("claim", _("领取"), "POST", f"{here}/claim"))
    if mine:
        found.append(Action("complete", _("提交"), "POST", f"{here}/complete"))
    if mine or (head and task.claimed_by is not None):
        found.append(Action("release", _("放回待领"), "POST", f"{here}/release"))
    if head:
        found.append(Action("reassign", _("转办"), "POST", f"{here}/reassign"))
    return found
