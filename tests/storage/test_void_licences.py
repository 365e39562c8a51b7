"""A business licence is void when a case has ended its enterprise: read from the case that did it."""

import uuid

from sqlalchemy import text

from storage import verification
from storage.engine import create_engine

CASE = """
INSERT INTO cases (case_id, procedure, office, owner, stage, revision, table_version, catalogue_version, law_edition,
                   opened_at, decision)
VALUES (:c, :p, '421303', 'p1', 'deregistered', 3, '1', '1', '2026.1', app_now(), CAST(:d AS jsonb))
"""


async def test_the_licences_of_an_enterprise_that_was_ended_are_void(fresh_database: str) -> None:
    engine = create_engine(fresh_database)
    ended = {
        "91421303MA4K1X2Y9A": ("simple_deregistration", "cancelled"),
        "91421303MA0BANJ05F": ("registration_revocation", "revoked"),
    }
    async with engine.begin() as connection:
        for uscc, (procedure, state) in ended.items():
            decision = f'{{"voids_licences_of": "{uscc}", "voids_as": "{state}"}}'
            await connection.execute(text(CASE), {"c": uuid.uuid4(), "p": procedure, "d": decision})
        # Of another procedure, and of a case that has not ended anything, it says nothing.
        await connection.execute(
            text(CASE), {"c": uuid.uuid4(), "p": "simple_deregistration", "d": "{}"}
        )
        for uscc, (_procedure, state) in ended.items():
            assert await verification.ended_as(connection, uscc) == state
        assert await verification.ended_as(connection, "91421303MA4K00000X") == ""
    await engine.dispose()
