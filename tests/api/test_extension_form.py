"""The form by which an extension is decided asks how long only where the clock's row leaves that to the approver."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from api.views import decisions
from api.views.task_pages import TaskPage
from forms.approval import ExtensionDecision
from law.clocks import CLOCKS, find_clock

OPEN = ("C08", "F19a", "F19b", "F19c", "Q06", "V02", "X07", "X12")


def fields(clock_id: str) -> dict[str, decisions.FieldView]:
    """The panel's fields for an extension of a running clock of this row."""
    clock = SimpleNamespace(
        row=SimpleNamespace(key=f"{clock_id}#1"),
        deadline=SimpleNamespace(clock=find_clock(clock_id)),
    )
    page = SimpleNamespace(
        view=SimpleNamespace(clocks=[clock]), task=SimpleNamespace(clock=f"{clock_id}#1")
    )
    found = decisions.fields(ExtensionDecision, {}, {})
    return {f.name: f for f in TaskPage._of_extension(cast(Any, page), found)}


def test_the_rows_that_leave_it_open() -> None:
    assert tuple(sorted(c.id for c in CLOCKS.values() if c.extension_set_in)) == OPEN


@pytest.mark.parametrize(("clock_id", "unit"), [("Q06", "日"), ("X12", "个工作日")])
def test_it_is_asked_in_the_rows_unit(clock_id: str, unit: str) -> None:
    asked = fields(clock_id)["length"]
    assert asked.hint == f"延长多少{unit}；批准的必须写明"
    assert not asked.optional


@pytest.mark.parametrize("clock_id", ["R01", "G02", "F02"])
def test_it_is_not_asked_where_the_row_says_it(clock_id: str) -> None:
    assert list(fields(clock_id)) == ["decision", "reason"]
