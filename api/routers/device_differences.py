"""What the equipment platform says otherwise than our register: REST and a page of the desk; an officer settles each."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Form, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import JSONResponse, RedirectResponse, Response

from api import cursors
from api.case_access import office_of
from api.documentation import SIGNED_IN, WITH_BODY, refusals
from api.draft_forms import errors_of
from api.i18n import gettext as _
from api.idempotency import Key, once
from api.problems import FieldError, Problem
from api.routers.desk_pages import request_query
from api.security.current import has_role
from api.security.person import Person
from api.services import Means, Services
from api.templating import render
from api.views.device_differences import DifferenceView, UnopenedView
from domain.roles import Role
from forms.fields import Text
from law.zone import civil_date
from storage import admin_log, device_differences, devices, obligations
from storage.device_differences import OURS, OVERTAKEN, PLATFORM
from storage.tables_device_news import DeviceDifferenceRow
from storage.tables_devices import DeviceRow

router = APIRouter(prefix="/api/v1/equipment/differences", tags=["equipment"])
pages = APIRouter(include_in_schema=False)

Officer = Annotated[Person, has_role(Role.INSPECTOR, Role.SECTION_HEAD)]
State = Annotated[Literal["open", "settled"], Query(description="to be settled, or settled")]
PATH: Final = "/desk/equipment/differences"
PAGE: Final = 50
MOST: Final = 100
# The platform's word cannot be entered as it is: its code does not hold, the catalogue has no such kind, no term can be counted.
UNUSABLE: Final = frozenset({"uscc", "kind", "term", "text"})


class Saying(BaseModel):
    """What stands in our register, or what the platform said, by field."""

    model_config = ConfigDict(extra="allow")


class Difference(BaseModel):
    """One saying of the platform that was not taken over. `kinds`: why not. `ours`: what our register had then, `current`: what
    it has now. `choice`: whose word was taken; the platform's is in our register from `applied_at` on. `overtaken`: the
    register has a newer saying of the platform by now."""

    id: UUID
    device: str
    kinds: list[str]
    ours: Saying
    theirs: Saying
    current: Saying | None
    found_at: str
    choice: str | None
    reason: str | None
    settled_by: str | None
    settled_at: str | None
    applied_at: str | None


class DifferenceList(BaseModel):
    items: list[Difference]
    next_cursor: str | None


class Settlement(BaseModel):
    """Whose word is taken, and why."""

    model_config = ConfigDict(extra="forbid")

    choice: Literal["platform", "ours"]
    reason: Annotated[
        Text, Field(min_length=2, max_length=2000, examples=["已向监管平台核实，系录入错误"])
    ]


async def _page_of(
    connection: AsyncConnection, office: str, state: str, cursor: str | None, limit: int
) -> tuple[list[DeviceDifferenceRow], cursors.Cursor | None]:
    rows = await device_differences.newest(
        connection, office, settled=state == "settled", after=cursors.read(cursor), limit=limit + 1
    )
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return shown, cursors.Cursor(last.found_at, last.id) if last else None


async def _views(
    connection: AsyncConnection, rows: Sequence[DeviceDifferenceRow]
) -> list[DifferenceView]:
    held = await devices.those_of(connection, [row.device for row in rows])
    return [DifferenceView(row, held.get(row.device)) for row in rows]


@router.get(
    "",
    operation_id="listDeviceDifferences",
    response_model=DifferenceList,
    responses=refusals(*SIGNED_IN, "unknown_query_parameter", "invalid_input"),
)
async def list_differences(
    request: Request,
    person: Officer,
    means: Means,
    state: State = "open",
    limit: Annotated[int, Query(ge=1, le=MOST)] = 20,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """Those of the officer's office, found last first."""
    office = office_of(person, means.office)
    async with means.engine.connect() as connection:
        rows, following = await _page_of(connection, office, state, cursor, limit)
        shown = await _views(connection, rows)
    body = {
        "items": [view.to_json() for view in shown],
        "next_cursor": str(following) if following else None,
    }
    return JSONResponse(body, headers=cursors.next_link(request, following))


async def _settle(
    means: Services, person: Person, ident: UUID, wanted: Settlement
) -> DifferenceView:
    """Settles it; done by the same person again it is done once.

    Raises:
        Problem: not_found, not_accepted_now (settled already), invalid_input.
    """
    async with means.engine.begin() as connection:
        row = await device_differences.one(connection, ident, lock=True)
        if row is None or row.office != office_of(person, means.office):
            raise Problem("not_found")
        held = await devices.device(connection, row.device)
        if row.choice is not None:
            if (row.settled_by, row.choice) == (str(person.id), wanted.choice):
                return DifferenceView(row, held)
            raise Problem("not_accepted_now", _settled_already(row))
        if wanted.choice == PLATFORM and (told := _not_to_be_entered(row, held)):
            raise Problem("invalid_input", errors=[FieldError(told, "/choice")])
        await device_differences.settle(
            connection,
            ident,
            wanted.choice,
            reason=wanted.reason,
            by=str(person.id),
            name=person.display_name,
        )
        await admin_log.note(
            connection,
            actor=str(person.id),
            act="settle_difference",
            subject=row.device,
            details={"choice": wanted.choice, "reason": wanted.reason, "digest": row.digest},
        )
        settled = await device_differences.one(connection, ident)
    assert settled is not None
    return DifferenceView(settled, held)


def _settled_already(row: DeviceDifferenceRow) -> str:
    if row.choice == OVERTAKEN:
        return _("台账中已经登入平台更新的记载，这项差异不用再处理，请刷新页面。")
    return _("这项差异已经有人处理了，请刷新页面。")


def _not_to_be_entered(row: DeviceDifferenceRow, held: DeviceRow | None) -> str:
    """Why the platform's word cannot be taken; nothing where it can."""
    if UNUSABLE & set(row.kinds):
        return _("平台的记载本身有误，不能登入台账；请保留本局的记载，并告知平台更正。")
    if held is not None and held.revision > int(row.theirs["revision"]):
        return _("台账中已有平台更新的记载，采用这一项会退回去；请保留本局的记载。")
    return ""


@router.post(
    "/{difference_id}/settlements",
    operation_id="settleDeviceDifference",
    response_model=Difference,
    responses=refusals(
        *SIGNED_IN,
        *WITH_BODY,
        "not_found",
        "not_accepted_now",
        "idempotency_key_reused",
        "request_in_progress",
    ),
)
async def settle(
    request: Request,
    person: Officer,
    means: Means,
    key: Key,
    difference_id: UUID,
    wanted: Annotated[Settlement, Body()],
) -> Response:
    """Take the platform's word or keep ours, with the reason. The platform's is entered by the next turn of the upkeep."""

    async def work(_act: UUID) -> Response:
        settled = await _settle(means, person, difference_id, wanted)
        return JSONResponse(settled.to_json())

    return await once(request, person, means, key, work)


# -- the desk ----------------------------------------------------------------------------------------


async def _list_page(
    request: Request,
    person: Person,
    means: Services,
    state: str,
    cursor: str | None,
    errors: dict[str, str] | None = None,
    sent: dict[str, Any] | None = None,
) -> Response:
    office = office_of(person, means.office)
    day_before = civil_date(person.now) - timedelta(days=1)
    async with means.engine.connect() as connection:
        rows, following = await _page_of(connection, office, state, cursor, PAGE)
        if cursor and not rows:
            # All of this page were settled meanwhile.
            cursor = None
            rows, following = await _page_of(connection, office, state, None, PAGE)
        shown = await _views(connection, rows)
        unopened = await obligations.unopened(connection, office, day_before, limit=PAGE)
    context = {
        "differences": shown,
        "unopened": [UnopenedView(row) for row in unopened],
        "state": state,
        "cursor": cursor or "",
        "following": f"{PATH}?{request_query(state=state, cursor=str(following))}"
        if following
        else "",
        "errors": errors or {},
        "sent": sent or {"id": "", "choice": "", "reason": ""},
    }
    return render(request, "desk/device_differences.html", context, status=422 if errors else 200)


@pages.get(PATH)
async def differences_page(
    request: Request,
    person: Officer,
    means: Means,
    state: State = "open",
    cursor: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """What is to be settled, each with what the two say, and the form that settles it."""
    return await _list_page(request, person, means, state, cursor)


@pages.post(PATH + "/{difference_id}")
async def settle_posted(
    request: Request,
    person: Officer,
    means: Means,
    difference_id: Annotated[UUID, Path()],
    choice: Annotated[str, Form(max_length=16)] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
    cursor: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Settles one, or shows the same page of the list again with what is missing."""
    errors: dict[str, str] = {}
    if choice not in (PLATFORM, OURS):
        errors[f"choice-{difference_id}"] = _("请选择采用哪一方的记载")
    if len(reason.strip()) < 2:
        errors[f"reason-{difference_id}"] = _("请写明理由")
    if not errors:
        try:
            wanted = Settlement.model_validate({"choice": choice, "reason": reason.strip()})
            await _settle(means, person, difference_id, wanted)
        except ValidationError as invalid:
            for path, message in errors_of(invalid):
                errors[f"{path[0]}-{difference_id}"] = message
        except Problem as problem:
            if problem.code not in ("invalid_input", "not_accepted_now"):
                raise
            told = [error.message for error in problem.errors] or [problem.detail]
            errors[f"choice-{difference_id}"] = told[0]
    if errors:
        sent = {"id": str(difference_id), "choice": choice, "reason": reason}
        return await _list_page(request, person, means, "open", cursor or None, errors, sent)
    place = f"?{request_query(cursor=cursor)}" if cursor else ""
    return RedirectResponse(PATH + place, status_code=303)
