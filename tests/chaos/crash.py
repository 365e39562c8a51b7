"""Crash points: where a process ends itself as `kill -9` would, at the n-th occurrence in one case.

A plan is a file per case; what was reached and what was fired are appended to logs, so that the counts
survive the very kill they ask for. Only the entry modules of this package install crash points.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activities.related import related_id
from banjian.stack import state

POINTS = {
    "projected": "after a projection's commit, before its task completes",
    "effect": "after an effect at a register, before its result is stored",
    "paper": "after a paper is numbered, sealed and stored, before its result is stored",
    "unsent": "an act is committed, not yet sent to its case",
    "unanswered": "the case has applied the act, nobody has been answered",
}
"""What every point stands for."""
POINT_NAMES = (*POINTS, "projected+all")
"""As they are reported: `+all` kills engine and API with the worker."""

# A process that starts again costs seconds of work and every case in flight ten seconds of waiting:
# shots that fall into this time share one kill. Well below the eight seconds after which a workflow
# task that waits for a local activity saves what it has.
GATHERING = 5.0


@dataclass(frozen=True)
class Shot:
    """Where a case's process ends itself.

    Attributes:
        point: one of `POINTS`.
        nth: which occurrence in the case, from 1.
        at: the items by which one comes from the case to the related case that is meant; empty: the case itself.
        of: which of the life's own cases is meant, in the order in which they are handed in.
        all: kill engine and API too, first: the engine forgets every update whose task was not yet
            completed, and nobody is left who would send it again.
    """

    point: str
    nth: int
    all: bool = False
    at: tuple[str, ...] = ()
    of: int = 0

    @property
    def name(self) -> str:
        return f"{self.point}{'+all' if self.all else ''}"

    def target(self, case_id: str) -> str:
        """The case that is meant, for the life whose case `of` this is."""
        return related(case_id, self.at)


def related(case_id: str, at: Iterable[str]) -> str:
    """A related case's id follows from its parent's and its item."""
    for item in at:
        case_id = str(related_id(case_id, item))
    return case_id


class CrashPlan:
    """The folder that harness and processes share.

    Args:
        data: data folder of the stack.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._folder = data / "crash"
        self._folder.mkdir(exist_ok=True)
        self._seen: dict[tuple[str, str], list[str]] = {}
        self._death: asyncio.TimerHandle | None = None
        self._all = False

    # -- the harness ------------------------------------------------------------------------------

    def aim(self, case_id: str, shot: Shot) -> None:
        """The case's process is to end at this shot."""
        (self._folder / case_id).write_text(f"{shot.point} {shot.nth} {int(shot.all)}")

    def fired(self) -> set[str]:
        """Cases whose shot was fired."""
        return set(self._lines("fired"))

    def counts(self) -> dict[str, dict[str, int]]:
        """Point → case → how often it was reached, by any process."""
        out: dict[str, dict[str, int]] = {point: {} for point in POINTS}
        for point in POINTS:
            for line in self._lines(f"reached-{point}"):
                case = line.split(" ")[0]
                out[point][case] = out[point].get(case, 0) + 1
        return out

    # -- the process ------------------------------------------------------------------------------

    async def reached(self, point: str, case_id: str, key: str) -> None:
        """Count this occurrence once, whatever is redone after a kill; end the process if it is aimed at.

        Args:
            key: tells occurrences of one case apart (a revision, an effect's number, an act's id).
        """
        seen = self._seen.setdefault((point, case_id), self._known(point, case_id))
        if key in seen:
            return
        seen.append(key)
        self._append(f"reached-{point}", f"{case_id} {key}")
        try:
            wanted, nth, everything = (self._folder / case_id).read_text().split(" ")
        except OSError:
            return
        if wanted != point or int(nth) != len(seen):
            return
        self._append("fired", case_id)
        if everything == "1":
            self._all = True
        if self._death is None:
            self._death = asyncio.get_running_loop().call_later(GATHERING, self._end)
        # This step never goes on, and ends with all others that reach their shots by then.
        await asyncio.Event().wait()

    def _end(self) -> None:
        if self._all:
            for child in state.orphans(self._data):
                if child.part in ("temporal", "api") and child.pid != os.getpid():
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(child.pid, signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)

    def _known(self, point: str, case_id: str) -> list[str]:
        rows = (line.split(" ") for line in self._lines(f"reached-{point}"))
        return [key for case, key in rows if case == case_id]

    def _append(self, name: str, line: str) -> None:
        handle = os.open(self._folder / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
        finally:
            os.close(handle)

    def _lines(self, name: str) -> Iterator[str]:
        try:
            yield from (self._folder / name).read_text().splitlines()
        except OSError:
            return


def put(owner: Any, name: str, value: Any) -> None:
    """Put something of a test in the place of what the product has there."""
    setattr(owner, name, value)
