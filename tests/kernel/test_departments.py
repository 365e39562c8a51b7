"""Departments in skipped time: a case opens its errands, and each answer comes at its own instant."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest_asyncio

from banjian.player import bureau, desk_deeds
from banjian.player.cast import Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import stage
from law import catalogue
from tests.api.case_stage import FILES, RING, Live, application
from tests.kernel.errands_case import ROW, USCC, ErrandsCase
from workflows.registry import PROCEDURES

STARTS = datetime.fromisoformat("2026-09-23T10:00:00+08:00")
assert desk_deeds  # declares the acts


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    catalogue.add(ROW)
    PROCEDURES["errands"] = ErrandsCase
    try:
        async with stage(module_database, starts=STARTS) as on:
            passwords = await bureau.seed(on.core.engine, RING)
            yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)
    finally:
        del PROCEDURES["errands"]


async def opened(live: Live, case: str) -> None:
    """Submit; the enterprise is registered already, under the name of this case."""
    form = application()
    scope = ["食品销售（仅销售预包装食品）"]
    # The twins' memory of the code is this case's: the desks compare code and name.
    await live.on.twins.post(
        "/admin/world",
        json={"enterprises": [{"uscc": USCC, "name": form["name"], "business_scope": scope}]},
    )
    for register in ("tax", "seal", "housing", "departments"):
        await live.do("answer_after", register, case, hours=4)
    data: dict[str, Any] = {"form": form, "files": dict(FILES)}
    await DEEDS["submit"](live.play, Deed("applicant", case, data, "errands"))
    await live.stage_is(case, "waiting")


async def answers(live: Live, case: str) -> list[tuple[datetime, str, str]]:
    """Instant, register and state of the errands at the departments."""
    rows = (
        await live.on.twins.get("/admin/desk-errands", params={"case_ref": live.ident(case)})
    ).json()
    return [(r["settled_at"], r["register"], r["state"]) for r in rows]


async def test_every_department_answers_at_its_own_instant(live: Live) -> None:
    start = await live.on.now()
    await opened(live, "all")
    await live.advance(timedelta(hours=24))
    await live.stage_is("all", "done")
    told = sorted((register, state) for _, register, state in await answers(live, "all"))
    assert told == [
        ("departments", "filed"),
        ("housing", "refused"),
        ("seal", "filed"),
        ("tax", "confirmed"),
    ]
    for settled_at, _, _ in await answers(live, "all"):
        # Not at the day's end to which the story went on, but when the four hours were over.
        late = datetime.fromisoformat(settled_at) - start
        assert timedelta(hours=4) <= late < timedelta(hours=4, minutes=1)
    events = await live.rows(
        "SELECT kind, count(*) AS n FROM case_events WHERE case_id = :c GROUP BY kind",
        c=live.ident("all"),
    )
    counts = {row.kind: row.n for row in events}
    assert counts["register_answered"] == 4
    assert counts["effect_waiting"] == 4


async def test_one_that_never_answers_one_that_errs_and_one_that_repeats_itself(live: Live) -> None:
    await live.do("fault", "housing", kind="never_answers")
    await live.do("fault", "tax", kind="answers_other_case", delay=3600, times=1)
    await live.do("fault", "seal", kind="duplicate_callbacks", times=1)
    await opened(live, "faulty")
    await live.advance(timedelta(days=3))
    told = dict((register, state) for _, register, state in await answers(live, "faulty"))
    assert told["housing"] == "open"
    await live.stage_is("faulty", "waiting")
    (row,) = await live.rows("SELECT waiting FROM cases WHERE case_id = :c", c=live.ident("faulty"))
    assert [(w["register"], w["kind"]) for w in row.waiting] == [("housing", "open_errand")]
    taken = await live.rows(
        "SELECT count(*) AS n FROM case_events WHERE case_id = :c AND kind = 'register_answered'",
        c=live.ident("faulty"),
    )
    assert taken[0].n == 3
    # Somebody rings them up.
    await live.do("confirm", "housing", "faulty")
    await live.on.upkeep()
    await live.stage_is("faulty", "done")
