"""The request's own transaction: committed once, after the route and before the answer is sent."""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker


def maker_of(request: Request) -> async_sessionmaker[AsyncSession]:
    """The application's session maker (`app.state.database`)."""
    made: async_sessionmaker[AsyncSession] = request.app.state.database
    return made


async def _transaction(request: Request) -> AsyncIterator[AsyncSession]:
    async with maker_of(request).begin() as session:
        yield session


# Scope "function": the commit comes before the response, so that no answer claims what was not kept.
Database = Annotated[AsyncSession, Depends(_transaction, scope="function")]
