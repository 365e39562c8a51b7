"""`banjian calendar …`: which days are worked and which paper says so; whether a year's file could be published.

Nothing here publishes: that needs two persons, on `/admin/calendars`.
"""

import asyncio
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from banjian.commands.beside import (
    FINDINGS,
    NOT_FOUND,
    AsJson,
    Data,
    fail,
    installation,
    print_json,
    said_plainly,
)
from law import calendar_upload
from law import calendars as law
from law.calendar_upload import UploadRefused
from law.calendars import Calendars
from law.provisional import STATUTE, statutory_holidays
from law.zone import civil_date

if TYPE_CHECKING:
    from datetime import datetime

    from law.calendar_data import CalendarEdition

app = typer.Typer(no_args_is_help=True, add_completion=False)

WEEKDAYS: Final = "一二三四五六日"
ENGLISH: Final[dict[str, str]] = {
    "too_large": "The file is over 64 KB: that is no calendar of one year.",
    "unreadable": "The file cannot be read as the JSON or CSV of a year's calendar, in UTF-8.",
    "wrong_year": "The file is of another year, or the year is none.",
    "no_source": "The notice is missing: name it, with its https address.",
    "no_days": "No days, or far too many for one year.",
    "overlap": "A day stands there twice, or both off and worked.",
    "impossible_date": "There is no such day; write it as 2027-01-31.",
    "make_up_on_weekday": "A day worked in exchange is no weekend: it is worked anyway.",
    "outside_year": "A day belongs to another year.",
    "statutory_day_missing": "A statutory holiday is missing, or worked.",
    "same_as_in_force": "It is the edition in force already.",
    "year_over": "The year is over: only a correction is taken, with a reason.",
}
"""What each code of a refusal says, for those who do not read the message."""


@dataclass(frozen=True)
class InForce:
    """The calendars that hold: of the installation, where a database is configured, else of this release."""

    calendars: Calendars
    now: "datetime | None"

    @property
    def source(self) -> str:
        return "release" if self.now is None else "installation"


@app.callback()
def root() -> None:
    """节假日安排：哪天上班，依据哪份通知；一年的文件能不能公布。"""


@app.command("list")
def list_editions(data: Data = None, as_json: AsJson = False) -> None:
    """列出各年现行的版本和来源通知。有数据库地址的，连同本机关公布的。"""
    found = _in_force(data)
    editions = list(reversed(found.calendars.editions))
    if as_json:
        print_json({"source": found.source, "in_force": [_edition(e) for e in editions]})
        return
    for edition in editions:
        own = "" if law.is_shipped(edition.pin) else "  本机关公布"
        print(f"{edition.year}  {edition.pin:<9}{edition.source}{own}")
    print(_of(found))


@app.command("show")
def show(
    year: Annotated[int, typer.Argument(metavar="YEAR", min=1949, max=2200, help="年份")],
    day: Annotated[str | None, typer.Option("--day", help="只看这一天，例如 2026-10-10")] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """一年的放假和调休上班，或者其中一天是不是工作日、依据哪份通知。退出码 3：没有这一年的安排。"""
    wanted = _day_of(year, day) if day is not None else None
    found = _in_force(data)
    held = found.calendars
    if year < held.editions[0].year:
        fail(NOT_FOUND, f"没有 {year} 年的安排；最早的是 {held.editions[0].year} 年。")
    if wanted is not None:
        _show_day(held, wanted, as_json)
        return
    edition = next((e for e in held.editions if e.year == year), None)
    named = {d.date for d in edition.days} if edition is not None else set(statutory_holidays(year))
    days = [_day_json(held, one) for one in sorted(named)]
    works = held.workdays_between(date(year - 1, 12, 31), date(year, 12, 31))
    if as_json:
        papers = edition.to_json()["papers"] if edition is not None else []
        print_json(
            {
                "year": year,
                "edition": edition.pin if edition is not None else None,
                "provisional": edition is None,
                "shipped": edition is not None and law.is_shipped(edition.pin),
                "papers": papers,
                "workdays": works,
                "days": days,
            }
        )
        return
    if edition is None:
        print(f"{year} 年的通知还没有：日期是暂定的，只按{STATUTE}，不知道调休上班。")
    else:
        for paper in edition.papers:
            print(f"{edition.pin}  {paper.title}  {paper.document_number or ''}\n  {paper.url}")
    for row in days:
        print(_line(row))
    print(f"全年 {works} 个工作日{'（暂定）' if edition is None else ''}")


@app.command("validate")
def validate(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="一年的安排：JSON 或者 CSV")],
    year: Annotated[
        int | None, typer.Option("--year", help="年份；JSON 自己写明，CSV 必须给出")
    ] = None,
    title: Annotated[str, typer.Option("--title", help="CSV 的来源通知：名称")] = "",
    document_number: Annotated[str, typer.Option("--document-number", help="文号")] = "",
    issued_on: Annotated[str, typer.Option("--issued-on", help="印发日期")] = "",
    url: Annotated[str, typer.Option("--url", help="https 网址")] = "",
    reason: Annotated[str, typer.Option("--reason", help="更正已经过去的年份的理由")] = "",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """按上传时的同一套规则检查文件，逐项说明问题。只检查，不公布。退出码 6：不能公布；3：没有这个文件。"""
    try:
        content = file.read_bytes()
    except OSError as error:
        fail(NOT_FOUND, f"✗ 读不到文件 {file}（{type(error).__name__}）")
    is_json = content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{")
    if year is None and not is_json:
        raise typer.BadParameter("CSV 要用 --year 说明是哪一年的", param_hint="--year")
    paper = calendar_upload.Paper(title, document_number, issued_on, url)
    found = _in_force(data)
    try:
        rows = calendar_upload.read(content, year or 0, paper)
        stated = rows.get("year")
        meant = year if year is not None else stated if type(stated) is int else 0
        edition = calendar_upload.check(
            rows,
            meant,
            # Without a clock of the installation no year is over.
            today=civil_date(found.now) if found.now is not None else date.min,
            in_force=found.calendars,
            reason=reason,
        )
    except UploadRefused as refused:
        _refused(refused, as_json)
        raise typer.Exit(FINDINGS) from None
    off = sum(not d.works for d in edition.days)
    if as_json:
        print_json(
            {
                "ok": True,
                "year": edition.year,
                "paper": edition.source,
                "off_days": off,
                "workdays": len(edition.days) - off,
                "compared_with": found.source,
                "problems": [],
            }
        )
        return
    print(
        f"✓ {edition.year} 年：放假 {off} 天，调休上班 {len(edition.days) - off} 天，依据 {edition.source}"
    )
    print("  没有公布：请在 /admin/calendars 上传，看过变动的期限后由第二人批准。")
    if found.now is None:
        print("  没有数据库地址，没有检查这一年是否已经过去，也没有与本机关公布的版本比较。")


@app.command("status")
def status(
    number: Annotated[int | None, typer.Argument(metavar="[NUMBER]", help="只看这一件")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="最多列出多少件")] = 20,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """公布和撤回办到哪里：谁提出、谁批准、变动多少期限、还要多久。退出码 3：没有这一件。"""
    with said_plainly():
        items = asyncio.run(_publications(number, limit, data))
    if not items and number is not None:
        fail(NOT_FOUND, f"没有这一件：{number}")
    if as_json:
        print_json({"items": [document for _line, document in items]})
        return
    for told, _document in items:
        print(told)
    print(f"{len(items)} 件")


def _refused(refused: UploadRefused, as_json: bool) -> None:
    if as_json:
        problems = [
            {"code": p.code, "message": p.message, "message_en": ENGLISH[p.code]}
            for p in refused.problems
        ]
        print_json({"ok": False, "problems": problems})
        return
    for problem in refused.problems:
        print(f"✗ {problem.code}  {problem.message}\n    {ENGLISH[problem.code]}")
    print(f"{len(refused.problems)} 处要改正，不能公布。")


def _show_day(held: Calendars, day: date, as_json: bool) -> None:
    row = _day_json(held, day)
    if as_json:
        print_json(row)
    else:
        print(_line(row))


def _day_json(held: Calendars, day: date) -> dict[str, Any]:
    found = held.day(day)
    return {
        "date": day.isoformat(),
        "kind": "workday" if found.works else "off_day",
        "reason": found.reason_zh,
        "source": found.source or None,
        "provisional": held.is_guess(day),
    }


def _line(row: dict[str, Any]) -> str:
    day = date.fromisoformat(row["date"])
    kind = "上班" if row["kind"] == "workday" else "不上班"
    source = f"〔{row['source']}〕" if row["source"] else ""
    guess = "  暂定" if row["provisional"] else ""
    return f"{day}（周{WEEKDAYS[day.weekday()]}）  {kind}  {row['reason']}{source}{guess}"


def _day_of(year: int, text: str) -> date:
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            raise ValueError(text)
        found = date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"没有这一天：{text}", param_hint="--day") from None
    if found.year != year:
        raise typer.BadParameter(f"{text} 不在 {year} 年", param_hint="--day")
    return found


def _edition(edition: "CalendarEdition") -> dict[str, Any]:
    from api.views.calendars import edition_json

    return edition_json(edition)


def _of(found: InForce) -> str:
    where = "随程序发布的" if found.now is None else "本机关现行的"
    return f"{len(found.calendars.editions)} 年，{where}版本"


def _in_force(data: Path | None) -> InForce:
    with said_plainly():
        now = asyncio.run(_loaded(data))
    return InForce(law.default_calendars(), now)


async def _loaded(data: Path | None) -> "datetime | None":
    """Learns what the installation published; its clock, None where no database is configured."""
    from banjian.settings import Settings
    from banjian.stack.addresses import resolve
    from storage.accounts import current_instant
    from storage.calendars import load
    from storage.engine import create_engine
    from storage.schema import schema_of

    settings = resolve(Settings() if data is None else Settings(banjian_data=data))
    if not settings.database_url:
        return None
    engine = create_engine(settings.database_url, pool_size=1)
    try:
        (await schema_of(engine)).require()
        await load(engine)
        return await current_instant(engine)
    finally:
        await engine.dispose()


async def _publications(
    number: int | None, limit: int, data: Path | None
) -> list[tuple[str, dict[str, Any]]]:
    """A line and the document of each, the newest first."""
    from api.views import calendars as views
    from storage import calendar_moves as moved
    from storage import calendar_publications as read
    from storage.calendars import load

    async with installation(data) as core:
        # Their editions are read by every process that follows them.
        await load(core.engine)
        async with core.engine.connect() as connection:
            if number is None:
                found = await read.publications(connection, limit)
            else:
                try:
                    found = [await read.publication(connection, number)]
                except read.NoSuchPublication:
                    found = []
            items = []
            for of in found:
                state = views.state_text(of)
                if of.state == "applying":
                    state += f" {of.percent}% {views.rest_text(of)}".rstrip()
                second = of.approved_name or of.refused_name or "—"
                line = (
                    f"{of.id}  {views.what_text(of)}  {state}  {of.ordered_name} → {second}"
                    f"  变动 {of.moved}/{of.foreseen}  {of.edition.source}"
                )
                procedures = await moved.by_procedure(connection, of.id)
                items.append((line, views.publication_json(of, procedures)))
    return items
