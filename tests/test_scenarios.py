"""Every story under tests/scenarios is played through the API in skipped time."""

from pathlib import Path

import pytest

from banjian.player.story import load, play
from law import catalogue
from workflows.registry import PROCEDURES

FOLDER = Path(__file__).parent / "scenarios"
FILES = sorted(FOLDER.rglob("*.yaml"))
walked: set[tuple[str, str, str]] = set()
played_files: set[Path] = set()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
async def test_the_story_plays_as_told(path: Path, fresh_database: str) -> None:
    played = await play(load(path), fresh_database)
    walked.update(played.moves)
    played_files.add(path)
    assert played.ok, "\n".join([*played.lines, *played.failures])


def test_the_stories_walk_every_declared_move() -> None:
    """Runs after the stories; a run of a part of them only checks that part's table knows its moves."""
    whole = played_files == set(FILES)
    for name, workflow in PROCEDURES.items():
        stems = {r.procedure for r in catalogue.procedures() if r.workflow == name}
        moves = {(a, b) for stem, a, b in walked if stem in stems}
        for table in workflow.tables.values():
            declared = {(t.frm, t.to) for t in table.transitions}
            assert moves <= declared
            if whole:
                missing = sorted(declared - moves)
                assert not missing, f"{name}: no story walks {missing}"
