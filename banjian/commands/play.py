"""`banjian play FILE…`: dated scenarios in skipped time, on a scratch database each."""

import asyncio
import contextlib
import json
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from banjian.player.story import Played, Scenario

# The player is the whole product: imported where it is used, no other command waits for it.


@contextlib.asynccontextmanager
async def scratch_database(server: str) -> AsyncIterator[str]:
    """A database of one story alone on the server, dropped afterwards."""
    import asyncpg

    plain = server.replace("postgresql+asyncpg://", "postgresql://")
    name = f"story_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(plain)
    await connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield plain.rsplit("/", 1)[0] + f"/{name}"
    finally:
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        await connection.close()


@contextlib.contextmanager
def server() -> Iterator[str]:
    """`DATABASE_URL`, else a PostgreSQL of our own for as long as the stories last."""
    if given := os.environ.get("DATABASE_URL"):
        yield given
        return
    from banjian.stack.postgres import PostgresServer

    with tempfile.TemporaryDirectory(prefix="banjian-play-") as folder:
        own = PostgresServer(Path(folder) / "pg", say=lambda _: None)
        own.start()
        try:
            yield own.url()
        finally:
            own.stop()


async def _play_all(scenarios: "list[Scenario]", quiet: bool) -> "list[Played]":
    from banjian.player.story import play
    from banjian.stack.signals import ends_when_terminated

    ends_when_terminated()
    done: list[Played] = []
    with server() as url:
        for scenario in scenarios:
            if not quiet:
                typer.echo(f"\n{scenario.scenario}")
            async with scratch_database(url) as database:
                say = (lambda _: None) if quiet else typer.echo
                done.append(await play(scenario, database, say))
    return done


def play_files(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, readable=True)],
    as_json: Annotated[bool, typer.Option("--json", help="one document on stdout")] = False,
) -> None:
    """Plays dated scenarios in skipped time and prints the timeline.

    Exit 0 when every expectation holds, 2 when a file is no scenario, 6 when an expectation fails.
    """
    from banjian.player.story import ScenarioError, load

    try:
        scenarios = [load(path) for path in files]
        played = asyncio.run(_play_all(scenarios, as_json))
    except ScenarioError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error
    except asyncio.CancelledError as ended:
        # SIGTERM, as a shell tells it.
        raise typer.Exit(143) from ended
    if as_json:
        typer.echo(
            json.dumps(
                [
                    {"scenario": p.name, "ok": p.ok, "failures": p.failures, "lines": p.lines}
                    for p in played
                ],
                ensure_ascii=False,
            )
        )
    else:
        failed = [p for p in played if not p.ok]
        typer.echo(f"\n{len(played) - len(failed)} passed, {len(failed)} failed")
    raise typer.Exit(0 if all(p.ok for p in played) else 6)
