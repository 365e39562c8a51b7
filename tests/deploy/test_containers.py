"""The whole deployment in containers, where an engine runs: built, started, healthy, and whole after a restart."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from banjian.stack.processes import free_port
from tests.deploy.compose import BINARY, ROOT

PROFILES = ("--profile", "twins", "--profile", "engineers")


def engine_answers() -> bool:
    if shutil.which("docker") is None:
        return False
    # `docker info` answers 0 by itself even without a server: the format asks for the server's word.
    told = subprocess.run(
        ["docker", "version", "--format", "{{.Server.Version}}"], capture_output=True, timeout=20
    )
    return told.returncode == 0


pytestmark = [
    pytest.mark.engine,
    pytest.mark.timeout(1800),
    pytest.mark.skipif(not engine_answers(), reason="no container engine answers"),
]


class Deployment:
    """One project with a name, ports and secrets of its own."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.name = f"banjian-test-{self.port}"
        self.environ = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "COMPOSE_PROJECT_NAME": self.name,
            # A trial without a reverse proxy: plain http, answers of the twins by the inner name.
            "BANJIAN_ENV": "local",
            "PUBLIC_URL": f"http://localhost:{self.port}",
            "CALLBACK_URL": "http://api:8000",
            "ALLOWED_HOSTS": "api",
            "BANJIAN_LISTEN": f"127.0.0.1:{self.port}",
            "TEMPORAL_UI_PORT": str(free_port()),
            "BANJIAN_SECRETS_DIR": str(folder / "secrets"),
            "BANJIAN_SUBNET": "10.213.77.0/24",
            "BANJIAN_GATEWAY": "10.213.77.1",
        }

    def compose(self, *arguments: str, patience: float = 300) -> str:
        done = subprocess.run(
            [BINARY, "--project-directory", ROOT, "--file", ROOT / "docker-compose.yml", *PROFILES, *arguments],
            env=self.environ, capture_output=True, text=True, timeout=patience,
        )  # fmt: skip
        assert done.returncode == 0, f"{arguments}: {done.stderr[-4000:]}"
        return done.stdout

    def containers(self) -> list[dict[str, Any]]:
        return [
            json.loads(line)
            for line in self.compose("ps", "--all", "--format", "json").splitlines()
        ]

    def whole(self) -> None:
        """Every server healthy, everything that runs once done; waits for it."""
        until = time.monotonic() + 300
        while True:
            found = self.containers()
            wrong = [
                f"{c['Service']}: {c['State']} {c.get('Health', '')} {c.get('ExitCode', '')}"
                for c in found
                if not (c["State"] == "running" and c.get("Health") == "healthy")
                and not (c["State"] == "exited" and c.get("ExitCode") == 0)
            ]
            if not wrong:
                break
            if time.monotonic() > until:
                pytest.fail("\n".join([*wrong, self.compose("logs", "--tail", "40")]))
            time.sleep(2)
        running = sorted(c["Service"] for c in found if c["State"] == "running")
        assert running == [
            "api",
            "postgres",
            "registers",
            "temporal",
            "temporal-ui",
            "worker",
            "worker",
        ]

    def ready(self) -> dict[str, Any]:
        answer = httpx.get(f"http://localhost:{self.port}/readyz", timeout=10)
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found


@pytest.fixture(scope="module")
def deployment() -> Iterator[Deployment]:
    folder = Path(tempfile.mkdtemp(prefix="banjian-compose-"))
    made = Deployment(folder)
    try:
        made.compose("build", patience=1200)
        made.compose("run", "--rm", "--no-deps", "secrets")
        made.compose("up", "--detach", patience=600)
        yield made
    finally:
        subprocess.run(
            [BINARY, "--project-directory", ROOT, *PROFILES, "--profile", "setup", "down", "--volumes", "--timeout", "20"],
            env=made.environ, capture_output=True, timeout=300,
        )  # fmt: skip
        shutil.rmtree(folder, ignore_errors=True)


def test_everything_becomes_healthy(deployment: Deployment) -> None:
    deployment.whole()
    assert deployment.ready()["status"] == "ready"


def test_no_process_of_ours_is_root_or_can_write_its_image(deployment: Deployment) -> None:
    deployment.whole()
    for name in ("api", "worker", "registers"):
        told = deployment.compose(
            "exec", "-T", name, "sh", "-c", "id -u; touch /opt/x 2>&1 || true"
        )
        assert told.startswith("10001\n")
        assert "Read-only" in told


def test_accounts_are_kept_over_a_restart(deployment: Deployment) -> None:
    deployment.whole()
    made = deployment.compose(
        "exec",
        "-T",
        "api",
        "banjian",
        "account",
        "create",
        "zhaoyun",
        "--name",
        "赵云",
        "--role",
        "admin",
    )
    assert made.strip()
    deployment.compose("down", "--timeout", "30")
    deployment.compose("up", "--detach", patience=600)
    deployment.whole()
    assert "zhaoyun" in deployment.compose("exec", "-T", "api", "banjian", "account", "list")
