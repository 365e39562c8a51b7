"""500 hostile texts: each is refused with its rule or normalised as stated; none passes for another name."""

import csv
import json
from pathlib import Path

import pytest

from law.names.characters import LONGEST, folded, visible
from law.names.check import Standing, check_name
from law.names.compare import rule_between
from law.names.model import NameUnreadable
from law.names.parse import read_name
from law.names.rules import Effect

TABLE = Path(__file__).parent / "tricks.csv"
TRICKS = [
    {**row, "name": row["name"].encode("ascii").decode("unicode_escape")}
    for row in csv.DictReader(TABLE.open(encoding="utf-8"))
]
HONEST = "随州市曾都区红光酒业有限公司"


def ident(row: dict[str, str]) -> str:
    return f"{row['why']}-{visible(row['name'])[:40]}"


def test_there_are_at_least_500() -> None:
    assert len(TRICKS) >= 500
    assert len({row["name"] for row in TRICKS}) == len(TRICKS)


@pytest.mark.parametrize("row", TRICKS, ids=ident)
def test_trick(row: dict[str, str]) -> None:
    check = check_name(row["name"])
    refusals = {f.rule.id for f in check.findings if f.effect is Effect.REFUSE}
    if row["standing"] == "free":
        assert check.standing is Standing.FREE, refusals
    else:
        assert check.standing is Standing.REFUSED
        assert row["rule"] in refusals
    for found in check.findings:
        assert 0 <= found.start <= found.end <= len(row["name"])
        assert found.message
        assert found.cite
    # What is said about it can be printed, stored and sent, whatever it is.
    json.dumps(check.to_json(), ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize("row", TRICKS, ids=ident)
def test_no_trick_makes_another_name(row: dict[str, str]) -> None:
    """What a reader takes for the honest name is refused, or is the same name."""
    if not same_to_a_reader(row["name"]):
        return
    check = check_name(row["name"])
    if check.standing is Standing.REFUSED:
        return
    assert check.name is not None
    rule = rule_between(check.name.core, read_name(HONEST).core)
    assert rule is not None
    assert rule.effect is Effect.SAME


def same_to_a_reader(name: str) -> bool:
    return len(name) <= LONGEST and folded(name)[0] == HONEST


def test_the_tricks_on_the_honest_name_are_seen_through() -> None:
    """Most of the table hides something in the honest name: the comparison reads it all the same."""
    assert sum(same_to_a_reader(row["name"]) for row in TRICKS) >= 250


@pytest.mark.parametrize(
    ("given", "instead"),
    [
        ("随州紅光酒業有限公司", ["红", "业"]),
        ("随州\uf90a光酒业有限公司", ["金"]),
        ("随州⼤光酒业有限公司", ["大"]),
        ("随州ロ光酒业有限公司", ["口"]),
    ],
)
def test_what_to_write_instead_is_said(given: str, instead: list[str]) -> None:
    assert [f.instead for f in check_name(given).findings if f.instead] == instead


def test_the_written_name_has_full_width_brackets_and_no_outer_space() -> None:
    assert check_name("  红光(随州)酒业有限公司\n").written == "红光（随州）酒业有限公司"


@pytest.mark.parametrize(("given", "rule"), [("", "name.empty"), ("红" * 101, "name.too_long")])
def test_what_cannot_be_read_is_a_typed_error(given: str, rule: str) -> None:
    with pytest.raises(NameUnreadable) as error:
        read_name(given)
    assert error.value.code == rule
