"""What applicants handed in: sealed forms by version."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.keys import CaseKeys, Cipher
from storage.tables import FileRow, SubmissionRow

AAD = b"banjian/form/1:"
# Owner of the files that we keep by a case ourselves.
SYSTEM = "system"


def seal_form(cipher: Cipher, case_id: UUID, form: dict[str, Any]) -> bytes:
    return cipher.seal(json.dumps(form, ensure_ascii=False).encode(), AAD + case_id.bytes)


def open_form(cipher: Cipher, case_id: UUID, sealed: bytes) -> dict[str, Any]:
    """Raises SealBroken when the bytes were changed."""
    form: dict[str, Any] = json.loads(cipher.open(sealed, AAD + case_id.bytes))
    return form


async def add(connection: AsyncConnection, **values: Any) -> None:
    await connection.execute(insert(SubmissionRow).values(**values))


async def newest(
    connection: AsyncConnection, keys: CaseKeys, case_id: UUID, version: int | None = None
) -> tuple[SubmissionRow, dict[str, Any]]:
    """The newest (or the named) version with its form opened. Raises LookupError when none."""
    query = select(SubmissionRow.__table__).where(SubmissionRow.case_id == case_id)
    if version is not None:
        query = query.where(SubmissionRow.version == version)
    row = (await connection.execute(query.order_by(SubmissionRow.version.desc()).limit(1))).first()
    if row is None:
        raise LookupError(f"no submission of case {case_id}")
    cipher = keys.cached(case_id) or await keys.cipher(case_id)
    submission = SubmissionRow(**row._mapping)
    return submission, open_form(cipher, case_id, submission.form)


def by_people() -> ColumnElement[bool]:
    """Files that people handed in: not the engine's histories and packages that the system keeps by the case."""
    return FileRow.owner != SYSTEM


async def files_of(connection: AsyncConnection, case_id: UUID) -> list[FileRow]:
    """What was handed in and not removed."""
    rows = await connection.execute(
        select(FileRow.__table__)
        .where(FileRow.case_id == case_id, FileRow.removed_at.is_(None), by_people())
        .order_by(FileRow.part, FileRow.uploaded_at, FileRow.id)
    )
    return [FileRow(**r._mapping) for r in rows]
