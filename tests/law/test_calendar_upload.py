"""What an uploaded calendar is refused for, each by its own code, and what is taken."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from law import calendars as law
from law.calendar_upload import Paper, UploadRefused, check, numbered, read
from law.calendars import Published, UnknownEdition, default_calendars
from tests.law.notice import PAPER, notice, rows

TODAY = date(2026, 11, 26)


@pytest.fixture(autouse=True)
def release_only() -> Iterator[None]:
    law.forget_published()
    yield
    law.forget_published()


def refused(data: dict[str, Any], year: int = 2027, reason: str = "") -> list[str]:
    with pytest.raises(UploadRefused) as found:
        check(data, year, today=TODAY, in_force=default_calendars(), reason=reason)
    assert all(p.message.endswith("。") for p in found.value.problems)
    return [problem.code for problem in found.value.problems]


def changed(day: str, **values: str) -> list[dict[str, str]]:
    return [row | values if row["date"] == day else row for row in rows()]


def added(day: str, kind: str) -> list[dict[str, str]]:
    return [*rows(), {"date": day, "kind": kind, "holiday": "元旦"}]


def test_a_lawful_notice_is_taken_and_numbered() -> None:
    read_back = read(json.dumps(notice()).encode(), 2027)
    edition = check(read_back, 2027, today=TODAY, in_force=default_calendars(), reason="")
    assert numbered(edition, 101).pin == "2027.101"
    assert len(edition.days) == len(rows())


def test_a_table_is_the_same_edition() -> None:
    lines = ["date,weekday,kind,holiday_name,notice_year"]
    lines += [f"{r['date']},,{r['kind']},{r['holiday']},2027" for r in rows()]
    lines.append("2026-01-01,4,off_day,元旦,2026")
    paper = Paper(PAPER["title"], PAPER["document_number"], PAPER["issued_on"], PAPER["url"])
    data = read("\n".join(lines).encode("utf-8-sig"), 2027, paper)
    in_force = default_calendars()
    from_table = check(data, 2027, today=TODAY, in_force=in_force, reason="")
    assert from_table == check(notice(), 2027, today=TODAY, in_force=in_force, reason="")


@pytest.mark.parametrize(
    ("data", "codes"),
    [
        (notice(year=2028), ["wrong_year"]),
        (notice(papers=[]), ["no_source"]),
        (notice(papers=[PAPER | {"url": "http://example.org"}]), ["no_source"]),
        (notice(papers=[PAPER | {"title": " "}]), ["no_source"]),
        (notice(days=[]), ["no_days"]),
        (notice(surprise=1), ["unreadable"]),
        (notice(days=changed("2027-01-02", holiday="元\x00旦")), ["unreadable"]),
        (notice(papers=[PAPER | {"note": "\ud800"}]), ["unreadable"]),
        (notice(papers=[PAPER, "x"]), ["no_source"]),
        (notice(days=["x"]), ["unreadable"]),
        (notice(days=added("2027-01-02", "workday")), ["overlap"]),
        (notice(days=added("2027-01-02", "off_day")), ["overlap"]),
        (notice(days=added("2027-02-30", "off_day")), ["impossible_date"]),
        (notice(days=added("20270230", "off_day")), ["impossible_date"]),
        (notice(days=added("2027-03-02", "workday")), ["make_up_on_weekday"]),
        (notice(days=added("2028-01-01", "off_day")), ["outside_year"]),
        (notice(days=added("2026-10-10", "workday")), ["outside_year"]),
        (notice(days=added("2027-03-06", "half")), ["unreadable"]),
        (
            notice(days=[r for r in rows() if r["date"] != "2027-06-09"]),
            ["statutory_day_missing"],
        ),
        (notice(days=changed("2027-10-03", kind="workday")), ["statutory_day_missing"]),
    ],
)
def test_each_fault_has_its_refusal(data: dict[str, Any], codes: list[str]) -> None:
    assert refused(data) == codes


def test_a_year_that_is_over_needs_a_reason_and_a_change() -> None:
    old = next(e for e in law.shipped_editions() if e.year == 2025)
    data = old.to_json()
    assert refused(data, 2025) == ["same_as_in_force", "year_over"]
    data["days"] = [*data["days"], {"date": "2025-12-27", "kind": "workday", "holiday": "元旦"}]
    assert refused(data, 2025) == ["year_over"]
    reason = "国务院办公厅更正通知"
    edition = check(data, 2025, today=TODAY, in_force=default_calendars(), reason=reason)
    assert edition.year == 2025


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe", b"{", b'{"year": 2027, "year": 2028}', b"day;kind", b"x" * 70_000],
)
def test_what_cannot_be_read_is_refused(content: bytes) -> None:
    with pytest.raises(UploadRefused) as found:
        read(content, 2027)
    assert found.value.problems[0].code in {"unreadable", "too_large"}


def test_a_process_follows_what_was_published_and_taken_back() -> None:
    edition = numbered(
        check(notice(), 2027, today=TODAY, in_force=default_calendars(), reason=""), 101
    )
    shipped = default_calendars()
    with pytest.raises(UnknownEdition):
        law.put_in_force(Published(order=1, pins={2027: edition.pin}))
    assert default_calendars() is shipped
    law.learn(edition)
    law.put_in_force(Published(order=1, pins={2027: edition.pin}))
    assert default_calendars().pins[-1] == "2027.101"
    assert not default_calendars().is_workday(date(2027, 1, 4))
    # What is older than what is known changes nothing.
    law.put_in_force(Published(order=1, pins={}))
    assert default_calendars().pins[-1] == "2027.101"
    law.put_in_force(Published(order=2, pins={2027: ""}))
    assert default_calendars() == shipped
    with pytest.raises(law.EditionInvalid):
        law.learn(law.edition_from_json(edition.to_json() | {"days": rows()[:5]}))
