"""A name by itself: structure and words, each row worked out by hand from articles 5-14."""

import csv
from pathlib import Path

import pytest

from law.names.check import check_name
from law.names.forms import EntityKind
from law.names.rules import RULES, Effect
from law.names.words import NAME_WORDS

TABLE = Path(__file__).parent / "alone.csv"
ROWS = list(csv.DictReader(TABLE.open(encoding="utf-8")))
# Said of many a name and decisive for none of the rows that do not ask for it.
ASIDES = {Effect.CONDITION, Effect.NOTE}


@pytest.mark.parametrize("row", ROWS, ids=lambda r: f"{r['name'][:24]}-{r['kind']}-{r['why']}")
def test_row(row: dict[str, str]) -> None:
    check = check_name(
        row["name"],
        kind=EntityKind(row["kind"]) if row["kind"] else None,
        other_meaning=row["other_meaning"] == "yes",
    )
    found = {f.rule.id for f in check.findings}
    wanted = set(row["rules"].split())
    assert check.standing.value == row["standing"], found
    assert wanted <= found
    if row["standing"] == "free":
        assert {f.rule.id for f in check.findings if f.effect not in ASIDES} == set()
        assert found == wanted or (not wanted and found <= {"industry.unlisted"})


def test_every_rule_about_a_name_alone_is_shown_by_a_row() -> None:
    shown = {rule for row in ROWS for rule in row["rules"].split()}
    alone = {r.id for r in RULES.values() if r.effect not in (Effect.SAME, Effect.SIMILAR)}
    # The other files' tables: characters in tricks.csv, length and emptiness as well.
    elsewhere = {r for r in alone if r.startswith(("character.", "name."))} | {"trade.not_in_name"}
    assert alone - elsewhere - shown == set()


def test_a_declared_trade_name_must_stand_where_one_stands() -> None:
    check = check_name("随州红光酒业有限公司", trade="酒业")
    assert [f.rule.id for f in check.findings] == ["trade.not_in_name"]
    check = check_name("随州红光菇业有限公司", trade="红光")
    assert check.name is not None
    assert (check.name.trade, check.name.industry.text) == ("红光", "菇业")
    assert {f.rule.id for f in check.findings} == {"industry.unlisted"}


def test_positions_are_those_of_the_text_as_given() -> None:
    given = "  随州黑\u200b太阳食品有限公司"
    hit = next(f for f in check_name(given).findings if f.rule.id == "words.prohibited")
    assert given[hit.start : hit.end] == "黑\u200b太阳"


def test_the_longest_word_is_the_one_that_is_reported() -> None:
    found = [f.text for f in check_name("随州国家级食品有限公司").findings]
    assert "国家级" in found
    assert "国家" not in found


def test_a_word_nobody_read_the_source_of_never_refuses() -> None:
    assert all(w.source for w in NAME_WORDS if w.effect is Effect.REFUSE)


def test_unread_sources_are_marked() -> None:
    hit = next(f for f in check_name("随州黑太阳食品有限公司").findings if f.text == "黑太阳")
    assert hit.cite == "企业名称登记管理规定 11(1)〔字词待核〕"
