"""The ground under the stack: access lists, copies of programs, logs, memory, hung parts, skipped tests."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from banjian.stack import logs, processes, watcher
from banjian.stack.postgres_wheel import usable_binaries, wheel_binaries
from banjian.stack.unprivileged import Account, account_for_postgres, open_way, run_as
from tests.stack.test_supervisor import SETTINGS, WEB, eventually, stack_of


def _may(account: Account | None, *command: str) -> bool:
    done = subprocess.run(command, cwd="/", capture_output=True, check=False, **run_as(account))
    return done.returncode == 0


def test_the_way_is_opened_for_one_account_and_for_passing_only(stack_folder: Path) -> None:
    told: list[str] = []
    account = account_for_postgres(told.append)
    inner = stack_folder / "home" / "data"
    inner.mkdir(parents=True)
    for folder in (inner, inner.parent):
        folder.chmod(0o700)
    open_way(inner, account, told.append)
    if account is None:
        assert told == []
        return
    assert _may(account, "stat", f"{inner}/.")
    assert not _may(account, "ls", str(inner)), "passing, not looking around"
    said = len(told)
    open_way(inner, account, told.append)
    assert len(told) == said, "done once, said once"
    # A later chmod closes the mask of the access list: the next start must notice.
    inner.chmod(0o700)
    assert not _may(account, "stat", f"{inner}/.")
    open_way(inner, account, told.append)
    assert _may(account, "stat", f"{inner}/.")
    assert not stat.S_IMODE(inner.stat().st_mode) & stat.S_IRWXO


def test_programs_in_a_closed_folder_are_copied_beside_the_data(stack_folder: Path) -> None:
    closed = stack_folder / "closed"
    package = wheel_binaries().parents[1]
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    closed.chmod(0o700)
    binaries = closed / package.name / "pginstall" / "bin"
    account = account_for_postgres(print)
    data = stack_folder / "data"
    data.mkdir()
    open_way(data, account, print)
    told: list[str] = []
    found = usable_binaries(binaries, data / "engine", account, told.append)
    if account is None:
        assert found == binaries
        return
    assert found.is_relative_to(data / "engine")
    assert _may(account, str(found / "initdb"), "--version")
    assert len(told) == 1
    usable_binaries(binaries, data / "engine", account, told.append)
    assert len(told) == 1, "copied once"


def test_a_large_log_is_moved_aside_under_its_writer(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    with log.open("ab", buffering=0) as writer:
        for round_ in range(5):
            writer.write(b"%d" % round_ * 100)
            assert logs.rotate(log, largest=50)
            assert log.stat().st_size == 0
        writer.write(b"after")
    assert not logs.rotate(log, largest=50)
    assert log.read_bytes() == b"after"
    assert [f.name for f in sorted(tmp_path.iterdir())] == [
        "api.log", "api.log.1", "api.log.2", "api.log.3",
    ]  # fmt: skip
    assert (tmp_path / "api.log.1").read_bytes() == b"4" * 100
    assert logs.tail(log) == "after"
    assert not logs.rotate(tmp_path / "missing.log")


def test_memory_counts_children_and_forgets_the_dead() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '60'])"]
    )
    assert eventually(lambda: len(processes.with_children([parent.pid])) == 2)
    both = processes.with_children([parent.pid])
    assert processes.pss_of([parent.pid]) > processes.pss_of([p for p in both if p != parent.pid])
    processes.kill_tree(parent.pid)
    parent.wait()
    assert processes.pss_of([parent.pid]) == 0


def test_a_part_that_hangs_is_replaced(stack_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watcher, "ASK_EVERY", 0.1)
    monkeypatch.setattr(watcher, "SICK_AFTER", 2)
    elsewhere = SETTINGS.model_copy(
        update={"database_url": "postgresql+asyncpg://h/d", "registers_url": "http://h"}
    )
    told: list[str] = []
    with stack_of(stack_folder / "data", told.append, settings=elsewhere, programs=(WEB,)) as stack:
        before = stack.pid("api")
        assert before is not None
        os.kill(before, signal.SIGSTOP)
        assert eventually(lambda: stack.pid("api") not in (None, before))
        stack.wait_ready()
    assert any("not answering" in line for line in told)


@pytest.mark.parametrize(("marked", "code"), [(False, 1), (True, 0)])
def test_in_ci_a_skipped_test_fails_the_run(tmp_path: Path, marked: bool, code: int) -> None:
    mark = "@pytest.mark.engine\n" if marked else ""
    (tmp_path / "test_x.py").write_text(
        f"import pytest\n{mark}def test_skips(): pytest.skip('no reason')\ndef test_ok(): pass\n"
    )
    root = Path(__file__).parents[2]
    command = ["pytest", "-q", "-c", str(root / "pyproject.toml"), "-p", "tests.conftest"]
    command += ["-p", "no:cacheprovider", str(tmp_path / "test_x.py")]
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=root, env={**os.environ, "CI": "true"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout
    assert ("not allowed" in done.stdout) == (not marked)
