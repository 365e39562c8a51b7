"""What tax's twin says of an entity that wants to leave: cleared or not, on what day, else what is in the way."""

from typing import Annotated, Final

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.deregistration import AskTaxClearance, TaxClearance
from registers.messages import Envelope, Register
from registers.twins import ending_examples as examples
from registers.twins.database import app_now, one
from registers.twins.desk_schema import tax_clearances
from registers.twins.gate import Call, reads
from registers.twins.market_rules import civil_day
from registers.twins.problems import documented

R: Final = Register.TAX
NOT_CLEARED: Final = "尚未办结税务注销,没有清税证明"
router = APIRouter(prefix="/tax", tags=["tax"])


@router.post(
    "/clearances",
    operation_id="askTaxClearance",
    summary="查询清税证明",
    response_model=Envelope[TaxClearance],
    responses=documented(400, 401, 411, 413, 422, 503),
)
async def ask_tax_clearance(
    query: Annotated[AskTaxClearance, Body(openapi_examples=examples.CLEARANCE)],
    call: Annotated[Call, Depends(reads(R, "ask_tax_clearance"))],
) -> Response:
    async with call.engine.connect() as connection:
        return call.answer(await clearance_of(connection, query.uscc))


async def clearance_of(connection: AsyncConnection, uscc: str) -> TaxClearance:
    """As of today: a day that is still to come has not cleared anything."""
    row = await one(connection, select(tax_clearances).where(tax_clearances.c.uscc == uscc))
    today = civil_day(await app_now(connection))
    if row is None or row["cleared_on"] is None or row["cleared_on"] > today:
        reasons = tuple(row["reasons"]) if row is not None else ()
        return TaxClearance(uscc=uscc, cleared=False, reasons=reasons or (NOT_CLEARED,))
    return TaxClearance(uscc=uscc, cleared=True, cleared_on=row["cleared_on"], number=row["number"])
