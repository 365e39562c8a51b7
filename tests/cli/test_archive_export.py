"""A whole case's archive package taken out of an installation and checked from its bytes alone."""

import stat
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio

from banjian.player.stage import Stage, instant, stage
from banjian.player.story import Scenario, load, play_on
from storage.erasure import erase
from tests.cli.invoke import beside

STORY = Path(__file__).parents[1] / "scenarios" / "establishment_registration" / "straight_way.yaml"


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def archived(module_database: str) -> AsyncIterator[tuple[Stage, str]]:
    """A company that was registered, and its case's receipt number."""
    story: Scenario = load(STORY)
    async with stage(module_database, starts=instant(story.steps[0].at)) as on:
        played = await play_on(on, story, lambda _: None)
        assert played.ok, played.failures
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("BANJIAN_DATA", str(on.core.settings.banjian_data))
            environment.setenv("DATABASE_URL", on.core.settings.database_url)
            yield on, str(played.cases["case"]["number"])


async def test_what_is_exported_proves_itself_and_stands_in_the_log(
    archived: tuple[Stage, str], tmp_path: Path
) -> None:
    _, number = archived
    target = tmp_path / "case.zip"
    done = await beside(
        "archive", "export", number, "--out", str(target), "--reason", "查档", "--json"
    )
    assert (done.status, done.err) == (0, "")
    assert done.document["file"] == str(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(tmp_path) == ["case.zip"]

    checked = await beside("archive", "check", str(target), "--json")
    assert checked.status == 0
    [package] = checked.document["packages"]
    assert package["sha256"] == done.document["sha256"]
    assert package["events"] > 10

    log = (await beside("audit", "log", "--json")).document["items"]
    assert [(e["act"], e["subject"]) for e in log] == [
        ("archive_exported", done.document["case_id"])
    ]
    assert (log[0]["details"]["reason"], log[0]["details"]["number"]) == ("查档", number)

    # One byte changed on the way is found.
    broken = bytearray(target.read_bytes())
    broken[len(broken) // 2] ^= 1
    target.write_bytes(broken)
    assert (await beside("archive", "check", str(target))).status == 6


async def test_nothing_is_written_over_and_nothing_is_logged_that_was_not_written(
    archived: tuple[Stage, str], tmp_path: Path
) -> None:
    _, number = archived
    before = len((await beside("audit", "log", "--json")).document["items"])
    taken = tmp_path / "taken.zip"
    taken.write_bytes(b"mine")
    refused = await beside("archive", "export", number, "--out", str(taken), "--json")
    assert (refused.status, refused.out, taken.read_bytes()) == (4, "", b"mine")
    nowhere = await beside("archive", "export", number, "--out", str(tmp_path / "no" / "x.zip"))
    assert nowhere.status == 1
    unknown = await beside(
        "archive", "export", "没有-1", "--out", str(tmp_path / "x.zip"), "--json"
    )
    assert (unknown.status, unknown.out) == (3, "")
    assert len((await beside("audit", "log", "--json")).document["items"]) == before
    assert names(tmp_path) == ["taken.zip"]


async def test_an_erased_case_has_no_package_any_more(
    archived: tuple[Stage, str], tmp_path: Path
) -> None:
    on, number = archived
    shown = (await beside("case", "show", number, "--json")).document
    await erase(on.core.engine, on.core.keys, UUID(shown["case_id"]))
    gone = await beside("archive", "export", number, "--out", str(tmp_path / "x.zip"))
    assert (gone.status, "已依法删除" in gone.err) == (3, True)
    assert names(tmp_path) == []
