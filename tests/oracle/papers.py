"""The oracle's own copies of the papers: clock rows, holiday notices, movable festivals."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

FOLDER = Path(__file__).parent / "data"
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Row:
    """One line of clocks.csv, read as it stands.

    ``added`` lists the extensions the row knows, in order: the number of "+10 wd once", and None
    where the approver sets the length ("by approval"; "then group-fixed" of the penalty case).
    """

    id: str
    length: int | None
    unit: str
    direction: str
    fixed: str
    end_rule: str
    suspendable: bool
    added: tuple[int | None, ...]


# What the suspendable column says where the clock does not stop: a fine put off (行政处罚法 66) is a
# later date that somebody grants, so it stands in the extension column too and is read there.
NEVER_STOPS = {"no", "deferral/instalments on request"}
# Extensions without a number in the row; "renewal" and the like are other procedures, not these.
LENGTH_BY_APPROVER = {"by approval", "by inspector+head [P]", "by head", "by agreement", "once"}


def _added(line: dict[str, str]) -> tuple[int | None, ...]:
    text = line["extension"]
    if text in LENGTH_BY_APPROVER:
        return (None,)
    if not text.startswith("+"):
        return ()
    number, unit = text[1:].replace(",", " ").split()[:2]
    if unit != line["unit"]:
        raise ValueError(f"{line['id']}: an extension in another unit")
    return (int(number), None) if text.endswith("then group-fixed") else (int(number),)


def _rows() -> dict[str, Row]:
    rows: dict[str, Row] = {}
    with (FOLDER / "clocks.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            rows[line["id"]] = Row(
                id=line["id"],
                length=int(line["length"]) if line["length"] else None,
                unit=line["unit"],
                direction=line["direction"],
                fixed=line["fixed_or_variable"],
                end_rule=line["end_rule"],
                suspendable=line["suspendable"] not in NEVER_STOPS,
                added=_added(line),
            )
    return rows


def _named_days() -> tuple[dict[date, bool], set[int]]:
    """({day a notice names: is it worked}, {years that have a notice})."""
    worked: dict[date, bool] = {}
    years: set[int] = set()
    with (FOLDER / "holidays.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            worked[date.fromisoformat(line["date"])] = line["kind"] == "workday"
            years.add(int(line["notice_year"]))
    return worked, years


def _statutory_days() -> dict[int, set[date]]:
    """The thirteen days of 全国年节及纪念日放假办法 (2024) art. 2, per civil year."""
    days: dict[int, set[date]] = {}
    with (FOLDER / "festivals.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            year = int(line["year"])
            spring = date.fromisoformat(line["spring_festival"])
            days[year] = {
                date(year, 1, 1),
                spring - ONE_DAY,  # 除夕
                spring,
                spring + ONE_DAY,
                spring + 2 * ONE_DAY,
                date.fromisoformat(line["qingming"]),
                date(year, 5, 1),
                date(year, 5, 2),
                date.fromisoformat(line["dragon_boat"]),
                date.fromisoformat(line["mid_autumn"]),
                date(year, 10, 1),
                date(year, 10, 2),
                date(year, 10, 3),
            }
    return days


ROWS = _rows()
NAMED_DAYS, NOTICE_YEARS = _named_days()
STATUTORY_DAYS = _statutory_days()


def office_open(day: date) -> bool:
    """Whether the office works on ``day`` (KeyError outside the years of festivals.csv)."""
    if day in NAMED_DAYS:
        return NAMED_DAYS[day]
    saturday_or_sunday = day.isoweekday() in (6, 7)
    if day.year in NOTICE_YEARS:
        return not saturday_or_sunday
    return not saturday_or_sunday and day not in STATUTORY_DAYS[day.year]
