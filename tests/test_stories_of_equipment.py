"""Stories of special equipment (特种设备)."""

from pathlib import Path

import pytest

from tests import stories

FOLDERS = ("se_accident_report", "se_hazard_rectification", "seizure")


@pytest.mark.timeout(240)
@pytest.mark.parametrize("path", stories.told_by(*FOLDERS))
async def test_the_story_plays_as_told(
    path: Path, fresh_database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await stories.played_as_told(path, fresh_database, stories.walked_folder(tmp_path_factory))


def test_the_stories_walk_every_declared_move(tmp_path_factory: pytest.TempPathFactory) -> None:
    """After the stories; whole in the file that ends last."""
    stories.check_moves(stories.walked_folder(tmp_path_factory))
