"""Watches the parts while the stack lives: what dies is started again, what hangs is replaced."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from banjian.stack import logs, parts
from banjian.stack.errors import StackError
from banjian.stack.parts import Part

LOOK_EVERY = 0.1
ASK_EVERY = 10.0
SICK_AFTER = 3
# A part that has not yet answered since its start is given this many seconds.
SLOW_START = 120.0
HOPELESS_AFTER = 4


@dataclass
class Restarts:
    """Back-off of one part: quick at first, slower while it keeps dying, forgotten once it lives."""

    waits: tuple[float, ...] = (0.0, 0.3, 1.0, 2.0, 5.0, 10.0)
    steady_after: float = 30.0
    count: int = 0
    last_start: float = 0.0
    sick: int = 0
    answered: bool = False

    def due(self, now: float) -> bool:
        """Whether a dead part may be started again."""
        if now - self.last_start > self.steady_after:
            self.count = 0
        return now - self.last_start >= self.waits[min(self.count, len(self.waits) - 1)]

    def started(self) -> None:
        """Counts one start."""
        self.count += 1
        self.sick = 0
        self.answered = False
        self.last_start = time.monotonic()


class Watcher:
    """A thread over the parts of one stack.

    Attributes:
        starts: name of every part it has tried to start again, in order.
        guard: held while a part is started, stopped or killed.
    """

    def __init__(
        self, watched: Mapping[str, Part], say: Callable[[str], None], on_start: Callable[[], None]
    ) -> None:
        self._parts = watched
        self._say = say
        self._on_start = on_start
        self._restarts: dict[str, Restarts] = {}
        self._held: set[str] = set()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.guard = threading.RLock()
        self.starts: list[str] = []

    def begin(self) -> None:
        """Starts watching."""
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stops watching; nothing is restarted after this returns."""
        self._ending.set()
        if self._thread is not None:
            self._thread.join()

    def launch(self, name: str) -> None:
        """Starts one part, counting it. Raises `StackError`."""
        with self.guard:
            self._held.discard(name)
            logs.rotate(self._parts[name].log)
            self._restarts.setdefault(name, Restarts()).started()
            self._parts[name].start()

    def hold(self, name: str) -> None:
        """Leaves a part dead until it is launched again."""
        self._held.add(name)

    def forgive(self, name: str) -> None:
        """Forgets that a part has been dying: its next start is immediate."""
        self._restarts.setdefault(name, Restarts()).count = 0

    def ready(self, name: str) -> bool:
        """Whether a part does its work now; from then on it is expected to answer."""
        if not self._parts[name].healthy():
            return False
        self._restarts[name].answered = True
        return True

    def hopeless(self, name: str) -> bool:
        """Whether a part died at its first starts one after the other (a few seconds)."""
        return self._parts[name].pid is None and self._restarts[name].count >= HOPELESS_AFTER

    def _watch(self) -> None:
        next_question = time.monotonic() + ASK_EVERY
        while not self._ending.wait(LOOK_EVERY):
            for name in self._parts:
                self._revive(name)
            if time.monotonic() >= next_question:
                self._ask_all()
                next_question = time.monotonic() + ASK_EVERY

    def _revive(self, name: str) -> None:
        with self.guard:
            dead = self._parts[name].pid is None and name not in self._held
            if not dead or self._ending.is_set() or not self._restarts[name].due(time.monotonic()):
                return
            last = logs.tail(self._parts[name].log, 1)
            self._say(f"{name} 已退出，重新启动（restarting）。日志末行：{last}")
            self.starts.append(name)
            try:
                self.launch(name)
            except StackError as error:
                # The back-off tries again: a full disk or a taken port may be cleared meanwhile.
                self._say(f"{name} 重新启动失败：{error}")
                return
        self._on_start()

    def _ask_all(self) -> None:
        """What lives but no longer answers is killed after three silent questions."""
        for name, part in self._parts.items():
            logs.rotate(part.log)
            if self._ending.is_set() or name in self._held or part.pid is None:
                continue
            restarts = self._restarts[name]
            if part.responds():
                restarts.sick, restarts.answered = 0, True
                continue
            if not restarts.answered and time.monotonic() - restarts.last_start < SLOW_START:
                continue
            restarts.sick += 1
            if restarts.sick >= SICK_AFTER:
                self._say(f"{name} 无应答，强制重启（not answering, killed）。")
                with self.guard:
                    parts.kill(part)
