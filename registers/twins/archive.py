"""Twin of the electronic archive (电子档案): takes a case's package and gives an archive number."""

from typing import Annotated

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.messages import Envelope, Register
from registers.requests import Deposited, DepositPackage
from registers.twins import examples
from registers.twins.database import app_now, lock, next_number, one
from registers.twins.gate import Call, changes, perform
from registers.twins.market_rules import civil_day
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_content_reading, add_contents, add_find, load_content
from registers.twins.schema import deposits

R = Register.ARCHIVE
PACKAGE = "application/octet-stream"
router = APIRouter(prefix="/archive", tags=["archive"])

add_contents(router, R, PACKAGE, b"")
add_content_reading(router, R, PACKAGE)


@router.post(
    "/deposits",
    operation_id="depositPackage",
    summary="移交档案",
    response_model=Envelope[Deposited],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def deposit(
    effect: Annotated[DepositPackage, Body(openapi_examples=examples.DEPOSIT)],
    call: Annotated[Call, Depends(changes(R, "deposit_package"))],
) -> Response:
    return await perform(call, effect, _deposit)


add_find(router, R, Envelope[Deposited])


async def _deposit(connection: AsyncConnection, call: Call, effect: DepositPackage) -> Deposited:
    """One package per case; archive numbers run through the year without a gap."""
    data = await load_content(connection, effect.package_sha256)
    if data is None:
        raise Refused("content_unknown", "请先提交档案包", status=409)
    if len(data) != effect.size:
        raise Refused("size_mismatch", "档案包的大小与清单不符")
    await lock(connection, f"archive-case:{effect.case_ref}")
    if await one(connection, select(deposits).where(deposits.c.case_ref == effect.case_ref)):
        raise Refused("already_deposited", "此办件的档案已经移交")
    now = await app_now(connection)
    year = civil_day(now).year
    running = await next_number(connection, f"archive-{year}")
    number = f"{call.settings.division}-{year}-{running:06d}"
    await connection.execute(
        insert(deposits).values(
            number=number,
            case_ref=effect.case_ref,
            package_sha256=effect.package_sha256,
            details=effect.model_dump(mode="json", include={"title", "documents", "retention"}),
            deposited_at=now,
        )
    )
    return Deposited(
        case_ref=effect.case_ref,
        archive_number=number,
        package_sha256=effect.package_sha256,
        size=effect.size,
        deposited_at=now,
    )
