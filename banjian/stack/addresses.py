"""Where the parts of an installation answer: given by the environment, else chosen by the stack."""

from pathlib import Path

from banjian.secret_files import PostgresSecrets, SecretsError
from banjian.settings import Settings
from banjian.stack import state
from banjian.stack.postgres import PostgresServer

DATABASE = "banjian"
ROLE = "banjian"
PORTS = ("postgres", "temporal", "twins", "api")


def resolve(settings: Settings) -> Settings:
    """Settings with every address filled in that the local stack of this data folder has chosen.

    For commands beside a running stack (`case show`, `doctor`, …). What the environment gives stays.
    """
    remembered = state.State(settings.banjian_data / "run")
    ports = {name: remembered.port(name) for name in PORTS}
    word = ""
    if not settings.database_url:
        try:
            found = PostgresSecrets.load(settings.secrets_folder)
            word = found.banjian.get_secret_value()
        except (SecretsError, OSError):
            ports["postgres"] = 0
    return with_addresses(settings, ports, word)


def with_addresses(settings: Settings, ports: dict[str, int], password: str) -> Settings:
    """Fills empty addresses from the ports (0: unknown, stays empty)."""
    update: dict[str, object] = {
        "api_port": ports["api"] or settings.api_port,
        "twins_port": ports["twins"] or settings.twins_port,
        "temporal_port": ports["temporal"] or settings.temporal_port,
        "postgres_port": ports["postgres"] or settings.postgres_port,
    }
    if not settings.database_url and ports["postgres"]:
        server = PostgresServer(postgres_folder(settings.banjian_data), ports["postgres"])
        update["database_url"] = server.url(DATABASE, ROLE, password)
    if not settings.temporal_address and ports["temporal"]:
        update["temporal_address"] = f"127.0.0.1:{ports['temporal']}"
    if not settings.registers_url and ports["twins"]:
        update["registers_url"] = f"http://127.0.0.1:{ports['twins']}"
    if not settings.public_url and ports["api"]:
        update["public_url"] = f"http://127.0.0.1:{ports['api']}"
    return settings.model_copy(update=update)


def postgres_folder(data: Path) -> Path:
    """The folder of our own PostgreSQL below the data folder."""
    return data / "postgres"
