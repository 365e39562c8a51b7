"""Erasure at the end of retention: key and salts go, the chain still verifies (design §5.6).

What is kept says that a case existed, its numbers, stages and instants, and that its record was not
changed; what is destroyed is everything that could name a person.
"""

from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.keys import CaseKeys
from storage.tables import (
    ActRow,
    ApplicationRow,
    CaseEventRow,
    CaseRow,
    DocumentRow,
    EffectRow,
    FileRow,
    MessageRow,
    SubmissionRow,
    TaskRow,
)
from storage.tables_notices import ObjectionRow, PublicNoticeRow

ERASED = "（已依法删除）"


async def erase(engine: AsyncEngine, keys: CaseKeys, case_id: UUID) -> None:
    """Idempotent. Files, payloads, forms and details stay as sealed bytes that nothing opens."""
    await keys.destroy(case_id)
    async with engine.begin() as connection:
        await connection.execute(
            update(CaseEventRow)
            .where(CaseEventRow.case_id == case_id)
            .values(details=None, salt=None)
        )
        await connection.execute(update(ActRow).where(ActRow.case_id == case_id).values(body=b""))
        await connection.execute(
            update(EffectRow).where(EffectRow.case_id == case_id).values(answer=None, last_error="")
        )
        await connection.execute(
            update(ApplicationRow)
            .where(ApplicationRow.id == case_id)
            .values(form=b"", title=ERASED, updated_at=func.app_now())
        )
        await connection.execute(
            update(FileRow)
            .where(FileRow.case_id == case_id)
            .values(name=ERASED, removed_at=func.coalesce(FileRow.removed_at, func.app_now()))
        )
        await connection.execute(
            update(CaseRow)
            .where(CaseRow.case_id == case_id)
            .values(
                owner_name=ERASED,
                title=ERASED,
                first_handler=ERASED,
                parties=[],
                facts=[],
                notices=[],
                duties=[],
                decision={},
            )
        )
        await connection.execute(
            update(SubmissionRow).where(SubmissionRow.case_id == case_id).values(form=b"")
        )
        await connection.execute(
            update(DocumentRow).where(DocumentRow.case_id == case_id).values(holder=ERASED, body={})
        )
        await connection.execute(
            update(MessageRow).where(MessageRow.case_id == case_id).values(text=ERASED)
        )
        await connection.execute(
            update(TaskRow)
            .where(TaskRow.case_id == case_id)
            .values(title=ERASED, context={}, claimed_name=None)
        )
        await connection.execute(
            update(PublicNoticeRow)
            .where(PublicNoticeRow.case_id == case_id)
            .values(title=ERASED, lines=[], reason="")
        )
        await connection.execute(
            update(ObjectionRow)
            .where(ObjectionRow.case_id == case_id)
            .values(
                person_id="", name=ERASED, reason="", evidence="", amount="", contact="", answer=""
            )
        )
