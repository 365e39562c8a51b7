"""The class of an accident follows from its numbers, as 特种设备安全监察条例 61–64 and 71 say."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law.accidents import (
    NUMBERS,
    AccidentClass,
    Equipment,
    Happening,
    Harm,
    class_of,
    faults,
    findings,
    graver,
    investigator,
)
from law.offices import office

G, L, M, X = AccidentClass
H = Happening
numbers = st.one_of(
    st.integers(0, 40),
    st.integers(0, 4000),
    st.sampled_from([9_999, 10_000, 49_999, 50_000, 149_999, 150_000, 10_000_000, 10**8]),
)
harms = st.builds(
    Harm,
    equipment=st.sampled_from(Equipment),
    happenings=st.frozensets(st.sampled_from(Happening)),
    **{name: numbers for name in NUMBERS},
)


def rank(harm: Harm) -> int:
    found = class_of(harm)
    return -1 if found is None else found.rank


def harm(equipment: Equipment, *happened: Happening, **told: int) -> Harm:
    return Harm(equipment=equipment, happenings=frozenset(happened), **told)


# 以上 includes the number, 以下 does not (监察条例 71).
@pytest.mark.parametrize(
    ("told", "grade"),
    [
        ({}, None),
        ({"deaths": 1}, G), ({"deaths": 2}, G), ({"deaths": 3}, L), ({"deaths": 9}, L), ({"deaths": 10}, M), ({"deaths": 29}, M), ({"deaths": 30}, X),
        ({"injuries": 1}, G), ({"injuries": 9}, G), ({"injuries": 10}, L), ({"injuries": 49}, L), ({"injuries": 50}, M), ({"injuries": 99}, M), ({"injuries": 100}, X),
        ({"loss": 9_999}, None), ({"loss": 10_000}, G), ({"loss": 9_999_999}, G), ({"loss": 10_000_000}, L), ({"loss": 49_999_999}, L),
        ({"loss": 50_000_000}, M), ({"loss": 99_999_999}, M), ({"loss": 100_000_000}, X),
        ({"deaths": 2, "injuries": 50}, M), ({"deaths": 9, "injuries": 99, "loss": 99_999_999}, M), ({"deaths": 29, "injuries": 100}, X), ({"injuries": 9, "loss": 9_999_999}, G),
    ],
)  # fmt: skip
def test_persons_and_loss(told: dict[str, int], grade: AccidentClass | None) -> None:
    for equipment in Equipment:
        assert class_of(harm(equipment, **told)) is grade


@pytest.mark.parametrize(
    ("case", "grade"),
    [
        (harm(Equipment.LIFT, H.LIFT_TRAPPED, lift_minutes=119), None),
        (harm(Equipment.LIFT, H.LIFT_TRAPPED, lift_minutes=120), G),
        (harm(Equipment.CRANE, H.CRANE_BROKEN), G),
        (harm(Equipment.CRANE, H.CRANE_OVERTURNED), L),
        (harm(Equipment.ROPEWAY, H.STRANDED, stranded=1, stranded_minutes=209), None),
        (harm(Equipment.ROPEWAY, H.STRANDED, stranded=1, stranded_minutes=210), G),
        (harm(Equipment.RIDE, H.STRANDED, stranded=1, stranded_minutes=59), None),
        (harm(Equipment.RIDE, H.STRANDED, stranded=1, stranded_minutes=60), G),
        (harm(Equipment.RIDE, H.STRANDED, stranded=1, stranded_minutes=719), G),
        (harm(Equipment.ROPEWAY, H.STRANDED, stranded=1, stranded_minutes=719), G),
        (harm(Equipment.ROPEWAY, H.STRANDED, stranded=1, stranded_minutes=720), L),
        (harm(Equipment.RIDE, H.STRANDED, stranded=1, stranded_minutes=720), L),
        (harm(Equipment.ROPEWAY, H.STRANDED, stranded=99, stranded_minutes=2880), L),
        (harm(Equipment.ROPEWAY, H.STRANDED, stranded=100, stranded_minutes=1439), L),
        (harm(Equipment.ROPEWAY, H.STRANDED, stranded=100, stranded_minutes=1440), M),
        (harm(Equipment.RIDE, H.STRANDED, stranded=100, stranded_minutes=2879), M),
        (harm(Equipment.RIDE, H.STRANDED, stranded=100, stranded_minutes=2880), X),
        (harm(Equipment.BOILER, H.EXPLODED), L),
        (harm(Equipment.BOILER, H.LARGE_BOILER_STOPPED), M),
        (harm(Equipment.BOILER, H.EXPLODED, H.LARGE_BOILER_EXPLODED), X),
        (harm(Equipment.VESSEL, H.TOXIC_LEAK, moved=499), None),
        (harm(Equipment.VESSEL, H.TOXIC_LEAK, moved=500), G),
        (harm(Equipment.PIPELINE, H.TOXIC_LEAK, moved=9_999), G),
        (harm(Equipment.PIPELINE, H.TOXIC_LEAK, moved=10_000), L),
        (harm(Equipment.PIPELINE, H.TOXIC_LEAK, moved=49_999), L),
        (harm(Equipment.PIPELINE, H.TOXIC_LEAK, moved=50_000), M),
        (harm(Equipment.PIPELINE, H.TOXIC_LEAK, moved=149_999), M),
        (harm(Equipment.PIPELINE, H.TOXIC_LEAK, moved=150_000), X),
        # Minutes without what they belong to say nothing.
        (harm(Equipment.CRANE, lift_minutes=500), None),
        (harm(Equipment.VESSEL, moved=500_000), None),
    ],
)  # fmt: skip
def test_what_happened(case: Harm, grade: AccidentClass | None) -> None:
    assert class_of(case) is grade


@given(harms, st.sampled_from(NUMBERS), st.integers(0, 10**9))
def test_a_number_that_grows_never_makes_it_lighter(told: Harm, number: str, more: int) -> None:
    grown = replace(told, **{number: getattr(told, number) + more})
    assert rank(grown) >= rank(told)


@given(harms, st.sampled_from(Happening))
def test_what_happened_besides_never_makes_it_lighter(told: Harm, what: Happening) -> None:
    assert rank(replace(told, happenings=told.happenings | {what})) >= rank(told)


@given(harms)
def test_every_finding_is_of_the_class_and_names_its_article(told: Harm) -> None:
    found = findings(told)
    assert {f.grade for f in found} <= {class_of(told)}
    assert all(f.cite.startswith("特种设备安全监察条例第6") for f in found)


@given(harms)
def test_it_is_kept_as_it_was_told(told: Harm) -> None:
    assert Harm.of_json(told.to_json()) == told
    assert told.changed({name: None for name in NUMBERS} | {"happenings": []}) == told


@given(st.sampled_from([None, *AccidentClass]), st.sampled_from([None, *AccidentClass]))
def test_the_graver_of_two(one: AccidentClass | None, other: AccidentClass | None) -> None:
    found = graver(one, other)
    assert found in (one, other)
    assert graver(other, one) is found
    assert graver(found, one) is found


@pytest.mark.parametrize(
    ("case", "field"),
    [
        (harm(Equipment.LIFT, H.CRANE_BROKEN), "happenings"),
        (harm(Equipment.LIFT, H.LIFT_TRAPPED), "lift_minutes"),
        (harm(Equipment.LIFT, lift_minutes=130), "lift_minutes"),
        (harm(Equipment.RIDE, H.STRANDED, stranded=3), "stranded"),
        (harm(Equipment.VESSEL, moved=600), "moved"),
    ],
)
def test_what_does_not_fit_is_said(case: Harm, field: str) -> None:
    assert [name for name, _message in faults(case)] == [field]


def test_who_investigates_follows_from_the_class() -> None:
    here = office("421303")
    assert [investigator(grade, here) for grade in AccidentClass] == [
        "随州市市场监督管理局",
        "湖北省市场监督管理局",
        "国家市场监督管理总局",
        "国务院或者国务院授权的部门",
    ]


def test_it_is_said_in_a_line() -> None:
    told = harm(Equipment.LIFT, H.LIFT_TRAPPED, lift_minutes=130)
    assert told.text == "死亡0人，重伤0人，直接经济损失0元，电梯轿厢滞留人员，轿厢滞留2小时10分钟"
