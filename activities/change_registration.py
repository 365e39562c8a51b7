"""What a change registration asks of the registers, and the papers of its own. The checks: `change_checks`."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from activities.context import CaseView
from activities.declared_name import claim_name, keep_renamed
from activities.establishment_registration import yuan
from activities.paper_fields import Fields, condition, due_part
from activities.paperwork import moment, paper
from activities.parties import register_person
from activities.register_calls import effect
from domain.contracts import PaperOrder, RegisterCall
from forms.change_registration import (
    CAPITAL,
    LICENCE_PAPER_LABELS,
    Application,
    Change,
    LicencePaper,
)
from forms.establishment_registration import ENTITY_LABELS, EntityType
from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadlines import deadline
from law.zone import civil_date
from registers import ports

Entry = Mapping[str, Any]
ITEMS: Final = {
    ports.ChangedItem.NAME: "名称",
    ports.ChangedItem.ADDRESS: "住所",
    ports.ChangedItem.LEGAL_REPRESENTATIVE: "法定代表人",
    ports.ChangedItem.BUSINESS_SCOPE: "经营范围",
    ports.ChangedItem.CAPITAL: "注册资本",
}
UNKNOWN: Final = "（登记库没有记载）"


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def item_of(change: Change) -> ports.ChangedItem:
    return ports.ChangedItem.CAPITAL if change in CAPITAL else ports.ChangedItem(change.value)


def old_values(before: Entry) -> dict[ports.ChangedItem, str]:
    """The entry as papers print it; empty where the register has nothing."""
    capital, scope = before.get("capital"), before.get("business_scope") or ()
    return {
        ports.ChangedItem.NAME: str(before["name"]),
        ports.ChangedItem.ADDRESS: str(before.get("address") or ""),
        ports.ChangedItem.LEGAL_REPRESENTATIVE: str(before.get("legal_representative_name") or ""),
        ports.ChangedItem.BUSINESS_SCOPE: "；".join(scope),
        ports.ChangedItem.CAPITAL: yuan(Decimal(capital)) if capital else "",
    }


def new_values(form: Application) -> dict[ports.ChangedItem, str]:
    """Of the chosen changes, in the order of the items."""
    values = {
        ports.ChangedItem.NAME: form.new_name or "",
        ports.ChangedItem.ADDRESS: form.domicile_to_register or "",
        ports.ChangedItem.LEGAL_REPRESENTATIVE: form.head.name,
        ports.ChangedItem.BUSINESS_SCOPE: "；".join(form.new_scope or ()),
        ports.ChangedItem.CAPITAL: yuan(form.new_capital) if form.new_capital else "",
    }
    chosen = {item_of(c) for c in form.changes}
    return {item: value for item, value in values.items() if item in chosen}


# -- effects -----------------------------------------------------------------------------------------


@effect("change_enterprise", keep=keep_renamed)
async def change_enterprise(view: CaseView, order: RegisterCall) -> ports.ChangeEnterprise:
    """Enter what was signed for, as long as the entry still is as the signed paper says."""
    await claim_name(view, order)
    form, before = application(view), order.args["before"]
    chosen = set(form.changes)
    return ports.ChangeEnterprise(
        case_ref=order.case_id,
        uscc=form.uscc,
        division=view.office.division,
        signatory=register_person(form.head),
        before=ports.Held(
            name=before["name"],
            # Who signs depends on who is legal representative.
            legal_representative_name=before.get("legal_representative_name"),
            address=before.get("address") if Change.ADDRESS in chosen else None,
            capital=before.get("capital") if CAPITAL & chosen else None,
            business_scope=(before.get("business_scope") or None)
            if Change.BUSINESS_SCOPE in chosen
            else None,
        ),
        name=form.name_to_register(),
        address=form.domicile_to_register if Change.ADDRESS in chosen else None,
        legal_representative=(
            register_person(form.head) if Change.LEGAL_REPRESENTATIVE in chosen else None
        ),
        business_scope=(
            tuple(form.new_scope) if Change.BUSINESS_SCOPE in chosen and form.new_scope else None
        ),
        capital=form.new_capital if CAPITAL & chosen else None,
    )


@effect("publish_change")
async def publish_change(view: CaseView, order: RegisterCall) -> ports.PublishChange:
    form, entry = application(view), order.args["entry"]
    old = old_values(order.args["before"])
    return ports.PublishChange(
        case_ref=order.case_id,
        uscc=form.uscc,
        name=entry["name"],
        items=tuple(
            ports.PublishedChange(item=item, before=old[item], after=value)
            for item, value in new_values(form).items()
        ),
        changed_at=moment(entry["changed_at"]),
        voided_licence_number=entry.get("voided_licence_number"),
        licence_declared_void=form.licence_paper is LicencePaper.CANNOT_RETURN,
    )


# -- papers ------------------------------------------------------------------------------------------


@paper("application", "change_registration")
async def application_paper(view: CaseView, order: PaperOrder) -> Fields:
    """What the persons sign: each item as it was and as it is to be."""
    form = application(view)
    old = old_values(order.data["before"]) if order.data.get("before") else {}
    lines = [
        {
            "label": f"{ITEMS[item]}变更",
            "value": f"变更前：{old.get(item) or UNKNOWN}\n变更后：{value}",
        }
        for item, value in new_values(form).items()
    ]
    shares = "；".join(
        f"{p.name}认缴 {yuan(p.contribution)}" for p in form.persons if p.contribution is not None
    )
    if CAPITAL & set(form.changes):
        lines.append({"label": "股东出资", "value": shares})
    return "application", {
        "received_at": view.submission.received_at,
        "entries": [
            {"label": "统一社会信用代码", "value": form.uscc},
            {"label": "决议、决定作出之日", "value": form.decided_on.isoformat()},
            *lines,
            {"label": "纸质营业执照", "value": LICENCE_PAPER_LABELS[form.licence_paper][0]},
        ],
        "digest": view.submission.digest,
        "signers": [p.name for p in form.persons if form.signs(p)],
    }


@paper("grant", "change_registration")
async def change_notice(view: CaseView, order: PaperOrder) -> Fields:
    form, entry = application(view), order.data["entry"]
    old = old_values(order.data["before"])
    changed_on = civil_date(moment(entry["changed_at"]))
    branches = deadline(find_clock("R07"), changed_on, default_calendars())
    return "change_registration", {
        "recipient": entry["name"],
        "uscc": entry["uscc"],
        "changed_on": changed_on,
        "changes": [
            {"item": ITEMS[item], "before": old[item] or UNKNOWN, "after": value}
            for item, value in new_values(form).items()
        ],
        "licence_number": entry["licence_number"],
        "voided_licence": entry.get("voided_licence_number"),
        "declared_void": form.licence_paper is LicencePaper.CANNOT_RETURN,
        "branches_due": due_part(branches),
    }


@paper("licence", "change_registration")
async def changed_licence(view: CaseView, order: PaperOrder) -> Fields:
    """The licence anew: 成立日期 stays, the day of issue is the day of the change."""
    entry, before = order.data["entry"], order.data["before"]
    now = {**old_values(before), **new_values(application(view))}
    return "business_licence", {
        "recipient": entry["name"],
        "copy_kind": order.data["copy_kind"],
        "uscc": entry["uscc"],
        "entity_type": ENTITY_LABELS[EntityType(before["entity_type"])][0],
        "head": now[ports.ChangedItem.LEGAL_REPRESENTATIVE] or UNKNOWN,
        "capital": now[ports.ChangedItem.CAPITAL] or None,
        "established_on": civil_date(moment(entry["registered_at"])),
        "issued_on": civil_date(moment(entry["changed_at"])),
        "domicile": now[ports.ChangedItem.ADDRESS] or UNKNOWN,
        "scope": now[ports.ChangedItem.BUSINESS_SCOPE] or UNKNOWN,
        "condition": condition(order),
    }
