"""Every story under tests/scenarios is played through the API in skipped time."""

from pathlib import Path

import pytest

from banjian.player.story import load, play

FOLDER = Path(__file__).parent / "scenarios"
FILES = sorted(FOLDER.rglob("*.yaml"))


@pytest.mark.timeout(150)
@pytest.mark.parametrize("path", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
async def test_the_story_plays_as_told(path: Path, fresh_database: str) -> None:
    played = await play(load(path), fresh_database)
    assert played.ok, "\n".join([*played.lines, *played.failures])
