"""The register as boards show it: each limit's two sides, nothing of another office, one life from many cases."""

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.views.equipment import day_of, since_of
from api.views.hazards import age_span, bounds
from storage import device_life, devices, duties, equipment, hazard_board
from storage.devices import Entry
from storage.duties import DutyStanding
from storage.engine import create_engine
from storage.equipment import Change, Filters, Standing
from storage.migrate import differences
from tests.equipment_rows import NAME, OFFICE, UNIT, code_of, put_case, put_device, put_duty

NOW = datetime.fromisoformat("2026-01-31T09:00:00+08:00")
TODAY = date(2026, 1, 31)
DAY, SINCE = day_of(NOW), since_of(NOW, 30)
A_YEAR = timedelta(days=365)


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def engine(module_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(module_database)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="session")
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """What a test enters is gone after it."""
    async with engine.connect() as connection:
        yield connection
        await connection.rollback()


async def due_on(connection: AsyncConnection, n: int, day: date, **other: Any) -> None:
    await put_device(connection, code_of(n), **other)
    await put_duty(connection, code_of(n), day, since=day - A_YEAR)


async def codes(connection: AsyncConnection, **wanted: Any) -> list[str]:
    return [r.code for r in await equipment.listed(connection, Filters(OFFICE, **wanted), DAY)]


def test_within_a_month_is_by_the_civil_calendar() -> None:
    assert DAY.month_on == date(2026, 2, 28), "the month's last day where it has no 31st"
    assert day_of(datetime.fromisoformat("2026-01-31T23:30:00+00:00")).today == date(2026, 2, 1)


async def test_an_inspection_stands_by_its_last_day(connection: AsyncConnection) -> None:
    for n, day in enumerate(
        (date(2026, 1, 30), TODAY, date(2026, 2, 28), date(2026, 3, 1), date(2025, 1, 1))
    ):
        await due_on(connection, n, day)
    await put_device(connection, code_of(5))
    await due_on(connection, 6, date(2025, 1, 1), state="stopped")
    await due_on(connection, 7, date(2025, 1, 1), office="421300")
    for standing, expected in {
        Standing.OVERDUE: [4, 0],
        Standing.DUE: [1, 2],
        Standing.VALID: [3],
        Standing.UNKNOWN: [5],
        Standing.RESTING: [6],
    }.items():
        assert await codes(connection, standing=standing) == [code_of(n) for n in expected]
    rows = await equipment.listed(connection, Filters(OFFICE), DAY)
    assert [r.standing for r in rows] == [
        "overdue",
        "due",
        "due",
        "valid",
        "overdue",
        "unknown",
        "resting",
    ]
    counted = await equipment.counts(connection, OFFICE, DAY, SINCE)
    assert {(n.state, n.standing): n.devices for n in counted.groups} == {
        ("in_use", "due"): 2,
        ("in_use", "overdue"): 2,
        ("in_use", "unknown"): 1,
        ("in_use", "valid"): 1,
        ("stopped", "resting"): 1,
    }
    assert counted.months == {
        date(2025, 1, 1): 1,
        date(2026, 1, 1): 2,
        date(2026, 2, 1): 1,
        date(2026, 3, 1): 1,
    }
    in_month = await codes(connection, due_from=date(2026, 1, 1), due_to=date(2026, 1, 31))
    assert in_month == [code_of(0), code_of(1)]


async def test_the_duty_that_runs_says_the_day_and_an_ended_one_does_not(
    connection: AsyncConnection,
) -> None:
    told = date(2025, 12, 31)
    await put_device(connection, code_of(1), inspection_valid_until=told)
    await put_device(connection, code_of(2), inspection_valid_until=told)
    await put_duty(connection, code_of(1), date(2026, 12, 31), since=told)
    await put_duty(connection, code_of(2), date(2026, 12, 31), since=told, state="ended")
    first, second = await equipment.listed(connection, Filters(OFFICE), DAY)
    assert (first.due_on, first.standing) == (date(2026, 12, 31), "valid")
    assert (second.due_on, second.standing) == (told, "overdue")


async def test_none_is_none(connection: AsyncConnection) -> None:
    counted = await equipment.counts(connection, OFFICE, DAY, SINCE)
    assert (list(counted.groups), counted.months) == ([], {})
    assert await codes(connection) == []
    figures = await duties.counts(connection, OFFICE, TODAY, SINCE.month)
    assert [(d.current, d.due, d.overdue, d.done) for d in figures] == [(0, 0, 0, 0)] * 3
    assert await hazard_board.counts(connection, hazard_board.Scope(OFFICE), bounds(NOW)) == []
    assert await device_life.of_office(connection, OFFICE, code_of(1)) is None


@pytest.mark.parametrize(
    ("said", "hits"),
    [
        ("红光", [1]),
        ("大道2", [2]),
        ("31104213030000000", [1, 2]),
        (code_of(2), [2]),
        (UNIT, [1]),
        (UNIT[:10], []),
        ("梯11鄂S1", [2]),
        ("%", []),
        ("_", []),
    ],
)
async def test_text_finds_units_places_and_codes(
    connection: AsyncConnection, said: str, hits: list[int]
) -> None:
    await put_device(connection, code_of(1))
    await put_device(
        connection,
        code_of(2),
        uscc="91421303MA00000002",
        unit="城北物业",
        place="烈山大道2号",
        registration_number="梯11鄂S1",
    )
    assert await codes(connection, text=said) == [code_of(n) for n in hits]


async def test_fresh_is_what_was_seen_or_changed_and_scrapped_ones_are_left_out(
    connection: AsyncConnection,
) -> None:
    old = NOW - timedelta(days=31)
    await put_device(connection, code_of(1), updated_at=SINCE.fresh)
    await put_device(connection, code_of(2), updated_at=old, seen_at=NOW)
    await put_device(connection, code_of(3), updated_at=old)
    await put_device(connection, code_of(4), updated_at=old, state="scrapped")
    await put_device(connection, code_of(5), updated_at=NOW, state="scrapped")
    assert await codes(connection, fresh=True, since=SINCE) == [code_of(1), code_of(2)]
    assert await codes(connection, fresh=False, since=SINCE) == [code_of(3)]
    counted = await equipment.counts(connection, OFFICE, DAY, SINCE)
    assert sum(n.fresh for n in counted.groups) == 2


async def test_the_changes_of_the_month(connection: AsyncConnection) -> None:
    begin = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
    before = begin - timedelta(seconds=1)
    await put_device(connection, code_of(1), registered_on=date(2026, 1, 1))
    await put_device(connection, code_of(2), registered_on=date(2025, 12, 31))
    await put_device(connection, code_of(3), state="stopped", state_since=begin)
    await put_device(connection, code_of(4), state="stopped", state_since=before)
    await put_device(connection, code_of(5), state="scrapped", state_since=NOW)
    await put_device(connection, code_of(6), state_since=NOW)
    await put_device(connection, code_of(7), state="stopped")
    for change, n in (
        (Change.REGISTERED, 1),
        (Change.STOPPED, 3),
        (Change.SCRAPPED, 5),
        (Change.RESUMED, 6),
    ):
        assert await codes(connection, changed=change, since=SINCE) == [code_of(n)]
    counted = await equipment.counts(connection, OFFICE, DAY, SINCE)
    for change in Change:
        assert sum(getattr(n, change.value) for n in counted.groups) == 1


async def test_the_register_notes_when_a_state_changed(connection: AsyncConnection) -> None:
    async def since() -> datetime | None:
        row = await devices.device(connection, code_of(1))
        assert row is not None
        return row.state_since

    def entry(state: str) -> Entry:
        return Entry(
            code=code_of(1),
            office=OFFICE,
            kind="3110",
            category="3000",
            uscc=UNIT,
            unit=NAME,
            place="烈山大道1号",
            state=state,
        )

    await devices.enter(connection, entry("in_use"))
    assert await since() is None, "nobody saw it change"
    await devices.enter(connection, entry("in_use"))
    assert await since() is None
    await devices.enter(connection, entry("stopped"))
    stopped = await since()
    assert stopped is not None
    assert await devices.set_state(connection, [code_of(1)], "stopped") == 0
    await devices.enter(connection, entry("stopped"))
    assert await since() == stopped
    await connection.execute(text("UPDATE devices SET state_since = NULL"))
    assert await devices.set_state(connection, [code_of(1)], "in_use") == 1
    assert await since() is not None


async def test_yearly_duties_stand_by_their_days(connection: AsyncConnection) -> None:
    await put_device(connection, code_of(1))
    drill = "se_emergency_drill"
    since = date(2025, 1, 1)
    for n, (due, opens) in enumerate(
        (
            (date(2026, 1, 30), date(2026, 1, 1)),
            (TODAY, date(2026, 1, 1)),
            (date(2026, 6, 1), TODAY),
            (date(2026, 6, 1), date(2026, 2, 1)),
        )
    ):
        subject = UNIT if n == 0 else f"9142130300000000{n}X"
        await put_duty(
            connection, subject, due, since=since, opens_on=opens, procedure=drill, uscc=subject
        )
    await put_duty(connection, "ended", TODAY, since=since, procedure=drill, state="ended")
    year = datetime.fromisoformat("2026-01-01T00:00:00+08:00")
    for n, (stage, closed) in enumerate(
        (
            ("fulfilled", year),
            ("fulfilled_late", NOW),
            ("fulfilled", year - timedelta(seconds=1)),
            ("ended", NOW),
        )
    ):
        await put_case(connection, drill, stage, closed, number=f"n{n}", closed_at=closed)
    found = {d.procedure: d for d in await duties.counts(connection, OFFICE, TODAY, year)}
    assert found[drill] == duties.Duties(drill, current=1, due=2, overdue=1, done=1, done_late=1)
    listed = await duties.listed(connection, duties.list_query(OFFICE, TODAY))
    assert [d.standing for d in listed] == ["overdue", "due", "due", "current"] or [
        d.standing for d in listed
    ] == ["overdue", "due", "current", "due"]
    assert (listed[0].unit, listed[1].unit) == (NAME, "")
    for standing, expected in ((DutyStanding.DUE, 2), (DutyStanding.CURRENT, 1)):
        some = duties.list_query(OFFICE, TODAY, procedure=drill, standing=standing)
        assert len(await duties.listed(connection, some)) == expected
    second = duties.After(listed[1].due_on, listed[1].id)
    rest = await duties.listed(connection, duties.list_query(OFFICE, TODAY, after=second))
    assert rest == listed[2:]


async def test_hazards_have_an_age_in_civil_days(connection: AsyncConnection) -> None:
    for n, opened in enumerate(
        (
            NOW,
            datetime.fromisoformat("2026-01-24T00:00:00+08:00"),
            datetime.fromisoformat("2026-01-23T23:59:59+08:00"),
            datetime.fromisoformat("2026-01-01T00:00:00+08:00"),
            datetime.fromisoformat("2025-12-31T23:59:59+08:00"),
            datetime.fromisoformat("2025-11-02T00:00:00+08:00"),
            datetime.fromisoformat("2025-11-01T23:59:59+08:00"),
        )
    ):
        await put_case(
            connection, hazard_board.HAZARD, "recheck", opened, number=f"n{n}", grade="general"
        )
    closed = {"number": "x", "closed_at": NOW, "grade": "major"}
    await put_case(connection, hazard_board.HAZARD, "archived", NOW, **closed)
    found = await hazard_board.counts(connection, hazard_board.Scope(OFFICE), bounds(NOW))
    assert {n.age: n.cases for n in found} == {0: 2, 1: 2, 2: 2, 3: 1}
    for age, expected in (("0-7", 2), ("8-30", 2), ("31-90", 2), ("91-", 1)):
        first, before = age_span(age, NOW)
        scope = hazard_board.Scope(OFFICE, opened_from=first, opened_before=before)
        assert len(await hazard_board.cards(connection, scope)) == expected
    assert await hazard_board.cards(connection, hazard_board.Scope("421300")) == []


async def test_a_life_is_every_case_that_names_the_device(connection: AsyncConnection) -> None:
    code, other = code_of(1), code_of(2)
    registered = await put_case(connection, "se_use_registration", "issued", NOW, number="r")
    hazard = await put_case(
        connection, hazard_board.HAZARD, "recheck", NOW, number="h", numbers={"device": code}
    )
    seizure = await put_case(connection, "seizure", "sealed", NOW, number="s")
    at_it = await put_case(connection, equipment.PERIODIC, "due", NOW, number="p")
    await put_case(
        connection, hazard_board.HAZARD, "recheck", NOW, number="o", numbers={"device": other}
    )
    await put_case(
        connection,
        hazard_board.HAZARD,
        "recheck",
        NOW,
        number="f",
        numbers={"device": code},
        office="421300",
    )
    await connection.execute(
        text("INSERT INTO case_links VALUES (:hazard, 'seizure-1', :seizure, 'seizure', 'open')"),
        {"hazard": hazard, "seizure": seizure},
    )
    await put_device(connection, code, registered_by=registered)
    await put_duty(connection, code, TODAY, since=TODAY - A_YEAR, state="open", case_id=at_it)
    cases = await device_life.cases(connection, OFFICE, code, registered)
    assert {c.number for c in cases} == {"r", "h", "s", "p"}
    assert [(c.number, c.through) for c in cases if c.through] == [("s", hazard)]
    (line,) = await equipment.listed(connection, Filters(OFFICE), DAY)
    assert (line.case_id, line.case_number) == (at_it, "p")
    (measure,) = await hazard_board.seizures(connection, [hazard])
    assert (measure.case_id, measure.stage, measure.open) == (seizure, "sealed", True)


async def test_the_migration_says_what_the_tables_say(module_database: str) -> None:
    assert await differences(module_database) == []
