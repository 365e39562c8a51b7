"""容缺受理: whether an application may be accepted on a promise, each point beside its rule, and the four papers.

law.md §2.6: the block list is local practice and this bureau's policy; every rule here stays 待核.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from activities.context import CaseView
from activities.paper_fields import Fields, due, due_part, remedies
from activities.paperwork import moment, paper
from activities.register_calls import inquiry
from domain import promises
from domain.contracts import Fact, PaperOrder, RegisterCall
from domain.credit import KIND_NAMES, Purpose, barred
from law.calendars import default_calendars
from law.catalogue import Material
from law.clocks import find_clock
from law.deadlines import deadline
from law.zone import civil_date
from storage import promises as record

KINDS: Final = ("registration", "licence")
CITE: Final = "容缺受理规定（本局，待核）"


@inquiry("tolerance_checks")
async def tolerance_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """What is missing that may follow, and the facts that allow or forbid it."""
    held = {f.part for f in view.files}
    chosen = type(view.form).chosen(view.form.model_dump(mode="json"))
    wanted = [m for m in view.row.materials if m.required and m.applies(chosen)]
    missing = [m for m in wanted if m.code not in held]
    uscc = str(getattr(view.form, "uscc", "") or "")
    facts = [
        *_main([m.label for m in missing if not m.tolerable]),
        *await _lists(view, uscc),
        *await _promises(view, uscc),
    ]
    return {
        "missing": [_missing(m) for m in missing if m.tolerable],
        "uscc": uscc,
        "facts": [f.model_dump() for f in facts],
    }


def _missing(material: Material) -> dict[str, Any]:
    shared = {"shared_data": True} if material.shared_data else {}
    return {"part": material.code, "label": material.label, **shared}


def _fact(code: str, bars: bool, fact: str, rule: str, source: str = "") -> Fact:
    # Nothing that stands in the way of a grant: the file may still be completed.
    return Fact(
        code=f"tolerance_{code}",
        state="open" if bars else "ok",
        fact=fact,
        rule=rule,
        cite=CITE,
        source=source,
    )


def _main(absent: list[str]) -> Iterator[Fact]:
    said = f"还缺主要材料：{'、'.join(absent)}" if absent else "主要材料齐全"
    yield _fact("main", bool(absent), said, "主要材料不得容缺")


async def _lists(view: CaseView, uscc: str) -> list[Fact]:
    """Unrepaired bad records; whoever has no code yet is in no list, and has the record of promises alone."""
    if not uscc:
        return []
    found = await view.means.registers.necips.listings(uscc)
    names = [KIND_NAMES[bar.kind] for bar in barred(Purpose.TOLERANCE, found.kinds())]
    said = f"申请人在{'、'.join(names)}中，尚未移出" if names else "申请人没有未修复的失信记录"
    rule = "有失信记录尚未修复的，不适用容缺受理"
    return [_fact("record", bool(names), said, rule, "necips")]


async def _promises(view: CaseView, uscc: str) -> list[Fact]:
    """The record of kept and broken promises of this person and this enterprise, but this case's own."""
    async with view.means.engine.connect() as connection:
        kept, broken = await record.counted(
            connection, owner=view.case.owner, uscc=uscc, but=view.case_id
        )
    said = f"以前的容缺承诺：履行 {kept} 项，没有履行 {broken} 项"
    return [_fact("promises", broken > 0, said, "有未履行的容缺承诺的，不再适用容缺受理")]


# -- papers ------------------------------------------------------------------------------------------


def _owed(view: CaseView, parts: list[str]) -> list[dict[str, str]]:
    rows = {m.code: m for m in view.row.materials}
    return [{"material": rows[part].label, "basis": rows[part].article} for part in parts]


@paper("tolerance_notice", *KINDS)
async def tolerance_notice(view: CaseView, order: PaperOrder) -> Fields:
    """The date is that of a promise signed on the day of the notice."""
    today = civil_date(moment(order.data["told_at"]))
    return "tolerance_notice", {
        "received_at": moment(order.data["received_at"]),
        "items": _owed(view, [m["part"] for m in order.data["missing"]]),
        "due": due_part(deadline(find_clock(promises.CLOCK), today, default_calendars())),
        "licence_first": view.row.conditional_licence,
    }


@paper("commitment", *KINDS)
async def commitment(view: CaseView, order: PaperOrder) -> Fields:
    return "supplement_commitment", {
        "promised_at": moment(order.data["promised_at"]),
        "promised_by": view.case.owner_name,
        "items": _owed(view, order.data["parts"]),
        "due": due(view, order.data["clock"]),
        "licence_first": view.row.conditional_licence,
    }


@paper("supplement_receipt", *KINDS)
async def supplement_receipt(view: CaseView, order: PaperOrder) -> Fields:
    received = moment(order.data["received_at"])
    wanted = set(order.data["files"])
    return "supplement_receipt", {
        "received_at": received,
        "material": order.data["label"],
        "files": [{"name": f.name, "sha256": f.sha256} for f in view.files if str(f.id) in wanted],
        "due": due(view, order.data["clock"]),
        "late": order.data["late"],
    }


@paper("overrun_notice", *KINDS)
async def overrun_notice(view: CaseView, order: PaperOrder) -> Fields:
    until = order.data.get("until")
    return "overrun_notice", {
        "material": order.data["label"],
        "due": due(view, order.data["clock"]),
        "supplemented_at": order.data.get("supplemented_at"),
        "decision": order.data["decision"],
        "issued": "licence" in view.case.numbers,
        "order_until": date.fromisoformat(until) if until else None,
        "reasons": order.data["reasons"],
        "remedies": remedies(view),
    }
