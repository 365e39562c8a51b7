"""A small part of `make simulate`'s sixty days, and whether its checks see what is wrong."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from random import SystemRandom

import pytest
import pytest_asyncio
from sqlalchemy import text

from banjian.player.stage import Stage
from tests.simulate.sixty import checks, runs
from tests.simulate.sixty.batch import Look, Played
from tests.simulate.sixty.evidence import TOLD, Findings
from tests.simulate.sixty.lives import DAYS, ENDS, KINDS, STARTS, drawn, several

SEED = SystemRandom().randrange(1_000_000)
SMALL = (
    "tolerance.kept",
    "tolerance.late",
    "tolerance.ordered",
    "tolerance.still_running",
    "simple.undisturbed",
    "simple.objected",
    "simple.individual_objected",
    "registration.name",
    "compulsory.running",
    "revocation.withdrawn",
    "abnormal.not_established",
    "licence.silent",
)


@dataclass(frozen=True)
class Days:
    """The stage after the sixty days, what was played on it, and what was found."""

    on: Stage
    played: Played
    found: Findings


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def days(module_database: str) -> AsyncIterator[Days]:
    told = " ".join(f"--only {kind}" for kind in SMALL)
    print(f"python -m tests.simulate.sixty --seed {SEED} --cases {len(SMALL)} {told}")
    async with runs.played(module_database, SEED, len(SMALL), print, only=SMALL) as (on, done):
        yield Days(on, done, await checks.check(on, done))


async def test_a_dozen_cases_keep_the_law_for_sixty_days(days: Days) -> None:
    assert days.found.faults == 0, "\n".join(days.found.lines())
    counts = days.found.counts
    assert counts["promises kept"] == 1
    assert counts["promises broken (accept_late)"] == counts["promises broken (order)"] == 1
    assert counts["promises running"] == 1
    assert counts["notices expired"] >= 1
    assert counts["notices stopped"] >= 1
    assert counts["notices running"] >= 1
    assert counts["cases"] >= len(SMALL)
    assert counts["looks at the board"] > 50


KEPT = "state = 'kept'"
BROKEN = "action = 'accept_late'"
EXPIRED = "outcome = 'expired' AND ends_at IS NOT NULL"
STOPPED = "outcome = 'stopped'"
OVER = "(SELECT min(case_id::text)::uuid FROM cases WHERE closed_at IS NOT NULL)"
GOES_ON = (
    "(SELECT min(case_id::text)::uuid FROM cases WHERE closed_at IS NULL"
    " AND procedure = 'compulsory_deregistration')"
)
OF_CLOSED = "FROM tasks JOIN cases USING (case_id) WHERE cases.closed_at IS NOT NULL"
ONE_CLOCK = "key = 'T01#1' AND case_id = (SELECT case_id FROM promises WHERE state = 'kept')"
# What is wrong by it, and the change; it is taken back with the transaction's copy of the row.
TAMPERINGS = (
    ("promise", "promises", "state = 'overdue'", KEPT),
    ("promise", "promises", "action = ''", BROKEN),
    ("promise", "promises", "state = 'kept'", BROKEN),
    ("promise", "promises", "decided_by = '', action = 'forget'", BROKEN),
    ("promise", "promises", "ends_at = supplemented_at", KEPT),
    ("promise", "promises", "state = 'broken', action = 'refer'", KEPT),
    ("promise", "clocks", "state = 'met'", "key = 'T01#1' AND state = 'running'"),
    ("notice", "public_notices", "ends_at = ends_at + interval '1 day'", EXPIRED),
    ("notice", "public_notices", "ended_at = ended_at - interval '1 second'", EXPIRED),
    ("notice", "public_notices", "starts_at = starts_at - interval '1 day'", EXPIRED),
    ("notice", "public_notices", "outcome = 'expired'", STOPPED),
    ("notice", "public_notices", "ended_at = ended_at + interval '1 day'", STOPPED),
    ("orphan", "tasks", "state = 'open'", f"task_id = (SELECT min(task_id) {OF_CLOSED})"),
    ("orphan", "clocks", "state = 'running'",
     ONE_CLOCK),
    ("orphan", "cases", "closed_at = NULL", f"case_id = {OVER}"),
    ("orphan", "cases", "closed_at = app_now()", f"case_id = {GOES_ON}"),
    ("fired", "clocks", "ends_at = ends_at - interval '1 day'", ONE_CLOCK),
    ("fired", "clocks", "trigger = trigger, body = jsonb_set(body, '{rungs,0,fired_at}',"
     " to_jsonb((body#>>'{rungs,0,at}')::timestamptz + interval '2 minutes'))",
     "key = 'F01#1' AND state = 'expired'"),
    ("fired", "clocks", "body = jsonb_set(body, '{rungs,0,fired_at}',"
     " to_jsonb((body#>>'{rungs,0,at}')::timestamptz - interval '1 second'))",
     "key = 'F01#1' AND state = 'expired'"),
    ("fired", "clocks", "body = jsonb_set(body, '{rungs,0,fired_at}', 'null')",
     "key = 'F01#1' AND state = 'expired'"),
    ("acts", "acts", "state = 'received'", f"kind = 'open' AND case_id = {OVER}"),
    ("rebuild", "cases", "title = reverse(title)", f"case_id = {OVER}"),
    ("chain", "case_events", "kind = reverse(kind)", f"revision = 2 AND case_id = {OVER}"),
)  # fmt: skip


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda t: f"{t[0]}: {t[2][:60]}")
async def test_what_is_wrong_is_seen(days: Days, tampering: tuple[str, str, str, str]) -> None:
    name, table, change, where = tampering
    engine = days.on.core.engine
    async with engine.begin() as connection:
        await connection.execute(text(f"CREATE TABLE before AS SELECT * FROM {table}"))
        done = await connection.execute(text(f"UPDATE {table} SET {change} WHERE {where}"))
        assert done.rowcount
    try:
        if name in {"chain", "rebuild"}:
            found = Findings()
            await checks.records(days.on, found)
        else:
            found = await checks.read(days.on, days.played)
    finally:
        async with engine.begin() as connection:
            await connection.execute(text(f"DELETE FROM {table}"))
            await connection.execute(text(f"INSERT INTO {table} SELECT * FROM before"))
            await connection.execute(text("DROP TABLE before"))
    assert found.wrong[name]


async def test_whoever_is_told_twice_is_seen(days: Days) -> None:
    engine = days.on.core.engine
    columns = "case_id, recipient, kind, text, at"
    async with engine.begin() as connection:
        await connection.execute(
            text(
                f"INSERT INTO messages (message_id, {columns})"
                f" SELECT 'again', {columns} FROM messages LIMIT 1"
            )
        )
    try:
        assert (await checks.read(days.on, days.played)).wrong["fired"]
    finally:
        async with engine.begin() as connection:
            await connection.execute(text("DELETE FROM messages WHERE message_id = 'again'"))


async def test_every_look_that_is_wrong_is_seen(days: Days) -> None:
    """Lost before its end, seen at it, seen before its publication, and not looked at."""
    held = await checks.gathered(days.on)
    row = next(n for n in held.notices if n.outcome == "expired" and n.ends_at is not None)
    ident, looks = str(row.notice_id), days.played.looks

    def faults(changed: list[Look]) -> list[str]:
        found = Findings()
        checks.notices(held, changed, found)
        return [what for what in found.wrong["notice"] if ident in what]

    def but(place: int, look: Look | None) -> list[Look]:
        return [*looks[:place], *([look] if look else []), *looks[place + 1 :]]

    assert faults(looks) == []
    at_end = next(n for n, look in enumerate(looks) if look.sql == row.ends_at)
    published = next(n for n, look in enumerate(looks) if ident in look.seen)
    for place in (at_end - 1, at_end, published - 1, published):
        other = looks[place].seen ^ {ident}
        assert faults(but(place, replace(looks[place], seen=other))), place
    without = [look for look in looks if look.sql != row.ends_at]
    assert faults(without)
    assert faults(but(published - 1, None))


def test_every_check_is_tampered_with() -> None:
    # What people could not do is told as it happens.
    assert {name for name, *_ in TAMPERINGS} == set(TOLD) - {"played"}


def test_a_seed_is_a_thousand_lives_of_every_kind() -> None:
    told = several(7, 1000)
    again = several(7, 1000)
    assert [life.steps for life in told] == [life.steps for life in again]
    assert {life.kind for life in told} == set(KINDS)
    assert several(8, 1000)[0].steps != told[0].steps
    instants = [step.at for life in told for step in life.steps]
    assert min(instants) > STARTS
    assert max(instants) < ENDS
    # Not on every Sunday does somebody do something.
    assert len({at.date() for at in instants}) > DAYS - 5
    assert all(
        [step.at for step in life.steps] == sorted(step.at for step in life.steps) for life in told
    )


@pytest.mark.parametrize("kind", SMALL)
def test_a_small_part_is_of_known_kinds(kind: str) -> None:
    assert drawn(kind, 1, SEED).steps


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind of case"):
        several(1, 1, only=("nothing",))
