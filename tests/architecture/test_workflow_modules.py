"""Workflow modules keep nothing between cases: outside the sandbox all cases of a worker share them (ADR 0014)."""

import importlib
import pkgutil
from types import ModuleType

import pytest

import workflows

MUTABLE = (list, dict, set, bytearray)
MODULES = sorted(m.name for m in pkgutil.walk_packages(workflows.__path__, "workflows."))
# Filled when the modules are imported, read afterwards.
TABLES = {
    ("workflows.registry", "PROCEDURES"),
    ("workflows.dispatch", "_REFUSALS"),
    ("workflows.kernel.search_attributes", "SEARCH_ATTRIBUTES"),
}


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_no_state_of_its_own(name: str) -> None:
    module: ModuleType = importlib.import_module(name)
    held = {
        attribute
        for attribute, value in vars(module).items()
        if not attribute.startswith("__")
        and isinstance(value, MUTABLE)
        and (name, attribute) not in TABLES
    }
    assert held == set()


@pytest.mark.parametrize("name", MODULES)
def test_a_workflow_class_has_none_either(name: str) -> None:
    module = importlib.import_module(name)
    shared = {
        f"{kind.__name__}.{attribute}"
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__ == name
        for attribute, value in vars(kind).items()
        if not attribute.startswith("__") and isinstance(value, MUTABLE)
    }
    # Transition tables by version and the forms of the kernel's own tasks: set in the class body, never after.
    allowed = {s for s in shared if s.endswith((".tables", ".task_forms"))}
    assert shared == allowed
