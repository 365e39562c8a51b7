"""Cases in skipped time, one clock each, with every kind of expiry: none early, none late, none twice."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any, Final

from domain.clocks import DECIDING
from law.clock_types import Effect
from law.clocks import CLOCKS
from law.ladder import PROMISED
from tests.kernel.desk import APPLICANT, Case, Desk
from tests.simulate.ends import End, by_effect, ending

AT_A_TIME: Final = 6
GRANT: Final = {"decision": "grant", "no_interest": True}
# The case's own timer, the safety net, comes two minutes after the sweep: later than this it was the net.
LATE: Final = timedelta(seconds=60)
ENDED: Final = ("clock_expired", "clock_expiry", "clock_overdue_l1")
# What the law wants of the case beside its stage.
FOLLOWS: Final = {Effect.DEEMED_RENEWED: "deemed_renewed", Effect.MUST_RELEASE: "release_due"}
TOLD: Final = ("expired", "deemed", "renewed", "expiry", "overdue_l1")


@dataclass
class Life:
    """One case: its clock, and what somebody does in time, if anybody does."""

    end: End
    does: str
    at: datetime
    case: Case | None = None

    @property
    def silent(self) -> bool:
        return self.does == "nothing"


def lives(rng: Random, count: int, now: datetime, horizon: timedelta) -> list[Life]:
    """So many, over every clock of the table that can end in the time; the same seed, the same lives."""
    order = by_effect(rng)
    made: list[Life] = []
    while len(made) < count:
        usable = len(made)
        for clock in order:
            end = ending(clock, rng, now + timedelta(hours=2), now + horizon)
            if end is None or len(made) == count:
                continue
            does = rng.choices(("nothing", "object", "decide"), (7, 2, 2))[0]
            if does == "decide" and not CLOCKS[end.clock].binds_agency:
                does = "object"
            # The first of each kind ends in silence: no kind goes untested.
            if usable == 0 and end.effect not in {life.end.effect for life in made}:
                does = "nothing"
            early = timedelta(seconds=rng.choice((1, 1, 1, 30, 3600, 7200)))
            made.append(Life(end, does, max(end.at - early, now + timedelta(hours=1))))
        if len(made) == usable:
            raise ValueError("no clock ends in this time")
    return made


async def each(items: Sequence[Any], work: Callable[[Any], Awaitable[object]]) -> None:
    """A few at a time."""
    gate = asyncio.Semaphore(AT_A_TIME)

    async def one(item: Any) -> None:
        async with gate:
            await work(item)

    async with asyncio.TaskGroup() as group:
        for item in items:
            group.create_task(one(item))


async def begin(desk: Desk, end: End) -> Case:
    """A case whose clock runs."""
    case = await desk.open("any_clock")
    await case.reaches("asking")
    data = {"clock_id": end.clock, "trigger": end.trigger.isoformat(), "length": end.length}
    await case.act("start", APPLICANT, data)
    await case.reaches("waiting")
    return case


async def play(
    desk: Desk, rng: Random, count: int, horizon: timedelta, say: Callable[[str], None]
) -> list[str]:
    """Open, let time pass, act in time; what was not as it must be, in words."""
    told = lives(rng, count, await desk.stage.now(), horizon)

    async def open_(life: Life) -> None:
        life.case = await begin(desk, life.end)

    await each(told, open_)
    kinds = Counter(life.end.effect.value for life in told)
    say(f"{count} cases, {len(kinds)} kinds of expiry, {len({x.end.clock for x in told})} clocks")
    for life in sorted(told, key=lambda life: life.at):
        if life.silent:
            continue
        await desk.advance_to(life.at)
        assert life.case is not None
        if life.does == "object":
            await life.case.act("object", APPLICANT)
        else:
            await life.case.decide("approver", GRANT)
    await desk.advance_to(max(life.end.at for life in told) + timedelta(days=10))
    return await faults(desk, told)


async def faults(desk: Desk, told: Sequence[Life]) -> list[str]:
    """Every case against what the second reading of the law says of its clock."""
    found: list[str] = []
    by_id = {life.case.id: life for life in told if life.case is not None}
    events: dict[Any, list[Any]] = {ident: [] for ident in by_id}
    for row in await desk.rows(
        "SELECT case_id, kind, at, canonical FROM case_events WHERE kind = ANY(:kinds)",
        kinds=[*ENDED, *FOLLOWS.values()],
    ):
        if row.case_id in events:
            events[row.case_id].append(row)
    stages = {r.case_id: r.stage for r in await desk.rows("SELECT case_id, stage FROM cases")}
    messages: Counter[Any] = Counter()
    for row in await desk.rows(
        "SELECT case_id, kind FROM messages WHERE kind = ANY(:k)", k=list(TOLD)
    ):
        messages[row.case_id] += 1
    for ident, life in by_id.items():
        for fault in _faults(life, events[ident], stages[ident], messages[ident]):
            found.append(f"{life.end}, {life.does}: {fault}")
    return found


def _faults(life: Life, events: Sequence[Any], stage: str, messages: int) -> list[str]:
    ended = [e for e in events if e.kind in ENDED]
    if not life.silent:
        wanted = "acted" if life.does == "object" else "decided"
        out = [f"{e.kind} although it was {wanted} in time" for e in ended]
        return out + ([] if stage == wanted else [f"is {stage}, not {wanted}"])
    out = []
    if len(ended) != 1:
        out.append(f"ended {len(ended)} times")
    for event in ended:
        if event.at != life.end.at:
            out.append(f"ended at {event.at.isoformat()}, not {life.end.at.isoformat()}")
        dealt_with = datetime.fromisoformat(json.loads(event.canonical)["processed_at"])
        if dealt_with < life.end.at:
            out.append(f"early: {life.end.at - dealt_with}")
        if dealt_with > life.end.at + LATE:
            out.append(f"late: {dealt_with - life.end.at}")
    law = CLOCKS[life.end.clock]
    decides = law.effect in DECIDING
    # A promise is pursued like a term of the agency: heads are told, and a person decides.
    pursued = law.binds_agency or law.id in PROMISED
    over = "after" if decides or not pursued else "waiting"
    if stage != over:
        out.append(f"is {stage}, not {over}")
    follows = sum(e.kind == FOLLOWS.get(law.effect) for e in events)
    if follows != (law.effect in FOLLOWS):
        out.append(f"{FOLLOWS.get(law.effect)}: {follows} times")
    # The renewed party and the head of section are two; everybody else hears of the end once.
    most = 2 if law.effect is Effect.DEEMED_RENEWED else 1
    if messages != most:
        out.append(f"told {messages} times")
    return out
