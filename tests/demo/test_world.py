"""The demo's enterprises: believable, valid, the same everywhere, nobody's."""

import hashlib
import json
import random
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banjian.demo import onestop, people
from banjian.demo.trades import FIRST, TRADES
from banjian.demo.world import COUNT, DemoEnterprise, enterprises, names, scope_terms, world
from forms.enterprise_startup_onestop import Application
from law import business_scope, licence_items
from law.codes import check_uscc
from law.licence_types import Mode, Order
from law.offices import OFFICES
from law.startup_parts import Part
from registers.twins.admin_models import World
from registers.twins.market_rules import name_core, name_key

TODAY = date(2026, 11, 25)
ALL = enterprises(TODAY)


def test_there_are_two_hundred_and_most_trade() -> None:
    assert len(ALL) == COUNT == 200
    status = Counter(each.status for each in ALL)
    assert status["active"] > 170
    assert status["deregistered"] >= 5
    assert status["revoked"] >= 2
    types = Counter(each.entity_type for each in ALL)
    assert set(types) == {
        "limited_company",
        "joint_stock_company",
        "sole_proprietorship",
        "individual",
        "cooperative",
    }
    assert types["limited_company"] > 100
    divisions = Counter(each.division for each in ALL)
    assert set(divisions) == {"421300", "421303", "421321", "421381"}
    assert divisions["421303"] > 90
    assert set(OFFICES) <= set(divisions)


def test_codes_are_valid_distinct_and_outside_hubeis_range() -> None:
    assert len({each.uscc for each in ALL}) == COUNT
    kinds = {"individual": "2", "cooperative": "3"}
    for each in ALL:
        code = check_uscc(each.uscc)
        assert code.division == each.division
        assert code.kind == kinds.get(each.entity_type, "1")
        assert code.organisation.startswith("MA0")


def test_no_name_is_taken_twice() -> None:
    assert len({name_key(name) for name in names(TODAY)}) == COUNT
    assert len({name_core(name) for name in names(TODAY)}) == COUNT
    assert len({each.trade_name for each in ALL}) == COUNT


def test_no_name_gets_in_the_way_of_the_demo_story() -> None:
    assert not set(FIRST) & set(people.WORDS)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.uscc)
def test_an_entry_holds_together(each: DemoEnterprise) -> None:
    assert each.trade_name in each.name
    assert each.address.startswith("湖北省")
    assert each.business_scope
    assert (each.status == "active") == (each.ended_on is None)
    assert each.registered_on < TODAY
    if each.ended_on:
        assert each.registered_on < each.ended_on < TODAY
    # A joint-stock company is registered by the city, never by the district (实施细则 4).
    if each.entity_type == "joint_stock_company":
        assert each.division == "421300"
        assert each.name.endswith("股份有限公司")
    if each.entity_type == "cooperative":
        assert each.name.endswith("专业合作社")
    assert ("有限公司" in each.name) == each.entity_type.endswith("company")
    assert (each.capital == 0) == (each.entity_type == "individual")


def test_some_ended_names_are_still_held_and_some_free() -> None:
    ended = [each.ended_on for each in ALL if each.ended_on]
    assert any(day > TODAY - timedelta(days=365) for day in ended)
    assert any(day < TODAY - timedelta(days=367) for day in ended)


def test_every_term_is_a_known_one() -> None:
    assert not [term for term in scope_terms() if business_scope.find(term) is None]
    assert all(trade.industry.isdigit() and len(trade.industry) == 4 for trade in TRADES)


def test_the_same_seed_gives_the_same_everywhere() -> None:
    told = "\n".join(f"{each.uscc} {each.name} {each.address}" for each in ALL)
    assert hashlib.sha256(told.encode()).hexdigest()[:16] == "98e09a9ae81819f2"
    assert names(date(2026, 1, 1)) == names(TODAY)
    assert names(TODAY, seed=7) != names(TODAY)
    assert len(enterprises(TODAY, seed=7, count=20)) == 20
    with pytest.raises(ValueError, match="最多"):
        enterprises(TODAY, count=10_000)


def test_the_registers_take_it() -> None:
    seeded = World.model_validate_json(json.dumps(world(TODAY)))
    assert [each.uscc for each in seeded.enterprises] == [each.uscc for each in ALL]


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)))
def test_it_fits_any_day(today: date) -> None:
    for each in enterprises(today, count=40):
        assert each.registered_on < today
        if each.ended_on:
            assert each.registered_on < each.ended_on < today


@pytest.mark.parametrize("trade", people.PLAIN, ids=lambda t: t[0])
def test_the_other_companys_scope_is_known_and_leads_to_none(trade: people.Trade) -> None:
    found = licence_items.items_for(trade[1])
    assert not found.unknown
    assert not found.matches


def test_what_the_one_stop_application_asks_is_answered() -> None:
    """As the demo hands it in; every part that there is."""
    form = people.company(random.Random(1), TODAY, people.PLAIN)
    whole = Application.model_validate(form | onestop.PARTS)
    assert set(whole.parts) == set(Part)
    assert whole.faults(TODAY) == []


@pytest.mark.parametrize("trade", people.TRADES, ids=lambda t: t[0])
def test_the_companys_scope_leads_to_licences_of_every_mode(trade: tuple[str, list[str]]) -> None:
    """The demo shows all four ways of 证照分离, and nobody is asked anything on the way."""
    found = licence_items.items_for(trade[1])
    assert not found.unknown
    assert len(found.matches) >= 5
    handled = {match.item.mode.value.handled for match in found.matches}
    assert handled == {Mode.CANCEL, Mode.FILE, Mode.COMMIT, Mode.OPTIMISE}
    assert not any(m.conditional or m.item.order.value is Order.BEFORE for m in found.matches)
