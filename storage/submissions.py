"""What applicants handed in: sealed forms by version."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.keys import CaseKeys, Cipher
from storage.prepared import Place, Prepared, detached, inserting
from storage.tables import FileRow, SubmissionRow

AAD = b"banjian/form/1:"
# Owner of the files that we keep by a case ourselves.
SYSTEM = "system"
SUBMISSIONS: Table = SubmissionRow.__table__  # type: ignore[assignment]


def seal_form(cipher: Cipher, case_id: UUID, form: dict[str, Any]) -> bytes:
    return cipher.seal(json.dumps(form, ensure_ascii=False).encode(), AAD + case_id.bytes)


def open_form(cipher: Cipher, case_id: UUID, sealed: bytes) -> dict[str, Any]:
    """Raises SealBroken when the bytes were changed."""
    form: dict[str, Any] = json.loads(cipher.open(sealed, AAD + case_id.bytes))
    return form


async def add(connection: AsyncConnection, **values: Any) -> None:
    await inserting(SUBMISSIONS, frozenset(values)).run(connection, **values)


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


FILES_OF_CASE = (
    select(FileRow.__table__)
    .where(FileRow.case_id == bindparam("id"), FileRow.removed_at.is_(None), by_people())
    .order_by(FileRow.part, FileRow.uploaded_at, FileRow.id)
)
_FILES = Prepared(FILES_OF_CASE)


async def files_of(place: Place, case_id: UUID) -> list[FileRow]:
    """What was handed in and not removed."""
    return [detached(FileRow, row) for row in await _FILES.all(place, id=case_id)]
