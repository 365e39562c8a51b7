"""A person's secret calendar address: made, shown once, revoked. The same for REST and the page."""

import secrets
from collections.abc import Collection
from typing import Final

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from api.i18n import Language
from api.security.person import Person
from api.security.sessions import digest
from api.services import Services
from storage import calendar_feeds as store

TOKEN_BYTES: Final = 32


def address_of(means: Services, request: Request, token: str) -> str:
    """Where the calendar of this token is fetched."""
    return means.public_url + str(request.app.url_path_for("calendar_file", token=token))


async def make(
    means: Services,
    request: Request,
    person: Person,
    language: Language,
    include: Collection[str],
) -> str:
    """A new address, told this once: the database keeps its digest. The one before opens nothing any more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    async with AsyncSession(means.engine) as db, db.begin():
        await store.make(
            db,
            person.id,
            token_hash=digest(token),
            language=language,
            include=set(include),
            actor=person.sign_in,
        )
    return address_of(means, request, token)


async def revoke(means: Services, person: Person) -> bool:
    """The address opens nothing any more; False where there was none."""
    async with AsyncSession(means.engine) as db, db.begin():
        return await store.revoke(db, person.id, actor=person.sign_in)


async def feed_of(means: Services, person: Person) -> store.Feed | None:
    """What the person's address is like; None where there is none."""
    async with means.engine.connect() as connection:
        return await store.feed_of(connection, person.id)
