"""Applications: drafts, their files, and where their cases are. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import AsOne, Place, Prepared, Together, detached
from storage.submissions import FILES_OF_CASE, by_people
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


_FIND = select(ApplicationRow.__table__).where(ApplicationRow.id == bindparam("id"))
_FOUND = Prepared(_FIND)
_LOCK = Prepared(_FIND.with_only_columns(ApplicationRow.id).with_for_update())
_ITS_CASE = select(CaseRow.__table__).where(CaseRow.case_id == bindparam("id"))
_NUMBER = Prepared(
    select(NumberRow.number).where(
        NumberRow.case_id == bindparam("id"), NumberRow.kind == bindparam("kind")
    )
)
_NEWEST = (
    select(
        SubmissionRow.version,
        SubmissionRow.act_id,
        SubmissionRow.digest,
        SubmissionRow.parts,
        SubmissionRow.received_at,
        ActRow.state,
    )
    .join(ActRow, ActRow.id == SubmissionRow.act_id)
    .where(SubmissionRow.case_id == bindparam("id"))
    .order_by(SubmissionRow.version.desc())
    .limit(1)
)
_FILED = Together(application=_FIND, files=FILES_OF_CASE, handed_in=_NEWEST, case=_ITS_CASE)
_CASE, _HANDED_IN = Prepared(_ITS_CASE), Prepared(_NEWEST)


def _files_at(at: ColumnElement[datetime]) -> Select[Any]:
    """What lay in the file at this instant."""
    return (
        select(FileRow.__table__)
        .where(
            FileRow.case_id == bindparam("id"),
            FileRow.uploaded_at <= at,
            or_(FileRow.removed_at.is_(None), FileRow.removed_at > at),
            by_people(),
        )
        .order_by(FileRow.part, FileRow.uploaded_at, FileRow.id)
    )


_RECEIPT = select(NumberRow.number).where(
    NumberRow.case_id == bindparam("id"), NumberRow.kind == "receipt"
)
_RECEIVED = Together(number=_RECEIPT, files=_files_at(bindparam("at")))
_RECEIVED_AT = _NEWEST.with_only_columns(SubmissionRow.received_at).scalar_subquery()
_FILED_AND_RECEIVED = Together(
    application=_FIND,
    files=FILES_OF_CASE,
    handed_in=_NEWEST,
    case=_ITS_CASE,
    number=_RECEIPT,
    received=_files_at(_RECEIVED_AT),
)


async def create(place: Place, **values: Any) -> ApplicationRow | None:
    """A draft; None where there is one of this id already. Both instants are app_now()."""
    row = await _creating(frozenset(values)).first(place, **values)
    return detached(ApplicationRow, row) if row else None


@lru_cache(maxsize=8)
def _creating(names: frozenset[str]) -> Prepared:
    now = func.app_now()
    return Prepared(
        insert(ApplicationRow)
        .values(created_at=now, updated_at=now, **{name: bindparam(name) for name in names})
        .on_conflict_do_nothing(index_elements=["id"])
        .returning(ApplicationRow.__table__)
    )


async def lock(connection: AsyncConnection, application_id: UUID) -> None:
    """Keep others from the application until the transaction ends."""
    await _LOCK.run(connection, id=application_id)


async def find(place: Place, application_id: UUID) -> ApplicationRow | None:
    """The row (detached columns), also a deleted draft's."""
    row = await _FOUND.first(place, id=application_id)
    return detached(ApplicationRow, row) if row else None


@dataclass(frozen=True)
class Filed:
    """An application as it stands: what lies in it, what was handed in of it, its case once that is readable."""

    application: ApplicationRow
    files: list[FileRow]
    handed_in: HandedIn | None
    case: CaseRow | None
    received: "Received | None" = None


@dataclass(frozen=True)
class Received:
    """The receipt's number, None while there is none, and the files of the version that was handed in."""

    number: str | None
    files: list[FileRow]


async def filed(place: Place, application_id: UUID, *, received: bool = False) -> Filed | None:
    """Everything about one application, in one round trip; None where there is none.

    Args:
        received: with what the receipt of the newest version says.
    """
    found = await (_FILED_AND_RECEIVED if received else _FILED).read(place, id=application_id)
    if not found["application"]:
        return None
    return Filed(
        detached(ApplicationRow, found["application"][0]),
        [detached(FileRow, row) for row in found["files"]],
        HandedIn(*found["handed_in"][0].values()) if found["handed_in"] else None,
        detached(CaseRow, found["case"][0]) if found["case"] else None,
        _received(found["number"], found["received"]) if received else None,
    )


def _received(number: list[dict[str, Any]], files: list[dict[str, Any]]) -> Received:
    return Received(
        number[0]["number"] if number else None, [detached(FileRow, row) for row in files]
    )


async def received(place: Place, case_id: UUID, at: datetime) -> Received:
    """What the receipt says of the version received at this instant."""
    found = await _RECEIVED.read(place, id=case_id, at=at)
    return _received(found["number"], found["files"])


async def case_of(connection: AsyncConnection, case_id: UUID) -> CaseRow | None:
    """The case in the read model; None while it has not begun there."""
    row = await _CASE.first(connection, id=case_id)
    return detached(CaseRow, row) if row else None


async def handed_in(connection: AsyncConnection, case_id: UUID) -> HandedIn | None:
    """The newest version of the file with the state of its act."""
    row = await _HANDED_IN.first(connection, id=case_id)
    return HandedIn(*row.values()) if row else None


async def take_back(connection: AsyncConnection, case_id: UUID, act_id: UUID) -> None:
    """A version whose act the case refused never became part of the file."""
    await connection.execute(
        delete(SubmissionRow).where(
            SubmissionRow.case_id == case_id, SubmissionRow.act_id == act_id
        )
    )


async def number_of(connection: AsyncConnection, case_id: UUID, kind: str) -> str | None:
    """The case's number of this kind, if one was taken."""
    number: str | None = await _NUMBER.scalar(connection, id=case_id, kind=kind)
    return number


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
    changed: int | None = await _changing(frozenset(values)).scalar(
        connection, its_id=application_id, seen=version, following=version + 1, **values
    )
    return changed


_ADDED = {
    name: bindparam(name, type_=SubmissionRow.__table__.c[name].type)
    for name in ("case_id", "version", "act_id", "digest", "parts", "form", "received_at")
}
_HAND_IN = AsOne(
    insert(SubmissionRow).values(_ADDED),
    update(ApplicationRow)
    .where(ApplicationRow.id == _ADDED["case_id"], ApplicationRow.version == bindparam("seen"))
    .values(
        state="submitted",
        title=bindparam("its_title"),
        form=_ADDED["form"],
        version=bindparam("seen") + 1,
        updated_at=func.app_now(),
    ),
)


async def hand_in(place: Place, *, seen: int, title: str, **version: Any) -> None:
    """A version, and the application as handed in with it, in one statement.

    Args:
        seen: the application's own version, under the caller's lock or just made by the caller.
        title: of the application from now on.
        version: the columns of the version (`submissions`).
    """
    await _HAND_IN.run(place, seen=seen, its_title=title, **version)


@lru_cache(maxsize=32)
def _changing(names: frozenset[str]) -> Prepared:
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    return Prepared(
        update(ApplicationRow)
        .where(
            ApplicationRow.id == bindparam("its_id"), ApplicationRow.version == bindparam("seen")
        )
        .values(version=bindparam("following"), updated_at=func.app_now(), **values)
        .returning(ApplicationRow.version)
    )


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
    """Its bytes are in the store already. A copy keeps the instant at which it was uploaded."""
    await connection.execute(insert(FileRow).values({"uploaded_at": func.app_now()} | values))


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
