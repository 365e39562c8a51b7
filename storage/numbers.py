"""Numbers (编号): one table, a row lock per series, get-or-create per (case, kind).

A series is (kind, office, year by Shanghai date). A number that was taken and never used is voided
with a reason; it is never given again and never missing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import NotRequired, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import String, bindparam, exists, func, literal_column, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.prepared import Prepared
from storage.tables import NumberRow, NumberSeriesRow

SHANGHAI = timezone(timedelta(hours=8))
_CHECK = "0123456789"


def check_character(digits: str) -> str:
    """The check digit of a receipt number: ISO 7064 MOD 11,10, as in GS 15-2006."""
    p = 10
    for d in digits:
        s = (p + int(d)) % 10 or 10
        p = (2 * s) % 11
    return _CHECK[(11 - p) % 10]


def receipt_number(division: str, year: int, ordinal: int) -> str:
    """办件编号, e.g. 421303-2026-0001234-7: printable, groupable, with a check digit."""
    check = check_character(f"{division}{year}{ordinal:07d}")
    return f"{division}-{year}-{ordinal:07d}-{check}"


def document_number(bureau: str, year: int, word: str, ordinal: int) -> str:
    """e.g. 曾市监〔2026〕登设字第000123号."""
    return f"{bureau}〔{year}〕{word}字第{ordinal:06d}号"


_MINE = Prepared(
    select(NumberRow.number).where(
        NumberRow.case_id == bindparam("case_id"), NumberRow.kind == bindparam("kind")
    )
)
# None where the case has its number already.
_NEXT = Prepared(
    insert(NumberSeriesRow)
    .from_select(
        ("series", "last"),
        select(bindparam("series", type_=String), literal_column("1")).where(
            ~exists().where(
                NumberRow.case_id == bindparam("case_id"), NumberRow.kind == bindparam("kind")
            )
        ),
    )
    .on_conflict_do_update(index_elements=["series"], set_={"last": NumberSeriesRow.last + 1})
    .returning(NumberSeriesRow.last)
)
_TAKEN = Prepared(
    insert(NumberRow)
    .values(
        {n: bindparam(n) for n in ("number", "series", "ordinal", "kind", "case_id")}
        | {"issued_at": func.app_now()}
    )
    .on_conflict_do_nothing(index_elements=["case_id", "kind"])
    .returning(NumberRow.number)
)


@dataclass(frozen=True)
class Following:
    """The number that is next in a series, not yet written down: the series is locked until the transaction ends."""

    number: str
    series: str
    ordinal: int
    kind: str


class Wanted(TypedDict):
    """What a number is taken for.

    `series` names what counts together, e.g. `421303:case:登设`; the year of `at` by Shanghai date is added to it.
    With a `division` it is a receipt's number, else a document's (`bureau` and `word`).
    """

    case_id: UUID
    kind: str
    series: str
    at: datetime
    bureau: str
    word: str
    division: NotRequired[str]


async def following(connection: AsyncConnection, **wanted: Unpack[Wanted]) -> Following | None:
    """The next number, for a case that has none of this kind; None where it has one.

    The series' row is locked until the caller's transaction ends.
    """
    case_id, kind, year = wanted["case_id"], wanted["kind"], wanted["at"].astimezone(SHANGHAI).year
    series = f"{wanted['series']}:{year}"
    ordinal = await _NEXT.scalar(connection, series=series, case_id=case_id, kind=kind)
    if ordinal is None:
        return None
    if division := wanted.get("division"):
        number = receipt_number(division, year, ordinal)
    else:
        number = document_number(wanted["bureau"], year, wanted["word"], ordinal)
    return Following(number, series, ordinal, kind)


async def take(connection: AsyncConnection, **wanted: Unpack[Wanted]) -> str:
    """The case's number of this kind, taken now if it has none. Safe to repeat; locks as `following`."""
    case_id, kind = wanted["case_id"], wanted["kind"]
    next_ = await following(connection, **wanted)
    if next_ is None:
        return str(await _MINE.scalar(connection, case_id=case_id, kind=kind))
    # Two takers of one case wait for each other on the series' row; the second finds the first's
    # number here, and its own transaction gives back nothing: the ordinal is voided, not lost.
    done = await _TAKEN.scalar(
        connection,
        number=next_.number,
        series=next_.series,
        ordinal=next_.ordinal,
        kind=kind,
        case_id=case_id,
    )
    if done is not None:
        return next_.number
    await connection.execute(
        insert(NumberRow).values(
            number=next_.number,
            series=next_.series,
            ordinal=next_.ordinal,
            kind=f"void:{kind}",
            case_id=None,
            state="void",
            reason="同一办件并发取号，已有编号",
            issued_at=func.app_now(),
        )
    )
    return str(await _MINE.scalar(connection, case_id=case_id, kind=kind))
