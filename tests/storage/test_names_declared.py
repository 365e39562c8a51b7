"""A declared name between its reservation and its end: what the library lets happen, and in which order."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from law.names.parse import read_name
from law.zone import CST
from storage import names_declared
from storage.engine import create_engine
from storage.names_declared import Wish
from storage.names_registry import NameTaken, hold, state_of

CITY, SEAT = "421300", "421303"
NOW = datetime(2026, 7, 31, 9, tzinfo=CST)
END = datetime(2026, 10, 1, tzinfo=CST)
NAME = "随州市曾都区青禾食品有限公司"


@pytest_asyncio.fixture(loop_scope="session")
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(fresh_database)
    await at(engine, NOW)
    yield engine
    await engine.dispose()


async def at(engine: AsyncEngine, instant: datetime) -> None:
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE app_clock SET frozen_at = :at WHERE id = 1"), {"at": instant}
        )


async def take(engine: AsyncEngine, case: UUID, until: datetime | None = END) -> None:
    async with engine.begin() as connection:
        await hold(
            connection,
            read_name(NAME),
            jurisdiction=CITY,
            seat=SEAT,
            case_id=case,
            person="p1",
            until=until,
            committed=False,
        )


async def settled(engine: AsyncEngine, case: UUID, wish: Wish = "look") -> str:
    async with engine.begin() as connection:
        return await names_declared.settle(connection, case, wish)


async def standing(engine: AsyncEngine, case: UUID) -> str | None:
    async with engine.connect() as connection:
        return await state_of(connection, case)


async def secured(engine: AsyncEngine, case: UUID) -> bool:
    async with engine.begin() as connection:
        return await names_declared.secure(connection, case)


async def used(engine: AsyncEngine, case: UUID | None, holder: str) -> None:
    async with engine.begin() as connection:
        await names_declared.registered(
            connection,
            read_name(NAME),
            jurisdiction=CITY,
            seat=SEAT,
            holder=holder,
            reservation=case,
        )


async def test_looking_ends_nothing_before_its_time_and_everything_after(
    engine: AsyncEngine,
) -> None:
    case = uuid4()
    assert await settled(engine, case) == "none"
    await take(engine, case)
    await at(engine, END - timedelta(microseconds=1))
    assert await settled(engine, case) == "reserved"
    await at(engine, END)
    assert await settled(engine, case) == "lapsed"
    assert await settled(engine, case) == "lapsed"
    await take(engine, uuid4(), END + timedelta(days=61))


@pytest.mark.parametrize(("wish", "state"), [("release", "released"), ("cancel", "cancelled")])
async def test_a_wish_ends_the_hold_for_good(engine: AsyncEngine, wish: Wish, state: str) -> None:
    case = uuid4()
    await take(engine, case)
    assert await settled(engine, case, wish) == state
    assert await settled(engine, case, "release") == state
    assert not await secured(engine, case)
    await take(engine, uuid4())


async def test_a_wish_received_in_time_counts_also_when_it_is_settled_late(
    engine: AsyncEngine,
) -> None:
    case = uuid4()
    await take(engine, case)
    await at(engine, END + timedelta(hours=1))
    assert await settled(engine, case, "release") == "released"


async def test_an_examined_name_is_nobody_elses_and_then_reserved(engine: AsyncEngine) -> None:
    case = uuid4()
    await take(engine, case, None)
    with pytest.raises(NameTaken):
        await take(engine, uuid4())
    later = NOW + timedelta(days=5)
    await at(engine, later)
    for _ in range(2):
        async with engine.begin() as connection:
            held = await names_declared.confirm(connection, case, END)
        assert (held.state, held.held_from, held.held_until) == ("reserved", later, END)
    with pytest.raises(LookupError):
        async with engine.begin() as connection:
            await names_declared.confirm(connection, uuid4(), END)


async def test_an_examined_name_can_be_given_back(engine: AsyncEngine) -> None:
    case = uuid4()
    await take(engine, case, None)
    assert await settled(engine, case) == "pending"
    assert await settled(engine, case, "release") == "released"
    await take(engine, uuid4())


async def test_a_name_on_its_way_to_the_register_outlives_its_end_and_every_wish(
    engine: AsyncEngine,
) -> None:
    case = uuid4()
    await take(engine, case)
    assert await secured(engine, case)
    await at(engine, END + timedelta(hours=9))
    assert await secured(engine, case)
    for wish in ("look", "release", "cancel"):
        assert await settled(engine, case, wish) == "pending"
    with pytest.raises(NameTaken):
        await take(engine, uuid4(), END + timedelta(days=61))
    await used(engine, case, "A")
    await used(engine, case, "A")
    assert await standing(engine, case) == "registered"
    assert await settled(engine, case) == "registered"


async def test_a_register_that_refuses_late_leaves_nothing(engine: AsyncEngine) -> None:
    case = uuid4()
    await take(engine, case)
    assert await secured(engine, case)
    await at(engine, END)
    for _ in range(2):
        async with engine.begin() as connection:
            await names_declared.give_back(connection, case)
    assert await standing(engine, case) == "lapsed"
    assert not await secured(engine, case)
    assert await settled(engine, case) == "lapsed"


async def test_a_reservation_that_is_over_cannot_be_secured(engine: AsyncEngine) -> None:
    case = uuid4()
    await take(engine, case)
    await at(engine, END)
    assert not await secured(engine, case)
    assert not await secured(engine, uuid4())


async def test_a_name_registered_without_a_reservation_bars_others_once(
    engine: AsyncEngine,
) -> None:
    for _ in range(2):
        await used(engine, None, "B")
    with pytest.raises(NameTaken) as taken:
        await take(engine, uuid4())
    assert [c.held.holder for c in taken.value.collisions] == ["B"]


async def test_a_persons_own_holds(engine: AsyncEngine) -> None:
    case = uuid4()
    await take(engine, case)
    async with engine.connect() as connection:
        assert await names_declared.cases_of(connection, "p1") == {case}
        assert await names_declared.cases_of(connection, "p2") == frozenset()
