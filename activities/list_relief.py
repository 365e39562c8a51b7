"""What removal and credit repair ask of the registers, and the papers that both share. law.md §2.20.

A decision to take something away is neither a registration nor a licence: its papers cite the item's own article.
"""

from typing import Any, Final

from sqlalchemy import text

from activities.context import CaseView
from activities.credit_lists import entity
from activities.paper_fields import Fields, due, full_stop, remedies
from activities.paperwork import moment, paper
from activities.register_calls import inquiry
from domain.contracts import Fact, PaperOrder, RegisterCall
from domain.credit import GROUND_NAMES, ListGround, ListKind, list_name
from forms.abnormal_list_removal import Application as RemovalApplication
from law.zone import civil_date, day_zh
from registers import ports

OPEN, BAD, OK = "open", "bad", "ok"
RULES: Final = "企业经营异常名录管理办法（待核）"


@inquiry("removal_checks")
async def removal_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The entity, the entry that stands on the named ground, and whether another one stays."""
    form = view.form
    assert isinstance(form, RemovalApplication)
    found = await view.means.registers.market.enterprise(form.uscc)
    listings = await view.means.registers.necips.listings(form.uscc)
    ground = ListGround(form.ground.value)
    standing = listings.standing(ListKind.ABNORMAL)
    entry = next((e for e in standing if e.ground is ground), None)
    facts = [name_fact(view, found)]
    if entry is not None:
        facts.append(_entry_fact(entry))
        facts.append(_cure_fact(form, entry))
        if others := [e for e in standing if e is not entry]:
            facts.append(_others_fact(others))
    return {
        **await told(view, found, entry),
        "missing": f"没有因“{GROUND_NAMES[ground]}”列入经营异常名录、标记经营异常状态的记录，或者已经移出。",
        "facts": [f.model_dump() for f in facts],
    }


async def told(
    view: CaseView, found: ports.Enterprise | None, entry: ports.ListEntry | None
) -> dict[str, Any]:
    """What the case keeps: the entity, the entry, and the case of ours that entered it."""
    return {
        "entity": found.model_dump(mode="json", include={"status", "division", "entity_type"})
        if found
        else None,
        "entry": entry.model_dump(mode="json") if entry else None,
        "listing_case": await _listing_case(view, entry.number) if entry else None,
    }


async def _listing_case(view: CaseView, number: str) -> str | None:
    async with view.means.engine.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT case_id FROM cases WHERE closed_at IS NULL AND numbers ->> 'entry' = :entry"
                " AND case_id <> :own LIMIT 1"
            ),
            {"entry": number, "own": view.case_id},
        )
        case = found.scalar_one_or_none()
    return None if case is None else str(case)


def name_fact(view: CaseView, found: ports.Enterprise | None) -> Fact:
    form = entity(view)
    wrong = found is not None and found.name != form.name
    return Fact(
        code="list_entity",
        state=BAD if wrong else OK if found else OPEN,
        fact=f"申请书写的名称是“{form.name}”，登记的名称是“{found.name}”"
        if wrong and found
        else form.name,
        rule="申请书的内容应当与登记的事项一致",
        cite="条例第17条",
        source="market",
    )


def _entry_fact(entry: ports.ListEntry) -> Fact:
    name = list_name(ListKind.ABNORMAL, marked=entry.marked)
    return Fact(
        code="removal_entry",
        state=OK,
        fact=f"{name}：{GROUND_NAMES[entry.ground]}，{day_zh(civil_date(entry.listed_at))}，编号{entry.number}",
        rule="列入的情形改正后，可以申请移出",
        cite="企业信息公示暂行条例第17条；" + RULES,
        source="necips",
    )


def _cure_fact(form: RemovalApplication, entry: ports.ListEntry) -> Fact:
    """Whether it is cured is what an officer finds; that it was cured before the listing is odd."""
    early = form.cured_on < civil_date(entry.listed_at)
    said = f"申请人说明{day_zh(form.cured_on)}改正：{form.cure}"[:600]
    return Fact(
        code="removal_cure",
        state=OPEN,
        fact=said + ("；改正日期早于列入日期，请核对" if early else ""),
        rule="补报公示、公示信息、更正公示，或者能够取得联系、已经变更住所",
        cite=RULES,
    )


def _others_fact(others: list[ports.ListEntry]) -> Fact:
    return Fact(
        code="removal_others",
        state=OPEN,
        fact="还有其他情形没有移出：" + "、".join(GROUND_NAMES[e.ground] for e in others),
        rule="每一种情形分别申请移出",
        cite=RULES,
        source="necips",
    )


# -- papers of both ------------------------------------------------------------------------------------


@paper("acceptance", "supervision")
async def acceptance(view: CaseView, order: PaperOrder) -> Fields:
    accepted = civil_date(moment(order.data["accepted_at"]))
    clock = order.data.get("clock")
    more: dict[str, Any] = {}
    if clock:
        more = {"due": due(view, clock), "due_label": "最迟在此时以前作出决定"}
    return "office_letter", {
        "name": view.row.papers["acceptance"],
        "paragraphs": [
            f"你（单位）于{day_zh(civil_date(view.submission.received_at))}提交的“{view.row.title}”申请，材料齐全，"
            f"本机关决定自{day_zh(accepted)}起予以受理。",
            *(
                []
                if clock
                else ["作出决定的期限法律没有规定，本机关核实后尽快决定，结果书面告知。"]
            ),
        ],
        "basis": view.row.basis,
        **more,
    }


@paper("refusal", "supervision")
async def refusal(view: CaseView, order: PaperOrder) -> Fields:
    received = civil_date(moment(order.data["received_at"]))
    return "office_letter", {
        "name": view.row.papers["refusal"],
        "paragraphs": [
            f"你（单位）于{day_zh(received)}提交的“{view.row.title}”申请，经核实，不符合条件，本机关决定不予准许。理由：",
            *(full_stop(reason) for reason in order.data["reasons"]),
        ],
        "entries": [{"label": "统一社会信用代码", "value": entity(view).uscc}],
        "basis": view.row.basis,
        "remedies": remedies(view),
    }


@paper("grant", "abnormal_list_removal")
async def removal(view: CaseView, order: PaperOrder) -> Fields:
    entry = order.data["entry"]
    what = "恢复正常记载状态" if entry["marked"] else "移出经营异常名录"
    put, taken = ("标记", "恢复") if entry["marked"] else ("列入", "移出")
    return "office_letter", {
        "name": "恢复正常记载状态决定书" if entry["marked"] else view.row.papers["grant"],
        "paragraphs": [
            f"经核实，你（单位）被{put}的情形已经改正。本机关决定将你（单位）{what}，"
            f"国家企业信用信息公示系统自{taken}之日起不再公示该条记录。"
        ],
        "entries": [
            {"label": "统一社会信用代码", "value": entity(view).uscc},
            {"label": f"{put}的情形", "value": GROUND_NAMES[ListGround(entry["ground"])]},
            {"label": "记录编号", "value": entry["number"]},
            {"label": f"{put}日期", "value": day_zh(civil_date(moment(entry["listed_at"])))},
            {
                "label": f"{taken}日期",
                "value": day_zh(civil_date(moment(order.data["removed_at"]))),
            },
        ],
        "basis": view.row.basis,
    }
