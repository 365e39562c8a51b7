"""The supervisor with real servers: start, stop, every kind of kill, and what it says when it cannot."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest

from banjian.settings import Settings
from banjian.stack import processes, state, temporal
from banjian.stack.errors import StackError
from banjian.stack.layout import Program
from banjian.stack.supervisor import LocalStack

WORKER_CODE = """
import os, pathlib, signal
pathlib.Path(os.environ["BANJIAN_READY_FILE"]).write_text(str(os.getpid()))
signal.pause()
"""
# Real processes of the same two kinds as ours: one with a port, one that says by itself it is ready.
WEB = Program("api", ("-m", "http.server", "--bind", "127.0.0.1", "{port}"), "/")
WORKER = Program("worker", ("-c", WORKER_CODE))
SETTINGS = Settings(banjian_env="test", database_url="", temporal_address="", registers_url="")


def stack_of(folder: Path, say: Callable[[str], None] = print, **more: object) -> LocalStack:
    arguments: dict[str, object] = {"settings": SETTINGS, "programs": (WORKER, WEB)}
    arguments |= {"migrate": None, "say": say, **more}
    return LocalStack(folder, **arguments)  # type: ignore[arg-type]


def eventually(condition: Callable[[], object], timeout: float = 20) -> bool:
    limit = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    import shutil
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="banjian-test-"))
    with stack_of(folder / "data") as running:
        yield running
    assert not state.orphans(folder / "data")
    shutil.rmtree(folder, ignore_errors=True)


def test_everything_runs_and_says_where(stack: LocalStack) -> None:
    assert stack.names == ["temporal", "postgres", "worker", "api"]
    assert temporal.serving(stack.addresses["temporal_address"])
    assert processes.port_answers(stack.settings.api_port)
    assert stack.settings.public_url == f"http://127.0.0.1:{stack.settings.api_port}"
    kept = json.loads((stack.data / "run" / "state.json").read_text())
    assert kept["ports"]["api"] == stack.settings.api_port
    assert kept["processes"]["worker"] == stack.pid("worker")


async def test_a_start_that_is_given_up_leaves_nothing_running(stack_folder: Path) -> None:
    given_up = stack_of(stack_folder / "data")

    async def hold() -> None:
        async with given_up:
            raise AssertionError("it was given up before")

    holding = asyncio.create_task(hold())
    running = partial(state.orphans, stack_folder / "data")
    assert await asyncio.to_thread(eventually, running), "nothing was started"
    holding.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.shield(holding), 60)
    assert not running()


def test_no_secret_is_on_a_command_line(stack: LocalStack) -> None:
    password = stack.settings.database_url.split(":")[2].split("@")[0]
    for name in stack.names:
        pid = stack.pid(name)
        assert pid is not None
        assert password not in " ".join(psutil.Process(pid).cmdline())


def test_a_second_one_on_the_same_folder_is_refused(stack: LocalStack) -> None:
    with pytest.raises(StackError, match=f"already running, pid {os.getpid()}"):
        stack_of(stack.data).start()
    assert all(stack.pid(name) for name in stack.names)


@pytest.mark.parametrize("name", ["worker", "api", "temporal", "postgres"])
def test_a_killed_part_comes_back(stack: LocalStack, name: str) -> None:
    before, others = stack.pid(name), {n: stack.pid(n) for n in stack.names if n != name}
    stack.kill(name)
    assert eventually(lambda: stack.pid(name) not in (None, before))
    stack.wait_ready(20)
    assert stack.starts[-1] == name
    assert {n: stack.pid(n) for n in others} == others


def test_a_part_held_dead_stays_dead_until_it_is_started(stack: LocalStack) -> None:
    stack.kill("worker", restart=False)
    begun = len(stack.starts)
    stack.kill("api")
    assert eventually(lambda: len(stack.starts) > begun)
    assert stack.pid("worker") is None
    stack.restart("worker")
    assert stack.pid("worker") is not None


def test_kill_9_of_the_supervisor_alone_is_survived(stack_folder: Path) -> None:
    data = stack_folder / "data"
    first, said = _supervisor_in_a_process(data)
    before = {name: int(pid) for name, pid in said["pids"].items()}
    first.kill()
    first.wait()
    assert all(processes.alive(pid) for pid in before.values()), "its parts go on"

    told: list[str] = []
    with stack_of(data, told.append) as stack:
        after = {name: stack.pid(name) for name in stack.names}
        assert (after["temporal"], after["postgres"]) == (before["temporal"], before["postgres"])
        assert after["worker"] != before["worker"]
        assert processes.alive(before["worker"]) is None, "never two workers on one folder"
        assert stack.addresses["public_url"] == said["public_url"], "the ports are kept"
        assert {o.part for o in state.orphans(data)} == {"temporal", "worker", "api"}
        assert len(state.orphans(data)) == 3
    assert any("adopted" in line for line in told)
    assert not state.orphans(data)


def test_kill_9_of_everything_is_survived(stack_folder: Path) -> None:
    data = stack_folder / "data"
    first, said = _supervisor_in_a_process(data)
    for pid in (first.pid, *said["pids"].values()):
        processes.kill_tree(int(pid))
    first.wait()
    with stack_of(data) as stack:
        assert not set(said["pids"].values()) & {stack.pid(name) for name in stack.names}
        assert stack.addresses["public_url"] == said["public_url"]


def test_sigterm_stops_all_in_order(stack_folder: Path) -> None:
    first, said = _supervisor_in_a_process(stack_folder / "data")
    first.send_signal(signal.SIGTERM)
    assert first.wait(30) == 0
    assert not any(processes.alive(int(pid)) for pid in said["pids"].values())


def _supervisor_in_a_process(data: Path) -> tuple[subprocess.Popen[str], dict[str, object]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.stack.supervise", str(data)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert child.stdout is not None
    return child, json.loads(child.stdout.readline())


def test_a_port_of_last_time_that_is_taken_now_is_replaced_and_said(stack_folder: Path) -> None:
    data = stack_folder / "data"
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        taken = squatter.getsockname()[1]
        (data / "run").mkdir(parents=True)
        (data / "run" / "state.json").write_text(json.dumps({"ports": {"api": taken}}))
        told: list[str] = []
        with stack_of(data, told.append, programs=(WEB,)) as stack:
            assert stack.settings.api_port != taken
        assert any(str(taken) in line and f"pid {os.getpid()}" in line for line in told)

        fixed = SETTINGS.model_copy(update={"api_port": taken})
        with pytest.raises(StackError, match=rf"{taken} 已被占用.*API_PORT|{taken} 已被占用"):
            stack_of(data, told.append, settings=fixed).start()
        # The refusal leaves nothing behind: the lock is free and no part runs.
        assert state.FolderLock(data / "run").holder() is None
        assert not state.orphans(data)


def test_a_program_that_cannot_live_is_named_with_its_log(stack_folder: Path) -> None:
    broken = Program("api", ("-c", "raise SystemExit('no such table: cases')"), "/")
    stack = stack_of(stack_folder / "data", lambda _line: None, programs=(broken,))
    stack.start()
    try:
        with pytest.raises(StackError, match=r"(?s)api .*no such table: cases"):
            stack.wait_ready(30)
    finally:
        stack.stop()


def test_a_failed_migration_stops_the_start(stack_folder: Path) -> None:
    stack = stack_of(stack_folder / "data", migrate=("-c", "raise SystemExit('cannot migrate')"))
    with pytest.raises(StackError, match="cannot migrate"):
        stack.start()
    assert not state.orphans(stack.data)


def test_an_unusable_folder_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StackError, match="不可写"):
        stack_of(tmp_path / "file" / "data").start()


def test_a_full_disk_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from banjian.stack import preparation

    monkeypatch.setattr(preparation, "LEAST_FREE", 1 << 60)
    with pytest.raises(StackError, match="磁盘空间不足"):
        stack_of(tmp_path / "data").start()


async def test_given_addresses_are_used_and_nothing_of_ours_is_started(
    stack: LocalStack, stack_folder: Path
) -> None:
    elsewhere = SETTINGS.model_copy(
        update={
            "database_url": stack.settings.database_url,
            "temporal_address": stack.settings.temporal_address,
            "registers_url": "http://127.0.0.1:1",
        }
    )
    async with stack_of(stack_folder / "data", settings=elsewhere) as second:
        assert second.names == ["worker", "api"]
        assert second.addresses["database_url"] == stack.addresses["database_url"]
        assert second.settings.api_port != stack.settings.api_port
        assert not (second.data / "postgres").exists()
