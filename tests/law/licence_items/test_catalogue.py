"""The catalogue of licence items: every row resolves, is honest about what was not read, never changes."""

import copy
import hashlib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from law import business_scope, licence_items
from law.business_scope import UnknownEdition
from law.clock_types import Verified
from law.clocks import CLOCKS, Unit
from law.licence_items import EDITIONS, ItemsBroken, LicenceItem, Mode, Order, TradeFrom, parse
from law.licence_reference import page
from law.strict_yaml import load_yaml

FOLDER = Path(licence_items.__file__).parent / "data"
DATA = load_yaml(FOLDER / "licence_items" / "2026.1.yaml")
ITEMS = licence_items.edition("2026.1").items
# A shipped edition is pinned by cases: a correction is a new file, and its digest a new line here.
SHIPPED = {
    "licence_items/2026.1.yaml": "712f37b0ca06d2b9f776bd9bba434089dedf3d8561e6ef08bc26773f61ed5576",
    "business_scope/2026.1.yaml": "679a4dd6b7edf60af68c50e339c9694e3bf66a1de364580f7273e0b0220be2a8",
}


@pytest.mark.parametrize("row", ITEMS, ids=lambda row: row.id)
def test_every_field_of_a_row_resolves(row: LicenceItem) -> None:
    scope = business_scope.of_edition("2026.1").by_key
    assert all(business_scope.fold(term) in scope for term in row.terms)
    for clock in (row.clocks.decision, row.clocks.verification):
        assert clock is None or clock in CLOCKS
    assert row.department_name
    assert row.department_name_en
    for chinese in (row.name, row.department_name, row.mode.source, row.order.source):
        assert any("\u4e00" <= char <= "\u9fff" for char in chinese), chinese
    assert row.name_en.isprintable()
    assert (row.basis.verified is not Verified.TEXT) == ("依据" in row.doubts)
    assert row.verified == (not row.doubts)


def test_there_are_enough_rows_in_every_mode_and_order() -> None:
    assert len(ITEMS) >= 60
    modes = Counter(row.mode.value for row in ITEMS)
    assert set(modes) == set(Mode)
    assert modes == {
        Mode.CANCEL: 2,
        Mode.FILE: 14,
        Mode.COMMIT: 9,
        Mode.OPTIMISE: 12,
        Mode.UNKNOWN: 70,
    }
    orders = Counter(row.order.value for row in ITEMS)
    assert orders == {Order.AFTER: 82, Order.BEFORE: 23, Order.UNKNOWN: 2}


def test_what_was_not_read_is_marked() -> None:
    read = {row.id for row in ITEMS if row.mode.verified is Verified.TEXT}
    assert read == {
        "prepacked_food_filing",
        "tcm_clinic_filing",
        "device_class2_filing",
        "fire_check",
    }
    first = {r.id for r in ITEMS if r.order.value is Order.BEFORE and "前置后置" not in r.doubts}
    assert first == {
        "security_service",
        "civil_explosives_production",
        "civil_explosives_sale",
        "blasting",
        "financing_guarantee",
    }
    for row in ITEMS:
        if row.mode.value is Mode.UNKNOWN:
            assert "办理方式" in row.doubts
        if row.clocks.decision is not None and not row.clocks.own:
            assert row.clocks.decision == "G02"
            assert "办理期限" in row.doubts
        if row.asks_order:
            assert "前置后置" in row.doubts


def test_every_commitment_is_verified_under_a_clock() -> None:
    for row in ITEMS:
        assert (row.clocks.verification == "L01") == (row.mode.value is Mode.COMMIT)
    clock = CLOCKS["L01"]
    assert (clock.length, clock.unit, clock.verified) == (2, Unit.MO, Verified.POLICY)
    assert clock.binds_agency
    assert CLOCKS["L02"].set_by == "核查人员"


@pytest.mark.parametrize(
    ("item_id", "trade", "at_once"),
    [
        ("advertising_registration", TradeFrom.BUSINESS_LICENCE, True),
        ("prepacked_food_filing", TradeFrom.FILING, False),
        ("publication_retail", TradeFrom.GRANT, False),
        ("food_operation", TradeFrom.GRANT, False),
        ("auction", TradeFrom.GRANT, False),
    ],
)
def test_when_the_firm_may_trade(item_id: str, trade: TradeFrom, at_once: bool) -> None:
    row = licence_items.item(item_id)
    assert row.trade_from is trade
    assert row.may_trade_before_grant is at_once


def test_a_filing_that_may_follow_lets_the_firm_trade_at_once() -> None:
    row = licence_items.item("prepacked_food_filing").model_copy(update={"filing_first": False})
    assert row.trade_from is TradeFrom.BUSINESS_LICENCE


def test_whoever_may_not_commit_goes_the_normal_way() -> None:
    for row in ITEMS:
        assert row.mode_for(may_commit=True) is row.mode.value.handled
        assert row.mode_for(may_commit=False) is not Mode.COMMIT
        assert row.mode_for(may_commit=True) is not Mode.UNKNOWN
    assert licence_items.item("cinema").mode_for(may_commit=False) is Mode.OPTIMISE


def test_editions_are_found_by_day_and_number() -> None:
    assert licence_items.edition().edition == "2026.1"
    assert licence_items.edition_on(date(2025, 12, 1)).edition == "2026.1"
    with pytest.raises(UnknownEdition, match="2025-11-30"):
        licence_items.edition_on(date(2025, 11, 30))
    with pytest.raises(UnknownEdition, match="2099"):
        licence_items.edition("2099")
    with pytest.raises(KeyError):
        licence_items.item("no_such_item")


def _set(path: str, value: Any) -> Any:
    def change(data: dict[str, Any]) -> None:
        *way, last = path.split(".")
        place: Any = data["items"][0]
        for step in way:
            place = place[step]
        place[last] = value

    return change


@pytest.mark.parametrize(
    "change",
    [
        _set("department", "nobody"),
        _set("mode.value", "perhaps"),
        _set("mode.verified", "SURE"),
        _set("mode.source", ""),
        _set("order.value", "later"),
        _set("basis.title", ""),
        _set("basis.text", "第一条"),
        _set("clocks.decision", "G02"),
        _set("clocks.decision", "ZZ9"),
        _set("clocks.verification", "L01"),
        _set("terms", ["没有的表述"]),
        _set("terms", []),
        _set("terms", ["广告发布", "广告发布"]),
        _set("condition", {"zh": "有条件"}),
        _set("colour", "red"),
        _set("id", "food_operation"),
        _set("id", "A"),
        _set("name", ""),
        lambda data: data.update(more=1),
        lambda data: data.update(business_scope="2099"),
        lambda data: data.pop("valid_from"),
        lambda data: data["items"][10]["clocks"].update(own=False, decision="F02"),
        lambda data: data["items"][-1]["mode"].update(value="unknown", verified="TEXT"),
    ],
)
def test_a_broken_row_stops_the_start(change: Any, tmp_path: Path) -> None:
    data = copy.deepcopy(DATA)
    parse(data)
    change(data)
    with pytest.raises((ValueError, KeyError)):
        parse(data)


@pytest.mark.parametrize(
    "text",
    ["", "edition: [", 'edition: "2026.2"\nedition: "2026.3"', "- 1", 'edition: "2026.2"'],
)
def test_a_broken_file_names_itself(tmp_path: Path, text: str) -> None:
    (tmp_path / "2026.2.yaml").write_text(text, "utf-8")
    with pytest.raises(ItemsBroken, match=r"2026\.2\.yaml"):
        licence_items.load(tmp_path)


def test_a_file_of_another_edition_is_refused(tmp_path: Path) -> None:
    shipped = (FOLDER / "licence_items" / "2026.1.yaml").read_text("utf-8")
    (tmp_path / "2026.2.yaml").write_text(shipped, "utf-8")
    with pytest.raises(ItemsBroken, match="文件名"):
        licence_items.load(tmp_path)


def test_shipped_editions_never_change() -> None:
    shipped = {f"licence_items/{n}.yaml" for n in EDITIONS}
    shipped |= {f"business_scope/{n}.yaml" for n in business_scope.EDITIONS}
    found = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in shipped}
    assert found == SHIPPED


def test_the_reference_page_shows_every_row() -> None:
    text = page()
    assert all(f"| `{row.id}` |" in text for row in ITEMS)
    assert text.count("待核") > len(ITEMS)
