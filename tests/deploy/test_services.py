"""The compose file's services on a machine without containers: the same scripts, commands, environment and secrets.

PostgreSQL and Temporal are the local stack's, empty; everything of ours runs from the package that the image would
hold, in production, each process with the secrets of its service and no other.
"""

import http.client
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from banjian import container_secrets
from banjian.stack.postgres import THROW_AWAY, PostgresServer
from banjian.stack.processes import free_port
from banjian.stack.temporal import binary
from storage.schema import schema_of
from tests.deploy.compose import PUBLIC_URL, ROOT, service
from tests.deploy.image import environment, install

# It installs the package and starts production five times.
pytestmark = pytest.mark.slow

SCRIPTS = ROOT / "deploy" / "compose"


@dataclass
class Machine:
    """Where the servers are; the words; and the package as installed."""

    folder: Path
    site: Path
    words: Path
    postgres: PostgresServer
    psql: Path
    ports: dict[str, int]

    def script(self, name: str, **more: str) -> subprocess.CompletedProcess[str]:
        """One of the mounted scripts, with the environment of its service."""
        path = f"{self.psql.parent}:{binary().parent}:{os.environ['PATH']}"
        return subprocess.run(
            [
                "sh",
                SCRIPTS / f"{name}.sh",
                *([str(SCRIPTS / "database.sql")] * (name == "database")),
            ],
            env={"PATH": path, "SECRETS_DIR": str(self.words), "HOME": str(self.folder), **more},
            capture_output=True,
            text=True,
            timeout=120,
        )

    def database(self) -> subprocess.CompletedProcess[str]:
        told = service("database")["environment"]
        return self.script(
            "database",
            PGHOST="127.0.0.1", PGPORT=str(self.postgres.port), PGUSER=told["PGUSER"],
            PGDATABASE=told["PGDATABASE"],
        )  # fmt: skip

    def namespace(self) -> subprocess.CompletedProcess[str]:
        told = service("temporal-namespace")["environment"]
        address = f"127.0.0.1:{self.ports['temporal']}"
        return self.script(
            "temporal-namespace", **{**told, "TEMPORAL_ADDRESS": address, "HOME": "/tmp"}
        )

    def environ(self, name: str) -> dict[str, str]:
        """What the service's process sees, with this machine's addresses for the names of the network."""
        secrets = self.folder / f"secrets-{name}"
        secrets.mkdir(mode=0o700, exist_ok=True)
        for held in service(name)["secrets"]:
            target = secrets / Path(held["target"]).name
            source = self.words / (f"{held['source']}.json" if target.suffix else held["source"])
            text = source.read_text().replace("@postgres:5432", f"@127.0.0.1:{self.postgres.port}")
            target.write_text(text)
            target.chmod(0o600)
        told = {**environment(), **service(name)["environment"]}
        moved = {
            "BANJIAN_SECRETS": str(secrets),
            "BANJIAN_FILES": str(self.folder / "files"),
            "BANJIAN_SEALS": str(self.folder / "seals"),
            "BANJIAN_DATA": str(self.folder),
            "BANJIAN_READY_FILE": str(self.folder / f"{name}.ready"),
            "DATABASE_URL_FILE": str(secrets / "database_url"),
            "TEMPORAL_ADDRESS": f"127.0.0.1:{self.ports['temporal']}",
            "REGISTERS_URL": f"http://127.0.0.1:{self.ports['registers']}",
            "API_PORT": str(self.ports["api"]),
            "TWINS_PORT": str(self.ports["registers"]),
        }
        return {**told, **moved, "PATH": os.environ["PATH"], "PYTHONPATH": str(self.site)}

    def command(self, name: str, words: list[str]) -> list[str]:
        ports = {"8000": str(self.ports["api"]), "8100": str(self.ports["registers"])}
        return [sys.executable, *(ports.get(word, word) for word in words[1:])]

    def start(self, name: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self.command(name, service(name)["command"]),
            env=self.environ(name), cwd=self.site, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def ours(self, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of ours inside the site's container."""
        return subprocess.run(
            [sys.executable, "-m", "banjian.cli", *words], env=self.environ("api"), cwd=self.site,
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    def healthy(self, name: str) -> subprocess.CompletedProcess[str]:
        """The service's own health check, once."""
        test = service(name)["healthcheck"]["test"]
        assert test[:2] == ["CMD", "python"]
        return subprocess.run(
            self.command(name, test[1:]), env=self.environ(name), cwd=self.site,
            capture_output=True, text=True, timeout=30,
        )  # fmt: skip


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    folder = Path(tempfile.mkdtemp(prefix="banjian-deploy-"))
    words = folder / "words"
    give = container_secrets.os.chown
    try:
        if os.geteuid() != 0:
            container_secrets.os.chown = lambda *_: None
        container_secrets.make(words)
    finally:
        container_secrets.os.chown = give
    superuser = (words / "postgres_superuser").read_text().strip()
    server = PostgresServer(
        folder / "pg", password=superuser, settings=THROW_AWAY, say=lambda _: None
    )
    server.start()
    ports = {name: free_port() for name in ("temporal", "api", "registers")}
    engine = subprocess.Popen(
        [binary(), "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "error",
         "--port", str(ports["temporal"])],
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    assert server._binaries is not None
    try:
        yield Machine(folder, install(folder), words, server, server._binaries / "psql", ports)
    finally:
        engine.terminate()
        engine.wait(10)
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def prepared(machine: Machine) -> Machine:
    """What runs once, in its order."""
    for _ in range(2):
        done = machine.database()
        assert done.returncode == 0, done.stderr
    done = machine.namespace()
    assert done.returncode == 0, done.stderr
    migrated = subprocess.run(
        machine.command("migrate", service("migrate")["command"]), env=machine.environ("migrate"),
        cwd=machine.site, capture_output=True, text=True,
    )  # fmt: skip
    assert migrated.returncode == 0, migrated.stderr
    return machine


def url(machine: Machine, role: str, database: str) -> str:
    word = (machine.words / f"postgres_{role}").read_text().strip()
    return f"postgresql://{role}:{word}@127.0.0.1:{machine.postgres.port}/{database}"


async def test_each_role_owns_its_databases_and_enters_no_other(prepared: Machine) -> None:
    for role, own, foreign in (
        ("banjian", ["banjian"], ["temporal", "temporal_visibility"]),
        ("temporal", ["temporal", "temporal_visibility"], ["banjian"]),
    ):
        for database in own:
            connection = await asyncpg.connect(url(prepared, role, database))
            row = await connection.fetchrow(
                "SELECT rolsuper OR rolcreatedb OR rolcreaterole AS mighty FROM pg_roles WHERE rolname = $1", role
            )  # fmt: skip
            assert row["mighty"] is False
            await connection.close()
        for database in foreign:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await asyncpg.connect(url(prepared, role, database))


async def test_a_rotated_word_takes_effect_at_the_next_start(prepared: Machine) -> None:
    path = prepared.words / "postgres_temporal"
    before, old = path.read_text(), url(prepared, "temporal", "temporal")
    path.write_text("another-word-of-sufficient-length-0123456789\n")
    try:
        assert prepared.database().returncode == 0
        await (await asyncpg.connect(url(prepared, "temporal", "temporal"))).close()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(old)
    finally:
        path.write_text(before)
        assert prepared.database().returncode == 0


def test_the_database_script_fails_where_it_cannot_do_its_work(prepared: Machine) -> None:
    done = prepared.script("database", PGHOST="127.0.0.1", PGPORT="1", PGUSER="postgres")
    assert done.returncode != 0
    done = prepared.script("database", SECRETS_DIR=str(prepared.folder / "nowhere"))
    assert done.returncode != 0


def test_the_namespace_is_made_once_with_its_retention_and_attributes(prepared: Machine) -> None:
    again = prepared.namespace()
    assert (again.returncode, again.stdout) == (0, "namespace banjian is ready\n")
    address = ["--address", f"127.0.0.1:{prepared.ports['temporal']}", "--namespace", "banjian"]
    told = subprocess.run(
        [binary(), "operator", "namespace", "describe", *address], capture_output=True, text=True, check=True
    ).stdout  # fmt: skip
    assert "720h0m0s" in told or "2592000" in told, told


async def test_production_starts_with_these_settings_and_these_secrets(prepared: Machine) -> None:
    from storage.engine import create_engine

    engine = create_engine(url(prepared, "banjian", "banjian"))
    (await schema_of(engine)).require()
    await engine.dispose()
    running = {name: prepared.start(name) for name in ("registers", "worker", "api")}
    try:
        for name, process in running.items():
            said = wait_healthy(prepared, name, process)
            assert said.returncode == 0, (name, said.stderr)
        # Not ready by itself: the check of the worker is about this worker.
        assert (prepared.folder / "worker.ready").read_text().strip() == str(running["worker"].pid)
        created = prepared.ours("account", "create", "sunchen", "--name", "孙晨", "--role", "admin")
        assert created.returncode == 0, created.stderr
        refused, page = get(prepared, {}), get(prepared, {"X-Forwarded-Proto": "https"})
        assert refused[0] in {400, 403, 421, 426}
        assert page[0] == 200
        assert "市场监督管理局" in page[1]
        running["worker"].kill()
        running["worker"].wait(10)
        assert prepared.healthy("worker").returncode == 1
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(30)
    assert [name for name in ("api", "registers") if running[name].returncode not in {0, -15}] == []
    assert prepared.healthy("api").returncode == 1


def wait_healthy(
    machine: Machine, name: str, process: subprocess.Popen[str]
) -> subprocess.CompletedProcess[str]:
    until = time.monotonic() + 60
    while True:
        if process.poll() is not None:
            out = process.stdout.read() if process.stdout else ""
            pytest.fail(f"{name} ended with {process.returncode}: {out[-3000:]}")
        said = machine.healthy(name)
        if said.returncode == 0 or time.monotonic() > until:
            return said
        time.sleep(0.3)


def get(machine: Machine, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", machine.ports["api"], timeout=20)
    host = PUBLIC_URL.removeprefix("https://")
    connection.request("GET", "/", headers={"Host": host, **headers})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


@pytest.mark.parametrize("name", ["worker", "api", "registers"])
def test_without_a_secret_that_it_needs_it_does_not_start(prepared: Machine, name: str) -> None:
    environ = prepared.environ(name)
    Path(environ["BANJIAN_SECRETS"], "registers.json").unlink()
    done = subprocess.run(
        prepared.command(name, service(name)["command"]), env=environ, cwd=prepared.site,
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    assert "registers.json" in done.stderr
