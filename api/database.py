"""The request's own transaction: committed once, after the route and before the answer is sent."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker


def maker_of(request: Request) -> async_sessionmaker[AsyncSession]:
    """The application's session maker (`app.state.database`)."""
    made: async_sessionmaker[AsyncSession] = request.app.state.database
    return made


def engine_of(request: Request) -> AsyncEngine:
    """The pool behind it, for what a route needs before its transaction."""
    engine: AsyncEngine = maker_of(request).kw["bind"]
    return engine


async def _transaction(request: Request) -> AsyncIterator[AsyncSession]:
    async with maker_of(request).begin() as session:
        yield session


# Scope "function": the commit comes before the response, so that no answer claims what was not kept.
Database = Annotated[AsyncSession, Depends(_transaction, scope="function")]
