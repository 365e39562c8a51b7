"""A year's calendar as an administrator uploads it: read, checked, refused with what to do.

The checks are stricter than those of a shipped edition, which tests compare with a second source: here nobody
does. The statutory days are those of 全国年节及纪念日放假办法 (2024 revision, in force from 2025): 元旦 1,
春节 4, 清明 1, 劳动 2, 端午 1, 中秋 1, 国庆 3.
"""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from law.calendar_data import CalendarEdition, EditionInvalid, parse_edition
from law.calendars import UPLOADED_FROM, Calendars
from law.provisional import STATUTE, statutory_holidays

STATUTE_FROM: Final = 2025
MOST_BYTES: Final = 64 * 1024
MOST_DAYS: Final = 120
MOST_SHOWN: Final = 20
YEARS: Final = range(2000, 2200)
_KINDS: Final = ("workday", "off_day")
_URL = re.compile(r"https://[a-z0-9.-]+(/\S*)?\Z")


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with the file. `code` is stable, `message` says what to do."""

    code: str
    message: str


class UploadRefused(ValueError):
    """The file cannot be published; nothing was kept."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("；".join(problem.message for problem in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Paper:
    """The notice beside a CSV file, which has no place for it."""

    title: str = ""
    document_number: str = ""
    issued_on: str = ""
    url: str = ""

    def to_json(self) -> dict[str, Any]:
        return {
            "title": self.title.strip(),
            "document_number": self.document_number.strip() or None,
            "issued_on": self.issued_on.strip() or None,
            "url": self.url.strip(),
            "note": None,
        }


def read(content: bytes, year: int, paper: Paper | None = None) -> dict[str, Any]:
    """The file's data: JSON as an edition prints itself, or CSV with date, kind and holiday.

    Raises:
        UploadRefused: neither of both.
    """
    if len(content) > MOST_BYTES:
        raise UploadRefused(
            Problem("too_large", "文件超过 64 KB，不像一年的放假安排，请检查文件。")
        )
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        raise UploadRefused(
            Problem("unreadable", "文件不是 UTF-8 编码，请另存为 UTF-8 后重新上传。")
        ) from None
    if not text:
        raise UploadRefused(Problem("unreadable", "文件是空的，请选择该年的 JSON 或者 CSV 文件。"))
    return _json(text) if text.startswith("{") else _csv(text, year, paper or Paper())


def _json(text: str) -> dict[str, Any]:
    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        twice = [key for key, count in Counter(key for key, _ in items).items() if count > 1]
        if twice:
            raise ValueError(f"{twice[0]} 写了两次")
        return dict(items)

    try:
        data = json.loads(text, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise UploadRefused(
            Problem("unreadable", f"JSON 不能读取（{str(error)[:120]}），请改正后重新上传。")
        ) from None
    assert isinstance(data, dict), "it begins with a brace"
    return data


def _csv(text: str, year: int, paper: Paper) -> dict[str, Any]:
    rows = csv.DictReader(io.StringIO(text))
    names = set(rows.fieldnames or ())
    holiday = next((n for n in ("holiday", "holiday_name") if n in names), "")
    if not {"date", "kind"} <= names or not holiday:
        raise UploadRefused(
            Problem(
                "unreadable",
                "CSV 的第一行应为 date,kind,holiday；kind 为 off_day（放假）或者 workday（调休上班）。",
            )
        )
    kept = [
        {"date": r["date"] or "", "kind": r["kind"] or "", "holiday": r[holiday] or ""}
        for r in rows
        # A table of several years names the notice's year in each row.
        if not r.get("notice_year") or r["notice_year"] == str(year)
    ]
    return {"year": year, "papers": [paper.to_json()], "days": kept}


def check(
    data: Mapping[str, Any], year: int, *, today: date, in_force: Calendars, reason: str
) -> CalendarEdition:
    """The edition that the file describes, its version still open (`numbered`).

    Args:
        data: as `read` gave it.
        year: the year for which the administrator uploads it.
        today: civil date in Shanghai.
        in_force: the editions that are in force.
        reason: why a year that is over is corrected; may be empty for any other.

    Raises:
        UploadRefused: everything that is wrong, at most twenty problems.
    """
    if year not in YEARS:
        raise UploadRefused(Problem("wrong_year", f"年份应在 {YEARS[0]} 至 {YEARS[-1]} 之间。"))
    if not _printable(data):
        raise UploadRefused(Problem("unreadable", "文件里有不能显示的字符，请删去后重新上传。"))
    problems = [*_shape(data, year)]
    if not problems:
        problems += _days(data["days"], year)
    if not problems:
        try:
            edition = parse_edition(
                {**data, "version": UPLOADED_FROM, "days": sorted(data["days"], key=_date)},
                "上传的文件",
            )
        except EditionInvalid as error:
            raise UploadRefused(Problem("unreadable", f"{error}。请改正后重新上传。")) from None
        problems += _lawful(edition, in_force)
    if year < today.year and not reason.strip():
        problems.append(
            Problem(
                "year_over",
                f"{year} 年已经过去，只能作为更正上传：请写明更正的理由和依据。",
            )
        )
    if problems:
        raise UploadRefused(*problems[:MOST_SHOWN])
    return edition


def numbered(edition: CalendarEdition, version: int) -> CalendarEdition:
    """The edition under its own pin. Raises EditionInvalid."""
    return parse_edition({**edition.to_json(), "version": version}, "上传的文件")


def _printable(value: Any, depth: int = 0) -> bool:
    if depth > 8:
        return False
    if isinstance(value, str):
        return value.isprintable()
    if isinstance(value, Mapping):
        return all(_printable(part, depth + 1) for pair in value.items() for part in pair)
    return not isinstance(value, list) or all(_printable(part, depth + 1) for part in value)


def _shape(data: Mapping[str, Any], year: int) -> list[Problem]:
    found = set(data) - {"version"}
    if found != {"year", "papers", "days"}:
        odd = "、".join(sorted(found ^ {"year", "papers", "days"}))
        return [Problem("unreadable", f"文件应有 year、papers、days 三项，请检查：{odd[:200]}。")]
    problems = []
    if data["year"] != year:
        problems.append(
            Problem(
                "wrong_year",
                f"文件写的是 {str(data['year'])[:20]} 年，您上传的是 {year} 年，请核对文件和年份。",
            )
        )
    papers = data["papers"]
    named = isinstance(papers, list) and papers and all(_has_source(p) for p in papers)
    if not named:
        problems.append(
            Problem(
                "no_source",
                "没有来源：请写明通知的名称和 https 网址（国务院办公厅公布的页面）。",
            )
        )
    days = data["days"]
    if not isinstance(days, list) or not days:
        problems.append(Problem("no_days", "文件里没有任何日期，请上传该年完整的放假安排。"))
    elif len(days) > MOST_DAYS:
        problems.append(
            Problem("no_days", f"日期超过 {MOST_DAYS} 个，不像一年的放假安排，请检查。")
        )
    return problems


def _has_source(paper: Any) -> bool:
    if not isinstance(paper, dict):
        return False
    title, url = paper.get("title"), paper.get("url")
    return (
        isinstance(title, str)
        and bool(title.strip())
        and isinstance(url, str)
        and _URL.match(url) is not None
    )


def _days(rows: list[Any], year: int) -> list[Problem]:
    problems: list[Problem] = []
    kinds: dict[date, set[str]] = {}
    times: Counter[date] = Counter()
    for number, row in enumerate(rows, 1):
        if not isinstance(row, dict) or set(row) != {"date", "kind", "holiday"}:
            problems.append(
                Problem("unreadable", f"第 {number} 个日期应有 date、kind、holiday 三项，请改正。")
            )
            continue
        try:
            day = _date(row)
        except (TypeError, ValueError):
            shown = str(row["date"])[:30]
            problems.append(
                Problem(
                    "impossible_date", f"没有“{shown}”这一天，请核对通知，写法如 {year}-01-01。"
                )
            )
            continue
        if row["kind"] not in _KINDS:
            problems.append(
                Problem("unreadable", f"{day} 的类别应为 off_day（放假）或者 workday（调休上班）。")
            )
            continue
        kinds.setdefault(day, set()).add(row["kind"])
        times[day] += 1
        problems += _one_day(day, row["kind"], year)
    for day, count in sorted(times.items()):
        if len(kinds[day]) > 1:
            problems.append(Problem("overlap", f"{day} 既是放假又是调休上班，请按通知只留一种。"))
        elif count > 1:
            problems.append(Problem("overlap", f"{day} 写了两次，请删去一行。"))
    return problems


def _one_day(day: date, kind: str, year: int) -> list[Problem]:
    if kind == "off_day" and day.year != year:
        return [
            Problem(
                "outside_year",
                f"放假的 {day} 不在 {year} 年，请删去；属于相邻年份的，作为那一年的更正上传。",
            )
        ]
    if abs((day - date(year, 7, 1)).days) > 183 + 31:
        return [Problem("outside_year", f"{day} 不属于 {year} 年的安排，请核对年份。")]
    if kind == "workday" and day.weekday() < 5:
        return [
            Problem(
                "make_up_on_weekday",
                f"调休上班的 {day} 不是周末，本来就是工作日，请核对通知。",
            )
        ]
    return []


def _lawful(edition: CalendarEdition, in_force: Calendars) -> list[Problem]:
    problems = []
    alone = Calendars([edition])
    if edition.year >= STATUTE_FROM:
        missing = [
            f"{name} {day.month} 月 {day.day} 日"
            for day, name in sorted(statutory_holidays(edition.year).items())
            if alone.is_workday(day)
        ]
        if missing:
            problems.append(
                Problem(
                    "statutory_day_missing",
                    f"缺少法定节假日：{'、'.join(missing)}（{STATUTE}）。请补上后重新上传。",
                )
            )
    current = next((e for e in in_force.editions if e.year == edition.year), None)
    if current is not None and _dated(current) == _dated(edition):
        problems.append(
            Problem(
                "same_as_in_force",
                f"与现行的 {current.pin} 完全相同，不用再公布；需要更正的，请上传更正后的文件。",
            )
        )
    return problems


def _dated(edition: CalendarEdition) -> set[tuple[date, bool]]:
    return {(day.date, day.works) for day in edition.days}


def _date(row: Mapping[str, Any]) -> date:
    text = row["date"]
    # One spelling: week dates and compact forms are more often slips than meant.
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)
