"""docs/adding-a-procedure.md, step by step, for every procedure of the catalogue."""

from pathlib import Path

import pytest

from activities import paper_fields
from activities.paperwork import BUILDERS
from activities.register_calls import INQUIRIES, KINDS
from activities.related_filing import FILLED
from banjian import worker
from domain.roles import Role
from forms.base import ApplicationForm, TaskForm
from forms.registry import APPLICATIONS, TASK_FORMS
from law import catalogue, sod
from law.catalogue import Procedure
from law.clocks import CLOCKS
from workflows.registry import PROCEDURES

ROOT = Path(__file__).resolve().parents[2]
ROWS = catalogue.procedures()
PAPERS = {
    "receipt",
    "acceptance",
    "notice",
    "not_accepted",
    "extension",
    "grant",
    "refusal",
    "licence",
}
# What ends an entry issues no licence; each way has letters of its own.
ENDING = {
    "general_deregistration": (PAPERS - {"licence"}) | {"liquidation_told", "ended"},
}
# Nobody accepts or approves a declaration.
DECLARED_PAPERS = {"reservation", "refusal", "cancellation"}
# Other departments decide: what the bureau itself writes is the procedure's own.
COORDINATED = "coordination"
# Of what the bureau notes and takes back, too: each names its own.
OWN_PAPERS = {COORDINATED, "supervision"}
assert paper_fields
assert worker.DECLARED


# A device's use is registered, changed, stopped, begun again and ended by letters of their own.
WITH_LETTERS = {
    "se_use_registration": PAPERS | {"changed", "stopped", "restarted", "scrapped"},
}
# What ends something issues no certificate.
NO_CERTIFICATE = {"registration_revocation"}


def papers_of(row: Procedure) -> set[str]:
    if row.procedure in NO_CERTIFICATE:
        return PAPERS - {"licence"}
    if row.kind in OWN_PAPERS or row.clocks.notice:
        return set(row.papers)
    if row.kind == "declaration":
        return DECLARED_PAPERS
    return (ENDING | WITH_LETTERS).get(row.procedure, PAPERS)


def shipped(row: Procedure) -> bool:
    return (ROOT / "law/data/catalogue" / f"{row.procedure}.yaml").exists()


procedures = pytest.mark.parametrize(
    "row", [r for r in ROWS if shipped(r)], ids=lambda r: r.procedure
)


@procedures
def test_step_1_the_row_names_things_that_exist(row: Procedure) -> None:
    named = [c for c in row.clocks.model_dump().values() if c]
    if row.bulk:
        named.append(row.bulk.clock)
    if row.licence_valid_clock:
        named.append(row.licence_valid_clock)
    assert set(named) <= set(CLOCKS), "step 1: a clock that docs/reference/clocks.md does not have"
    known = set(sod.RULES) | set(sod.TWO_OFFICERS)
    assert set(row.sod) <= known, "step 1: an unknown separation-of-duty rule"
    assert set(row.roles.values()) <= {r.value for r in Role}, "step 1: an unknown role"
    assert set(row.papers) == papers_of(row), "step 1: papers without a title, or unknown ones"
    if row.kind == "licence":
        assert row.clocks.acceptance, "step 1: a licence has a term for its one-time notice"
    if row.site_check:
        assert "site_check" in row.roles, "step 1: who does the site check?"
    unknown = (set(row.opened_by) | set(row.follow_ups)) - {r.procedure for r in ROWS}
    assert not unknown, f"step 1: opened by, or followed by, what is not there: {unknown}"
    if row.opened_by:
        assert row.procedure in FILLED, "step 1: nobody writes the application of a related case"
    elif row.applied_for:
        assert row.materials, "step 1: no materials"
    if row.kind in OWN_PAPERS:
        assert {"trouble"} <= set(row.roles)
        return
    if row.kind == "declaration":
        assert {"review", "cancellation", "trouble"} <= set(row.roles)
        return
    if row.clocks.notice:
        # What is announced first is accepted by no one-time notice: the law names all that is handed in.
        assert {"review", "decision", "extension", "trouble"} <= set(row.roles)
        return
    assert {"acceptance", "review", "decision", "extension", "trouble"} <= set(row.roles)
    assert row.gaps, "step 1: no deficiency for the one-time notice"


@procedures
def test_step_2_and_3_its_form_is_written_and_listed(row: Procedure) -> None:
    assert (ROOT / "forms" / f"{row.procedure}.py").exists(), "step 2: forms/<stem>.py"
    form = APPLICATIONS.get(row.application)
    assert form is not None, "step 3: list the form in forms/registry.py"
    assert issubclass(form, ApplicationForm)
    fields = [f for s in form.sections for f in s.fields]
    assert sorted(fields) == sorted(form.model_fields), "step 2: each field in exactly one section"
    for name, field in form.model_fields.items():
        extra = field.json_schema_extra
        assert field.title, f"step 2: {name} has no label"
        assert isinstance(extra, dict), f"step 2: {name} has no English label"
        assert extra.get("title_en"), f"step 2: {name} has no English label"


@procedures
def test_step_4_its_workflow_is_registered(row: Procedure) -> None:
    workflow = PROCEDURES.get(row.workflow)
    assert workflow is not None, "step 4: list the workflow in workflows/registry.py"
    assert "1" in workflow.tables, "a table keeps its first version"


@procedures
def test_step_5_every_paper_can_be_built(row: Procedure) -> None:
    for kind in papers_of(row):
        assert (row.procedure, kind) in BUILDERS or (row.kind, kind) in BUILDERS, (
            f"step 5: nobody builds the paper {kind}"
        )


@procedures
def test_step_6_stories_words_and_records_are_there(row: Procedure) -> None:
    stem = row.procedure
    assert list((ROOT / "tests/scenarios" / stem).glob("*.yaml")), "step 6.1: no scenario"
    glossary = (ROOT / "docs/glossary.md").read_text(encoding="utf-8")
    assert f"`{stem}`" in glossary, "step 6.2: the glossary does not have it"
    assert list((ROOT / "tests/replay/histories" / stem).glob("*.json.gz")), (
        "step 6.4: no recorded history"
    )
    assert stem in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), (
        "step 6.5: no changelog line"
    )


def test_every_declared_form_is_listed() -> None:
    def leaves(base: type) -> set[type]:
        subs = base.__subclasses__()
        found: set[type] = set()
        for s in subs:
            found |= leaves(s) or {s}
        return found

    declared = {f for f in leaves(ApplicationForm) if f.__module__.startswith("forms.")}
    assert declared == set(APPLICATIONS.values())
    tasks = {f for f in leaves(TaskForm) if f.__module__.startswith("forms.")}
    assert tasks == set(TASK_FORMS.values())


def test_every_effect_and_inquiry_has_one_owner() -> None:
    assert not set(KINDS) & set(INQUIRIES)
    assert {"register_enterprise", "deposit_package", "open_signing"} <= set(KINDS)
