"""Answers of REST calls by (person, key).

Of an act: kept after it; its id follows from the key, so that it needs no reservation. Of anything else: the
key is reserved before the work, filled after it, freed on refusal.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.prepared import Prepared
from storage.tables import IdempotencyRow

# A process that died in the middle holds a key no longer than this. One that is merely slow loses
# nothing by it: an act's id follows from the key, so both calls do the same act.
ABANDONED = timedelta(seconds=20)
KEPT = timedelta(days=7)


_MINE = (IdempotencyRow.person_id == bindparam("who")) & (IdempotencyRow.key == bindparam("which"))
_RESERVE = Prepared(
    insert(IdempotencyRow)
    .values(
        person_id=bindparam("who"),
        key=bindparam("which"),
        digest=bindparam("asked"),
        created_at=func.app_now(),
    )
    .on_conflict_do_nothing(index_elements=["person_id", "key"])
    .returning(IdempotencyRow.key)
)
_TAKE_OVER = Prepared(
    update(IdempotencyRow)
    .where(
        _MINE,
        IdempotencyRow.digest == bindparam("asked"),
        IdempotencyRow.status.is_(None),
        IdempotencyRow.created_at <= func.app_now() - ABANDONED,
    )
    .values(created_at=func.app_now())
    .returning(IdempotencyRow.key)
)
_KNOWN = Prepared(
    select(
        IdempotencyRow.digest,
        IdempotencyRow.status,
        IdempotencyRow.answer,
        IdempotencyRow.location,
        IdempotencyRow.etag,
    ).where(_MINE)
)
_ANSWER: dict[str, Any] = {
    "status": bindparam("code"),
    "answer": bindparam("body"),
    "location": bindparam("place"),
    "etag": bindparam("tag"),
}
_KEEP = Prepared(
    insert(IdempotencyRow)
    .values(
        person_id=bindparam("who"),
        key=bindparam("which"),
        digest=bindparam("asked"),
        created_at=func.app_now(),
        **_ANSWER,
    )
    # Another process may have reserved the key for something else meanwhile: that row is its own.
    .on_conflict_do_update(
        index_elements=["person_id", "key"],
        set_=_ANSWER,
        where=IdempotencyRow.digest == bindparam("asked"),
    )
)


@dataclass(frozen=True)
class Kept:
    """What is known of a key. `status` is None while the first call is at work."""

    digest: str
    status: int | None
    answer: bytes | None
    location: str | None
    etag: str | None


async def reserve(engine: AsyncEngine, person_id: str, key: str, digest: str) -> Kept | None:
    """None: the key is ours now, go on. Otherwise what an earlier call with it left.

    An abandoned reservation of the same body is taken over; acts have ids derived from the key, so
    the repeated work is the same act.
    """
    mine = {"who": person_id, "which": key}
    # Statements of one row each: every one is a transaction by itself.
    if await _RESERVE.first(engine, **mine, asked=digest) is not None:
        return None
    if await _TAKE_OVER.first(engine, **mine, asked=digest) is not None:
        return None
    row = await _KNOWN.first(engine, **mine)
    # Freed between the two statements: the first call was refused, so this one may try.
    return Kept(**row) if row else await reserve(engine, person_id, key, digest)


async def keep(engine: AsyncEngine, answers: dict[tuple[str, str], Kept]) -> None:
    """Keep the answers by (person, key), in the rows that were reserved for them or in new ones."""
    await _KEEP.many(
        engine,
        [
            {
                "who": person_id,
                "which": key,
                "asked": kept.digest,
                "code": kept.status,
                "body": kept.answer,
                "place": kept.location,
                "tag": kept.etag,
            }
            for (person_id, key), kept in answers.items()
        ],
    )


async def forget(engine: AsyncEngine) -> int:
    """Drop answers kept for longer than KEPT: they repeat what people filled in, of cases since erased too.

    A call that comes again even later does the same act all the same: its id follows from the key.
    """
    async with engine.begin() as connection:
        done = await connection.execute(
            delete(IdempotencyRow).where(IdempotencyRow.created_at <= func.app_now() - KEPT)
        )
    return done.rowcount


async def free(engine: AsyncEngine, person_id: str, key: str) -> None:
    """Nothing was done under this key: it may be used again, also with another body."""
    async with engine.begin() as connection:
        await connection.execute(
            delete(IdempotencyRow).where(
                IdempotencyRow.person_id == person_id,
                IdempotencyRow.key == key,
                IdempotencyRow.status.is_(None),
            )
        )
