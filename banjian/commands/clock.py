"""`banjian clock explain`: when a statutory clock ends, and the reason of every day."""

import json
from datetime import date, datetime
from typing import Annotated, NoReturn

import typer

from law.calendars import default_calendars
from law.clocks import Clock, Unit, UnknownClock, find_clock
from law.deadlines import DeadlineError, Suspension, deadline
from law.explain import explain as explain_lines
from law.suspensions_given import check_within
from law.zone import CST

EXIT_UNKNOWN = 3
EXIT_INVALID = 5

app = typer.Typer(no_args_is_help=True, help="Explain the statutory clocks (法定期限).")


@app.callback()
def clock_root() -> None:
    """Explain the statutory clocks (法定期限)."""


@app.command()
def explain(
    clock_id: Annotated[str, typer.Argument(metavar="ID", help="Clock id, for example R01.")],
    start: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="INSTANT",
            help="The event: 2026-09-23 or 2026-09-23T10:00; Beijing time where no offset is given.",
        ),
    ],
    extended: Annotated[bool, typer.Option("--extended", help="With the extension.")] = False,
    extension: Annotated[
        int | None, typer.Option(help="Granted length, where the approver sets it.")
    ] = None,
    length: Annotated[int | None, typer.Option(help="Length, where a case sets it.")] = None,
    unit: Annotated[str | None, typer.Option(help="Unit of --length: WD, CD, H, MO or Y.")] = None,
    suspend: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FROM..TO[:GROUND]", help="Days not counted; without TO the clock stands still."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """When the clock ends, with the reason of every day. Exit 3: unknown clock; 5: refused."""
    try:
        clock = find_clock(clock_id)
    except UnknownClock as error:
        _fail(EXIT_UNKNOWN, "unknown-clock", str(error), as_json)
    trigger = _trigger(start)
    suspensions = [_suspension(text, clock) for text in suspend or ()]
    try:
        result = deadline(
            clock,
            trigger,
            default_calendars(),
            length=length,
            unit=_unit(unit),
            suspensions=suspensions,
            extended=extended,
            extension=extension,
        )
        check_within(result, suspensions)
    except DeadlineError as error:
        _fail(EXIT_INVALID, error.code, str(error), as_json)
    if as_json:
        typer.echo(json.dumps(result.to_json(), ensure_ascii=False))
    else:
        typer.echo("\n".join(explain_lines(result)))


def _trigger(text: str) -> datetime | date:
    try:
        if len(text) == 10:
            return date.fromisoformat(text)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"not an ISO date or instant: {text}") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=CST)


def _unit(text: str | None) -> Unit | None:
    if text is None:
        return None
    try:
        return Unit(text.upper())
    except ValueError:
        raise typer.BadParameter(f"not a unit: {text}") from None


def _suspension(text: str, clock: Clock) -> Suspension:
    span, _, ground = text.partition(":")
    first, dots, last = span.partition("..")
    try:
        if not dots:
            raise ValueError
        begin = date.fromisoformat(first)
        end = date.fromisoformat(last) if last else None
    except ValueError:
        raise typer.BadParameter(f"not FROM..TO[:GROUND]: {text}") from None
    # Unnamed: the row's first ground. A row that allows none is refused by the arithmetic.
    named = ground or (clock.suspension[0].value if clock.suspension else "unspecified")
    return Suspension(begin, end, named)


def _fail(status: int, code: str, message: str, as_json: bool) -> NoReturn:
    body = {"error": code, "message": message}
    typer.echo(json.dumps(body, ensure_ascii=False) if as_json else message, err=True)
    raise typer.Exit(status)
