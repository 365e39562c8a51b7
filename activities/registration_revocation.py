"""The annulment of a false registration (撤销登记): its application from a broken promise, what is asked and entered, its papers."""

from datetime import date
from typing import Any, Final

from activities.context import CaseView
from activities.paper_fields import (
    Fields,
    due,
    due_part,
    extension,
    not_accepted,
    notice,
    noticed_at,
    receipt,
    remedies,
)
from activities.paperwork import Builder, moment, paper, papers_title
from activities.register_calls import effect, inquiry
from activities.related_filing import filled_by
from activities.suspensions import resumption, suspension
from domain.contracts import Fact, PaperOrder, RegisterCall
from domain.related import RelatedOrder
from forms.papers.base import REGISTRATION
from forms.registration_revocation import GROUND_LABELS, Application, Target
from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadlines import Deadline, deadline
from law.zone import civil_date
from registers import ports
from storage import verification

STEM: Final = "registration_revocation"
BAR: Final = "R14"
EX_OFFICIO: Final = "登记机关依职权启动"
STATUS: Final = {
    "active": "存续",
    "deregistered": "已注销",
    "revoked": "已被吊销营业执照",
    "annulled": "登记已被撤销",
}


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def bar_of(day: date) -> Deadline:
    """How long those responsible may not apply again (R14), from the day of the decision."""
    return deadline(find_clock(BAR), day, default_calendars())


@filled_by(STEM)
async def of_broken_promise(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    """From the case whose promise was not kept: what it was about, and what the head said."""
    fill = order.data["fill"]
    licence = str(view.case.numbers["licence"])
    registered = view.row.kind == "registration"
    return {
        "target": (Target.REGISTRATION if registered else Target.LICENCE).value,
        "company": view.case.title,
        "uscc": view.case.numbers.get("uscc") or getattr(view.form, "uscc", ""),
        "licence_number": "" if registered else licence,
        "ground": "promise_broken",
        "facts": f"承诺后补的{fill['label']}超期没有补齐。负责人决定启动撤销程序：{fill['reasons']}",
        "relation": EX_OFFICIO,
    }


# -- questions and effects -----------------------------------------------------------------------------


@inquiry("revocation_checks")
async def revocation_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """What the register, or our own record of the licence, says of what is to be annulled."""
    form = application(view)
    if form.target is Target.LICENCE:
        return await _licence(view, form)
    entry = await view.means.registers.market.enterprise(form.uscc)
    if entry is None:
        return {"elsewhere": None, "entry": None, "facts": []}
    elsewhere = entry.division if entry.division != view.office.division else None
    return {
        "elsewhere": elsewhere,
        "entry": entry.model_dump(
            mode="json", include={"uscc", "name", "status", "licence_number"}
        ),
        "facts": [
            _fact("entry", f"{entry.name}，{STATUS[entry.status]}", "撤销的是现有的登记", "market")
        ],
    }


async def _licence(view: CaseView, form: Application) -> dict[str, Any]:
    async with view.means.engine.connect() as connection:
        found = await verification.find(connection, form.licence_number)
    if found is None or found.kind not in verification.PUBLIC_KINDS:
        return {"elsewhere": None, "entry": None, "facts": []}
    entry = {
        "uscc": form.uscc,
        "name": found.holder,
        "status": found.state,
        "licence_number": found.number,
    }
    said = f"{found.title} {found.number}，持有人{found.holder}"
    return {
        "elsewhere": None,
        "entry": entry,
        "facts": [_fact("entry", said, "撤销的是本局颁发的许可", "")],
    }


def _fact(code: str, fact: str, rule: str, source: str) -> dict[str, Any]:
    cite = "登记管理条例第40条" if source else "行政许可法第69条"
    return Fact(code=code, state="ok", fact=fact, rule=rule, cite=cite, source=source).model_dump()


@effect("publish_revocation_notice")
async def publish_revocation_notice(view: CaseView, order: RegisterCall) -> ports.PublishNotice:
    """45 days on NECIPS (条例 40): the parties cannot be reached. args: `title`, `text`, `since`, `until` (R13's legal end)."""
    form = application(view)
    return ports.PublishNotice(
        case_ref=order.case_id,
        kind=STEM,
        uscc=form.uscc if form.target is Target.REGISTRATION else None,
        subject_name=form.company,
        title=order.args["title"],
        text=order.args["text"],
        open_from=date.fromisoformat(order.args["since"]),
        open_until=date.fromisoformat(order.args["until"]),
    )


@effect("annul_registration")
async def annul_registration(view: CaseView, order: RegisterCall) -> ports.AnnulRegistration:
    return ports.AnnulRegistration(
        case_ref=order.case_id,
        uscc=application(view).uscc,
        division=view.office.division,
        decision_number=order.args["number"],
        responsible=tuple(order.args["responsible"]),
        bar_until=bar_of(civil_date(moment(order.args["decided_at"]))).legal_end,
    )


@effect("publish_annulment")
async def publish_annulment(view: CaseView, order: RegisterCall) -> ports.PublishAnnulment:
    entry = order.args["entry"]
    return ports.PublishAnnulment(
        case_ref=order.case_id,
        uscc=entry["uscc"],
        name=entry["name"],
        decision_number=order.args["number"],
        annulled_at=moment(entry["annulled_at"]),
        voided_licence_number=entry.get("voided_licence_number"),
    )


# -- papers --------------------------------------------------------------------------------------------


def _to_applicant(builder: Builder) -> Builder:
    """Addressed to whoever applied, who is not the entity whose registration is to be annulled."""

    async def addressed(view: CaseView, order: PaperOrder) -> Fields:
        kind, fields = await builder(view, order)
        if application(view).relation != EX_OFFICIO:
            fields = {**fields, "recipient": view.case.owner_name}
        return kind, fields

    return addressed


for _kind, _builder in (
    ("receipt", receipt),
    ("notice", notice),
    ("not_accepted", not_accepted),
    ("extension", extension),
    ("suspension", suspension),
    ("resumption", resumption),
):
    paper(_kind, STEM)(_to_applicant(_builder))


@paper("acceptance", STEM)
@_to_applicant
async def acceptance(view: CaseView, order: PaperOrder) -> Fields:
    return "acceptance", {
        "regime": "registration",
        "received_at": view.submission.received_at,
        "accepted_on": civil_date(moment(order.data["accepted_at"])),
        "decision_due": due(view, order.data["clock"]),
        "basis": "《市场主体登记管理条例实施细则》第五十二条",
    }


@paper("grant", STEM)
async def decided(view: CaseView, order: PaperOrder) -> Fields:
    form, decided_on = application(view), civil_date(moment(order.data["decided_at"]))
    licence = form.target is Target.LICENCE
    return "revocation", {
        "uscc": form.uscc,
        "licence": licence,
        "decided_on": decided_on,
        "voided": order.data.get("voided"),
        "reasons": order.data["reasons"],
        "responsible": order.data["responsible"],
        # The article bars from registrations; of licences the text was not read.
        "bar": None if licence else due_part(bar_of(decided_on)),
        "remedies": remedies(view),
    }


@paper("annulment_notice", STEM)
async def annulment_notice(view: CaseView, order: PaperOrder) -> Fields:
    """公示: the parties cannot be reached (条例 40; R13)."""
    form = application(view)
    licence = form.target is Target.LICENCE
    what = "许可" if licence else "登记"
    return "office_letter", {
        "recipient": f"{form.company}和其他利害关系人",
        "name": papers_title(STEM, "annulment_notice"),
        "paragraphs": [
            f"本机关正在调查{form.company}的{what}是否以虚假材料或者隐瞒重要事实取得（{GROUND_LABELS[form.ground][0]}），"
            "因无法联系当事人，现予公示。",
            "当事人和利害关系人有异议的，可以在公示期内通过国家企业信用信息公示系统、"
            f"本机关公示栏（{noticed_at(view)}）或者到本机关窗口提出，并说明理由、提交证据。公示期内无人提出异议的，可以撤销{what}。",
        ],
        "entries": [
            {"label": "名称", "value": form.company},
            {"label": "统一社会信用代码", "value": form.uscc},
        ],
        "due": due(view, order.data["clock"]),
        "due_label": "提出异议的最后一天",
        "basis": "《中华人民共和国行政许可法》第六十九条（公示期限参照市场主体登记，待核）"
        if licence
        else f"{REGISTRATION}第四十条；《市场主体登记管理条例实施细则》第五十三条",
    }


@paper("refusal", STEM)
@_to_applicant
async def refused(view: CaseView, order: PaperOrder) -> Fields:
    return "revocation_refusal", {
        "received_at": moment(order.data["received_at"]),
        "licence": application(view).target is Target.LICENCE,
        "public_interest": view.case.decision.get("decision") == "public_interest",
        "reasons": order.data["reasons"],
        "remedies": remedies(view),
    }
