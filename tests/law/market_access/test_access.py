"""Negative list and prior approvals at intake: what stops, what is asked, nothing silent."""

import copy
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from law import access_data, business_scope, licence_items
from law.access_data import Bans, BansBroken
from law.business_scope import UnknownEdition, fold
from law.calendars import default_calendars
from law.clock_types import Verified
from law.licence_items import Order
from law.market_access import Access, Approval, Verdict, check_access
from law.strict_yaml import load_yaml

CALENDARS = default_calendars()
FILE = Path(access_data.__file__).parent / "data" / "market_access" / "2026.1.yaml"
DATA = load_yaml(FILE)
DAY = date(2026, 9, 23)
TEXTS = [term.text for term in business_scope.of_edition("2026.1").terms]
BEFORE = [r for r in licence_items.edition("2026.1").items if r.order.value is Order.BEFORE]


def check(*terms: str, held: tuple[Approval, ...] = (), on: date = DAY) -> Access:
    return check_access(terms, held, on, CALENDARS)


def one(*terms: str, held: tuple[Approval, ...] = (), on: date = DAY) -> Verdict:
    (finding,) = check(*terms, held=held, on=on).findings
    return finding.verdict


@pytest.mark.parametrize(
    ("term", "verdict"),
    [
        ("软件开发", Verdict.FREE),
        ("餐饮服务", Verdict.FREE),
        ("道路货物运输（不含危险货物）", Verdict.FREE),
        ("保安服务", Verdict.MISSING),
        ("民用爆炸物品销售", Verdict.MISSING),
        ("融资担保业务", Verdict.MISSING),
        ("快递服务", Verdict.CONFIRM),
        ("危险化学品经营", Verdict.CONFIRM),
        ("危险化学品仓储", Verdict.CONFIRM),
        ("劳务派遣服务", Verdict.CONFIRM),
        ("家具销售", Verdict.CONFIRM),
        ("星际旅行服务", Verdict.CONFIRM),
    ],
)
def test_a_term_alone(term: str, verdict: Verdict) -> None:
    found = check(term)
    assert one(term) is verdict
    assert found.may_register is not verdict.stops
    (finding,) = found.findings
    assert finding.terms == (term,)
    assert finding.reason
    assert finding.reason_en
    if verdict is Verdict.CONFIRM and finding.item:
        assert "待核" in finding.reason
        assert "待核" in finding.reason_en


@pytest.mark.parametrize("text", ["传销培训", "境外彩票销售", "彩票发行", "境 外 彩 票 代 理"])
def test_what_a_statute_prohibits_is_refused(text: str) -> None:
    found = check(text, "软件开发")
    assert found.findings[0].verdict is Verdict.PROHIBITED
    assert found.findings[0].verified is Verified.TEXT
    assert found.findings[0].ban is not None
    assert not found.may_register


@pytest.mark.parametrize("text", ["比特币交易", "代孕中介服务", "博彩咨询"])
def test_what_is_prohibited_from_memory_is_asked(text: str) -> None:
    found = check(text)
    assert {finding.verdict for finding in found.findings} == {Verdict.CONFIRM}
    assert any("待核" in finding.reason for finding in found.findings)
    assert found.may_register


def test_what_a_firm_says_it_does_not_do_is_no_hit() -> None:
    found = check("信息咨询服务（不含虚拟货币、境外彩票）", "活动策划（境外彩票除外）")
    assert all(finding.ban is None for finding in found.findings)


def held(granted: date, until: date | None = None, item: str = "security_service") -> Approval:
    return Approval(item, granted, until)


@pytest.mark.parametrize(
    ("approval", "verdict"),
    [
        (held(date(2026, 9, 1), date(2027, 9, 1)), Verdict.HELD),
        (held(date(2025, 9, 24), date(2026, 9, 23)), Verdict.HELD),
        (held(date(2025, 9, 22), date(2026, 9, 22)), Verdict.STALE),
        (held(date(2026, 9, 23)), Verdict.HELD),
        (held(date(2026, 9, 24)), Verdict.STALE),
        (held(date(2026, 6, 25)), Verdict.HELD),  # day 90 is 2026-09-23
        (held(date(2026, 6, 24)), Verdict.STALE),  # day 90 was 2026-09-22
    ],
)
def test_an_approval_must_be_in_force(approval: Approval, verdict: Verdict) -> None:
    assert one("保安服务", held=(approval,)) is verdict
    assert check("保安服务", held=(approval,)).may_register is (verdict is Verdict.HELD)


def test_the_ninetieth_day_moves_to_a_working_day() -> None:
    # 2026-06-28 + 90 = 2026-09-26, in the Mid-Autumn days off: the next working day is 09-28.
    approval = (held(date(2026, 6, 28)),)
    assert one("保安服务", held=approval, on=date(2026, 9, 28)) is Verdict.HELD
    assert one("保安服务", held=approval, on=date(2026, 9, 29)) is Verdict.STALE


def test_the_better_of_two_approvals_counts() -> None:
    old, new = held(date(2025, 1, 1), date(2026, 1, 1)), held(date(2026, 1, 1), date(2027, 1, 1))
    assert one("保安服务", held=(old, new)) is Verdict.HELD
    assert one("保安服务", held=(new, old)) is Verdict.HELD


def test_a_stale_approval_nobody_surely_needs_stops_nothing() -> None:
    stale = held(date(2026, 1, 1), date(2026, 2, 1), "express_delivery")
    found = check("快递服务", held=(stale,))
    assert found.may_register
    assert "到期" in found.to_confirm[0].reason


def test_an_approval_that_nothing_asks_for_is_shown() -> None:
    spare = held(DAY)
    assert check("软件开发", held=(spare,)).unneeded == (spare,)
    with pytest.raises(KeyError):
        check("软件开发", held=(held(DAY, item="no_such_item"),))
    with pytest.raises(UnknownEdition):
        check_access([], [], DAY, CALENDARS, "2099")


@pytest.mark.parametrize("item", [r for r in BEFORE if r.terms], ids=lambda r: r.id)
def test_every_prior_approval_is_seen(item: licence_items.LicenceItem) -> None:
    for term in item.terms:
        bare = [f for f in check(term).findings if f.item == item]
        assert [f.verdict for f in bare] in ([Verdict.MISSING], [Verdict.CONFIRM])
        given_ = check(term, held=(Approval(item.id, DAY),))
        assert [f.verdict for f in given_.findings if f.item == item] == [Verdict.HELD]
    certain = item.order.verified is Verified.TEXT and item.condition is None
    assert (one_of(item.terms[0], item.id) is Verdict.MISSING) == certain


def one_of(term: str, item_id: str) -> Verdict:
    return next(f.verdict for f in check(term).findings if f.item and f.item.id == item_id)


@given(st.lists(st.one_of(st.sampled_from(TEXTS), st.text(max_size=20)), max_size=10))
def test_no_term_goes_unanswered(lines: list[str]) -> None:
    found = check(*lines)
    answered = {fold(text) for finding in found.findings for text in finding.terms}
    assert answered == {fold(text) for text in business_scope.split_scope(lines)}
    ranks = [list(Verdict).index(finding.verdict) for finding in found.findings]
    assert ranks == sorted(ranks)
    assert found == check(*lines)


@given(st.lists(st.sampled_from(TEXTS), max_size=6), st.sampled_from(TEXTS))
def test_one_more_term_never_opens_the_door(lines: list[str], more: str) -> None:
    if not check(*lines).may_register:
        assert not check(*lines, more).may_register


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data["bans"][0].update(words=[]),
        lambda data: data["bans"][0].update(words=["传"]),
        lambda data: data["bans"][0].update(more=1),
        lambda data: data["bans"][0]["basis"].update(text=""),
        lambda data: data["bans"][0]["basis"].update(verified="MEMORY"),
        lambda data: data["bans"][-1]["basis"].update(verified="TEXT"),
        lambda data: data["bans"][1].update(id="pyramid_selling"),
        lambda data: data.update(licence_items="2099"),
    ],
)
def test_a_broken_row_stops_the_start(change: Any) -> None:
    data = copy.deepcopy(DATA)
    Bans.model_validate(data)
    change(data)
    with pytest.raises((ValueError, KeyError)):
        Bans.model_validate(data)


def test_a_broken_file_names_itself(tmp_path: Path) -> None:
    (tmp_path / "2026.2.yaml").write_text(FILE.read_text("utf-8"), "utf-8")
    with pytest.raises(BansBroken, match="文件名"):
        access_data.load(tmp_path)
    (tmp_path / "2026.2.yaml").write_text("edition: 1", "utf-8")
    with pytest.raises(BansBroken, match=r"2026\.2\.yaml"):
        access_data.load(tmp_path)


def test_shipped_editions_never_change() -> None:
    assert set(access_data.EDITIONS) == {"2026.1"}
    assert (
        hashlib.sha256(FILE.read_bytes()).hexdigest()
        == "30712bbad0cf396e45821210be88f23192a809353d91a73ce830fd57d2dc107b"
    )


def test_every_verdict_has_words() -> None:
    assert len({verdict.label for verdict in Verdict}) == len(Verdict)
    assert all(verdict.label_en.isprintable() for verdict in Verdict)
