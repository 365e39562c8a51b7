"""What an installation is told from outside: addresses, folders, ports. Secrets are files.

Every setting is an environment variable of the field's name in capitals; `NAME_FILE` gives the path
of a file that holds the value (so that `DATABASE_URL` with its password need not be in an
environment). Nothing is read from the command line but the data folder.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from banjian.secret_files import EVERY_SECRET, SecretFile, Secrets, SecretsError

__all__ = ["Secrets", "SecretsError", "Settings", "UnfitForProduction", "check_start"]


class UnfitForProduction(RuntimeError):
    """A start that production refuses: secrets, a story's time, or an address that is missing."""


class _FromFiles(PydanticBaseSettingsSource):
    """`NAME_FILE` for every setting `NAME`; the plain variable wins."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        path = os.environ.get(f"{field_name.upper()}_FILE")
        text = Path(path).read_text(encoding="utf-8").strip() if path else None
        return text, field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {
            n: self.get_field_value(f, n)[0] for n, f in self.settings_cls.model_fields.items()
        }
        return {name: value for name, value in found.items() if value is not None}


class Settings(BaseSettings):
    """One installation as its processes see it. Empty addresses: the local stack starts its own."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    banjian_env: Literal["local", "production", "test"] = "local"
    banjian_data: Path = Field(default_factory=lambda: default_data_folder(os.environ))
    banjian_secrets: Path | None = None
    """Folder of the secrets; `<data>/secrets` without it."""
    banjian_seals: Path | None = None
    """Folder of the test authority's keys, which the worker makes at its first start; the secrets' without it."""
    banjian_files: Path | None = None
    """Folder of the content-addressed file store; `<data>/files` without it."""
    banjian_story_offset: float = 0.0
    """Seconds by which a story, test or bench runs beside real time; refused in production."""

    database_url: str = ""
    temporal_address: str = ""
    temporal_namespace: str = Field("default", min_length=1)
    workflow_sandbox: bool = False
    """Whether the worker runs workflows in the engine's sandbox, as every test and story does (ADR 0014)."""
    temporal_tls: bool | None = None
    """TLS to Temporal; without it, wherever one of the next five asks for it."""
    temporal_tls_ca: Path | None = None
    temporal_tls_cert: Path | None = None
    temporal_tls_key: Path | None = None
    temporal_tls_server_name: str = ""
    temporal_api_key: SecretStr | None = None
    registers_url: str = ""
    public_url: str = ""
    """How people reach us, for links in letters and QR codes; the API's own address without it."""

    allowed_hosts: str = ""
    """Further names, by comma, under which machines of our own network may reach the site."""
    callback_url: str = ""
    """Where the twins deliver their answers; the public address without it, as real registers do."""
    trusted_proxies: str = "127.0.0.1,::1"
    """Addresses and networks of the reverse proxies, by comma; `none` where there is none."""

    banjian_ready_file: Path | None = None
    """Where a process without a port writes its pid once it works (the supervisor waits for it)."""

    api_host: str = "127.0.0.1"
    twins_host: str = "127.0.0.1"
    # 0: a free port is chosen at the first start and kept.
    api_port: int = Field(0, ge=0, le=65535)
    twins_port: int = Field(0, ge=0, le=65535)
    temporal_port: int = Field(0, ge=0, le=65535)
    postgres_port: int = Field(0, ge=0, le=65535)
    twins_answer_seconds: float = Field(5, ge=0, le=31_536_000)
    """How long a department's twin (tax, bank…) keeps an errand before it answers."""

    @field_validator("database_url")
    @classmethod
    def _for_asyncpg(cls, value: str) -> str:
        scheme, mark, rest = value.partition("://")
        if not mark:
            if value:
                raise ValueError("must look like postgresql://user:password@host:port/database")
            return value
        if scheme.split("+")[0] not in ("postgresql", "postgres"):
            raise ValueError("only PostgreSQL is supported")
        return f"postgresql+asyncpg://{rest}"

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        for part in _proxies(value):
            if ip_network(part).prefixlen == 0:
                raise ValueError(f"{part} would trust everybody")
        return value

    @field_validator(
        "banjian_data",
        "banjian_secrets",
        "banjian_seals",
        "banjian_files",
        "temporal_tls_ca",
        "temporal_tls_cert",
        "temporal_tls_key",
    )
    @classmethod
    def _whole_path(cls, value: Path | None) -> Path | None:
        return value.expanduser().absolute() if value is not None else None

    @model_validator(mode="after")
    def _whole_link(self) -> Self:
        if (self.temporal_tls_cert is None) != (self.temporal_tls_key is None):
            raise ValueError("TEMPORAL_TLS_CERT and TEMPORAL_TLS_KEY belong together")
        if self.temporal_tls is False and self._asks_for_tls:
            raise ValueError(
                "TEMPORAL_TLS is off, but a certificate, server name or API key is given"
            )
        return self

    @property
    def _asks_for_tls(self) -> bool:
        given = (self.temporal_tls_ca, self.temporal_tls_cert, self.temporal_api_key)
        return bool(self.temporal_tls_server_name) or any(v is not None for v in given)

    @property
    def temporal_uses_tls(self) -> bool:
        """Whether the connection to Temporal is encrypted."""
        return self.temporal_tls or self._asks_for_tls

    @property
    def proxies(self) -> tuple[str, ...]:
        """The trusted proxies, one by one."""
        return _proxies(self.trusted_proxies)

    @property
    def secrets_folder(self) -> Path:
        """Where the secrets' files lie."""
        return self.banjian_secrets or self.banjian_data / "secrets"

    @property
    def seals_folder(self) -> Path:
        """Where the test authority's keys lie."""
        return self.banjian_seals or self.secrets_folder

    @property
    def hosts(self) -> frozenset[str]:
        """The further names of the site."""
        return frozenset(_listed(self.allowed_hosts.lower()))

    @property
    def files_folder(self) -> Path:
        """Where the file store lies."""
        return self.banjian_files or self.banjian_data / "files"

    def announce_ready(self) -> None:
        """Tells the supervisor, if there is one, that this process now does its work."""
        if self.banjian_ready_file is not None:
            self.banjian_ready_file.write_text(f"{os.getpid()}\n")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then the environment, then the files it names; no dot-env file."""
        return init_settings, env_settings, _FromFiles(settings_cls)


def _proxies(value: str) -> tuple[str, ...]:
    if value.strip().lower() == "none":
        return ()
    return _listed(value)


def _listed(value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def default_data_folder(environ: Mapping[str, str]) -> Path:
    """`./data` where it exists or can be made (a checkout), else the user's data folder (XDG)."""
    here = Path.cwd() / "data"
    if here.is_dir() or (Path.cwd() / "pyproject.toml").exists():
        return here
    base = environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "banjian"


def check_start(
    settings: Settings,
    frozen_at: datetime | None = None,
    *,
    needs: Sequence[type[SecretFile]] = EVERY_SECRET,
) -> None:
    """Refuses to start in production with anything that only a story or a test may have.

    Args:
        settings: of this process.
        frozen_at: the instant to which `app_clock` is set in the database, None where it runs.
        needs: the secrets this process reads; it need not be able to read any other.

    Raises:
        UnfitForProduction: names everything that is wrong at once.
    """
    if settings.banjian_env != "production":
        return
    wrong = [
        f"{name} is not set"
        for name in ("database_url", "temporal_address", "registers_url", "public_url")
        if not getattr(settings, name)
    ]
    if settings.banjian_story_offset:
        wrong.append("banjian_story_offset is set: time is never shifted in production")
    if frozen_at is not None:
        wrong.append("app_clock is frozen in the database: a story was played there")
    if settings.public_url and not settings.public_url.startswith("https://"):
        wrong.append("public_url is not https")
    for kind in needs:
        try:
            kind.load(settings.secrets_folder)
        except (SecretsError, OSError) as error:
            wrong.append(f"secrets: {error}")
    if wrong:
        raise UnfitForProduction("；".join(wrong))
