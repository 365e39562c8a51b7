"""What several twins ask of an entity's code before they answer: its check characters, and whose it is."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.twins.codes import is_unified_code
from registers.twins.database import one
from registers.twins.problems import Refused
from registers.twins.schema import enterprises


def require_unified_code(uscc: str) -> None:
    """Raises Refused: `uscc_invalid` where a check character does not hold."""
    if not is_unified_code(uscc):
        raise Refused("uscc_invalid", "统一社会信用代码的校验码不符")


async def holder_of(connection: AsyncConnection, uscc: str) -> str | None:
    """The name that the market register holds under the code; None where it knows none.

    Raises Refused: `uscc_invalid`.
    """
    require_unified_code(uscc)
    held = await one(connection, select(enterprises.c.name).where(enterprises.c.uscc == uscc))
    return None if held is None else str(held["name"])
