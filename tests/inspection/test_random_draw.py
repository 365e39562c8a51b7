"""The draw: always the same, nobody's choice, and repeated by an outsider who shares no code with it."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def shown(lists: Lists = LISTS, value: str = VALUE, plan: str = PLAN) -> dict[str, Any]:
    made = draw(plan, value, lists)
    said = {"value": value, "source": "双色球", "published_on": "2026-09-29"}
    return document(plan, "计划", lists, made, **said)


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


# -- the command -------------------------------------------------------------------------------------


def written(folder: Path, found: Any) -> str:
    file = folder / "draw.json"
    file.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    return str(file)


def test_a_published_draw_is_the_same_when_it_is_run_again(tmp_path: Path) -> None:
    told = banjian("draw", "verify", written(tmp_path, shown()))
    assert (told.status, told.err) == (0, "")
    assert "4 个对象" in told.out


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
    "broken", [[], {}, {"format": "other"}, shown() | {"targets": [{}]}, shown() | {"number": "4"}]
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
