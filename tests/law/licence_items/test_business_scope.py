"""Business-scope terms: strict to load, tolerant to read, quick to find."""

import copy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import business_scope
from law.business_scope import (
    Kind,
    ScopeDataBroken,
    find,
    fold,
    parse,
    resembling,
    search,
    split_scope,
)
from law.clock_types import Verified
from law.strict_yaml import load_yaml

FILE = Path(business_scope.__file__).parent / "data" / "business_scope" / "2026.1.yaml"
DATA = load_yaml(FILE)
TERMS = business_scope.of_edition().terms
TEXTS = [term.text for term in TERMS]


def test_the_terms_seen_and_remembered() -> None:
    assert len(TERMS) == 304
    assert sum(term.verified is Verified.EXCERPT for term in TERMS) == 189
    assert sum(term.verified is Verified.MEMORY for term in TERMS) == 115
    assert all((term.seen == 0) == (term.verified is Verified.MEMORY) for term in TERMS)
    assert {kind.label for kind in Kind} == {
        find_kind.label for find_kind in {t.kind for t in TERMS}
    }
    assert not any(term.verified is Verified.TEXT for term in TERMS)


@pytest.mark.parametrize(
    "written",
    [
        "食品销售（仅销售预包装食品）",
        "食品销售(仅销售预包装食品)",
        " 食品销售 （仅销售预包装食品） ",
        "食品销售\u200b（仅销售预包装食品）",
    ],
)
def test_a_term_is_known_however_it_is_typed(written: str) -> None:
    term = find(written)
    assert term is not None
    assert term.text == "食品销售（仅销售预包装食品）"


@pytest.mark.parametrize("written", ["", " ", "食品", "仅销售预包装食品", "食品銷售"])
def test_what_is_not_a_term_is_not_taken_for_one(written: str) -> None:
    assert find(written) is None


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("餐饮服务", "餐饮服务"),
        ("烟草", "烟草制品生产"),
        ("ycz", "烟草制品零售"),
        ("YCZPLS", "烟草制品零售"),
        ("预包装", "保健食品（预包装）销售"),
        ("yclszl", None),
        ("fdczl", "非居住房地产租赁"),
    ],
)
def test_search_finds_by_beginning_initials_and_anywhere(query: str, first: str | None) -> None:
    found = [term.text for term in search(query)]
    assert (first is None and not found) or first in found


def test_the_best_hit_comes_first() -> None:
    found = [term.text for term in search("食品")]
    assert found[0] == "食品生产"
    begins = [text.startswith("食品") for text in found]
    assert begins == sorted(begins, reverse=True)
    assert search("食品", kinds=frozenset({Kind.GENERAL}))[0].text == "食品进出口"
    assert len(search("服务", limit=3)) == 3
    assert search("") == ()
    assert search("食品", limit=0) == ()


def test_a_scope_is_split_as_it_is_written() -> None:
    assert split_scope(
        [
            "许可项目：食品销售；餐饮服务。（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
            "一般项目:软件开发;软件开发；",
            "",
            "日用百货销售（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）",
        ]
    ) == ("食品销售", "餐饮服务", "软件开发", "日用百货销售")


def test_a_comma_is_part_of_a_term() -> None:
    text = "技术服务、技术开发、技术咨询、技术交流、技术转让、技术推广"
    assert split_scope([text]) == (text,)
    assert find(text) is not None


def test_common_words_alone_are_no_likeness() -> None:
    assert resembling("星际旅行服务") == ()
    assert resembling("") == ()
    assert "烟草制品零售" in [term.text for term in resembling("烟草零售")]


@given(st.sampled_from(TEXTS))
def test_every_term_is_found_by_itself_its_beginning_and_its_initials(text: str) -> None:
    term = find(text)
    assert term is not None
    assert search(text)[0] is term
    assert term in search(text[:2], limit=400)
    assert term in search(term.initials, limit=400)
    assert term.initials.isascii()


@given(st.text(max_size=40))
def test_searching_never_fails_and_is_repeatable(text: str) -> None:
    assert search(text) == search(text)
    assert fold(fold(text)) == fold(text)
    assert all(
        fold(text) in term.key or fold(text) in term.initials.upper() for term in search(text)
    )
    resembling(text)


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.update(more=1),
        lambda data: data.update(valid_from="2026"),
        lambda data: data["terms"].append(["食品生产", "general", "seen", 1, "spsc"]),
        lambda data: data["terms"].append(["食品（生产）", "general", "seen", 1]),
        lambda data: data["terms"].append(["新项目", "new", "seen", 1, "xxm"]),
        lambda data: data["terms"].append(["新项目", "general", "heard", 1, "xxm"]),
        lambda data: data["terms"].append(["新项目", "general", "seen", 0, "xxm"]),
        lambda data: data["terms"].append(["新项目", "general", "memory", 1, "xxm"]),
        lambda data: data["terms"].append(["新项目", "general", "seen", 1, "新"]),
        lambda data: data["terms"].append([" 新项目", "general", "seen", 1, "xxm"]),
        lambda data: data["terms"].append([7, "general", "seen", 1, "xxm"]),
        lambda data: data["terms"].append("新项目"),
    ],
)
def test_a_broken_edition_stops_the_start(change: Any) -> None:
    data = copy.deepcopy(DATA)
    parse(data)
    change(data)
    with pytest.raises(ScopeDataBroken):
        parse(data)
