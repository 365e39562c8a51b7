"""Proves a case's record: the chain of its events, their sealed details, and the read model folded from them.

Reads only. Every finding names the revision or the row; an empty list is the proof. After erasure the chain
still verifies, while details and read model can no longer be compared (and are reported as erased).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.contracts import CaseEvent
from storage import chain, read_model
from storage.keys import CaseKeys, Cipher, KeyDestroyed, SealBroken
from storage.projector import DETAIL_AAD, stored_events
from storage.tables import CaseEventRow, CaseRow

EVENTS = CaseEventRow.__table__


@dataclass(frozen=True)
class Finding:
    """What is wrong: a stable code, where, and the words."""

    code: str
    where: str
    message: str

    def to_json(self) -> dict[str, str]:
        return {"code": self.code, "where": self.where, "message": self.message}


@dataclass
class Verdict:
    """The result for one case. `head` is the last hash, to be compared with one kept elsewhere."""

    case_id: UUID
    events: int = 0
    head: str = ""
    erased: bool = False
    findings: list[Finding] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.findings

    def add(self, code: str, where: str, message: str) -> None:
        self.findings.append(Finding(code, where, message))

    def to_json(self) -> dict[str, Any]:
        return {
            "case_id": str(self.case_id),
            "ok": self.ok,
            "events": self.events,
            "head": self.head,
            "erased": self.erased,
            "findings": [f.to_json() for f in self.findings],
        }


async def verify_case(
    engine: AsyncEngine,
    keys: CaseKeys,
    case_id: UUID,
    connection: AsyncConnection | None = None,
) -> Verdict:
    """Chain, details and read model of one case.

    Args:
        engine: the installation's database.
        keys: data keys of cases.
        case_id: the case.
        connection: whose transaction is looked at; without it one snapshot of its own.
    """
    if connection is not None:
        return await _verified(connection, keys, case_id)
    async with engine.connect() as plain:
        return await _verified(
            await plain.execution_options(isolation_level="REPEATABLE READ"), keys, case_id
        )


async def _verified(connection: AsyncConnection, keys: CaseKeys, case_id: UUID) -> Verdict:
    verdict = Verdict(case_id)
    rows = (
        await connection.execute(
            select(EVENTS).where(EVENTS.c.case_id == case_id).order_by(EVENTS.c.revision)
        )
    ).all()
    verdict.events = len(rows)
    if not rows:
        verdict.add("no_events", str(case_id), "没有这个办件的事件")
        return verdict
    _check_chain(verdict, rows)
    try:
        cipher = await keys.cipher(case_id)
    except KeyDestroyed:
        verdict.erased = True
        return verdict
    if all([_check_details(verdict, row, cipher) for row in rows]):
        events = await stored_events(connection, case_id, cipher)
        await _check_read_model(verdict, connection, events)
    return verdict


def _check_chain(verdict: Verdict, rows: Iterable[Any]) -> None:
    """Each event points to the one before it, and its hash covers its own bytes."""
    previous, expected = chain.genesis(verdict.case_id), 1
    for row in rows:
        where = f"r{row.revision}"
        if row.revision != expected:
            verdict.add("revision_gap", where, f"缺少第 {expected} 版事件")
            expected = row.revision
        expected += 1
        if bytes(row.prev_hash) != previous:
            verdict.add("broken_link", where, "与前一事件的链接不符")
        if chain.link(bytes(row.prev_hash), bytes(row.canonical)) != bytes(row.hash):
            verdict.add("broken_hash", where, "事件内容与其摘要不符")
        previous = bytes(row.hash)
        _check_head(verdict, row, where)
    verdict.head = previous.hex()


def _check_head(verdict: Verdict, row: Any, where: str) -> None:
    """The columns say what the canonical bytes say."""
    try:
        head = json.loads(row.canonical)
        told = (
            head["case"],
            head["revision"],
            head["kind"],
            head["at"],
            head["actor"],
            head["act"],
        )
    except (ValueError, KeyError):
        verdict.add("broken_canonical", where, "事件内容无法解析")
        return
    stored = (
        str(row.case_id),
        row.revision,
        row.kind,
        chain.instant(row.at),
        row.actor_id,
        str(row.act_id) if row.act_id else None,
    )
    if told != stored:
        verdict.add("changed_columns", where, "事件的列与其内容不符")


def _check_details(verdict: Verdict, row: Any, cipher: Cipher) -> bool:
    """The sealed details open, and their salted digest is the one in the chain."""
    where = f"r{row.revision}"
    if row.details is None or row.salt is None:
        verdict.add("details_missing", where, "事件详情缺失")
        return False
    try:
        details = cipher.open(bytes(row.details), DETAIL_AAD + verdict.case_id.bytes)
        digest = json.loads(row.canonical)["details"]
    except (SealBroken, ValueError, KeyError):
        verdict.add("details_broken", where, "事件详情被改动，无法打开")
        return False
    if chain.detail_digest(bytes(row.salt), details) != digest:
        verdict.add("details_changed", where, "事件详情与链上的摘要不符")
        return False
    return True


async def _check_read_model(
    verdict: Verdict, connection: AsyncConnection, events: list[CaseEvent]
) -> None:
    """What people read is what a rebuild would write; claims are not part of it."""
    case_id = verdict.case_id
    wanted = read_model.expected(case_id, events)
    case = (
        await connection.execute(select(read_model.CASES).where(CaseRow.case_id == case_id))
    ).first()
    if case is None:
        verdict.add("case_missing", "cases", "读模型里没有这个办件")
    else:
        _compare(verdict, read_model.CASES, "cases", wanted.case, case._mapping)
    for name, table, keys in read_model.KINDS:
        owner = table.c.parent_case if name == "links" else table.c.case_id
        rows = (await connection.execute(select(table).where(owner == case_id))).all()
        have = {tuple(str(getattr(r, k)) for k in keys): r._mapping for r in rows}
        for key, row in wanted.rows[name].items():
            where = f"{name}/{':'.join(key)}"
            if key not in have:
                verdict.add("row_missing", where, "读模型缺少这一行")
            else:
                _compare(verdict, table, where, row, have.pop(key))
        for key in have:
            verdict.add("row_unexplained", f"{name}/{':'.join(key)}", "读模型多出这一行，没有事件")


def _compare(verdict: Verdict, table: Table, where: str, wanted: Any, have: Any) -> None:
    said = read_model.typed(table, dict(wanted))
    # What no event speaks of is empty: nothing of a lost task stays.
    empty = (c.name for c in table.c if c.nullable and c.server_default is None)
    for column, value in (dict.fromkeys(empty) | said).items():
        if column not in read_model.CLAIM_COLUMNS and have[column] != value:
            verdict.add("row_differs", f"{where}.{column}", "读模型与事件推出的值不符")


async def all_cases(engine: AsyncEngine) -> list[UUID]:
    """Every case that has a record, by its first event's instant."""
    async with engine.connect() as connection:
        rows = await connection.execute(
            select(EVENTS.c.case_id).where(EVENTS.c.revision == 1).order_by(EVENTS.c.at)
        )
        found = [row.case_id for row in rows]
        # A record that lost its first event must not escape for that reason.
        rest = await connection.execute(select(EVENTS.c.case_id).distinct())
        known = set(found)
        return found + sorted((r.case_id for r in rest if r.case_id not in known), key=str)
