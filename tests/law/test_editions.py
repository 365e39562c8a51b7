"""Which row applies on a day, and what differs between two days or two files of the table."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from banjian.commands.law import app
from law.clock_data import ClockDataBroken, parse_clocks
from law.clocks import CLOCKS, LAW_EDITION, UnknownClock
from law.editions import (
    EditionUnknown,
    NoRuleInForce,
    compare,
    differences,
    law_of,
    rule_on,
    succession,
)
from law.strict_yaml import load_yaml

FILE = Path(__file__).parents[2] / "law" / "data" / "clocks.yaml"


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("asked", "on", "row"),
    [
        ("C02", "2026-04-14", "C02old"),
        ("C02", "2026-04-15", "C02"),
        ("C02old", "2026-04-14", "C02old"),
        ("C02old", "2026-04-15", "C02"),
        ("B03a", "2026-12-31", "B03a"),
        ("B03a", "2027-01-01", "B03b"),
        ("B03b", "2019-11-01", "B03a"),
        ("D17", "2024-07-01", "D17"),
        # Neither start nor end is established: the row is all there is.
        ("G02", "2004-07-01", "G02"),
    ],
)
def test_the_row_of_a_day(asked: str, on: str, row: str) -> None:
    assert rule_on(asked, day(on)).id == row


@pytest.mark.parametrize(("asked", "on"), [("D17", "2024-06-30"), ("K06", "2026-03-31")])
def test_a_day_that_no_row_covers_is_refused_with_its_article(asked: str, on: str) -> None:
    with pytest.raises(NoRuleInForce) as refused:
        rule_on(asked, day(on))
    assert refused.value.code == "no-rule-in-force"
    assert CLOCKS[asked].citation in str(refused.value)
    assert on in str(refused.value)


def test_an_unknown_row_is_refused() -> None:
    with pytest.raises(UnknownClock):
        rule_on("ZZ9", day("2026-01-01"))


def test_every_row_belongs_to_one_succession_in_order() -> None:
    for clock in CLOCKS.values():
        rows = succession(clock.id)
        assert clock in rows
        assert all(succession(row.id) == rows for row in rows)
    dated = {c.id for c in CLOCKS.values() if c.valid_to is not None}
    assert dated == {c.replaces for c in CLOCKS.values() if c.replaces is not None}


def test_two_days_differ_in_the_rules_that_changed_between_them() -> None:
    _, _, found = compare("2026-04-14", "2026-04-15")
    assert [(d.old.id, d.new.id) for d in found if d.old and d.new] == [("C02old", "C02")]
    changes = {field: (old, new) for field, old, new in found[0].changes}
    assert changes["length"] == ("45", "60")
    assert changes["unit"] == ("个工作日", "日")
    assert "suspension" not in changes
    _, _, none = compare("2026-04-15", "2026-12-31")
    assert none == []
    # A rule that did not exist before is one side only.
    _, _, began = compare("2026-03-31", "2026-04-01")
    assert {(d.old, d.new and d.new.id) for d in began} == {
        (None, row) for row in ("K06", "K07a", "K07b", "K08a", "K08b")
    }


def changed(change: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = load_yaml(FILE)
    for clock, fields in change.items():
        data["clocks"][clock] |= fields
    return data


def test_a_file_is_compared_with_this_edition(tmp_path: Path) -> None:
    """What an administrator asks before a new edition is installed."""
    data = changed({"R01": {"end_rule": "WD", "name": "登记:予以登记(修订)"}})
    data["edition"] = "2027.1"
    path = tmp_path / "clocks.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    old, new, found = compare(LAW_EDITION, str(path))
    assert (old.name, new.name) == (LAW_EDITION, "2027.1")
    assert [(d.rule, d.changes) for d in found] == [
        ("R01", (("name", CLOCKS["R01"].name, "登记:予以登记(修订)"),))
    ]
    # Beside a day the file is looked at on that day: of two rules one row each has been replaced or is to come.
    assert len(law_of(str(path), on=day("2026-04-14")).rules) == len(CLOCKS) - 2
    assert differences(law_of("2026-04-14"), law_of(LAW_EDITION, on=day("2026-04-14"))) == []


@pytest.mark.parametrize("reference", ["2026-13-01", "2025.9", "nowhere.yaml"])
def test_what_is_no_edition_is_refused(reference: str) -> None:
    with pytest.raises(EditionUnknown):
        law_of(reference)


def test_a_broken_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "clocks.yaml"
    path.write_text("edition: x\n", encoding="utf-8")
    with pytest.raises(EditionUnknown):
        law_of(str(path))


@pytest.mark.parametrize(
    "change",
    [
        {"C02": {"replaces": "ZZ9"}},
        {"C02": {"replaces": "G01"}},
        {"C02": {"replaces": "B03a"}},
        {"B03b": {"replaces": "C02old"}},
    ],
)
def test_a_succession_with_a_gap_or_two_heirs_stops_the_start(change: dict[str, Any]) -> None:
    with pytest.raises(ClockDataBroken, match=r"被替代|施行之日"):
        parse_clocks(changed(change))


def test_the_command() -> None:
    told = CliRunner().invoke(app, ["diff", "2026-12-31", "2027-01-01"])
    assert told.exit_code == 0
    assert "B03a → B03b" in told.stdout
    assert "长度：3 → 2" in told.stdout
    assert CliRunner().invoke(app, ["diff", "2026-12-31", "nowhere.yaml"]).exit_code == 3
