"""Every dated scenario of the domain report, section 5, is proved somewhere, date by date."""

import ast
import csv
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from law import catalogue
from law.strict_yaml import load_yaml

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
STORIES = ROOT / "tests" / "scenarios"
DAY = re.compile(r"(?<!\d)(?:\d{4}-)?(\d{2}-\d{2})(?!\d)")

with (HERE / "scenarios.csv").open(encoding="utf-8", newline="") as table:
    ROWS = {row["id"]: row for row in csv.DictReader(table)}
PROOFS: dict[str, dict[str, Any]] = load_yaml(HERE / "proofs.yaml")
# The report's word for a procedure that runs here; its dated expectations must be stories.
RUNNING = {
    "name hold": "name_self_declaration",
    "name lapses mid-case": "establishment_registration",
    "establishment": "establishment_registration",
    "licensing": "food_operation_licence",
    "food licence": "food_operation_licence",
    "seed KPI": "enterprise_startup_onestop",
    "simple_deregistration": "simple_deregistration",
    "general_deregistration": "general_deregistration",
    "tolerance, late": "food_operation_licence",
    "credit repair": "credit_repair",
    "accident": "se_accident_report",
}
# Its procedures that do not run yet: an entry moves up as soon as they do.
TO_COME = {
    "hazard", "hazard, fails twice",
    "emergency seal", "complaint", "complaint, transition", "report", "evidence preservation", "fine",
    "device licence", "food recall", "adverse reaction", "effective dates",
}  # fmt: skip
DATED = [i for i, row in ROWS.items() if DAY.search(row["given"] + row["expected"])]


@cache
def functions(path: str) -> dict[str, str]:
    """The source of each function of a test file, decorators included."""
    source = (ROOT / path).read_text(encoding="utf-8")
    lines = source.splitlines()
    found = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            found[node.name] = "\n".join(lines[first - 1 : node.end_lineno])
    return found


def proved(scenario: str) -> str:
    """Everything that proves the scenario, as text."""
    proof = PROOFS[scenario]
    texts = [(STORIES / name).read_text(encoding="utf-8") for name in proof.get("stories", ())]
    for named in proof.get("tests", ()):
        path, _, function = named.partition("::")
        texts.append(functions(path)[function])
    return "\n".join(texts)


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 36
    assert set(PROOFS) == set(DATED)


@pytest.mark.parametrize("scenario", DATED)
def test_every_date_of_the_expectation_is_asserted_where_it_is_proved(scenario: str) -> None:
    wanted = set(DAY.findall(ROWS[scenario]["expected"]))
    told = PROOFS[scenario].get("no_end", {})
    assert set(told) <= set(DAY.findall("".join(ROWS[scenario].values())))
    found = proved(scenario)
    missing = {day for day in wanted - set(told) if day not in found}
    assert not missing, f"{scenario} says {sorted(missing)}, and nothing named in proofs.yaml does"


@pytest.mark.parametrize("scenario", DATED)
def test_what_runs_is_a_story(scenario: str) -> None:
    named = ROWS[scenario]["procedure"]
    assert named in RUNNING.keys() | TO_COME, f"{named}: does it run?"
    if named in RUNNING:
        assert PROOFS[scenario].get("stories"), f"{scenario}: {RUNNING[named]} runs, and no story"
        assert catalogue.procedure(RUNNING[named])
    stems = {row.procedure for row in catalogue.procedures()}
    assert not TO_COME & stems, "it runs now: its dates belong into stories"


def test_a_missing_date_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {**ROWS["S42"], "expected": "7 wd → 10-15"}
    monkeypatch.setitem(ROWS, "S42", row)
    with pytest.raises(AssertionError, match="10-15"):
        test_every_date_of_the_expectation_is_asserted_where_it_is_proved("S42")
