"""Every story is played by exactly one file of tests."""

from collections import Counter

from tests import stories, test_stories_of_licences, test_stories_of_registration

PLAYERS = (test_stories_of_licences, test_stories_of_registration)


def test_every_story_is_played_once() -> None:
    played = Counter(path for player in PLAYERS for path in stories.those_of(*player.FOLDERS))
    assert played == Counter(stories.FILES)
