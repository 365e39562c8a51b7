"""The doctor: each planted fault is found, named and answered with what to do; a sound stack has none."""

import asyncio
import json
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from typer.testing import CliRunner

from banjian.cli import app
from banjian.stack import layout, state
from banjian.stack.supervisor import LocalStack
from tests.stack.test_supervisor import WEB, WORKER, stack_of

RUNNER = CliRunner()


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    folder = Path(tempfile.mkdtemp(prefix="banjian-test-"))
    # Python's file server stands where the site does: its answer to /readyz is a 404, so it answers.
    programs = (layout.TWINS, WORKER, WEB)
    with stack_of(folder / "data", programs=programs, migrate=layout.MIGRATE) as running:
        yield running
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "REGISTERS_URL", "PUBLIC_URL", "BANJIAN_ENV"):
        monkeypatch.delenv(name, raising=False)


def examine(data: Path, **environment: str) -> tuple[int, dict[str, list[dict[str, str]]]]:
    """Exit code, and the findings that are wrong, by check."""
    result = RUNNER.invoke(app, ["doctor", "--data", str(data), "--json"], env=environment)
    report = json.loads(result.stdout)
    bad: dict[str, list[dict[str, str]]] = {}
    for finding in report["findings"]:
        if finding["verdict"] == "wrong":
            assert finding["advice"], "what is wrong always comes with what to do"
            bad.setdefault(finding["check"], []).append(finding)
    assert report["ok"] == (not bad)
    return result.exit_code, bad


def sql(stack: LocalStack, statement: str) -> None:
    async def run() -> None:
        engine = create_async_engine(stack.settings.database_url)
        async with engine.begin() as connection:
            await connection.execute(text(statement))
        await engine.dispose()

    asyncio.run(run())


def test_a_sound_running_stack_has_no_finding(stack: LocalStack) -> None:
    assert examine(stack.data) == (0, {})


def test_a_machine_before_its_first_start_has_no_finding(stack_folder: Path) -> None:
    assert examine(stack_folder / "data") == (0, {})


def test_people_read_the_same_report(stack: LocalStack) -> None:
    result = RUNNER.invoke(app, ["doctor", "--data", str(stack.data)])
    assert result.exit_code == 0
    assert "未发现问题" in result.stdout
    assert "数据库结构与程序一致" in result.stdout


def test_a_clock_frozen_outside_a_story(stack: LocalStack) -> None:
    sql(stack, "UPDATE app_clock SET frozen_at = '2026-09-18T10:00:00+08:00'")
    try:
        code, bad = examine(stack.data)
    finally:
        sql(stack, "UPDATE app_clock SET frozen_at = NULL")
    assert (code, set(bad)) == (6, {"clock"})


def test_a_database_out_of_step(stack: LocalStack) -> None:
    sql(stack, "ALTER TABLE app_clock ADD COLUMN surprise int")
    try:
        code, bad = examine(stack.data)
    finally:
        sql(stack, "ALTER TABLE app_clock DROP COLUMN surprise")
    assert (code, set(bad)) == (6, {"migrations"})


def test_a_part_that_is_down_while_the_stack_runs(stack: LocalStack) -> None:
    stack.kill("temporal", restart=False)
    try:
        code, bad = examine(stack.data)
    finally:
        stack.restart("temporal")
    assert (code, set(bad)) == (6, {"temporal", "ports"})


def test_secrets_open_to_others_or_broken(stack: LocalStack) -> None:
    web = stack.data / "secrets" / "web.json"
    before = web.read_text()
    web.chmod(0o640)
    (stack.data / "secrets").chmod(0o755)
    try:
        code, bad = examine(stack.data)
        assert (code, set(bad)) == (6, {"secrets"})
        assert len(bad["secrets"]) == 2
        web.chmod(0o600)
        (stack.data / "secrets").chmod(0o700)
        web.write_text('{"session": "short", "csrf": "short"}')
        assert "at least 32" in examine(stack.data)[1]["secrets"][0]["message"]
    finally:
        web.write_text(before)
        web.chmod(0o600)


def test_a_register_that_does_not_know_our_key(stack: LocalStack) -> None:
    word = "0123456789abcdefghijklmnopqrstuv"
    code, bad = examine(stack.data, BANJIAN_SECRET_REGISTERS_TAX_API_KEY=word)
    assert (code, set(bad)) == (6, {"registers"})
    (found,) = bad["registers"]
    assert "tax" in found["message"]
    assert "BANJIAN_SECRET_REGISTERS_TAX_API_KEY" in found["advice"]
    assert word not in json.dumps(bad)


def test_registers_that_a_release_added(stack: LocalStack) -> None:
    path = stack.data / "secrets" / "registers.json"
    before = path.read_text()
    values = json.loads(before)
    del values["registers"]["departments"]
    try:
        path.write_text(json.dumps(values))
        code, bad = examine(stack.data)
        assert (code, set(bad)) == (6, {"secrets"})
        assert "no secrets of departments" in bad["secrets"][0]["message"]
        assert "banjian up" in bad["secrets"][0]["advice"]
    finally:
        path.write_text(before)


def test_addresses_that_nobody_answers(stack_folder: Path) -> None:
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        port = unheard.getsockname()[1]
        code, bad = examine(
            stack_folder / "data",
            DATABASE_URL=f"postgresql://u:secret-word@127.0.0.1:{port}/d",
            TEMPORAL_ADDRESS=f"127.0.0.1:{port}",
            REGISTERS_URL=f"http://127.0.0.1:{port}",
        )
    assert (code, set(bad)) == (6, {"database", "temporal", "registers"})
    assert "secret-word" not in json.dumps(bad)


def test_leftovers_without_a_supervisor(stack_folder: Path) -> None:
    data = stack_folder / "data"
    (data / "run").mkdir(parents=True, mode=0o700)
    data.chmod(0o700)
    left = subprocess.Popen(["sleep", "60"], env={state.MARK: str(data), state.PART: "worker"})
    try:
        code, bad = examine(data)
        assert (code, set(bad)) == (6, {"supervisor"})
        assert f"worker (pid {left.pid})" in bad["supervisor"][0]["message"]
    finally:
        left.kill()
        left.wait()


def test_a_fixed_port_that_is_taken(stack_folder: Path) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        code, bad = examine(stack_folder / "data", API_PORT=str(squatter.getsockname()[1]))
    assert (code, set(bad)) == (6, {"ports"})


def test_a_folder_that_others_may_enter(stack_folder: Path) -> None:
    (stack_folder / "data").mkdir()
    (stack_folder / "data").chmod(0o755)
    code, bad = examine(stack_folder / "data")
    assert (code, set(bad)) == (6, {"folder"})


def test_a_namespace_that_does_not_exist(stack: LocalStack) -> None:
    code, bad = examine(stack.data, TEMPORAL_NAMESPACE="elsewhere")
    assert (code, set(bad)) == (6, {"namespace"})
