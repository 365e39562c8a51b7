"""Looking at processes and ports: who lives, who holds a port, what the memory is."""

import contextlib
import os
import random
import re
import signal
import socket
import time
from collections.abc import Iterable
from pathlib import Path

import psutil


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses at this moment.

    Taken below the ephemeral range: while one of our servers restarts, an outgoing connection of
    somebody else must not be given its port.
    """
    for _ in range(500):
        port = random.SystemRandom().randrange(20_000, 32_000)
        if port_is_free(port):
            return port
    raise OSError("no free port between 20000 and 32000")


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server of ours could listen there."""
    with socket.socket() as probe:
        # As servers do: a port in TIME_WAIT after a kill is not taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def port_answers(port: int, host: str = "127.0.0.1", timeout: float = 0.5) -> bool:
    """Whether something accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=timeout):
            return True
    except OSError:
        return False


def holder_of(port: int) -> str:
    """Name and pid of the process that listens on a port, as far as we may see it."""
    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status != psutil.CONN_LISTEN or not connection.laddr:
                continue
            if connection.laddr.port == port and connection.pid:
                with contextlib.suppress(psutil.Error):
                    return f"{psutil.Process(connection.pid).name()} (pid {connection.pid})"
                return f"pid {connection.pid}"
    return "未知进程（unknown process）"


def alive(pid: int) -> psutil.Process | None:
    """The process of that id, unless it is gone or only waits to be reaped."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process
    except psutil.Error:
        return None


def reap(pid: int) -> None:
    """Collects an ended child of ours; does nothing for anybody else's process."""
    with contextlib.suppress(ChildProcessError, OSError):
        os.waitpid(pid, os.WNOHANG)


def wait_until_gone(pid: int, timeout: float) -> bool:
    """Waits (seconds) until a process has ended, ours or adopted."""
    limit = time.monotonic() + timeout
    while True:
        reap(pid)
        if alive(pid) is None:
            return True
        if time.monotonic() >= limit:
            return False
        time.sleep(0.01)


def end(pid: int, grace: float, first: signal.Signals = signal.SIGTERM) -> bool:
    """Asks a process to end, then kills it and its session. True if it went by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, first)
    if wait_until_gone(pid, grace):
        return True
    kill_tree(pid)
    wait_until_gone(pid, 5)
    return False


def kill_tree(pid: int) -> None:
    """SIGKILL for a process and all its children."""
    victims: list[psutil.Process] = []
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        victims = [process, *process.children(recursive=True)]
    for victim in victims:
        with contextlib.suppress(psutil.Error):
            victim.kill()


def with_children(pids: Iterable[int]) -> list[int]:
    """These processes and all below them."""
    found: set[int] = set()
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            found.add(pid)
            found.update(child.pid for child in process.children(recursive=True))
    return sorted(found)


def pss_of(pids: Iterable[int]) -> int:
    """Proportional set size in bytes of these processes with their children.

    Shared pages are divided among those who share them, so the sum is what the stack really costs.
    """
    total = 0
    for pid in with_children(pids):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            with contextlib.suppress(psutil.Error):
                total += psutil.Process(pid).memory_info().rss
            continue
        if found := re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE):
            total += int(found[1]) * 1024
    return total
