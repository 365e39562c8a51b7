"""Who holds the ball (轮到谁): exactly one answer per case, with what, until when, and what the reader can do."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

from api import dates
from api.i18n import gettext as _
from api.views import words
from api.views.clocks import ClockView
from api.views.viewer import Viewer
from domain.roles import STAFF
from domain.transitions import Stage
from law.licence_standing import Standing
from law.offices import OFFICES
from storage.tables import CaseRow, EffectRow, TaskRow

# What officers do about documents promised for later, by the stage that is only about these.
OF_PROMISES: Final[dict[str, frozenset[str]]] = {
    "awaiting_supplement": frozenset({"kernel.supplement_check", "kernel.overdue"}),
    "referred": frozenset({"kernel.referral"}),
}
Holder = Literal["you", "applicant", "parties", "staff", "register", "system", "nobody"]


class Link(NamedTuple):
    text: str
    href: str


@dataclass(frozen=True)
class Ball:
    """One holder. `until` is a sentence; `until_at` the exclusive instant behind it, where there is one."""

    holder: Holder
    who: str
    todo: str
    until: str
    until_at: datetime | None = None
    mine: bool = False
    task_id: str | None = None
    hint: str = ""
    said: str = ""
    links: tuple[Link, ...] = field(default_factory=tuple)

    @property
    def sentence(self) -> str:
        """〔谁〕正在〔做什么〕，到〔日期 周几 时刻〕."""
        if self.holder == "nobody":
            return self.todo
        if self.said:
            return self.said
        said = _("%(who)s正在%(todo)s") % {"who": self.who, "todo": self.todo}
        # Whoever has not begun is not at it.
        if self.mine and self.task_id is None:
            said = _("请您%(todo)s") % {"todo": self.todo}
        return said + (_("，%(until)s") % {"until": self.until} if self.until else "")


class Situation(NamedTuple):
    """What the ball is read from."""

    case: CaseRow
    stage: Stage
    tasks: list[TaskRow]
    effects: list[EffectRow]
    clock: ClockView | None
    viewer: Viewer
    # The acts that the stage takes.
    accepts: frozenset[str] = frozenset({"resubmit"})
    # Of a host: whether it has an enterprise of which it could report something.
    reports: bool = False


def ball_of(now: Situation) -> Ball:
    """The one holder of the ball."""
    if now.case.closed_at is not None:
        return _closed(now)
    task = _leading_task(now)
    kind, _colon, name = now.stage.holder.partition(":")
    # Where several may act at once, the reader's own duty comes first.
    if (asked := _asked(now)) is not None and (now.viewer.own or task is None):
        return asked
    about = OF_PROMISES.get(now.stage.id, frozenset())
    promised = next((t for t in now.tasks if t.form in about), None)
    if promised is not None:
        return _staff(now, promised)
    if kind == "applicant":
        return _applicant(now)
    if kind == "parties":
        return _parties(now)
    if task is not None:
        return _staff(now, task)
    if kind in {"register", "system", ""} or now.effects:
        return _register(now, name)
    # Of a related case nothing can be read yet, or its word is on its way to this one.
    if kind == "related":
        return _register(now, "")
    if kind == "public":
        return _public(now)
    return _pool(now)


def through(ball: Ball, title: str, number: str) -> Ball:
    """The ball of a related case as the case that waits for it shows it: the same holder, with the way there."""
    page = f"/cases/{number}"
    ways = tuple(
        Link(link.text, page + link.href if link.href.startswith("#") else link.href)
        for link in ball.links
    )
    return replace(
        ball,
        task_id=None,
        said=_("%(case)s：%(said)s") % {"case": title, "said": ball.sentence},
        links=(*ways, Link(_("查看办件：%(name)s") % {"name": title}, page)),
    )


def _leading_task(now: Situation) -> TaskRow | None:
    """The stage's own task before the kernel's (an extension or a trouble beside it).

    A measure to be lifted comes before everything.
    """
    releases = [t for t in now.tasks if t.form == "kernel.release"]
    if releases:
        return releases[0]
    own = [t for t in now.tasks if not t.form.startswith("kernel.")]
    if own:
        return own[0]
    troubles = [t for t in now.tasks if t.form == "kernel.trouble"]
    return troubles[0] if troubles else None


def _until(now: Situation, ends_at: datetime | None = None) -> tuple[str, datetime | None]:
    clock = now.clock
    if clock is None:
        return "", None
    if clock.paused:
        return clock.ledger.standing if clock.ledger else clock.end_text, None
    if clock.overdue:
        said = _("已于%(end)s 届满，%(over)s") % {"end": clock.end_text, "over": clock.over_text}
        return said, clock.row.ends_at
    if clock.row.provisional:
        return _("到%(end)s（暂定）") % {"end": clock.end_text}, clock.row.ends_at
    return _("到%(end)s，%(left)s") % {
        "end": clock.end_text,
        "left": clock.left_text,
    }, clock.row.ends_at


def _doing(now: Situation) -> str:
    return words.known(now.stage.doing) or words.stage_label(now.stage)


def _staff(now: Situation, task: TaskRow) -> Ball:
    until, at = _until(now)
    post = words.role_label(task.role)
    mine = now.viewer.staff and task.claimed_by == now.viewer.person_id
    if mine:
        who = _("您")
    elif task.claimed_name:
        who = f"{post} {task.claimed_name}"
    else:
        who = _("%(post)s（待领取）") % {"post": post}
    # A task beside what the stage waits for is called by its own name.
    todo, said = _doing(now) if _staffed(now.stage) else words.form_title(task.form), ""
    if task.form == "kernel.trouble":
        todo = _("处理与外部系统的往来异常")
    elif task.form == "kernel.release":
        todo = _("立即解除措施，退还财物")
    if not mine and not task.claimed_name:
        said = _("等%(post)s领取后%(todo)s") % {"post": post, "todo": todo}
        said += _("，%(until)s") % {"until": until} if until else ""
    return Ball(
        holder="you" if mine else "staff",
        who=who,
        todo=todo,
        until=until,
        until_at=at,
        mine=mine,
        task_id=task.task_id,
        said=said,
        links=(Link(_("打开任务"), f"/desk/tasks/{task.task_id}"),) if now.viewer.staff else (),
        hint="" if now.viewer.staff else _meanwhile(now),
    )


def _meanwhile(now: Situation) -> str:
    """What whoever waits for an officer can do: mostly nothing, but who is looked for should be heard of."""
    if now.viewer.own and "host_reported" in now.accepts:
        return _("请尽快联系托管机构，由它报告恢复联系；住所已经变动的，办理住所变更登记")
    if now.viewer.own and "address_changed" in now.accepts:
        return _("请尽快办理住所变更登记，办结以后本件随即办结")
    return _("等待即可，办好会通知您")


def _staffed(stage: Stage) -> bool:
    """Whether an officer does the stage's own work."""
    return stage.holder in STAFF


def _asked(now: Situation) -> Ball | None:
    """Licence items that wait for the applicant's word; departments work on beside them (证照分离)."""
    items = now.case.decision.get("items", [])
    asked = sum(item.get("standing") == Standing.ASKED for item in items)
    if not asked or "answer_conditions" not in now.accepts:
        return None
    own = now.viewer.own
    return Ball(
        holder="you" if own else "applicant",
        who=_("您") if own else _applicant_name(now),
        todo=_("回答 %(n)s 项许可是否涉及") % {"n": asked},
        until=_("不限期；没有回答的不推定"),
        mine=own,
        hint=_("其他事项照常办理") if own else "",
        links=(Link(_("回答是否涉及"), "#conditions"),) if own else (),
    )


def _applicant_name(now: Situation) -> str:
    """Of what nobody applied for it is the party: the office, or the day, opened the case."""
    if now.case.owner.startswith("uscc:"):
        return _("当事人 %(name)s") % {"name": now.case.owner_name}
    return _("申请人 %(name)s") % {"name": now.case.owner_name}


def _pool(now: Situation) -> Ball:
    """Between two tasks, or a task on its way into the read model."""
    until, at = _until(now)
    return Ball("staff", words.role_label(now.stage.holder), _doing(now), until, at)


def _public(now: Situation) -> Ball:
    """Whoever is concerned may say something; nobody has to."""
    until, at = _until(now)
    who = _("债权人和其他利害关系人")
    said = _("%(who)s：%(doing)s") % {"who": who, "doing": _doing(now)}
    return Ball(
        holder="system",
        who=who,
        todo=_doing(now),
        until=until,
        until_at=at,
        said=said + (_("，%(until)s") % {"until": until} if until else ""),
        hint="" if now.viewer.staff else _("您不用做什么"),
    )


def _applicant(now: Situation) -> Ball:
    own = now.viewer.own
    correction = now.stage.id == "correction"
    until = _("不限期；补正后才重新开始计算期限") if correction else _("不限期")
    clock = now.clock
    if clock is not None and not clock.binds_agency:
        until = _("到%(end)s") % {"end": clock.end_text}
    links: tuple[Link, ...] = ()
    if own and "resubmit" in now.accepts:
        said = _("去补正") if correction else _("去修改")
        links = (Link(said, f"/applications/{now.case.case_id}"),)
    if own and "promise_supplement" in now.accepts:
        links = (Link(_("签署承诺书"), "#promise"), Link(_("现在补齐材料"), links[0].href))
    if own and now.stage.id == "awaiting_supplement":
        links = (Link(_("补交材料"), "#promises"),)
    if own and "report_rectified" in now.accepts:
        links = (Link(_("报告已整改"), "#rectify"),)
    if own and "release_name" in now.accepts:
        links = (Link(_("用这个名称办理登记"), "#names"), Link(_("放弃名称"), "#release"))
    if own and "report_hosted" in now.accepts:
        links = _of_host(now)
    if own and "liquidation_step" in now.accepts:
        links = (Link(_("填报清算步骤"), "#liquidation"),)
    # Whoever is hosted changes its domicile by a registration of its own, which ends this case.
    if own and "address_changed" in now.accepts:
        links = (Link(_("去办理住所变更登记"), "/items/change_registration"),)
    return Ball(
        holder="you" if own else "applicant",
        who=_("您") if own else _applicant_name(now),
        todo=_doing(now),
        until=until,
        until_at=clock.ends_at if clock else None,
        mine=own,
        links=links,
    )


def _of_host(now: Situation) -> tuple[Link, ...]:
    """What an admitted host can do: report one of its enterprises, where it has any, and leave."""
    links = [Link(_("查看托管企业名册"), "#hosted")]
    if now.reports:
        links.append(Link(_("报告托管企业失联、恢复联系或者托管终止"), "#report-hosted"))
    if "leave_hosting" in now.accepts:
        links.append(Link(_("退出托管"), "#leave-hosting"))
    return tuple(links)


def missing_parties(parties: list[Any], stage: str) -> list[str]:
    """Names of those who must still sign (or, at any other stage, authenticate)."""
    signing = stage == "signature_pending"
    return [
        str(p["name"])
        for p in parties
        if not p.get("refused")
        and (
            (signing and p.get("signs") and not p.get("signed_at"))
            or (not signing and not p.get("authenticated_at"))
        )
    ]


def _parties(now: Situation) -> Ball:
    until, at = _until(now)
    missing = missing_parties(now.case.parties, now.stage.id)
    broken = _outage(now)
    if not missing:
        return _register(now, broken.register_name if broken else "")
    if broken is not None and broken.state == "intent":
        return _register(now, broken.register_name)
    who = words.names(missing)
    if now.viewer.audience == "public":
        who = _("%(n)s 名人员") % {"n": len(missing)}
    return Ball(
        holder="parties",
        who=who,
        todo=_doing(now),
        until=until,
        until_at=at,
        hint=_("请提醒他们按收到的通知办理") if now.viewer.own else "",
    )


def _outage(now: Situation) -> EffectRow | None:
    """A call that keeps failing, if there is one."""
    failing = [e for e in now.effects if e.last_error and e.state in {"intent", "waiting"}]
    return failing[0] if failing else None


def _register(now: Situation, name: str) -> Ball:
    until, at = _until(now)
    broken = _outage(now)
    register = broken.register_name if broken else name
    who = words.register_name(register) if register else words.known(words.SYSTEM)
    todo, said = _doing(now), ""
    if broken is not None:
        todo = _("恢复后自动继续；系统在自动重试")
        said = _("等待%(register)s，系统在自动重试，您不用做什么") % {"register": who}
    return Ball(
        holder="register" if register else "system",
        who=who,
        todo=todo,
        until=until,
        until_at=at,
        said=said,
        hint="" if now.viewer.staff else _("您不用做什么"),
    )


def _closed(now: Situation) -> Ball:
    office = OFFICES.get(now.case.office)
    closed = now.case.closed_at
    assert closed is not None
    return Ball(
        holder="nobody",
        who=_("不用再办"),
        todo=_("办件已办结：%(outcome)s") % {"outcome": words.stage_label(now.stage)},
        until=_("%(time)s 办结") % {"time": dates.minute_text(closed)},
        until_at=None,
        hint=_("对结果有疑问的，请拨打 %(phone)s") % {"phone": office.phone if office else "12345"},
    )
