"""The ground of the HTTP surface in one call: guards, pages, error answers, the reader's own account."""

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import error_pages, templating
from api.routers import account, problem_pages, sessions
from api.security import setup
from api.security.settings import SecuritySettings


def install(
    app: FastAPI,
    *,
    settings: SecuritySettings,
    database: async_sessionmaker[AsyncSession],
    bureau_name: str,
) -> None:
    """Everything that must be there before the first case's route. Call once, before adding routers."""
    app.state.database = database
    setup.install(app, settings)
    templating.install(app, bureau_name=bureau_name)
    error_pages.install(app)
    for router in (account.router, sessions.router, problem_pages.router):
        app.router.routes.extend(router.routes)
