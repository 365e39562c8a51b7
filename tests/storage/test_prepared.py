"""Prepared statements: SQLAlchemy's types, transactions and errors, the driver's cost."""

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio
from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.engine import create_engine
from storage.prepared import Prepared
from storage.tables import CaseRow, ClaimLogRow, IdempotencyRow

CASES = CaseRow.__table__
AT = datetime(2026, 9, 23, 2, tzinfo=UTC)
RESERVE = Prepared(
    insert(IdempotencyRow).values(
        person_id=bindparam("who"), key="k", digest="d", created_at=func.app_now()
    )
)
KNOWN = Prepared(select(func.count()).select_from(IdempotencyRow))
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


async def test_values_come_back_as_their_types(engine: AsyncEngine) -> None:
    case = uuid.uuid4()
    row = {
        "case_id": case, "procedure": "p", "office": "o", "owner": "a", "owner_name": "甲", "title": "t",
        "stage": "s", "table_version": "1", "catalogue_version": "1", "law_edition": "1", "revision": 1,
        "passed": [{"stage": "s", "at": "x"}], "numbers": {"receipt": "一"}, "opened_at": AT,
    }  # fmt: skip
    await_insert = Prepared(insert(CASES).values({name: bindparam(name) for name in row}))
    async with engine.begin() as connection:
        await await_insert.many(connection, [row])
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
