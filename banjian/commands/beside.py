"""For commands beside a running installation: its addresses, its means, and failures said in words."""

import asyncio
import contextlib
import getpass
import json
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn, TypeVar

import typer

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from banjian.compose import Core

T = TypeVar("T")

OK, ERROR, USAGE, NOT_FOUND, CONFLICT, INVALID, FINDINGS = range(7)

Data = Annotated[Path | None, typer.Option("--data", help="数据文件夹")]
AsJson = Annotated[bool, typer.Option("--json", help="在标准输出给出一个 JSON 文档")]
Reason = Annotated[str, typer.Option("--reason", help="原因，记入管理日志")]


class NotRunning(Exception):
    """A part of the installation has no address or does not answer; the message says what to do."""


def fail(status: int, message: str) -> NoReturn:
    """Say it on stderr and leave with the status."""
    print(message, file=sys.stderr)
    raise typer.Exit(status)


def print_json(document: Any) -> None:
    """The one document on stdout."""
    print(json.dumps(document, ensure_ascii=False, indent=1))


def operator() -> str:
    """Who gave the command, as the operating system knows them: for the log, not for permission."""
    return f"os:{os.environ.get('SUDO_USER') or getpass.getuser()}"[:64]


@contextlib.contextmanager
def said_plainly() -> Iterator[None]:
    """What stops a command beside a stack, as one line and exit 1 instead of a traceback."""
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

    from banjian.secret_files import SecretsError
    from storage.schema import WrongSchema

    try:
        yield
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = ".".join(map(str, first["loc"])).upper()
        fail(INVALID, f"✗ 设置 {name} 无效：{first['msg']}")
    except (NotRunning, SecretsError, WrongSchema) as error:
        fail(ERROR, f"✗ {error}")
    except (OSError, OperationalError, InterfaceError) as error:
        fail(ERROR, f"✗ 数据库没有应答（{type(error).__name__}）。先运行 banjian up。")
    except DBAPIError as error:
        # It answered: a word on what it refuses, without the values of the statement.
        fail(ERROR, f"✗ 数据库拒绝：{str(error.orig).splitlines()[0]}。运行 banjian doctor。")


@contextlib.asynccontextmanager
async def installation(data: Path | None) -> AsyncIterator["Core"]:
    """Engine, keys and files of the installation: of the environment, else of the local stack.

    Raises:
        NotRunning: there is no address of a database.
        SecretsError: the secrets of this data folder are missing or broken.
        WrongSchema: the database is behind or ahead of this code.
    """
    # Imported here: the command line's help must not wait for the engine's client.
    from banjian.compose import core_of
    from banjian.settings import Settings
    from banjian.stack.addresses import resolve
    from storage.schema import schema_of

    settings = Settings() if data is None else Settings(banjian_data=data)
    settings = resolve(settings)
    if not settings.database_url:
        raise NotRunning(
            f"数据文件夹 {settings.banjian_data} 里没有运行过的系统。"
            "先运行 banjian up，或者用 --data 指定数据文件夹。"
        )
    core = core_of(settings, pool_size=2)
    try:
        (await schema_of(core.engine)).require()
        yield core
    finally:
        await core.engine.dispose()


def in_one_transaction(work: Callable[["AsyncSession"], Awaitable[T]], data: Path | None) -> T:
    """The command's work in a session of the installation, all of it or nothing; failures in words."""

    async def inside() -> T:
        from sqlalchemy.ext.asyncio import async_sessionmaker

        async with installation(data) as core, async_sessionmaker(core.engine).begin() as db:
            return await work(db)

    with said_plainly():
        return asyncio.run(inside())
