"""What NECIPS's twin publishes of an entity's end: its deregistration, and that a compulsory one was taken back."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.deregistration import PublishDeregistration, PublishRestoration
from registers.messages import Envelope, Register
from registers.requests import Published
from registers.twins import ending_examples as examples
from registers.twins.desks import TOLD_OF, entered
from registers.twins.gate import Call, changes, perform
from registers.twins.necips import DEREGISTRATION, RESTORATION, publish
from registers.twins.problems import documented

R: Final = Register.NECIPS
router = APIRouter(prefix="/necips", tags=["necips"])


@router.post(
    "/deregistrations",
    operation_id="publishDeregistration",
    summary="公示注销登记信息",
    response_model=Envelope[Published],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def publish_deregistration(
    effect: Annotated[
        PublishDeregistration, Body(openapi_examples=examples.DEREGISTRATION_PUBLICATION)
    ],
    call: Annotated[Call, Depends(changes(R, "publish_deregistration"))],
) -> Response:
    return await perform(call, effect, _deregistration)


@router.post(
    "/restorations",
    operation_id="publishRestoration",
    summary="公示恢复登记信息",
    response_model=Envelope[Published],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def publish_restoration(
    effect: Annotated[PublishRestoration, Body(openapi_examples=examples.RESTORATION_PUBLICATION)],
    call: Annotated[Call, Depends(changes(R, "publish_restoration"))],
) -> Response:
    return await perform(call, effect, _restoration)


async def _deregistration(
    connection: AsyncConnection, call: Call, effect: PublishDeregistration
) -> Published:
    """Only of an entry that has ended."""
    await entered(connection, effect.uscc, effect.name, among=("deregistered",))
    return await publish(connection, call, effect, DEREGISTRATION, effect.uscc)


async def _restoration(
    connection: AsyncConnection, call: Call, effect: PublishRestoration
) -> Published:
    """Only of an entry that is there again."""
    await entered(connection, effect.uscc, effect.name, among=TOLD_OF)
    return await publish(connection, call, effect, RESTORATION, effect.uscc)
