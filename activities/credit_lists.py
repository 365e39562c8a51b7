"""What the lists' procedures ask of NECIPS and the market register, and the lines that their papers share. law.md §2.20."""

from collections.abc import Iterator
from typing import Any, Final, Protocol

from activities.context import CaseView
from activities.register_calls import effect, inquiry
from domain.contracts import Fact, RegisterCall
from domain.credit import GROUND_NAMES, ListGround, ListKind, Removal, list_name
from law.zone import civil_date, day_zh
from registers import ports

OPEN, BAD, OK = "open", "bad", "ok"
REGISTRATION: Final = "条例第17条"
LISTS_CITE: Final = "《企业信息公示暂行条例》第十七条"


class Named(Protocol):
    """A form that names its market entity."""

    uscc: str
    name: str


def entity(view: CaseView) -> Named:
    form: Any = view.form
    return form  # type: ignore[no-any-return]  # every form of these procedures has both


# -- questions ---------------------------------------------------------------------------------------


@inquiry("list_checks")
async def list_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The entry, and what stands at NECIPS. args: `list`, `ground` that are to be entered.

    `listed`: it stands there on the same ground already.
    """
    form = entity(view)
    found = await view.means.registers.market.enterprise(form.uscc)
    listings = await view.means.registers.necips.listings(form.uscc)
    kind, ground = ListKind(order.args["list"]), ListGround(order.args["ground"])
    listed = any(e.ground is ground for e in listings.standing(kind))
    entry = None
    if found is not None:
        entry = found.model_dump(mode="json", include={"status", "division", "entity_type"})
    facts = [*_entry(form, found), *standing(listings), *_penalty(form, listings)]
    return {"entry": entry, "listed": listed, "facts": [f.model_dump() for f in facts]}


def _entry(form: Named, found: ports.Enterprise | None) -> Iterator[Fact]:
    if found is None:
        return
    wrong = []
    if found.status != "active":
        wrong.append("已经注销或者被吊销营业执照")
    if found.name != form.name:
        wrong.append(f"写的名称是“{form.name}”，登记的名称是“{found.name}”")
    where = f"，登记的住所（经营场所）：{found.address}" if found.address else ""
    yield Fact(
        code="list_entity",
        state=BAD if wrong else OK,
        fact="；".join(wrong) or f"{found.name}，存续{where}",
        rule="应当是本机关登记、存续的市场主体，名称与登记的一致",
        cite=REGISTRATION,
        source="market",
    )


def _penalty(form: Any, listings: ports.Listings) -> Iterator[Fact]:
    """Of a listing that rests on a penalty: whether that penalty is published."""
    number = getattr(form, "penalty_decision", None)
    if number is None:
        return
    shown = any(e.decision_number == number for e in listings.standing(ListKind.PENALTY))
    yield Fact(
        code="list_penalty",
        state=OK if shown else OPEN,
        fact=f"处罚决定{number}"
        + ("已经公示" if shown else "没有在公示系统查到，请核对处罚决定书"),
        rule="受到较重行政处罚，且性质恶劣、情节严重、社会危害较大",
        cite="严重违法失信名单管理办法（待核）",
        source="necips",
    )


def standing(listings: ports.Listings) -> Iterator[Fact]:
    """What stands on the two lists now."""
    lines = [
        f"{list_name(kind, marked=e.marked)}：{GROUND_NAMES[e.ground]}（{day_zh(civil_date(e.listed_at))}，{e.number}）"
        for kind in (ListKind.ABNORMAL, ListKind.SERIOUS)
        for e in listings.standing(kind)
    ]
    yield Fact(
        code="lists_standing",
        state=OPEN if lines else OK,
        fact="；".join(lines) or "没有被列入经营异常名录、严重违法失信名单",
        rule="同一事由尚未移出的，不重复列入",
        cite=LISTS_CITE,
        source="necips",
    )


# -- effects -----------------------------------------------------------------------------------------


@effect("enter_in_list")
async def enter_in_list(view: CaseView, order: RegisterCall) -> ports.EnterInList:
    """args: `list`, `ground`, `name`, `decision_number`."""
    return ports.EnterInList(
        case_ref=order.case_id,
        kind=ListKind(order.args["list"]),
        uscc=entity(view).uscc,
        name=order.args["name"],
        ground=ListGround(order.args["ground"]),
        decision_number=order.args["decision_number"],
    )


@effect("remove_from_list")
async def remove_from_list(view: CaseView, order: RegisterCall) -> ports.RemoveFromList:
    """args: `entry`, `ground` (why), `decision_number`."""
    return ports.RemoveFromList(
        case_ref=order.case_id,
        uscc=entity(view).uscc,
        entry_number=order.args["entry"],
        ground=Removal(order.args["ground"]),
        decision_number=order.args["decision_number"],
    )


# -- papers ------------------------------------------------------------------------------------------


def lines(view: CaseView) -> list[dict[str, str]]:
    """Who, and on what ground, as every paper of a listing prints it."""
    form = entity(view)
    ground = ListGround(view.case.decision["ground"])
    return [
        {"label": "名称", "value": form.name},
        {"label": "统一社会信用代码", "value": form.uscc},
        {"label": "情形", "value": GROUND_NAMES[ground]},
    ]
