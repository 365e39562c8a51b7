"""The secrets of a container deployment: made once, for their readers alone, rotated one by one."""

import os
import stat
from pathlib import Path

import pytest

from banjian import container_secrets
from banjian.container_secrets import OURS, POSTGRES, TEMPORAL, main, make
from banjian.secret_files import EVERY_SECRET, SecretsError
from tests.deploy.compose import project


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Whom each file was given to, for a tester who may not give files away."""
    found: dict[str, int] = {}

    def chown(path: Path, user: int, group: int) -> None:
        assert group == -1
        found[Path(path).name] = user

    monkeypatch.setattr(container_secrets.os, "chown", chown)
    return found


def test_it_makes_every_secret_of_the_compose_file(tmp_path: Path, given: dict[str, int]) -> None:
    folder = tmp_path / "secrets"
    made = set(make(folder))
    wanted = {Path(s["file"]).name for s in project()["secrets"].values()}
    assert wanted <= made
    assert {p.name for p in folder.iterdir()} == set(given)
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for kind in EVERY_SECRET:
        kind.load(folder)
    assert given["master.json"] == given["database_url"] == OURS
    assert given["postgres_banjian"] == POSTGRES
    assert given["temporal_postgres"] == TEMPORAL


def test_a_second_run_changes_nothing(
    tmp_path: Path, given: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    assert main([str(tmp_path)]) == 0
    assert "没有改动" in capsys.readouterr().out
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_a_word_that_was_deleted_is_made_anew_wherever_it_stands(
    tmp_path: Path, given: dict[str, int]
) -> None:
    make(tmp_path)
    before = {p.name: p.read_text() for p in tmp_path.iterdir()}
    (tmp_path / "postgres_banjian").unlink()
    (tmp_path / "postgres_temporal").unlink()
    make(tmp_path)
    after = {p.name: p.read_text() for p in tmp_path.iterdir()}
    changed = {name for name in after if after[name] != before[name]}
    assert changed == {"postgres_banjian", "postgres_temporal", "database_url", "temporal_postgres"}
    assert after["postgres_banjian"].strip() in after["database_url"]
    assert after["postgres_temporal"] == after["temporal_postgres"]


@pytest.mark.parametrize("word", ["", "short", "x y'; DROP" * 5])
def test_an_unfit_word_is_refused(tmp_path: Path, given: dict[str, int], word: str) -> None:
    make(tmp_path)
    (tmp_path / "postgres_banjian").write_text(word)
    with pytest.raises(SecretsError, match="postgres_banjian"):
        make(tmp_path)


def test_no_word_is_printed(
    tmp_path: Path, given: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 0
    said = capsys.readouterr()
    for path in tmp_path.iterdir():
        for word in path.read_text().split():
            assert len(word) < 20 or word not in said.out + said.err
    assert main([]) == 2


def test_the_files_really_belong_to_their_readers(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        # Whoever may not give files away is told so, and not left with files that nobody can read.
        assert main([str(tmp_path)]) == 1
        return
    make(tmp_path)
    assert {p.name: p.stat().st_uid for p in tmp_path.iterdir()} == {
        p.name: container_secrets.reader(p.name) for p in tmp_path.iterdir()
    }
