"""The checker's reading of the library of names: one name, one holder at a time, and the cases say the same."""

from collections import Counter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from banjian.compose import Core
from domain.contracts import CaseEvent
from storage.projector import stored_events
from tests.chaos.cases import PROCEDURE, Life
from tests.chaos.check_records import rows
from tests.chaos.openings import NAME, OpeningLife
from tests.chaos.report import Report

BAD = "names"
LIVE = frozenset({"registered", "reserved", "pending"})
# The end of a declaration → what the library has of it; one that never held a name has no row there.
IN_LIBRARY = {"used": "registered", "released": "released", "withdrawn": None}


async def check(core: Core, lives: list[Life], report: Report) -> None:
    """The library by itself, every registration, every declaration, and who was first of two."""
    async with core.engine.connect() as connection:
        cases = {str(r.case_id): r for r in await rows(connection, "SELECT * FROM cases")}
        held = await rows(connection, "SELECT * FROM names")
        report.counts["names"] = len(held)
        _one_holder(held, report)
        _borne(held, cases, report)
        by_case = {str(row.case_id): row for row in held if row.case_id}
        told: dict[str, list[CaseEvent]] = {}
        for case_id, case in cases.items():
            if case.procedure == NAME:
                told[case_id] = await _events(core, connection, case.case_id)
                _declaration(case, by_case.get(case_id), told[case_id], report)
        report.counts["declared names"] = len(told)
    for life in lives:
        if isinstance(life, OpeningLife) and life.ended:
            _race(life, by_case, cases, told, report)


async def _events(core: Core, connection: AsyncConnection, case_id: Any) -> list[CaseEvent]:
    return await stored_events(connection, case_id, await core.keys.cipher(case_id))


def _one_holder(held: list[Any], report: Report) -> None:
    live = Counter((row.jurisdiction, row.same_key) for row in held if row.state in LIVE)
    for (_, key), times in live.items():
        report.expect(BAD, times == 1, f"{key}: held {times} times")
    for row in held:
        waits = row.state in ("reserved", "pending")
        report.expect(BAD, not waits, f"{row.name}: still {row.state}")


def _borne(held: list[Any], cases: dict[str, Any], report: Report) -> None:
    """Every enterprise of the run bears its name once, held for its registration or for the declaration it relied on."""
    borne = Counter((row.name, row.holder) for row in held if row.state == "registered")
    for case in cases.values():
        if case.procedure == PROCEDURE and case.outcome == "archived":
            times = borne[case.title, case.numbers.get("uscc")]
            report.expect(BAD, times == 1, f"{case.receipt_no} {case.title}: borne {times} times")


def _declaration(case: Any, row: Any, told: list[CaseEvent], report: Report) -> None:
    where = f"{case.receipt_no} {case.outcome}"
    if case.outcome not in IN_LIBRARY:
        report.broken(BAD, f"{where}: no end of a declaration in this run")
        return
    state = None if row is None else row.state
    report.expect(BAD, state == IN_LIBRARY[case.outcome], f"{where}: {state} in the library")
    kinds = Counter(event.kind for event in told)
    once = 0 if row is None else 1
    for kind in ("name_reserved", "name_ended"):
        report.expect(BAD, kinds[kind] == once, f"{where}: {kind} {kinds[kind]} times")


def _race(
    life: OpeningLife,
    by_case: dict[str, Any],
    cases: dict[str, Any],
    told: dict[str, list[CaseEvent]],
    report: Report,
) -> None:
    """One of the two was first, at the first asking; whoever came after had it when it was free, and the enterprise bears it."""
    first = [
        next((e.data["outcome"] for e in told.get(case, []) if e.kind == "name_compared"), "")
        for case in life.declared.values()
    ]
    report.expect(BAD, sorted(first) == ["choose", "reserved"], f"{life.number}: first {first}")
    mine = life.declared[life.founder]
    opening, row = cases.get(life.case_id), by_case.get(mine)
    bears = opening is not None and row is not None and row.holder == opening.numbers.get("uscc")
    report.expect(BAD, bears, f"{life.number}: the enterprise does not bear the name it opened by")
    for case in set(life.declared.values()) - {mine}:
        given_up = next((e.at for e in told.get(case, []) if e.kind == "release_asked"), None)
        early = given_up is not None and row is not None and row.held_from < given_up
        report.expect(BAD, not early, f"{life.number}: held before the other gave it up")
