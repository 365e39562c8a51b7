"""The HTTP application: guards first, then every router. `create_app` is the only constructor."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api import surface
from api.routers import (
    accident_acts,
    acts,
    admin,
    admin_pages,
    applications,
    apply_pages,
    calendar_feed,
    calendar_feed_pages,
    calendar_pages,
    calendars,
    callbacks,
    case_acts,
    case_notices,
    case_pages,
    cases,
    check_replacements,
    clock_pages,
    credit_acts,
    deadlines,
    deregistration_acts,
    deregistration_pages,
    desk_clock_pages,
    desk_openings,
    desk_pages,
    desk_task_pages,
    device_differences,
    device_entries,
    draws,
    duty_acts,
    entry_pages,
    equipment,
    equipment_case_pages,
    equipment_pages,
    field_pages,
    hazards,
    health,
    hosting_acts,
    hosting_pages,
    item_pages,
    items,
    law_pages,
    licence_acts,
    licence_pages,
    lights,
    liquidation_acts,
    material_pages,
    name_acts,
    name_checks,
    name_pages,
    notice_pages,
    notices,
    officer_certificates,
    opening_times,
    part_acts,
    promise_acts,
    restoration_acts,
    section_pages,
    streams,
    task_acts,
    task_photos,
    tasks,
    verification,
)
from api.security.settings import SecuritySettings
from api.services import Services

# Each module of api/routers that serves cases adds its router here, and nowhere else.
# A request is matched against one router after the other: what is asked most often comes first.
ROUTERS: tuple[APIRouter, ...] = (
    tasks.router,
    task_acts.router,
    task_photos.router,
    applications.router,
    cases.router,
    case_notices.router,
    draws.router,
    case_acts.router,
    acts.router,
    hosting_acts.router,
    licence_acts.router,
    part_acts.router,
    liquidation_acts.router,
    promise_acts.api,
    restoration_acts.router,
    name_acts.router,
    accident_acts.router,
    accident_acts.pages,
    check_replacements.router,
    check_replacements.pages,
    duty_acts.router,
    duty_acts.pages,
    credit_acts.router,
    credit_acts.pages,
    name_checks.router,
    deregistration_acts.router,
    desk_pages.router,
    desk_task_pages.router,
    field_pages.router,
    desk_clock_pages.router,
    desk_openings.router,
    desk_openings.pages,
    device_differences.router,
    device_differences.pages,
    case_pages.router,
    promise_acts.pages,
    clock_pages.router,
    name_pages.router,
    hosting_pages.router,
    deregistration_pages.router,
    licence_pages.router,
    items.router,
    item_pages.router,
    apply_pages.router,
    material_pages.router,
    section_pages.router,
    entry_pages.router,
    verification.router,
    notices.router,
    notice_pages.router,
    callbacks.router,
    deadlines.router,
    opening_times.router,
    law_pages.router,
    lights.router,
    device_entries.router,
    hazards.router,
    equipment.router,
    equipment_pages.router,
    equipment_case_pages.router,
    streams.router,
    health.router,
    admin.router,
    admin_pages.router,
    officer_certificates.router,
    officer_certificates.pages,
    calendars.router,
    calendar_pages.router,
    calendar_feed.router,
    calendar_feed_pages.router,
)

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def _nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


def create_app(
    services: Services, security: SecuritySettings, bureau_name: str, lifespan: Lifespan = _nothing
) -> FastAPI:
    """The application over given means; the composition root opens and closes them."""
    app = FastAPI(
        title="办件 Banjian",
        version="1",
        description="Cases under statutory clocks: REST under /api/v1, pages at /, /desk and /admin.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
    )
    app.state.services = services
    surface.install(
        app,
        settings=security,
        database=async_sessionmaker[AsyncSession](services.engine, expire_on_commit=False),
        bureau_name=bureau_name,
    )
    for router in ROUTERS:
        # Its routes as they are: included, each would be built once more for every application.
        app.router.routes.extend(router.routes)
    return app
