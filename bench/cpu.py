"""CPU time of each process of a stack, and how much of the machine somebody else used meanwhile."""

import contextlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass

import psutil


def _spent(pid: int) -> float:
    """CPU seconds of a process, of its living children and of those it has reaped."""
    total = 0.0
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        own = process.cpu_times()
        # PostgreSQL's backends come and go: what ended ones used is in the parent's account.
        total += own.user + own.system + own.children_user + own.children_system
        for child in process.children(recursive=True):
            with contextlib.suppress(psutil.Error):
                spent = child.cpu_times()
                total += spent.user + spent.system
    return total


def _machine() -> float:
    """CPU seconds that the whole machine has worked."""
    times = psutil.cpu_times()
    return float(times.user + times.system + times.nice + getattr(times, "softirq", 0.0))


@dataclass(frozen=True)
class Spent:
    """Between two readings. Seconds; `foreign` is in cores: work of processes that are not ours."""

    elapsed: float
    by_process: dict[str, float]
    foreign: float

    @property
    def total(self) -> float:
        return sum(self.by_process.values())


class Account:
    """Reads the processes of one side; `driver` is this process."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        self._pids = {**pids, "driver": os.getpid()}
        self._begin = self._read()

    def _own(self, name: str, pid: int) -> float:
        if name != "driver":
            return _spent(pid)
        # The servers are our children or grandchildren: the driver is this process alone.
        times = psutil.Process(pid).cpu_times()
        return float(times.user + times.system)

    def _read(self) -> tuple[float, float, dict[str, float]]:
        spent = {name: self._own(name, pid) for name, pid in self._pids.items()}
        return time.perf_counter(), _machine(), spent

    def restart(self) -> None:
        """Count from here."""
        self._begin = self._read()

    def so_far(self) -> Spent:
        """Since the last restart."""
        now, machine, spent = self._read()
        began, machine_then, spent_then = self._begin
        elapsed = now - began
        used = {name: spent[name] - spent_then[name] for name in spent}
        foreign = (machine - machine_then - sum(used.values())) / elapsed if elapsed else 0.0
        return Spent(elapsed, used, max(0.0, foreign))


def machine_facts() -> dict[str, str | int | float]:
    """What the figures depend on."""
    model = ""
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as lines:
        model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")
    return {
        "cpu": model,
        "cores": psutil.cpu_count() or 0,
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load": round(os.getloadavg()[0], 2),
    }
