"""Photos of the spot (现场照片): a row of their own beside the file, one for a picture in a task."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import String, cast, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.photos import PART, Photo, PhotoKind
from storage.tables import FileRow, TaskRow
from storage.tables_accounts import AccountRow
from storage.tables_field import PhotoRow

P = PhotoRow.__table__.c
F = FileRow.__table__.c
MOST = 500
"""Of one case; more than its quota of files lets in."""


@dataclass(frozen=True, slots=True)
class Received:
    """A photo with its file. `by`: who sent it, by name. `taken_at`: as the telephone says."""

    id: UUID
    case_id: UUID
    task_id: str
    kind: PhotoKind
    sha256: str
    name: str
    media_type: str
    size: int
    stored_id: str
    taken_at: datetime | None
    received_at: datetime
    by: str

    @property
    def fact(self) -> Photo:
        """What goes with the act that names it."""
        return Photo(
            sha256=self.sha256,
            kind=self.kind.value,
            taken_at=self.taken_at,
            received_at=self.received_at,
        )


_CHOSEN = (
    select(
        P.file_id.label("id"),
        P.case_id,
        P.task_id,
        P.kind,
        P.sha256,
        F.name,
        F.media_type,
        F.size,
        F.stored_id,
        P.taken_at,
        P.received_at,
        func.coalesce(AccountRow.display_name, "").label("by"),
    )
    .select_from(PhotoRow)
    .join(FileRow, F.id == P.file_id)
    .outerjoin(AccountRow, cast(AccountRow.id, String) == F.owner)
    .where(F.removed_at.is_(None))
    .order_by(P.received_at, P.file_id)
    .limit(MOST)
)


async def _read(connection: AsyncConnection, *where: Any) -> list[Received]:
    rows = await connection.execute(_CHOSEN.where(*where))
    return [Received(**(dict(row._mapping) | {"kind": PhotoKind(row.kind)})) for row in rows]


async def of_case(connection: AsyncConnection, case_id: UUID) -> list[Received]:
    """Every photo of the case, in the order of receipt."""
    return await _read(connection, P.case_id == case_id)


async def of_task(connection: AsyncConnection, task_id: str) -> list[Received]:
    """The photos received for one task, in the order of receipt."""
    return await _read(connection, P.task_id == task_id)


async def find(connection: AsyncConnection, task_id: str, ident: UUID) -> Received | None:
    """A photo of the task, or None."""
    found = await _read(connection, P.task_id == task_id, P.file_id == ident)
    return found[0] if found else None


async def same(connection: AsyncConnection, task_id: str, sha256: str) -> Received | None:
    """The photo of the task that has this content, or None."""
    found = await _read(connection, P.task_id == task_id, P.sha256 == sha256)
    return found[0] if found else None


async def files_of(connection: AsyncConnection, case_id: UUID) -> list[FileRow]:
    """The files of the case's photos, for the archive."""
    rows = await connection.execute(
        select(FileRow.__table__)
        .where(F.case_id == case_id, F.part == PART, F.removed_at.is_(None))
        .order_by(F.uploaded_at, F.id)
    )
    return [FileRow(**row._mapping) for row in rows]


async def used(connection: AsyncConnection, case_id: UUID) -> tuple[int, int]:
    """How many photos the case has, and their bytes."""
    row = (
        await connection.execute(
            select(func.count(), func.coalesce(func.sum(F.size), 0)).where(
                F.case_id == case_id, F.part == PART
            )
        )
    ).one()
    return int(row[0]), int(row[1])


async def hold_task(connection: AsyncConnection, task_id: str) -> TaskRow | None:
    """The task as it is, locked until the transaction ends: it is not completed meanwhile, nor given another photo."""
    table = TaskRow.__table__
    row = (
        await connection.execute(select(table).where(table.c.task_id == task_id).with_for_update())
    ).first()
    return TaskRow(**row._mapping) if row else None


async def add(
    connection: AsyncConnection,
    *,
    ident: UUID,
    task: TaskRow,
    owner: str,
    kind: PhotoKind,
    name: str,
    media_type: str,
    size: int,
    sha256: str,
    stored_id: str,
    retention: str,
    taken_at: datetime | None,
    received_at: datetime,
) -> None:
    """Its bytes are in the store already; the task is held."""
    await connection.execute(
        insert(FileRow).values(
            id=ident,
            case_id=task.case_id,
            owner=owner,
            part=PART,
            name=name,
            media_type=media_type,
            size=size,
            sha256=sha256,
            stored_id=stored_id,
            retention=retention,
            uploaded_at=received_at,
        )
    )
    await connection.execute(
        insert(PhotoRow).values(
            file_id=ident,
            case_id=task.case_id,
            task_id=task.task_id,
            kind=kind.value,
            sha256=sha256,
            taken_at=taken_at,
            received_at=received_at,
        )
    )
