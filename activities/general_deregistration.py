"""What a general deregistration (一般注销) asks of the registers, publishes, and its papers of its own."""

from datetime import date
from typing import Any

from activities.context import CaseView
from activities.deregistration import ending_entries
from activities.paper_fields import Fields, basis_of, due, remedies
from activities.paperwork import paper
from activities.register_calls import effect, inquiry
from domain.contracts import Fact, PaperOrder, RegisterCall, RunningClock
from forms.general_deregistration import CAUSE_LABELS, Application
from forms.papers.wording import until
from law.citations import written
from law.clock_types import Clock
from law.clocks import find_clock
from law.liquidation import WAYS
from law.zone import day_zh
from registers import ports

OK, BAD = "ok", "bad"


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


# -- inquiries ---------------------------------------------------------------------------------------


async def _entry(view: CaseView) -> ports.Enterprise | None:
    return await view.means.registers.market.enterprise(application(view).uscc)


@inquiry("deregistration_entry")
async def deregistration_entry(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The entry as the market register has it; None where there is none."""
    found = await _entry(view)
    entry = found.model_dump(mode="json", exclude={"registered_at"}) if found else None
    return {"entry": entry}


@inquiry("tax_clearance")
async def tax_clearance(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """清税证明: cleared or not, on which day, under which number, or why not."""
    found = await view.means.registers.tax.clearance(application(view).uscc)
    return found.model_dump(mode="json", exclude={"uscc"})


@inquiry("deregistration_checks")
async def deregistration_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Entry, branches (条例 32) and tax (实施细则 46) as of now, each beside its article."""
    found = await _entry(view)
    if found is None:
        return {"entry": None, "facts": []}
    tax = await view.means.registers.tax.clearance(found.uscc)
    facts = [_standing(view, found), _branches(found), _tax(tax)]
    return {
        "entry": found.model_dump(mode="json", exclude={"registered_at"}),
        "facts": [f.model_dump() for f in facts],
    }


def _standing(view: CaseView, entry: ports.Enterprise) -> Fact:
    there = entry.status != "deregistered" and entry.name == view.case.title
    return Fact(
        code="entry",
        state=OK if there else BAD,
        fact="登记系统中有这个主体，名称一致" if there else "该主体已经注销，或者名称已经变更",
        rule="注销登记应当与登记的主体一致",
        cite="条例第31条",
        source="market",
    )


def _branches(entry: ports.Enterprise) -> Fact:
    left = [b.name for b in entry.branches if b.status == "active"]
    return Fact(
        code="branches",
        state=BAD if left else OK,
        fact="还没有注销的分支机构：" + "、".join(left) if left else "没有未注销的分支机构",
        rule="有分支机构的，应当先办理分支机构注销登记",
        cite="条例第32条",
        source="market",
    )


def _tax(tax: ports.TaxClearance) -> Fact:
    said = f"{tax.cleared_on}已清税" + (f"，{tax.number}" if tax.number else "")
    return Fact(
        code="tax_clearance",
        state=OK if tax.cleared else BAD,
        fact=said if tax.cleared else "税务机关：" + "；".join(tax.reasons),
        rule="申请注销登记应当提交清税证明",
        cite="实施细则第46条",
        source="tax",
    )


# -- publicity ---------------------------------------------------------------------------------------


@effect("publish_liquidation")
async def publish_liquidation(view: CaseView, order: RegisterCall) -> ports.PublishNotice:
    """As long as the liquidation lasts. args: `notice` (its kind), `title`, `lines`, `since`."""
    return _public(view, order)


@effect("announce_creditors")
async def announce_creditors(view: CaseView, order: RegisterCall) -> ports.PublishNotice:
    """With its days, again where they were wrong. args: as above, and `until` where the law sets an end (D14)."""
    return _public(view, order)


def _public(view: CaseView, order: RegisterCall) -> ports.PublishNotice:
    args, until = order.args, order.args.get("until")
    return ports.PublishNotice(
        case_ref=order.case_id,
        kind=args["notice"],
        uscc=application(view).uscc,
        subject_name=view.case.title,
        title=args["title"],
        text="\n".join(f"{label}：{value}" for label, value in args["lines"]),
        open_from=date.fromisoformat(args["since"]),
        open_until=date.fromisoformat(until) if until else None,
    )


# -- papers ------------------------------------------------------------------------------------------


@paper("liquidation_told", "general_deregistration")
async def liquidation_told(view: CaseView, order: PaperOrder) -> Fields:
    """Until when each step is to be taken, and under which article."""
    form, way = application(view), WAYS[order.data["way"]]
    paragraphs = [
        f"你（单位）的注销申请材料已收到，按“{way.name}”办理。请在办件页逐项填报；逾期的记录在案，不影响继续办理。"
    ]
    if way.barred_by:
        paragraphs.append(f"债权申报期届满以前，不得对债权人进行清偿（{way.barred_by}）。")
    paragraphs.append(
        "有分支机构的，应当先办理分支机构注销登记；申请注销登记以前应当办结税务注销。"
    )
    clocks = [view.clocks[key] for key in order.data["clocks"]]
    first = clocks[0] if clocks else None
    return "office_letter", {
        "name": view.row.papers["liquidation_told"],
        "paragraphs": paragraphs,
        "entries": [
            {"label": "统一社会信用代码", "value": form.uscc},
            {"label": "解散或者终止的原因", "value": CAUSE_LABELS[form.cause][0]},
            {"label": "解散事由出现日期", "value": day_zh(form.dissolved_on)},
            *(_term(c) for c in clocks),
        ],
        "due": due(view, first.key) if first else None,
        "due_label": f"{_step(find_clock(first.clock_id))}的最后一天"
        if first
        else "期限的最后一天",
        "basis": view.row.basis,
    }


def _step(row: Clock) -> str:
    """一般注销:公示解散事由: the letter is about nothing else."""
    return row.name.rpartition(":")[2]


def _term(clock: RunningClock) -> dict[str, str]:
    row = find_clock(clock.clock_id)
    return {
        "label": _step(row),
        "value": f"{until(clock.legal_end)}以前（{basis_of(row)}）",
    }


@paper("ended", "general_deregistration")
async def ended(view: CaseView, order: PaperOrder) -> Fields:
    """Why the case ends without a deregistration."""
    return "office_letter", {
        "name": view.row.papers["ended"],
        "paragraphs": [
            f"{order.data['reason']}。",
            "本件注销申请终止办理，登记事项不变。",
        ],
        "entries": [{"label": "统一社会信用代码", "value": application(view).uscc}],
        "basis": written(order.data["article"]),
        "remedies": remedies(view),
    }


@paper("grant", "general_deregistration")
async def grant(view: CaseView, order: PaperOrder) -> Fields:
    """准予注销登记通知书."""
    form = application(view)
    paragraphs = ["经审查，你（单位）的注销登记申请符合法定条件，准予注销登记。"]
    if form.licence_paper.value == "cannot_return":
        paragraphs.append("纸质营业执照无法缴回，登记机关公告作废。")
    return "office_letter", {
        "name": view.row.papers["grant"],
        "paragraphs": paragraphs,
        "entries": ending_entries(order.data["ended"]),
        "basis": view.row.basis,
        "remedies": remedies(view),
    }
