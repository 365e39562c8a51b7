"""What a compulsory deregistration (强制注销) asks of the registers, publishes, and its papers. 公司法 241; 总局令第105号 (待核)."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from activities.context import CaseView, jsonable
from activities.deregistration import ending_entries
from activities.paper_fields import Fields, due, full_stop, noticed_at, remedies
from activities.paperwork import moment, paper
from activities.register_calls import effect, inquiry
from domain.contracts import Fact, PaperOrder, RegisterCall
from forms.compulsory_deregistration import GROUND_LABELS, Application, Ground
from law.zone import day_zh
from registers import ports
from storage.names_upkeep import take_again

STEM: Final = "compulsory_deregistration"
COMPANY_LAW: Final = "《中华人民共和国公司法》第二百四十一条"
BY_STATUS: Final = {"revoked": Ground.REVOKED, "annulled": Ground.ANNULLED}
BY_CLOSURE: Final = {"ordered_closed": Ground.CLOSED, "annulled": Ground.ANNULLED}
MEASURE: Final = "《强制注销公司登记制度实施办法》（总局令第105号，待核）"


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


@inquiry("compulsory_checks")
async def compulsory_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The entry as it stands, why and since when it can do no business, and what keeps it in the register.

    The answer: `entry` (None where there is none), `dormant` (`ground` and `since`; None where the register knows of none),
    `facts`.
    """
    market, uscc = view.means.registers.market, application(view).uscc
    found = await market.enterprise(uscc)
    if found is None:
        return {"entry": None, "dormant": None, "facts": []}
    dormant = _dormant(found, await market.standings(uscc))
    left = [b.name for b in found.branches if b.status == "active"]
    facts = [
        Fact(
            code="standing",
            state="bad" if dormant is None else "ok",
            fact="登记系统没有被吊销、责令关闭或者撤销的记载，或者已经注销"
            if dormant is None
            else f"登记系统记载：{day_zh(dormant[1])}{GROUND_LABELS[dormant[0]][0]}",
            rule="被吊销营业执照、责令关闭或者被撤销满三年未申请注销登记的，可以强制注销",
            cite="公司法第241条",
            source="market",
        ),
        Fact(
            code="branches",
            state="bad" if left else "ok",
            fact="还没有注销的分支机构：" + "、".join(left) if left else "没有未注销的分支机构",
            rule="有分支机构的，应当先办理分支机构注销登记",
            cite="条例第32条",
            source="market",
        ),
    ]
    entry = found.model_dump(mode="json", exclude={"registered_at"})
    told = (
        None if dormant is None else {"ground": dormant[0].value, "since": dormant[1].isoformat()}
    )
    return {"entry": entry, "dormant": told, "facts": [f.model_dump() for f in facts]}


def _dormant(entry: ports.Enterprise, held: ports.Standings | None) -> tuple[Ground, date] | None:
    """公司法 241: the entry's own status, or an order beside it; without its day the three years cannot be counted."""
    if entry.status in BY_STATUS:
        return None if entry.ended_on is None else (BY_STATUS[entry.status], entry.ended_on)
    if entry.status != "active" or held is None or held.closure is None or held.closure_on is None:
        return None
    return BY_CLOSURE[held.closure], held.closure_on


# -- effects -----------------------------------------------------------------------------------------


@effect("publish_compulsory")
async def publish_compulsory(view: CaseView, order: RegisterCall) -> ports.PublishNotice:
    """args: `title`, `lines`, `since`, `until` (D18's legal end)."""
    args = order.args
    return ports.PublishNotice(
        case_ref=order.case_id,
        kind=STEM,
        uscc=application(view).uscc,
        subject_name=view.case.title,
        title=args["title"],
        text="\n".join(f"{label}：{value}" for label, value in args["lines"]),
        open_from=date.fromisoformat(args["since"]),
        open_until=date.fromisoformat(args["until"]),
    )


async def keep_name_again(view: CaseView, order: RegisterCall, answer: Any) -> dict[str, Any]:
    """The library of names knows that the company bears its name again (N03 is over)."""
    async with view.means.engine.begin() as connection:
        await take_again(connection, str(answer.uscc))
    return jsonable(answer)


@effect("restore_enterprise", keep=keep_name_again)
async def restore_enterprise(view: CaseView, order: RegisterCall) -> ports.RestoreEnterprise:
    return ports.RestoreEnterprise(
        case_ref=order.case_id,
        uscc=application(view).uscc,
        division=view.office.division,
        name=view.case.title,
    )


@effect("publish_restoration")
async def publish_restoration(view: CaseView, order: RegisterCall) -> ports.PublishRestoration:
    """args: `restored`, the register's answer."""
    restored: dict[str, Any] = order.args["restored"]
    return ports.PublishRestoration(
        case_ref=order.case_id,
        uscc=restored["uscc"],
        name=restored["name"],
        restored_at=moment(restored["restored_at"]),
    )


# -- papers ------------------------------------------------------------------------------------------


def _letter(
    view: CaseView,
    kind: str,
    *paragraphs: str,
    more_entries: Sequence[dict[str, str]] = (),
    **more: Any,
) -> Fields:
    form = application(view)
    entries = [
        {"label": "统一社会信用代码", "value": form.uscc},
        {"label": "事由", "value": f"{day_zh(form.ended_on)}{GROUND_LABELS[form.ground][0]}"},
        *more_entries,
    ]
    return "office_letter", {
        "name": view.row.papers[kind],
        "paragraphs": list(paragraphs),
        "entries": entries,
        "basis": f"{COMPANY_LAW}；{MEASURE}",
        **more,
    }


@paper("compulsory_notice", STEM)
async def compulsory_notice(view: CaseView, order: PaperOrder) -> Fields:
    form = application(view)
    return _letter(
        view,
        "compulsory_notice",
        f"{form.company}自{day_zh(form.ended_on)}{GROUND_LABELS[form.ground][0]}，满三年未申请注销登记：{full_stop(form.reasons)}",
        "登记机关拟强制注销该公司的登记，现予公告。公司、债权人和其他利害关系人有异议的，可以在公告期内通过国家企业信用信息公示系统、"
        f"本机关公示栏（{noticed_at(view)}）或者到本机关窗口提出，并说明理由、提交证据；没有异议的，公告期届满后登记机关可以注销登记。",
        recipient=f"{form.company}及其债权人、其他利害关系人",
        due_label="提出异议的最后一天",
        due=due(view, order.data["clock"]),
    )


@paper("stopped_told", STEM)
async def stopped_told(view: CaseView, order: PaperOrder) -> Fields:
    return _letter(view, "stopped_told", "公告期内收到异议，本次强制注销终止，登记不变。")


@paper("grant", STEM)
async def grant(view: CaseView, order: PaperOrder) -> Fields:
    return _letter(
        view,
        "grant",
        "公告期届满，没有收到异议。登记机关决定强制注销你（单位）的登记。",
        "利害关系人可以在下列期限以前向本机关申请恢复登记。",
        more_entries=ending_entries(order.data["ended"])[1:],
        due_label="申请恢复登记的最后一天",
        due=due(view, order.data["clock"]),
        remedies=remedies(view),
    )


@paper("not_deregistered", STEM)
async def not_deregistered(view: CaseView, order: PaperOrder) -> Fields:
    return _letter(
        view,
        "not_deregistered",
        f"登记机关决定不予强制注销，登记不变：{full_stop(order.data['reasons'])}",
    )


@paper("restored", STEM)
async def restored(view: CaseView, order: PaperOrder) -> Fields:
    return _letter(
        view,
        "restored",
        f"{order.data['applicant']}申请恢复登记。登记机关决定恢复强制注销以前的登记：{full_stop(order.data['reasons'])}",
    )


@paper("not_restored", STEM)
async def not_restored(view: CaseView, order: PaperOrder) -> Fields:
    return _letter(
        view,
        "not_restored",
        f"{order.data['applicant']}申请恢复登记。登记机关不予恢复：{full_stop(order.data['told'])}",
        remedies=remedies(view),
    )
