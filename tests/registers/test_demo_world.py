"""The demo's enterprises in the twin: written at once, found by name, held to N03."""

import time
from datetime import date

from sqlalchemy import func, select

from banjian.demo.world import enterprises, fill_registers
from registers.twins.schema import enterprises as table
from tests.registers.bureau import World

TODAY = date(2026, 11, 25)


async def test_two_hundred_in_less_than_a_second(twins: World) -> None:
    await twins.freeze("2026-11-25T09:00:00+08:00")
    begin = time.perf_counter()
    assert await fill_registers(twins.admin, TODAY) == 200
    assert time.perf_counter() - begin < 1
    assert await fill_registers(twins.admin, TODAY) == 200
    async with twins.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(table)) == 200
        row = (
            await connection.execute(
                select(table).where(table.c.uscc == enterprises(TODAY)[0].uscc)
            )
        ).one()
    first = enterprises(TODAY)[0]
    assert row.details["address"] == first.address
    assert row.details["business_scope"] == list(first.business_scope)
    assert row.registered_at.date().isoformat() <= first.registered_on.isoformat()


async def test_a_name_of_the_world_is_taken_and_an_old_one_free(twins: World) -> None:
    await twins.freeze("2026-11-25T09:00:00+08:00")
    await fill_registers(twins.admin, TODAY)
    market = twins.registers.market
    active = next(e for e in enterprises(TODAY) if e.status == "active")
    gone = next(e for e in enterprises(TODAY) if e.ended_on and (TODAY - e.ended_on).days > 366)
    recent = next(e for e in enterprises(TODAY) if e.ended_on and (TODAY - e.ended_on).days < 365)
    for each, free in ((active, False), (recent, False), (gone, True)):
        verdict = await market.check_name(each.name)
        assert verdict.available is free, each
