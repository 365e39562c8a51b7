"""The clock rows: complete, strict to load, honest about what was not verified."""

import copy
import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from law import clock_data
from law.clock_data import ClockDataBroken, parse_clocks
from law.clocks import (
    CLOCKS,
    LAW_EDITION,
    Effect,
    EndRule,
    Unit,
    UnknownClock,
    Verified,
    find_clock,
)
from law.reference import page
from law.strict_yaml import DuplicateKey, load_yaml

ROOT = Path(__file__).parents[2]
DATA = load_yaml(ROOT / "law" / "data" / "clocks.yaml")


def test_all_rows_are_there() -> None:
    assert len(CLOCKS) == 176
    assert clock_data.EDITION == LAW_EDITION


def test_verification_counts() -> None:
    counts = {kind: sum(c.verified is kind for c in CLOCKS.values()) for kind in Verified}
    assert counts == {
        Verified.TEXT: 111,
        Verified.EXCERPT: 45,
        Verified.MEMORY: 13,
        Verified.POLICY: 7,
    }
    for clock in CLOCKS.values():
        assert ("待核" in clock.verified.label) == (clock.verified is not Verified.TEXT)


def test_only_statute_says_silence_decides() -> None:
    deemed = {c.id for c in CLOCKS.values() if c.effect.value.startswith("DEEMED")}
    assert deemed == {"G01", "F01", "X16", "G09", "R15"}
    assert {c.id for c in CLOCKS.values() if c.effect is Effect.MUST_RELEASE} == {"F15", "Q10"}
    # Registration confirms; the licensing fictions do not reach it.
    assert find_clock("R01").effect is Effect.ESCALATE


def test_people_read_chinese() -> None:
    for clock in CLOCKS.values():
        for text in (clock.name, clock.trigger_name, clock.binds_name, clock.effect.label):
            assert any("\u4e00" <= char <= "\u9fff" for char in text), (clock.id, text)
        assert all(ground.label for ground in clock.suspension)
        if clock.extension is not None:
            assert clock.extension.label.startswith("可延长")


def test_a_row_in_full() -> None:
    clock = find_clock("R01")
    assert (clock.length, clock.unit, clock.end_rule) == (3, Unit.WD, EndRule.WD)
    assert clock.binds_agency
    assert not clock.suspendable
    assert clock.extension is not None
    assert (clock.extension.length, clock.extension.times) == (3, 1)
    assert clock.citation == "登记管理条例 19; 实施细则 18"
    assert (clock.valid_from, clock.valid_to) == (None, None)
    assert clock.in_force_on(date(2026, 1, 1)) is None


def test_an_unknown_clock_is_typed() -> None:
    with pytest.raises(UnknownClock, match="ZZ9"):
        find_clock("ZZ9")


def test_the_mapping_is_read_only() -> None:
    with pytest.raises(TypeError):
        CLOCKS["R01"] = find_clock("R02")  # type: ignore[index]
    with pytest.raises(AttributeError):
        find_clock("R01").length = 9  # type: ignore[misc]


def broken(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    data: dict[str, Any] = copy.deepcopy(DATA)
    row: Any = data["clocks"]["R01"]
    for key in path[:-1]:
        row = row[0] if key == "0" else row[key]
    if value is KeyError:
        del row[path[-1]]
    else:
        row[path[-1]] = value
    return data


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("surprise",), 1),
        (("trigger",), KeyError),
        (("name",), ""),
        (("unit",), "WEEKS"),
        (("unit",), "DATE"),
        (("unit",), "VARIABLE"),
        (("unit",), "H"),
        (("direction",), "before"),
        (("direction",), "by"),
        (("end_rule",), "BACKWARD"),
        (("end_rule",), "MAYBE"),
        (("binds_agency",), "yes"),
        (("values",), []),
        (("values", "0", "value"), -1),
        (("values", "0", "value"), "3"),
        (("values", "0", "value"), True),
        (("values", "0", "value"), None),
        (("values", "0", "verified"), "SURE"),
        (("values", "0", "valid_from"), "2026-01-01"),
        (("values", "0", "reference"), KeyError),
        (("extension", "length"), 0),
        (("extension", "times"), 5),
        (("extension", "unit"), "DATE"),
        (("on_expiry", "effect"), "GRANTED"),
        (("suspension",), {"grounds": ["boredom"], "text": "x"}),
        (("fixed_date",), "06-30"),
        (("set_by",), "某人"),
        (("count_unit",), "CD"),
    ],
)
def test_broken_rows_stop_the_start(path: tuple[str, ...], value: Any) -> None:
    with pytest.raises(ClockDataBroken):
        parse_clocks(broken(path, value))


def test_a_key_given_twice_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "twice.yaml"
    file.write_text("a: 1\na: 2\n", "utf-8")
    with pytest.raises(DuplicateKey):
        load_yaml(file)


def test_the_reference_page_is_current() -> None:
    committed = (ROOT / "docs" / "reference" / "clocks.md").read_text("utf-8")
    assert committed == page(), "run: python -m law.reference > docs/reference/clocks.md"
    assert committed.count("\n| ") == 176 + 18  # rows and one head per group


def test_shipped_editions_never_change() -> None:
    """A calendar edition is pinned by cases: a change to it would move dates already told."""
    folder = ROOT / "law" / "data" / "calendars"
    whole = hashlib.sha256()
    for year in range(2007, 2027):
        whole.update((folder / f"{year}.yaml").read_bytes())
    assert whole.hexdigest() == "346d63a9798a721ef1387222158705ddc93c388b5b3e49e687c94513c0e3f65c"
