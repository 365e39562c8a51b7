"""Pages of the reader's own account: sign in, sign out, sign-ins, password, display preferences."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import RedirectResponse, Response

from api import field_phone
from api.database import Database
from api.error_pages import own_path
from api.i18n import DEFAULT, language_of
from api.i18n import gettext as _
from api.problems import Problem
from api.security import passwords, sessions
from api.security.current import Anyone, Leaving, OwnAccount
from api.security.person import Person
from api.security.settings import SecuritySettings
from api.security.sign_in import WrongCredentials, sign_in
from api.templating import render
from domain.roles import STAFF, Role
from storage import accounts, sign_ins

router = APIRouter(include_in_schema=False)

Field = Annotated[str, Form(max_length=200)]
A_YEAR = 365 * 24 * 3600


def _settings(request: Request) -> SecuritySettings:
    settings: SecuritySettings = request.app.state.security
    return settings


def home_of(roles: frozenset[Role]) -> str:
    """Where a person starts: their desk, or the public front page."""
    return "/desk" if roles & STAFF else "/"


@router.get("/sign-in")
async def sign_in_page(
    request: Request,
    visitor: Anyone,
    next: Annotated[str, Query(max_length=2000)] = "",
    expired: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """The form; somebody who is signed in already goes on."""
    if visitor.person is not None:
        target = own_path(next) if next else home_of(visitor.person.roles)
        return RedirectResponse(target, status_code=303)
    return _sign_in_form(request, next=next, expired=expired == "1")


def _sign_in_form(
    request: Request,
    *,
    next: str,
    name: str = "",
    errors: dict[str, str] | None = None,
    expired: bool = False,
    record: BackgroundTask | None = None,
) -> Response:
    context = {
        "next": next,
        "sign_in": name,
        "errors": errors or {},
        "expired": expired,
    }
    status = 422 if errors else 200
    response = render(request, "account/sign_in.html", context, status=status)
    response.background = record
    return response


@router.post("/sign-in")
async def sign_in_by_form(
    request: Request,
    visitor: Anyone,
    sign_in_name: Annotated[str, Form(alias="sign_in", max_length=200)] = "",
    password: Field = "",
    next: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Signs in and goes on to where the reader was, under a new session."""
    errors = {}
    if not sign_in_name.strip():
        errors["sign_in"] = _("请填写登录名")
    if not password:
        errors["password"] = _("请填写密码")
    if errors:
        return _sign_in_form(request, next=next, name=sign_in_name, errors=errors)
    try:
        begun = await sign_in(request, sign_in_name, password, "browser")
    except WrongCredentials as wrong:
        # On the first field, as everywhere; which of the two is wrong is not said.
        errors = {"sign_in": _("登录名或密码不正确，请核对后重试")}
        return _sign_in_form(
            request, next=next, name=sign_in_name, errors=errors, record=wrong.record
        )
    target = own_path(next) if next else home_of(begun.roles)
    response = RedirectResponse(target, status_code=303)
    sessions.clear_cookies(_settings(request), response)
    sessions.set_cookie(_settings(request), response, begun.token)
    if field_phone.is_one(request):
        field_phone.taken_by(request, response, begun.account_id)
    return response


@router.get("/sign-out")
async def leaving(request: Request, visitor: Leaving) -> Response:
    """The step before signing out on a telephone of the spot: what lies on it unsent, and what to do about it."""
    if visitor.person is None:
        return RedirectResponse("/sign-in", status_code=303)
    home = home_of(visitor.person.roles)
    context = {"home": home, "audience": "desk" if home == "/desk" else "public"}
    return render(request, "account/leaving.html", context)


@router.post("/sign-out")
async def sign_out(
    request: Request,
    visitor: Leaving,
    db: Database,
    sure: Annotated[str, Form(max_length=1)] = "",
) -> Response:
    """Ends the sign-in on the server and takes the cookie away; fine for one that has ended already.

    Records that the browser holds unsent stay there: they may be another person's, and nobody else has them.
    """
    if visitor.person is not None:
        if field_phone.is_one(request) and not sure:
            return RedirectResponse("/sign-out", status_code=303)
        await accounts.end_session(await db.connection(), visitor.person.session.id_hash)
    response = _signed_out(request)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def _signed_out(request: Request) -> Response:
    response = RedirectResponse("/sign-in", status_code=303)
    sessions.clear_cookies(_settings(request), response)
    if field_phone.is_one(request):
        field_phone.taken_by(request, response, None)
    return response


@router.get("/account")
async def account_page(
    request: Request,
    person: OwnAccount,
    db: Database,
    done: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """Sign-ins in use, last attempts, password."""
    return await _account(request, person, db, done=done)


async def _account(
    request: Request,
    person: Person,
    db: Database,
    *,
    done: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    said = {
        "password": _("密码已更改，其他登录都已结束。"),
        "ended": _("登录已结束。"),
    }
    labels = [role.label for role in sorted(person.roles)]
    context = {
        "sessions": await accounts.list_sessions(db, person.id),
        "attempts": await sign_ins.list_sign_ins(db, person.id),
        "current": person.session.public_id,
        "roles": [_(label.zh) for label in labels],
        "done": said.get(done, ""),
        "errors": errors or {},
    }
    return render(request, "account/account.html", context, status=422 if errors else 200)


@router.post("/account/sessions/{public_id}/end")
async def end_sign_in(
    request: Request, person: OwnAccount, db: Database, public_id: UUID
) -> Response:
    """Ends one of the person's own sign-ins; another person's is not found."""
    if not await accounts.end_session_of(db, person.id, public_id):
        raise Problem("not_found")
    if public_id == person.session.public_id:
        return _signed_out(request)
    return RedirectResponse("/account?done=ended", status_code=303)


@router.post("/account/password")
async def change_password(
    request: Request,
    person: OwnAccount,
    db: Database,
    current: Field = "",
    new: Field = "",
    repeat: Field = "",
) -> Response:
    """Changes the password: the present one is asked again, other sign-ins end, this one gets a new token."""
    if person.session.kind != "browser":
        raise Problem("not_found")
    errors = {}
    try:
        passwords.check_strength(new, sign_in=person.sign_in)
    except passwords.WeakPassword as weak:
        errors["new"] = _(str(weak))
    if new and new == current:
        errors["new"] = _("新密码不能与现在的密码相同")
    if new != repeat:
        errors["repeat"] = _("两次输入的新密码不一样，请重新输入")
    if not errors and not await _is_password(request, person, db, current):
        errors["current"] = _("现在的密码不正确，请重新输入")
    if errors:
        return await _account(request, person, db, errors=errors)
    await accounts.set_password_hash(db, person.id, await passwords.hashed(new), changed=True)
    await accounts.end_sessions_of(db, person.id)
    token, _ends_at = await sessions.begin(
        db, request, account_id=person.id, roles=person.roles, kind="browser"
    )
    response = RedirectResponse("/account?done=password", status_code=303)
    sessions.set_cookie(_settings(request), response, token)
    return response


async def _is_password(request: Request, person: Person, db: Database, password: str) -> bool:
    limiter = request.app.state.limiter
    limit = limiter.limits.failures_per_account_and_address
    await limiter.open(limit, "step-up", str(person.id))
    known = await accounts.credentials(db, person.sign_in)
    right = known is not None and await passwords.verified(known.password_hash, password)
    if not right:
        await limiter.note(limit, "step-up", str(person.id))
    return right


@router.get("/preferences")
async def set_preferences(
    request: Request,
    visitor: Anyone,
    next: Annotated[str, Query(max_length=2000)] = "/",
    lang: Annotated[str, Query(max_length=5)] = "",
    elder: Annotated[str, Query(max_length=1)] = "",
) -> Response:
    """Language and 长者模式, kept in cookies that say nothing else. A link, so that it works without script."""
    response = RedirectResponse(own_path(next), status_code=303)
    chosen = {"lang": language_of(lang), "elder": elder if elder in ("0", "1") else None}
    for name, value in chosen.items():
        if value is None:
            continue
        forget = value in (DEFAULT, "0")
        response.set_cookie(
            name,
            value,
            max_age=0 if forget else A_YEAR,
            secure=_settings(request).secure,
            httponly=True,
            samesite="lax",
            path="/",
        )
    return response
