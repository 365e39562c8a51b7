"""The parts of the stack that are processes: how each is started, judged alive and healthy, stopped."""

import contextlib
import http.client
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import psutil

import banjian
from banjian.stack import logs, processes
from banjian.stack.errors import StackError
from banjian.stack.postgres import PostgresServer

Health = Callable[[], bool]


class Part(Protocol):
    """What the supervisor needs to know of a part."""

    @property
    def name(self) -> str:
        """In the stack."""

    @property
    def log(self) -> Path:
        """Where its output goes."""

    @property
    def pid(self) -> int | None:
        """Its process, None while there is none."""

    def start(self) -> None:
        """Starts it, or adopts what already runs."""

    def healthy(self) -> bool:
        """Whether it does its work now."""

    def responds(self) -> bool:
        """Whether it answers at all, be it with a complaint: what does not is hung."""

    def stop(self) -> None:
        """Ends it in order."""


@dataclass
class PostgresPart:
    """Our own PostgreSQL."""

    server: PostgresServer
    name: str = "postgres"

    @property
    def log(self) -> Path:
        return self.server.log

    @property
    def pid(self) -> int | None:
        return self.server.pid

    def start(self) -> None:
        self.server.start()

    def healthy(self) -> bool:
        return self.server.running()

    def responds(self) -> bool:
        # Recovery after a crash may take minutes and must not be cut off.
        return self.pid is not None

    def stop(self) -> None:
        self.server.stop()


@dataclass
class ProcessPart:
    """A program with a command line.

    Attributes:
        name: in the stack and in its mark.
        command: argument vector; never holds a secret.
        environment: the whole environment of the child.
        log: file to which its output is appended.
        health: asked until it says yes, then now and then.
        grace: seconds between SIGTERM and SIGKILL.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    health: Health
    grace: float = 10.0
    _child: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    _adopted: psutil.Process | None = field(default=None, repr=False)

    @property
    def pid(self) -> int | None:
        if self._child is not None:
            return self._child.pid if self._child.poll() is None else None
        if self._adopted is not None and self._adopted.is_running():
            found = processes.alive(self._adopted.pid)
            return found.pid if found else None
        return None

    def adopt(self, pid: int) -> None:
        """Takes over a process that an earlier supervisor started."""
        with contextlib.suppress(psutil.Error):
            self._adopted = psutil.Process(pid)

    def start(self) -> None:
        if self.pid is not None:
            return
        self._adopted = None
        try:
            with self.log.open("ab") as sink:
                self._child = subprocess.Popen(  # noqa: S603
                    list(self.command),
                    stdin=subprocess.DEVNULL,
                    stdout=sink,
                    stderr=sink,
                    env=dict(self.environment),
                    # Where our packages are importable from, whatever the caller's folder is.
                    cwd=Path(banjian.__file__).parents[1],
                    # Ctrl-C on the terminal reaches the supervisor only: it stops all in order.
                    start_new_session=True,
                )
        except OSError as error:
            raise StackError(
                f"无法启动 {self.name}（cannot start: {error.strerror}）。",
                f"检查程序 {self.command[0]} 与日志文件夹 {self.log.parent} 的权限和磁盘空间。",
            ) from error

    def healthy(self) -> bool:
        return self.pid is not None and self.health()

    def responds(self) -> bool:
        # A site that says 503 because its database is away is not mended by a restart.
        return self.healthy() or (isinstance(self.health, HttpHealth) and self.health.answered)

    def stop(self) -> None:
        if (pid := self.pid) is not None:
            processes.end(pid, self.grace, signal.SIGTERM)
        if self._child is not None:
            self._child.poll()


def kill(part: Part) -> None:
    """SIGKILL for a part and all below it, as a crash or the kernel would do."""
    if (pid := part.pid) is not None:
        processes.kill_tree(pid)
        processes.wait_until_gone(pid, 10)


@dataclass
class HttpHealth:
    """Healthy where GET answers 2xx (or asks who we are) within two seconds."""

    port: int
    path: str
    answered: bool = False
    last: str = ""
    """What the last question brought, for people."""

    def __call__(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            status, body = answer.status, answer.read(200).decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            self.answered, self.last = False, f"GET {self.path}: {type(error).__name__}"
            return False
        finally:
            connection.close()
        self.answered, self.last = True, f"GET {self.path}: {status} {body}"
        return 200 <= status < 300 or status in (401, 403)


def file_says_ready(path: Path, part: Callable[[], int | None]) -> Health:
    """Healthy once the process itself has written its pid there (it has no port to ask)."""

    def ask() -> bool:
        try:
            return path.read_text().strip() == str(part())
        except OSError:
            return False

    return ask


def run_once(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
    """Runs a program to its end.

    Raises:
        StackError: it failed; carries the end of its output.
    """
    with log.open("ab") as sink:
        done = subprocess.run(  # noqa: S603
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=sink,
            env=dict(environment),
            cwd=Path(banjian.__file__).parents[1],
            check=False,
            timeout=600,
        )
    if done.returncode != 0:
        raise StackError(
            f"{name} 失败（failed, exit {done.returncode}）：\n{logs.tail(log)}", f"完整日志：{log}"
        )
