"""Each paper of a procedure has a number series of its own: two that share a word would give out the same number."""

from collections import Counter

import pytest

from activities.paperwork import WORDS
from law import catalogue
from law.catalogue import Procedure

ROWS = [row for row in catalogue.procedures() if row.papers]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.procedure}-{row.version}")
def test_no_two_papers_share_a_word(row: Procedure) -> None:
    words = Counter(WORDS.get(kind, "") for kind in row.papers if kind != "licence")
    assert [word for word, times in words.items() if times > 1] == []
