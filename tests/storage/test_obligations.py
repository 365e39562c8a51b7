"""The register of recurring obligations: each change names what it changes, so that a repeated or late one changes nothing."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from law.obligations import Term
from storage import devices, obligations
from storage.engine import create_engine

OFFICE, USCC, CODE = "421303", "91421303MA0QH1006C", "31104213032026000041"
TERM = Term(date(2025, 11, 1), date(2026, 10, 31), date(2026, 9, 15))
NEXT = Term(date(2026, 10, 30), date(2027, 10, 29), date(2027, 9, 14))


@pytest_asyncio.fixture(loop_scope="session")
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    made = create_engine(fresh_database)
    yield made
    await made.dispose()


def entry(code: str = CODE, state: str = "in_use") -> devices.Entry:
    return devices.Entry(
        code=code,
        office=OFFICE,
        kind="3110",
        category="3000",
        uscc=USCC,
        unit="随州市曾都区红光商贸有限公司",
        place="烈山大道1号",
        state=state,
        inspection_valid_until=date(2026, 10, 31),
    )


async def ensured(engine: AsyncEngine, subject: str = CODE, term: Term = TERM) -> uuid.UUID:
    async with engine.begin() as connection:
        await obligations.ensure(
            connection, "se_periodic_inspection", subject, term, office=OFFICE, uscc=USCC
        )
    return obligations.obligation_id("se_periodic_inspection", subject)


async def test_a_device_in_use_has_its_duty_and_its_unit_three_each_once(
    engine: AsyncEngine,
) -> None:
    for _ in range(2):
        async with engine.begin() as connection:
            await devices.enter(connection, entry())
            await obligations.ensure_of_device(
                connection, entry(), date(2025, 11, 1), duties_since=date(2026, 1, 5)
            )
    async with engine.connect() as connection:
        of_device = await obligations.of_subject(connection, CODE)
        of_unit = await obligations.of_subject(connection, USCC)
    assert [(o.procedure, o.due_on, o.opens_on) for o in of_device] == [
        ("se_periodic_inspection", TERM.due_on, TERM.opens_on)
    ]
    assert [o.procedure for o in of_unit] == [
        "se_emergency_drill",
        "se_emergency_plan",
        "se_responsibility_pledge",
    ]
    assert {o.due_on for o in of_unit} == {date(2027, 1, 5)}


async def test_a_stopped_device_has_none(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        stopped = entry(state="stopped")
        await devices.enter(connection, stopped)
        await obligations.ensure_of_device(
            connection, stopped, date(2025, 11, 1), duties_since=date(2026, 1, 5)
        )
        assert await obligations.of_subject(connection, CODE) == []
        assert await obligations.of_subject(connection, USCC) == []


async def test_it_opens_on_its_day_not_before_and_once(engine: AsyncEngine) -> None:
    ident = await ensured(engine)
    case = obligations.case_of(ident, TERM.since)
    async with engine.connect() as connection:
        before = await obligations.to_open(connection, date(2026, 9, 14), limit=10)
        on_it = await obligations.to_open(connection, date(2026, 9, 15), limit=10)
        coming = await obligations.next_opening(connection, date(2026, 9, 14))
    assert (before, [o.id for o in on_it], coming) == ([], [ident], date(2026, 9, 15))

    async def take() -> bool:
        async with engine.begin() as connection:
            return await obligations.opened(connection, ident, case)

    assert sorted(await asyncio.gather(*(take() for _ in range(8)))) == [False] * 7 + [True]
    async with engine.connect() as connection:
        assert await obligations.to_open(connection, date(2026, 9, 15), limit=10) == []
        assert await obligations.next_opening(connection, date(2026, 9, 14)) is None
        found = await obligations.of_case(connection, case)
    assert found is not None
    assert found.subject == CODE


async def test_another_term_or_unit_than_was_read_is_not_opened(engine: AsyncEngine) -> None:
    ident = await ensured(engine)
    case = obligations.case_of(ident, TERM.since)
    async with engine.begin() as connection:
        [read] = await obligations.to_open(connection, TERM.opens_on, limit=1)
        assert await obligations.renew_resting(connection, read.procedure, CODE, NEXT)
        assert not await obligations.opened(connection, ident, case, as_read=read)
        [again] = await obligations.to_open(connection, NEXT.opens_on, limit=1)
        await connection.execute(text("UPDATE obligations SET uscc = '91421303MA0009EK4H'"))
        assert not await obligations.opened(connection, ident, case, as_read=again)
        [now] = await obligations.to_open(connection, NEXT.opens_on, limit=1)
        assert await obligations.opened(connection, ident, case, as_read=now)


async def test_of_what_was_not_opened_on_its_day_people_can_be_told(engine: AsyncEngine) -> None:
    ident = await ensured(engine)
    async with engine.begin() as connection:
        on_it = await obligations.unopened(connection, OFFICE, TERM.opens_on, limit=5)
        after = await obligations.unopened(
            connection, OFFICE, TERM.opens_on + timedelta(days=1), limit=5
        )
        elsewhere = await obligations.unopened(
            connection, "421300", TERM.opens_on + timedelta(days=1), limit=5
        )
    assert (on_it, [row.id for row in after], elsewhere) == ([], [ident], [])


async def test_pages_of_what_is_to_open_miss_none_and_repeat_none(engine: AsyncEngine) -> None:
    for n in range(25):
        term = Term(TERM.since, TERM.due_on, TERM.opens_on - timedelta(days=n // 5))
        await ensured(engine, f"311042130320260001{n:02d}", term)
    seen: list[uuid.UUID] = []
    days: list[date] = []
    last: uuid.UUID | None = None
    async with engine.connect() as connection:
        while page := await obligations.to_open(connection, TERM.opens_on, after=last, limit=7):
            seen += [o.id for o in page]
            days += [o.opens_on for o in page]
            last = page[-1].id
    assert len(seen) == len(set(seen)) == 25
    assert days == sorted(days)


async def test_renewed_once_by_the_case_that_is_at_it(engine: AsyncEngine) -> None:
    ident = await ensured(engine)
    case = obligations.case_of(ident, TERM.since)
    async with engine.begin() as connection:
        assert not await obligations.renew(connection, case, NEXT), "no case is at it yet"
        assert await obligations.opened(connection, ident, case)
        assert not await obligations.renew(connection, uuid.uuid4(), NEXT), "another case"
        assert await obligations.renew(connection, case, NEXT)
        assert not await obligations.renew(connection, case, TERM), "told twice, or late"
        [row] = await obligations.of_subject(connection, CODE)
    assert (row.state, row.case_id) == (obligations.RESTING, None)
    assert (row.since, row.due_on, row.opens_on) == (NEXT.since, NEXT.due_on, NEXT.opens_on)


async def test_ended_it_names_the_open_case_and_can_begin_again(engine: AsyncEngine) -> None:
    ident = await ensured(engine)
    case = obligations.case_of(ident, TERM.since)
    async with engine.begin() as connection:
        await obligations.opened(connection, ident, case)
        assert await obligations.end(connection, [CODE]) == [case]
        assert await obligations.end(connection, [CODE]) == []
        assert not await obligations.renew(connection, case, NEXT), "its duty ended meanwhile"
    await ensured(engine, term=NEXT)
    async with engine.connect() as connection:
        [row] = await obligations.of_subject(connection, CODE)
    assert (row.state, row.since) == (obligations.RESTING, NEXT.since)


async def test_an_earlier_inspection_changes_nothing(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await devices.enter(connection, entry())
        await devices.set_inspected(connection, CODE, date(2027, 10, 29))
        await devices.set_inspected(connection, CODE, date(2026, 12, 31))
        found = await devices.device(connection, CODE)
    assert found is not None
    assert found.inspection_valid_until == date(2027, 10, 29)


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (
            "SELECT id FROM obligations WHERE state = 'resting' AND opens_on <= '2026-09-15'"
            " ORDER BY opens_on, id LIMIT 200",
            "ix_obligations_opening",
        ),
        ("SELECT min(opens_on) FROM obligations WHERE state = 'resting' AND opens_on > '2026-09-14'", "ix_obligations_opening"),
        ("SELECT * FROM obligations WHERE subject = '31104213032026000041'", "ix_obligations_subject"),
        (
            "SELECT count(*) FROM obligations WHERE state <> 'ended' AND office = '421303'"
            " AND procedure = 'se_periodic_inspection' AND due_on < '2026-01-10'",
            "ix_obligations_due",
        ),
    ],
)  # fmt: skip
async def test_of_many_each_question_reads_an_index(
    engine: AsyncEngine, query: str, index: str
) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO obligations (id, procedure, subject, office, uscc, since, due_on, opens_on, state, updated_at)"
                " SELECT gen_random_uuid(), 'se_periodic_inspection', 'D' || n, '421303', '91421303MA0QH1006C',"
                " DATE '2025-11-01', DATE '2026-01-01' + (n % 700), DATE '2026-01-01' + (n % 700), 'resting', app_now()"
                " FROM generate_series(1, 20000) AS n"
            )
        )
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.execute(text("ANALYZE obligations"))
        plan = [str(line) for (line,) in await connection.execute(text(f"EXPLAIN {query}"))]
    assert any(index in line for line in plan), "\n".join(plan)
    assert not any("Seq Scan" in line for line in plan), "\n".join(plan)
