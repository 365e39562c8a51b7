"""What applicants handed in: sealed forms by version."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, and_, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.photos import PART as PHOTO
from domain.public_notices import EVIDENCE
from storage.chain import canonical_json
from storage.keys import CaseKeys, Cipher
from storage.prepared import Place, Prepared, detached
from storage.tables import FileRow, SubmissionRow

AAD = b"banjian/form/1:"
# Owner of the files that we keep by a case ourselves.
SYSTEM = "system"


class Digested(Protocol):
    """What a file handed in is proved by."""

    @property
    def part(self) -> str: ...
    @property
    def sha256(self) -> str: ...


def _by_part(files: Iterable[Digested]) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for file in files:
        held.setdefault(file.part, []).append(file.sha256)
    return held


def part_digests(files: Iterable[Digested]) -> dict[str, str]:
    """One digest per material over the digests of its files, in the order of upload."""
    return {
        part: hashlib.sha256("\n".join(found).encode()).hexdigest()
        for part, found in sorted(_by_part(files).items())
    }


def digests(answers: dict[str, Any], files: Sequence[Digested]) -> tuple[dict[str, str], str]:
    """One digest for the form and one per material; and one of all of it."""
    form = hashlib.sha256(canonical_json(answers)).hexdigest()
    whole = canonical_json({"form": answers, "files": _by_part(files)})
    return {"form": form} | part_digests(files), hashlib.sha256(whole).hexdigest()


def seal_form(cipher: Cipher, case_id: UUID, form: dict[str, Any]) -> bytes:
    return cipher.seal(json.dumps(form, ensure_ascii=False).encode(), AAD + case_id.bytes)


def open_form(cipher: Cipher, case_id: UUID, sealed: bytes) -> dict[str, Any]:
    """Raises SealBroken when the bytes were changed."""
    form: dict[str, Any] = json.loads(cipher.open(sealed, AAD + case_id.bytes))
    return form


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
    """Files of the application: neither the engine's histories and packages that the system keeps by the case, nor
    what others handed in against it, which its applicant must not see, nor what officers photographed."""
    return and_(FileRow.owner != SYSTEM, FileRow.part != EVIDENCE, FileRow.part != PHOTO)


FILES_OF_CASE = (
    select(FileRow.__table__)
    .where(FileRow.case_id == bindparam("id"), FileRow.removed_at.is_(None), by_people())
    .order_by(FileRow.part, FileRow.uploaded_at, FileRow.id)
)
_FILES = Prepared(FILES_OF_CASE)


_EVIDENCE = Prepared(
    select(FileRow.__table__)
    .where(FileRow.case_id == bindparam("id"), FileRow.part == EVIDENCE)
    .order_by(FileRow.uploaded_at, FileRow.id)
)


async def evidence_of(place: Place, case_id: UUID) -> list[FileRow]:
    """What others handed in with their objections to the case's public notices."""
    return [detached(FileRow, row) for row in await _EVIDENCE.all(place, id=case_id)]


async def files_of(place: Place, case_id: UUID) -> list[FileRow]:
    """What was handed in and not removed."""
    return [detached(FileRow, row) for row in await _FILES.all(place, id=case_id)]
