"""What an establishment registration asks of the registers, and the papers of its own."""

from decimal import Decimal
from typing import Any

from activities.context import CaseView
from activities.declared_name import claim_name, keep_registered, names_in_the_way
from activities.hosted_domicile import host_facts
from activities.paper_fields import Fields
from activities.paperwork import moment, paper
from activities.parties import register_person
from activities.register_calls import effect, inquiry
from domain.contracts import Fact, PaperOrder, RegisterCall
from forms.establishment_registration import (
    ENTITY_LABELS,
    POST_LABELS,
    Application,
    Person,
    Post,
)
from law.zone import civil_date
from registers import ports


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def legal_representative(view: CaseView) -> Person:
    return next(p for p in application(view).persons if Post.LEGAL_REPRESENTATIVE in p.posts)


def yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00") + " 元"


# -- questions -------------------------------------------------------------------------------------


@inquiry("establishment_checks")
async def establishment_checks(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Name, capital and bars as the registers know them today, each beside its law."""
    form = application(view)
    market = view.means.registers.market
    known = await market.check_name(form.name)
    same = [h.name for h in known.hits] or ([] if known.available else [form.name])
    same += [n for n in await names_in_the_way(view) if n not in same]
    capital = await market.check_capital(
        ports.CheckCapital(
            entity_type=ports.EntityType(form.entity_type.value),
            amount=form.capital,
            paid_until=form.paid_until,
        )
    )
    barred: list[str] = []
    for person in form.persons:
        found = await market.check_person_bars(person.id_number, person.name)
        for bar in found.bars:
            applies = bar.scope == "any_post" or Post.LEGAL_REPRESENTATIVE in person.posts
            if applies:
                until = f"，至{bar.until.isoformat()}" if bar.until else ""
                barred.append(f"{person.name}：{bar.ground}（{bar.article}{until}）")
    facts = [
        Fact(
            code="name",
            state="bad" if same else "ok",
            fact="名称与他人的名称相同：" + "、".join(same) if same else "名称没有与他人的名称相同",
            rule="名称不得与同一登记机关辖区内已登记的同行业名称相同",
            cite="企业名称登记管理规定第17条",
            source="market",
        ),
        Fact(
            code="capital",
            state="ok" if capital.normal else "bad",
            fact="注册资本和出资期限没有明显异常" if capital.normal else "；".join(capital.reasons),
            rule="出资期限、注册资本不得明显异常；自成立之日起五年内缴足",
            cite="公司法第47条；国务院注册资本规定第3条",
            source="market",
        ),
        Fact(
            code="person_bars",
            state="bad" if barred else "ok",
            fact="；".join(barred) if barred else "全体人员没有任职限制",
            rule="没有不得担任法定代表人或者不得申请登记的情形",
            cite="条例第12、40条",
            source="market",
        ),
    ]
    facts += await host_facts(view, form.domicile, form.business_scope)
    return {"facts": [f.model_dump() for f in facts]}


# -- effects -----------------------------------------------------------------------------------------


@effect("register_enterprise", keep=keep_registered)
async def register_enterprise(view: CaseView, order: RegisterCall) -> ports.RegisterEnterprise:
    await claim_name(view, order)
    form = application(view)
    return ports.RegisterEnterprise(
        case_ref=order.case_id,
        name=form.name,
        entity_type=ports.EntityType(form.entity_type.value),
        division=view.office.division,
        address=form.domicile_to_register,
        legal_representative=register_person(legal_representative(view)),
        persons=tuple(
            ports.ListedPerson(name=p.name, id_number=p.id_number, post=POST_LABELS[post][0])
            for p in form.persons
            for post in p.posts
        ),
        capital=form.capital,
        capital_paid_until=form.paid_until,
        business_scope=tuple(form.business_scope),
    )


@effect("publish_establishment")
async def publish_establishment(view: CaseView, order: RegisterCall) -> ports.PublishEstablishment:
    form, entry = application(view), order.args["entry"]
    return ports.PublishEstablishment(
        case_ref=order.case_id,
        uscc=entry["uscc"],
        name=form.name,
        entity_type=ports.EntityType(form.entity_type.value),
        legal_representative_name=legal_representative(view).name,
        address=form.domicile_to_register,
        capital=form.capital,
        business_scope=tuple(form.business_scope),
        registered_at=moment(entry["registered_at"]),
    )


# -- papers ------------------------------------------------------------------------------------------


def statement(view: CaseView) -> list[dict[str, str]]:
    form = application(view)
    people = "；".join(
        f"{p.name}（{'、'.join(POST_LABELS[post][0] for post in p.posts)}）" for p in form.persons
    )
    shares = "；".join(
        f"{p.name}认缴 {yuan(p.contribution)}" for p in form.persons if p.contribution is not None
    )
    return [
        {"label": "名称", "value": form.name},
        {"label": "类型", "value": ENTITY_LABELS[form.entity_type][0]},
        {"label": "住所", "value": form.domicile_to_register},
        {
            "label": "注册资本",
            "value": f"{yuan(form.capital)}，{form.paid_until.isoformat()}前缴足",
        },
        {"label": "经营范围", "value": "；".join(form.business_scope)},
        {"label": "股东出资", "value": shares},
        {"label": "人员", "value": people},
    ]


@paper("application", "establishment_registration")
async def application_paper(view: CaseView, order: PaperOrder) -> Fields:
    """What all signatories sign: the application as handed in, with its digest."""
    return "application", {
        "received_at": view.submission.received_at,
        "entries": statement(view),
        "digest": view.submission.digest,
        "signers": [p.name for p in application(view).persons if p.signs],
    }


@paper("grant", "establishment_registration")
async def registration_notice(view: CaseView, order: PaperOrder) -> Fields:
    entry = order.data["entry"]
    return "registration", {
        "uscc": entry["uscc"],
        "registered_on": civil_date(moment(entry["registered_at"])),
        "entries": statement(view)[:5],
    }


@paper("licence", "establishment_registration")
async def business_licence(view: CaseView, order: PaperOrder) -> Fields:
    form, entry = application(view), order.data["entry"]
    established = civil_date(moment(entry["registered_at"]))
    return "business_licence", {
        "copy_kind": order.data["copy_kind"],
        "uscc": entry["uscc"],
        "entity_type": ENTITY_LABELS[form.entity_type][0],
        "head": legal_representative(view).name,
        "capital": yuan(form.capital),
        "established_on": established,
        "issued_on": established,
        "domicile": form.domicile_to_register,
        "scope": "；".join(form.business_scope),
    }
