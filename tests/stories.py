"""The stories under tests/scenarios, played through the API in skipped time, and the moves that they walk.

Two files of tests play them, since a file is played by one process from beginning to end. What each story walked is
written beside what the others walked; the file that ends last finds all of it and checks the whole.
"""

import json
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from banjian.player.story import load, play
from law import catalogue
from workflows.registry import PROCEDURES

FOLDER = Path(__file__).parent / "scenarios"
FILES = sorted(FOLDER.rglob("*.yaml"))
# Long ones whose every move another story walks: `make slow` plays them. None of law.md's own is among them.
SLOW = {
    "change_registration/head_and_capital",
    "change_registration/licence_replaced",
    "change_registration/name_lapses",
    "change_registration/names",
    "change_registration/publicity_refuses",
    "change_registration/registers_fail",
    "cluster_hosting/deregistered_elsewhere",
    "cluster_registration/applied_before",
    "cluster_registration/closed_before_told",
    "compulsory_deregistration/grounds",
    "compulsory_deregistration/restored_name",
    "compulsory_deregistration/who_decides",
    "enterprise_startup_onestop/hosted",
    "enterprise_startup_onestop/never_answers",
    "enterprise_startup_onestop/on_a_promise",
    "enterprise_startup_onestop/one_part_withdrawn",
    "enterprise_startup_onestop/reserved_name_and_correction",
    "establishment_registration/barred_person",
    "establishment_registration/correction_with_another_reservation",
    "establishment_registration/correction_without_reservation",
    "establishment_registration/declared_name",
    "establishment_registration/name_kept_overnight",
    "establishment_registration/name_taken_meanwhile",
    "establishment_registration/one_refuses_to_sign",
    "establishment_registration/publicity_refuses",
    "establishment_registration/register_refuses",
    "establishment_registration/registers_fail",
    "establishment_registration/withdrawn_while_register_is_down",
    "food_operation_licence/refusal",
    "food_operation_licence/site_check_runs_over",
    "general_deregistration/announced_over_midnight",
    "general_deregistration/publicity_refuses",
    "licence_application/callback_lost",
    "licence_application/never_answers",
    "licence_application/suspended_meanwhile",
    "licence_filing/publicity_refuses",
    "license_separation/after_registration",
    "license_separation/enterprise_gone",
    "license_separation/notice_refused",
    "license_separation/own_procedure",
    "license_separation/terms_and_conditions",
    "license_separation/withdrawn",
    "name_self_declaration/quota_and_release",
    "registration_revocation/notice_on_paper",
    "se_hazard_rectification/sealed_again",
    "se_use_registration/terms",
    "simple_deregistration/born_and_gone",
    "simple_deregistration/callbacks",
    "simple_deregistration/case_in_the_middle",
    "simple_deregistration/court_and_collateral",
    "simple_deregistration/grace_applied",
    "simple_deregistration/tax_is_down",
    "startup_part/applicant_corrects",
    "startup_part/register_down",
    "startup_part/withdrawn_while_asked",
    "tolerance_acceptance/extended_and_kept",
    "tolerance_acceptance/kept",
    "tolerance_acceptance/registration_overdue",
    "tolerance_acceptance/revocation_started",
}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def those_of(*folders: str) -> list[Path]:
    """The stories of these folders. Raises AssertionError for a folder without any."""
    found = [path for path in FILES if path.parent.name in folders]
    assert {path.parent.name for path in found} == set(folders)
    return found


def told_by(*folders: str) -> list[ParameterSet]:
    """The same as a test's parameters, the long ones marked."""
    return [
        pytest.param(
            path, id=name_of(path), marks=[pytest.mark.slow] if name_of(path) in SLOW else []
        )
        for path in those_of(*folders)
    ]


def walked_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared by all processes of one run, and by no other run."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    folder = shared / "walked"
    folder.mkdir(exist_ok=True)
    return folder


async def played_as_told(path: Path, database: str, walked: Path) -> None:
    """Play it; what it walked is left in the folder, also of a story that failed."""
    played = await play(load(path), database)
    note = walked / f"{path.parent.name}.{path.stem}.json"
    draft = note.with_suffix(".draft")
    draft.write_text(json.dumps(sorted(played.moves)), "utf-8")
    draft.rename(note)
    assert played.ok, "\n".join([*played.lines, *played.failures])


def check_moves(walked: Path) -> None:
    """Each move that a story made is declared; once all but the slow were played, each declared move was made."""
    notes = {note.stem: json.loads(note.read_text("utf-8")) for note in walked.glob("*.json")}
    made = {tuple(move) for moves in notes.values() for move in moves}
    wanted = {name_of(path) for path in FILES} - SLOW
    whole = wanted <= {name.replace(".", "/", 1) for name in notes}
    for name, workflow in PROCEDURES.items():
        stems = {r.procedure for r in catalogue.procedures() if r.workflow == name}
        moves = {(a, b) for stem, a, b in made if stem in stems}
        # A case goes by the table of its opening; what is played opens by the newest of its item.
        tables = workflow.tables.values()
        declared = {(t.frm, t.to) for table in tables for t in table.transitions}
        assert moves <= declared, f"{name}: {sorted(moves - declared)} is in no table"
        if whole:
            missing = sorted(declared - moves)
            assert not missing, f"{name}: no story walks {missing}"
