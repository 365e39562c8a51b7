"""Whether the process lives, and whether it can serve: for supervisors and load balancers."""

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from sqlalchemy import func, select
from starlette.responses import JSONResponse, Response

from api.error_pages import AWAY
from api.security.access import Access
from api.services import Means
from api.views import shapes
from law.zone import local

router = APIRouter(tags=["health"])

PATIENCE: Final = 3.0


class NobodyLookedUp(Access):
    """Everybody, without asking the database who it is: it may be what is missing."""

    async def __call__(self, request: Request) -> None:
        return None


Process = Annotated[None, Depends(NobodyLookedUp("anyone"))]


@router.get("/livez", operation_id="getLiveness", response_model=shapes.Alive)
async def livez(nobody: Process) -> Response:
    """The process answers; says nothing of the parts behind it."""
    return JSONResponse({"status": "alive"})


@router.get(
    "/readyz",
    operation_id="getReadiness",
    response_model=shapes.Alive,
    responses={503: {"description": "the database is away", "content": {"application/json": {}}}},
)
async def readyz(nobody: Process, means: Means) -> Response:
    """The database answers, so that acts can be made durable. The engine may be away: receipts still work."""
    try:
        async with asyncio.timeout(PATIENCE), means.engine.connect() as connection:
            now = (await connection.execute(select(func.app_now()))).scalar_one()
    except AWAY:
        return JSONResponse({"status": "waiting", "database": "away"}, 503)
    return JSONResponse({"status": "ready", "database": "ok", "now": local(now).isoformat()})
