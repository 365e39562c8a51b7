"""The checker's reading of firms that wanted to leave and did not, and of firms that were listed and removed."""

from collections import Counter
from typing import Any

from banjian.compose import Core
from tests.chaos.cases import Life
from tests.chaos.check_records import rows
from tests.chaos.firms import LEAVING, LISTING, REMOVAL, LeavingLife, ListedLife
from tests.chaos.report import Report

LEFT, LISTED = "leavings", "lists"
# How the notice ended → how the case did.
NOTICES = {"withdrawn": "withdrawn", "terminated": "stopped"}
ALLOWED = {0: {"withdrawn"}, 1: {"terminated"}, 2: {"withdrawn", "terminated"}}


async def check(core: Core, lives: list[Life], report: Report) -> None:
    """By firm: our cases, our board, the register, NECIPS, the departments."""
    async with core.engine.connect() as connection:
        found: dict[str, list[Any]] = {}
        for table, owner in (
            ("cases", "title"),
            ("public_notices", "case_id"),
            ("objections", "case_id"),
            ("twins.publications", "case_ref"),
            ("twins.desk_errands", "case_ref"),
            ("twins.enterprises", "uscc"),
            ("twins.list_entries", "uscc"),
        ):
            for row in await rows(connection, f"SELECT * FROM {table}"):  # constants
                found.setdefault(f"{table}:{row._mapping[owner]}", []).append(row)
    for life in lives:
        if not life.ended:
            continue
        if isinstance(life, LeavingLife):
            _left(life, found, report)
        elif isinstance(life, ListedLife):
            _listed(life, found, report)


def _left(life: LeavingLife, found: dict[str, list[Any]], report: Report) -> None:
    """One end; off the board and off NECIPS with it, taken back from the departments, and the firm is still there."""
    report.counts["firms that stayed"] += 1
    mine = [c for c in found.get(f"cases:{life.name}", []) if c.procedure == LEAVING]
    if len(mine) != 1:
        report.broken(LEFT, f"{life.name}: {len(mine)} cases")
        return
    case, case_id = mine[0], str(mine[0].case_id)
    where = f"{case.receipt_no} {case.outcome}"
    report.expect(LEFT, case.outcome in ALLOWED[life.variant], f"{where}: variant {life.variant}")
    notices = [
        (n.outcome, n.ended_at is not None) for n in found.get(f"public_notices:{case_id}", [])
    ]
    once = notices == [(NOTICES.get(case.outcome), True)]
    report.expect(LEFT, once, f"{where}: notices {notices}")
    said = Counter(o.state for o in found.get(f"objections:{case_id}", []))
    report.expect(LEFT, said in _said(life, case.outcome), f"{where}: objections {said}")
    published = [p.withdrawn_at for p in found.get(f"twins.publications:{case_id}", [])]
    gone = published and None not in published
    report.expect(LEFT, gone, f"{where}: at NECIPS {published}")
    errands = found.get(f"twins.desk_errands:{case_id}", [])
    asked = Counter(e.errand for e in errands)
    report.expect(LEFT, set(asked.values()) <= {1}, f"{where}: asked {asked}")
    no = sum(e.state == "objected" for e in errands)
    # What the case has on record of a department, that department has said.
    agree = no == 1 if said else no <= (life.variant == 2)
    report.expect(LEFT, agree, f"{where}: {no} departments objected")
    entries = [e.status for e in found.get(f"twins.enterprises:{life.uscc}", [])]
    report.expect(LEFT, entries == ["active"], f"{where}: the firm is {entries}")


def _said(life: LeavingLife, outcome: str) -> list[dict[str, int]]:
    """What may be on record of objections: upheld where one ended the case; noted where it came as the applicant withdrew."""
    if outcome == "terminated":
        return [{"upheld": 1}]
    return [{}, {"noted": 1}] if life.variant == 2 else [{}]


def _listed(life: ListedLife, found: dict[str, list[Any]], report: Report) -> None:
    """One entry, of this listing, under the number that the record has; removed once, and off the board with it."""
    report.counts["firms listed and removed"] += 1
    cases = {c.procedure: c for c in found.get(f"cases:{life.name}", [])}
    kinds = Counter(c.procedure for c in found.get(f"cases:{life.name}", []))
    if kinds != {LISTING: 1, REMOVAL: 1}:
        report.broken(LISTED, f"{life.name}: cases {dict(kinds)}")
        return
    listing = cases[LISTING]
    entries = found.get(f"twins.list_entries:{life.uscc}", [])
    told = [(e.number, e.case_ref, e.removal) for e in entries]
    want = [(listing.numbers.get("entry"), str(listing.case_id), "corrected")]
    report.expect(LISTED, told == want, f"{listing.receipt_no}: entries {told}, recorded {want}")
    gone = all(e.removed_at is not None for e in entries)
    report.expect(LISTED, gone, f"{listing.receipt_no}: still listed at NECIPS")
    by = listing.decision.get("removed_by")
    same = by == cases[REMOVAL].numbers.get("case")
    report.expect(LISTED, same, f"{listing.receipt_no}: removed by {by}")
    notices = [n.outcome for n in found.get(f"public_notices:{listing.case_id}", [])]
    report.expect(LISTED, notices == ["stopped"], f"{listing.receipt_no}: notices {notices}")
