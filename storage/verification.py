"""Papers as anybody may check them: by the address printed on them, or by a licence's number."""

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import DocumentRow

# By number only what is public by law: other papers' numbers could be counted through, and a
# receipt would tell who applied for what.
PUBLIC_KINDS = ("licence",)
# Whose licence is a business licence (营业执照): it is void with its enterprise.
REGISTRATIONS = frozenset({"establishment_registration", "change_registration"})


async def find(connection: AsyncConnection, asked: str) -> DocumentRow | None:
    """The paper of this slug, or the licence of this number (its original before its copies)."""
    by_slug = await connection.execute(
        select(DocumentRow.__table__).where(DocumentRow.slug == asked.lower())
    )
    row = by_slug.one_or_none()
    if row is None:
        by_number = await connection.execute(
            select(DocumentRow.__table__)
            .where(DocumentRow.number == asked, DocumentRow.kind.in_(PUBLIC_KINDS))
            .order_by(DocumentRow.issued_at, DocumentRow.document_id)
            .limit(1)
        )
        row = by_number.one_or_none()
    return DocumentRow(**row._mapping) if row else None


USE_REGISTRATION = "se_use_registration"
_USES = text("SELECT DISTINCT state FROM devices WHERE registration_number = :number")


async def use_standing(connection: AsyncConnection, certificate: DocumentRow) -> str:
    """How the use registration stands that the certificate (使用登记证) is of, by the register of devices: empty while one
    of its devices is in use, else `stopped`, `cancelled` (scrapped), or `superseded`: its devices have other ones."""
    found = await connection.execute(_USES, {"number": certificate.number})
    states = set(found.scalars())
    if not states:
        return "superseded"
    if "in_use" in states:
        return ""
    return "stopped" if "stopped" in states else "cancelled"


# Cases that end an enterprise write into their decision whose licences are void from now on, and as what.
_ENDED = text(
    "SELECT decision ->> 'voids_as' FROM cases WHERE procedure IN ('simple_deregistration',"
    " 'general_deregistration', 'compulsory_deregistration', 'registration_revocation')"
    " AND decision ->> 'voids_licences_of' = :uscc ORDER BY opened_at DESC LIMIT 1"
)


async def ended_as(connection: AsyncConnection, uscc: str) -> str:
    """The state of the business licences of an enterprise that was deregistered, or whose registration was revoked:
    `cancelled`, `revoked`; empty while it stands.

    Read from the case that did it: no other case writes into the rows of this one.
    """
    found = await connection.execute(_ENDED, {"uscc": uscc})
    return str(found.scalar() or "")


_REVOKED = text(
    "SELECT 1 FROM cases WHERE procedure = 'registration_revocation'"
    " AND decision ->> 'revoked_licence' = :number LIMIT 1"
)


async def revoked(connection: AsyncConnection, licence: DocumentRow) -> bool:
    """Whether a case of 撤销登记 annulled what the licence rests on; read from that case, like `replaced`."""
    if licence.kind not in PUBLIC_KINDS:
        return False
    found = await connection.execute(_REVOKED, {"number": licence.number})
    return found.first() is not None


# Past the register's answer: what a change registration's case has replaced.
_REPLACED = text(
    "SELECT 1 FROM cases WHERE procedure = 'change_registration' AND stage IN"
    " ('issuing', 'archiving', 'archived') AND decision ->> 'voided_licence' = :number LIMIT 1"
)


async def replaced(connection: AsyncConnection, licence: DocumentRow) -> bool:
    """Whether a change registration made this licence void: another one was issued in its place.

    Read from the case that did it: no other case writes into the rows of this one.
    """
    if licence.kind not in PUBLIC_KINDS:
        return False
    found = await connection.execute(_REPLACED, {"number": licence.number})
    return found.first() is not None
