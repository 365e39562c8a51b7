"""Calendar editions as data: parsed and checked once, at import."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from law.strict_yaml import load_yaml

_DIRECTORY = Path(__file__).parent / "data" / "calendars"
_URL = re.compile(r"https://[a-z0-9.-]+(/\S*)?\Z")


class CalendarError(ValueError):
    """Base of all calendar errors."""


class EditionInvalid(CalendarError):
    """A calendar edition that cannot be trusted: broken, incomplete or contradictory."""


@dataclass(frozen=True, slots=True)
class EditionPaper:
    """The notice (国务院办公厅通知) an edition follows."""

    title: str
    document_number: str | None
    issued_on: date | None
    url: str
    note: str | None = None

    @property
    def cite(self) -> str:
        """Short source for a trace: the number, or the title where no number is known."""
        return self.document_number or self.title


@dataclass(frozen=True, slots=True)
class EditionDay:
    """A day the notice names."""

    date: date
    works: bool
    holiday: str

    @property
    def reason_zh(self) -> str:
        return f"{self.holiday}{'调休上班' if self.works else '放假'}"


@dataclass(frozen=True, slots=True)
class CalendarEdition:
    """One immutable edition of one year's calendar."""

    year: int
    version: int
    papers: tuple[EditionPaper, ...]
    days: tuple[EditionDay, ...]
    pin: str = field(init=False)
    source: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pin", f"{self.year}.{self.version}")
        object.__setattr__(self, "source", "、".join(paper.cite for paper in self.papers))

    def to_json(self) -> dict[str, Any]:
        """Plain data, as in the edition's file."""
        return {
            "year": self.year,
            "version": self.version,
            "papers": [
                {
                    "title": p.title,
                    "document_number": p.document_number,
                    "issued_on": p.issued_on.isoformat() if p.issued_on else None,
                    "url": p.url,
                    "note": p.note,
                }
                for p in self.papers
            ],
            "days": [
                {
                    "date": d.date.isoformat(),
                    "kind": "workday" if d.works else "off_day",
                    "holiday": d.holiday,
                }
                for d in self.days
            ],
        }


def edition_digest(edition: CalendarEdition) -> str:
    """SHA-256 of the edition's canonical JSON: two editions with one digest are one text."""
    text = json.dumps(edition.to_json(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def parse_edition(data: dict[str, Any], where: str) -> CalendarEdition:
    """Checks and builds an edition.

    Raises:
        EditionInvalid: unknown or missing keys, no paper, no days, a day twice, out of order,
            outside the year and its neighbouring months, or a working day marked as such for nothing.
    """
    _keys(data, {"year", "version", "papers", "days"}, where)
    year, version = data["year"], data["version"]
    if type(year) is not int or not 1949 <= year <= 2200:
        raise EditionInvalid(f"{where}: 年份无效: {year!r}")
    if type(version) is not int or version < 1:
        raise EditionInvalid(f"{where}: 版次无效: {version!r}")
    if not isinstance(data["papers"], list) or not data["papers"]:
        raise EditionInvalid(f"{where}: 缺少来源文件")
    if not isinstance(data["days"], list) or not data["days"]:
        raise EditionInvalid(f"{where}: 没有任何日期")
    papers = tuple(_paper(row, where) for row in data["papers"])
    days = tuple(_day(row, year, where) for row in data["days"])
    dates = [day.date for day in days]
    if dates != sorted(set(dates)):
        raise EditionInvalid(f"{where}: 日期重复或次序错乱")
    return CalendarEdition(year, version, papers, days)


def _keys(data: Any, allowed: set[str], where: str) -> None:
    if not isinstance(data, dict) or set(data) != allowed:
        got = sorted(map(str, data)) if isinstance(data, dict) else type(data).__name__
        raise EditionInvalid(f"{where}: 字段应为 {sorted(allowed)},实为 {got}")


def _as_date(value: Any, where: str) -> date:
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise EditionInvalid(f"{where}: 日期无效: {value!r}") from None
    if type(value) is date:
        return value
    raise EditionInvalid(f"{where}: 日期无效: {value!r}")


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > 500:
        raise EditionInvalid(f"{where}: 文字无效: {value!r}")
    return value


def _paper(row: Any, where: str) -> EditionPaper:
    _keys(row, {"title", "document_number", "issued_on", "url", "note"}, where)
    url = _text(row["url"], where)
    if not _URL.match(url):
        raise EditionInvalid(f"{where}: 来源网址无效: {url!r}")
    return EditionPaper(
        _text(row["title"], where),
        None if row["document_number"] is None else _text(row["document_number"], where),
        None if row["issued_on"] is None else _as_date(row["issued_on"], where),
        url,
        None if row["note"] is None else _text(row["note"], where),
    )


def _day(row: Any, year: int, where: str) -> EditionDay:
    _keys(row, {"date", "kind", "holiday"}, where)
    day = _as_date(row["date"], where)
    if not date(year, 1, 1) - timedelta(days=31) <= day <= date(year, 12, 31) + timedelta(days=31):
        raise EditionInvalid(f"{where}: {day} 不属于 {year} 年的安排")
    if row["kind"] not in ("workday", "off_day"):
        raise EditionInvalid(f"{where}: 日期类别无效: {row['kind']!r}")
    return EditionDay(day, row["kind"] == "workday", _text(row["holiday"], where))


def _load() -> tuple[CalendarEdition, ...]:
    editions = []
    for path in sorted(_DIRECTORY.glob("*.yaml")):
        edition = parse_edition(load_yaml(path), path.name)
        # The first edition of a year is <year>.yaml, a correction <year>.<version>.yaml.
        expected = f"{edition.year}.yaml" if edition.version == 1 else f"{edition.pin}.yaml"
        if path.name != expected:
            raise EditionInvalid(f"{path.name}: 文件名应为 {expected}")
        editions.append(edition)
    return tuple(sorted(editions, key=lambda e: (e.year, e.version)))


EDITIONS = _load()
