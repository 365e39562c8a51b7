"""The compose file keeps what the how-to says of it, as the real Compose reads it."""

import re
from pathlib import Path

import pytest

from banjian import container_secrets
from tests.deploy.compose import PUBLIC_URL, ROOT, project, run, service

SERVERS = {"postgres", "temporal", "temporal-ui", "worker", "api", "registers"}
ONCE = {"database", "temporal-schema", "temporal-namespace", "migrate", "secrets"}
OURS = {"worker", "api", "registers", "migrate", "secrets"}


def test_it_is_valid_and_lists_the_services() -> None:
    assert set(project()["services"]) == SERVERS | ONCE


def test_without_an_address_it_refuses_and_says_what_is_missing() -> None:
    done = run("config", "--quiet")
    assert done.returncode == 1
    assert "set PUBLIC_URL to the address" in done.stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("services:\n", "servces:\n"),
        ("condition: service_healthy", "condition: service_heathy"),
        ("read_only: true", "read_onyl: true"),
    ],
)
def test_a_slip_of_the_pen_is_found(tmp_path: Path, old: str, new: str) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "docker-compose.yml").write_text(text.replace(old, new, 1), encoding="utf-8")
    done = run("config", "--quiet", environ={"PUBLIC_URL": PUBLIC_URL}, folder=tmp_path)
    assert done.returncode != 0


@pytest.mark.parametrize("name", sorted(SERVERS))
def test_a_server_is_watched_and_comes_back(name: str) -> None:
    found = service(name)
    assert found["restart"] == "unless-stopped"
    assert found["healthcheck"]["test"][0] == "CMD"
    assert found["healthcheck"]["retries"] >= 3


@pytest.mark.parametrize("name", sorted(ONCE))
def test_what_runs_once_does_not_come_back(name: str) -> None:
    assert service(name)["restart"] == "no"


def test_two_workers() -> None:
    assert service("worker")["deploy"]["replicas"] == 2


def test_each_waits_for_what_it_needs_to_be_healthy_or_done() -> None:
    for name, found in project()["services"].items():
        for needed, how in found.get("depends_on", {}).items():
            condition = "service_healthy" if needed in SERVERS else "service_completed_successfully"
            assert how["condition"] == condition, (name, needed)
    # Receipts are valid while the engine is away.
    assert set(service("api")["depends_on"]) == {"migrate"}
    assert set(service("worker")["depends_on"]) == {"migrate", "temporal-namespace"}


@pytest.mark.parametrize("name", sorted(SERVERS | ONCE))
def test_every_container_is_confined(name: str) -> None:
    found = service(name)
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in found
    # The UI's image writes its settings at its start.
    assert found.get("read_only", False) is (name != "temporal-ui")
    if name == "secrets":
        assert found["cap_add"] == ["CHOWN", "DAC_OVERRIDE", "FOWNER"]
        assert found["network_mode"] == "none"
        assert found["profiles"] == ["setup"]
    else:
        assert "cap_add" not in found
        assert not str(found.get("user", "1")).startswith("0")


def test_only_site_and_engineers_page_are_reachable_and_only_from_this_machine() -> None:
    published = {
        name: [(p["host_ip"], p["target"]) for p in found["ports"]]
        for name, found in project()["services"].items()
        if "ports" in found
    }
    assert published == {"api": [("127.0.0.1", 8000)], "temporal-ui": [("127.0.0.1", 8080)]}
    networks = project()["networks"]
    assert networks["data"]["internal"] is True
    assert networks["engine"]["internal"] is True
    assert set(service("postgres")["networks"]) == {"data"}
    assert set(service("temporal")["networks"]) == {"data", "engine"}
    assert "data" not in service("temporal-ui")["networks"]


def test_the_engineers_page_cannot_write() -> None:
    assert service("temporal-ui")["environment"]["TEMPORAL_DISABLE_WRITE_ACTIONS"] == "true"
    assert service("temporal-ui")["profiles"] == ["engineers"]


def test_there_is_no_password_in_it() -> None:
    for name, found in project()["services"].items():
        for key, value in found.get("environment", {}).items():
            named = re.search(r"PASSW|PWD|SECRET|TOKEN|KEY", key)
            assert not named or str(value).startswith("/run/secrets/"), (name, key)
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    assert "://" not in re.sub(r"https?://(ban\.example|registers|127\.0\.0\.1)", "", text)


def test_each_holds_the_secrets_that_it_reads_and_no_other() -> None:
    held = {
        name: {s["source"] for s in found.get("secrets", [])}
        for name, found in project()["services"].items()
    }
    assert held == {
        "secrets": set(),
        "postgres": {"postgres_superuser"},
        "database": {"postgres_superuser", "postgres_banjian", "postgres_temporal"},
        "temporal-schema": {"temporal_postgres"},
        "temporal": {"temporal_postgres"},
        "temporal-namespace": set(),
        "temporal-ui": set(),
        "migrate": {"database_url"},
        "worker": {"database_url", "master", "verify", "registers"},
        # It alone signs in people's names.
        "api": {"database_url", "master", "signing", "verify", "registers"},
        "registers": {"database_url", "registers"},
    }


def test_each_secret_belongs_to_the_user_that_reads_it() -> None:
    users = {name: "10001" for name in OURS} | {
        name: service(name)["user"].split(":")[0]
        for name in set(SERVERS | ONCE) - OURS - {"temporal-ui"}
    }
    for name, found in project()["services"].items():
        for secret in found.get("secrets", []):
            path = Path(project()["secrets"][secret["source"]]["file"])
            assert str(container_secrets.reader(path.name)) == users[name], (name, path.name)
            if path.suffix == ".json":
                assert secret["target"] == path.name


def test_state_lies_in_named_volumes() -> None:
    assert set(project()["volumes"]) == {"postgres", "files", "seals"}
    mounted = {
        name: {v["source"]: v["target"] for v in found.get("volumes", []) if v["type"] == "volume"}
        for name, found in project()["services"].items()
    }
    # The official image of PostgreSQL 18 keeps its data below this folder.
    assert mounted["postgres"] == {"postgres": "/var/lib/postgresql"}
    assert mounted["worker"] == {
        "files": "/var/lib/banjian/files",
        "seals": "/var/lib/banjian/seals",
    }
    assert mounted["api"] == {"files": "/var/lib/banjian/files"}


def test_images_are_named_with_their_release() -> None:
    images = {f["image"] for n, f in project()["services"].items() if n not in OURS}
    assert images == {
        "postgres:18",
        "temporalio/server:1.32.0",
        "temporalio/admin-tools:1.32.0",
        "temporalio/ui:2.54.1",
    }


def test_the_mounted_scripts_are_there() -> None:
    for config in project()["configs"].values():
        assert Path(config["file"]).is_file()
