"""The stories under tests/scenarios, played through the API in skipped time, and the moves that they walk.

Two files of tests play them, since a file is played by one process from beginning to end. What each story walked is
written beside what the others walked; the file that ends last finds all of it and checks the whole.
"""

import json
from pathlib import Path

import pytest

from banjian.player.story import load, play
from law import catalogue
from workflows.registry import PROCEDURES

FOLDER = Path(__file__).parent / "scenarios"
FILES = sorted(FOLDER.rglob("*.yaml"))


def those_of(*folders: str) -> list[Path]:
    """The stories of these folders. Raises AssertionError for a folder without any."""
    found = [path for path in FILES if path.parent.name in folders]
    assert {path.parent.name for path in found} == set(folders)
    return found


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


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
    """Each move that a story made is declared; once all stories were played, each declared move was made."""
    notes = list(walked.glob("*.json"))
    made = {tuple(move) for note in notes for move in json.loads(note.read_text("utf-8"))}
    for name, workflow in PROCEDURES.items():
        stems = {r.procedure for r in catalogue.procedures() if r.workflow == name}
        moves = {(a, b) for stem, a, b in made if stem in stems}
        for table in workflow.tables.values():
            declared = {(t.frm, t.to) for t in table.transitions}
            assert moves <= declared
            if len(notes) == len(FILES):
                missing = sorted(declared - moves)
                assert not missing, f"{name}: no story walks {missing}"
