"""`python -m banjian.serve api|twins --port N`: the HTTP processes of an installation."""

import contextlib
from collections.abc import AsyncIterator
from typing import Annotated

import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from banjian.compose import api_of, connect_engine, core_of, services_of, twin_settings
from banjian.settings import Settings, check_start
from registers.twins.app import create_twins

app = typer.Typer(add_completion=False)
Port = Annotated[int, typer.Option(min=1, max=65535)]


async def build(settings: Settings) -> FastAPI:
    core = core_of(settings)
    client = await connect_engine(core, lazy=True)
    services = services_of(core, client, offset=lambda: settings.banjian_story_offset, sweep=True)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        await core.engine.dispose()

    made: FastAPI = api_of(services, settings, lifespan)
    return made


async def listen(application: FastAPI, host: str, port: int) -> None:
    config = uvicorn.Config(
        application,
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    await uvicorn.Server(config).serve()


@app.command()
def api(port: Port) -> None:
    """REST and pages. The engine's client connects at first use: receipts work while it is down."""
    settings = Settings()
    check_start(settings)

    async def main() -> None:
        await listen(await build(settings), settings.api_host, port)

    uvloop.run(main())


@app.command()
def twins(port: Port) -> None:
    """The register twins."""
    settings = Settings()
    core = core_of(settings, pool_size=2)
    uvloop.run(listen(create_twins(twin_settings(core)), "127.0.0.1", port))


if __name__ == "__main__":
    app()
