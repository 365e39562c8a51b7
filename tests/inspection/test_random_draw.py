"""The draw: always the same, nobody's choice, and repeated by an outsider who shares no code with it."""

import json
import random
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.public_value import ValueRule
from domain.random_draw import (
    MOST_TARGETS,
    DrawError,
    Excluded,
    Lists,
    Recusal,
    Target,
    differences,
    document,
    draw,
)
from tests.cli.invoke import banjian
from tests.inspection.outsider import repeat

PLAN = "曾市监〔2026〕双随机字第000001号"
VALUE = "05 11 17 22 26 31 + 09"


def targets(count: int, *, key: int = 0) -> list[Target]:
    """`key` of them are key units."""
    return [Target(f"T{i:03d}", f"单位{i}", 2 if i < key else 1) for i in range(count)]


LISTS = Lists(
    number=4,
    targets=targets(12, key=3),
    inspectors=["王海", "冯丽", "马骁", "周宁"],
    excluded=[Excluded("T005", "证后监督检查过"), Excluded("T001", "本年度已经检查")],
    recusals=[Recusal("王海", "T003", "近亲属任职"), Recusal("冯丽", "T003", "曾在该单位任职")],
)


RULE = ValueRule("中国福利彩票双色球", "2026113", date(2026, 9, 29), 14)
RULED = replace(LISTS, rule=RULE)


def shown(
    lists: Lists = LISTS, value: str = VALUE, plan: str = PLAN, **said: str
) -> dict[str, Any]:
    made = draw(plan, value, lists)
    named = {"source": "双色球", "published_on": "2026-09-29"}
    if lists.rule is not None:
        named |= {"source": lists.rule.source, "issue": lists.rule.issue}
    return document(plan, "计划", lists, made, value=value, **(named | said))


@st.composite
def any_lists(any_: st.DrawFn) -> Lists:
    names = [f"员{i}" for i in range(any_(st.integers(2, 6)))]
    weights = any_(st.lists(st.sampled_from([1, 1, 2, 3, 4]), min_size=1, max_size=20))
    found = [Target(f"C{i}", f"名{i}", w) for i, w in enumerate(weights)]
    out = any_(st.sets(st.sampled_from([t.code for t in found]), max_size=len(found) - 1))
    away = [
        Recusal(names[0], t.code, "回避") for t in found if len(names) > 2 and any_(st.booleans())
    ]
    return Lists(
        number=any_(st.integers(1, len(found) - len(out))),
        targets=found,
        inspectors=names,
        excluded=[Excluded(code, "已查") for code in sorted(out)],
        recusals=away,
    )


@settings(max_examples=60, deadline=None)
@given(any_lists(), st.text("0123456789 +", min_size=1, max_size=20), st.randoms())
def test_an_outsider_comes_to_the_same_list_in_whatever_order_the_lists_are(
    lists: Lists, value: str, chance: random.Random
) -> None:
    found = shown(lists, value)
    again = repeat(found)
    assert {key: found[key] for key in again} == again
    assert differences(json.loads(json.dumps(found))) == []
    mixed = replace(
        lists,
        targets=chance.sample(lists.targets, len(lists.targets)),
        inspectors=chance.sample(lists.inspectors, len(lists.inspectors)),
        excluded=chance.sample(lists.excluded, len(lists.excluded)),
        recusals=chance.sample(lists.recusals, len(lists.recusals)),
    )
    assert draw(PLAN, value, mixed) == draw(PLAN, value, lists)


@settings(max_examples=60, deadline=None)
@given(any_lists())
def test_nobody_twice_nobody_excluded_nobody_who_recuses_and_the_work_is_shared(
    lists: Lists,
) -> None:
    made = draw(PLAN, VALUE, lists)
    order = [*made.drawn, *made.reserves]
    codes = [a.code for a in order]
    assert sorted(codes) == sorted(t.code for t in lists.candidates)
    assert len(made.drawn) == lists.number
    for assigned in order:
        able = lists.able(assigned.code)
        assert len(set(assigned.inspectors)) == lists.per_target
        assert sorted([*assigned.inspectors, *assigned.reserves]) == sorted(able)
    if not lists.recusals:
        load = [sum(name in a.inspectors for a in made.drawn) for name in lists.inspectors]
        assert max(load) - min(load) <= 1


def test_one_letter_of_the_public_value_or_another_plan_is_another_draw() -> None:
    first = draw(PLAN, VALUE, LISTS)
    for other in (
        draw(PLAN, VALUE.replace("09", "08"), LISTS),
        draw(PLAN + "甲", VALUE, LISTS),
        draw(PLAN, VALUE, replace(LISTS, inspectors=[*LISTS.inspectors, "新人"])),
    ):
        assert other.seed_sha256 != first.seed_sha256
        assert [a.code for a in (*other.drawn, *other.reserves)] != [
            a.code for a in (*first.drawn, *first.reserves)
        ]


def test_a_key_unit_is_drawn_first_twice_as_often_as_an_ordinary_one() -> None:
    """2000 draws of one out of 2 key and 6 ordinary units: a key unit 400 times, an ordinary one 200 times."""
    lists = Lists(1, targets(8, key=2), ["王海", "冯丽"])
    won = dict.fromkeys((t.code for t in lists.targets), 0)
    for i in range(2000):
        won[draw(PLAN, f"第{i}期", lists).drawn[0].code] += 1
    counts = list(won.values())
    # Four standard deviations: sqrt(2000 * 0.2 * 0.8) = 17.9, sqrt(2000 * 0.1 * 0.9) = 13.4.
    assert all(abs(n - 400) <= 72 for n in counts[:2]), counts
    assert all(abs(n - 200) <= 54 for n in counts[2:]), counts


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (replace(LISTS, targets=targets(MOST_TARGETS + 1)), "分成几个计划"),
        (replace(LISTS, targets=[*LISTS.targets, LISTS.targets[0]]), "检查对象重复"),
        (replace(LISTS, inspectors=[*LISTS.inspectors, "王海"]), "检查人员重复"),
        (replace(LISTS, inspectors=[f"员{i}" for i in range(51)], recusals=[]), "检查人员最多"),
        (replace(LISTS, per_target=1), "由 2 至 4 名"),
        (replace(LISTS, number=11), "1 至 10"),
        (replace(LISTS, number=0), "1 至 10"),
        (replace(LISTS, excluded=[Excluded("X", "没有")]), "名单里没有 X"),
        (replace(LISTS, recusals=[Recusal("外人", "T003", "回避")]), "名单里没有 外人"),
        (replace(LISTS, recusals=[*LISTS.recusals, Recusal("马骁", "T003", "旧")]), "不足 2 名"),
        (Lists(1, [Target("T", "单位", 5)], ["王海", "冯丽"]), "权重"),
        (replace(LISTS, excluded=[Excluded("T005", "看\t不见")]), "看不见的字符"),
    ],
)
def test_lists_that_cannot_be_drawn_from_are_refused_in_words(wrong: Lists, told: str) -> None:
    with pytest.raises(DrawError, match=told):
        draw(PLAN, VALUE, wrong)


def test_without_a_plan_or_a_value_nothing_is_drawn() -> None:
    for plan, value in (("", VALUE), (PLAN, "")):
        with pytest.raises(DrawError):
            draw(plan, value, LISTS)


# -- the public value that the plan names ------------------------------------------------------------

SPELLINGS = (
    VALUE,
    "05,11,17,22,26,31+09",
    "０５　１１　１７　２２　２６　３１　＋　０９",
    "05 11 17 22 26 31＋09",
    "红球05、11、17、22、26、31 蓝球09",
    "05111722263109",
)


def test_a_spelling_changes_nothing() -> None:
    """Else whoever types the value could try spellings until a draw spares a friend."""
    papers = [shown(RULED, value) for value in SPELLINGS]
    assert all(paper == papers[0] for paper in papers)
    assert papers[0]["public_value"]["value"] == "05111722263109"
    # What a plan without a rule cannot promise.
    assert len({draw(PLAN, value, LISTS).seed_sha256 for value in SPELLINGS}) == len(SPELLINGS)


@pytest.mark.parametrize("value", ["0511172226310", "051117222631090", "上证指数3821.83", "零五"])
def test_another_number_of_digits_is_not_the_value(value: str) -> None:
    with pytest.raises(DrawError, match="取 14 位数字"):
        draw(PLAN, value, RULED)


ENTERED = {"value": VALUE, "source": "", "issue": "2026113", "reason": ""}


@pytest.mark.parametrize(
    ("change", "on", "wrong"),
    [
        ({}, date(2026, 9, 29), set()),
        ({"source": "中国福利彩票 双色球", "issue": "第 2026113 期"}, date(2026, 9, 29), set()),
        ({"source": "上证指数收盘"}, date(2026, 9, 29), {"source"}),
        ({"issue": "2026112"}, date(2026, 9, 29), {"issue"}),
        ({"issue": ""}, date(2026, 9, 29), {"issue"}),
        ({}, date(2026, 9, 28), {"published_on"}),
        ({"reason": "延期开奖"}, date(2026, 9, 28), {"published_on"}),
        ({}, date(2026, 9, 30), {"reason"}),
        ({"reason": "延期开奖"}, date(2026, 9, 30), set()),
        ({"value": "05 11 17"}, date(2026, 9, 29), {"value"}),
    ],
)
def test_only_the_publication_that_the_plan_names_counts(
    change: dict[str, str], on: date, wrong: set[str]
) -> None:
    assert RULE.faults(**(ENTERED | change), published_on=on).keys() == wrong


@settings(max_examples=40, deadline=None)
@given(
    any_lists(),
    st.text("0123456789", min_size=6, max_size=20),
    st.text("0123456789", max_size=8),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.randoms(),
)
def test_an_outsider_comes_to_the_same_list_whatever_value_and_issue_the_plan_names(
    lists: Lists, value: str, issue: str, day: date, chance: random.Random
) -> None:
    ruled = replace(lists, rule=ValueRule("某指数收盘", issue, day, len(value)))
    spelt = "".join(c + chance.choice(["", " ", "，", "+", "　"]) for c in value)
    found = shown(ruled, spelt, published_on=day.isoformat())
    again = repeat(found)
    assert {key: found[key] for key in again} == again
    assert differences(json.loads(json.dumps(found))) == []
    # The plan's own words are hashed with its lists: another issue is another plan.
    other = replace(ruled, rule=replace(ruled.rule, issue=issue + "1"))
    assert other.digest() != ruled.digest()
    assert draw(PLAN, value, other).seed_sha256 != found["seed_sha256"]


# -- the command -------------------------------------------------------------------------------------


def written(folder: Path, found: Any) -> str:
    file = folder / "draw.json"
    file.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return str(file)


def test_a_published_draw_is_the_same_when_it_is_run_again(tmp_path: Path) -> None:
    for lists in (LISTS, RULED):
        told = banjian("draw", "verify", written(tmp_path, shown(lists)))
        assert (told.status, told.err) == (0, "")
        assert "4 个对象" in told.out


@pytest.mark.parametrize(
    "said",
    [
        {"source": "上证指数收盘"},
        {"issue": "2026112"},
        {"published_on": "2026-09-28"},
        {"published_on": "2026-09-30"},
    ],
)
def test_a_value_that_the_plan_does_not_name_is_a_finding(
    said: dict[str, str], tmp_path: Path
) -> None:
    told = banjian("draw", "verify", written(tmp_path, shown(RULED, **said)), "--json")
    assert told.status == 6
    assert told.document["differences"] == ["公开数值与计划写明的不符"]


def test_a_rule_that_was_changed_afterwards_is_a_finding(tmp_path: Path) -> None:
    found = shown(RULED)
    found["value_rule"]["day"] = "2026-09-28"
    told = banjian("draw", "verify", written(tmp_path, found), "--json")
    assert told.status == 6
    assert "名单摘要" in told.document["differences"]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (lambda d: d["drawn"].reverse(), ["抽中的对象和人员"]),
        (lambda d: d["reserves"].pop(), ["候补的对象和人员"]),
        (
            lambda d: d["public_value"].update(value="1"),
            ["种子", "抽中的对象和人员", "候补的对象和人员"],
        ),
    ],
)
def test_a_draw_that_was_tampered_with_is_a_finding(
    change: Any, wrong: list[str], tmp_path: Path
) -> None:
    found = shown()
    change(found)
    told = banjian("draw", "verify", written(tmp_path, found), "--json")
    assert told.status == 6
    assert told.document == {"plan": PLAN, "same": False, "differences": wrong}


@pytest.mark.parametrize(
    "broken",
    [
        [],
        {},
        {"format": "other"},
        shown() | {"targets": [{}]},
        shown() | {"number": "4"},
        shown() | {"format": "banjian-draw-2"},
        shown(RULED) | {"value_rule": {}},
        shown(RULED) | {"public_value": {"value": VALUE}},
    ],
)
def test_what_is_no_draw_is_status_5(broken: Any, tmp_path: Path) -> None:
    told = banjian("draw", "verify", written(tmp_path, broken))
    assert (told.status, told.out) == (5, "")
    assert told.err.startswith("✗ ")


def test_a_file_that_is_not_there_is_status_3(tmp_path: Path) -> None:
    assert banjian("draw", "verify", str(tmp_path / "none.json")).status == 3
    binary = tmp_path / "draw.json"
    binary.write_bytes(b"\xff\xfe")
    assert banjian("draw", "verify", str(binary)).status == 5
