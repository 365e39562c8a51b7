"""Scope → items: what leads to what, why, and that nothing is lost."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import business_scope, licence_items
from law.business_scope import Kind, fold
from law.licence_advice import told, told_en
from law.licence_items import LicenceItem, Mode, Order, Why, items_for

ITEMS = licence_items.edition("2026.1").items
TERMS = business_scope.of_edition("2026.1").terms
TEXTS = [term.text for term in TERMS]


@pytest.mark.parametrize(
    ("term", "items"),
    [
        ("广告发布", ["advertising_registration"]),
        ("食品销售（仅销售预包装食品）", ["prepacked_food_filing"]),
        ("食品销售", ["food_operation"]),
        ("餐饮服务", ["fire_check", "food_operation", "sewage_discharge"]),
        ("烟草制品零售", ["tobacco_retail"]),
        ("道路货物运输（不含危险货物）", ["road_freight"]),
        ("出版物零售", ["publication_retail"]),
        ("第二类医疗器械销售", ["device_class2_filing"]),
        ("第三类医疗器械经营", ["device_class3"]),
        ("保安服务", ["security_service"]),
        ("民用爆炸物品销售", ["civil_explosives_sale"]),
        ("药品零售", ["drug_retail_preparation", "drug_retail"]),
        ("劳务派遣服务", ["labour_dispatch"]),
        ("软件开发", []),
        ("货物进出口", []),
    ],
)
def test_a_term_leads_to_its_items(term: str, items: list[str]) -> None:
    found = items_for([term])
    assert [match.item.id for match in found.matches] == items
    assert all(match.terms == (term,) for match in found.matches)
    assert found.free == (() if items else (term,))
    assert not found.unknown


def test_a_whole_scope_in_all_four_modes() -> None:
    found = items_for(
        [
            "许可项目：餐饮服务；烟草制品零售；出版物零售（依法须经批准的项目，经相关部门批准后方可开展经营活动）",
            "一般项目：食品销售(仅销售预包装食品);广告发布；软件开发（除依法须经批准的项目外，凭营业执照依法自主开展经营活动）",
        ]
    )
    modes = {match.item.mode.value for match in found.matches}
    assert modes >= {Mode.CANCEL, Mode.FILE, Mode.COMMIT, Mode.OPTIMISE}
    assert len(found.after) >= 5
    assert found.free == ("软件开发",)
    assert not found.unknown
    catering = next(m for m in found.matches if m.item.id == "fire_check")
    assert catering.conditional
    assert catering.reason == "经营范围含“餐饮服务”；营业场所属于消防法所称的公众聚集场所"
    assert "餐饮服务" in catering.reason_en


def test_one_item_names_every_term_that_led_to_it() -> None:
    (match,) = items_for(["食品经营", "食品销售"]).matches
    assert match.terms == ("食品经营", "食品销售")
    assert match.reason == "经营范围含“食品经营”、“食品销售”"


def test_before_and_after_are_told_apart() -> None:
    found = items_for(["保安服务", "劳务派遣服务", "餐饮服务"])
    assert [m.item.id for m in found.before] == ["security_service"]
    assert {m.item.order.value for m in found.after} == {Order.AFTER, Order.UNKNOWN}
    assert {*found.before, *found.after} == set(found.matches)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("星际旅行服务", Why.NOT_LISTED),
        ("家具销售", Why.UNCLASSIFIED),
        ("餐 饮 管 家", Why.NOT_LISTED),
        ("abc", Why.NOT_LISTED),
    ],
)
def test_a_term_nobody_knows_is_handed_to_a_person(text: str, why: Why) -> None:
    found = items_for([text])
    assert not found.matches
    assert not found.free
    (unknown,) = found.unknown
    assert (unknown.text, unknown.why) == (text, why)
    assert text in unknown.instruction
    assert text in unknown.instruction_en
    assert "审查人员" in unknown.instruction


def test_an_unknown_term_brings_what_it_may_mean() -> None:
    (unknown,) = items_for(["烟草零售"]).unknown
    assert "烟草制品零售" in {term.text for term in unknown.resembling}
    assert "tobacco_retail" in {row.id for row in unknown.possible}


def test_a_licensed_term_without_an_item_is_not_free(monkeypatch: pytest.MonkeyPatch) -> None:
    edition = licence_items.edition("2026.1")
    rows = tuple(row for row in edition.items if row.id != "tobacco_retail")
    narrowed = licence_items.Edition(
        edition="narrow", valid_from=edition.valid_from, business_scope="2026.1", items=rows
    )
    monkeypatch.setattr(licence_items, "EDITIONS", {"narrow": narrowed})
    (unknown,) = items_for(["烟草制品零售"]).unknown
    assert unknown.why is Why.NO_ITEM
    assert "不得经营" in unknown.instruction


def test_every_licensed_term_leads_to_an_item() -> None:
    licensed = [term.text for term in TERMS if term.kind is Kind.LICENSED]
    assert not items_for(licensed).unknown
    assert not items_for(licensed).free


written = st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=30)), max_size=12)


@given(written)
def test_no_term_is_lost_and_none_counted_twice(lines: list[str]) -> None:
    found = items_for(lines)
    wanted = [fold(text) for text in business_scope.split_scope(lines)]
    led = {fold(text) for match in found.matches for text in match.terms}
    free = {fold(text) for text in found.free}
    unknown = {fold(term.text) for term in found.unknown}
    assert led | free | unknown == set(wanted)
    assert len(led) + len(free) + len(unknown) == len(wanted)
    for match in found.matches:
        assert match.terms
        assert {fold(text) for text in match.terms} <= {fold(t) for t in match.item.terms}


@given(st.lists(st.sampled_from(TEXTS), max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_writing_does_not_matter(terms: list[str], dice: random.Random) -> None:
    shuffled = dice.sample(terms, len(terms))
    ours, other = items_for(terms), items_for(shuffled)
    assert [m.item.id for m in ours.matches] == [m.item.id for m in other.matches]
    assert sorted(ours.free) == sorted(other.free)
    assert ours == items_for(terms)


@given(st.lists(st.sampled_from(TEXTS), max_size=6), st.sampled_from(TEXTS))
def test_one_more_term_never_takes_an_item_away(terms: list[str], more: str) -> None:
    fewer = {m.item.id for m in items_for(terms).matches}
    assert fewer <= {m.item.id for m in items_for([*terms, more]).matches}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
@pytest.mark.parametrize("may_commit", [True, False])
def test_what_the_applicant_is_told(item: LicenceItem, may_commit: bool) -> None:
    zh, en = told(item, may_commit=may_commit), told_en(item, may_commit=may_commit)
    assert item.name in zh
    assert item.name_en in en
    assert item.department_name in zh
    assert item.department_name in en
    assert ("办理方式待核" in zh) == ("办理方式" in item.doubts)
    assert ("承诺" in zh) == (item.mode.value is Mode.COMMIT)
    assert ("先取得批准" in zh) == (item.order.value is Order.BEFORE)
    if item.condition:
        assert item.condition.zh in zh
        assert item.condition.en in en
    for text in (zh, en):
        assert "{" not in text
        assert "。。" not in text
        assert "  " not in text


def test_whoever_may_not_commit_is_told_why() -> None:
    row = licence_items.item("cinema")
    assert "不适用告知承诺" in told(row, may_commit=False)
    assert "bars commitment" in told_en(row, may_commit=False)
    assert "申请“电影放映单位设立审批”" in told(row, may_commit=False)
