"""What a separation of licences asks and writes: its application after a registration, its items' applications, its paper."""

from typing import Any

from activities.context import CaseView
from activities.paper_fields import Fields
from activities.paperwork import paper
from activities.register_calls import inquiry
from activities.related_filing import filled_by
from domain.contracts import PaperOrder, RegisterCall
from domain.related import RelatedOrder
from forms import establishment_registration as registration
from forms.establishment_registration import Post
from forms.license_separation import Application
from law import licence_items
from law.licence_advice import told
from law.zone import civil_date


@inquiry("registered_enterprise")
async def registered_enterprise(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """What the market register holds: `status` active, deregistered, revoked, or unknown (also under another name)."""
    found = await view.means.registers.market.enterprise(order.args["uscc"])
    if found is None or found.name != order.args["name"]:
        return {"status": "unknown"}
    return {"status": found.status, "registered_at": found.registered_at.isoformat()}


# -- applications of related cases -------------------------------------------------------------------


@filled_by("license_separation")
async def after_registration(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    """From the registration that opens it: nobody types in again what is registered."""
    form = view.form
    assert isinstance(form, registration.Application)
    head = next(p for p in form.persons if Post.LEGAL_REPRESENTATIVE in p.posts)
    return {
        "name": form.name,
        "uscc": order.data["fill"]["uscc"],
        "entity_type": form.entity_type.value,
        "registered_on": civil_date(order.at).isoformat(),
        "domicile": form.domicile_to_register,
        "representative_name": head.name,
        "representative_id": head.id_number,
        "business_scope": list(form.business_scope),
    }


@filled_by("licence_filing", "licence_commitment", "licence_application")
async def of_an_item(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    form = view.form
    assert isinstance(form, Application)
    return {
        "name": form.name,
        "uscc": form.uscc,
        "separation": order.parent_case,
        **order.data["fill"],
    }


@filled_by("food_operation_licence")
async def of_a_food_operator(view: CaseView, order: RelatedOrder) -> dict[str, Any]:
    """What is registered; premises and items of business are the operator's to fill in."""
    form = view.form
    assert isinstance(form, Application)
    return {
        "operator": form.name,
        "uscc": form.uscc,
        "principal": form.representative_name,
        "domicile": form.domicile,
    }


# -- 告知书 ------------------------------------------------------------------------------------------


@paper("told", "license_separation")
async def told_paper(view: CaseView, order: PaperOrder) -> Fields:
    """涉企经营许可事项告知书: every item with its department, its way and when one may trade; what is 待核 says so."""
    catalogue = licence_items.edition(order.data["edition"])
    rows = [(catalogue.by_id[e["item"]], e["terms"]) for e in order.data["items"]]
    return "licence_items_told", {
        "received_at": view.submission.received_at,
        "items": [
            {
                "name": row.name,
                "terms": "、".join(terms),
                "department": row.department_name,
                "mode": row.mode.value.label,
                "trade_from": row.trade_from.label,
                "advice": told(row),
            }
            for row, terms in rows
        ],
        "unknown": list(order.data["unknown"]),
        "edition": catalogue.edition,
    }
