"""A register of publicity whose clock is not ours: the notice has its own day, and is never published without end."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from banjian.name_library import fill_library
from banjian.player import bureau, credit_deeds, notice_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import Stage, stage
from tests.api.case_stage import RING

# Declares the proposals of officers.
assert credit_deeds
STARTS = datetime.fromisoformat("2026-01-05T10:00:00+08:00")
DAY = timedelta(days=1)
FIRM = {
    "uscc": "91421303MA0QH1006C",
    "name": "随州市曾都区青禾食品有限公司",
    "status": "revoked",
    "ended_on": "2022-12-31",
    "licence_number": "421303000000011",
}
PROPOSED = {
    "uscc": FIRM["uscc"],
    "company": FIRM["name"],
    "ground": "revoked",
    "ended_on": FIRM["ended_on"],
    "reasons": "被吊销营业执照满三年未申请注销登记",
}


async def published(on: Stage) -> list[tuple[str, str, bool]]:
    """The days that each publication gives, and whether it was withdrawn."""
    sql = (
        "SELECT content->>'open_from' AS since, content->>'open_until' AS until, withdrawn_at IS NOT NULL AS withdrawn"
        " FROM twins.publications ORDER BY number"
    )
    async with on.core.engine.connect() as connection:
        return [
            (row.since, row.until, row.withdrawn) for row in await connection.execute(text(sql))
        ]


@pytest.mark.parametrize(
    ("theirs", "right"),
    [
        # 90 days from 01-06 end on Monday 04-06, Qingming: 04-07. From 01-04 on Saturday 04-04, in the holiday too.
        (DAY, ("2026-01-06", "2026-04-07", False)),
        (-DAY, ("2026-01-04", "2026-04-07", False)),
    ],
    ids=["a day ahead", "a day behind"],
)
async def test_it_is_published_again_once(
    fresh_database: str, theirs: timedelta, right: tuple[str, str, bool]
) -> None:
    async with stage(fresh_database, starts=STARTS) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        (await on.twins.post("/admin/world", json={"enterprises": [FIRM]})).raise_for_status()
        await fill_library(on.core.engine, [FIRM])
        play = Play(Cast(on.http, passwords), on.twins)
        # The registers, and what people hand in, go by this clock; the engine and the case by theirs.
        await on.set_now(STARTS + theirs)
        proposed = Deed("reviewing_head", "one", {"form": PROPOSED}, "compulsory_deregistration")
        await DEEDS["propose"](play, proposed)
        await notice_deeds.notice_of(play, "one")
        wrong = (STARTS.date().isoformat(), "2026-04-07", True)
        assert await published(on) == [wrong, right]
