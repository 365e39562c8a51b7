"""A hundred thousand devices with their duties and as many old hazards: pages walk indexes, figures one pass."""

import time
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import Select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.views.equipment import day_of, since_of
from api.views.hazards import bounds
from storage import device_life, duties, equipment, hazard_board
from storage.duties import DutyStanding
from storage.engine import create_engine
from storage.equipment import After, Filters, Standing
from tests.equipment_rows import OFFICE, code_of, put_many
from tests.storage.test_lights_plan import plan_of

MANY = 100_000
NOW = datetime.fromisoformat("2026-10-12T10:00:00+08:00")
DAY, SINCE = day_of(NOW), since_of(NOW, 30)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(module_database)
    async with engine.connect() as plain:
        connection = await plain.execution_options(isolation_level="AUTOCOMMIT")
        await put_many(connection, MANY, NOW, DAY.today)
        await connection.execute(text("CHECKPOINT"))
        await connection.execute(text("VACUUM (ANALYZE) devices, obligations, cases"))
    yield engine
    await engine.dispose()


async def measured(engine: AsyncEngine, statement: Select[Any]) -> tuple[float, set[str], set[str]]:
    """Milliseconds in the database, tables that were read whole, indexes that were used."""
    async with engine.connect() as connection:
        began = time.perf_counter()
        _plan, found = await plan_of(connection, statement)
        took = (time.perf_counter() - began) * 1000
    whole = {n["Relation Name"] for n in found if n["Node Type"] == "Seq Scan"}
    return took, whole, {n["Index Name"] for n in found if "Index Name" in n}


LISTS = {
    "first page": (Filters(OFFICE), None),
    "in the middle": (Filters(OFFICE), After(code_of(60_000))),
    "a category": (Filters(OFFICE, category="4000", state="in_use"), None),
    "one unit": (Filters(OFFICE, uscc="91421303MA00001234"), None),
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_page_of_the_register_is_a_bounded_walk(engine: AsyncEngine, name: str) -> None:
    filters, after = LISTS[name]
    took, whole, _used = await measured(engine, equipment.list_query(filters, DAY, after, 51))
    print(f"{name}: {took:.1f} ms")
    assert "devices" not in whole
    assert "obligations" not in whole


SLOW = {
    "overdue": Filters(OFFICE, standing=Standing.OVERDUE),
    "due": Filters(OFFICE, standing=Standing.DUE, category="3000"),
    "a month": Filters(OFFICE, due_from=DAY.today, due_to=DAY.month_on),
    "text without a hit": Filters(OFFICE, text="没有这样的单位"),
    "stale": Filters(OFFICE, fresh=False, since=SINCE),
    "unknown": Filters(OFFICE, standing=Standing.UNKNOWN),
}


@pytest.mark.parametrize("name", SLOW)
async def test_what_no_index_narrows_is_one_pass(engine: AsyncEngine, name: str) -> None:
    took, whole, used = await measured(engine, equipment.list_query(SLOW[name], DAY, None, 51))
    print(f"{name}: {took:.1f} ms, {sorted(whole)}, {sorted(used)}")
    assert took < 2000, "information, with a wide margin for a busy machine"


async def test_the_figures_are_one_pass(engine: AsyncEngine) -> None:
    took, whole, used = await measured(engine, equipment.counts_query(OFFICE, DAY, SINCE))
    print(f"figures: {took:.1f} ms, {sorted(whole)}, {sorted(used)}")
    for name, statement in {
        "duties": duties.counts_query(OFFICE, DAY.today),
        "overdue duties": duties.list_query(OFFICE, DAY.today, standing=DutyStanding.OVERDUE),
        "hazards": hazard_board.cards_query(hazard_board.Scope(OFFICE)),
        "hazards by their terms": hazard_board.cards_query(hazard_board.Scope(OFFICE), "due"),
        "life": device_life.own_query(OFFICE, code_of(4000), None),
    }.items():
        took, whole, used = await measured(engine, statement)
        print(f"{name}: {took:.1f} ms, {sorted(whole)}, {sorted(used)}")
        assert "cases" not in whole, name
    async with engine.connect() as connection:
        began = time.perf_counter()
        found = await equipment.counts(connection, OFFICE, DAY, SINCE)
        hazards = await hazard_board.counts(connection, hazard_board.Scope(OFFICE), bounds(NOW))
        print(f"counted in {(time.perf_counter() - began) * 1000:.0f} ms")
        listed = await equipment.listed(
            connection, Filters(OFFICE, standing=Standing.OVERDUE), DAY, limit=MANY
        )
        whole_office = await connection.scalar(
            text("SELECT count(*) FROM devices WHERE office = :office"), {"office": OFFICE}
        )
    assert sum(n.devices for n in found.groups) == whole_office
    assert sum(n.devices for n in found.groups if n.standing == "overdue") == len(listed) > 3000
    assert sum(n.cases for n in hazards) == MANY // 40
    assert [r.due_on for r in listed] == sorted(r.due_on for r in listed if r.due_on)


async def test_pages_follow_each_other(engine: AsyncEngine) -> None:
    for filters in (
        Filters(OFFICE, category="3000", state="stopped"),
        Filters(OFFICE, category="3000", standing=Standing.OVERDUE),
    ):
        async with engine.connect() as connection:
            whole = await equipment.listed(connection, filters, DAY, limit=MANY)
            seen: list[equipment.Listed] = []
            after = None
            while page := await equipment.listed(connection, filters, DAY, after, 200):
                seen += page
                after = After(page[-1].code, page[-1].due_on if filters.by_due else None)
        assert seen == whole
        assert len(seen) > 400
