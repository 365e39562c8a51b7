"""The request's own transaction: committed once, after the route and before the answer is sent."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker


def maker_of(request: Request) -> async_sessionmaker[AsyncSession]:
    """The application's session maker (`app.state.database`)."""
    made: async_sessionmaker[AsyncSession] = request.app.state.database
    return made


def looking_up(request: Request) -> AsyncSession:
    """A session for the look-up before every route: each statement by itself, so one round trip instead of three."""
    made = maker_of(request)
    state = request.app.state
    if not hasattr(state, "autocommit_engine"):
        engine: AsyncEngine = made.kw["bind"]
        state.autocommit_engine = engine.execution_options(isolation_level="AUTOCOMMIT")
    return made(bind=state.autocommit_engine)


async def _transaction(request: Request) -> AsyncIterator[AsyncSession]:
    async with maker_of(request).begin() as session:
        yield session


# Scope "function": the commit comes before the response, so that no answer claims what was not kept.
Database = Annotated[AsyncSession, Depends(_transaction, scope="function")]
