"""What administrators do with inspectors' certificates (执法证件), the same for REST and pages; refusals as problems."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.security.person import Person
from api.services import Services
from domain.roles import Role
from forms.officer_certificates import NewCertificate
from law.zone import civil_date
from storage import admin_log
from storage import officer_certificates as kept
from storage.colleagues import Colleague, colleague, colleagues
from storage.officer_certificates import Listed, NumberTaken

ADDED: Final = "certificate_added"
REVOKED: Final = "certificate_revoked"


async def listed(means: Services, person: Person) -> list[Listed]:
    """Every certificate of the administrator's office."""
    async with means.engine.connect() as connection:
        return await kept.registered(connection, person.office)


async def inspectors(means: Services, person: Person) -> list[Colleague]:
    """Who may hold one."""
    async with means.engine.connect() as connection:
        return await colleagues(connection, Role.INSPECTOR.value, person.office)


async def add(means: Services, person: Person, wanted: NewCertificate) -> Listed:
    """Register a certificate; logged.

    Raises:
        Problem: invalid_input, where it has ended, is nobody's of the office, or stands in the register.
    """
    if wanted.valid_until < civil_date(person.now):
        raise _wrong("/valid_until", _("有效期已经届满，请核对证件；换发的请填写新的有效期"))
    async with means.engine.connect() as connection:
        holder = await colleague(connection, wanted.account, person.office)
    if holder is None or Role.INSPECTOR.value not in holder.roles:
        raise _wrong("/account", _("本机关没有这位执法人员，请填写其登录名"))
    async with AsyncSession(means.engine) as db:
        try:
            ident = await kept.add(
                db,
                account_id=holder.id,
                kind=wanted.kind,
                number=wanted.number,
                valid_from=wanted.valid_from,
                valid_until=wanted.valid_until,
                by=person.sign_in,
            )
        except NumberTaken as taken:
            raise _wrong("/number", _taken(taken)) from taken
        await _note(db, person, ADDED, holder.id, wanted.model_dump(mode="json"))
        await db.commit()
    return await found(means, person, ident)


async def stands(means: Services, person: Person, wanted: NewCertificate) -> bool:
    """Whether this very certificate is in the register, in force: asked for again, it needs no second entry."""
    return any(
        one.revoked_at is None
        and wanted.account.lower() in {one.sign_in, str(one.account_id)}
        and (one.kind, one.number) == (wanted.kind.value, wanted.number)
        and (one.valid_from, one.valid_until) == (wanted.valid_from, wanted.valid_until)
        for one in await listed(means, person)
    )


async def revoke(means: Services, person: Person, ident: UUID, reason: str) -> Listed:
    """End a certificate at once; logged.

    Raises:
        Problem: not_found; conflict where it was revoked before.
    """
    one = await found(means, person, ident)
    async with AsyncSession(means.engine) as db:
        if not await kept.revoke(db, ident, by=person.sign_in, reason=reason):
            raise Problem("conflict", _("这份证件已经收回。"))
        details = {"kind": one.kind, "number": one.number, "reason": reason}
        await _note(db, person, REVOKED, one.account_id, details)
        await db.commit()
    return await found(means, person, ident)


async def found(means: Services, person: Person, ident: UUID) -> Listed:
    """One of the office's. Raises Problem: not_found."""
    async with means.engine.connect() as connection:
        rows = await kept.registered(connection, person.office, ident=ident)
    if not rows:
        raise Problem("not_found")
    return rows[0]


async def _note(
    db: AsyncSession, person: Person, act: str, account: UUID, details: Mapping[str, object]
) -> None:
    await admin_log.note(db, actor=person.sign_in, act=act, subject=str(account), details=details)


def _taken(taken: NumberTaken) -> str:
    if not taken.holder:
        return _("这个证号已经登记，请核对")
    return _("这个证号已经登记在%(holder)s名下，请核对；换发的证件请填写新的有效期开始日期") % {
        "holder": taken.holder
    }


def _wrong(pointer: str, message: str) -> Problem:
    return Problem("invalid_input", errors=[FieldError(message, pointer)])
