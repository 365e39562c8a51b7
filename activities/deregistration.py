"""The end of an entry, whichever way leads to it: the register's request, its publication, and what its notice says."""

from datetime import date
from typing import Any

from sqlalchemy import text

from activities.context import CaseView, jsonable
from activities.paperwork import moment
from activities.register_calls import effect
from domain.contracts import RegisterCall
from forms.change_registration import LicencePaper
from law.calendars import default_calendars
from law.names.holders import HolderState, blocked_until
from law.zone import civil_date, day_zh
from registers import ports
from storage.names_upkeep import give_up

_LISTED = text(
    "SELECT case_id FROM cases WHERE procedure = 'abnormal_operation_list' AND stage = 'listed'"
    " AND closed_at IS NULL AND numbers ->> 'uscc' = :uscc ORDER BY opened_at"
)


async def keep_given_up(view: CaseView, order: RegisterCall, answer: Any) -> dict[str, Any]:
    """The library of names knows the name as given up, barred to others for a year (N03).

    Beside the answer: `listings`, the cases of ours that keep the entity in the list of abnormal operations.
    """
    uscc, barred = str(answer.uscc), name_barred_until(civil_date(answer.deregistered_at))
    async with view.means.engine.begin() as connection:
        await give_up(connection, uscc, HolderState.DEREGISTERED, barred)
        listed = await connection.execute(_LISTED, {"uscc": uscc})
        listings = [str(case) for case in listed.scalars()]
    return jsonable(answer) | {"listings": listings}


@effect("deregister_enterprise", keep=keep_given_up)
async def deregister_enterprise(view: CaseView, order: RegisterCall) -> ports.DeregisterEnterprise:
    """args: `way` (simple, general, compulsory). The form has the code, its subject is the name as decided."""
    return ports.DeregisterEnterprise(
        case_ref=order.case_id,
        uscc=view.case.numbers["uscc"],
        division=view.office.division,
        name=view.case.title,
        way=ports.Way(order.args["way"]),
    )


@effect("publish_deregistration")
async def publish_deregistration(
    view: CaseView, order: RegisterCall
) -> ports.PublishDeregistration:
    """args: `ended`, the register's answer."""
    ended: dict[str, Any] = order.args["ended"]
    return ports.PublishDeregistration(
        case_ref=order.case_id,
        uscc=ended["uscc"],
        name=ended["name"],
        way=ports.Way(ended["way"]),
        deregistered_at=moment(ended["deregistered_at"]),
        voided_licence_number=ended.get("voided_licence_number"),
        licence_declared_void=getattr(view.form, "licence_paper", None)
        is LicencePaper.CANNOT_RETURN,
    )


def name_barred_until(deregistered_on: date) -> date:
    """The last day on which nobody may take the name (N03, 企业名称登记管理规定 17)."""
    return blocked_until(deregistered_on, default_calendars())


def ending_entries(ended: dict[str, Any]) -> list[dict[str, str]]:
    """What a notice of deregistration states, row by row."""
    day = civil_date(moment(ended["deregistered_at"]))
    voided = ended.get("voided_licence_number")
    return [
        {"label": "统一社会信用代码", "value": ended["uscc"]},
        {"label": "注销日期", "value": day_zh(day)},
        {"label": "营业执照", "value": f"{voided or '（登记库没有记载编号）'}，自注销之日起作废"},
        {
            "label": "名称",
            "value": f"{day_zh(name_barred_until(day))}以前（含当日），他人不得使用（《企业名称登记管理规定》第十七条）",
        },
    ]
