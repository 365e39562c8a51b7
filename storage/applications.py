"""Applications: drafts, their files, and where their cases are. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.submissions import by_people
from storage.tables import ActRow, ApplicationRow, CaseRow, FileRow, NumberRow, SubmissionRow


@dataclass(frozen=True)
class HandedIn:
    """The newest version that was handed in. `act_state`: received, applied or refused."""

    version: int
    act_id: UUID
    digest: str
    parts: dict[str, str]
    received_at: datetime
    act_state: str


@dataclass(frozen=True)
class Listed:
    """One line of a person's own list; the case's part is None until the case is readable."""

    application: ApplicationRow
    receipt_no: str | None
    case: CaseRow | None


async def create(connection: AsyncConnection, **values: Any) -> None:
    """A draft, unless there is one of this id already; both instants are app_now()."""
    now = func.app_now()
    await connection.execute(
        insert(ApplicationRow)
        .values(created_at=now, updated_at=now, **values)
        .on_conflict_do_nothing(index_elements=["id"])
    )


async def find(
    connection: AsyncConnection, application_id: UUID, *, lock: bool = False
) -> ApplicationRow | None:
    """The row (detached columns), also a deleted draft's; `lock` until the transaction ends."""
    query = select(ApplicationRow.__table__).where(ApplicationRow.id == application_id)
    row = (await connection.execute(query.with_for_update() if lock else query)).one_or_none()
    return ApplicationRow(**row._mapping) if row else None


async def case_of(connection: AsyncConnection, case_id: UUID) -> CaseRow | None:
    """The case in the read model; None while it has not begun there."""
    row = (
        await connection.execute(select(CaseRow.__table__).where(CaseRow.case_id == case_id))
    ).one_or_none()
    return CaseRow(**row._mapping) if row else None


async def handed_in(connection: AsyncConnection, case_id: UUID) -> HandedIn | None:
    """The newest version of the file with the state of its act."""
    row = (
        await connection.execute(
            select(
                SubmissionRow.version,
                SubmissionRow.act_id,
                SubmissionRow.digest,
                SubmissionRow.parts,
                SubmissionRow.received_at,
                ActRow.state,
            )
            .join(ActRow, ActRow.id == SubmissionRow.act_id)
            .where(SubmissionRow.case_id == case_id)
            .order_by(SubmissionRow.version.desc())
            .limit(1)
        )
    ).one_or_none()
    return HandedIn(*row) if row else None


async def take_back(connection: AsyncConnection, case_id: UUID, act_id: UUID) -> None:
    """A version whose act the case refused never became part of the file."""
    await connection.execute(
        delete(SubmissionRow).where(
            SubmissionRow.case_id == case_id, SubmissionRow.act_id == act_id
        )
    )


async def number_of(connection: AsyncConnection, case_id: UUID, kind: str) -> str | None:
    """The case's number of this kind, if one was taken."""
    return (
        await connection.execute(
            select(NumberRow.number).where(NumberRow.case_id == case_id, NumberRow.kind == kind)
        )
    ).scalar_one_or_none()


async def case_id_of(connection: AsyncConnection, number: str) -> UUID | None:
    """Whose number this is; None for an unknown or void one."""
    return (
        await connection.execute(
            select(NumberRow.case_id).where(NumberRow.number == number, NumberRow.state == "issued")
        )
    ).scalar_one_or_none()


async def change(
    connection: AsyncConnection, application_id: UUID, version: int, **values: Any
) -> int | None:
    """The new version; None when `version` is no longer the newest."""
    done = await connection.execute(
        update(ApplicationRow)
        .where(ApplicationRow.id == application_id, ApplicationRow.version == version)
        .values(version=version + 1, updated_at=func.app_now(), **values)
        .returning(ApplicationRow.version)
    )
    return done.scalar_one_or_none()


async def listed(
    connection: AsyncConnection,
    owner: str,
    *,
    limit: int,
    after: tuple[datetime, UUID] | None = None,
) -> Sequence[Listed]:
    """The person's applications, last changed first, without deleted drafts."""
    place = tuple_(ApplicationRow.updated_at, ApplicationRow.id)
    query = (
        select(ApplicationRow.__table__, NumberRow.number.label("receipt"))
        .outerjoin(
            NumberRow, and_(NumberRow.case_id == ApplicationRow.id, NumberRow.kind == "receipt")
        )
        .where(ApplicationRow.owner == owner, ApplicationRow.state != "deleted")
        .order_by(ApplicationRow.updated_at.desc(), ApplicationRow.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(place < tuple_(*after))
    rows = (await connection.execute(query)).all()
    cases = await connection.execute(
        select(CaseRow.__table__).where(CaseRow.case_id.in_([r.id for r in rows]))
    )
    known = {c.case_id: CaseRow(**c._mapping) for c in cases}
    found = []
    for row in rows:
        columns = dict(row._mapping)
        receipt = columns.pop("receipt")
        found.append(Listed(ApplicationRow(**columns), receipt, known.get(row.id)))
    return found


# -- files -----------------------------------------------------------------------------------------


async def files_used(connection: AsyncConnection, case_id: UUID) -> tuple[int, int]:
    """How many files and bytes were ever uploaded: what was removed still lies in the store."""
    row = (
        await connection.execute(
            select(func.count(), func.coalesce(func.sum(FileRow.size), 0)).where(
                FileRow.case_id == case_id, by_people()
            )
        )
    ).one()
    return int(row[0]), int(row[1])


async def add_file(connection: AsyncConnection, **values: Any) -> None:
    """Its bytes are in the store already."""
    await connection.execute(insert(FileRow).values(uploaded_at=func.app_now(), **values))


async def find_file(connection: AsyncConnection, case_id: UUID, file_id: UUID) -> FileRow | None:
    """A file of the application that was not removed."""
    row = (
        await connection.execute(
            select(FileRow.__table__).where(
                FileRow.id == file_id,
                FileRow.case_id == case_id,
                FileRow.removed_at.is_(None),
                by_people(),
            )
        )
    ).one_or_none()
    return FileRow(**row._mapping) if row else None


async def remove_file(connection: AsyncConnection, case_id: UUID, file_id: UUID) -> bool:
    """Take it out of the file; what was handed in with it stays provable by its digest."""
    done = await connection.execute(
        update(FileRow)
        .where(
            FileRow.id == file_id,
            FileRow.case_id == case_id,
            FileRow.removed_at.is_(None),
            by_people(),
        )
        .values(removed_at=func.app_now())
        .returning(FileRow.id)
    )
    return done.scalar_one_or_none() is not None


async def remove_files(connection: AsyncConnection, case_id: UUID) -> None:
    """All of them, with the draft they belong to."""
    await connection.execute(
        update(FileRow)
        .where(FileRow.case_id == case_id, FileRow.removed_at.is_(None), by_people())
        .values(removed_at=func.app_now())
    )


async def files_handed_in(
    connection: AsyncConnection, case_id: UUID, at: datetime
) -> list[FileRow]:
    """The files that were part of the version received at this instant."""
    rows = await connection.execute(
        select(FileRow.__table__)
        .where(
            FileRow.case_id == case_id,
            FileRow.uploaded_at <= at,
            or_(FileRow.removed_at.is_(None), FileRow.removed_at > at),
            by_people(),
        )
        .order_by(FileRow.part, FileRow.uploaded_at, FileRow.id)
    )
    return [FileRow(**r._mapping) for r in rows]
