"""What the registers and the calendar say of a change of registered items: old beside new, each fact beside its law.

条例 24, 26, 40, 46; 实施细则 20, 22, 31–36; 公司法 224; 企业名称登记管理规定 17.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import text

from activities.change_registration import (
    ITEMS,
    UNKNOWN,
    application,
    new_values,
    old_values,
)
from activities.context import CaseView
from activities.declared_name import names_in_the_way
from activities.hosted_domicile import host_facts, host_scope, hosting_of
from activities.register_calls import inquiry
from domain.contracts import Fact, RegisterCall
from forms.change_registration import CAPITAL, Application, Change
from forms.establishment_registration import Post
from law.calendars import default_calendars
from law.clock_types import Verified
from law.clocks import find_clock
from law.cluster_registration import is_marked
from law.deadlines import Deadline, deadline
from law.zone import civil_date
from registers import ports

OPEN, BAD, OK = "open", "bad", "ok"
MOST_SHOWN: Final = 600
BASIS: Final = {
    ports.ChangedItem.NAME: "实施细则第34条",
    ports.ChangedItem.ADDRESS: "实施细则第35条",
    ports.ChangedItem.LEGAL_REPRESENTATIVE: "实施细则第33条",
    ports.ChangedItem.BUSINESS_SCOPE: "条例第26条；实施细则第12条",
    ports.ChangedItem.CAPITAL: "实施细则第36条",
}


@inquiry("change_checks")
async def change_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The entry as it stands, and the facts; no facts where there is no entry."""
    form = application(view)
    found = await view.means.registers.market.enterprise(form.uscc)
    if found is None:
        return {"entry": None, "facts": []}
    entry = found.model_dump(mode="json", exclude={"registered_at", "ended_on"})
    facts = [
        *items(form, entry),
        *signatory(form, entry),
        *days(form, civil_date(view.submission.received_at)),
        *await _name(view, form),
        *await _capital(view, form, entry),
        *await _persons(view, form),
        *await _others(view, form),
        *await _host(view, form, entry),
    ]
    hosting = await hosting_of(view, form.uscc) if Change.ADDRESS in form.changes else None
    return {
        "entry": entry,
        "facts": [f.model_dump() for f in facts],
        **({"hosting": hosting} if hosting else {}),
    }


def items(form: Application, entry: Mapping[str, Any]) -> Iterator[Fact]:
    """Each chosen item as it was and as it is to be; one that stays the same is no change."""
    if form.company != entry["name"]:
        yield Fact(
            code="entry_name",
            state=BAD,
            fact=f"申请书写的企业名称是“{form.company}”，登记的名称是“{entry['name']}”",
            rule="申请书的内容应当与登记的事项一致",
            cite="条例第17条",
            source="market",
        )
    old, new = old_values(entry), new_values(form)
    for item, value in new.items():
        state, said = OK, f"{old[item] or UNKNOWN} → {value}"
        if value == old[item]:
            # Two persons may bear one name: whoever reviews sees the appointment.
            state = OPEN if item is ports.ChangedItem.LEGAL_REPRESENTATIVE else BAD
            said = f"变更后与登记的{ITEMS[item]}相同：{value}"
        yield Fact(
            code=f"change_{item.value}",
            state=state,
            fact=f"{ITEMS[item]}：{said}"[:MOST_SHOWN],
            rule="变更登记的，变更后的登记事项应当不同于原登记事项",
            cite=BASIS[item],
            source="market",
        )
    yield from _direction(form, entry)


def _direction(form: Application, entry: Mapping[str, Any]) -> Iterator[Fact]:
    if form.new_capital is None or not entry.get("capital"):
        return
    before = Decimal(entry["capital"])
    more = form.new_capital > before
    wrong = (Change.CAPITAL_INCREASE in form.changes and form.new_capital < before) or (
        Change.CAPITAL_REDUCTION in form.changes and more
    )
    if wrong:
        yield Fact(
            code="capital_direction",
            state=BAD,
            fact="申请的是"
            + ("减少" if more else "增加")
            + "注册资本，变更后的数额却更"
            + ("多" if more else "少"),
            rule="增加和减少注册资本的条件不同，应当选对",
            cite="实施细则第36条",
            source="market",
        )


def signatory(form: Application, entry: Mapping[str, Any]) -> Iterator[Fact]:
    """公司 applies by its legal representative; of a new one, the new one signs (实施细则 33)."""
    head, known = form.head.name, entry.get("legal_representative_name")
    if Change.LEGAL_REPRESENTATIVE in form.changes:
        state, said = OK, f"由新任法定代表人{head}签署"
    elif known is None:
        state, said = OPEN, f"登记库没有记载法定代表人，请核对{head}是不是法定代表人"
    else:
        state = OK if head == known else BAD
        said = f"由法定代表人{head}签署"
        if state == BAD:
            said = f"申请书由{head}签署，登记的法定代表人是{known}"
    yield Fact(
        code="signatory",
        state=state,
        fact=said,
        rule="变更登记申请书由法定代表人签署；更换法定代表人的，由新任法定代表人签署",
        cite="实施细则第33条",
        source="market",
    )


# -- days --------------------------------------------------------------------------------------------


def days(form: Application, received: date) -> Iterator[Fact]:
    """The duties of the company before the application: being late is no bar, except where the law says so."""
    yield _by("R03", form.decided_on, received, "作出变更决议、决定", "申请变更登记", late=OPEN)
    if form.approved_on is not None:
        yield _by("R05", form.approved_on, received, "许可、批准", "申请变更登记", late=OPEN)
        if form.approval_without_term:
            yield _by("R06", form.approved_on, received, "批准", "提交批准文件", late=BAD)
    if Change.CAPITAL_REDUCTION in form.changes:
        yield from _reduction(form, received)


def _reduction(form: Application, received: date) -> Iterator[Fact]:
    if form.creditors_notified_on is not None:
        yield _by(
            "R09b",
            form.decided_on,
            form.creditors_notified_on,
            "作出减资决议",
            "通知债权人",
            late=OPEN,
        )
    if form.announced_on is None:
        return
    yield _by("R09c", form.decided_on, form.announced_on, "作出减资决议", "公告", late=OPEN)
    end = deadline(find_clock("R09"), form.announced_on, default_calendars())
    over = received > end.legal_end
    yield Fact(
        code="R09",
        state=OK if over else BAD,
        fact=f"{form.announced_on.isoformat()}公告，公告期到{end.legal_end.isoformat()}为止；{received.isoformat()}申请"
        + ("" if over else "，公告期还没有届满"),
        rule=f"公司减少注册资本，应当于公告期（{end.length}日）届满后申请变更登记",
        cite=cite_of(end),
    )


def _by(clock: str, start: date, done: date, event: str, act: str, *, late: str) -> Fact:
    """A duty to do something within a term from an event."""
    end = deadline(find_clock(clock), start, default_calendars())
    kept = done <= end.legal_end
    said = f"{start.isoformat()}{event}，期限到{end.legal_end.isoformat()}为止；{done.isoformat()}{act}"
    return Fact(
        code=clock,
        state=OK if kept else late,
        fact=said if kept else said + "，已经超过期限",
        rule=f"{end.clock.name}：{end.length}日；{CONSEQUENCE[clock]}",
        cite=cite_of(end),
    )


CONSEQUENCE: Final = {
    "R03": "逾期的，责令改正；拒不改正的，处1万元以上10万元以下的罚款",
    "R05": "逾期的，责令改正",
    "R06": "超过的，报审批机关确认其效力或者另行报批",
    "R09b": "逾期的，记录在案",
    "R09c": "逾期的，记录在案",
}


def cite_of(end: Deadline) -> str:
    return end.clock.citation + ("" if end.clock.verified is Verified.TEXT else "（待核）")


# -- registers ---------------------------------------------------------------------------------------


async def _name(view: CaseView, form: Application) -> list[Fact]:
    name = form.name_to_register()
    if name is None:
        return []
    known = await view.means.registers.market.check_name(name)
    same = [h.name for h in known.hits if h.uscc != form.uscc]
    same += [n for n in await names_in_the_way(view) if n not in same]
    return [
        Fact(
            code="name",
            state=BAD if same else OK,
            fact="名称与他人的名称相同：" + "、".join(same) if same else "名称没有与他人的名称相同",
            rule="名称不得与同一登记机关辖区内已登记的同行业名称相同",
            cite="企业名称登记管理规定第17条",
            source="market",
        )
    ]


async def _capital(view: CaseView, form: Application, entry: Mapping[str, Any]) -> list[Fact]:
    if form.new_capital is None or not CAPITAL & set(form.changes):
        return []
    capital = await view.means.registers.market.check_capital(
        ports.CheckCapital(
            entity_type=ports.EntityType(entry["entity_type"]),
            amount=form.new_capital,
            paid_until=form.paid_until,
        )
    )
    return [
        Fact(
            code="capital",
            state=OK if capital.normal else BAD,
            fact="注册资本和出资期限没有明显异常" if capital.normal else "；".join(capital.reasons),
            rule="出资期限、注册资本不得明显异常；新增资本按设立时缴纳出资的规定缴纳",
            cite="实施细则第36条；公司法第47条；国务院注册资本规定第3条",
            source="market",
        )
    ]


async def _persons(view: CaseView, form: Application) -> list[Fact]:
    """A bar of the incumbent is no bar to another change, but the office tells of it (实施细则 20)."""
    market, barred, incumbent = view.means.registers.market, [], []
    replaced = Change.LEGAL_REPRESENTATIVE in form.changes
    for person in form.persons:
        found = await market.check_person_bars(person.id_number, person.name)
        for bar in found.bars:
            until = f"，至{bar.until.isoformat()}" if bar.until else ""
            said = f"{person.name}：{bar.ground}（{bar.article}{until}）"
            if bar.scope == "any_post" or (replaced and Post.LEGAL_REPRESENTATIVE in person.posts):
                barred.append(said)
            elif Post.LEGAL_REPRESENTATIVE in person.posts:
                incumbent.append(said)
    facts = [
        Fact(
            code="person_bars",
            state=BAD if barred else OK,
            fact="；".join(barred) if barred else "全体人员没有任职限制",
            rule="没有不得担任法定代表人或者不得申请登记的情形",
            cite="条例第12、40条",
            source="market",
        )
    ]
    if incumbent:
        facts.append(
            Fact(
                code="incumbent_barred",
                state=OPEN,
                fact="；".join(incumbent) + "；申请没有包含法定代表人变更",
                rule="法定代表人任职资格受限的，在申请其他变更登记时应当及时申请法定代表人变更登记",
                cite="实施细则第20条",
                source="market",
            )
        )
    return facts


async def _host(view: CaseView, form: Application, entry: Mapping[str, Any]) -> list[Fact]:
    """Of a domicile at a host's address, the new or the registered one; the scope is the new one, or the registered one."""
    if Change.ADDRESS in form.changes and form.new_domicile:
        scope = form.new_scope or entry.get("business_scope") or ()
        return await host_facts(view, form.new_domicile, scope)
    if form.new_scope and is_marked(entry.get("address") or ""):
        # Whoever is hosted stays within what can be hosted, or changes the domicile with the scope.
        return [host_scope(form.new_scope, civil_date(view.submission.received_at))]
    return []


async def _others(view: CaseView, form: Application) -> list[Fact]:
    """Other changes of the enterprise that are being dealt with: the register enters them one after another."""
    async with view.means.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT coalesce(case_no, receipt_no) FROM cases WHERE procedure = :procedure"
                " AND closed_at IS NULL AND numbers ->> 'uscc' = :uscc AND case_id <> :own"
                " ORDER BY opened_at, case_id LIMIT 5"
            ),
            {"procedure": view.row.procedure, "uscc": form.uscc, "own": view.case_id},
        )
        numbers = [str(n) for n in rows.scalars() if n]
    if not numbers:
        return []
    return [
        Fact(
            code="other_change",
            state=OPEN,
            fact="同一企业还有在办的变更登记：" + "、".join(numbers),
            rule="登记事项在办理中由另一件变更的，以后一件与登记不符，登记系统不予登记",
            cite="条例第17、19条",
        )
    ]
