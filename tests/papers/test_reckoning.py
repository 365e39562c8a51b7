"""The reckoning on paper: every day accounted for, long ones folded, each notice of the State Council by its name."""

import itertools
from datetime import date, datetime, timedelta

import pytest

from activities.paper_fields import MOST_LINES, due_part
from activities.papers import render
from law.calendars import default_calendars
from law.clocks import find_clock
from law.deadlines import Suspension, deadline
from law.zone import CST
from tests.papers.samples import ISSUED, SAMPLES
from tests.papers.test_papers import text_of

NOTICE = "《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号）"


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T10:00:00").replace(tzinfo=CST)


def test_a_short_term_is_told_day_by_day() -> None:
    told = due_part(deadline(find_clock("R01"), at("2026-09-23"), default_calendars()))
    assert [(r["days"], r["count"]) for r in told["reasons"]] == [
        ("9月23日", "起算"),
        ("9月24日", "第1日"),
        ("9月25日至9月27日", "不计"),
        ("9月28日至9月29日", "第2至3日"),
    ]
    assert told["reasons"][2]["source"] == "国办发明电〔2025〕7号"
    assert told["notices"] == [NOTICE]


def test_no_notice_is_named_that_no_line_rests_on() -> None:
    told = due_part(deadline(find_clock("R01"), at("2026-03-10"), default_calendars()))
    assert told["notices"] == []


@pytest.mark.parametrize("start", ["2026-01-05", "2026-03-02", "2026-08-31", "2025-12-01"])
def test_a_long_term_is_folded_and_no_day_is_lost(start: str) -> None:
    """60 working days: the annex is short, the lines follow each other without a gap, the count goes 1 to 60."""
    end = deadline(find_clock("C08"), at(start), default_calendars())
    assert len(end.trace) > MOST_LINES
    told = due_part(end)["reasons"]
    assert len(told) < len(end.trace)
    counted = [r["count"] for r in told if r["count"].startswith("第")]
    numbers = [int(n) for c in counted for n in (c[1:-1].split("至") * 2)[:2]]
    assert numbers[0] == 1
    assert numbers[-1] == end.length
    assert all(b == a + 1 for a, b in zip(numbers[1::2], numbers[2::2], strict=False))
    spans = [
        [day_of(part, end.start_date) for part in (r["days"].split("至") * 2)[:2]] for r in told
    ]
    for before, after in itertools.pairwise(spans):
        assert after[0] == before[1] + timedelta(1)


def day_of(text: str, start: date) -> date:
    year, _mark, rest = text.rpartition("年")
    month, day = rest.removesuffix("日").split("月")
    return date(int(year) if year else start.year, int(month), int(day))


def test_a_suspension_stands_in_the_reckoning_with_its_article() -> None:
    pause = Suspension(
        date(2026, 9, 24), date(2026, 9, 28), "hearing", "行政许可法第四十五条", "听证通知书"
    )
    end = deadline(find_clock("G02"), at("2026-09-23"), default_calendars(), suspensions=(pause,))
    told = due_part(end)["reasons"]
    stopped = [r for r in told if r["count"] == "停止"]
    assert [r["days"] for r in stopped] == ["9月24日", "9月28日"]
    assert "行政许可法第四十五条" in stopped[0]["source"]


@pytest.mark.parametrize("kind", ["acceptance", "extension", "materials_receipt"])
def test_the_letter_carries_the_reckoning(kind: str) -> None:
    text = text_of(render(kind, SAMPLES[kind], timestamp=ISSUED))
    assert "附：期限计算说明" in text
    assert "".join(NOTICE.split()) in text


def test_a_row_that_was_not_read_says_so_in_the_letter() -> None:
    end = deadline(find_clock("F02"), at("2026-09-23"), default_calendars())
    data = {**SAMPLES["acceptance"], "decision_due": due_part(end)}
    assert text_of(render("acceptance", data, timestamp=ISSUED)).count("（待核）") == 2
