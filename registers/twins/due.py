"""What falls due at the twins by itself: links that expire, and absent people who answer."""

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registers.messages import Register
from registers.twins import errands, identity, signature
from registers.twins.database import app_now
from registers.twins.problems import Refused


async def settle_due(engine: AsyncEngine) -> int:
    """Settle every errand that is due now, each in its own transaction; return how many."""
    count = 0
    while await _settle_one(engine):
        count += 1
    return count


async def _sign(connection: AsyncConnection, row: RowMapping) -> None:
    """A file that cannot be signed ends its errand; left open it would come up again for ever."""
    try:
        async with connection.begin_nested():
            await signature.sign_row(connection, row)
    except Refused as refusal:
        await errands.settle(connection, row, "refused", reason=refusal.detail)


async def _settle_one(engine: AsyncEngine) -> bool:
    async with engine.begin() as connection:
        row = await errands.next_due(connection)
        if row is None:
            return False
        answers = row["auto_answer_at"] is not None and row["auto_answer_at"] < row["expires_at"]
        if not answers or row["auto_answer_at"] > await app_now(connection):
            await errands.settle(connection, row, "expired", reason="逾期未办")
        elif row["register"] == Register.IDENTITY.value:
            await identity.confirm_row(connection, row)
        else:
            await _sign(connection, row)
        return True
