"""The checker's reading of our own database: cases, numbers, acts, papers, chains, read model."""

import hashlib
from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from banjian.compose import Core
from law import codes
from storage import audit, read_model
from storage.projector import stored_events
from tests.chaos.cases import ENDED, MODES, PROCEDURE, SEPARATION, Life
from tests.chaos.people import History
from tests.chaos.report import Report

# A licence item's case ends with its own word for yes; a part of an opening may end otherwise (`check_openings`).
GOOD = frozenset({ENDED, "filed", "granted", "confirmed", "used"})
PART = "startup_part"


async def rows(connection: AsyncConnection, sql: str, **values: Any) -> list[Any]:
    return list((await connection.execute(text(sql), values)).all())


async def check(core: Core, lives: list[Life], history: History, report: Report) -> None:
    """Everything that SQL and the file store alone can tell."""
    async with core.engine.connect() as connection:
        await _receipts(connection, lives, history, report)
        await _numbers(connection, report)
        await _acts(connection, history, report)
        await _papers(core, connection, report)
        await _waiting(connection, report)
    await chains(core, report)


async def chains(core: Core, report: Report) -> None:
    """Every case's chain verifies, and its read model equals a rebuild from its events."""
    for case_id in await audit.all_cases(core.engine):
        verdict = await audit.verify_case(core.engine, core.keys, case_id)
        report.counts["events"] += verdict.events
        for finding in verdict.findings:
            report.broken("chain", f"{case_id} {finding.where}: {finding.message}")
        await _rebuild(core, case_id, report)


async def _receipts(
    connection: AsyncConnection, lives: list[Life], history: History, report: Report
) -> None:
    cases = {str(r.case_id): r for r in await rows(connection, "SELECT * FROM cases")}
    digests = {
        str(r.case_id): r.digest
        for r in await rows(connection, "SELECT case_id, digest FROM submissions WHERE version = 1")
    }
    report.counts["cases"] = len(cases)
    receipts = {
        row["value"]["receipt_no"]: row["value"]
        for row in history.rows
        if row["phase"] == "ok" and "receipt_no" in (row["value"] or {})
    }
    report.counts["receipts"] = len(receipts)
    outcomes = {case: end for life in lives for case, end in life.outcomes.items()}
    for number, held in receipts.items():
        case = cases.get(held["case_id"])
        if case is None:
            report.broken("no_lost_case", f"receipt {number}: no case {held['case_id']}")
            continue
        report.expect("no_lost_case", case.receipt_no == number, f"{number}: {case.receipt_no}")
        # An officer who opens a case is told its number and no digest.
        same = "digest" not in held or digests.get(held["case_id"]) == held["digest"]
        report.expect("no_lost_case", same, f"{number}: digest")
        report.expect(
            "no_lost_case",
            case.outcome == outcomes.get(held["case_id"], ENDED),
            f"{number}: ended as {case.outcome or case.stage}",
        )
    known = {held["case_id"] for held in receipts.values()}
    opened = await rows(connection, "SELECT parent_case, child_case, item FROM case_links")
    children = {str(link.child_case) for link in opened}
    for case_id in cases.keys() - known - children:
        report.broken("no_lost_case", f"case {case_id}: nobody holds its receipt")
    for case_id in children - cases.keys():
        report.broken("no_lost_case", f"related case {case_id} is not there")
    for case_id in children & cases.keys():
        case = cases[case_id]
        good = case.outcome in GOOD or case.procedure == PART
        report.expect("no_lost_case", good, f"{case.receipt_no}: ended as {case.outcome}")
    _separations(cases, opened, lives, report)
    for life in lives:
        report.expect(
            "no_stuck_case", life.ended, f"case {life.number}: {life.stage or 'no receipt'}"
        )


def _separations(
    cases: dict[str, Any], links: list[Any], lives: list[Life], report: Report
) -> None:
    """Every registration has its one separation of licences, every item its one case and its yes."""
    bad = "no_lost_case"
    by_parent = Counter((str(link.parent_case), link.item) for link in links)
    for case_id, case in cases.items():
        if case.procedure != PROCEDURE:
            continue
        times = by_parent[case_id, SEPARATION]
        report.expect(bad, times == 1, f"{case_id}: {times} separations of licences")
    licensed = {life.case_id for life in lives if life.licensed}
    for link in links:
        separation = cases.get(str(link.child_case))
        if link.item != SEPARATION or separation is None:
            continue
        items = separation.decision.get("items", [])
        want = MODES if str(link.parent_case) in licensed else 0
        report.expect(bad, len(items) == want, f"{separation.receipt_no}: {len(items)} items")
        for item in items:
            report.counts["licence items"] += 1
            told = f"{separation.receipt_no}: {item['item']} {item['standing']}"
            report.expect(bad, item["may_trade"], told)


async def _numbers(connection: AsyncConnection, report: Report) -> None:
    bad = "no_duplicate_number"
    taken = await rows(connection, "SELECT series, ordinal, number, state, reason FROM numbers")
    report.counts["numbers"] = len(taken)
    last = {
        r.series: r.last for r in await rows(connection, "SELECT series, last FROM number_series")
    }
    by_series: dict[str, list[int]] = {name: [] for name in last}
    for row in taken:
        by_series.setdefault(row.series, []).append(row.ordinal)
        report.expect(
            bad, row.state == "issued" or row.reason, f"{row.number}: void without reason"
        )
    for name, ordinals in by_series.items():
        whole = sorted(ordinals) == list(range(1, last.get(name, 0) + 1))
        report.expect(bad, whole, f"{name}: {len(ordinals)} numbers, counter at {last.get(name)}")
    for twice in await rows(
        connection,
        "SELECT number FROM numbers GROUP BY number HAVING count(*) > 1"
        " UNION ALL SELECT receipt_no FROM cases GROUP BY receipt_no HAVING count(*) > 1",
    ):
        report.broken(bad, f"{twice[0]}: given twice")
    held = await rows(
        connection,
        "SELECT case_id, numbers->>'uscc' AS uscc, numbers->>'licence' AS licence FROM cases"
        " WHERE outcome = 'archived' AND procedure = :procedure",
        procedure=PROCEDURE,
    )
    for column in ("uscc", "licence"):
        counted = Counter(getattr(row, column) for row in held)
        for value, times in counted.items():
            report.expect(bad, value and times == 1, f"{column} {value}: {times} cases")
    for row in held:
        report.expect(bad, codes.is_uscc(row.uscc or ""), f"{row.case_id}: {row.uscc} is no USCC")


async def _acts(connection: AsyncConnection, history: History, report: Report) -> None:
    bad = "acts_applied_once"
    known = {str(r.id): r for r in await rows(connection, "SELECT * FROM acts")}
    report.counts["acts"] = len(known)
    events = await rows(
        connection, "SELECT case_id, revision, act_id FROM case_events WHERE act_id IS NOT NULL"
    )
    told = Counter(str(e.act_id) for e in events)
    for act_id, act in known.items():
        report.expect(bad, act.state != "received", f"{act.kind} {act_id}: still received")
        want = 1 if act.state == "applied" else 0
        report.expect(bad, told[act_id] == want, f"{act.kind} {act_id}: {told[act_id]} events")
    for row in history.rows:
        if row["phase"] == "ok" and "act_id" in (row["value"] or {}):
            act_id = row["value"]["act_id"]
            report.expect(bad, act_id in known, f"{row['op']}: act {act_id} is gone")


async def _papers(core: Core, connection: AsyncConnection, report: Report) -> None:
    bad = "papers_once"
    papers = await rows(connection, "SELECT case_id, document_id, stored_id, sha256 FROM documents")
    served = Counter(
        (str(r.case_id), r.n)
        for r in await rows(
            connection,
            "SELECT case_id, count(*) AS n FROM case_events WHERE kind = 'paper_served'"
            " GROUP BY case_id",
        )
    )
    report.counts["papers"] = len(papers)
    sorts = {
        str(r.case_id): (r.procedure, r.items, r.lead, r.outcome)
        for r in await rows(
            connection,
            "SELECT case_id, procedure, outcome, jsonb_array_length(coalesce(decision->'items', '[]')) AS items,"
            " decision->>'lead' IS NOT NULL AS lead FROM cases",
        )
    }
    kinds: dict[str, list[str]] = {}
    for paper in papers:
        case_id = str(paper.case_id)
        kinds.setdefault(case_id, []).append(paper.document_id.removeprefix(f"{case_id}:"))
        content = await core.files.get(paper.case_id, paper.stored_id)
        same = hashlib.sha256(content).hexdigest() == paper.sha256
        report.expect(bad, same, f"{paper.document_id}: other bytes")
    alike: dict[Any, Counter[tuple[str, ...]]] = {}
    for case_id, held in kinds.items():
        alike.setdefault(sorts.get(case_id), Counter())[tuple(sorted(held))] += 1
    for case_id, held in kinds.items():
        usual = alike[sorts.get(case_id)].most_common(1)[0][0]
        report.expect(bad, tuple(sorted(held)) == usual, f"{case_id}: {sorted(held)}")
        report.expect(
            bad, (case_id, len(held)) in served, f"{case_id}: papers served more than once"
        )


async def _waiting(connection: AsyncConnection, report: Report) -> None:
    waits = (
        ("case", "SELECT case_id::text || ' in ' || stage FROM cases WHERE closed_at IS NULL"),
        ("task", "SELECT task_id FROM tasks WHERE state = 'open'"),
        ("clock", "SELECT case_id::text || ' ' || key FROM clocks WHERE state = 'running'"),
        ("effect", "SELECT request_id FROM effects WHERE state IN ('intent', 'waiting')"),
    )
    for what, sql in waits:
        for row in await rows(connection, sql):
            report.broken("no_stuck_case", f"{what} {row[0]} is open")


TABLES = ((read_model.CASES, "case_id"), *((table, "") for _, table, _ in read_model.KINDS))


async def _rebuild(core: Core, case_id: UUID, report: Report) -> None:
    """Rebuild in a transaction that is rolled back, and compare every column with what was there."""
    cipher = await core.keys.cipher(case_id)
    async with core.engine.connect() as connection:
        before = await _snapshot(connection, case_id)
        events = await stored_events(connection, case_id, cipher)
        await read_model.rebuild(connection, case_id, events)
        after = await _snapshot(connection, case_id)
        await connection.rollback()
    for name in before.keys() | after.keys():
        if before.get(name) != after.get(name):
            report.broken("rebuild", f"{case_id}: {name}")


async def _snapshot(connection: AsyncConnection, case_id: UUID) -> dict[str, dict[str, Any]]:
    out: dict[str, dict[str, Any]] = {}
    for table, _ in TABLES:
        owner = table.c.parent_case if table.name == "case_links" else table.c.case_id
        for row in await connection.execute(select(table).where(owner == case_id)):
            key = ":".join(str(row._mapping[c.name]) for c in table.primary_key)
            out[f"{table.name} {key}"] = {
                column: value
                for column, value in row._mapping.items()
                if column not in read_model.CLAIM_COLUMNS
            }
    return out
