"""A changed list of commands is said before it is released, with what to do about it."""

import difflib
import json

import pytest

from tests.replay import fingerprints

WHAT_TO_DO = """
The commands of a workflow changed. Cases that are under way replay their history on the new code: where
the order differs they stop, in every office, and nothing on their page says why.

  1. Is a running case affected? Added, removed, reordered or renamed activities, papers, clocks, timers,
     related cases: yes. A new procedure, a new stage that no open case is in: no.
  2. If so, gate it. At the head of the workflow's file, with the reason above it:
         CHANGE = "<stem>-<change>-v1"
     and `if workflow.patched(CHANGE): …new… else: …old…`. Keep both until no older case can be open.
  3. Add a scenario that walks the new way: python -m tests.replay record <stem>
     (It keeps every history that is there. Never record again to make a test pass.)
  4. Accept the list: python -m tests.replay fingerprints
"""


def test_the_commands_of_every_workflow_are_the_accepted_ones() -> None:
    before, today = fingerprints.committed(), fingerprints.of_tree()
    diff = "\n".join(
        difflib.unified_diff(
            json.dumps(before, ensure_ascii=False, indent=1).splitlines(),
            json.dumps(today, ensure_ascii=False, indent=1).splitlines(),
            "accepted",
            "today",
            lineterm="",
        )
    )
    assert before == today, f"{diff}\n{WHAT_TO_DO}"


ISSUE = """
class Licence(Approval):
    async def issue(self) -> str:
        self.record("issuing")
        await self.serve("grant")
        if workflow.patched(TWICE):
            await self.serve("licence")
        with suppress(TimeoutError):
            await workflow.wait_condition(lambda: self.done, timeout=DAY)
        await workflow.wait_condition(lambda: self.done)
        return "archiving"

    def label(self) -> str:
        return "nothing that reaches the engine"
"""


def test_commands_are_listed_in_order_with_what_tells_them_apart() -> None:
    assert fingerprints.of_source(ISSUE) == {
        "Licence.issue": ["serve(grant)", "patched(TWICE)", "serve(licence)", "wait_condition()"]
    }


def test_a_function_beside_the_classes_counts_too() -> None:
    source = "async def turn(act): return await workflow.execute_activity_method(act)"
    assert fingerprints.of_source(source) == {"turn": ["execute_activity_method(act)"]}


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ('serve("grant")', 'serve("refusal")', True),
        ("timeout=DAY", "poll=DAY", True),
        ("if workflow.patched(TWICE):", "if True:", True),
        ('self.record("issuing")', 'self.record("started", data={"n": 1})', False),
        ("nothing that", "nothing at all that", False),
    ],
)
def test_what_reaches_the_engine_counts_and_nothing_else(old: str, new: str, changes: bool) -> None:
    changed = fingerprints.of_source(ISSUE.replace(old, new))
    assert (changed != fingerprints.of_source(ISSUE)) is changes
