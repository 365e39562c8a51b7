"""Exit statuses (design §6) and the rule for --json: one document on stdout, words on stderr."""

import json
from pathlib import Path

import pytest

from tests.cli.invoke import banjian

# -- clock explain --------------------------------------------------------------------------------


def test_a_clock_is_explained_day_by_day() -> None:
    told = banjian("clock", "explain", "R01", "--from", "2026-09-23T10:00")
    assert (told.status, told.err) == (0, "")
    assert told.out.startswith("R01 登记:予以登记")
    assert "2026-09-29" in told.out
    document = banjian("clock", "explain", "R01", "--from", "2026-09-23T10:00", "--json").document
    assert (document["clock"], document["legal_end"]) == ("R01", "2026-09-29")


@pytest.mark.parametrize(
    ("arguments", "status", "code"),
    [
        (("ZZ9", "--from", "2026-09-23"), 3, "unknown-clock"),
        (("Q06", "--from", "2026-09-23"), 5, "length-required"),
        (("R01", "--from", "yesterday"), 2, None),
        (("R01",), 2, None),
    ],
)
def test_what_cannot_be_explained(
    arguments: tuple[str, ...], status: int, code: str | None
) -> None:
    refused = banjian("clock", "explain", *arguments, "--json")
    assert (refused.status, refused.out) == (status, "")
    if code is not None:
        assert json.loads(refused.err)["error"] == code


# -- without a running stack -----------------------------------------------------------------------


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A data folder where nothing ever ran, and no addresses from outside."""
    for name in ("DATABASE_URL", "TEMPORAL_ADDRESS", "REGISTERS_URL", "BANJIAN_SECRETS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.mark.parametrize(
    "command",
    [("case", "show", "X"), ("task", "list"), ("replay", "check")],
    ids=lambda c: " ".join(c[:2]),
)
def test_a_command_beside_a_stack_says_that_none_runs(
    command: tuple[str, ...], nowhere: Path
) -> None:
    failed = banjian(*command, "--data", str(nowhere), "--json")
    assert (failed.status, failed.out) == (1, "")
    assert failed.err.startswith("✗ ")
    assert len(failed.err.strip().splitlines()) == 1


def test_an_applicant_has_no_tasks_to_list(nowhere: Path) -> None:
    assert banjian("task", "list", "--role", "applicant").status == 2
    assert banjian("task", "list", "--role", "emperor").status == 2


def test_doctor_reports_one_document_even_where_everything_is_wrong(nowhere: Path) -> None:
    found = banjian("doctor", "--data", str(nowhere), "--json")
    assert found.status in {0, 6}
    assert found.document["ok"] is (found.status == 0)


# -- files -----------------------------------------------------------------------------------------


def test_an_archive_that_is_not_there_and_one_that_is_none(tmp_path: Path) -> None:
    missing = banjian("archive", "check", str(tmp_path / "none.zip"), "--json")
    assert (missing.status, missing.out) == (3, "")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK no archive")
    checked = banjian("archive", "check", str(broken), "--json")
    assert checked.status == 6
    assert checked.document["ok"] is False


def test_audit_wants_a_number_or_all() -> None:
    refused = banjian("audit", "verify")
    assert (refused.status, refused.out) == (2, "")
    assert banjian("audit", "verify", "N1", "--all").status == 2


# -- play ------------------------------------------------------------------------------------------

STEP = """
scenario: 一步
steps:
  - at: 2026-09-23T10:00:00+08:00
    by: applicant
    do: {do}
    expect: {expect}
"""


@pytest.mark.parametrize(
    "text",
    [
        "scenario: [",
        "scenario: 没有步骤\nsteps: []",
        STEP.format(do="dance", expect="{}"),
        STEP.format(do="wait", expect="{}").replace("expect", "expects"),
        STEP.format(do="wait", expect="{}").replace("+08:00", ""),
    ],
    ids=["no yaml", "no steps", "unknown act", "unknown field", "no zone"],
)
def test_a_file_that_is_no_scenario_is_a_usage_error(text: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.yaml"
    file.write_text(text, encoding="utf-8")
    refused = banjian("play", str(file), "--json")
    assert (refused.status, refused.out) == (2, "")
    assert "broken.yaml" in refused.err


def test_a_file_that_is_not_there_is_a_usage_error(tmp_path: Path) -> None:
    assert banjian("play", str(tmp_path / "none.yaml")).status == 2


def test_a_failing_expectation_is_status_6(
    database_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(STEP.format(do="wait", expect="{}"), encoding="utf-8")
    bad.write_text(STEP.format(do="wait", expect="{refused: out_of_time}"), encoding="utf-8")
    played = banjian("play", str(good), str(bad), "--json")
    assert played.status == 6
    assert [one["ok"] for one in played.document] == [True, False]
    assert "out_of_time" in played.document[1]["failures"][0]
