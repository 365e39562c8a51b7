"""The composition root: builds each process's means from settings and secrets, and nothing else."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter

from activities.context import Means
from banjian.engine_link import connect as connect_link
from banjian.secret_files import WORKER_SECRETS, MasterSecret, RegisterSecrets, VerifySecret
from banjian.settings import Settings, UnfitForProduction, check_start
from domain import signing
from law.offices import DEFAULT_OFFICE, office
from registers.client import Endpoint
from registers.clients import Registers, connect
from registers.messages import Register
from storage.codec import data_converter
from storage.engine import create_engine
from storage.files import FolderStore
from storage.keys import CaseKeys, derive
from storage.schema import schema_of

if TYPE_CHECKING:
    from activities.seals import LocalSeals

API_KEY_ID = "api"
SYSTEM_KEY_ID = "system"

# One line of the core's log per real error: its chatter about polls hides them.
QUIET = TelemetryConfig(
    logging=LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
)


@dataclass(frozen=True)
class SharedSecrets:
    """What worker and API both need. The signing key is not among them: only the API reads it."""

    master: MasterSecret
    verify: VerifySecret
    registers: RegisterSecrets


@dataclass(frozen=True)
class Core:
    """What worker and API share."""

    settings: Settings
    secrets: SharedSecrets
    engine: AsyncEngine
    keys: CaseKeys
    files: FolderStore

    @property
    def system_signer(self) -> signing.CommandSigner:
        """Speaks for the system only; validators refuse it for a person (see `domain.signing`)."""
        seed = derive(self.secrets.master.raw, "system-signing")
        return signing.CommandSigner(SYSTEM_KEY_ID, Ed25519PrivateKey.from_private_bytes(seed))

    def trust_keys(self) -> None:
        """For validators: whose commands a case believes."""
        signing.trust(API_KEY_ID, self.secrets.verify.public_key.public_bytes_raw())
        seed = derive(self.secrets.master.raw, "system-signing")
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        signing.trust(SYSTEM_KEY_ID, public, system_only=True)


def core_of(settings: Settings, *, pool_size: int = 12) -> Core:
    """Engine, keys and files of one process. Raises SecretsError."""
    folder = settings.secrets_folder
    secrets = SharedSecrets(
        MasterSecret.load(folder), VerifySecret.load(folder), RegisterSecrets.load(folder)
    )
    engine = create_engine(settings.database_url, pool_size=pool_size)
    keys = CaseKeys(engine, secrets.master.raw)
    return Core(settings, secrets, engine, keys, FolderStore(settings.files_folder, keys))


@cache
def _runtime() -> Runtime:
    """One per process: every further one would start a thread pool of its own."""
    return Runtime(telemetry=QUIET)


async def connect_engine(core: Core, *, lazy: bool = False) -> Client:
    """The Temporal client, with payloads sealed per case. Raises EngineAway, SecretsError."""
    return await connect_link(
        core.settings,
        data_converter=data_converter(core.keys),
        lazy=lazy,
        runtime=_runtime(),
    )


def endpoints(core: Core) -> dict[Register, Endpoint]:
    base = core.settings.registers_url.rstrip("/")
    return {
        register: Endpoint(
            base_url=f"{base}/{register.value}",
            api_key=core.secrets.registers.registers[register].api_key,
        )
        for register in Register
    }


@asynccontextmanager
async def registers_of(core: Core) -> AsyncIterator[Registers]:
    async with connect(endpoints(core)) as registers:
        yield registers


def means_of(core: Core, registers: Registers) -> Means:
    return Means(
        engine=core.engine,
        keys=core.keys,
        files=core.files,
        registers=registers,
        public_url=core.settings.public_url.rstrip("/"),
    )


def seals_of(core: Core) -> "LocalSeals":
    # Imported here: the API shares this module and never seals; the libraries take 14 MB.
    from activities.seals import LocalSeals

    return LocalSeals(core.settings.seals_folder, office(DEFAULT_OFFICE).name)


async def refuse_unfit_database(core: Core) -> None:
    """A database of another schema; in production also one in which a story was played.

    Outside production a process may start while the database is away: it waits for it at every use.

    Raises:
        WrongSchema: run the migrations, or another release.
        UnfitForProduction: the clock is frozen, or nothing can be asked.
    """
    try:
        (await schema_of(core.engine)).require()
        if core.settings.banjian_env == "production":
            async with core.engine.connect() as connection:
                frozen_at = await connection.scalar(text("SELECT frozen_at FROM app_clock"))
            check_start(core.settings, frozen_at, needs=WORKER_SECRETS)
    except (OSError, TimeoutError, DBAPIError) as error:
        place = core.settings.database_url.rpartition("@")[2]
        said = f"database {place} cannot be asked: {type(error).__name__}"
        if core.settings.banjian_env == "production":
            raise UnfitForProduction(said) from error
        logging.getLogger("banjian").warning("%s; starting all the same", said)
