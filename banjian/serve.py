"""`python -m banjian.serve api|twins --port N`: the HTTP processes of an installation."""

import contextlib
import sys
from collections.abc import AsyncIterator

import uvicorn
import uvloop
from fastapi import FastAPI

from banjian.secret_files import SITE_SECRETS, TWIN_SECRETS
from banjian.settings import Settings, check_start
from banjian.starting import built, refusals_said

# Longer than clients and proxies keep theirs (5 to 60 seconds): a connection that the server closes just
# when it is used again is an error to the other side, and nobody knows whether the request was read.
KEEP_ALIVE = 75


async def build_api(settings: Settings) -> FastAPI:
    """The API over its means. The engine's client connects at first use: receipts work while it is down."""
    # Imported here: the twins' process shares this module and needs neither engine nor pages.
    from banjian.calendars import kept_known
    from banjian.compose import connect_engine, core_of, refuse_unfit_database
    from banjian.compose_api import api_of, services_of

    core = core_of(settings)
    await refuse_unfit_database(core)
    client = await connect_engine(core, lazy=True)
    services = services_of(core, client, offset=lambda: settings.banjian_story_offset, sweep=True)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with kept_known(core.engine):
            yield
        await services.settled()
        await core.engine.dispose()

    made: FastAPI = api_of(services, settings, lifespan)
    return made


def build_twins(settings: Settings) -> FastAPI:
    from banjian.compose_twins import twin_settings
    from registers.twins.app import create_twins

    return create_twins(twin_settings(settings))


async def listen(application: FastAPI, host: str, port: int) -> None:
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_level="warning",
        # People's links stand in paths.
        access_log=False,
        server_header=False,
        # The application knows the installation's proxies; the server would believe its own list.
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        timeout_keep_alive=KEEP_ALIVE,
    )
    built()
    await uvicorn.Server(config).serve()


async def serve(what: str, port: int) -> None:
    settings = Settings()
    check_start(settings, needs=SITE_SECRETS if what == "api" else TWIN_SECRETS)
    if what == "api":
        await listen(await build_api(settings), settings.api_host, port)
    else:
        await listen(build_twins(settings), settings.twins_host, port)


def main(arguments: list[str]) -> int:
    match arguments:
        case [("api" | "twins") as what, "--port", number] if number.isdigit():
            with refusals_said():
                uvloop.run(serve(what, int(number)))
            return 0
        case _:
            print("usage: python -m banjian.serve api|twins --port N", file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
