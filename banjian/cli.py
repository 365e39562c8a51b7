"""The command line. `banjian --help` lists what it does."""

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, help="办件: cases under statutory clocks")


@app.callback()
def root() -> None:
    """办件: cases under statutory clocks."""


def main() -> None:
    app()
