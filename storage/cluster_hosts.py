"""The register of hosts (托管机构名录): read from the cases that admitted them, which live on while they host (law.md §2.5).

No table of its own: a host's standing is the stage of its case, who is hosted are the open cases of hosting. Whom of them
the host knows, is in the acts that its case has taken: between the two words of `domain.hosting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.hosting import JOINED, LEFT, word_id
from storage.prepared import Place, Prepared
from storage.tables import ActRow, CaseRow

ADMISSION = "cluster_registration"
HOSTING = "cluster_hosting"
# Stages of a host's case: takes new enterprises; takes none for a time; leaves, its enterprises first.
HOSTS, PAUSED, LEAVING = "hosting", "paused", "leaving"
# The first stage of a hosting's case: in it the host hears of the enterprise.
JOINING = "registered_hosted"
CASES = CaseRow.__table__


@dataclass(frozen=True)
class Host:
    """An admitted host. `standing` is the stage of its case."""

    case_id: UUID
    number: str
    name: str
    uscc: str
    address: str
    standing: str


@dataclass(frozen=True)
class Hosted:
    """An enterprise at a host's address. `standing` is the stage of the hosting's case.

    `known`: the host's own case has taken it into its register and takes what the host reports of it. Its hosting is a
    case of its own, which is there a moment before the host hears of it, and a moment after the host has let it go.
    """

    case_id: UUID
    number: str
    name: str
    uscc: str
    standing: str
    known: bool


async def hosts(connection: AsyncConnection, office: str) -> list[Host]:
    """The hosts of an office that are not gone, by name."""
    return await _hosts(connection, CASES.c.office == office)


async def host_of(connection: AsyncConnection, uscc: str) -> Host | None:
    """The admitted host of this code, also one that takes nobody new; None of an enterprise that is no host."""
    found = await _hosts(connection, CASES.c.numbers["uscc"].astext == uscc)
    return found[0] if found else None


async def host_of_case(connection: AsyncConnection, case_id: UUID) -> Host | None:
    """The host that this case admitted; None once it is gone."""
    found = await _hosts(connection, CASES.c.case_id == case_id)
    return found[0] if found else None


async def _hosts(connection: AsyncConnection, which: ColumnElement[bool]) -> list[Host]:
    c = CASES.c
    rows = await connection.execute(
        select(c.case_id, c.receipt_no, c.title, c.numbers, c.decision, c.stage)
        .where(c.procedure == ADMISSION, c.stage.in_((HOSTS, PAUSED, LEAVING)), which)
        .order_by(c.title, c.case_id)
    )
    return [
        Host(
            case_id=r.case_id,
            number=r.receipt_no or str(r.case_id),
            name=r.title,
            uscc=r.numbers["uscc"],
            address=r.decision["address"],
            standing=r.stage,
        )
        for r in rows
    ]


_HOSTED = Prepared(
    select(
        CASES.c.case_id,
        func.coalesce(CASES.c.receipt_no, "").label("number"),
        CASES.c.title,
        CASES.c.numbers,
        CASES.c.stage,
    )
    .where(
        CASES.c.procedure == HOSTING,
        CASES.c.closed_at.is_(None),
        CASES.c.decision["host_case"].astext == bindparam("host_case"),
    )
    .order_by(CASES.c.title, CASES.c.case_id)
)
_TAKEN = Prepared(
    select(ActRow.id).where(
        ActRow.id == func.any(bindparam("ids", type_=ARRAY(Uuid))), ActRow.state == "applied"
    )
)


async def hosted_by(place: Place, host_case: UUID) -> list[Hosted]:
    """The enterprises whose domicile the host of this case provides, by name."""
    rows = await _HOSTED.all(place, host_case=str(host_case))
    words = {
        kind: {r["case_id"]: word_id(r["case_id"], host_case, kind) for r in rows}
        for kind in (JOINED, LEFT)
    }
    ids = [ident for said in words.values() for ident in said.values()]
    taken = {r["id"] for r in await _TAKEN.all(place, ids=ids)} if ids else set()
    return [
        Hosted(
            case_id=r["case_id"],
            number=r["number"] or str(r["case_id"]),
            name=r["title"],
            uscc=r["numbers"]["uscc"],
            standing=r["stage"],
            known=words[JOINED][r["case_id"]] in taken and words[LEFT][r["case_id"]] not in taken,
        )
        for r in rows
    ]


async def any_hosting(connection: AsyncConnection) -> bool:
    """Whether any hosting is open."""
    c = CASES.c
    open_ = select(c.case_id).where(c.procedure == HOSTING, c.closed_at.is_(None)).limit(1)
    return (await connection.execute(open_)).first() is not None


async def hostings_of(
    connection: AsyncConnection, codes: Sequence[str]
) -> dict[str, tuple[UUID, ...]]:
    """The open hostings of these enterprises, by code."""
    c = CASES.c
    code = c.numbers["uscc"].astext
    rows = await connection.execute(
        select(code.label("uscc"), c.case_id)
        .where(c.procedure == HOSTING, c.closed_at.is_(None), code.in_(list(codes)))
        .order_by(c.opened_at, c.case_id)
    )
    found: dict[str, tuple[UUID, ...]] = {}
    for row in rows:
        found[row.uscc] = (*found.get(row.uscc, ()), row.case_id)
    return found


async def hosting_of(connection: AsyncConnection, uscc: str) -> UUID | None:
    """The open case of this enterprise's hosting; None where its domicile is nobody's but its own."""
    c = CASES.c
    found = await connection.execute(
        select(c.case_id)
        .where(c.procedure == HOSTING, c.closed_at.is_(None), c.numbers["uscc"].astext == uscc)
        .order_by(c.opened_at.desc(), c.case_id)
        .limit(1)
    )
    ident: UUID | None = found.scalar_one_or_none()
    return ident
