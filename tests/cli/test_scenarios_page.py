"""docs/reference/scenarios.md names every act, payload field and expectation that the player has."""

import ast
import inspect
import re
from pathlib import Path
from typing import get_type_hints

import pytest

from banjian.player import bureau, expectations
from banjian.player.deeds import DEEDS
from banjian.player.story import Scenario, StepSpec
from forms import approval
from forms.base import TaskForm
from registers.messages import Register
from registers.twins.admin_models import FaultOrder, World

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "scenarios.md"
TEXT = PAGE.read_text(encoding="utf-8")
FORMS = [
    form
    for form in vars(approval).values()
    if isinstance(form, type) and issubclass(form, TaskForm) and form is not TaskForm
]


def rows(heading: str) -> dict[str, str]:
    """First column → the row, of the table under a heading."""
    section = re.split(r"\n#{2,3} ", TEXT.partition(f" {heading}\n")[2])[0]
    found = re.findall(r"^\| `([^`]+)` \|(.*)\|$", section, re.MULTILINE)
    assert found, f"no table under {heading}"
    return dict(found)


def test_every_act_is_on_the_page_and_no_other() -> None:
    assert set(rows("Acts")) == set(DEEDS)


@pytest.mark.parametrize("act", DEEDS)
def test_every_payload_field_that_an_act_reads_is_named(act: str) -> None:
    source = inspect.getsource(DEEDS[act])
    fields = set(re.findall(r"data\.(?:pop|get)\(\"(\w+)\"", source))
    missing = {f for f in fields if f"`{f}" not in rows("Acts")[act]}
    assert not missing


def test_a_fault_has_every_field_of_the_order() -> None:
    named = rows("Acts")["fault"]
    fields = set(FaultOrder.model_fields) - {"register_name"}
    assert not {f for f in fields if f"`{f}`" not in named}
    assert not {r for r in Register if f"`{r.value}`" not in named}


def test_every_expectation_is_on_the_page_and_no_other() -> None:
    tree = ast.parse(inspect.getsource(expectations))
    patterns = [
        pattern
        for node in ast.walk(tree)
        if isinstance(node, ast.Match)
        for case in node.cases
        for pattern in getattr(case.pattern, "patterns", [case.pattern])
    ]
    cases = {
        p.value.value
        for p in patterns
        if isinstance(p, ast.MatchValue) and isinstance(p.value, ast.Constant)
    }
    assert set(rows("Expectations")) == {*map(str, cases), "refused"}


def test_file_and_step_have_exactly_their_fields() -> None:
    assert set(rows("The file")) == set(Scenario.model_fields)
    assert set(rows("A step")) == {f.alias or name for name, f in StepSpec.model_fields.items()}


def test_every_sign_in_is_named() -> None:
    assert not {m.sign_in for m in bureau.MEMBERS if f"`{m.sign_in}`" not in TEXT}


@pytest.mark.parametrize("form", FORMS, ids=lambda f: f.code)
def test_every_officers_form_has_exactly_its_fields(form: type[TaskForm]) -> None:
    row = rows("Answers of the officers' forms")[form.code]
    assert not {f for f in form.model_fields if not re.search(rf"`{f}(\[\])?(: \w+)?`", row)}


def test_the_world_has_exactly_its_fields() -> None:
    told = rows("World")
    assert set(told) == set(World.model_fields)
    for name, kind in get_type_hints(World).items():
        if name in told:
            seeded = kind.__args__[0]
            assert not {f for f in seeded.model_fields if f"`{f}`" not in told[name]}, name
