"""The run of the crash points: at every occurrence of every point in the life of a case, its process ends itself."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import AsyncIterator, Collection
from dataclasses import replace
from pathlib import Path

from law.startup_parts import Part
from tests.chaos.cases import SEPARATION, Life
from tests.chaos.crash import POINT_NAMES, POINTS, Shot, related
from tests.chaos.installation import Installation, installation
from tests.chaos.openings import REGISTRATION, OpeningLife
from tests.chaos.people import History
from tests.chaos.runs import CALM, DRAIN, Run, checked, crowd, impatient_registers


@contextlib.asynccontextmanager
async def revived(place: Installation) -> AsyncIterator[None]:
    """Every part that shot itself is started again at once, without the supervisor's growing pauses."""

    async def watch() -> None:
        while True:
            for part in ("worker", "api", "temporal"):
                if place.stack.pid(part) is None:
                    # Nothing is killed: it forgets that the part has been dying.
                    await asyncio.to_thread(place.stack.kill, part)
            await asyncio.sleep(0.25)

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait({watching})


Volley = tuple[Life, tuple[Shot, ...]]
"""A life, and the shots at its cases: at most one at each."""


async def shoot(
    place: Installation, history: History, volleys: list[Volley], patience: float
) -> None:
    """All lives at once; a process ends itself at every shot."""
    shots = {life.number: meant for life, meant in volleys}

    def born(life: Life, case_id: str) -> None:
        for shot in shots[life.number]:
            if shot.of == len(life.own) - 1:
                place.crash.aim(shot.target(case_id), shot)

    async with revived(place):
        await crowd(
            place,
            history,
            [life for life, _ in volleys],
            len(volleys),
            patience=patience,
            born=born,
        )


Counts = dict[str, dict[str, int]]
"""Point → case → occurrences."""


def sweep(counts: Counts) -> list[Shot]:
    """Every occurrence of every point in the life of one case, as calm cases had them."""
    most = {point: max(counts[point].values(), default=0) for point in POINTS}
    shots = [Shot(point, n) for point in POINTS for n in range(1, most[point] + 1)]
    return shots + [Shot("projected", n, all=True) for n in range(1, most["projected"] + 1)]


# Related cases that are shot at too: the separation, and the item whose case is longest.
RELATED: tuple[tuple[str, ...], ...] = ((SEPARATION,), (SEPARATION, "hr_service"))


def sweeps(counts: Counts, calm: Collection[str]) -> list[Shot]:
    """The calm cases' own sweep, then that of their related cases by their own process alone."""
    shots = sweep(_of(counts, calm))
    for at in RELATED:
        there = _of(counts, {related(case_id, at) for case_id in calm})
        shots += [replace(shot, at=at) for shot in sweep(there) if not shot.all]
    return shots


# The cases of an opening that are shot at: both declarations, the opening, and of what it opens what is not shot at elsewhere:
# a part that goes well and one that is refused first. Of the registration only what is different under a declared name.
AIMS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (0, ()),
    (1, ()),
    (2, ()),
    (2, (Part.SEAL.value,)),
    (2, (Part.HOUSING.value,)),
    (2, (REGISTRATION,)),
)
OF_REGISTRATION = frozenset({"effect", "unsent"})


def volleys_at(counts: Counts, calm: OpeningLife) -> list[tuple[Shot, ...]]:
    """Every occurrence of every point in the cases of an opening, one shot at each case at a time.

    The lines begin at different places, or the first shots of all would fall together.
    """
    lines = []
    for of, at in AIMS:
        shots = sweep(_of(counts, {related(calm.own[of], at)}))
        if at == (REGISTRATION,):
            shots = [shot for shot in shots if shot.name in OF_REGISTRATION]
        lines.append([replace(shot, of=of, at=at) for shot in shots])
    longest = max(map(len, lines))
    return [
        tuple(
            line[turn]
            for nth, line in enumerate(lines)
            if (turn := (number + nth * longest // len(lines)) % longest) < len(line)
        )
        for number in range(longest)
    ]


def _of(counts: Counts, cases: Collection[str]) -> Counts:
    return {
        point: {case: n for case, n in reached.items() if case in cases}
        for point, reached in counts.items()
    }


async def crash_points(
    points: Collection[str] = POINT_NAMES, *, out: Path | None = None, keep: Path | None = None
) -> Run:
    """The whole sweep on one stack, or the named points of it."""
    run = Run("crash points")
    begin = time.monotonic()
    history = History(out)
    async with installation(keep=keep) as place, impatient_registers(place):
        calm = [Life(n, licensed=True) for n in range(CALM)]
        opening = OpeningLife(CALM, variant=1)
        await crowd(place, history, [*calm, opening], 0)
        counts = place.crash.counts()
        volleys = _volleys(counts, calm, opening, points)
        await shoot(place, history, volleys, DRAIN)
        run.lives = [*calm, opening, *(life for life, _ in volleys)]
        await checked(place, run, history)
        _account(run, volleys, place)
    history.close()
    run.seconds = time.monotonic() - begin
    return run


def _volleys(
    counts: Counts, calm: list[Life], opening: OpeningLife, points: Collection[str]
) -> list[Volley]:
    """One life per shot at a registration and what it leads to; an opening per volley."""
    first = len(calm) + 1
    shots = [s for s in sweeps(counts, {life.case_id for life in calm}) if s.name in points]
    single: list[Volley] = [
        (Life(first + n, licensed=bool(shot.at)), (shot,)) for n, shot in enumerate(shots)
    ]
    first += len(single)
    wanted = [
        meant
        for volley in volleys_at(counts, opening)
        if (meant := tuple(shot for shot in volley if shot.name in points))
    ]
    # The longest lives first.
    return [
        *((OpeningLife(first + n, variant=1), meant) for n, meant in enumerate(wanted)),
        *single,
    ]


def _named(life: Life, shot: Shot) -> str:
    where = ("a name", "a name", "an opening")[shot.of] if isinstance(life, OpeningLife) else ""
    return " at ".join(filter(None, (shot.name, shot.at[-1] if shot.at else where)))


def _account(run: Run, volleys: list[Volley], place: Installation) -> None:
    """Every shot was fired, or its case ended before it came to be."""
    fired, counts = place.crash.fired(), place.crash.counts()
    hit, beyond = Counter[str](), Counter[str]()
    every = [(life, shot) for life, meant in volleys for shot in meant]
    for life, shot in every:
        where = _named(life, shot)
        target = shot.target(life.own[shot.of]) if shot.of < len(life.own) else ""
        if target in fired:
            hit[where] += 1
        elif counts[shot.point].get(target, 0) < shot.nth:
            beyond[where] += 1
        else:
            run.report.broken("no_stuck_case", f"shot {shot} of case {target} was not fired")
    run.notes |= {"shots": dict(hit), "beyond the end of their case": dict(beyond)}
    for name in {_named(life, shot) for life, shot in every}:
        run.report.expect("no_stuck_case", hit[name], f"no shot {name} was fired at all")
