"""Cases as people look them up: by any of their numbers, in lists, with clocks, papers and events."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, func, insert, literal, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Place, Prepared, Together, detached
from storage.tables import (
    AccessLogRow,
    ActRow,
    CaseEventRow,
    CaseRow,
    ClockRow,
    DocumentRow,
    EffectRow,
    FileRow,
    MessageRow,
    NumberRow,
    SupersededEventRow,
    TaskRow,
)
from storage.tasks import OPEN_OF_CASE

PAGE = 50
CASES = CaseRow.__table__
MESSAGES = MessageRow.__table__


@dataclass(frozen=True)
class Filters:
    """What narrows a list of cases. `owner` and `office` are the authorisation, never optional both."""

    owner: str | None = None
    office: str | None = None
    procedure: str = ""
    stage: str = ""
    level: str = ""
    text: str = ""
    open: bool | None = None


@dataclass(frozen=True)
class Cursor:
    """The last case seen in a list, newest first."""

    opened_at: datetime
    case_id: UUID


def as_uuid(text: str) -> UUID | None:
    """The id that the text spells in its canonical form, or None."""
    try:
        found = UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


_BY_NUMBER = Prepared(
    select(CASES.c.case_id).where(
        or_(CASES.c.receipt_no == bindparam("number"), CASES.c.case_no == bindparam("number"))
    )
)
_BY_OTHER = Prepared(
    select(NumberRow.case_id).where(
        NumberRow.number == bindparam("number"), NumberRow.state == "issued"
    )
)
_CASE = select(CASES).where(CASES.c.case_id == bindparam("case_id"))
_CLOCKS = (
    select(ClockRow.__table__)
    .where(ClockRow.case_id == bindparam("case_id"))
    .order_by(ClockRow.state != "running", ClockRow.ends_at, ClockRow.key)
)
_DOCUMENTS = (
    select(DocumentRow.__table__)
    .where(DocumentRow.case_id == bindparam("case_id"))
    .order_by(DocumentRow.issued_at.desc(), DocumentRow.document_id.desc())
)
_EFFECTS = (
    select(EffectRow.__table__)
    .where(EffectRow.case_id == bindparam("case_id"))
    .order_by(EffectRow.intent_at, EffectRow.kind, EffectRow.seq)
)
_BY_ID = Prepared(_CASE)
_ALL_EFFECTS = Prepared(_EFFECTS)
_WHOLE = Together(
    case=_CASE,
    clocks=_CLOCKS,
    tasks=OPEN_OF_CASE,
    effects=_EFFECTS.where(or_(EffectRow.state == "intent", EffectRow.state == "waiting")),
    documents=_DOCUMENTS,
)


async def find_id(place: Place, number: str) -> UUID | None:
    """The id of a case by itself or by any of its numbers; None for an unknown number."""
    ident = as_uuid(number)
    if ident is None:
        ident = await _BY_NUMBER.scalar(place, number=number)
    if ident is None:
        ident = await _BY_OTHER.scalar(place, number=number[:96])
    return ident


async def find(place: Place, number: str) -> CaseRow | None:
    """The case of an id, a receipt, case, paper or licence number; None for an unknown one."""
    ident = await find_id(place, number)
    row = await _BY_ID.first(place, case_id=ident) if ident else None
    return detached(CaseRow, row) if row else None


@dataclass(frozen=True)
class Whole:
    """A case with what is drawn of it: clocks as `clocks`, open tasks, calls under way, papers as `documents`."""

    case: CaseRow
    clocks: list[ClockRow] = field(default_factory=list)
    tasks: list[TaskRow] = field(default_factory=list)
    effects: list[EffectRow] = field(default_factory=list)
    documents: list[DocumentRow] = field(default_factory=list)


async def whole(place: Place, case_id: UUID) -> Whole | None:
    """Everything about the case but its events, in one round trip; None where there is no such case."""
    found = await _WHOLE.read(place, case_id=case_id)
    if not found["case"]:
        return None
    return Whole(
        detached(CaseRow, found["case"][0]),
        [detached(ClockRow, row) for row in found["clocks"]],
        [detached(TaskRow, row) for row in found["tasks"]],
        [detached(EffectRow, row) for row in found["effects"]],
        [detached(DocumentRow, row) for row in found["documents"]],
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    c = CASES.c
    found: list[ColumnElement[bool]] = []
    if filters.owner is not None:
        found.append(c.owner == filters.owner)
    if filters.office is not None:
        found.append(c.office == filters.office)
    if filters.procedure:
        found.append(c.procedure == filters.procedure)
    if filters.stage:
        found.append(c.stage == filters.stage)
    if filters.level:
        found.append(c.level == filters.level)
    if filters.open is not None:
        found.append(c.closed_at.is_(None) if filters.open else c.closed_at.is_not(None))
    if filters.text:
        found.append(
            or_(
                *(
                    column.icontains(filters.text, autoescape=True)
                    for column in (c.title, c.receipt_no, c.case_no, c.owner_name)
                ),
                c.numbers["uscc"].astext == filters.text.upper(),
            )
        )
    return found


async def listed(
    connection: AsyncConnection, filters: Filters, after: Cursor | None = None, limit: int = PAGE
) -> list[CaseRow]:
    """Cases, newest first.

    Raises:
        ValueError: neither owner nor office: such a list would be everybody's.
    """
    if filters.owner is None and filters.office is None:
        raise ValueError("a list of cases needs an owner or an office")
    conditions = _conditions(filters)
    if after is not None:
        conditions.append(
            tuple_(CASES.c.opened_at, CASES.c.case_id)
            < tuple_(
                literal(after.opened_at, CASES.c.opened_at.type),
                literal(after.case_id, CASES.c.case_id.type),
            )
        )
    rows = await connection.execute(
        select(CASES)
        .where(*conditions)
        .order_by(CASES.c.opened_at.desc(), CASES.c.case_id.desc())
        .limit(limit)
    )
    return [CaseRow(**row._mapping) for row in rows]


async def document(
    connection: AsyncConnection, case_id: UUID, document_id: str
) -> DocumentRow | None:
    """One paper of this case; another case's paper is not found."""
    table = DocumentRow.__table__
    row = (
        await connection.execute(
            select(table).where(table.c.case_id == case_id, table.c.document_id == document_id)
        )
    ).first()
    return DocumentRow(**row._mapping) if row else None


async def effects(connection: AsyncConnection, case_id: UUID) -> list[EffectRow]:
    """Calls outside, in the order of their intent (answers stay sealed)."""
    return [detached(EffectRow, row) for row in await _ALL_EFFECTS.all(connection, case_id=case_id)]


async def effect_of_request(
    connection: AsyncConnection, register: str, request_id: str, request_hash: str
) -> EffectRow | None:
    """Our own call that a register's answer is bound to: id and hash must both be ours."""
    table = EffectRow.__table__
    row = (
        await connection.execute(
            select(table).where(
                table.c.request_id == request_id,
                table.c.request_hash == request_hash,
                table.c.register_name == register,
            )
        )
    ).first()
    return EffectRow(**row._mapping) if row else None


async def events_since(
    connection: AsyncConnection, case_id: UUID, revision: int, limit: int
) -> Sequence[Any]:
    """Revision, kind and instant of later events: what a stream may tell without opening details."""
    rows = await connection.execute(
        select(CaseEventRow.revision, CaseEventRow.kind, CaseEventRow.at)
        .where(CaseEventRow.case_id == case_id, CaseEventRow.revision > revision)
        .order_by(CaseEventRow.revision)
        .limit(limit)
    )
    return rows.all()


async def messages(
    connection: AsyncConnection,
    recipients: Sequence[str],
    *,
    case_id: UUID | None = None,
    limit: int = 20,
) -> list[MessageRow]:
    """What cases have told these recipients, newest first."""
    query = select(MESSAGES).where(MESSAGES.c.recipient.in_(list(recipients)))
    if case_id is not None:
        query = query.where(MESSAGES.c.case_id == case_id)
    rows = await connection.execute(
        query.order_by(MESSAGES.c.at.desc(), MESSAGES.c.message_id.desc()).limit(limit)
    )
    return [MessageRow(**row._mapping) for row in rows]


async def waiting_acts(connection: AsyncConnection, case_id: UUID) -> list[ActRow]:
    """Acts that are durable and on their way to the case."""
    table = ActRow.__table__
    rows = await connection.execute(
        select(table)
        .where(table.c.case_id == case_id, table.c.state == "received")
        .order_by(table.c.received_at, table.c.id)
    )
    return [ActRow(**row._mapping) for row in rows]


async def log_access(connection: AsyncConnection, person_id: str, case_id: UUID, what: str) -> None:
    """Reading somebody's record is recorded."""
    await connection.execute(
        insert(AccessLogRow).values(
            person_id=person_id, case_id=case_id, what=what, at=func.app_now()
        )
    )


async def hashes(connection: AsyncConnection, case_id: UUID) -> dict[int, str]:
    """Revision → hash of the event."""
    rows = await connection.execute(
        select(CaseEventRow.revision, CaseEventRow.hash).where(CaseEventRow.case_id == case_id)
    )
    return {revision: bytes(digest).hex() for revision, digest in rows}


async def superseded(connection: AsyncConnection, case_id: UUID) -> int:
    """How many events of lost workflow tasks were replaced."""
    found: int = (
        await connection.execute(
            select(func.count())
            .select_from(SupersededEventRow)
            .where(SupersededEventRow.case_id == case_id)
        )
    ).scalar_one()
    return found


async def archive_package(connection: AsyncConnection, case_id: UUID) -> FileRow | None:
    """The package that was handed to the archive, the newest where there are several."""
    table = FileRow.__table__
    row = (
        await connection.execute(
            select(table)
            .where(table.c.case_id == case_id, table.c.part == "archive_package")
            .order_by(table.c.uploaded_at.desc())
            .limit(1)
        )
    ).first()
    return FileRow(**row._mapping) if row else None
