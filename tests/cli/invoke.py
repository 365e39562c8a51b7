"""The command line as a script sees it: status, stdout, stderr."""

import asyncio
import json
from typing import Any, NamedTuple

from typer.testing import CliRunner

from banjian.cli import app


class Answer(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document of stdout; anything beside it is a failure."""
        return json.loads(self.out)


def banjian(*arguments: str, typed: str | None = None) -> Answer:
    """`typed`: what a person answers to a prompt."""
    result = CliRunner().invoke(app, list(arguments), input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Answer(result.exit_code, result.stdout, result.stderr)


async def beside(*arguments: str, typed: str | None = None) -> Answer:
    """While a stack runs in this process' loop: a command starts a loop of its own."""
    return await asyncio.to_thread(banjian, *arguments, typed=typed)
