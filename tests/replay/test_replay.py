"""Recorded histories replay on today's code; a changed order of commands does not.

A failure here is evidence: this release would wedge cases that are under way. Gate the change with
`workflow.patched("<stem>-<change>-v1")` and add a history of the new way; never record again to make
a test pass.
"""

from pathlib import Path

import pytest
from temporalio.workflow import NondeterminismError

from bench.reference import ROW, Reference
from domain.transitions import Table
from law import catalogue
from tests.replay import corpus, mutants
from workflows.change_registration import TABLE as CHANGE
from workflows.cluster_hosting import TABLE as HOSTING
from workflows.cluster_registration import TABLE as HOST
from workflows.establishment_registration import TABLE as ESTABLISHMENT
from workflows.general_approval import TABLE as GENERAL_APPROVAL

HISTORIES = corpus.files()


@pytest.fixture(scope="module", autouse=True)
def _reference_is_a_procedure() -> None:
    catalogue.add(ROW)


# A case that stood still when it was recorded did what its own story's ended case did as well.
REPLAYED = [pytest.param(p, marks=pytest.mark.slow) if ".at-" in p.name else p for p in HISTORIES]


@pytest.mark.parametrize("path", REPLAYED, ids=corpus.label)
async def test_a_recorded_case_goes_the_same_way_today(path: Path) -> None:
    failure = await corpus.replay(corpus.load(path), Reference)
    assert failure is None, (
        f"{corpus.label(path)}: {failure}\n"
        "Running cases would stop here. Keep the old order of commands behind workflow.patched(); "
        "do not record the history again."
    )


def history(name: str) -> corpus.Recorded:
    return corpus.load(corpus.FOLDER / f"{name}{corpus.SUFFIX}")


async def test_an_unchanged_subclass_replays() -> None:
    """The ground for the mutants: being a subclass alone is no change."""
    assert await corpus.replay(history("reference/closed_in_time"), mutants.Same) is None


@pytest.mark.parametrize(
    ("name", "mutant"),
    [
        ("reference/closed_in_time", mutants.ClockLater),
        ("reference/closed_in_time", mutants.Waiting),
        ("establishment_registration/straight_way", mutants.SignedPaperLeft),
    ],
    ids=lambda v: v if isinstance(v, str) else v.__name__,
)
async def test_a_changed_order_of_commands_is_caught(name: str, mutant: type) -> None:
    assert isinstance(await corpus.replay(history(name), mutant), NondeterminismError)


# -- what a corpus must be ------------------------------------------------------------------------


@pytest.mark.parametrize("path", HISTORIES, ids=corpus.label)
def test_a_history_is_small_sealed_and_opens_with_its_own_key_only(path: Path) -> None:
    assert path.stat().st_size <= corpus.MAX_BYTES
    recorded = corpus.load(path)
    # Names of the invented persons: what a payload says is under the seal.
    assert "周晓岚" not in str(recorded.history)
    assert recorded.workflow_history().workflow_id == str(recorded.case_id)


# Open stages that last no longer than a call; a closed case went through them.
PASSING = {"issuing", "archiving", "host_terminating"}


@pytest.mark.parametrize(
    ("stem", "table"),
    [
        ("change_registration", CHANGE),
        ("cluster_hosting", HOSTING),
        ("cluster_registration", HOST),
        ("establishment_registration", ESTABLISHMENT),
        ("food_operation_licence", GENERAL_APPROVAL),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_every_stage_has_a_recorded_case_in_it(stem: str, table: Table) -> None:
    """Ends are stages too."""
    seen = {corpus.load(p).stage for p in HISTORIES if p.parent.name == stem}
    assert {s.id for s in table.stages} - PASSING <= seen
