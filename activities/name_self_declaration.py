"""What a name's declaration asks of the library of names, and the papers of its own.

Each question is one transaction at the library; asked again, it finds what the first time did.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from activities.context import CaseView
from activities.paper_fields import Fields, due, remedies
from activities.paperwork import moment, paper
from activities.register_calls import inquiry
from domain.contracts import Fact, PaperOrder, RegisterCall
from forms.name_self_declaration import ENTITY_LABELS, SEAT_LABELS, Application
from law.calendars import Calendars
from law.names.check import NameCheck, Standing, check_name
from law.names.holders import held_until
from law.names.rules import Effect
from law.zone import civil_date
from storage import names_declared
from storage.acts import app_now
from storage.names_registry import CommitmentNeeded, HoldEnded, NameTaken, QuotaUsed, hold
from storage.names_verdict import Verdict, prefecture, verdict_of

_STATES = {
    Effect.REFUSE: "bad",
    Effect.SAME: "bad",
    Effect.MANUAL: "open",
    Effect.CONDITION: "open",
    Effect.SIMILAR: "open",
    Effect.NOTE: "ok",
}


def application(view: CaseView) -> Application:
    assert isinstance(view.form, Application)
    return view.form


def check_of(form: Application) -> NameCheck:
    """The declared name by itself."""
    return check_name(
        form.name,
        seat=form.seat.value,
        trade=form.trade_name or None,
        kind=form.entity_kind.kind,
        other_meaning=bool(form.other_meaning),
    )


# -- questions -------------------------------------------------------------------------------------


@inquiry("declare_name")
async def declare_name(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """Compare, and take the name where nothing stands against it: reserved, pending (a person examines it) or choose.

    `why` of choose: refused, taken, conditional, similar, quota, ended.
    """
    if view.submission.version != order.args["version"]:
        # A further version is durable and the case has not taken it: it will, or it will be taken back.
        raise LookupError("another version is on its way")
    form = application(view)
    check = check_of(form)
    async with view.means.engine.connect() as connection:
        verdict = await _verdict(connection, view, check)
    why = _bars(form, verdict)
    if not why:
        try:
            return await _taken(view, order, form, verdict)
        except NameTaken:
            # Somebody was quicker: what stands in the way now is read again below.
            why = ["taken"]
        except CommitmentNeeded:
            why = ["similar"]
        except QuotaUsed:
            why = ["quota"]
        except HoldEnded:
            why = ["ended"]
        async with view.means.engine.connect() as connection:
            verdict = await _verdict(connection, view, check)
    return {
        "outcome": "choose",
        "why": why,
        "verdict": verdict.to_json(),
        "facts": _facts(verdict, [*_own_facts(view, why)]),
    }


async def _verdict(connection: AsyncConnection, view: CaseView, check: NameCheck) -> Verdict:
    return await verdict_of(
        connection,
        check,
        jurisdiction=prefecture(view.office.division),
        own_case=view.case_id,
    )


def _bars(form: Application, verdict: Verdict) -> list[str]:
    """Everything that keeps the name from being held, at once."""
    why = []
    if verdict.check.standing is Standing.REFUSED:
        why.append("refused")
    if verdict.taken:
        why.append("taken")
    if verdict.conditional and not form.conditions_met:
        why.append("conditional")
    similar = any(c.effect is Effect.SIMILAR for c in verdict.collisions)
    if similar and not form.commitment:
        why.append("similar")
    return why


async def _taken(
    view: CaseView, order: RegisterCall, form: Application, verdict: Verdict
) -> dict[str, Any]:
    name, quota = verdict.check.name, view.row.quota
    assert name is not None
    assert quota is not None, "the catalogue's rows of declarations have one"
    manual = verdict.check.standing is Standing.MANUAL
    async with view.means.engine.begin() as connection:
        until = None
        if not manual:
            until = await _until(connection, form, order)
        await hold(
            connection,
            name,
            jurisdiction=prefecture(view.office.division),
            seat=form.seat.value,
            case_id=view.case_id,
            person=view.case.owner,
            until=until,
            committed=form.commitment,
            most=quota.most,
        )
        held = await names_declared.held_by(connection, view.case_id)
    assert held is not None, "held a moment ago"
    return {
        "outcome": "pending" if manual else "reserved",
        "why": [],
        "verdict": verdict.to_json(),
        "facts": _facts(verdict, []),
        "held_from": held.held_from.isoformat(),
    }


async def _until(connection: AsyncConnection, form: Application, order: RegisterCall) -> Any:
    """The exclusive end of a reservation that begins now, by the editions that the case pins."""
    calendars = Calendars.from_pins(tuple(order.args["pins"]))
    now = await app_now(connection)
    return held_until(now, calendars, approval_needed=form.needs_preapproval).ends_at


@inquiry("confirm_name")
async def confirm_name(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """The examined name is reserved from now."""
    async with view.means.engine.begin() as connection:
        until = await _until(connection, application(view), order)
        held = await names_declared.confirm(connection, view.case_id, until)
    return {"held_from": held.held_from.isoformat()}


@inquiry("settle_name")
async def settle_name(view: CaseView, order: RegisterCall) -> dict[str, Any]:
    """End the hold where it is wished or its time is over; how the name stands then."""
    async with view.means.engine.begin() as connection:
        state = await names_declared.settle(connection, view.case_id, order.args["wish"])
    return {"state": state}


# -- facts -----------------------------------------------------------------------------------------


def _facts(verdict: Verdict, own: list[Fact]) -> list[dict[str, Any]]:
    """What the rules found, gravest first, each beside its article."""
    found = list(own)
    for number, f in enumerate(verdict.check.findings, 1):
        found.append(
            Fact(
                code=f"name_rule_{number}",
                state=_STATES[f.effect],
                fact=f.message,
                rule=f.rule.title,
                cite=f.cite,
                source="names",
            )
        )
    for number, hit in enumerate(verdict.to_json()["collisions"], 1):
        found.append(
            Fact(
                code=f"name_hit_{number}",
                state=_STATES[Effect(hit["effect"])],
                fact=f"{hit['explanation']}，对方{hit['held_label']}",
                rule=hit["title"],
                cite=hit["basis"],
                source="names",
            )
        )
    if not found:
        found.append(
            Fact(
                code="name_free",
                state="ok",
                fact="名称库里没有与它相同或者近似的名称",
                rule="名称不得与同一登记机关辖区内的同行业名称相同",
                cite="企业名称登记管理规定第17条",
                source="names",
            )
        )
    return [f.model_dump() for f in found]


def _own_facts(view: CaseView, why: list[str]) -> list[Fact]:
    quota = view.row.quota
    if "quota" in why and quota is not None:
        return [
            Fact(
                code="name_quota",
                state="bad",
                fact=f"您已经有 {quota.most} 个名称在保留，不能再保留。放弃其中一个以后，可以要求再查。",
                rule=f"同一申请人同时保留的名称不超过 {quota.most} 个",
                cite=quota.basis,
                source="names",
            )
        ]
    return []


# -- papers ------------------------------------------------------------------------------------------


def _entries(form: Application) -> list[dict[str, str]]:
    check = check_of(form)
    lines = [
        {"label": "名称", "value": check.written},
        {"label": "企业类型", "value": ENTITY_LABELS[form.entity_kind][0]},
        {"label": "住所所在地", "value": SEAT_LABELS[form.seat][0]},
    ]
    if check.name is not None and check.name.trade:
        lines.append({"label": "字号", "value": check.name.trade})
    return lines


@paper("reservation", "name_self_declaration")
async def reservation(view: CaseView, order: PaperOrder) -> Fields:
    """企业名称保留告知书: until when, and what the applicant answers for (arts. 16, 18)."""
    return "name_reservation", {
        "recipient": view.case.owner_name,
        "received_at": view.submission.received_at,
        "entries": _entries(application(view)),
        "kept_until": due(view, order.data["clock"]),
        "similar": [
            hit["name"]
            for hit in view.case.decision.get("check", {}).get("collisions", [])
            if hit["effect"] == Effect.SIMILAR.value
        ],
    }


@paper("refusal", "name_self_declaration")
async def refusal(view: CaseView, order: PaperOrder) -> Fields:
    return "name_refusal", {
        "recipient": view.case.owner_name,
        "received_at": moment(order.data["received_at"]),
        "entries": _entries(application(view)),
        "reasons": order.data["reasons"],
        "remedies": remedies(view),
    }


@paper("cancellation", "name_self_declaration")
async def cancellation(view: CaseView, order: PaperOrder) -> Fields:
    return "name_cancellation", {
        "recipient": view.case.owner_name,
        "reserved_on": civil_date(view.clocks[order.data["clock"]].trigger),
        "entries": _entries(application(view)),
        "reasons": order.data["reasons"],
        "remedies": remedies(view),
    }
