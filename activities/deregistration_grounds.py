"""What keeps an entity from simple deregistration: one inquiry at all registers, every ground told at once (SD-01…16).

The market register, NECIPS, tax, social insurance, the courts and the register of collateral are each asked themselves.

条例 33; 实施细则 48; law.md §2.7. Asked before the notice, when the application comes in, and again just before the entry.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from sqlalchemy import text

from activities.context import CaseView
from activities.register_calls import inquiry
from domain.contracts import Fact, RegisterCall
from domain.credit import Purpose, barred
from law.offices import registrar_of
from law.simple_deregistration import BY_CODE, GROUNDS, Ground
from law.zone import civil_date, day_zh
from registers import ports
from registers.encumbrances import CollateralKind, CollateralRecord, CourtKind, CourtRecord

PROCEDURE: Final = "simple_deregistration"
MOST_SHOWN: Final = 600
SECURITIES: Final = {
    CollateralKind.EQUITY_PLEDGE: "股权已出质",
    CollateralKind.CHATTEL_MORTGAGE: "动产抵押",
}
IN_COURT: Final = {CourtKind.LAWSUIT: "诉讼", CourtKind.ARBITRATION: "仲裁"}
ENDED: Final = {"revoked": "已被吊销营业执照", "annulled": "登记已被撤销"}
CLOSURES: Final = {"ordered_closed": "被责令关闭", "annulled": "登记被撤销"}
# What departments hold against an entity, by their marks; everything else of theirs is no ground here.
OWED: Final = {
    "tax_arrears": ("sd_01", "欠税"),
    "tax_pending": ("sd_01", "有未办结的涉税事项"),
    "social_arrears": ("sd_01", "欠缴社会保险费"),
    "wages_owed": ("sd_01", "欠付职工工资"),
    "tax_objection": ("sd_16", "税务部门有异议"),
    "social_objection": ("sd_16", "社会保险经办机构有异议"),
}


class Leaving(Protocol):
    """A form of an entity that leaves the market."""

    uscc: str
    company: str

    @property
    def investors(self) -> list[str]: ...


@dataclass
class Found:
    """What each ground rests on, in words; a ground without any does not stand in the way."""

    by: dict[str, list[str]] = field(default_factory=lambda: {g.code: [] for g in GROUNDS})
    sources: dict[str, str] = field(default_factory=dict)

    def add(self, code: str, *said: str, source: str = "market") -> None:
        self.by[code] += said
        if said:
            self.sources.setdefault(code, source)

    def facts(self) -> list[Fact]:
        return [self._fact(ground, self.by[ground.code]) for ground in GROUNDS]

    def _fact(self, ground: Ground, said: list[str]) -> Fact:
        return Fact(
            code=ground.code,
            state="bad" if said else "ok",
            fact=("；".join(said) if said else "没有发现")[:MOST_SHOWN],
            rule=f"{ground.label}　{ground.title}的，不适用简易注销程序",
            cite=ground.article,
            source=self.sources.get(ground.code, "market"),
        )

    @property
    def codes(self) -> list[str]:
        return [code for code, said in self.by.items() if said]


@inquiry("deregistration_grounds")
async def deregistration_grounds(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The entry, and the facts of all grounds.

    args: `objections`: what was upheld in the case itself, in words. The answer: `entry` (None where there is none),
    `facts`, `grounds` (codes of those that stand), `elsewhere` (another registrar's name).
    """
    form: Any = view.form
    leaving: Leaving = form
    registers = view.means.registers
    entry = await registers.market.enterprise(leaving.uscc)
    if entry is None:
        return {"entry": None, "facts": [], "grounds": [], "elsewhere": ""}
    found, before = await grounds_of(view, leaving, entry), await _before(view, leaving.uscc)
    ended = [row for row in before if row["stage"] == "terminated" and not row["curable"]]
    found.add("sd_15", *(f"办件{row['number']}被终止" for row in ended))
    found.add("sd_16", *order.args.get("objections", ()))
    facts = [*_entry_facts(leaving, entry), *_others(before), *found.facts()]
    division = entry.division
    return {
        "entry": entry.model_dump(mode="json", exclude={"registered_at", "ended_on"}),
        "facts": [f.model_dump() for f in facts],
        "grounds": found.codes,
        "elsewhere": "" if division == view.office.division else registrar_of(division),
    }


async def grounds_of(view: CaseView, leaving: Leaving, entry: ports.Enterprise) -> Found:
    """Ask every register at once; one that is down keeps all from being told: no answer is never no ground.

    Raises RegisterError of the first, in this order, that did not answer.
    """
    registers, uscc = view.means.registers, leaving.uscc
    answers = await asyncio.gather(
        registers.market.standings(uscc),
        registers.necips.listings(uscc),
        registers.court.matters(uscc, entry.name),
        registers.collateral.securities(uscc, entry.name),
        registers.tax.standing(uscc),
        registers.social.standing(uscc),
        return_exceptions=True,
    )
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    held, listings, record, pledged, *desks = answers
    found = Found()
    for desk in desks:
        assert isinstance(desk, ports.DeskStanding)
        _owed(found, desk)
    assert isinstance(held, ports.Standings), "the entry is there"
    assert isinstance(listings, ports.Listings)
    assert isinstance(record, CourtRecord)
    assert isinstance(pledged, CollateralRecord)
    _bound(found, leaving, entry, held)
    _encumbered(found, record, pledged)
    for bar in barred(Purpose.SIMPLE_DEREGISTRATION, listings.kinds()):
        standing = listings.standing(bar.kind)
        found.add(
            bar.code,
            *(f"{day_zh(civil_date(e.listed_at))}列入（{e.number}）" for e in standing),
            source="necips",
        )
    return found


def _owed(found: Found, desk: ports.DeskStanding) -> None:
    for owed in desk.owed:
        if owed.mark in OWED:
            code, words = OWED[owed.mark]
            found.add(code, f"{words}：{owed.note}" if owed.note else words)


def _bound(found: Found, leaving: Leaving, entry: ports.Enterprise, held: ports.Standings) -> None:
    """What the market register itself knows."""
    missing = _missing(held.investors, leaving.investors)
    found.add("sd_02", *(f"登记的投资人{name}没有列入承诺" for name in missing))
    if entry.deregistration_needs_approval:
        found.add("sd_03", "登记系统载明注销须经批准")
    if entry.status in ENDED:
        found.add("sd_04", ENDED[entry.status])
    if held.closure is not None:
        found.add("sd_04", CLOSURES[held.closure])
    found.add("sd_08", *(f"投资于{name}" for name in held.investments))
    found.add("sd_09", *held.investigations)
    found.add("sd_11", *held.penalties)
    if held.listed_company:
        found.add("sd_12", "登记为上市股份有限公司")
    found.add("sd_13", *(f"{b.name}没有注销" for b in entry.branches if b.status == "active"))
    if held.special_measures:
        found.add("sd_14", "外商投资企业，经营范围涉及准入特别管理措施")
    found.add(
        "sd_15",
        *(f"{day_zh(e.ended_on)}被终止：{e.reason}" for e in held.ended_simple if not e.curable),
    )
    found.add("sd_16", *held.objections)


def _encumbered(found: Found, record: CourtRecord, pledged: CollateralRecord) -> None:
    """Frozen, pledged or mortgaged (SD-07); in litigation or arbitration (SD-10); a judgment that is not paid (SD-01)."""
    for matter in record.matters:
        said = f"{matter.court}{matter.number}"
        if matter.kind is CourtKind.FREEZE:
            found.add("sd_07", f"{matter.investor}的股权被冻结（{said}）", source="court")
        elif matter.kind is CourtKind.ENFORCEMENT:
            found.add("sd_01", f"被强制执行，尚未执行完毕（{said}）", source="court")
        else:
            found.add("sd_10", f"{IN_COURT[matter.kind]}（{said}）", source="court")
    for security in pledged.securities:
        words = f"{SECURITIES[security.kind]}（{security.secured}，{security.number}）"
        found.add("sd_07", words, source="collateral")


def _missing(registered: Iterable[str], committing: Collection[str]) -> list[str]:
    return [name for name in registered if name not in committing]


def _entry_facts(leaving: Leaving, entry: ports.Enterprise) -> list[Fact]:
    same = leaving.company == entry.name
    if entry.status == "deregistered":
        return [
            Fact(
                code="entry",
                state="bad",
                fact="该市场主体已经注销",
                rule="已经注销的不再办理注销登记",
                cite="条例第31条",
                source="market",
            )
        ]
    return [
        Fact(
            code="entry_name",
            state="ok" if same else "bad",
            fact=f"登记的名称是“{entry.name}”"
            + ("" if same else f"，申请书写的是“{leaving.company}”"),
            rule="申请书的内容应当与登记的事项一致",
            cite="条例第17条",
            source="market",
        )
    ]


# Of the bureau's own cases: stopped for good before (relaxed for what can be cured), or still running.
_BEFORE = text(
    "SELECT coalesce(case_no, receipt_no) AS number, closed_at, stage,"
    " coalesce((decision ->> 'curable')::boolean, false) AS curable FROM cases"
    " WHERE procedure = :procedure AND numbers ->> 'uscc' = :uscc AND case_id <> :own"
    " AND (stage = 'terminated' OR (closed_at IS NULL AND (opened_at, case_id) < (:opened, :own)))"
    " ORDER BY opened_at, case_id LIMIT 20"
)


async def _before(view: CaseView, uscc: str) -> list[Mapping[str, Any]]:
    parts = {
        "procedure": PROCEDURE,
        "uscc": uscc,
        "own": view.case_id,
        "opened": view.case.opened_at,
    }
    async with view.means.engine.connect() as connection:
        rows = (await connection.execute(_BEFORE, parts)).mappings().all()
    return [dict(row) for row in rows]


def _others(before: Iterable[Mapping[str, Any]]) -> list[Fact]:
    """Of two cases of one entity the later one does not begin."""
    running = [str(row["number"]) for row in before if row["closed_at"] is None]
    if not running:
        return []
    return [
        Fact(
            code="other_case",
            state="bad",
            fact="同一市场主体还有在办的简易注销：" + "、".join(running),
            rule="同一市场主体的注销登记，办结以前不重复受理",
            cite="条例第17、19条",
        )
    ]


def labels(codes: Iterable[str]) -> str:
    """SD-05、SD-07, for a sentence."""
    return "、".join(BY_CODE[code].label for code in codes)
