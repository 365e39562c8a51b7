"""The API's means: apart from the worker's, which never loads a web framework."""

from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from temporalio.client import Client

from api.acts import Acts
from api.app import create_app
from api.security.settings import Limits, SecuritySettings
from api.services import Services
from banjian.compose import API_KEY_ID, Core
from banjian.engine_records import ClientRecords
from banjian.secret_files import SigningSecret
from banjian.settings import Settings
from domain import signing
from law.offices import DEFAULT_OFFICE, office
from workflows.calendars import begin
from workflows.dispatch import Dispatcher


def services_of(
    core: Core, client: Client, *, offset: Callable[[], float], sweep: bool
) -> Services:
    signer = signing.CommandSigner(
        API_KEY_ID, SigningSecret.load(core.settings.secrets_folder).private_key
    )
    sender = Dispatcher(client, offset=offset, sweep=sweep)
    return Services(
        engine=core.engine,
        keys=core.keys,
        acts=Acts(core.engine, core.keys, sender, signer),
        signer=signer,
        files=core.files,
        engine_records=ClientRecords(lambda: client, core.engine, core.files, core.keys),
        callback_secrets={
            r.value: s.callback_secret.get_secret_value()
            for r, s in core.secrets.registers.registers.items()
        },
        public_url=core.settings.public_url.rstrip("/"),
        office=DEFAULT_OFFICE,
        begin_calendar=partial(begin, client),
    )


def security_of(settings: Settings) -> SecuritySettings:
    host = urlsplit(settings.public_url).hostname or "127.0.0.1"
    return SecuritySettings(
        environment=settings.banjian_env,
        public_origin=settings.public_url.rstrip("/"),
        allowed_hosts=settings.hosts | {host}
        if settings.banjian_env == "production"
        else settings.hosts | {host, "127.0.0.1", "localhost"},
        trusted_proxies=settings.proxies,
        # A story signs its people in again at every leap of time.
        limits=Limits(
            attempts_per_address="100000 per minute", attempts_overall="100000 per minute"
        )
        if settings.banjian_env == "test"
        else Limits(),
    )


def api_of(services: Services, settings: Settings, lifespan: Any = None) -> Any:
    name = office(services.office).name
    if lifespan is None:
        return create_app(services, security_of(settings), name)
    return create_app(services, security_of(settings), name, lifespan)
