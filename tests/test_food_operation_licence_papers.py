"""What the papers of a food operation licence (食品经营许可) say: read from the stored PDFs of its stories."""

import io
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from banjian.player.stage import Stage, instant, stage
from banjian.player.story import load, play_on
from storage.tables import DocumentRow

STORIES = Path(__file__).parent / "scenarios" / "food_operation_licence"


async def papers(on: Stage) -> dict[str, str]:
    """Kind → the text of the paper, without white space."""
    async with on.core.engine.connect() as connection:
        rows = (await connection.execute(select(DocumentRow.__table__))).all()
    found = {}
    for row in rows:
        pdf = await on.core.files.get(row.case_id, row.stored_id)
        found[row.kind] = "".join(
            "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split()
        )
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    ("story", "kind", "says"),
    [
        (
            "s24_deemed_accepted",
            "acceptance",
            [
                "未在法定期限内告知需要补正的内容",
                "2026年9月23日（星期三）起视为受理",
                "第三十二条第一款第（四）项",
            ],
        ),
        (
            "straight_way",
            "licence",
            ["食品经营许可证", "热食类食品制售；冷食类食品制售；自制饮品制售", "2031年9月24日"],
        ),
    ],
)
async def test_the_paper_says(story: str, kind: str, says: list[str], fresh_database: str) -> None:
    scenario = load(STORIES / f"{story}.yaml")
    async with stage(fresh_database, starts=instant(scenario.steps[0].at)) as on:
        played = await play_on(on, scenario, lambda _: None)
        assert played.ok, played.failures
        found = await papers(on)
    for words in says:
        assert words in found[kind], found[kind]
