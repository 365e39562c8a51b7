"""Papers as anybody may check them: by the address printed on them, or by a licence's number."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import DocumentRow

# By number only what is public by law: other papers' numbers could be counted through, and a
# receipt would tell who applied for what.
PUBLIC_KINDS = ("licence",)


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
