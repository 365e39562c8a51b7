"""The composition root: builds each process's means from settings and secrets, and nothing else."""

import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.json_format import MessageToDict
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.runtime import LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError

from activities.context import Means
from activities.seals import LocalSeals
from api.acts import Acts
from api.app import create_app
from api.security.settings import SecuritySettings
from api.services import Services
from banjian.settings import Secrets, Settings
from domain import signing
from law.offices import DEFAULT_OFFICE, office
from registers.client import Endpoint
from registers.clients import Registers, connect
from registers.messages import Register
from registers.twins.settings import TwinSettings
from storage.codec import data_converter
from storage.engine import create_engine
from storage.files import FolderStore
from storage.keys import CaseKeys, derive
from workflows.dispatch import Dispatcher

API_KEY_ID = "api"
SYSTEM_KEY_ID = "system"

# One line of the core's log per real error: its chatter about polls hides them.
QUIET = TelemetryConfig(
    logging=LoggingConfig(filter=TelemetryFilter(core_level="ERROR", other_level="ERROR"))
)


@dataclass(frozen=True)
class Core:
    """What worker and API share."""

    settings: Settings
    secrets: Secrets
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


def core_of(settings: Settings, *, pool_size: int = 8) -> Core:
    """Engine, keys and files of one process. Raises SecretsError."""
    secrets = settings.load_secrets()
    engine = create_engine(settings.database_url, pool_size=pool_size)
    keys = CaseKeys(engine, secrets.master.raw)
    return Core(settings, secrets, engine, keys, FolderStore(settings.files_folder, keys))


async def connect_engine(core: Core, *, lazy: bool = False) -> Client:
    """The Temporal client, with payloads sealed per case."""
    if Runtime._default_runtime is None:  # type: ignore[attr-defined,unused-ignore]
        Runtime.set_default(Runtime(telemetry=QUIET))
    return await Client.connect(
        core.settings.temporal_address,
        namespace=core.settings.temporal_namespace,
        data_converter=data_converter(core.keys),
        lazy=lazy,
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


def seals_of(core: Core) -> LocalSeals:
    return LocalSeals(core.settings.secrets_folder, office(DEFAULT_OFFICE).name)


class ClientHistory:
    """Decoded engine history, for the administrator's inspector."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    async def history(self, case_id: uuid.UUID) -> list[dict[str, object]]:
        """One dict per engine event, oldest first; empty when the engine no longer has it."""
        try:
            handle = self._client().get_workflow_handle(str(case_id))
            found = await handle.fetch_history(rpc_timeout=timedelta(seconds=10))
        except RPCError:
            return []
        events: list[dict[str, object]] = [MessageToDict(event) for event in found.events]
        return events


def services_of(
    core: Core, client: Client, *, offset: Callable[[], float], sweep: bool
) -> Services:
    signer = signing.CommandSigner(API_KEY_ID, core.secrets.signing.private_key)
    sender = Dispatcher(client, offset=offset, sweep=sweep)
    return Services(
        engine=core.engine,
        keys=core.keys,
        acts=Acts(core.engine, core.keys, sender, signer),
        signer=signer,
        files=core.files,
        history=ClientHistory(lambda: client),
        callback_secrets={
            r.value: s.callback_secret.get_secret_value()
            for r, s in core.secrets.registers.registers.items()
        },
        public_url=core.settings.public_url.rstrip("/"),
        office=DEFAULT_OFFICE,
    )


def security_of(settings: Settings) -> SecuritySettings:
    host = urlsplit(settings.public_url).hostname or "127.0.0.1"
    return SecuritySettings(
        environment=settings.banjian_env,
        public_origin=settings.public_url.rstrip("/"),
        allowed_hosts=frozenset({host, "127.0.0.1", "localhost"})
        if settings.banjian_env != "production"
        else frozenset({host}),
    )


def api_of(services: Services, settings: Settings, lifespan: Any = None) -> Any:
    name = office(services.office).name
    if lifespan is None:
        return create_app(services, security_of(settings), name)
    return create_app(services, security_of(settings), name, lifespan)


def twin_settings(core: Core, *, background: bool = True) -> TwinSettings:
    held = core.secrets.registers
    return TwinSettings(
        database_url=core.settings.database_url,
        api_keys={r: s.api_key.get_secret_value() for r, s in held.registers.items()},
        callback_secrets={
            r: s.callback_secret.get_secret_value() for r, s in held.registers.items()
        },
        admin_key=held.admin_key.get_secret_value(),
        callback_url=core.settings.public_url.rstrip("/"),
        public_url=core.settings.registers_url.rstrip("/"),
        background=background,
        poll_seconds=0.5,
        pool_size=4,
    )
