"""Many papers sealed at the same time: each is valid, and the same bytes as when sealed alone."""

import asyncio
from pathlib import Path

from activities.papers import render
from activities.seals import LocalSeals
from tests.papers.samples import ISSUED, OFFICE, SAMPLES

AT_ONCE = 16


async def test_papers_sealed_at_once_are_as_valid_as_one(tmp_path: Path) -> None:
    paper = render("acceptance", SAMPLES["acceptance"], timestamp=ISSUED)
    # A fresh seal each time: its certificate's parts are read at first use.
    for turn in range(3):
        seals = LocalSeals(tmp_path / str(turn), OFFICE)
        sealed = await asyncio.gather(
            *(seals.seal(paper, signed_at=ISSUED) for _ in range(AT_ONCE))
        )
        assert len(set(sealed)) == 1
        assert (await seals.verify(sealed[0])).valid
