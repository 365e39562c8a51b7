"""Every story is played by exactly one file of tests."""

import re
from collections import Counter

from tests import (
    stories,
    test_stories_of_credit,
    test_stories_of_devices,
    test_stories_of_equipment,
    test_stories_of_inspection,
    test_stories_of_licences,
    test_stories_of_registration,
)

PLAYERS = (
    test_stories_of_credit,
    test_stories_of_devices,
    test_stories_of_equipment,
    test_stories_of_inspection,
    test_stories_of_licences,
    test_stories_of_registration,
)


def test_every_story_is_played_once() -> None:
    played = Counter(path for player in PLAYERS for path in stories.those_of(*player.FOLDERS))
    assert played == Counter(stories.FILES)


def test_the_slow_ones_exist_and_none_is_the_laws() -> None:
    assert {stories.name_of(path) for path in stories.FILES} >= stories.SLOW
    assert not [name for name in stories.SLOW if re.search(r"/s\d\d_", name)]
