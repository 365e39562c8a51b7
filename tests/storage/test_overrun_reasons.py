"""Why a term was overrun belongs to that term: in the read model, in events of before, and after the migration."""

import uuid
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from domain.contracts import Actor, CaseEvent, Changes
from storage.engine import async_url
from storage.migrate import config
from storage.read_model import expected
from tests.storage.test_projector import T0

CASE = """
INSERT INTO cases (case_id, procedure, office, owner, title, stage, revision, table_version, catalogue_version,
                   law_edition, opened_at, overdue_reason)
VALUES (:c, 'food_operation_licence', '421303', 'p1', 'x', 'site_check', 3, '1', '1', '2026.1', app_now(), :reason)
"""
CLOCK = """
INSERT INTO clocks (case_id, key, clock_id, state, level, trigger, legal_end, ends_at, provisional, body)
VALUES (:c, CAST(:key AS text), split_part(CAST(:key AS text), '#', 1), :state, :level, app_now(),
        CAST(CAST(:day AS text) AS date), CAST(CAST(:day AS text) AS date), false, '{}')
"""


def event(revision: int, kind: str, key: str, **changes: Any) -> CaseEvent:
    return CaseEvent(
        revision=revision,
        kind=kind,
        at=T0,
        processed_at=T0,
        actor=Actor(person_id="p1", name="王海"),
        data={"clock": key},
        changes=Changes(**changes),
    )


def test_an_event_of_before_is_read_as_told_of_its_own_clock() -> None:
    """The case's one reason was taken back when the next term ended; what was said of the first stands now."""
    old = [
        event(1, "clock_overdue_l1", "F03#1", case={"overdue_reason": "", "level": "overdue_l1"}),
        event(2, "overrun_explained", "F03#1", case={"overdue_reason": "核查人员外调"}),
        event(3, "clock_overdue_l1", "F02#1", case={"overdue_reason": ""}),
        event(4, "overrun_explained", "F02#1", case={"overdue_reason": "等核查"}),
    ]
    found = expected(uuid.uuid4(), old)
    assert found.case == {"level": "overdue_l1", "revision": 4}
    reasons = {key[1]: row["overdue_reason"] for key, row in found.rows["clocks"].items()}
    assert reasons == {"F03#1": "核查人员外调", "F02#1": "等核查"}


async def at(url: str, revision: str, back: bool = False) -> None:
    engine = create_async_engine(async_url(url), poolclass=NullPool)

    def run(connection: Connection) -> None:
        settings = config()
        settings.attributes["connection"] = connection
        (command.downgrade if back else command.upgrade)(settings, revision)

    async with engine.connect() as connection:
        await connection.run_sync(run)
        await connection.commit()
    await engine.dispose()


@pytest.mark.parametrize(
    ("clocks", "told"),
    [
        ({"F03#1": ("running", "overdue_l2", "2026-10-01")}, "F03#1"),
        (
            # The one of which the case's page told it: the earliest of those that run.
            {
                "F01#1": ("met", "overdue_l1", "2026-09-10"),
                "F02#1": ("running", "overdue_l1", "2026-10-13"),
                "F03#1": ("running", "overdue_l2", "2026-10-01"),
                "F04#1": ("running", "", "2026-09-01"),
            },
            "F03#1",
        ),
        ({"F03#1": ("met", "overdue_l1", "2026-10-01")}, "F03#1"),
        ({"F03#1": ("running", "", "2026-12-01")}, None),
    ],
    ids=["one", "several", "over", "no longer late"],
)
async def test_the_migration_moves_a_reason_to_the_clock_that_showed_it(
    empty_database: str, clocks: dict[str, tuple[str, str, str]], told: str | None
) -> None:
    await at(empty_database, "0007")
    case, other = uuid.uuid4(), uuid.uuid4()
    engine = create_async_engine(async_url(empty_database), poolclass=NullPool)
    async with engine.begin() as connection:
        for one, reason in ((case, "核查人员外调"), (other, "")):
            await connection.execute(text(CASE), {"c": one, "reason": reason})
            for key, (state, level, day) in clocks.items():
                row = {"c": one, "key": key, "state": state, "level": level, "day": day}
                await connection.execute(text(CLOCK), row)
    await at(empty_database, "0009")
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT case_id, key, overdue_reason FROM clocks WHERE overdue_reason <> ''")
        )
        kept = [tuple(row) for row in rows]
    assert kept == ([(case, told, "核查人员外调")] if told else [])
    await at(empty_database, "0007", back=True)
    async with engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT case_id, overdue_reason FROM cases WHERE overdue_reason <> ''")
        )
        assert [tuple(row) for row in rows] == ([(case, "核查人员外调")] if told else [])
    await engine.dispose()
