"""The library of names: what is found, who gets a name, when it is free again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from law.calendars import default_calendars
from law.names.compare import explain
from law.names.holders import HolderState, Relation, blocked_until, held_until
from law.names.parse import read_name
from law.names.rules import Effect
from law.zone import CST
from storage import names_registry, names_upkeep
from storage.engine import create_engine
from storage.names_registry import (
    CommitmentNeeded,
    HoldEnded,
    NameTaken,
    OnHold,
    QuotaUsed,
    collisions,
    hold,
)

CITY, SEAT = "421300", "421303"
NOW = datetime(2026, 7, 31, 9, tzinfo=CST)
RED = "随州市曾都区红光酒业有限公司"


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


async def registered(engine: AsyncEngine, name: str, holder: str = "A") -> None:
    async with engine.begin() as connection:
        await names_upkeep.add(
            connection, read_name(name), jurisdiction=CITY, seat=SEAT, holder=holder
        )


async def reserve(
    engine: AsyncEngine,
    name: str,
    *,
    case_id: UUID | None = None,
    committed: bool = False,
    until: datetime | None = NOW + timedelta(days=61),
    relations: dict[str, Relation] | None = None,
    person: str = "p1",
    most: int | None = None,
) -> OnHold:
    async with engine.begin() as connection:
        return await hold(
            connection,
            read_name(name),
            jurisdiction=CITY,
            seat=SEAT,
            case_id=case_id or uuid4(),
            person=person,
            until=until,
            committed=committed,
            relations=relations,
            most=most,
        )


async def found(engine: AsyncEngine, name: str, **more: object) -> list[tuple[str, str]]:
    async with engine.connect() as connection:
        hits = await collisions(connection, read_name(name), jurisdiction=CITY, **more)  # type: ignore[arg-type]
    return [(hit.rule.id, hit.held.text) for hit in hits]


async def test_s17_same_in_the_prefecture_and_nothing_outside(engine: AsyncEngine) -> None:
    await registered(engine, "随县红光酒业厂")
    assert await found(engine, RED) == [("same.trade_and_industry", "随县红光酒业厂")]
    with pytest.raises(NameTaken) as error:
        await reserve(engine, RED)
    (hit,) = error.value.collisions
    assert "随县红光酒业厂" in explain(hit.held.hit(hit.rule, read_name(RED)))
    async with engine.connect() as connection:
        elsewhere = await collisions(connection, read_name(RED), jurisdiction="420100")
    assert elsewhere == ()


async def test_similar_warns_and_asks_for_a_commitment(engine: AsyncEngine) -> None:
    await registered(engine, "随县洪光酒业有限公司")
    with pytest.raises(CommitmentNeeded) as error:
        await reserve(engine, RED)
    assert [c.rule.id for c in error.value.collisions] == ["similar.sound"]
    done = await reserve(engine, RED, committed=True)
    assert done.state is HolderState.RESERVED
    assert [c.effect for c in done.similar] == [Effect.SIMILAR]


async def test_two_people_after_one_name_in_one_second(engine: AsyncEngine) -> None:
    wanted = [RED, "随县红光酒业厂", "红光（随州）酒业有限公司", "随州红光有限公司"] * 4
    done = await asyncio.gather(*(reserve(engine, n) for n in wanted), return_exceptions=True)
    assert sum(isinstance(d, OnHold) for d in done) == 1
    assert sum(isinstance(d, NameTaken) for d in done) == len(wanted) - 1


async def test_the_index_stands_behind_the_locks(engine: AsyncEngine) -> None:
    """Without the locks two would both find nothing; the index leaves one."""
    await reserve(engine, RED)
    async with engine.connect() as connection:
        with pytest.raises(Exception, match="uq_names_on_hold"):
            await connection.execute(
                text(
                    "INSERT INTO names (jurisdiction, seat, name, seen, parts, body, trade, industry,"
                    " same_key, state, case_id, held_from, held_until, keys_version)"
                    " SELECT jurisdiction, seat, name, seen, parts, body, trade, industry, same_key,"
                    " state, gen_random_uuid(), held_from, held_until, keys_version FROM names"
                )
            )


async def test_holding_again_for_the_same_case_gives_the_same(engine: AsyncEngine) -> None:
    case = uuid4()
    first = await reserve(engine, RED, case_id=case)
    again = await asyncio.gather(*(reserve(engine, RED, case_id=case) for _ in range(3)))
    assert {done.id for done in again} == {first.id}


async def test_s19_a_reservation_lapses_at_midnight_and_the_name_is_free(
    engine: AsyncEngine,
) -> None:
    case = uuid4()
    end = held_until(NOW, default_calendars(), approval_needed=False)
    await reserve(engine, RED, case_id=case, until=end.ends_at)
    await at(engine, datetime(2026, 9, 30, 23, 59, 59, tzinfo=CST))
    assert await found(engine, RED)
    async with engine.begin() as connection:
        assert await names_upkeep.lapse(connection) == ()
    await at(engine, datetime(2026, 10, 1, tzinfo=CST))
    assert await found(engine, RED) == []
    async with engine.begin() as connection:
        assert not await names_upkeep.use(connection, case, "X")
    # Nobody has swept yet: the next one gets it all the same.
    later = datetime(2026, 12, 1, tzinfo=CST)
    done = await reserve(engine, RED, until=later)
    assert done.lapsed == (case,)
    async with engine.begin() as connection:
        assert await names_registry.state_of(connection, case) == "lapsed"
        assert await names_upkeep.lapse(connection) == ()
    with pytest.raises(HoldEnded):
        await reserve(engine, RED, case_id=case)


async def test_the_sweep_names_the_cases_that_lost_their_name(engine: AsyncEngine) -> None:
    case, other = uuid4(), uuid4()
    await reserve(engine, RED, case_id=case, until=NOW + timedelta(days=1))
    await reserve(engine, "随州金山食品有限公司", case_id=other, until=NOW + timedelta(days=9))
    await at(engine, NOW + timedelta(days=2))
    async with engine.begin() as connection:
        assert await names_registry.state_of(connection, case) == "lapsed"
        assert await names_registry.state_of(connection, other) == "reserved"
        assert await names_registry.state_of(connection, uuid4()) is None
        assert await names_upkeep.lapse(connection) == (case,)
        assert await names_upkeep.lapse(connection, other) == ()


async def test_released_names_are_free_at_once(engine: AsyncEngine) -> None:
    case = uuid4()
    await reserve(engine, RED, case_id=case)
    async with engine.begin() as connection:
        assert await names_upkeep.release(connection, case)
        assert not await names_upkeep.release(connection, case)
        left = await connection.execute(text("SELECT count(*) FROM name_keys"))
        assert left.scalar_one() == 0
    assert await found(engine, RED) == []


async def test_a_used_name_is_registered_and_stays(engine: AsyncEngine) -> None:
    case = uuid4()
    await reserve(engine, RED, case_id=case)
    async with engine.begin() as connection:
        assert await names_upkeep.use(connection, case, "91421303MA4K1X2Y9A")
        assert await names_upkeep.use(connection, case, "91421303MA4K1X2Y9A")
    await at(engine, NOW + timedelta(days=4000))
    assert await found(engine, RED) == [("same.identical", RED)]


async def test_n03_a_name_given_up_is_barred_through_its_anniversary(engine: AsyncEngine) -> None:
    await registered(engine, RED, "A")
    last = blocked_until(date(2026, 7, 31), default_calendars())
    async with engine.begin() as connection:
        assert await names_upkeep.give_up(connection, "A", HolderState.DEREGISTERED, last)
        assert not await names_upkeep.give_up(connection, "A", HolderState.DEREGISTERED, last)
    await at(engine, datetime(2027, 7, 31, 23, 59, tzinfo=CST))
    assert await found(engine, RED) == [("same.identical", RED)]
    # Article 17 (2): who takes the name over may have it.
    assert await found(engine, RED, relations={"A": Relation.TRANSFER}) == []
    await at(engine, datetime(2027, 8, 1, tzinfo=CST))
    assert await found(engine, RED) == []


async def test_a_restored_entry_bears_its_name_again_for_good(engine: AsyncEngine) -> None:
    await registered(engine, RED, "A")
    async with engine.begin() as connection:
        # Renamed meanwhile: only what was given up with the entry comes back.
        assert not await names_upkeep.take_again(connection, "A")
        last = blocked_until(date(2026, 7, 31), default_calendars())
        assert await names_upkeep.give_up(connection, "A", HolderState.DEREGISTERED, last)
        assert await names_upkeep.take_again(connection, "A")
        assert not await names_upkeep.take_again(connection, "A")
    await at(engine, datetime(2027, 8, 1, tzinfo=CST))
    assert await found(engine, RED) == [("same.identical", RED)]
    assert await found(engine, RED, relations={"A": Relation.TRANSFER}) == [("same.identical", RED)]


async def test_investment_lets_the_same_trade_name_pass_but_never_the_identical_name(
    engine: AsyncEngine,
) -> None:
    await registered(engine, "随县红光酒业厂", "A")
    tied = {"A": Relation.INVESTMENT}
    done = await reserve(engine, RED, relations=tied)
    assert done.state is HolderState.RESERVED
    # A second one of the same family: the first is on hold with leave, so the index lets it stand.
    with pytest.raises(NameTaken):
        await reserve(engine, "随县红光酒业厂", relations=tied)


async def test_pending_names_bar_as_well(engine: AsyncEngine) -> None:
    done = await reserve(engine, RED, until=None)
    assert done.state is HolderState.PENDING
    with pytest.raises(NameTaken):
        await reserve(engine, "随县红光酒业厂")


async def test_quota(engine: AsyncEngine) -> None:
    names = ["随州金山食品有限公司", "随州云帆科技有限公司", "随州青禾种植有限公司"]
    done = await asyncio.gather(
        *(reserve(engine, n, most=2) for n in names), return_exceptions=True
    )
    assert sum(isinstance(d, QuotaUsed) for d in done) == 1
    assert isinstance(await reserve(engine, "随州百合家政有限公司", person="p2", most=2), OnHold)


async def test_keys_of_older_tables_are_made_again(engine: AsyncEngine) -> None:
    for number, name in enumerate([RED, "随州金山食品有限公司", "随州云帆科技有限公司"]):
        await registered(engine, name, str(number))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE names SET keys_version = 'old', trade = trade || ''"))
        await connection.execute(text("TRUNCATE name_keys"))
    assert await found(engine, RED) == []
    async with engine.begin() as connection:
        assert await names_upkeep.rebuild_keys(connection, batch=2) == 2
        assert await names_upkeep.rebuild_keys(connection, batch=2) == 1
        assert await names_upkeep.rebuild_keys(connection, batch=2) == 0
    assert await found(engine, RED) == [("same.identical", RED)]


async def test_kept_columns_compare_as_the_name_read_again(engine: AsyncEngine) -> None:
    names = [
        RED,
        "红光(随州)酒业有限公司",
        "随州红光酒店",
        "随州红光实业有限公司",
        "随县紅光酒業厂",
    ]
    for number, name in enumerate(names):
        await registered(engine, name, str(number))
    async with engine.connect() as connection:
        rows = (
            await connection.execute(text(f"SELECT {names_registry.COLUMNS} FROM names AS n"))
        ).mappings()
        for row in rows:
            assert names_registry.core_of(row) == read_name(row["name"]).core
