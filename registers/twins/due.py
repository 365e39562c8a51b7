"""What falls due at the twins by itself: links that expire, absent people and departments who answer,
reservations of names that lapse."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import RowMapping, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from registers.messages import Register
from registers.twins import desks, errands, identity, names, signature
from registers.twins.database import app_now
from registers.twins.desk_routes import BY_ERRAND
from registers.twins.desk_schema import desk_errands, reserved_names
from registers.twins.market_rules import day_start
from registers.twins.problems import Refused
from registers.twins.schema import callbacks
from registers.twins.schema import errands as people


async def settle_due(engine: AsyncEngine) -> int:
    """Settle every errand that is due now, each in its own transaction; return how many."""
    count = 0
    while await _settle_one(engine) or await _answer_one(engine):
        count += 1
    async with engine.begin() as connection:
        await names.lapse_due(connection)
    return count


async def next_instant(engine: AsyncEngine) -> datetime | None:
    """When the next thing falls due, or fell due and is not settled."""
    waiting = (
        select(func.min(func.least(people.c.expires_at, people.c.auto_answer_at))).where(
            people.c.state == "open"
        ),
        select(func.min(desk_errands.c.answer_at)).where(desk_errands.c.state == desks.OPEN),
        # What was tried in vain is tried again at every hop; waiting for it would never end.
        select(func.min(callbacks.c.due_at)).where(
            callbacks.c.delivered_at.is_(None), callbacks.c.attempts == 0
        ),
    )
    async with engine.connect() as connection:
        found = [await connection.scalar(statement) for statement in waiting]
        last_day = await connection.scalar(
            select(func.min(reserved_names.c.held_until)).where(
                reserved_names.c.state == "reserved"
            )
        )
    if last_day is not None:
        found.append(day_start(last_day + timedelta(days=1)))
    return min((i.astimezone(UTC) for i in found if i is not None), default=None)


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


async def _answer_one(engine: AsyncEngine) -> bool:
    async with engine.begin() as connection:
        row = await desks.next_due(connection)
        if row is None:
            return False
        await desks.answer_by_rule(connection, BY_ERRAND[row["errand"]], row)
        return True
