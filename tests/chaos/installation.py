"""One stack of real processes in a folder of its own, with its people and its registers' habits."""

import contextlib
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from pathlib import Path

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from temporalio.client import Client

from api.security import passwords as hashing
from banjian.compose import Core, connect_engine, core_of
from banjian.player.bureau import seed
from banjian.settings import Settings
from banjian.stack.layout import TWINS, Program
from banjian.stack.supervisor import LocalStack
from domain.roles import Role
from storage import accounts
from tests.chaos.crash import CrashPlan
from tests.chaos.openings import FOUNDERS

PARTS = ("worker", "temporal", "twins", "postgres", "api")
AUTO_ANSWER_SECONDS = 0.5
# A killed server loses nothing that it wrote to the system's cache; only a power cut would.
POSTGRES = {"fsync": "off", "full_page_writes": "off"}


@dataclass
class Installation:
    """A running stack. `http` speaks to the API, `twins` to the registers as their administrator."""

    stack: LocalStack
    core: Core
    engine: Client
    passwords: dict[str, str]
    http: httpx.AsyncClient
    twins: httpx.AsyncClient
    crash: CrashPlan


def programs(mutant: str | None) -> tuple[Program, ...]:
    """The shipped twins; worker and API through the entry modules that know crash points."""
    more = ("--mutant", mutant) if mutant else ()
    return (
        TWINS,
        Program("worker", ("-m", "tests.chaos.worker", *more)),
        Program("api", ("-m", "tests.chaos.api", "--port", "{port}"), "/readyz"),
    )


async def found(engine: AsyncEngine, names: Collection[str]) -> dict[str, str]:
    """Applicants besides the bureau's own, all with one password: hashing costs more than all the rest."""
    password = secrets.token_urlsafe(12)
    hashed = await hashing.hashed(password)
    async with AsyncSession(engine) as session:
        for name in names:
            await accounts.create_account(
                session,
                sign_in=name,
                display_name=name,
                password_hash=hashed,
                roles=frozenset({Role.APPLICANT}),
                office="",
            )
        await session.commit()
    return dict.fromkeys(names, password)


@contextlib.asynccontextmanager
async def installation(
    mutant: str | None = None, keep: Path | None = None
) -> AsyncIterator[Installation]:
    """A fresh stack, stopped and swept away afterwards.

    Args:
        mutant: one of `patches.MUTANTS`, put into the worker.
        keep: where the logs are copied to at the end.
    """
    folder = Path(tempfile.mkdtemp(prefix="banjian-chaos-"))
    said = folder / "supervisor.log"

    def say(line: str) -> None:
        with said.open("a") as out:
            out.write(f"{line}\n")

    ambient = Settings(
        banjian_env="test",
        database_url="",
        temporal_address="",
        temporal_namespace="default",
        registers_url="",
        public_url="",
        banjian_secrets=None,
        banjian_files=None,
        api_port=0,
        twins_port=0,
        temporal_port=0,
        postgres_port=0,
        banjian_story_offset=0.0,
    )
    try:
        async with contextlib.AsyncExitStack() as held:
            stack = await held.enter_async_context(
                LocalStack(
                    folder / "data",
                    settings=ambient,
                    programs=programs(mutant),
                    say=say,
                    postgres_settings=POSTGRES,
                )
            )
            core = core_of(stack.settings)
            held.push_async_callback(core.engine.dispose)
            engine = await connect_engine(core)
            admin = core.secrets.registers.admin_key.get_secret_value()
            http = await held.enter_async_context(
                httpx.AsyncClient(base_url=stack.addresses["public_url"], timeout=15)
            )
            twins = await held.enter_async_context(
                httpx.AsyncClient(
                    base_url=stack.addresses["registers_url"],
                    headers={"Authorization": f"Bearer {admin}"},
                    timeout=15,
                )
            )
            for register in ("identity", "signature"):
                done = await twins.put(
                    "/admin/behaviours",
                    json={"register": register, "auto_answer_seconds": AUTO_ANSWER_SECONDS},
                )
                done.raise_for_status()
            passwords = await seed(core.engine) | await found(core.engine, FOUNDERS)
            plan = CrashPlan(stack.data)
            yield Installation(stack, core, engine, passwords, http, twins, plan)
    finally:
        if keep is not None:
            shutil.copytree(folder / "data" / "logs", keep, dirs_exist_ok=True)
            shutil.copy(said, keep) if said.exists() else None
        shutil.rmtree(folder, ignore_errors=True)
