"""Registrations by the time they take (企业开办注册登记时间): what measures each, from the read model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Measured until the licence is issued; its paper's instant where no opening (一次办) kept the instant.
_WHAT: Final = """
    SELECT c.title, coalesce(c.receipt_no, '') AS number, c.table_version, c.accepted_at, c.passed,
           coalesce(k.kept, d.issued_at) AS issued_at, p.case_id IS NOT NULL AS onestop
    FROM cases c
    LEFT JOIN LATERAL (
        SELECT min(d.issued_at) AS issued_at FROM documents d
        WHERE d.case_id = c.case_id AND d.kind = 'licence'
    ) d ON true
    LEFT JOIN case_links l ON l.child_case = c.case_id AND l.item = 'registration'
    LEFT JOIN cases p ON p.case_id = l.parent_case AND p.procedure = 'enterprise_startup_onestop'
    LEFT JOIN LATERAL (
        SELECT (p.decision -> 'opening' ->> 'issued_at')::timestamptz AS kept
    ) k ON true
    WHERE c.procedure = 'establishment_registration' AND c.office = :office AND c.accepted_at IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Registration:
    """One establishment registration. `passed`: its stages with their instants; `onestop`: begun by a one-stop opening."""

    title: str
    number: str
    table_version: str
    accepted_at: datetime
    passed: Sequence[dict[str, Any]]
    issued_at: datetime | None
    onestop: bool


async def issued(
    connection: AsyncConnection, office: str, begin: datetime, end: datetime
) -> list[Registration]:
    """Whose licence was issued from `begin` until before `end`, in that order."""
    rows = await connection.execute(
        text(
            _WHAT + " AND c.accepted_at < :end AND coalesce(c.closed_at, 'infinity') >= :begin"
            " AND coalesce(k.kept, d.issued_at) >= :begin AND coalesce(k.kept, d.issued_at) < :end"
            " ORDER BY issued_at, number"
        ),
        {"office": office, "begin": begin, "end": end},
    )
    return [Registration(**row._mapping) for row in rows]


async def running(connection: AsyncConnection, office: str) -> list[Registration]:
    """Accepted, still open, and without a licence; the longest first."""
    rows = await connection.execute(
        text(
            _WHAT + " AND c.closed_at IS NULL AND coalesce(k.kept, d.issued_at) IS NULL"
            " ORDER BY c.accepted_at, number"
        ),
        {"office": office},
    )
    return [Registration(**row._mapping) for row in rows]
