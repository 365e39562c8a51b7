"""Prepared statements: SQLAlchemy's types, transactions and errors, the driver's cost."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy import Insert, bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.engine import async_url, create_engine
from storage.prepared import AsOne, Prepared, Together
from storage.tables import CaseRow, ClaimLogRow, IdempotencyRow

CASES = CaseRow.__table__
AT = datetime(2026, 9, 23, 2, tzinfo=UTC)
RESERVE = Prepared(
    insert(IdempotencyRow).values(
        person_id=bindparam("who"), key="k", digest="d", created_at=func.app_now()
    )
)
KNOWN = Prepared(select(func.count()).select_from(IdempotencyRow))
ASLEEP = Prepared(select(func.pg_sleep(30)))
ROWS = Prepared(select(CASES.c.passed, CASES.c.numbers, CASES.c.case_id, CASES.c.closed_at))


@pytest_asyncio.fixture
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(fresh_database, pool_size=1, max_overflow=0)
    yield made
    await made.dispose()


async def test_a_transaction_is_kept_or_undone_as_a_whole(engine: AsyncEngine) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with engine.begin() as connection:
            await RESERVE.run(connection, who="a")
            raise RuntimeError
    async with engine.connect() as connection:
        assert await KNOWN.scalar(connection) == 0
    async with engine.begin() as connection:
        await RESERVE.run(connection, who="a")
        # Beside a statement of the usual kind, in the same transaction.
        assert await connection.scalar(text("SELECT count(*) FROM idempotency")) == 1
    async with engine.connect() as connection:
        await RESERVE.run(connection, who="b")
    async with engine.connect() as connection:
        assert await KNOWN.scalar(connection) == 2


async def test_a_usual_statement_first_shares_its_transaction_too(engine: AsyncEngine) -> None:
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with engine.begin() as connection:
            await connection.execute(text("SELECT 1"))
            await RESERVE.run(connection, who="a")
            raise RuntimeError
    async with engine.connect() as connection:
        assert await KNOWN.scalar(connection) == 0


async def test_errors_are_those_of_sqlalchemy_and_the_connection_lives(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await RESERVE.run(connection, who="a")
        with pytest.raises(IntegrityError):
            await RESERVE.run(connection, who="a")
        assert await KNOWN.scalar(connection) == 1


async def test_a_server_that_lets_nobody_in_is_away(engine: AsyncEngine) -> None:
    nowhere = create_engine(
        engine.url.set(database="nowhere").render_as_string(hide_password=False)
    )
    with pytest.raises(OperationalError):
        await KNOWN.scalar(nowhere)
    await nowhere.dispose()


async def test_a_dead_connection_leaves_the_pool(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    killer = create_engine(engine.url.render_as_string(hide_password=False))
    async with killer.connect() as other:
        await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    await killer.dispose()
    with pytest.raises(DBAPIError) as failed:
        async with engine.connect() as connection:
            await KNOWN.scalar(connection)
    assert failed.value.connection_invalidated
    async with engine.connect() as connection:
        assert await KNOWN.scalar(connection) == 0


@pytest_asyncio.fixture
async def wide(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(fresh_database, pool_size=6, max_overflow=0)
    yield made
    await made.dispose()


BACKENDS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


async def _crowd(engine: AsyncEngine, size: int = 4) -> list[int | BaseException]:
    every = (KNOWN.scalar(engine) for _ in range(size))
    return await asyncio.gather(*every, return_exceptions=True)


async def test_statements_by_themselves_use_the_same_connection_again(wide: AsyncEngine) -> None:
    own = Prepared(select(func.pg_backend_pid()))
    assert len({await own.scalar(wide) for _ in range(5)}) == 1
    # A refused one is no reason to give the connection up.
    await RESERVE.run(wide, who="a")
    with pytest.raises(IntegrityError):
        await RESERVE.run(wide, who="a")
    assert await KNOWN.scalar(wide) == 1


async def test_what_is_kept_leaves_room_for_transactions(
    wide: AsyncEngine, engine: AsyncEngine
) -> None:
    await _crowd(wide)
    async with asyncio.timeout(10), AsyncExitStack() as held:
        for _ in range(4):
            await held.enter_async_context(wide.connect())
        assert await KNOWN.scalar(wide) == 0
    # A pool of one keeps none: the next transaction would wait for it for ever.
    assert await KNOWN.scalar(engine) == 0
    async with asyncio.timeout(10), engine.connect() as connection:
        assert await KNOWN.scalar(connection) == 0


async def test_after_a_restart_of_the_server_one_statement_fails_not_each(
    wide: AsyncEngine,
) -> None:
    assert await _crowd(wide, 2) == [0, 0]
    killer = create_engine(wide.url.render_as_string(hide_password=False), pool_size=1)
    async with killer.connect() as other:
        for pid in (await other.scalars(BACKENDS)).all():
            await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with pytest.raises(DBAPIError) as failed:
        await KNOWN.scalar(wide)
    assert failed.value.connection_invalidated
    # The other one is not tried: it died with the first.
    assert await _crowd(wide, 2) == [0, 0]
    await killer.dispose()


async def test_disposing_closes_what_is_kept(wide: AsyncEngine) -> None:
    await _crowd(wide)
    await wide.dispose()
    other = create_engine(wide.url.render_as_string(hide_password=False), pool_size=1)
    async with asyncio.timeout(10), other.connect() as connection:
        # A backend ends a moment after its connection does.
        while (await connection.scalars(BACKENDS)).all():
            await connection.rollback()
    await other.dispose()
    assert await KNOWN.scalar(wide) == 0


async def test_values_come_back_as_their_types(engine: AsyncEngine) -> None:
    case = uuid.uuid4()
    row = {
        "case_id": case, "procedure": "p", "office": "o", "owner": "a", "owner_name": "甲", "title": "t",
        "stage": "s", "table_version": "1", "catalogue_version": "1", "law_edition": "1", "revision": 1,
        "passed": [{"stage": "s", "at": "x"}], "numbers": {"receipt": "一"}, "opened_at": AT,
    }  # fmt: skip
    open_case = Prepared(insert(CaseRow).values({name: bindparam(name) for name in row}))
    async with engine.begin() as connection:
        await open_case.many(connection, [row])
    async with engine.connect() as connection:
        found = await ROWS.first(connection)
        plain = (await connection.execute(select(CASES))).one()
    assert found == {
        "passed": row["passed"], "numbers": row["numbers"], "case_id": case, "closed_at": None,
    }  # fmt: skip
    assert (plain.passed, plain.numbers) == (row["passed"], row["numbers"])


async def test_many_rows_are_one_errand(engine: AsyncEngine) -> None:
    log = Prepared(
        insert(ClaimLogRow).values(
            task_id=bindparam("task"), person_id="p", what="claimed", reason="", at=func.app_now()
        )
    )
    rename = Prepared(
        update(ClaimLogRow)
        .where(ClaimLogRow.task_id == bindparam("task"))
        .values(reason=bindparam("why"))
    )
    async with engine.begin() as connection:
        await log.many(connection, [{"task": f"t{n}"} for n in range(50)])
        await rename.many(connection, [{"task": f"t{n}", "why": str(n)} for n in range(50)])
    async with engine.connect() as connection:
        rows = await connection.execute(select(ClaimLogRow.task_id, ClaimLogRow.reason))
        assert {(f"t{n}", str(n)) for n in range(50)} == {tuple(r) for r in rows}


async def test_several_lists_are_one_errand(engine: AsyncEngine) -> None:
    """Each list with its own order and types, an empty one too; parameters of one name are one."""
    log = Prepared(
        insert(ClaimLogRow).values(
            task_id=bindparam("task"), person_id="p", what="claimed", reason="", at=bindparam("at")
        )
    )
    for task in ("b", "a"):
        await log.run(engine, task=task, at=AT)
    both = Together(
        lines=select(ClaimLogRow.task_id, ClaimLogRow.at)
        .where(ClaimLogRow.at == bindparam("at"))
        .order_by(ClaimLogRow.task_id),
        one=select(ClaimLogRow.task_id).where(ClaimLogRow.at == bindparam("at")).limit(1),
        cases=select(CASES),
    )
    found = await both.read(engine, at=AT)
    assert found["lines"] == [{"task_id": "a", "at": AT}, {"task_id": "b", "at": AT}]
    assert len(found["one"]) == 1
    assert found["cases"] == []


async def test_several_changes_are_kept_or_undone_as_a_whole(engine: AsyncEngine) -> None:
    def reserve(prefix: str) -> Insert:
        return insert(IdempotencyRow).values(
            person_id=bindparam(f"{prefix}_who"), key="k", digest="d", created_at=func.app_now()
        )

    both = AsOne(reserve("first"), reserve("second"))
    await both.run(engine, first_who="a", second_who="b")
    with pytest.raises(IntegrityError):
        await both.run(engine, first_who="c", second_who="a")
    assert await KNOWN.scalar(engine) == 2


# -- given up in the middle --------------------------------------------------------------------------


@pytest_asyncio.fixture
async def beside(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """What others see of the database."""
    other = create_engine(engine.url.render_as_string(hide_password=False))
    async with other.connect() as connection:
        yield await connection.execution_options(isolation_level="AUTOCOMMIT")
    await other.dispose()


async def lives(engine: AsyncEngine, beside: AsyncConnection, who: str) -> None:
    """The pool's one connection takes a transaction, and the server keeps it."""
    async with engine.begin() as connection:
        await RESERVE.run(connection, who=who)
    kept = text("SELECT count(*) FROM idempotency WHERE person_id = :who")
    assert await beside.scalar(kept, {"who": who}) == 1


async def test_a_cancelled_statement_leaves_the_pool_usable(
    engine: AsyncEngine, beside: AsyncConnection
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2), engine.connect() as connection:
            await ASLEEP.run(connection)
    await lives(engine, beside, "a")


async def test_a_cancelled_statement_by_itself_leaves_the_pool_usable(
    engine: AsyncEngine, beside: AsyncConnection
) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await ASLEEP.run(engine)
    await lives(engine, beside, "a")


async def test_a_cancelled_transaction_is_undone_and_leaves_the_pool_usable(
    engine: AsyncEngine, beside: AsyncConnection
) -> None:
    with pytest.raises(TimeoutError):  # noqa: PT012
        async with asyncio.timeout(0.2), engine.begin() as connection:
            await RESERVE.run(connection, who="lost")
            await ASLEEP.run(connection)
    await lives(engine, beside, "a")
    assert await KNOWN.scalar(beside) == 1


async def test_one_cancelled_at_any_instant_spoils_no_later_transaction(
    engine: AsyncEngine, beside: AsyncConnection
) -> None:
    """Also while BEGIN is on its way: the server may have begun what the adapter knows nothing of."""

    async def act() -> None:
        async with engine.begin() as connection:
            await ASLEEP.run(connection)

    for turns in range(50):
        acting = asyncio.create_task(act() if turns % 2 else ASLEEP.run(engine))
        for _ in range(turns // 2):
            await asyncio.sleep(0)
        acting.cancel()
        await asyncio.wait({acting})
        assert acting.cancelled()
        await lives(engine, beside, str(turns))


async def test_the_drivers_own_time_limit_spoils_no_later_transaction(
    fresh_database: str, beside: AsyncConnection
) -> None:
    hasty = create_async_engine(
        async_url(fresh_database),
        pool_size=1,
        max_overflow=0,
        connect_args={"command_timeout": 0.2},
    )
    with pytest.raises(TimeoutError):
        async with hasty.begin() as connection:
            await ASLEEP.run(connection)
    await lives(hasty, beside, "a")
    await hasty.dispose()
