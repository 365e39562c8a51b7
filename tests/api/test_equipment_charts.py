"""What boards of equipment draw: to scale, told apart without colour, nothing of a label is markup."""

from datetime import date

import pytest
from bs4 import BeautifulSoup

from api.equipment_charts import Bar, Column, Lane, Span, columns, key, life, stacked
from api.views.equipment import category_name, kind_name, known_category

TODAY = date(2026, 9, 21)


def svg(drawn: str) -> BeautifulSoup:
    return BeautifulSoup(drawn, "html.parser")


def share(value: object) -> float:
    return float(str(value).removesuffix("%"))


def test_bars_are_parts_of_one_scale() -> None:
    drawn = svg(stacked("k", [Bar("<b>电梯", [30, 10, 0], "40"), Bar("锅炉", [5, 0, 5], "10")]))
    parts = [r for r in drawn.find_all("rect") if r.get("class", ["x"])[0] in ("p1", "p2", "p3")]
    assert [share(r["width"]) for r in parts] == [75, 25, 12.5, 12.5]
    assert [share(r["x"]) for r in parts] == [0, 75, 0, 12.5]
    assert [r.get("fill") for r in parts] == [None, "url(#k-p2)", None, "url(#k-p3)"]
    assert {p["id"] for p in drawn.find_all("pattern")} == {"k-p2", "k-p3"}
    assert drawn.find("b") is None
    assert drawn.svg is not None
    assert drawn.svg["aria-hidden"] == "true"
    labels = [li.get_text(strip=True) for li in svg(key("k", ["在用", "停用"])).find_all("li")]
    assert labels == ["在用", "停用"]


def test_columns_stand_by_their_size() -> None:
    drawn = svg(columns("m", [Column("过期", 5, True), Column("9", 0), Column("10", 20)]))
    bars = [r for r in drawn.find_all("rect") if r.get("class", ["x"])[0] in ("p1", "p2")]
    assert [float(str(r["height"])) for r in bars] == [30, 0, 120]
    assert "fill" in bars[0].attrs


def test_nothing_is_drawn_of_nothing() -> None:
    assert stacked("k", [Bar("电梯", [0, 0], "0")]) == ""
    assert stacked("k", []) == ""
    assert columns("m", [Column("9", 0)]) == ""
    assert columns("m", []) == ""


@pytest.mark.parametrize(
    ("spans", "widths"),
    [
        ([], []),
        ([Span(TODAY, TODAY, "p1")], []),
        ([Span(date(2026, 9, 1), None, "p2")], [98]),
        ([Span(date(2025, 9, 21), date(2026, 9, 21), "p1")], [98]),
        (
            [Span(date(2026, 9, 11), date(2026, 9, 21), "p1"), Span(date(2026, 9, 1), None, "p1")],
            [98, 49],
        ),
    ],
)
def test_a_life_lies_between_its_days(spans: list[Span], widths: list[float]) -> None:
    drawn = svg(life("life", [Lane("隐患", spans)], TODAY, "今天"))
    bars = [r for r in drawn.find_all("rect") if r.get("class", ["x"])[0] in ("p1", "p2")]
    assert [round(share(r["width"])) for r in bars] == widths
    moments = sum(span.first == span.last for span in spans)
    assert len(drawn.find_all("circle", class_="point")) == moments
    assert len(drawn.find_all("line", class_="today")) == 1
    tops = {r["y"] for r in bars}
    assert len(tops) == len(bars), "what lasted at the same time lies apart"


def test_a_kind_is_said_in_the_catalogues_words() -> None:
    assert category_name("3000") == "电梯"
    assert (category_name("X000"), kind_name("X"), known_category("X")) == ("X000", "", "")
    assert kind_name("3110") == "曳引驱动乘客电梯"
    assert known_category("3110") == "3000"
