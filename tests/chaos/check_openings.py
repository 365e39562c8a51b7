"""The checker's reading of one-stop openings: each part has one outcome, and its case, the opening, the page and the office agree.

And of what an office did at most once for an enterprise, whoever asked.
"""

from collections import Counter
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from banjian.compose import Core
from law.startup_parts import ENDS, Standing, part_of
from tests.chaos.cases import Life
from tests.chaos.check_records import rows
from tests.chaos.openings import OPENING, PARTS, REGISTRATION, OpeningLife
from tests.chaos.report import Report

BAD = "openings"
PART = "startup_part"
# What a variant of a life may come to where not everything goes well (`OpeningLife.variant`).
ALLOWED = {
    (1, "housing"): {"done"},
    (2, "housing"): {"given_up"},
    # The bank may have answered before the applicant thought better of it.
    (2, "bank"): {"done", "withdrawn"},
}


async def check(core: Core, lives: list[Life], report: Report) -> None:
    """Every opening, and every desk."""
    async with core.engine.connect() as connection:
        cases = {str(r.case_id): r for r in await rows(connection, "SELECT * FROM cases")}
        links: dict[str, list[Any]] = {}
        for link in await rows(connection, "SELECT * FROM case_links"):
            links.setdefault(str(link.parent_case), []).append(link)
        errands = await rows(connection, "SELECT * FROM twins.desk_errands")
        _desks(errands, report)
        openings = [case for case in cases.values() if case.procedure == OPENING]
        report.counts["openings"] = len(openings)
        for case in openings:
            _opening(case, cases, links.get(str(case.case_id), []), errands, report)
        await _told_once(connection, report)
    for life in lives:
        if isinstance(life, OpeningLife) and life.ended:
            _as_meant(life, cases.get(life.case_id), report)


def _desks(errands: list[Any], report: Report) -> None:
    """No second yes at one office for one thing; nothing that the office still holds."""
    good = {part_of(part).errand: _good(part) for part in PARTS}
    done = Counter(
        (e.errand, e.uscc) for e in errands if e.errand in good and e.state == good[e.errand]
    )
    report.counts["filings at offices"] = sum(done.values())
    for (errand, uscc), times in done.items():
        report.expect(BAD, times == 1, f"{uscc}: {errand} done {times} times")
    numbers = Counter((e.register, e.number) for e in errands if e.number)
    for (register, number), times in numbers.items():
        report.expect(BAD, times == 1, f"{register}: number {number} given {times} times")
    for e in errands:
        report.expect(BAD, e.state != "open", f"{e.case_ref}: {e.errand} is open at its office")


def _good(part: str) -> str:
    return "filed" if part == "seal" else "confirmed"


def _opening(
    case: Any, cases: dict[str, Any], links: list[Any], errands: list[Any], report: Report
) -> None:
    items = Counter(link.item for link in links)
    report.expect(BAD, items[REGISTRATION] == 1, f"{case.receipt_no}: registrations {items}")
    children = {link.item: (link, cases.get(str(link.child_case))) for link in links}
    _, registration = children.get(REGISTRATION, (None, None))
    code = case.numbers.get("uscc")
    same = registration is not None and registration.numbers.get("uscc") == code and code
    report.expect(BAD, same, f"{case.receipt_no}: opened {code}, registered something else")
    kept = case.decision.get("parts", [])
    twice = Counter(entry["part"] for entry in kept)
    report.expect(BAD, set(twice) == set(PARTS) <= set(items), f"{case.receipt_no}: {twice}")
    for entry in kept:
        where = f"{case.receipt_no} {entry['part']}"
        link, part = children.get(entry["part"], (None, None))
        if part is None or link is None:
            report.broken(BAD, f"{where}: has no case")
            continue
        report.counts["parts"] += 1
        report.expect(BAD, items[entry["part"]] == 1, f"{where}: {items[entry['part']]} cases")
        end = ENDS.get(part.outcome)
        told = Standing(entry["standing"])
        report.expect(BAD, end is told, f"{where}: ended {part.outcome}, the opening says {told}")
        ended = link.state == "ended" and link.outcome == part.outcome
        report.expect(BAD, ended, f"{where}: linked as {link.state} {link.outcome}")
        own = [e for e in errands if e.case_ref == str(part.case_id)]
        _at_office(where, entry, part, code, own, report)


def _at_office(
    where: str, entry: dict[str, Any], part: Any, code: Any, own: list[Any], report: Report
) -> None:
    """The office's yes is the part's; a withdrawn one may have been answered a moment before."""
    row = part_of(entry["part"])
    report.expect(
        BAD,
        all(e.errand == row.errand and e.uscc == code for e in own),
        f"{where}: another errand or enterprise at its office",
    )
    yes = [e.number for e in own if e.state == _good(entry["part"])]
    if part.outcome == "done":
        agree = yes == [entry.get("number")] == [part.decision.get("document")]
        report.expect(BAD, agree, f"{where}: office {yes}, {entry}, {part.decision}")
    elif part.outcome == "given_up":
        report.expect(BAD, not yes, f"{where}: given up, its office did it")


async def _told_once(connection: AsyncConnection, report: Report) -> None:
    """What an opening hears once, it has in its record once."""
    counted = await rows(
        connection,
        "SELECT case_id, kind, count(*) AS times FROM case_events JOIN cases USING (case_id)"
        " WHERE procedure = :opening AND kind = 'opening_measured' GROUP BY case_id, kind",
        opening=OPENING,
    )
    for row in counted:
        report.expect(BAD, row.times == 1, f"{row.case_id}: {row.kind} {row.times} times")


def _as_meant(life: OpeningLife, case: Any, report: Report) -> None:
    """The page said what the record says, and nothing came of a part that nobody meant."""
    if case is None:
        return
    kept = {entry["part"]: entry["standing"] for entry in case.decision.get("parts", [])}
    report.expect(BAD, life.page == kept, f"{case.receipt_no}: page {life.page}, record {kept}")
    for part, standing in kept.items():
        allowed = ALLOWED.get((life.variant, part), {"done"})
        report.expect(BAD, standing in allowed, f"{case.receipt_no}: {part} ended as {standing}")
