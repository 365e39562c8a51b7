"""A decision, a party's act and the end of the clock in the same two seconds: one lawful outcome each."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from domain.refusals import Refused
from law.clocks import CLOCKS, Effect
from tests.kernel.desk import APPLICANT, Case, Desk, officer
from tests.oracle.papers import office_open
from tests.simulate.ends import DAY, End, ending_at
from tests.simulate.expiries import GRANT, begin, each
from workflows.dispatch import Unreachable

A_NIGHT: Final = 50
# Those whose end decides by itself and an officer's decision, or only a party's act, can forestall.
RACED: Final = ("G01", "G09", "X05", "Q10", "X16", "X03", "D01", "D02", "D14", "F11", "N01")
SECOND: Final = timedelta(seconds=1)
OVER: Final = {"clock_expired", "clock_overdue_l1"}


@dataclass
class Try:
    """Somebody's act: when it becomes durable, and whether the engine hears of it at once."""

    kind: str
    at: datetime
    away: bool
    refused: str = ""


@dataclass
class Race:
    """One case at the end of its clock."""

    end: End
    tries: list[Try]
    case: Case | None = None
    task: str = ""

    @property
    def in_time(self) -> set[str]:
        return {one.kind for one in self.tries if one.at < self.end.at}

    def __str__(self) -> str:
        tries = ", ".join(
            f"{t.kind} {(t.at - self.end.at).total_seconds():+.3f} s{' (engine away)' * t.away}"
            f"{f' refused {t.refused}' if t.refused else ''}"
            for t in self.tries
        )
        return f"{self.end}: {tries}"


@dataclass
class Nights:
    """What was raced so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)


class Away:
    """The engine does not answer."""

    async def send(self, command: object) -> None:
        raise Unreachable("away")


def races(rng: Random, count: int, night: date) -> list[Race]:
    """So many ends at one midnight, each with a decision and an act within a second of it, before or after."""
    usable = [end for clock in RACED if (end := ending_at(clock, night)) is not None]
    made = []
    for _ in range(count):
        end = rng.choice(usable)
        kinds = ["object"] + ["decide"] * CLOCKS[end.clock].binds_agency
        tries = [
            Try(
                kind,
                end.at + timedelta(milliseconds=rng.choice((-1, 0, 1, rng.randint(-950, 950)))),
                rng.random() < 0.5,
            )
            for kind in kinds
        ]
        made.append(Race(end, sorted(tries, key=lambda one: one.at)))
    return made


async def play(desk: Desk, rng: Random, count: int, say: Callable[[str], None]) -> list[str]:
    """All races, so many a night; what was not lawful, in words."""
    done = Nights()
    night = (await desk.stage.now()).date()
    for first in range(0, count, A_NIGHT):
        # D02, D14 and others roll: only a working day is the last of all of them.
        night += DAY
        while not office_open(night):
            night += DAY
        await _night(desk, races(rng, min(A_NIGHT, count - first), night), done)
    say(f"{count} races: " + ", ".join(f"{n} {what}" for what, n in sorted(done.outcomes.items())))
    return done.faults


async def _night(desk: Desk, told: Sequence[Race], done: Nights) -> None:
    async def open_(race: Race) -> None:
        race.case = await begin(desk, race.end)
        if CLOCKS[race.end.clock].binds_agency:
            race.task = await race.case.task("approver")
            await race.case.claim(race.task, "approver-1")

    midnight = told[0].end.at
    await each(told, open_)
    await desk.advance_to(midnight - SECOND)
    # From here the engine's clock stands before the end until all acts are durable.
    everything = [(one.at, n, one, race) for n, race in enumerate(told) for one in race.tries]
    for at, _, one, race in sorted(everything, key=lambda entry: entry[:2]):
        await desk.stage.set_now(at)
        await _try(desk, race, one)
    await desk.advance_to(midnight + 30 * SECOND)
    await desk.stage.upkeep()
    await _judge(desk, told, done)


async def _try(desk: Desk, race: Race, one: Try) -> None:
    assert race.case is not None
    sender = desk.acts._sender
    if one.away:
        desk.acts._sender = Away()  # type: ignore[assignment]
    try:
        if one.kind == "object":
            await race.case.act("object", APPLICANT)
        else:
            await race.case.act("complete", officer("approver"), GRANT, task=race.task, fenced=True)
    except Refused as refused:
        one.refused = refused.why.value
    finally:
        desk.acts._sender = sender


async def _judge(desk: Desk, told: Sequence[Race], done: Nights) -> None:
    by_id: dict[Any, Race] = {race.case.id: race for race in told if race.case is not None}
    kinds: dict[Any, Counter[str]] = {ident: Counter() for ident in by_id}
    for row in await desk.rows(
        "SELECT case_id, kind FROM case_events WHERE kind IN"
        " ('clock_expired', 'clock_overdue_l1', 'objected', 'task_completed', 'release_due')"
    ):
        if row.case_id in kinds:
            kinds[row.case_id][row.kind] += 1
    acts: dict[Any, list[str]] = {ident: [] for ident in by_id}
    for row in await desk.rows(
        "SELECT case_id, state FROM acts WHERE kind IN ('object', 'complete')"
    ):
        if row.case_id in acts:
            acts[row.case_id].append(row.state)
    stages = {r.case_id: r.stage for r in await desk.rows("SELECT case_id, stage FROM cases")}
    for ident, race in by_id.items():
        fault = _fault(race, stages[ident], kinds[ident], acts[ident])
        if fault:
            done.faults.append(f"{race}: {fault}")
        done.outcomes[stages[ident]] += 1


def _fault(race: Race, stage: str, events: Counter[str], acts: Sequence[str]) -> str:
    """Why the outcome is not the one that the law allows; empty where it is."""
    outcome = {"acted": "object", "decided": "decide", "after": "law"}.get(stage)
    if outcome is None:
        return f"is {stage}"
    over = sum(events[kind] for kind in OVER)
    took_effect = {"object": events["objected"], "decide": events["task_completed"], "law": over}
    if took_effect != {kind: int(kind == outcome) for kind in took_effect}:
        return f"is {stage}, but {took_effect}"
    if outcome != "law" and outcome not in race.in_time:
        return f"{outcome} won although it came at the end or after it"
    if outcome == "law" and race.in_time:
        return f"the end took effect over {sorted(race.in_time)} in time"
    if race.end.effect is Effect.MUST_RELEASE and events["release_due"] != int(outcome == "law"):
        return f"release_due: {events['release_due']}"
    if acts.count("applied") != int(outcome != "law"):
        return f"{acts.count('applied')} acts applied"
    if "received" in acts:
        return "an act was left without an answer"
    return ""
