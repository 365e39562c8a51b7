"""Fields of the papers that every procedure of a kind shares (registration 登记, licence 许可)."""

from datetime import date
from typing import Any

from activities.context import CaseView
from activities.paperwork import moment, paper
from domain import promises
from domain.clocks import deadline_of
from domain.contracts import PaperOrder
from domain.roles import Role
from law.calendars import Calendars, default_calendars
from law.citations import written
from law.clock_types import Clock, Unit, Verified
from law.clocks import find_clock
from law.deadlines import Deadline, RowKind, TraceRow, deadline
from law.zone import civil_date, day_zh

Fields = tuple[str, dict[str, Any]]
# A reckoning of more lines than this is folded further.
MOST_LINES = 12
_WEEKS = "工作日，其间的休息日不计"
_UNCOUNTED = {
    RowKind.START: "起算",
    RowKind.OFF: "不计",
    RowKind.SUSPENDED: "停止",
    RowKind.ROLLED: "届满",
    RowKind.FIXED: "届满",
    RowKind.COUNTED: "不计",
}
UNITS = {Unit.WD: "个工作日", Unit.CD: "日", Unit.H: "小时", Unit.MO: "个月", Unit.Y: "年"}


def due(view: CaseView, key: str | None, *, day: str | None = None) -> dict[str, Any] | None:
    """A legal date as the paper prints it: with the reason of every day."""
    clock = view.clocks.get(key or "")
    return due_part(deadline_of(clock), day=day) if clock else None


def due_part(end: Deadline, *, day: str | None = None) -> dict[str, Any]:
    length = f"{end.length}{UNITS.get(end.unit, '')}"
    return {
        "day": day or end.legal_end.isoformat(),
        "length": length,
        "counted_from": end.start_date.isoformat(),
        "basis": basis_of(end.clock),
        "reasons": [] if day else reasons(end),
        "notices": [] if day else notices(end),
        "provisional": end.provisional,
    }


def basis_of(law: Clock) -> str:
    """The clock's articles in full; what was not checked against the law's text says so on paper too."""
    return written(law.citation) + ("" if law.verified is Verified.TEXT else "（待核）")


def reasons(end: Deadline) -> list[dict[str, str]]:
    """The reckoning, a line per run of days. In a long one, weeks without a holiday are one line."""
    rows = list(end.trace)
    if len(rows) > MOST_LINES:
        rows = _folded(rows)
    years = rows[0].first.year != rows[-1].last.year if rows else False
    return [_reason(row, years=years, hours=end.unit is Unit.H) for row in rows]


def notices(end: Deadline) -> list[str]:
    """《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）, for each that a line rests on."""
    cited = "、".join(row.source for row in end.trace)
    return [
        f"《{notice.title}》" + (f"（{notice.document_number}）" if notice.document_number else "")
        for edition in Calendars.from_pins(end.pins).editions
        for notice in edition.papers
        if notice.cite in cited
    ]


def _plain(row: TraceRow) -> bool:
    return row.kind in (RowKind.COUNTED, RowKind.OFF) and not row.source


def _folded(rows: list[TraceRow]) -> list[TraceRow]:
    found: list[TraceRow] = []
    for row in rows:
        before = found[-1] if found else None
        if before is None or not (_plain(before) and _plain(row)):
            found.append(row)
            continue
        whole = [n for n in (before.count_from, row.count_from) if n is not None]
        ends = [n for n in (before.count_to, row.count_to) if n is not None]
        found[-1] = before._replace(
            first=min(before.first, row.first),
            last=max(before.last, row.last),
            kind=RowKind.COUNTED,
            count_from=min(whole, default=None),
            count_to=max(ends, default=None),
            reason_zh=_WEEKS,
        )
    return found


def _reason(row: TraceRow, *, years: bool, hours: bool) -> dict[str, str]:
    def short(d: date) -> str:
        return f"{d.year}年{d.month}月{d.day}日" if years else f"{d.month}月{d.day}日"

    days = short(row.first) if row.first == row.last else f"{short(row.first)}至{short(row.last)}"
    if hours and row.count_to is not None:
        count = f"{row.count_to}小时"
    elif row.count_from is None:
        count = _UNCOUNTED[row.kind]
    elif row.count_from == row.count_to:
        count = f"第{row.count_from}日"
    else:
        count = f"第{row.count_from}至{row.count_to}日"
    return {
        "days": days,
        "count": count,
        "why": row.reason_zh.replace(",", "，"),
        "source": row.source,
    }


def reason_line(row: TraceRow) -> str:
    """A run of days in one line of text, for a letter that has no reckoning of its own."""
    said = _reason(row, years=False, hours=False)
    parts = [said["why"]] if row.count_from is None else [said["count"], said["why"]]
    return f"{said['days']}：{'，'.join(parts)}"


def regime(view: CaseView) -> str:
    return "registration" if view.row.kind == "registration" else "licensing"


def remedies(view: CaseView) -> dict[str, str]:
    """Where to turn against a decision: the government and the court of the office's place, by their full names."""
    place = view.office.name.removesuffix("市场监督管理局")
    return {"review_body": f"{place}人民政府", "court": f"{place}人民法院"}


def full_stop(text: str) -> str:
    """An officer's or a party's words come with one or without."""
    return text.rstrip("。；;. ") + "。"


def noticed_at(view: CaseView) -> str:
    """Where the public notices stand, and objections are taken."""
    return f"{view.means.public_url}/notices"


def materials(view: CaseView) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = [{"name": f"{view.row.title}申请书"}]
    for material in view.row.materials:
        handed = [f for f in view.files if f.part == material.code]
        if handed:
            listed.append({"name": material.label, "quantity": len(handed)})
    return listed


def own_basis(view: CaseView) -> str | None:
    """The item's own articles, where the paper's regime has none for it: supervision, and a registration that is not of a
    market entity (accepted within a term of its own)."""
    return view.row.basis if view.row.kind == "supervision" or view.row.two_terms else None


@paper("receipt", "registration", "licence", "supervision")
async def receipt(view: CaseView, order: PaperOrder) -> Fields:
    return "materials_receipt", {
        "received_at": moment(order.data["received_at"]),
        "materials": materials(view),
        "answer_due": due(view, order.data.get("clock")),
    }


@paper("acceptance", "registration", "licence")
async def acceptance(view: CaseView, order: PaperOrder) -> Fields:
    return "acceptance", {
        "regime": regime(view),
        "received_at": view.submission.received_at,
        "accepted_on": civil_date(moment(order.data["accepted_at"])),
        "decision_due": due(view, order.data["clock"]),
        **_term(view, order),
        "owed": [m["label"] for m in view.case.decision.get("tolerance", ())],
        "deemed": bool(order.data.get("deemed")),
        "basis": own_basis(view),
    }


def _term(view: CaseView, order: PaperOrder) -> dict[str, str]:
    """How long the decision takes from when all is there, where its clock does not run yet."""
    if order.data["clock"] is not None or view.row.clocks.decision is None:
        return {}
    law = find_clock(view.row.clocks.decision)
    return {"term": f"{law.length}{UNITS.get(law.unit, '')}"}


@paper("notice", "registration", "licence", "supervision")
async def notice(view: CaseView, order: PaperOrder) -> Fields:
    labels = {m.code: m.label for m in view.row.materials} | {"form": "申请书"}
    gaps = {g.code: g for g in view.row.gaps}
    items = [
        {
            "material": labels.get(g["part"], g["part"]),
            "problem": gaps[g["gap"]].label if g["gap"] in gaps else g["advice"],
            "required": g["advice"],
            "basis": gaps[g["gap"]].article if g["gap"] in gaps else None,
        }
        for g in order.data["gaps"]
    ]
    return "deficiency", {
        "regime": regime(view),
        "received_at": moment(order.data["received_at"]),
        "file_version": order.data["version"],
        "items": items,
        # Why what is missing may not follow later (law.md S30).
        "consequence": order.data.get("consequence"),
        "basis": own_basis(view),
    }


@paper("not_accepted", "registration", "licence", "supervision")
async def not_accepted(view: CaseView, order: PaperOrder) -> Fields:
    return "non_acceptance", {
        "received_at": moment(order.data["received_at"]),
        "reasons": order.data["reasons"],
        "basis": view.row.basis,
        "competent_body": order.data.get("competent_body"),
        "remedies": remedies(view),
    }


@paper("extension", "registration", "licence")
async def extension(view: CaseView, order: PaperOrder) -> Fields:
    key = order.data["clock"]
    law = find_clock(view.clocks[key].clock_id)
    owed = {}
    if law.id == promises.CLOCK:
        part = view.clocks[key].subject
        label = next(m.label for m in view.row.materials if m.code == part)
        by = Role(law.extension.approver_role or "").label.zh if law.extension else None
        owed = {"owed": label, "approved_by": by}
    return "extension", {
        **owed,
        "regime": regime(view),
        "accepted_on": civil_date(moment(order.data["accepted_at"])),
        "original_due": due(view, key, day=order.data["original_due"]),
        "new_due": due(view, key),
        "reason": full_stop(order.data["reason"]),
        "basis": basis_of(law),
    }


@paper("grant", "licence")
async def licensing_grant(view: CaseView, order: PaperOrder) -> Fields:
    return "licensing_grant", {
        "received_at": moment(order.data["received_at"]),
        "accepted_on": civil_date(moment(order.data["accepted_at"])),
        "content": entries(view),
        "certificate_due": due(view, order.data.get("clock")),
        "basis": view.row.basis,
    }


@paper("renewed", "licence")
async def renewed(view: CaseView, order: PaperOrder) -> Fields:
    clock = view.clocks[order.data["clock"]]
    return "renewal_deemed", {
        "received_at": moment(order.data["received_at"]),
        "expired": due(view, clock.key),
        "basis": basis_of(find_clock(clock.clock_id)),
    }


@paper("refusal", "licence")
async def licensing_refusal(view: CaseView, order: PaperOrder) -> Fields:
    return "licensing_refusal", {
        "received_at": moment(order.data["received_at"]),
        "accepted_on": civil_date(moment(order.data["accepted_at"])),
        "reasons": order.data["reasons"],
        "basis": view.row.basis,
        "remedies": remedies(view),
    }


@paper("refusal", "registration")
async def registration_refusal(view: CaseView, order: PaperOrder) -> Fields:
    return "registration_refusal", {
        "received_at": moment(order.data["received_at"]),
        "reasons": order.data["reasons"],
        "basis": own_basis(view),
        "remedies": remedies(view),
    }


@paper("licence", "licence")
async def licence(view: CaseView, order: PaperOrder) -> Fields:
    """The certificate's term is the clock of law that the catalogue names (F06: five years)."""
    valid_until = None
    start = civil_date(order.at)
    if view.row.licence_valid_clock:
        end = deadline(find_clock(view.row.licence_valid_clock), start, default_calendars())
        valid_until = end.legal_end.isoformat()
    return "licence", {
        "name": view.row.papers["licence"],
        "entries": entries(view) + conditions(order),
        "valid_from": start.isoformat(),
        "valid_until": valid_until,
        "supervised_by": view.office.name,
        # 签发人: whoever signed the decision.
        "signed_by": view.case.decision.get("approver"),
    }


def conditions(order: PaperOrder) -> list[dict[str, str]]:
    """附条件（容缺） as a line of a licence's own."""
    said = condition(order)
    return [{"label": "附条件（容缺）", "value": said}] if said else []


def condition(order: PaperOrder) -> str | None:
    """What is still owed when the certificate is issued, and until when; None where nothing is."""
    owed = order.data.get("conditions") or []
    said = "；".join(f"{label}，{day_zh(date.fromisoformat(day))}以前补齐" for label, day in owed)
    return said or None


def entries(view: CaseView) -> list[dict[str, str]]:
    """What the certificate states: the form names its own lines."""
    return [{"label": label, "value": value} for label, value in view.form.certificate_lines()]
