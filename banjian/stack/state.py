"""What the supervisor remembers between starts, and how it finds what an earlier one left running.

`<data>/run/lock` is held (flock) while a supervisor lives: the kernel frees it with the process, so
a `kill -9` leaves no stale lock. `<data>/run/state.json` keeps the chosen ports.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from banjian.stack.errors import AlreadyRunning

MARK = "BANJIAN_STACK"
"""Environment variable of every child: the data folder it belongs to."""
PART = "BANJIAN_PART"
"""Environment variable of every child: its name in the stack."""
MARKS = (MARK, PART)


class FolderLock:
    """One supervisor per data folder."""

    def __init__(self, run_folder: Path) -> None:
        self._path = run_folder / "lock"
        self._handle: int | None = None

    def take(self) -> None:
        """Raises `AlreadyRunning` with the holder's pid when another supervisor has it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 32).decode(errors="replace").strip() or "?"
            os.close(handle)
            raise AlreadyRunning(
                f"这个数据文件夹已有一个 banjian 在运行（already running, pid {holder}）。",
                "先停止它（Ctrl-C 或 kill），或用 --data 指定另一个文件夹。",
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle

    def release(self) -> None:
        """Lets the next one in."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def holder(self) -> int | None:
        """Pid of the supervisor that holds the folder now, None if nobody does."""
        try:
            handle = os.open(self._path, os.O_RDONLY)
        except OSError:
            return None
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            text = os.read(handle, 32).decode(errors="replace").strip()
            return int(text) if text.isdigit() else 0
        finally:
            os.close(handle)
        return None


class State:
    """The chosen ports, on disk before anybody listens there."""

    def __init__(self, run_folder: Path) -> None:
        self._path = run_folder / "state.json"
        self._values: dict[str, Any] = {}
        with contextlib.suppress(OSError, ValueError):
            found = json.loads(self._path.read_text(encoding="utf-8"))
            self._values = found if isinstance(found, dict) else {}

    def port(self, name: str) -> int:
        """The port used last time, 0 if none is known."""
        found = self._values.get("ports", {}).get(name, 0)
        return found if isinstance(found, int) else 0

    @property
    def processes(self) -> dict[str, int]:
        """Name → pid as last written."""
        return dict(self._values.get("processes", {}))

    def write(self, ports: dict[str, int], processes: dict[str, int]) -> None:
        """Replaces the file whole."""
        self._values = {"supervisor": os.getpid(), "ports": ports, "processes": processes}
        draft = self._path.with_suffix(".new")
        draft.write_text(json.dumps(self._values, indent=1), encoding="utf-8")
        draft.replace(self._path)


@dataclass(frozen=True)
class Orphan:
    """A child of an earlier supervisor of this folder."""

    part: str
    pid: int
    command: tuple[str, ...]

    def option(self, name: str) -> str | None:
        """Value of one option of its command line."""
        pairs = dict(zip(self.command, self.command[1:], strict=False))
        return pairs.get(name)


def orphans(data: Path) -> list[Orphan]:
    """Every process that carries this folder's mark, whoever its parent is now.

    Pids written to a file can be lost by a kill between start and write; the mark cannot.
    """
    return list(_marked(str(data)))


def _marked(data: str) -> Iterator[Orphan]:
    for process in psutil.process_iter(["pid"]):
        if process.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            environment = process.environ()
            if environment.get(MARK) == data and process.status() != psutil.STATUS_ZOMBIE:
                part = environment.get(PART, "")
                yield Orphan(part, process.pid, tuple(process.cmdline()))
