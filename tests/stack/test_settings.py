"""Settings and secrets: where values come from, and what production refuses."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from banjian.secret_files import RegisterSecrets, Secrets, SecretsError, create_missing
from banjian.settings import Settings, UnfitForProduction, check_start
from banjian.stack import layout
from registers.messages import Register


def test_first_start_makes_secrets_that_differ_and_later_starts_keep_them(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        assert len(create_missing(folder)) == 6
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in folder.iterdir())
    one, two = (Secrets.load(folder, {}) for folder in folders)
    assert len(one.master.raw) == 32
    assert one.master.raw != two.master.raw
    assert one.web.session != one.web.csrf
    assert set(one.registers.registers) == set(Register)
    signature = one.signing.private_key.sign(b"act")
    one.verify.public_key.verify(signature, b"act")

    assert create_missing(folders[0]) == []
    assert Secrets.load(folders[0], {}) == one
    assert one.web.session.get_secret_value() not in repr(one) + str(one)


def test_a_single_secret_may_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    create_missing(tmp_path)
    word = "0123456789abcdefghijklmnopqrstuv"
    (tmp_path / "word").write_text(word + "\n")
    found = RegisterSecrets.load(
        tmp_path,
        {
            "BANJIAN_SECRET_REGISTERS_MARKET_API_KEY": word,
            "BANJIAN_SECRET_REGISTERS_ADMIN_KEY_FILE": str(tmp_path / "word"),
        },
    )
    assert found.registers[Register.MARKET].api_key.get_secret_value() == word
    assert found.admin_key.get_secret_value() == word


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("web", {"session": "short", "csrf": "short"}, "at least 32"),
        ("web", {"session": "x" * 64, "csrf": "x" * 64}, "random"),
        ("web", {}, "session Field required"),
        ("master", {"key": "AAAA"}, "32 bytes"),
        ("master", {"key": "A" * 43 + "="}, "no random key"),
        ("master", {"key": "not base64!"}, "not base64"),
    ],
)
def test_an_unfit_secret_is_named_and_never_quoted(
    tmp_path: Path, file: str, content: dict[str, str], complaint: str
) -> None:
    create_missing(tmp_path)
    (tmp_path / f"{file}.json").write_text(json.dumps(content))
    with pytest.raises(SecretsError, match=complaint) as refused:
        Secrets.load(tmp_path, {})
    assert not any(value in str(refused.value) for value in content.values())


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    create_missing(tmp_path)
    (tmp_path / "master.json").chmod(0o644)
    with pytest.raises(SecretsError, match="chmod 600"):
        Secrets.load(tmp_path, {})


def test_the_database_address_may_come_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "url").write_text("postgres://u:p@h/d\n")
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    assert Settings().database_url == "postgresql+asyncpg://u:p@h/d"
    monkeypatch.setenv("DATABASE_URL", "postgresql://other/d")
    assert Settings().database_url == "postgresql+asyncpg://other/d"
    monkeypatch.setenv("DATABASE_URL", "sqlite:///x")
    with pytest.raises(ValueError, match="only PostgreSQL"):
        Settings()


@pytest.mark.parametrize(
    ("given", "proxies"),
    [
        ("none", ()),
        ("10.0.0.5", ("10.0.0.5",)),
        (" 10.0.0.5 , 10.1.0.0/16,fd00::/8 ", ("10.0.0.5", "10.1.0.0/16", "fd00::/8")),
    ],
)
def test_trusted_proxies_are_addresses_and_networks(given: str, proxies: tuple[str, ...]) -> None:
    assert Settings(trusted_proxies=given).proxies == proxies
    assert Settings().proxies == ("127.0.0.1", "::1")


@pytest.mark.parametrize("given", ["proxy.example", "10.0.0.1/8", "0.0.0.0/0", "10.0.0.0/40", "*"])
def test_proxies_that_cannot_be_trusted(given: str) -> None:
    with pytest.raises(ValueError, match="trusted_proxies"):
        Settings(trusted_proxies=given)


def _production(data: Path, offset: float = 0.0) -> Settings:
    return Settings(
        banjian_env="production",
        banjian_data=data,
        banjian_story_offset=offset,
        database_url="postgresql://h/d",
        temporal_address="t:7233",
        registers_url="https://registers.example",
        public_url="https://banjian.example",
    )


def test_production_refuses_missing_secrets_and_a_shifted_clock(tmp_path: Path) -> None:
    with pytest.raises(UnfitForProduction, match="secrets"):
        check_start(_production(tmp_path))
    create_missing(tmp_path / "secrets")
    check_start(_production(tmp_path))
    with pytest.raises(UnfitForProduction, match="story_offset"):
        check_start(_production(tmp_path, offset=86400))
    with pytest.raises(UnfitForProduction, match="app_clock"):
        check_start(_production(tmp_path), frozen_at=datetime(2026, 9, 18, tzinfo=UTC))
    with pytest.raises(UnfitForProduction, match="database_url is not set"):
        check_start(Settings(banjian_env="production", banjian_data=tmp_path, database_url=""))


def test_a_story_is_welcome_outside_production(tmp_path: Path) -> None:
    check_start(Settings(banjian_env="test", banjian_data=tmp_path, banjian_story_offset=5))


def test_supervised_processes_get_every_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A setting that stops at the supervisor is read by nobody: the child's settings equal ours."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    given = Settings(
        banjian_data=tmp_path / "data",
        banjian_secrets=tmp_path / "secrets",
        banjian_seals=tmp_path / "seals",
        banjian_files=tmp_path / "files",
        banjian_story_offset=5,
        database_url="postgresql://u:p@db/banjian",
        temporal_address="t:7233",
        temporal_namespace="bj",
        workflow_sandbox=True,
        temporal_tls=True,
        temporal_tls_ca=tmp_path / "ca.pem",
        temporal_tls_cert=tmp_path / "cert.pem",
        temporal_tls_key=tmp_path / "key.pem",
        temporal_tls_server_name="cluster",
        temporal_api_key="word",  # type: ignore[arg-type]
        registers_url="http://r",
        public_url="https://ban.example",
        allowed_hosts="api",
        callback_url="http://api:8000",
        trusted_proxies="10.0.0.0/8",
        api_host="0.0.0.0",
        api_port=8001,
        twins_host="0.0.0.0",
        twins_port=8002,
        twins_answer_seconds=7,
    )
    plain = Settings(banjian_data=tmp_path / "other")
    # The supervisor's own: what it starts itself, a file for each process, the name of this run.
    own = {"banjian_ready_file", "banjian_env", "postgres_port", "temporal_port"}
    same = {n for n in Settings.model_fields if getattr(given, n) == getattr(plain, n)}
    assert same <= own, f"say another value than the default here: {same - own}"
    for name, value in layout.environment(given, "worker").items():
        monkeypatch.setenv(name, value)
    child = Settings()
    for name in set(Settings.model_fields) - own:
        assert getattr(child, name) == getattr(given, name), name


def test_an_upgrade_adds_the_new_registers_and_changes_nothing_else(tmp_path: Path) -> None:
    create_missing(tmp_path)
    path = tmp_path / "registers.json"
    whole = json.loads(path.read_text())
    older = {r: whole["registers"][r] for r in ("market", "identity", "signature", "necips")}
    path.write_text(json.dumps({"admin_key": whole["admin_key"], "registers": older}))
    others = {f.name: f.read_bytes() for f in tmp_path.iterdir() if f != path}
    with pytest.raises(SecretsError, match="no secrets of archive, names, tax"):
        RegisterSecrets.load(tmp_path, {})

    assert create_missing(tmp_path) == ["registers"]
    now = json.loads(path.read_text())
    assert now["admin_key"] == whole["admin_key"]
    assert {r: now["registers"][r] for r in older} == older
    assert set(RegisterSecrets.load(tmp_path, {}).registers) == set(Register)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {f.name: f.read_bytes() for f in tmp_path.iterdir() if f != path} == others
    assert create_missing(tmp_path) == []


def test_new_registers_may_get_their_secrets_from_the_environment(tmp_path: Path) -> None:
    create_missing(tmp_path)
    path = tmp_path / "registers.json"
    whole = json.loads(path.read_text())
    del whole["registers"]["tax"]
    path.write_text(json.dumps(whole))
    word = "0123456789abcdefghijklmnopqrstuv"
    given = {
        f"BANJIAN_SECRET_REGISTERS_TAX_{part}": word for part in ("API_KEY", "CALLBACK_SECRET")
    }
    found = RegisterSecrets.load(tmp_path, given)
    assert found.registers[Register.TAX].api_key.get_secret_value() == word
