"""What open cases prohibited before grounds were kept is a ground after the migration."""

import uuid
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from storage.engine import async_url
from tests.storage.test_overrun_reasons import at

DEVICE = "31104213032026300001"
CASE = """
INSERT INTO cases (case_id, procedure, office, owner, title, stage, revision, table_version, catalogue_version,
                   law_edition, opened_at, closed_at, numbers)
VALUES (:c, 'se_hazard_rectification', '421303', 'p1', 'x', 'rectifying', 3, '1', '1', '2026.1', app_now(),
        CASE WHEN :closed THEN app_now() END, CAST(:numbers AS jsonb))
"""
EFFECT = """
INSERT INTO effects (case_id, kind, seq, register_name, request_id, request_hash, state, intent_at)
VALUES (:c, 'enter_measure', :seq, 'equipment', :request, '', :state, app_now())
"""


@pytest.mark.parametrize(
    ("closed", "states", "ground"),
    [
        (False, ["done"], (True, False)),
        (False, ["refused"], (False, False)),
        (False, ["done", "intent"], (True, False)),
        (False, ["done", "done"], None),
        (True, ["done"], None),
        (False, [], None),
    ],
    ids=["entered", "refused for another", "about to be allowed", "allowed", "closed", "never"],
)
async def test_the_migration_enters_what_open_cases_prohibit(
    empty_database: str, closed: bool, states: list[str], ground: tuple[bool, bool] | None
) -> None:
    await at(empty_database, "0017")
    engine = create_async_engine(async_url(empty_database), poolclass=NullPool)
    case = uuid.uuid4()
    row: dict[str, Any] = {"c": case, "closed": closed, "numbers": f'{{"device": "{DEVICE}"}}'}
    async with engine.begin() as connection:
        await connection.execute(text(CASE), row)
        for seq, state in enumerate(states, 1):
            await connection.execute(
                text(EFFECT), {"c": case, "seq": seq, "state": state, "request": f"{case}:{seq}"}
            )
    await at(empty_database, "0018")
    async with engine.connect() as connection:
        found = await connection.execute(
            text("SELECT device, case_id, entered, dropped FROM device_prohibitions")
        )
        kept = [tuple(row) for row in found]
    assert kept == ([(DEVICE, case, *ground)] if ground else [])
    await at(empty_database, "0017", back=True)
    await engine.dispose()
