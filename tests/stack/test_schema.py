"""A database that is behind or ahead of this code: every process says so, and what to do."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from typer.testing import CliRunner

from banjian.cli import app
from banjian.secret_files import create_missing
from storage.migrate import config
from storage.schema import Schema, schema_of
from tests.conftest import in_thread

ROOT = Path(__file__).parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def newest() -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(config()).get_current_head())


def sql(url: str, statement: str) -> None:
    async def run() -> None:
        engine = create_async_engine(url)
        async with engine.begin() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    in_thread(run)


@pytest.fixture
def run(stack_folder: Path) -> Run:
    """A process of ours on a given database, with secrets and with an engine that nobody serves."""
    create_missing(stack_folder / "secrets")
    (stack_folder / "files").mkdir()

    def start(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
        named = {k: v for k, v in os.environ.items() if k in ("PATH", "HOME", "TMPDIR")}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**named, "BANJIAN_DATA": str(stack_folder), "TEMPORAL_ADDRESS": "127.0.0.1:1"}
            | {"REGISTERS_URL": "http://127.0.0.1:1", "PUBLIC_URL": "http://localhost"}
            | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return start


PROCESSES = (
    ("-m", "banjian.worker"),
    ("-m", "banjian.serve", "api", "--port", "1"),
)


def words(url: str, data: Path) -> list[str]:
    """What a command and the doctor say of this database."""
    environment = {"DATABASE_URL": url, "BANJIAN_DATA": str(data)}
    command = CliRunner().invoke(app, ["case", "show", "X"], env=environment)
    assert command.exit_code == 1
    found = CliRunner().invoke(app, ["doctor", "--json"], env=environment)
    assert found.exit_code == 6
    migrations = [f for f in json.loads(found.stdout)["findings"] if f["check"] == "migrations"]
    return [command.stderr, *(f["message"] + f["advice"] for f in migrations)]


def test_a_database_before_its_migrations(
    empty_database: str, run: Run, stack_folder: Path
) -> None:
    refused = [run(*arguments, DATABASE_URL=empty_database) for arguments in PROCESSES]
    assert [(r.returncode, r.stdout) for r in refused] == [(1, "")] * 2
    said = [r.stderr.strip() for r in refused] + words(empty_database, stack_folder)
    assert len(said) == 4
    for line in said:
        assert "Traceback" not in line
        assert "python -m banjian.migrate" in line
        assert f"the schema is at nothing, this code needs {newest()}" in line
    done = run("-m", "banjian.migrate", DATABASE_URL=empty_database)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"空 → {newest()}" in done.stdout
    after = in_thread(_schema, empty_database)
    assert after.fits


async def _schema(url: str) -> Schema:
    engine = create_async_engine(url)
    try:
        return await schema_of(engine)
    finally:
        await engine.dispose()


def test_a_database_of_a_newer_release(fresh_database: str, run: Run, stack_folder: Path) -> None:
    sql(fresh_database, "UPDATE alembic_version SET version_num = '9999'")
    for line in words(fresh_database, stack_folder):
        assert f"the schema is at 9999, this code needs {newest()}" in line
        assert "banjian.migrate" not in line
    done = run("-m", "banjian.migrate", DATABASE_URL=fresh_database)
    assert (done.returncode, done.stdout) == (1, "")
    assert "换上与数据库相配的版本" in done.stderr
    assert "Traceback" not in done.stderr


def test_migrations_take_the_address_from_a_file_and_say_what_is_wrong_with_it(
    empty_database: str, run: Run, tmp_path: Path
) -> None:
    (tmp_path / "url").write_text(empty_database + "\n")
    done = run("-m", "banjian.migrate", DATABASE_URL_FILE=str(tmp_path / "url"))
    assert (done.returncode, done.stderr) == (0, "")
    again = run("-m", "banjian.migrate", DATABASE_URL_FILE=str(tmp_path / "url"))
    assert f"{newest()} → {newest()}" in again.stdout

    assert run("-m", "banjian.migrate").returncode == 1
    wrong = run("-m", "banjian.migrate", DATABASE_URL="mysql://h/d")
    assert (wrong.returncode, "DATABASE_URL" in wrong.stderr) == (5, True)
    nobody = run("-m", "banjian.migrate", DATABASE_URL="postgresql://u:secret-word@127.0.0.1:1/d")
    assert nobody.returncode == 1
    assert "secret-word" not in nobody.stderr
    assert len(nobody.stderr.strip().splitlines()) == 1


def test_one_line_instead_of_a_traceback_where_production_refuses(run: Run) -> None:
    done = run("-m", "banjian.worker", BANJIAN_ENV="production")
    assert (done.returncode, len(done.stderr.strip().splitlines())) == (1, 1)
    assert "database_url is not set" in done.stderr
