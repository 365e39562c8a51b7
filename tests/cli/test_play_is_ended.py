"""`banjian play` that somebody ends takes its PostgreSQL with it."""

import asyncio
import signal
import sys
from pathlib import Path

import psutil

SCENARIO = Path(__file__).parents[1] / "scenarios/establishment_registration/r01_runs_over.yaml"


def servers_of(pid: int) -> list[psutil.Process]:
    return [p for p in psutil.Process(pid).children(recursive=True) if "postgres" in p.name()]


async def test_a_terminated_story_leaves_no_server_behind() -> None:
    play = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).parent / "banjian"),
        "play",
        str(SCENARIO),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert play.stdout is not None
    async with asyncio.timeout(150):
        # Its first act is told when everything stands.
        while b"submit" not in await play.stdout.readline():
            pass
        servers = servers_of(play.pid)
        assert servers
        play.send_signal(signal.SIGTERM)
        assert await play.wait() == 143
    _gone, left = psutil.wait_procs(servers, timeout=10)
    assert not left
