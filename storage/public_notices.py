"""Public notices as the board, their own pages and the feed read them: one statement each, by SQL's clock alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    DateTime,
    Integer,
    String,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
    tuple_,
)

from domain.public_notices import ENDED_BEFORE, EVIDENCE
from storage.prepared import Place, Prepared, detached
from storage.tables import ActRow, CaseRow, ClockRow, FileRow, NumberRow
from storage.tables_notices import ObjectionRow, PublicNoticeRow

NOTICES: Final = PublicNoticeRow.__table__
OBJECTIONS: Final = ObjectionRow.__table__
# One that was stopped is off at once; every other one at its end, whether or not a worker has said so.
_RUNNING: Final = and_(
    *(NOTICES.c.outcome != outcome for outcome in sorted(ENDED_BEFORE)),
    func.coalesce(func.app_now() < NOTICES.c.ends_at, NOTICES.c.outcome == ""),
)
RUNNING: Final = "running"
MOST_OWN: Final = 50
ENDED: Final = "ended"


@dataclass(frozen=True)
class Wanted:
    """What of the board is asked for; "" is everything.

    Attributes:
        state: running (on the board now), ended, or "" for both.
        text: a part of the title or of a public fact, in any case.
    """

    state: str = RUNNING
    procedure: str = ""
    kind: str = ""
    office: str = ""
    text: str = ""


@dataclass(frozen=True)
class Noticed:
    """A notice as of `now`, SQL's own instant.

    Attributes:
        clock: the body of the clock that ends it.
        stage: of its case, with the versions that name it; `closed_at` once the case has ended.
        said: how many objections and claims were received in time.
    """

    row: PublicNoticeRow
    now: datetime
    running: bool
    clock: dict[str, Any] | None = None
    stage: str = ""
    catalogue_version: str = ""
    table_version: str = ""
    closed_at: datetime | None = None
    said: int = 0


def _given(name: str) -> Any:
    return bindparam(name, type_=String)


_FILTERS = (
    or_(_given("state") == "", (_given("state") == RUNNING) == _RUNNING),
    or_(_given("procedure") == "", NOTICES.c.procedure == _given("procedure")),
    or_(_given("kind") == "", NOTICES.c.kind == _given("kind")),
    or_(_given("office") == "", NOTICES.c.office == _given("office")),
    or_(
        _given("text") == "",
        func.strpos(func.lower(NOTICES.c.title), func.lower(_given("text"))) > 0,
        func.strpos(func.lower(cast(NOTICES.c.lines, String)), func.lower(_given("text"))) > 0,
    ),
)
_AFTER = tuple_(
    bindparam("after_at", type_=DateTime(timezone=True)), bindparam("after_id", type_=Uuid)
)
_SAID = (
    select(func.count())
    .select_from(OBJECTIONS)
    .where(OBJECTIONS.c.notice_id == NOTICES.c.notice_id)
    .scalar_subquery()
)
_SHOWN = (*NOTICES.c, func.app_now().label("now"), _RUNNING.label("running"))
_BOARD = Prepared(
    select(*_SHOWN)
    .where(
        *_FILTERS,
        or_(
            bindparam("after_at", type_=DateTime(timezone=True)).is_(None),
            tuple_(NOTICES.c.starts_at, NOTICES.c.notice_id) < _AFTER,
        ),
    )
    .order_by(NOTICES.c.starts_at.desc(), NOTICES.c.notice_id.desc())
    .limit(bindparam("most", type_=Integer))
)
_WITH_CASE = (
    select(
        *_SHOWN,
        ClockRow.body.label("clock_body"),
        CaseRow.stage,
        CaseRow.catalogue_version,
        CaseRow.table_version,
        CaseRow.closed_at,
        _SAID.label("said"),
    )
    .select_from(NOTICES)
    .join(CaseRow, CaseRow.case_id == NOTICES.c.case_id)
    .outerjoin(
        ClockRow, and_(ClockRow.case_id == NOTICES.c.case_id, ClockRow.key == NOTICES.c.clock)
    )
)
_ONE = Prepared(_WITH_CASE.where(NOTICES.c.notice_id == bindparam("notice_id")))
_OF_CASE = Prepared(
    _WITH_CASE.where(NOTICES.c.case_id == bindparam("case_id")).order_by(NOTICES.c.seq)
)


async def board(
    place: Place, wanted: Wanted, after: tuple[datetime, UUID] | None, most: int
) -> list[Noticed]:
    """Newest first, at most so many, after the place of the last one seen."""
    at, ident = after or (None, None)
    given = {name: getattr(wanted, name) for name in ("state", "procedure", "kind", "office")}
    rows = await _BOARD.all(
        place, **given, text=wanted.text, after_at=at, after_id=ident, most=most
    )
    return [_noticed(row) for row in rows]


async def one(place: Place, notice_id: UUID) -> Noticed | None:
    """A notice by its permanent id, also after its end."""
    row = await _ONE.first(place, notice_id=notice_id)
    return _noticed(row) if row else None


async def of_case(place: Place, case_id: UUID) -> list[Noticed]:
    """Every notice of a case, in their order."""
    return [_noticed(row) for row in await _OF_CASE.all(place, case_id=case_id)]


def _noticed(row: dict[str, Any]) -> Noticed:
    notice = detached(PublicNoticeRow, {c.name: row[c.name] for c in NOTICES.c})
    beside = ("stage", "catalogue_version", "table_version", "closed_at", "said")
    more = {name: row[name] for name in beside if name in row}
    return Noticed(notice, row["now"], row["running"], row.get("clock_body"), **more)


# -- what was said to them -------------------------------------------------------------------------


@dataclass(frozen=True)
class Said:
    """What one person said to a notice, as its author may read it; its receipt is true before any case heard of it.

    Attributes:
        number: of the receipt.
        act_state: received (on its way to the case), applied, or refused by it with `refusal`.
        state: how it stands in the case; "" while it is on its way.
        answer: the officer's reasons.
        name, by_role, reason, amount, contact, file_name: what was said; "" until the case has it.
    """

    objection_id: UUID
    number: str
    received_at: datetime
    act_state: str
    refusal: str
    state: str
    answer: str
    handled_at: datetime | None
    name: str
    by_role: str
    reason: str
    amount: str
    contact: str
    file_name: str


@dataclass(frozen=True)
class Stated:
    """An objection or claim as the officers of its case read it (screen B10)."""

    row: ObjectionRow
    title: str
    ends_at: datetime | None
    file_name: str


def number_kind(objection_id: UUID) -> str:
    """Under which kind the number of its receipt stands in the table of numbers."""
    return f"objection:{objection_id.hex}"


_RECEIPT = Prepared(
    select(
        ActRow.id,
        func.coalesce(NumberRow.number, "").label("number"),
        ActRow.received_at,
        ActRow.state.label("act_state"),
        func.coalesce(ActRow.refusal_message, "").label("refusal"),
        func.coalesce(OBJECTIONS.c.state, "").label("state"),
        func.coalesce(OBJECTIONS.c.answer, "").label("answer"),
        OBJECTIONS.c.handled_at,
        func.coalesce(OBJECTIONS.c.name, "").label("name"),
        func.coalesce(OBJECTIONS.c.by_role, "").label("by_role"),
        func.coalesce(OBJECTIONS.c.reason, "").label("reason"),
        func.coalesce(OBJECTIONS.c.amount, "").label("amount"),
        func.coalesce(OBJECTIONS.c.contact, "").label("contact"),
        func.coalesce(FileRow.name, "").label("file_name"),
    )
    .select_from(ActRow)
    .outerjoin(
        NumberRow,
        and_(NumberRow.case_id == ActRow.case_id, NumberRow.kind == bindparam("number_kind")),
    )
    .outerjoin(OBJECTIONS, OBJECTIONS.c.objection_id == ActRow.id)
    .outerjoin(FileRow, cast(FileRow.id, String) == OBJECTIONS.c.evidence)
    .where(ActRow.id == bindparam("objection_id"))
)
_SAID_BY = Prepared(
    select(
        OBJECTIONS.c.notice_id,
        OBJECTIONS.c.number,
        OBJECTIONS.c.received_at,
        OBJECTIONS.c.state,
        NOTICES.c.title,
    )
    .select_from(OBJECTIONS)
    .join(NOTICES, NOTICES.c.notice_id == OBJECTIONS.c.notice_id)
    .where(OBJECTIONS.c.person_id == bindparam("person_id"))
    .order_by(OBJECTIONS.c.received_at.desc(), OBJECTIONS.c.objection_id)
    .limit(MOST_OWN)
)
_STATED = Prepared(
    select(
        *OBJECTIONS.c,
        NOTICES.c.title.label("notice_title"),
        NOTICES.c.ends_at.label("notice_ends_at"),
        func.coalesce(FileRow.name, "").label("file_name"),
    )
    .select_from(OBJECTIONS)
    .join(NOTICES, NOTICES.c.notice_id == OBJECTIONS.c.notice_id)
    .outerjoin(FileRow, cast(FileRow.id, String) == OBJECTIONS.c.evidence)
    .where(OBJECTIONS.c.case_id == bindparam("case_id"))
    .order_by(OBJECTIONS.c.received_at, OBJECTIONS.c.objection_id)
)
_EVIDENCE = Prepared(
    select(*FileRow.__table__.c, CaseRow.owner.label("case_owner"), CaseRow.office)
    .select_from(FileRow)
    .join(CaseRow, CaseRow.case_id == FileRow.case_id)
    .join(OBJECTIONS, OBJECTIONS.c.evidence == cast(FileRow.id, String))
    .where(OBJECTIONS.c.objection_id == bindparam("objection_id"), FileRow.part == EVIDENCE)
)


async def receipt(place: Place, objection_id: UUID) -> Said | None:
    """What its author may read of it; None where nothing was said under this id."""
    row = await _RECEIPT.first(
        place, objection_id=objection_id, number_kind=number_kind(objection_id)
    )
    if row is None:
        return None
    return Said(objection_id=row.pop("id"), **row)


@dataclass(frozen=True)
class Own:
    """An objection or claim in its author's list."""

    notice_id: UUID
    number: str
    received_at: datetime
    state: str
    title: str


async def said_by(place: Place, person_id: str) -> list[Own]:
    """What a person has said to notices, the newest first."""
    return [Own(**row) for row in await _SAID_BY.all(place, person_id=person_id)]


async def stated(place: Place, case_id: UUID) -> list[Stated]:
    """Everything that was said to the notices of a case, in the order of its receipt. For officers."""
    found = []
    for row in await _STATED.all(place, case_id=case_id):
        said = detached(ObjectionRow, {c.name: row[c.name] for c in OBJECTIONS.c})
        found.append(Stated(said, row["notice_title"], row["notice_ends_at"], row["file_name"]))
    return found


@dataclass(frozen=True)
class Evidence:
    """The file of an objection, with whose case it is."""

    file: FileRow
    owner: str
    office: str


async def evidence(place: Place, objection_id: UUID) -> Evidence | None:
    """The file that lies behind an objection; None where there is none."""
    row = await _EVIDENCE.first(place, objection_id=objection_id)
    if row is None:
        return None
    owner, office = row.pop("case_owner"), row.pop("office")
    return Evidence(detached(FileRow, row), owner, office)
