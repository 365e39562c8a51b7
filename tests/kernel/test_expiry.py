"""Every kind of expiry on the real kernel, in skipped time: a second before the end, and at the end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import pytest
import pytest_asyncio

from banjian.player.stage import stage
from domain.clocks import DECIDING, OPENING
from domain.refusals import Refusal, Refused
from law import catalogue
from law.clock_types import Effect
from law.clocks import CLOCKS, find_clock
from tests.kernel.any_clock import ROW, AnyClock
from tests.kernel.desk import APPLICANT, Case, Desk
from workflows.dispatch import Unreachable

STARTS = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
SECOND = timedelta(seconds=1)
GRANT = {"decision": "grant", "no_interest": True}


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+08:00")


@dataclass(frozen=True)
class End:
    """A clock with the instant at which its end takes effect, counted by hand from the holiday notice."""

    clock: str
    trigger: str
    at: datetime

    @property
    def effect(self) -> Effect:
        return find_clock(self.clock).effect


ENDS = (
    # Five working days after Thu 02-26 end on Wed 03-04: Sat 02-28 is a make-up day.
    End("G01", "2026-02-26", at("03-05T00:00:00")),
    End("X03", "2026-03-02", at("03-10T00:00:00")),
    End("X05", "2026-03-02", at("03-12T00:00:00")),
    End("F11", "2026-03-02", at("03-12T00:00:00")),
    End("G09", "2026-03-20", at("03-21T00:00:00")),
    # 20 days end on Sun 03-22 and roll to Monday.
    End("D01", "2026-03-02", at("03-24T00:00:00")),
    End("D02", "2026-03-02", at("03-24T00:00:00")),
    End("Q10", "2026-03-02", at("04-02T00:00:00")),
    # 45 days end on Thu 04-16.
    End("D14", "2026-03-02", at("04-17T00:00:00")),
    # Two months end on 05-02, in the holiday to 05-05.
    End("N01", "2026-03-02", at("05-07T00:00:00")),
    # The window opens with the 90th working day before the licence ends on 12-31 (S45: 08-21).
    End("F05a", "2026-12-31", at("08-21T00:00:00")),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    catalogue.add(ROW)
    async with stage(module_database, starts=STARTS, procedures=[AnyClock]) as made:
        yield Desk(made)


async def opened(desk: Desk, end: End) -> Case:
    case = await desk.open("any_clock")
    await case.reaches("asking")
    trigger = f"{end.trigger}T10:00:00+08:00"
    await case.act("start", APPLICANT, {"clock_id": end.clock, "trigger": trigger})
    await case.reaches("waiting")
    return case


async def refusal(case: Case, kind: str) -> Refusal:
    with pytest.raises(Refused) as refused:
        await case.act(kind, APPLICANT)
    assert refused.value.message
    return refused.value.why


async def events(case: Case, *kinds: str) -> list[tuple[str, datetime]]:
    rows = await case.rows(
        "SELECT kind, at FROM case_events WHERE case_id = :c AND kind = ANY(:k) ORDER BY revision",
        k=list(kinds),
    )
    return [(r.kind, r.at) for r in rows]


async def told(case: Case, kind: str) -> list[tuple[str, datetime]]:
    rows = await case.rows(
        "SELECT recipient, at FROM messages WHERE case_id = :c AND kind = :k", k=kind
    )
    return [(r.recipient, r.at) for r in rows]


def test_every_kind_that_decides_is_in_the_story() -> None:
    """But those that differ from one of the story in their name only."""
    alike = {Effect.RELEASE_NAME, Effect.DEEMED_RESUMED, Effect.BAR_ENDS, Effect.LICENCE_VOID}
    assert {end.effect for end in ENDS} | alike == DECIDING


@dataclass
class Told:
    """The story after its last end: cases that nobody touched, and those in which somebody acted in time."""

    silent: dict[str, Case]
    timely: dict[str, Case]
    decided: dict[str, Case]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(desk: Desk) -> Told:
    """Every clock of `ENDS` in three cases, up to a month after the last end."""
    told = Told(
        {end.clock: await opened(desk, end) for end in ENDS},
        {end.clock: await opened(desk, end) for end in ENDS},
        {e.clock: await opened(desk, e) for e in ENDS if find_clock(e.clock).binds_agency},
    )
    for instant, group in groupby(ENDS, key=lambda end: end.at):
        ends = list(group)
        await desk.advance_to(instant - SECOND)
        for end in ends:
            assert await told.silent[end.clock].stage() == "waiting", end
            assert await refusal(told.silent[end.clock], "proceed") is Refusal.TERM_RUNNING
            await told.timely[end.clock].act("object", APPLICANT)
            await told.timely[end.clock].reaches("acted")
            if end.clock in told.decided:
                await told.decided[end.clock].decide("approver", GRANT)
                await told.decided[end.clock].reaches("decided")

        await desk.advance_to(instant)
        for end in ends:
            await told.silent[end.clock].reaches("after")
            assert await refusal(told.silent[end.clock], "object") is Refusal.TERM_OVER
    await desk.advance(timedelta(days=30))
    return told


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.clock)
async def test_each_end_takes_effect_at_its_instant_once(story: Told, end: End) -> None:
    over = "clock_overdue_l1" if end.effect is Effect.MUST_RELEASE else "clock_expired"
    assert await events(story.silent[end.clock], over) == [(over, end.at)]
    for never in (story.timely[end.clock], story.decided.get(end.clock)):
        assert never is None or await events(never, "clock_expired", "clock_overdue_l1") == []


async def test_silence_renews_a_licence_and_everybody_hears_of_it(story: Told) -> None:
    case, end = story.silent["G09"], at("03-21T00:00:00")
    assert await events(case, "deemed_renewed") == [("deemed_renewed", end)]
    found = (await case.rows("SELECT decision FROM cases WHERE case_id = :c"))[0].decision
    assert (found["decision"], found["deemed"]) == ("grant", "renewed")
    assert datetime.fromisoformat(found["decided_at"]) == end
    assert await told(case, "renewed") == [("person:applicant-1", end)]
    assert await told(case, "deemed") == [("section_head@421303", end)]
    # Nobody can decide it any more: the task is gone.
    assert await case.rows("SELECT 1 FROM tasks WHERE case_id = :c AND state = 'open'") == []


async def test_silence_accepts_and_the_head_of_section_hears_of_it(story: Told) -> None:
    case = story.silent["G01"]
    assert await told(case, "deemed") == [("section_head@421303", at("03-05T00:00:00"))]
    words = (await case.rows("SELECT text FROM messages WHERE case_id = :c AND kind = 'deemed'"))[
        0
    ].text
    assert "3月4日 24:00" in words
    assert "视为受理（行政许可法 32(4), 82）" in words


@pytest.mark.parametrize("clock", ["X03", "X05", "D02", "D14", "F11", "N01", "D01", "F05a"])
async def test_the_party_is_told_once_what_the_end_means(story: Told, clock: str) -> None:
    case, end = story.silent[clock], next(e for e in ENDS if e.clock == clock)
    assert await told(case, "expired") == [("person:applicant-1", end.at)]
    words = (await case.rows("SELECT text FROM messages WHERE case_id = :c AND kind = 'expired'"))[
        0
    ].text
    assert end.effect.label in words
    assert ("起" in words) == (end.effect in OPENING)


@pytest.mark.parametrize("clock", ["D01", "F05a"])
async def test_what_the_law_then_allows_can_be_done_from_the_end_on(
    story: Told, clock: str
) -> None:
    case = story.silent[clock]
    await case.act("proceed", APPLICANT)
    await case.reaches("proceeded")


async def test_a_measure_is_on_the_ladder_until_it_is_lifted(story: Told) -> None:
    """Q10: the term ends on 04-01; L2 a working day later, L3 three (04-04 to 04-06 are off)."""
    case = story.silent["Q10"]
    ladder = ("clock_overdue_l1", "release_due", "clock_overdue_l2", "clock_overdue_l3")
    assert await events(case, *ladder) == [
        ("clock_overdue_l1", at("04-02T00:00:00")),
        ("release_due", at("04-02T00:00:00")),
        ("clock_overdue_l2", at("04-03T00:00:00")),
        ("clock_overdue_l3", at("04-08T00:00:00")),
    ]
    row = (await case.rows("SELECT state, level FROM clocks WHERE case_id = :c"))[0]
    assert (row.state, row.level) == ("running", "overdue_l3")
    with pytest.raises(Refused) as late:
        await case.act(
            "request_extension",
            APPLICANT.model_copy(update={"roles": ["approver"], "office": "421303"}),
            {"clock": "Q10#1", "reason": "还要查"},
        )
    assert late.value.why is Refusal.EXTENSION_TOO_LATE

    # Nor does a withdrawal end the case before the goods are back.
    await case.act("withdraw", APPLICANT)
    assert (await case.rows("SELECT closed_at FROM cases WHERE case_id = :c"))[0].closed_at is None
    with pytest.raises(Refused) as half:
        await case.decide("approver", {"lifted": False, "record": "只退还了一部分"})
    assert half.value.why is Refusal.INVALID_ANSWERS
    await case.decide("approver", {"lifted": True, "record": "物品已当面退还当事人"})
    await case.reaches("withdrawn")
    row = (await case.rows("SELECT state, next_rung FROM clocks WHERE case_id = :c"))[0]
    assert (row.state, row.next_rung) == ("released", None)
    assert "released" in await case.kinds()


async def test_a_decision_after_the_end_is_none_although_nobody_has_looked_yet(desk: Desk) -> None:
    """The engine is behind: it has not dealt with the end when the officer decides a second later."""
    now = await desk.stage.now()
    case = await opened(desk, End("G01", now.date().isoformat(), now))
    ends = (await case.rows("SELECT ends_at FROM clocks WHERE case_id = :c"))[0].ends_at
    await desk.advance_to(ends - SECOND)
    task = await case.task("approver")
    await case.claim(task, "approver-1")
    await desk.stage.set_now(ends)
    assert await case.stage() == "waiting"

    with pytest.raises(Refused) as late:
        await case.decide("approver", GRANT)
    assert late.value.why is Refusal.TERM_OVER
    assert await refusal(case, "object") is Refusal.TERM_OVER
    await desk.advance_to(ends + SECOND)
    await case.reaches("after")


async def test_of_an_act_and_a_decision_in_the_last_second_one_holds(desk: Desk) -> None:
    """Both are durable in time while the engine is away, and the end is processed before either of them."""
    now = await desk.stage.now()
    case = await opened(desk, End("G01", now.date().isoformat(), now))
    ends = (await case.rows("SELECT ends_at FROM clocks WHERE case_id = :c"))[0].ends_at
    await desk.advance_to(ends - SECOND)
    await case.task("approver")

    class Away:
        async def send(self, command: object) -> None:
            raise Unreachable("away")

    sender, desk.acts._sender = desk.acts._sender, Away()  # type: ignore[assignment]
    try:
        assert (await case.act("object", APPLICANT)).state == "received"
        # Of what came in the same instant, neither came first.
        await desk.stage.set_now(ends - SECOND / 2)
        assert (await case.decide("approver", GRANT)).state == "received"
    finally:
        desk.acts._sender = sender
    await desk.stage.set_now(ends + timedelta(minutes=1))
    await desk.stage._engine_to(ends + timedelta(minutes=6))

    await case.reaches("acted")
    await desk.stage.upkeep()
    kinds = await case.kinds()
    assert kinds.count("objected") == 1
    assert {"clock_expired", "task_completed"}.isdisjoint(kinds)


@pytest.mark.parametrize(
    ("clock", "trigger", "why", "says"),
    [
        ("K06", "2026-03-01", Refusal.NO_RULE_IN_FORCE, "自 2026-04-01 起施行"),
        ("G02", "2006-12-31", Refusal.NO_RULE_IN_FORCE, "2007 年以前"),
        ("G02", "2201-01-01", Refusal.INVALID_ANSWERS, "起算日须在"),
        ("Q06", "2026-03-02", Refusal.INVALID_ANSWERS, "由个案确定"),
        ("ZZ9", "2026-03-02", Refusal.MALFORMED, "没有这个期限编号"),
    ],
)
async def test_a_trigger_that_no_row_covers_is_refused(
    desk: Desk, clock: str, trigger: str, why: Refusal, says: str
) -> None:
    case = await desk.open("any_clock")
    await case.reaches("asking")
    data = {"clock_id": clock, "trigger": f"{trigger}T10:00:00+08:00"}
    with pytest.raises(Refused) as refused:
        await case.act("start", APPLICANT, data)
    assert refused.value.why is why
    assert says in refused.value.message
    if clock in CLOCKS and why is Refusal.NO_RULE_IN_FORCE:
        assert CLOCKS[clock].citation.split("(")[0] in refused.value.message


@pytest.mark.parametrize(
    ("asked", "trigger", "row", "ends"),
    [
        # S38: the complaint rule changed on 2026-04-15; S54: the opposition's changes with 2027.
        ("C02", "2026-03-10", "C02old", "2026-05-15"),
        ("C02old", "2026-04-15", "C02", "2026-06-15"),
        ("B03b", "2026-12-20", "B03a", "2027-03-22"),
        ("B03a", "2027-01-05", "B03b", "2027-03-05"),
    ],
)
async def test_a_clock_runs_under_the_row_of_its_triggers_day_and_keeps_it(
    desk: Desk, asked: str, trigger: str, row: str, ends: str
) -> None:
    case = await opened(desk, End(asked, trigger, STARTS))
    found = (await case.rows("SELECT clock_id, legal_end FROM clocks WHERE case_id = :c"))[0]
    assert (found.clock_id, found.legal_end.isoformat()) == (row, ends)
