"""The twins as one FastAPI application: the registers, their people's pages, and the administrator's door."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI

from registers.trust import trusted
from registers.twins import (
    admin,
    admin_desks,
    admin_equipment,
    admin_world,
    annulments,
    archive,
    collateral,
    court,
    desk_routes,
    due,
    equipment,
    equipment_uses,
    identity,
    lists,
    market,
    market_endings,
    market_standings,
    names,
    necips,
    necips_endings,
    problems,
    signature,
    tax_clearances,
)
from registers.twins.database import create_engine, create_schema
from registers.twins.gate import SizeLimit
from registers.twins.outbox import Courier
from registers.twins.settings import TwinSettings

_TAGS = [
    {"name": "market", "description": "市场主体登记库"},
    {"name": "identity", "description": "实名认证"},
    {"name": "signature", "description": "电子签章"},
    {"name": "necips", "description": "国家企业信用信息公示系统"},
    {"name": "archive", "description": "电子档案"},
    {"name": "names", "description": "名称库"},
    {"name": "tax", "description": "税务"},
    {"name": "social", "description": "社会保险"},
    {"name": "seal", "description": "公安印章备案"},
    {"name": "housing", "description": "住房公积金"},
    {"name": "bank", "description": "银行预约开户"},
    {"name": "departments", "description": "许可主管部门"},
    {"name": "court", "description": "人民法院"},
    {"name": "collateral", "description": "股权出质登记、动产融资统一登记"},
    {"name": "equipment", "description": "特种设备动态监管平台"},
    {"name": "admin", "description": "演练:故障、初始数据、已发生的效果"},
]


class InProcess(httpx.ASGITransport):
    """Reach the twins in this process. A broken-off answer looks as it does on a socket."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            return await super().handle_async_request(request)
        except AssertionError as error:
            raise httpx.RemoteProtocolError("the answer broke off", request=request) from error


def create_twins(
    settings: TwinSettings, callback_transport: httpx.AsyncBaseTransport | None = None
) -> FastAPI:
    """Build the application. It connects when its lifespan starts, under uvicorn or
    `app.router.lifespan_context(app)`; `callback_transport` reaches an API in the same process.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        engine = create_engine(settings.database_url, settings.pool_size)
        http = httpx.AsyncClient(
            transport=callback_transport, follow_redirects=False, trust_env=False, verify=trusted()
        )
        courier = Courier(engine, settings, http)
        app.state.settings, app.state.engine, app.state.courier = settings, engine, courier
        background: asyncio.Task[None] | None = None
        try:
            await create_schema(engine)
            if settings.background:
                background = asyncio.create_task(courier.run(lambda: due.settle_due(engine)))
            yield
        finally:
            if background is not None:
                background.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await background
            await http.aclose()
            await engine.dispose()

    app = FastAPI(
        title="登记系统模拟服务",
        version="1",
        summary="Twins of the outside registers, with rules and faults",
        lifespan=lifespan,
        openapi_tags=_TAGS,
        # Their pages load scripts from elsewhere; /openapi.json stays.
        docs_url=None,
        redoc_url=None,
    )
    app.add_middleware(SizeLimit)
    problems.install(app)
    routers = (
        *(module.router for module in (market, market_endings, market_standings, identity)),
        *(module.router for module in (signature, necips, necips_endings, lists, archive, names)),
        *(module.router for module in (tax_clearances, annulments, court, collateral)),
        *(module.router for module in (equipment_uses, equipment)),
        *desk_routes.ROUTERS,
        *(door.router for door in (admin, admin_world, admin_desks, admin_equipment)),
    )
    for router in routers:
        # Its routes as they are: included, each would be built once more for every application.
        app.router.routes.extend(router.routes)
    return app
