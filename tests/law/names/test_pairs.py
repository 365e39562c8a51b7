"""Pairs of names with verdict and rule, worked out by hand from articles 17 and 比对规则 3, 4."""

import csv
from pathlib import Path

import pytest

from law.names.characters import folded
from law.names.compare import compare, explain
from law.names.keys import index_keys, probe_keys, same_keys
from law.names.parse import read_name
from law.names.reference import EXAMPLES
from law.names.rules import Effect

PAIRS = list(csv.DictReader((Path(__file__).parent / "pairs.csv").open(encoding="utf-8")))


def test_there_are_at_least_500() -> None:
    assert len(PAIRS) >= 500
    assert len({(r["new"], r["old"], r["new_trade"], r["old_trade"]) for r in PAIRS}) == len(PAIRS)
    assert all(row["why"] for row in PAIRS)


@pytest.mark.parametrize("row", PAIRS, ids=lambda r: f"{r['new']}-{r['old']}")
def test_pair(row: dict[str, str]) -> None:
    new = read_name(row["new"], trade=row["new_trade"] or None)
    old = read_name(row["old"], trade=row["old_trade"] or None)
    hit = compare(new, old)
    verdict = "ok" if hit is None else hit.effect.value
    assert (verdict, hit.rule.id if hit else "") == (row["verdict"], row["rule"])
    if hit is None:
        return
    assert set(probe_keys(new.core)) & set(index_keys(old.core))
    if hit.effect is Effect.SAME:
        assert set(same_keys(new.core)) & set(same_keys(old.core))
        back = compare(old, new)
        assert back is not None
        assert back.rule is hit.rule
    sentence = explain(hit)
    assert old.given in sentence
    assert hit.rule.cite in sentence


@pytest.mark.parametrize("row", PAIRS, ids=lambda r: f"{r['new']}-{r['old']}")
def test_differences_turn_one_name_into_the_other(row: dict[str, str]) -> None:
    new = read_name(row["new"], trade=row["new_trade"] or None)
    old = read_name(row["old"], trade=row["old_trade"] or None)
    hit = compare(new, old)
    if hit is None:
        return
    place = {g: t for t, g in enumerate(new.origin)}
    text, done = "", 0
    for difference in hit.differences():
        start = place.get(difference.new_start, len(new.text))
        assert new.text[start : start + len(difference.new)] == difference.new
        text += new.text[done:start] + difference.old
        done = start + len(difference.new)
        seen, _ = folded(row["old"][difference.old_start : difference.old_end])
        assert seen == difference.old
    assert text + new.text[done:] == old.text


def test_the_examples_of_the_reference_page_are_true() -> None:
    for rule, shown in EXAMPLES.items():
        for pair in shown.split("；"):
            new, old = pair.split(" / ")
            if rule == "same.other_split":
                continue
            hit = compare(read_name(new), read_name(old))
            assert hit is not None, pair
            assert hit.rule.id == rule, pair
