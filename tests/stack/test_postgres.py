"""Our own PostgreSQL server: started, adopted, killed and started again."""

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from banjian.stack import processes
from banjian.stack.errors import StackError
from banjian.stack.postgres import THROW_AWAY, PostgresServer


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    folder = Path(tempfile.mkdtemp(prefix="banjian-test-"))
    server = PostgresServer(folder / "postgres")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


def _plain(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")


async def test_it_wants_the_password(server: PostgresServer) -> None:
    connection = await asyncpg.connect(_plain(server.url()))
    assert await connection.fetchval("SHOW timezone") == "UTC"
    assert await connection.fetchval("SHOW server_encoding") == "UTF8"
    await connection.close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(_plain(server.url(password="wrong")))


def test_nobody_else_reads_its_files(server: PostgresServer) -> None:
    for private in ("pgdata", "socket"):
        assert stat.S_IMODE((server.data_dir / private).stat().st_mode) == 0o700
    assert stat.S_IMODE((server.data_dir / "superuser").stat().st_mode) == 0o600
    # The way in is for the account alone: "other" gets nothing where access lists are kept.
    assert not stat.S_IMODE(server.data_dir.stat().st_mode) & (stat.S_IROTH | stat.S_IWOTH)


async def test_an_application_role_owns_its_database_and_nothing_more(
    server: PostgresServer,
) -> None:
    for _ in range(2):
        server.ensure_database("office", "clerk", "it's 100% secret")
    address = _plain(server.url("office", "clerk", "it's 100% secret"))
    connection = await asyncpg.connect(address)
    await connection.execute("CREATE TABLE t (a int); CREATE EXTENSION pg_trgm")
    assert await connection.fetchval("SELECT cardinality(show_trgm('食品经营'))") == 5
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE DATABASE other")
    await connection.close()


def test_a_running_server_is_adopted(server: PostgresServer) -> None:
    again = PostgresServer(server.data_dir)
    again.start()
    assert (again.pid, again.port) == (server.pid, server.port)


async def test_committed_rows_survive_kill_9_of_the_postmaster(server: PostgresServer) -> None:
    server.psql("CREATE TABLE kept AS SELECT 1 AS n")
    before, port = server.pid, server.port
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert processes.wait_until_gone(before, 5)
    assert not server.running()
    server.start()
    assert (server.pid != before, server.port) == (True, port)
    assert server.psql("SELECT n FROM kept") == "1"


def test_a_first_start_that_was_cut_off_begins_anew(stack_folder: Path) -> None:
    half = stack_folder / "pg" / "pgdata" / "base"
    half.mkdir(parents=True)
    (half / "1").write_text("half a cluster")
    server = PostgresServer(stack_folder / "pg", settings=THROW_AWAY)
    server.start()
    try:
        assert server.running()
    finally:
        server.stop()
    assert server.pid is None


def test_a_taken_port_is_named_with_its_holder(server: PostgresServer, stack_folder: Path) -> None:
    other = PostgresServer(stack_folder / "pg", port=server.port)
    with pytest.raises(StackError, match=rf"{server.port}.*postgres \(pid {server.pid}\)"):
        other.start()


def test_a_folder_that_cannot_be_made_is_explained(stack_folder: Path) -> None:
    (stack_folder / "file").write_text("")
    with pytest.raises(StackError, match="不可写"):
        PostgresServer(stack_folder / "file" / "pg").start()
