"""What administrators do with calendars, the same for REST and pages; refusals as problems."""

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.service import RPCError

from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.security.person import Person
from api.services import Services
from domain.roles import Role
from law import calendars as law
from law.calendar_upload import Paper, UploadRefused, check, read
from law.zone import civil_date
from storage import calendar_publications as kept
from storage import calendars as store
from storage.calendar_publications import Publication

T = TypeVar("T")
log = logging.getLogger(__name__)

ORDERING = (Role.ADMIN,)
APPROVING = (Role.ADMIN, Role.REGISTRY_HEAD, Role.BUREAU_HEAD)
READING = (*APPROVING, Role.AUDITOR)


def may(person: Person, *roles: Role) -> None:
    """Raises Problem: not_permitted."""
    if not person.has(*roles):
        raise Problem("not_permitted")


async def upload(
    means: Services,
    person: Person,
    content: bytes,
    year: int,
    paper: Paper | None,
    reason: str,
) -> int:
    """Check the file and order its publication; its preview begins at once. The publication's number.

    Raises:
        Problem: not_permitted; invalid_input with one error per fault; conflict where the year waits already.
    """
    may(person, *ORDERING)
    await store.load(means.engine)
    try:
        edition = check(
            read(content, year, paper),
            year,
            today=civil_date(person.now),
            in_force=law.default_calendars(),
            reason=reason,
        )
    except UploadRefused as refused:
        faults = [{"code": p.code, "detail": p.message} for p in refused.problems]
        raise Problem(
            "invalid_input",
            errors=[FieldError(p.message, "/file") for p in refused.problems],
            extra={"faults": faults},
        ) from refused

    async def work(db: AsyncSession) -> int:
        return await store.upload(
            db, edition, reason=reason.strip(), by=person.id, actor=person.sign_in
        )

    number = await _changed(means, work)
    await _begin(means, number, False)
    return number


async def preview_again(means: Services, person: Person, number: int) -> None:
    """Make the preview anew. Raises Problem."""
    may(person, *ORDERING)
    await _changed(means, lambda db: store.preview_again(db, number))
    await _begin(means, number, False)


async def approve(means: Services, person: Person, number: int) -> None:
    """The second person's word; the recomputation begins. Raises Problem."""
    may(person, *APPROVING)
    await _changed(means, lambda db: store.approve(db, number, by=person.id, actor=person.sign_in))
    # This process opens cases on the new edition at once, the others within seconds.
    await store.load(means.engine)
    await _begin(means, number, True)


async def refuse(means: Services, person: Person, number: int, reason: str) -> None:
    """Drop what is not approved. Raises Problem."""
    may(person, *APPROVING)
    _reasoned(reason)
    await _changed(
        means,
        lambda db: store.refuse(
            db, number, reason=reason.strip(), by=person.id, actor=person.sign_in
        ),
    )


async def take_back(means: Services, person: Person, number: int, reason: str) -> int:
    """Order the return to the calendar before; the new publication's number. Raises Problem."""
    may(person, *ORDERING)
    _reasoned(reason)
    made = await _changed(
        means,
        lambda db: store.take_back(
            db, number, reason=reason.strip(), by=person.id, actor=person.sign_in
        ),
    )
    await _begin(means, made, False)
    return made


async def found(means: Services, number: int) -> Publication:
    """Raises Problem: not_found."""
    async with means.engine.connect() as connection:
        try:
            return await kept.publication(connection, number)
        except kept.NoSuchPublication:
            raise Problem("not_found") from None


def _reasoned(reason: str) -> None:
    if not reason.strip():
        raise Problem("invalid_input", errors=[FieldError(_("请写明理由"), "/reason")])


async def _changed(means: Services, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """One transaction. Raises Problem."""
    try:
        async with AsyncSession(means.engine) as db, db.begin():
            return await work(db)
    except kept.NoSuchPublication:
        raise Problem("not_found") from None
    except store.SamePerson:
        raise Problem(
            "separation_of_duties", _("提出的人不能批准，请由另一位负责人或者管理员批准。")
        ) from None
    except store.YearOccupied:
        raise Problem("conflict", _("这一年已有一件在办理，请先办完或者退回。")) from None
    except store.NotPossibleNow as now:
        raise Problem("conflict", _not_now(now.state)) from None


def _not_now(state: str) -> str:
    return {
        "uploaded": _("试算还没有完成，请稍候。"),
        "applying": _("已经批准，正在重新计算。"),
        "applied": _("已经批准并完成。"),
        "refused": _("已经退回，请重新上传。"),
    }.get(state, _("这一件现在不能这样办理，请刷新页面。"))


async def _begin(means: Services, number: int, approved: bool) -> None:
    try:
        await means.begin_calendar(number, approved)
    except RPCError as error:
        # It is ordered durably: the schedule begins it when the engine is back.
        log.warning("calendar %s begins later: %s", number, error.message)
