"""No code but `workflows/kernel/terms.py` sets a date of a running clock, or the due date of its tasks and case."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# `law` is below the contracts and knows no running clock.
PACKAGES = (
    "domain",
    "forms",
    "storage",
    "registers",
    "activities",
    "workflows",
    "api",
    "banjian",
)
TERMS = "workflows/kernel/terms.py"
DATES = frozenset({"raw_end", "legal_end", "ends_at", "rungs", "due_at", "provisional", "paused"})
# Contracts that hold such a date, and where they may be made.
HOLDERS = {"RunningClock": {TERMS}, "OpenTask": {"workflows/kernel/tasks.py"}}
CHANGES = frozenset({"append", "extend", "insert", "clear", "pop", "remove", "sort"})
# A rung is marked as fired where it fires, and nowhere else.
FIRED = {TERMS, "workflows/kernel/clockwork.py"}


def assigned(tree: ast.AST) -> Iterator[str]:
    """Attributes that the code assigns, deletes or changes by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            yield node.attr
        elif isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if name in {"setattr", "__setattr__"}:
                yield from (str(a.value) for a in node.args if isinstance(a, ast.Constant))
            elif name == "model_copy":
                yield from keys(node)
            elif name in CHANGES:
                # clock.rungs.append(…)
                owner = getattr(node.func, "value", None)
                yield from [owner.attr] if isinstance(owner, ast.Attribute) else []


def keys(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            yield from (str(k.value) for k in node.keys if isinstance(k, ast.Constant))


def rows(tree: ast.AST) -> Iterator[str]:
    """Columns of rows of the read model: keywords of `change`, keys of `change_row`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr == "change":
                yield from (k.arg for k in node.keywords if k.arg and not nothing(k.value))
            elif node.func.attr == "change_row":
                yield from keys(node)


def nothing(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def faults(path: str, source: str) -> list[str]:
    tree = ast.parse(source)
    found = []
    if path != TERMS:
        found += [f"{path} sets {name}" for name in assigned(tree) if name in DATES]
        if path.startswith("workflows/"):
            found += [f"{path} shows {name}" for name in rows(tree) if name in DATES]
    if path not in FIRED:
        found += [f"{path} sets {name}" for name in assigned(tree) if name == "fired_at"]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            made = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else getattr(node.func, "id", "")
            )
            if made in HOLDERS and path not in HOLDERS[made]:
                found.append(f"{path} makes a {made}")
    return found


def product() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def test_the_product_tree_is_there() -> None:
    assert {p.relative_to(ROOT).as_posix() for p in product()} >= {TERMS, *FIRED}


@pytest.mark.parametrize("package", PACKAGES)
def test_dates_are_set_in_one_module(package: str) -> None:
    found = [
        fault
        for path in product()
        if path.is_relative_to(ROOT / package)
        for fault in faults(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
    ]
    assert found == [], "a due date moves through revise_clock only"


def test_within_it_two_functions_reach_the_dates() -> None:
    """`_set_term` computes them; `_move_tasks` hands them to the tasks."""
    tree = ast.parse((ROOT / TERMS).read_text(encoding="utf-8"))
    owners = {
        function.name: set(assigned(function)) & DATES
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef) and set(assigned(function)) & DATES
    }
    assert owners == {"_set_term": DATES - {"due_at"}, "_move_tasks": {"due_at"}}


@pytest.mark.parametrize(
    "source",
    [
        "clock.legal_end = day",
        "clock.raw_end, clock.ends_at = a, b",
        "task.due_at: datetime = later",
        "clock.rungs.clear()",
        "setattr(clock, 'ends_at', later)",
        "clock = clock.model_copy(update={'ends_at': later})",
        "RunningClock(key='G02#1')",
        "contracts.OpenTask(task_id='1', due_at=later)",
        "self.change(due_at=later)",
        "self.change_row('tasks', {'task_id': t, 'due_at': later})",
        "rung.fired_at = now",
    ],
)
def test_another_way_would_be_found(source: str) -> None:
    assert faults("workflows/name_hold.py", source)
