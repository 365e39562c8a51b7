"""Pages of names: the check for everybody, its way into a declaration, and what is done with a reserved name."""

from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response

from api import intake
from api.acts import Draft
from api.case_access import Number, load_case, must_know
from api.i18n import gettext as _
from api.idempotency import act_id_of, page_once
from api.name_checking import Asked, checked
from api.name_reservations import name_of_case, reservation_for
from api.performing import perform
from api.problems import Problem
from api.routers.case_pages import after, case_again
from api.routers.name_checks import CheckLimit, count_person
from api.security.current import Anyone, Applicant, SignedIn
from api.security.person import Person
from api.services import Means
from api.task_lists import address
from api.templating import render
from api.views import words
from api.views.names import VerdictView, verdict_view
from forms.fields import Text
from forms.name_self_declaration import ENTITY_LABELS, SEAT_LABELS, Application, Entity, Seat

router = APIRouter(include_in_schema=False)

PROCEDURE: Final = "name_self_declaration"
REGISTRATION: Final = "establishment_registration"
# What a declared name of this kind of entity can be registered as here.
REGISTERED_AS: Final = {
    Entity.LIMITED_COMPANY: "limited_company",
    Entity.JOINT_STOCK_COMPANY: "joint_stock_company",
}
Token = Annotated[str, Form(max_length=64)]
Reason = Annotated[Text, Form(max_length=2000)]


# -- the check -------------------------------------------------------------------------------------


@router.get("/names/check", dependencies=[CheckLimit])
async def check_page(
    request: Request,
    visitor: Anyone,
    means: Means,
    name: Annotated[str | None, Query(max_length=200)] = None,
    entity_kind: Annotated[str, Query(max_length=40)] = "",
    seat: Annotated[str, Query(max_length=6)] = Seat.ZENGDU.value,
) -> Response:
    """The form, and under it the answer where a name was asked for. The address can be kept and sent on."""
    verdict: VerdictView | None = None
    errors: dict[str, str] = {}
    known = entity_kind in set(Entity) or not entity_kind
    if not known or seat not in set(Seat):
        raise Problem("invalid_input")
    if name is not None and not name.strip():
        errors["name"] = _("请填写名称")
    elif name is not None:
        await count_person(request, visitor)
        kind = Entity(entity_kind) if entity_kind else None
        verdict = verdict_view(name, await checked(means, Asked(name, kind, Seat(seat))))
    person = visitor.person
    here = "/names/check?" + urlencode(
        {"name": name or "", "entity_kind": entity_kind, "seat": seat}
    )
    context = {
        "name": name or "",
        "entity_kind": entity_kind,
        "seat": seat,
        "entities": [(e.value, words.bilingual(*ENTITY_LABELS[e])) for e in Entity],
        "seats": [(s.value, words.bilingual(*SEAT_LABELS[s])) for s in Seat],
        "verdict": verdict,
        "errors": errors,
        "may_apply": person is not None and not person.staff,
        "stranger": person is None,
        "sign_in": "/sign-in?" + urlencode({"next": here}),
        "token": str(uuid4()),
        "now": visitor.now,
    }
    return render(request, "names/check.html", context, status=422 if errors else 200)


@router.post("/names/declare")
async def declare(
    request: Request,
    person: Applicant,
    means: Means,
    name: Annotated[str, Form(max_length=200)] = "",
    entity_kind: Annotated[str, Form(max_length=40)] = "",
    seat: Annotated[str, Form(max_length=6)] = "",
    token: Token = "",
) -> Response:
    """Begins a declaration with what was checked filled in; the same button pressed twice begins one."""
    answers = {"name": name.strip(), "entity_kind": entity_kind, "seat": seat}
    return await _begin(means, person, PROCEDURE, answers, f"declare:{token}")


async def _begin(
    means: Means, person: Person, code: str, answers: dict[str, Any], once: str
) -> Response:
    given = {k: v for k, v in answers.items() if v}
    dossier = await intake.create(
        means, person, code, given, application_id=act_id_of(person, f"draft:{code}:{once}")
    )
    return RedirectResponse(address(dossier), status_code=303)


# -- acts on a declared name -----------------------------------------------------------------------


async def act_on_page(
    request: Request,
    person: Person,
    means: Means,
    number: str,
    kind: str,
    data: dict[str, Any],
    token: str,
    said: str,
) -> Response:
    """Does it, and shows the case as it is then; a refusal is said on the same page."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    must_know(view, kind)

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, view.case.case_id, kind, person.actor, data)
        return after(view, await perform(means, person, draft), said)

    try:
        return await page_once(person, work, token or str(uuid4()))
    except Problem as problem:
        if problem.code == "not_found":
            raise
        return await case_again(request, person, means, number, problem)


@router.post("/cases/{number}/search-again")
async def search_again(
    request: Request, person: SignedIn, means: Means, number: Number, token: Token = ""
) -> Response:
    """Compares once more, nothing changed."""
    return await act_on_page(request, person, means, number, "search_again", {}, token, "searched")


@router.post("/cases/{number}/release-name")
async def release_name(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    reason: Reason = "",
) -> Response:
    """Gives a reserved name up."""
    data = {"reason": reason.strip()}
    return await act_on_page(
        request, person, means, number, "release_name", data, token, "released"
    )


@router.post("/cases/{number}/cancel-name")
async def cancel_name(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    reason: Reason = "",
) -> Response:
    """An officer asks for a reserved name to be cancelled."""
    data = {"reason": reason.strip()}
    return await act_on_page(
        request, person, means, number, "request_cancellation", data, token, "asked"
    )


@router.post("/cases/{number}/reserve-again")
async def reserve_again(
    request: Request,
    person: SignedIn,
    means: Means,
    number: Number,
    token: Token = "",
    reservation: Annotated[str, Form(max_length=96)] = "",
) -> Response:
    """Gives a registration a new reservation of its name."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
        name = await name_of_case(connection, means, view.case)
        try:
            found = await reservation_for(
                connection, person, reservation, name, pointer="/reservation"
            )
        except Problem as problem:
            return await case_again(request, person, means, number, problem)
    data = {"reservation": found.to_json()}
    return await act_on_page(
        request, person, means, number, "reserve_again", data, token, "reserved"
    )


@router.post("/cases/{number}/register-name")
async def register_name(
    request: Request, person: Applicant, means: Means, number: Number, token: Token = ""
) -> Response:
    """Begins the registration under a reserved name, with name and reservation filled in."""
    async with means.engine.connect() as connection:
        view = await load_case(connection, person, number)
    if not view.viewer.own or view.case.procedure != PROCEDURE or view.case.stage != "reserved":
        raise Problem("not_accepted_now")
    declared = await intake.load(means, person, view.case.case_id)
    form = Application.model_validate(declared.answers)
    answers = {
        "name": view.case.decision.get("check", {}).get("name", form.name),
        "name_reservation": view.number,
        "entity_type": REGISTERED_AS.get(form.entity_kind),
    }
    return await _begin(means, person, REGISTRATION, answers, f"register:{token}")
