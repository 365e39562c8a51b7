"""The commands that each workflow issues, in the order of its source, as data to compare.

A changed order fails the replay of running cases: it wedges them, and nobody sees it in a review. The
list holds what reaches the engine: activities, timers, verbs of the kernel that stand for them, patches.
"""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORKFLOWS = ROOT / "workflows"
COMMITTED = Path(__file__).with_name("fingerprints.json")

# Verbs of the kernel that end in a command, and the engine's own calls.
COMMANDS = frozenset(
    {
        # effects, papers, related cases, numbers
        "call", "serve", "open_related", "number",
        # people and clocks
        "decided", "answer_of", "start_clock", "stop_clock", "revise_clock", "set_alarm",
        # concurrency: what runs beside decides the order of commands
        "aside", "gather", "create_task",
        # the engine
        "sleep", "continue_as_new", "upsert_search_attributes", "patched", "deprecate_patch",
        "execute_activity", "execute_activity_method", "start_activity", "start_activity_method",
        "execute_local_activity", "execute_local_activity_method",
        "start_child_workflow", "execute_child_workflow",
    }
)  # fmt: skip

Fingerprints = dict[str, dict[str, list[str]]]


def of_source(source: str, verbs: frozenset[str] = COMMANDS) -> dict[str, list[str]]:
    """`Class.method` or `function` → its commands; those without any are left out."""
    found: dict[str, list[str]] = {}
    for owner in ast.parse(source).body:
        inside = owner.body if isinstance(owner, ast.ClassDef) else [owner]
        of = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
        for function in inside:
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                commands = list(_commands(function, verbs))
                if commands:
                    found[of + function.name] = commands
    return found


def of_tree() -> Fingerprints:
    """Every module under workflows/, by its path."""
    sources = {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(WORKFLOWS.rglob("*.py"))
    }
    verbs = COMMANDS
    while True:
        found = {path: of_source(source, verbs) for path, source in sources.items()}
        # What issues commands is a command where it is called.
        wider = verbs | {name.rpartition(".")[2] for one in found.values() for name in one}
        if wider == verbs:
            return {path: commands for path, commands in found.items() if commands}
        verbs = wider


def _commands(method: ast.AST, verbs: frozenset[str]) -> Iterator[str]:
    calls = [node for node in ast.walk(method) if isinstance(node, ast.Call)]
    for node in sorted(calls, key=lambda c: (c.lineno, c.col_offset)):
        name = _name(node.func)
        timed = name == "wait_condition" and any(k.arg == "timeout" for k in node.keywords)
        if name in verbs or timed:
            yield f"{name}({_first(node)})"


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _first(node: ast.Call) -> str:
    """What tells two calls of one verb apart: a literal, an activity's name, a clock's."""
    if not node.args:
        return ""
    first = node.args[0]
    if isinstance(first, ast.Constant):
        return str(first.value)
    if isinstance(first, ast.Attribute | ast.Name):
        return ast.unparse(first)
    return _name(first.func) if isinstance(first, ast.Call) else ""


def write() -> None:
    """Accept today's commands. Only after the change is gated and a history of the new way is recorded."""
    COMMITTED.write_text(
        json.dumps(of_tree(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )


def committed() -> Fingerprints:
    found: Fingerprints = json.loads(COMMITTED.read_text(encoding="utf-8"))
    return found
