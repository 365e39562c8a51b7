"""`banjian calendar`: the days of a year, a file judged as the upload would, and how far publications are."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession

from banjian.commands.calendar import ENGLISH
from banjian.secret_files import create_missing
from domain.roles import Role
from law import calendar_upload
from law import calendars as law
from law.calendar_upload import check, read
from law.calendars import default_calendars
from storage import accounts, calendars
from storage.engine import create_engine
from tests.cli.invoke import banjian, beside
from tests.law.notice import notice, rows


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """No database from outside, and none is remembered."""
    for name in ("DATABASE_URL", "BANJIAN_SECRETS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BANJIAN_DATA", str(tmp_path))
    law.forget_published()
    yield
    law.forget_published()


# -- what holds ------------------------------------------------------------------------------------


def test_the_editions_of_the_release() -> None:
    told = banjian("calendar", "list", "--json")
    assert (told.status, told.err) == (0, "")
    assert told.document["source"] == "release"
    listed = told.document["in_force"]
    assert [e["year"] for e in listed] == sorted((e["year"] for e in listed), reverse=True)
    assert {e["edition"] for e in listed} == set(default_calendars().pins)
    newest = next(e for e in listed if e["year"] == 2026)
    assert (newest["paper"], newest["shipped"]) == ("国办发明电〔2025〕7号", True)
    words = banjian("calendar", "list").out
    assert "2026  2026.1   国办发明电〔2025〕7号\n" in words


def test_a_year_with_its_paper_and_its_days() -> None:
    told = banjian("calendar", "show", "2026", "--json").document
    assert (told["edition"], told["provisional"], told["shipped"]) == ("2026.1", False, True)
    assert told["papers"][0]["document_number"] == "国办发明电〔2025〕7号"
    assert told["papers"][0]["url"].startswith("https://www.gov.cn/")
    kinds = {row["date"]: row["kind"] for row in told["days"]}
    assert (kinds["2026-10-01"], kinds["2026-10-10"]) == ("off_day", "workday")
    # 365 days, 104 of a weekend: counted by hand from the notice.
    off = [d for d, kind in kinds.items() if kind == "off_day"]
    weekdays_off = [d for d in off if date.fromisoformat(d).weekday() < 5]
    worked = [d for d, kind in kinds.items() if kind == "workday"]
    assert told["workdays"] == 365 - 104 - len(weekdays_off) + len(worked)
    assert (
        "2026-10-10（周六）  上班  国庆节调休上班〔国办发明电〔2025〕7号〕"
        in banjian("calendar", "show", "2026").out
    )


@pytest.mark.parametrize(
    ("day", "kind", "reason", "source"),
    [
        ("2026-10-01", "off_day", "国庆节放假", "国办发明电〔2025〕7号"),
        ("2026-10-10", "workday", "国庆节调休上班", "国办发明电〔2025〕7号"),
        ("2026-10-11", "off_day", "周末", None),
        ("2026-10-12", "workday", "工作日", None),
    ],
)
def test_one_day(day: str, kind: str, reason: str, source: str | None) -> None:
    told = banjian("calendar", "show", "2026", "--day", day, "--json").document
    assert told == {
        "date": day, "kind": kind, "reason": reason, "source": source, "provisional": False,
    }  # fmt: skip


def test_a_year_without_a_notice_is_provisional_and_says_so() -> None:
    year = default_calendars().editions[-1].year + 1
    told = banjian("calendar", "show", str(year), "--json").document
    assert (told["edition"], told["provisional"], told["papers"]) == (None, True, [])
    assert len(told["days"]) in (12, 13)
    assert all(row["provisional"] for row in told["days"])
    assert "暂定" in banjian("calendar", "show", str(year)).out
    first = banjian("calendar", "show", str(year), "--day", f"{year}-01-01", "--json").document
    assert (first["kind"], first["provisional"]) == ("off_day", True)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("2000",), 3),
        (("2026", "--day", "2026-02-30"), 2),
        (("2026", "--day", "20261001"), 2),
        (("2026", "--day", "2027-01-01"), 2),
        (("twenty",), 2),
        (("9999",), 2),
    ],
)
def test_what_cannot_be_shown(arguments: tuple[str, ...], status: int) -> None:
    refused = banjian("calendar", "show", *arguments, "--json")
    assert (refused.status, refused.out) == (status, "")


# -- a year's file ---------------------------------------------------------------------------------


def written(folder: Path, data: Any, name: str = "2027.json") -> str:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    return str(path)


def test_a_lawful_file_is_let_through_and_nothing_is_published(tmp_path: Path) -> None:
    file = written(tmp_path, notice())
    told = banjian("calendar", "validate", file, "--json")
    assert (told.status, told.err) == (0, "")
    assert told.document == {
        "ok": True, "year": 2027, "paper": "测试〔2026〕7号", "off_days": 28, "workdays": 6,
        "compared_with": "release", "problems": [],
    }  # fmt: skip
    words = banjian("calendar", "validate", file)
    assert (words.status, "由第二人批准" in words.out) == (0, True)
    assert default_calendars().is_provisional(2027)


def test_a_table_needs_its_year_and_its_notice(tmp_path: Path) -> None:
    lines = ["date,kind,holiday", *(f"{r['date']},{r['kind']},{r['holiday']}" for r in rows())]
    file = written(tmp_path, "\n".join(lines), "2027.csv")
    assert banjian("calendar", "validate", file).status == 2
    bare = banjian("calendar", "validate", file, "--year", "2027", "--json")
    assert (bare.status, [p["code"] for p in bare.document["problems"]]) == (6, ["no_source"])
    whole = banjian(
        "calendar", "validate", file, "--year", "2027", "--title", "关于2027年的通知",
        "--document-number", "测试〔2026〕7号", "--issued-on", "2026-11-20",
        "--url", "https://example.org/notice-2027",
    )  # fmt: skip
    assert whole.status == 0, whole.out


@pytest.mark.parametrize(
    "data",
    [
        notice(year=2028),
        notice(papers=[]),
        notice(days=[]),
        notice(days=[r for r in rows() if r["date"] != "2027-06-09"]),
        notice(days=[*rows(), {"date": "2027-02-30", "kind": "off_day", "holiday": "元旦"}]),
        notice(days=[*rows(), {"date": "2027-03-02", "kind": "workday", "holiday": "元旦"}]),
        "{",
        "",
    ],
)
def test_the_refusals_are_those_of_the_upload(tmp_path: Path, data: Any) -> None:
    file = written(tmp_path, data)
    with pytest.raises(calendar_upload.UploadRefused) as found:
        check(
            read(Path(file).read_bytes(), 2027), 2027,
            today=date(2026, 11, 21), in_force=default_calendars(), reason="",
        )  # fmt: skip
    wanted = [(p.code, p.message) for p in found.value.problems]
    told = banjian("calendar", "validate", file, "--year", "2027", "--json")
    assert (told.status, told.err, told.document["ok"]) == (6, "", False)
    assert [(p["code"], p["message"]) for p in told.document["problems"]] == wanted
    words = banjian("calendar", "validate", file, "--year", "2027")
    assert words.status == 6
    for code, message in wanted:
        assert message in words.out
        assert ENGLISH[code] in words.out


def test_every_refusal_is_said_in_english() -> None:
    text = Path(calendar_upload.__file__).read_text(encoding="utf-8")
    assert set(re.findall(r'Problem\(\s*"([a-z_]+)"', text)) == set(ENGLISH)


def test_an_edition_in_force_is_nothing_new_and_a_missing_file_is_not_found(tmp_path: Path) -> None:
    shipped = json.dumps(law.edition_of("2026.1").to_json())
    again = banjian("calendar", "validate", written(tmp_path, shipped), "--json")
    assert (again.status, again.document["problems"][0]["code"]) == (6, "same_as_in_force")
    missing = banjian("calendar", "validate", str(tmp_path / "none.json"), "--json")
    assert (missing.status, missing.out) == (3, "")
    assert "none.json" in missing.err


# -- beside an installation ------------------------------------------------------------------------


@pytest_asyncio.fixture(loop_scope="session")
async def published(
    alone: None, fresh_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[int]:
    """2027 uploaded by one person, previewed; the number of the publication."""
    create_missing(tmp_path / "secrets")
    engine = create_engine(fresh_database, pool_size=2)
    people = {}
    async with AsyncSession(engine) as db, db.begin():
        for name, role in (("唐宁", Role.ADMIN), ("吴建华", Role.REGISTRY_HEAD)):
            people[name] = await accounts.create_account(
                db, sign_in=role.value, display_name=name, password_hash="x",
                roles=frozenset({role}), office="421303",
            )  # fmt: skip
        edition = check(
            notice(), 2027,
            today=date(2026, 11, 21), in_force=default_calendars(), reason="",
        )  # fmt: skip
        number = await calendars.upload(db, edition, reason="", by=people["唐宁"], actor="admin")
    law.forget_published()
    monkeypatch.setenv("DATABASE_URL", fresh_database)
    yield number
    await engine.dispose()


async def test_status_names_both_persons_and_the_progress(
    published: int, fresh_database: str
) -> None:
    waiting = await beside("calendar", "status", "--json")
    assert (waiting.status, waiting.err) == (0, "")
    (item,) = waiting.document["items"]
    assert (item["id"], item["state"], item["year"]) == (published, "uploaded", 2027)
    assert (item["ordered_by"], item["approved_by"]) == ("唐宁", None)
    assert (await beside("calendar", "list", "--json")).document["in_force"][0]["year"] == 2026

    engine = create_engine(fresh_database, pool_size=1)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE calendar_publications SET previewed_at = app_now(), approved_at = app_now(),"
            " approved_by = (SELECT id FROM accounts WHERE sign_in = 'registry_head'),"
            " begun_at = app_now(), total = 200, examined = 90"
        )
    await engine.dispose()
    words = await beside("calendar", "status", str(published))
    assert words.status == 0
    for told in ("2027 年第 101 版", "正在重新计算 45%", "唐宁 → 吴建华", "测试〔2026〕7号"):
        assert told in words.out
    # Two persons agreed: from now on it holds, also for this command.
    listed = (await beside("calendar", "list", "--json")).document
    assert listed["source"] == "installation"
    assert (listed["in_force"][0]["edition"], listed["in_force"][0]["shipped"]) == (
        "2027.101",
        False,
    )
    day = await beside("calendar", "show", "2027", "--day", "2027-01-04", "--json")
    assert (day.document["kind"], day.document["source"]) == ("off_day", "测试〔2026〕7号")
    unknown = await beside("calendar", "status", "999", "--json")
    assert (unknown.status, unknown.out) == (3, "")


async def test_a_file_is_held_against_what_the_installation_published(
    published: int, fresh_database: str, tmp_path: Path
) -> None:
    engine = create_engine(fresh_database, pool_size=1)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE calendar_publications SET previewed_at = app_now(), approved_at = app_now(),"
            " approved_by = (SELECT id FROM accounts WHERE sign_in = 'registry_head')"
        )
        await connection.exec_driver_sql(
            "UPDATE app_clock SET frozen_at = '2028-03-01T10:00:00+08:00'"
        )
    await engine.dispose()
    told = await beside("calendar", "validate", written(tmp_path, notice()), "--json")
    codes = [p["code"] for p in told.document["problems"]]
    assert (told.status, codes) == (6, ["same_as_in_force", "year_over"])


async def test_without_an_installation_there_is_no_status() -> None:
    failed = await beside("calendar", "status", "--json")
    assert (failed.status, failed.out) == (1, "")
