"""The whole stack on one machine, under one supervisor.

It starts, watches and restarts every part, and stops them in order. Killed itself, it leaves the
parts running: the next one adopts PostgreSQL and Temporal and replaces our own processes, so that
there are never two of anything on one data folder.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from banjian.engine_command import command_line
from banjian.secret_files import PostgresSecrets, create_missing
from banjian.settings import Settings, check_start
from banjian.stack import addresses, layout, logs, parts, preparation, processes, state, temporal
from banjian.stack.errors import StackError
from banjian.stack.layout import PROGRAMS, Program
from banjian.stack.parts import Part, PostgresPart, ProcessPart
from banjian.stack.postgres import PostgresServer
from banjian.stack.watcher import Watcher

Say = Callable[[str], None]


class LocalStack:
    """One running installation in one data folder.

    Usable as a context manager, sync or async: entering starts it and waits until it is ready.

    Args:
        data_dir: all of its state.
        settings: addresses given there are used, and no own part is started for them.
        programs: our processes, in starting order.
        migrate: module arguments of the migration, run before the programs; None for none.
        say: where messages for people go.
        postgres_settings: over the usual ones (tests may switch off fsync).
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        settings: Settings | None = None,
        programs: Sequence[Program] = PROGRAMS,
        migrate: tuple[str, ...] | None = layout.MIGRATE,
        say: Say = print,
        postgres_settings: dict[str, str] | None = None,
    ) -> None:
        self.data = Path(data_dir).expanduser().resolve()
        base = settings or Settings()
        self.settings = base.model_copy(update={"banjian_data": self.data})
        self._programs = programs
        self._migrate = migrate
        self._say = say
        self._postgres_settings = postgres_settings
        self._run = self.data / "run"
        self._logs = self.data / "logs"
        self._parts: dict[str, Part] = {}
        self._ports: dict[str, int] = {}
        self._lock = state.FolderLock(self._run)
        self._watcher = Watcher(self._parts, say, self._remember)

    # -- life -----------------------------------------------------------------------------

    def start(self) -> None:
        """Starts everything that is ours. Raises `StackError` with what to do."""
        check_start(self.settings)
        preparation.prepare_folders(self.data)
        self._lock.take()
        try:
            self._start_all()
        except BaseException:
            self._stop_parts()
            # A signal may strike between a child's birth and our note of it: the mark finds it.
            preparation.end_leftovers(self.data, "", self._say)
            self._lock.release()
            raise

    def wait_ready(self, timeout: float = 90) -> float:
        """Waits until every part is healthy; returns the seconds that took.

        Raises:
            StackError: not in time; names the part and shows the end of its log.
        """
        begin = time.monotonic()
        missing = set(self._parts)
        while True:
            missing = {name for name in missing if not self._watcher.ready(name)}
            if not missing:
                # What was healthy first may have died while the last one was awaited.
                missing = {name for name, part in self._parts.items() if part.pid is None}
                if not missing:
                    return time.monotonic() - begin
            for name in sorted(missing):
                if self._watcher.hopeless(name):
                    raise self._never_ready(name, "一再退出（keeps exiting）")
            if time.monotonic() - begin > timeout:
                raise self._never_ready(
                    sorted(missing)[0], f"{timeout:.0f} 秒内未就绪（not ready）"
                )
            time.sleep(0.05)

    def stop(self) -> None:
        """Stops everything in order: first those who use others, last the databases."""
        self._watcher.end()
        with self._watcher.guard:
            self._stop_parts()
        self._lock.release()

    # -- one part -------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """The parts that run here, in starting order."""
        return list(self._parts)

    def pid(self, name: str) -> int | None:
        """Process of one part at this moment."""
        return self._parts[name].pid

    def kill(self, name: str, *, restart: bool = True) -> None:
        """`kill -9` for one part and its children; the watcher starts it again unless told not to."""
        with self._watcher.guard:
            if not restart:
                self._watcher.hold(name)
            self._watcher.forgive(name)
            parts.kill(self._parts[name])

    def restart(self, name: str, timeout: float = 60) -> None:
        """Stops one part in order (if it still runs), starts it and waits until it is healthy."""
        with self._watcher.guard:
            self._parts[name].stop()
            self._watcher.forgive(name)
            self._launch(name)
        limit = time.monotonic() + timeout
        while not self._watcher.ready(name):
            if time.monotonic() > limit:
                raise self._never_ready(name, f"{timeout:.0f} 秒内未就绪（not ready）")
            time.sleep(0.05)

    @property
    def starts(self) -> list[str]:
        """Every start again, by name and in order: what chaos tests count."""
        return list(self._watcher.starts)

    # -- what others ask ------------------------------------------------------------------

    @property
    def addresses(self) -> dict[str, str]:
        """Where everything answers. `database_url` holds a password: do not print it."""
        return {
            "public_url": self.settings.public_url,
            "registers_url": self.settings.registers_url,
            "temporal_address": self.settings.temporal_address,
            "database_url": self.settings.database_url,
            "data": str(self.data),
        }

    def environment(self) -> dict[str, str]:
        """What a further process of this installation needs (for tests and the demo)."""
        whole = layout.environment(self.settings, "guest")
        # A guest is no part of the stack: the next supervisor must not end it as a leftover.
        return {name: value for name, value in whole.items() if name not in state.MARKS}

    def memory(self) -> dict[str, int]:
        """PSS in bytes of each part with its children."""
        return {n: processes.pss_of([p.pid]) for n, p in self._parts.items() if p.pid is not None}

    # -- starting -------------------------------------------------------------------------

    def _start_all(self) -> None:
        if made := create_missing(self.settings.secrets_folder):
            self._say(f"已生成或补充密钥 {', '.join(made)}（{self.settings.secrets_folder}）。")
        own_engine = not self.settings.temporal_address
        own_database = not self.settings.database_url
        left = preparation.end_leftovers(self.data, "temporal" if own_engine else "", self._say)
        self._ports = preparation.choose_ports(self.settings, left, self._say)
        secrets = PostgresSecrets.load(self.settings.secrets_folder)
        word = secrets.banjian.get_secret_value()
        self.settings = addresses.with_addresses(self.settings, self._ports, word)
        if own_engine:
            self._parts["temporal"] = self._temporal_part(left)
            self._launch("temporal")
        if own_database:
            server = PostgresServer(
                addresses.postgres_folder(self.data),
                self._ports["postgres"],
                password=secrets.superuser.get_secret_value(),
                settings=self._postgres_settings,
                say=self._say,
                log=self._logs / "postgres.log",
            )
            self._parts["postgres"] = PostgresPart(server)
            self._launch("postgres")
            server.ensure_database(addresses.DATABASE, addresses.ROLE, word)
        if self._migrate:
            environment = layout.environment(self.settings, "migrate")
            log = self._logs / "migrate.log"
            parts.run_once("migrate", layout.python(self._migrate), environment, log)
        self._await_engine(own_engine)
        for program in self._programs:
            if program.name != "twins" or self._ports["twins"]:
                self._parts[program.name] = self._program_part(program)
                self._launch(program.name)
        self._remember()
        self._watcher.begin()

    def _temporal_part(self, left: state.Orphan | None) -> ProcessPart:
        address = self.settings.temporal_address
        database = self.data / "temporal" / "temporal.db"
        command = temporal.server_command(
            self._ports["temporal"], database, self.settings.temporal_namespace
        )
        part = ProcessPart(
            "temporal",
            command,
            layout.environment(self.settings, "temporal", temporal.GO_ENVIRONMENT),
            self._logs / "temporal.log",
            lambda: temporal.serving(address),
        )
        if left is not None:
            part.adopt(left.pid)
            self._say(f"接管仍在运行的 Temporal（adopted, pid {left.pid}）。")
        return part

    def _await_engine(self, own: bool) -> None:
        address = self.settings.temporal_address
        limit = time.monotonic() + 30
        link = temporal.Link(*command_line(self.settings))
        while not temporal.serving(address, link):
            if own and self._parts["temporal"].pid is None:
                raise self._never_ready("temporal", "启动失败（did not start）")
            if time.monotonic() > limit:
                raise StackError(
                    f"Temporal {address} 无应答（does not answer）。",
                    "检查 TEMPORAL_ADDRESS 与网络；本地日志在 logs/temporal.log。",
                )
            time.sleep(0.05)
        if own:
            temporal.set_retention(address, self.settings.temporal_namespace)

    def _program_part(self, program: Program) -> ProcessPart:
        port = self._ports.get(program.name, 0)
        ready = layout.ready_file(self._run, program.name)
        extra = dict(layout.PROGRAM_ENVIRONMENT)
        if not program.health_path:
            extra["BANJIAN_READY_FILE"] = str(ready)
        part = ProcessPart(
            program.name,
            layout.python(program.arguments, port),
            layout.environment(self.settings, program.name, extra),
            self._logs / f"{program.name}.log",
            lambda: False,
        )
        part.health = (
            parts.HttpHealth(port, program.health_path)
            if program.health_path
            else parts.file_says_ready(ready, lambda: part.pid)
        )
        return part

    def _launch(self, name: str) -> None:
        self._watcher.launch(name)

    def _remember(self) -> None:
        pids = {name: part.pid or 0 for name, part in self._parts.items()}
        state.State(self._run).write(self._ports, pids)

    def _never_ready(self, name: str, what: str) -> StackError:
        part = self._parts[name]
        answer = getattr(getattr(part, "health", None), "last", "")
        shown = "\n".join(filter(None, (answer, logs.tail(part.log))))
        return StackError(f"{name} {what}：\n{shown}", f"完整日志：{part.log}")

    def _stop_parts(self) -> None:
        for name in reversed(self._parts):
            self._parts[name].stop()
        if self._ports:
            state.State(self._run).write(self._ports, {})

    # -- context managers -----------------------------------------------------------------

    def __enter__(self) -> Self:
        self.start()
        try:
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> Self:
        starting = asyncio.ensure_future(asyncio.to_thread(self.__enter__))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            # The thread goes on starting servers, which nobody would stop. One that fails has stopped them itself.
            await asyncio.wait([starting])
            if starting.exception() is None:
                await asyncio.to_thread(self.stop)
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)
