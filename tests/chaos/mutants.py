"""The runs with a bug on purpose: the checker must find it."""

import time
from pathlib import Path

from tests.chaos.cases import Life
from tests.chaos.crash import Shot
from tests.chaos.installation import installation
from tests.chaos.people import History
from tests.chaos.points import Volley, shoot
from tests.chaos.runs import Run, checked

# A mutant may hang a case for good: what it has done by then is enough.
MUTANT_PATIENCE = 60.0

CATCHES: dict[str, tuple[str, tuple[Shot, ...]]] = {
    "no-register-key": ("no_double_effect", tuple(Shot("effect", n) for n in range(1, 6))),
    "no-fence": ("fence", tuple(Shot("projected", n) for n in (2, 4, 6, 8, 10, 12))),
}
"""Mutant → the invariant that must break, and the shots that bring it about."""


async def mutant(name: str, *, keep: Path | None = None) -> Run:
    """A run with a bug on purpose; it is caught when the named invariant breaks."""
    invariant, shots = CATCHES[name]
    run = Run(f"mutant {name}")
    begin = time.monotonic()
    history = History()
    async with installation(mutant=name, keep=keep) as place:
        volleys: list[Volley] = [(Life(n), (shot,)) for n, shot in enumerate(shots)]
        run.lives = [life for life, _ in volleys]
        await shoot(place, history, volleys, MUTANT_PATIENCE)
        await checked(place, run, history, patience=10)
        run.notes["shots"] = len(place.crash.fired())
    run.notes |= {
        "caught": invariant in run.report.broken_invariants,
        "by": run.report.broken_invariants,
    }
    run.seconds = time.monotonic() - begin
    return run
