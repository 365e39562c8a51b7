"""Stories of devices (特种设备): their use registration, and what returns of them (周期性义务)."""

from pathlib import Path

import pytest

from tests import stories

FOLDERS = (
    "se_emergency_drill",
    "se_emergency_plan",
    "se_periodic_inspection",
    "se_responsibility_pledge",
    "se_use_registration",
)


@pytest.mark.timeout(240)
@pytest.mark.parametrize("path", stories.told_by(*FOLDERS))
async def test_the_story_plays_as_told(
    path: Path, fresh_database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    await stories.played_as_told(path, fresh_database, stories.walked_folder(tmp_path_factory))


def test_the_stories_walk_every_declared_move(tmp_path_factory: pytest.TempPathFactory) -> None:
    """After the stories; whole in the file that ends last."""
    stories.check_moves(stories.walked_folder(tmp_path_factory))
