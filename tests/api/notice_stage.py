"""Cases that announce something, over the real API: the test procedure of tests/kernel, with the least application."""

import uuid
from collections.abc import AsyncIterator
from datetime import datetime

import pytest
import pytest_asyncio

from banjian.player import bureau, notice_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import stage
from bench.application import Application
from forms.registry import APPLICATIONS
from law import catalogue
from tests.api.case_stage import RING, Live
from tests.kernel.notices_case import ROW, Announcing
from workflows.registry import PROCEDURES

# Declares the acts of objectors.
assert notice_deeds
# 20 days from Wed 03-04 end on Tue 03-24.
STARTS = datetime.fromisoformat("2026-03-04T09:00:00+08:00")
END = "2026-03-25T00:00:00+08:00"
LAST_SECOND = "2026-03-24T23:59:59+08:00"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def announcing(module_database: str) -> AsyncIterator[Live]:
    """The stage; the procedure is registered in this process for as long as it stands."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(APPLICATIONS, Application.code, Application)
        patch.setitem(PROCEDURES, ROW.workflow, Announcing)
        catalogue.add(ROW)
        async with stage(module_database, starts=STARTS) as on:
            passwords = await bureau.seed(on.core.engine, RING)
            yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


async def announced(live: Live, name: str) -> str:
    """A case of the first applicant whose notice is on the board; returns the name it has in the test."""
    case = str(uuid.uuid4())
    data = {"form": {"name": name}, "files": {}}
    await DEEDS["submit"](live.play, Deed("applicant", case, data, ROW.procedure))
    await live.stage_is(case, "announced")
    return case


async def notice_id(live: Live, case: str) -> str:
    found = await notice_deeds.notice_of(live.play, case)
    return str(found["id"])
