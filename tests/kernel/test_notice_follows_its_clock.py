"""A calendar is published while a notice runs: its end moves with its clock, on the board and for what is said to it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
import pytest_asyncio

from banjian.player.stage import stage
from domain.refusals import Refusal, Refused
from law import calendars as law
from law import catalogue
from tests.kernel.desk import Desk
from tests.kernel.notices_case import ROW, Announcing
from tests.kernel.test_public_notices import NOTICE, notice_id, says, visible
from tests.kernel.test_published_calendars import approved, reaches, uploaded

# 20 days from Tue 2026-12-15 end on Mon 2027-01-04, which the invented notice makes a holiday.
STARTS = datetime.fromisoformat("2026-12-15T09:00:00+08:00")
BEFORE = datetime.fromisoformat("2027-01-05T00:00:00+08:00")
AFTER = datetime.fromisoformat("2027-01-06T00:00:00+08:00")


@pytest_asyncio.fixture(loop_scope="session")
async def desk(fresh_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    async with stage(fresh_database, starts=STARTS, procedures=[Announcing]) as made:
        yield Desk(made)
    law.forget_published()


async def test_a_notice_ends_a_day_later_when_its_last_day_becomes_a_holiday(desk: Desk) -> None:
    case = await desk.open("announcing")
    await case.reaches("announced")
    assert (await case.rows(NOTICE))[0].ends_at == BEFORE
    number = await uploaded(desk)
    await approved(desk, number)
    await reaches(desk, number, "applied")
    assert (await case.rows(NOTICE))[0].ends_at == AFTER
    await desk.advance_to(BEFORE + timedelta(hours=12))
    assert await visible(case)
    ident = await notice_id(case)
    await desk.advance_to(AFTER)
    await case.reaches("waiting")
    assert not await visible(case)
    ended = (await case.rows(NOTICE))[0]
    assert (ended.outcome, ended.ended_at) == ("expired", AFTER)
    with pytest.raises(Refused) as late:
        await says(case, notice_id=ident)
    assert late.value.why is Refusal.NOTICE_OVER
    assert "2027年1月5日 24:00届满" in late.value.message
