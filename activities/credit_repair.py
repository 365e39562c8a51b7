"""Credit repair (信用修复): the conditions, each told beside its rule, the effects at NECIPS, and its papers. law.md §2.20."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text

from activities.change_checks import cite_of
from activities.context import CaseView
from activities.list_relief import BAD, OK, OPEN, name_fact, told
from activities.paper_fields import Fields, full_stop, remedies
from activities.paperwork import moment, paper
from activities.register_calls import effect, inquiry
from domain.contracts import Fact, PaperOrder, RegisterCall
from domain.credit import GROUND_NAMES, KIND_NAMES, ListGround, ListKind
from forms.credit_repair import Application
from law.credit_terms import longest_end, shortest_end
from law.zone import civil_date, day_zh
from registers import ports

RULES: Final = "市场监督管理信用修复管理办法（待核）"
REPAIRABLE: Final = (ListKind.PENALTY, ListKind.SERIOUS)


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


@inquiry("repair_checks")
async def repair_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The entity, the entry of that number, and every condition of the repair."""
    form = application(view)
    found = await view.means.registers.market.enterprise(form.uscc)
    listings = await view.means.registers.necips.listings(form.uscc)
    kind, entry = _entry_of(listings, form.entry)
    abnormal = any(e.number == form.entry for e in listings.abnormal)
    facts = [name_fact(view, found)]
    if entry is not None and kind is not None:
        facts += _conditions(form, kind, entry, view.submission.received_at)
        facts.append(await _bar(view, form))
    return {
        **await told(view, found, entry),
        "missing": "经营异常名录的记录，改正后请申请移出经营异常名录。"
        if abnormal
        else "公示系统没有这个编号的行政处罚信息、严重违法失信名单记录，或者已经停止公示。",
        "facts": [f.model_dump() for f in facts],
    }


def _entry_of(
    listings: ports.Listings, number: str
) -> tuple[ListKind | None, ports.ListEntry | None]:
    for kind in REPAIRABLE:
        for entry in listings.standing(kind):
            if entry.number == number:
                return kind, entry
    return None, None


def _conditions(
    form: Application, kind: ListKind, entry: ports.ListEntry, received: datetime
) -> Iterator[Fact]:
    since = day_zh(civil_date(entry.listed_at))
    yield Fact(
        code="repair_entry",
        state=OK,
        fact=f"{KIND_NAMES[kind]}：{GROUND_NAMES[entry.ground]}，{since}公示，编号{entry.number}",
        rule="行政处罚信息和严重违法失信名单可以申请信用修复",
        cite=RULES,
        source="necips",
    )
    yield _term(entry, received)
    end = longest_end(entry.ground.value, entry.listed_at)
    yield Fact(
        code="repair_longest",
        state=OK,
        fact=f"公示期最长到{day_zh(end.legal_end)}，期满自行停止公示",
        rule=end.clock.name,
        cite=cite_of(end),
        source="necips",
    )
    early = form.fulfilled_on < civil_date(entry.listed_at)
    note = "；履行日期早于公示日期，请核对" if early else ""
    yield Fact(
        code="repair_duties",
        state=OPEN,
        fact=f"申请人说明{day_zh(form.fulfilled_on)}履行完毕：{form.corrected}"[:600] + note,
        rule="已经改正违法行为，处罚决定的义务全部履行",
        cite=RULES,
    )
    yield Fact(
        code="repair_commitment",
        state=OK,
        fact="申请人已经公开作出信用承诺",
        rule="公开作出信用承诺",
        cite=RULES,
    )


def _term(entry: ports.ListEntry, received: datetime) -> Fact:
    """The shortest term is reached when its last day has ended (S51)."""
    end = shortest_end(entry.ground.value, entry.listed_at)
    if end is None:
        return Fact(
            code="repair_term",
            state=OK,
            fact="轻微失信信息没有最短公示期",
            rule="轻微失信信息原则上不公示；公示的，最长3个月",
            cite="信用修复管理办法2026（国家发展改革委令第36号，待核）",
        )
    reached = received >= end.ends_at
    handed = day_zh(civil_date(received))
    return Fact(
        code="repair_term",
        state=OK if reached else BAD,
        fact=f"最短公示期到{day_zh(end.legal_end)}为止；{handed}申请，"
        + ("已满" if reached else "还没有满"),
        rule=end.clock.name + "届满后可以申请修复",
        cite=cite_of(end),
        source="necips",
    )


async def _bar(view: CaseView, form: Application) -> Fact:
    """An earlier repair that was revoked here is told; what it means is for a person to say."""
    async with view.means.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT coalesce(case_no, receipt_no) FROM cases WHERE procedure = :procedure"
                " AND numbers ->> 'uscc' = :uscc AND outcome = 'revoked' ORDER BY opened_at LIMIT 5"
            ),
            {"procedure": view.row.procedure, "uscc": form.uscc},
        )
        revoked = [str(number) for number in rows.scalars()]
    return Fact(
        code="repair_bar",
        state=OPEN if revoked else OK,
        fact="曾经因材料虚假被撤销信用修复：" + "、".join(revoked)
        if revoked
        else "没有发现不予修复的情形",
        rule="没有依法不予修复的情形",
        cite=RULES,
    )


# -- effects -----------------------------------------------------------------------------------------


@effect("push_repair")
@effect("push_revocation")
async def push_repair(view: CaseView, order: RegisterCall) -> ports.PushRepair:
    """args: `entry`, `recipients`, `repaired`, `decision_number`."""
    return ports.PushRepair(
        case_ref=order.case_id,
        uscc=application(view).uscc,
        entry_number=order.args["entry"],
        recipients=tuple(ports.Recipient(r) for r in order.args["recipients"]),
        repaired=order.args["repaired"],
        decision_number=order.args["decision_number"],
    )


@effect("restore_to_list")
async def restore_to_list(view: CaseView, order: RegisterCall) -> ports.RestoreToList:
    """args: `entry`, `decision_number`."""
    return ports.RestoreToList(
        case_ref=order.case_id,
        uscc=application(view).uscc,
        entry_number=order.args["entry"],
        decision_number=order.args["decision_number"],
    )


# -- papers ------------------------------------------------------------------------------------------


def _entries(view: CaseView, entry: dict[str, Any]) -> list[dict[str, str]]:
    ground = ListGround(entry["ground"])
    listed_at = moment(entry["listed_at"])
    return [
        {"label": "统一社会信用代码", "value": application(view).uscc},
        {"label": "公示记录编号", "value": entry["number"]},
        {"label": "类别", "value": GROUND_NAMES[ground]},
        {"label": "公示日期", "value": day_zh(civil_date(listed_at))},
        {"label": "最长公示到", "value": day_zh(longest_end(ground.value, listed_at).legal_end)},
    ]


@paper("grant", "credit_repair")
async def granted(view: CaseView, order: PaperOrder) -> Fields:
    entry = order.data["entry"]
    removed = day_zh(civil_date(moment(order.data["removed_at"])))
    return "office_letter", {
        "name": view.row.papers["grant"],
        "paragraphs": [
            "你（单位）的信用修复申请，经核实，最短公示期已满，违法行为已经改正，义务已经履行，并公开作出信用承诺。"
            f"本机关决定准予信用修复，自{removed}起停止公示下列记录。",
            "修复结果推送信用中国和有关部门。申请材料虚假的，撤销修复，恢复公示。",
        ],
        "entries": _entries(view, entry),
        "basis": view.row.basis,
    }


@paper("revocation", "credit_repair")
async def revoked(view: CaseView, order: PaperOrder) -> Fields:
    return "office_letter", {
        "name": view.row.papers["revocation"],
        "paragraphs": [
            "经查，你（单位）申请信用修复的材料虚假。本机关决定撤销对下列记录的信用修复，恢复公示，并告知信用中国和有关部门。"
            "事实和理由：" + full_stop(order.data["reasons"]),
        ],
        "entries": _entries(view, order.data["entry"]),
        "basis": view.row.basis,
        "remedies": remedies(view),
    }
