"""Every command: help that says something, usage errors with status 2, and one page that names it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from banjian.cli import app
from tests.cli.invoke import banjian

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"

# Design §6: other programs rely on these names.
PROMISED = {
    "up", "demo", "play", "doctor", "clock explain", "case show", "task list", "audit verify",
    "replay check",
}  # fmt: skip


def leaves(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    # Typer brings its own copy of click: told by what they have, not by their class.
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child, leaf in children.items():
        yield from leaves(leaf, f"{name} {child}".strip())


COMMANDS = dict(leaves(typer.main.get_command(app)))


def options(command: Any) -> set[str]:
    return {
        option
        for parameter in command.params
        if parameter.param_type_name == "option"
        for option in parameter.opts
        if option.startswith("--") and option != "--help"
    }


def test_what_the_design_promises_is_there() -> None:
    assert set(COMMANDS) >= PROMISED


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_the_command_does(name: str) -> None:
    shown = banjian(*name.split(), "--help")
    assert (shown.status, shown.err) == (0, "")
    assert COMMANDS[name].help
    assert name in shown.out


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_is_a_usage_error_on_stderr(name: str) -> None:
    refused = banjian(*name.split(), "--no-such-option")
    assert (refused.status, refused.out) == (2, "")
    assert "--no-such-option" in refused.err


def test_without_arguments_the_help_is_shown() -> None:
    assert "case" in banjian().out + banjian().err
    assert banjian("no-such-command").status == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_the_reference_page_has_the_command_with_every_option(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    _, found, rest = page.partition(f"\n## banjian {name}\n")
    assert found, f"docs/reference/cli.md has no section of `banjian {name}`"
    section = rest.partition("\n## ")[0]
    missing = {o for o in options(COMMANDS[name]) if f"`{o}" not in section}
    assert not missing, f"banjian {name}: {sorted(missing)}"


def test_the_reference_page_has_no_command_that_is_gone() -> None:
    page = PAGE.read_text(encoding="utf-8")
    told = {
        line.removeprefix("## banjian ")
        for line in page.splitlines()
        if line.startswith("## banjian ")
    }
    assert told == set(COMMANDS)


def test_help_and_start_do_not_wait_for_the_whole_product() -> None:
    """`banjian up` and every `--help` import the command line only: a quarter of a second, not five."""
    heavy = ["fastapi", "sqlalchemy", "asyncpg", "temporalio.worker", "pyhanko", "typst"]
    told = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, banjian.cli; print([m for m in {heavy!r} if m in sys.modules])",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == "[]"
