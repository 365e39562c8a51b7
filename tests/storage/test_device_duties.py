"""What a use registration means for the duties of a device and its unit; everything twice is once."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from activities import device_duties
from law.calendars import default_calendars
from storage import devices, obligations
from storage.devices import Entry
from storage.engine import create_engine

UNIT, OTHER = "91421303MA0009EJ6N", "91421303MA0009EK4H"
INSPECTION, PLEDGE = "se_periodic_inspection", "se_responsibility_pledge"
TODAY = date(2026, 9, 21)
ONE, TWO = "31104213032026900001", "31104213032026900002"


@pytest_asyncio.fixture(loop_scope="session")
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(fresh_database)
    yield engine
    await engine.dispose()


def entry(code: str, **more: Any) -> Entry:
    values: dict[str, Any] = {
        "office": "421303",
        "kind": "3110",
        "category": "3000",
        "uscc": UNIT,
        "unit": "随州市曾都区汉东机械有限公司",
        "place": "交通大道18号",
        "state": devices.IN_USE,
        "inspection_valid_until": date(2027, 8, 31),
    }
    return Entry(code=code, **values | more)


async def enter(connection: AsyncConnection, *entries: Entry) -> None:
    for one in entries:
        await devices.enter(connection, one)
        if one.state == devices.IN_USE:
            await device_duties.begin(connection, one, TODAY)


async def standing(connection: AsyncConnection, subject: str) -> dict[str, tuple[str, date, date]]:
    rows = await obligations.of_subject(connection, subject)
    return {row.procedure: (row.state, row.since, row.due_on) for row in rows}


async def at_it(connection: AsyncConnection, procedure: str, subject: str) -> UUID:
    """A case is at the duty."""
    case = uuid4()
    ident = obligations.obligation_id(procedure, subject)
    assert await obligations.opened(connection, ident, case)
    return case


async def test_the_duties_begin_once_and_run_on_with_a_new_inspection(engine: AsyncEngine) -> None:
    calendars = default_calendars()
    async with engine.begin() as connection:
        await enter(connection, entry(ONE), entry(ONE))
        found = await standing(connection, ONE)
        assert found == {INSPECTION: ("resting", TODAY, date(2027, 8, 31))}
        unit = await standing(connection, UNIT)
        # A year from the day: 2027-09-21, a Tuesday.
        assert unit[PLEDGE] == ("resting", TODAY, date(2027, 9, 21))
        assert len(unit) == 3

        later = entry(ONE, inspection_valid_until=date(2028, 8, 31))
        await device_duties.inspected(connection, later, TODAY, calendars)
        assert (await standing(connection, ONE))[INSPECTION][2] == date(2028, 8, 31)
        await device_duties.inspected(connection, entry(ONE), TODAY, calendars)
        assert (await standing(connection, ONE))[INSPECTION][2] == date(2028, 8, 31), "never back"

        case = await at_it(connection, INSPECTION, ONE)
        newest = entry(ONE, inspection_valid_until=date(2029, 8, 31))
        assert await device_duties.waiting(connection, newest, TODAY, calendars) == [case]
        assert await device_duties.waiting(connection, later, TODAY, calendars) == []
        await device_duties.inspected(connection, newest, TODAY, calendars)
        assert (await standing(connection, ONE))[INSPECTION] == (
            "open",
            TODAY,
            date(2028, 8, 31),
        ), "the case takes its own term over"


async def test_valid_for_today_alone_or_lapsed_has_a_term_too(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await enter(connection, entry(ONE, inspection_valid_until=TODAY))
        await enter(connection, entry(TWO, inspection_valid_until=date(2026, 9, 1)))
        assert (await standing(connection, ONE))[INSPECTION][1:] == (date(2026, 9, 20), TODAY)
        assert (await standing(connection, TWO))[INSPECTION][1:] == (
            date(2026, 8, 31),
            date(2026, 9, 1),
        )
        three = entry("31104213032026900003", inspection_valid_until=None)
        await enter(connection, three)
        assert await standing(connection, three.code) == {}, "no document says until when"


async def test_a_last_day_that_cannot_be_one_makes_no_term(engine: AsyncEngine) -> None:
    far = entry(ONE, inspection_valid_until=date(9999, 12, 31))
    async with engine.begin() as connection:
        await enter(connection, far)
        assert await standing(connection, ONE) == {}
        assert len(await standing(connection, UNIT)) == 3, "the unit has its own all the same"
        await enter(connection, entry(ONE))
        case = await at_it(connection, INSPECTION, ONE)
        assert await device_duties.waiting(connection, far, TODAY, default_calendars()) == []
        await device_duties.inspected(connection, far, TODAY, default_calendars())
        assert await obligations.of_case(connection, case) is not None


async def test_the_units_duties_go_with_its_last_device(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await enter(connection, entry(ONE), entry(TWO))
        case = await at_it(connection, INSPECTION, ONE)
        pledge = await at_it(connection, PLEDGE, UNIT)
        assert await device_duties.end(connection, [ONE], UNIT) == [case]
        assert await device_duties.end(connection, [ONE], UNIT) == [case], "asked again"
        await devices.set_state(connection, [ONE], devices.SCRAPPED)
        assert (await standing(connection, UNIT))[PLEDGE][0] == "open"
        # A stopped device leaves the unit its own duties.
        assert await device_duties.rest(connection, [TWO]) == []
        await devices.set_state(connection, [TWO], devices.STOPPED)
        assert (await standing(connection, UNIT))[PLEDGE][0] == "open"
        assert await device_duties.end(connection, [TWO], UNIT) == [pledge]
        assert {s for s, _, _ in (await standing(connection, UNIT)).values()} == {"ended"}


async def test_used_again_begins_anew_and_another_unit_has_its_own(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await enter(connection, entry(ONE))
        await at_it(connection, INSPECTION, ONE)
        await device_duties.rest(connection, [ONE])
        await enter(connection, entry(ONE, inspection_valid_until=date(2027, 11, 30)))
        assert (await standing(connection, ONE))[INSPECTION] == (
            "resting",
            TODAY,
            date(2027, 11, 30),
        )
        assert await obligations.still_at(connection, [ONE]) == [], "its case was told"
        await device_duties.end(connection, [ONE], UNIT)
        await enter(connection, entry(ONE, uscc=OTHER))
        assert {s for s, _, _ in (await standing(connection, UNIT)).values()} == {"ended"}
        assert (await standing(connection, OTHER))[PLEDGE][0] == "resting"
        owner = await connection.scalar(
            text("SELECT uscc FROM obligations WHERE subject = :code"), {"code": ONE}
        )
        assert owner == OTHER


@pytest.mark.parametrize("count", [0, 1])
async def test_a_unit_without_any_device_has_none_left(engine: AsyncEngine, count: int) -> None:
    async with engine.begin() as connection:
        await enter(connection, *[entry(ONE)] * count)
        assert await devices.any_left(connection, UNIT, beside=[]) is bool(count)
        assert not await devices.any_left(connection, UNIT, beside=[ONE])
