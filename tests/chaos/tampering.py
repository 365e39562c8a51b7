"""Whether the checker sees what it claims to see: one change by hand per invariant, taken back afterwards."""

from dataclasses import dataclass

from sqlalchemy import text

from tests.chaos import (
    check_firms,
    check_hosting,
    check_names,
    check_openings,
    check_outside,
    check_records,
)
from tests.chaos.cases import Life
from tests.chaos.installation import Installation
from tests.chaos.people import History
from tests.chaos.report import Report


@dataclass(frozen=True)
class Tampering:
    """A change that breaks an invariant, and the change that mends it."""

    invariant: str
    what: str
    do: str
    undo: str


def _flip(table: str, column: str, where: str) -> str:
    return f"UPDATE {table} SET {column} = reverse({column}) WHERE {where}"


def _flip_in(table: str, column: str, key: str, where: str) -> str:
    value = f"to_jsonb(reverse({column}->>'{key}'))"
    return f"UPDATE {table} SET {column} = jsonb_set({column}, '{{{key}}}', {value}) WHERE {where}"


# One that a person handed in: a part that an opening began has no receipt of its own.
ONE_CASE = (
    "case_id = (SELECT min(case_id::text)::uuid FROM cases WHERE procedure = 'establishment_registration'"
    " AND case_id NOT IN (SELECT child_case FROM case_links))"
)
ONE_EVENT = f"revision = 3 AND {ONE_CASE}"
ONE_ACT = f"kind = 'complete' AND {ONE_CASE}"
ONE_EFFECT = f"kind = 'register_enterprise' AND {ONE_CASE}"
ONE_PAPER = f"kind = 'grant' AND {ONE_CASE}"


ONE_HOSTING = (
    "case_id = (SELECT min(case_id::text)::uuid FROM cases WHERE procedure = 'cluster_hosting')"
)
ONE_HOSTED = f"uscc = (SELECT numbers->>'uscc' FROM cases WHERE {ONE_HOSTING})"


AN_OPENING = (
    "(SELECT min(case_id::text)::uuid FROM cases WHERE procedure = 'enterprise_startup_onestop')"
)
ONE_OPENING = f"case_id = {AN_OPENING}"
ONE_SEAL = f"(SELECT child_case FROM case_links WHERE item = 'seal' AND parent_case = {AN_OPENING})"
DECLARED = (
    "state = 'registered' AND case_id IN"
    " (SELECT case_id FROM cases WHERE procedure = 'name_self_declaration')"
)
STAYED = "(SELECT case_id::text FROM cases WHERE outcome = '{}')"


def _both(invariant: str, what: str, statement: str) -> Tampering:
    """A change that mends itself when it is done twice."""
    return Tampering(invariant, what, statement, statement)


TAMPERINGS = (
    _both("no_lost_case", "another digest", _flip("submissions", "digest", ONE_CASE)),
    Tampering(
        "no_duplicate_number",
        "a gap in a series",
        "UPDATE number_series SET last = last + 1",
        "UPDATE number_series SET last = last - 1",
    ),
    _both("no_double_effect", "another key", _flip("effects", "request_id", ONE_EFFECT)),
    _both("no_double_effect", "another request", _flip("effects", "request_hash", ONE_EFFECT)),
    Tampering(
        "no_double_effect",
        "done twice at the register",
        "INSERT INTO twins.effects (register, key, operation, case_ref, request_hash, result,"
        " committed_at) SELECT register, key, operation, case_ref, 'twice', result, committed_at"
        " FROM twins.effects WHERE register = 'market' ORDER BY id LIMIT 1",
        "DELETE FROM twins.effects WHERE request_hash = 'twice'",
    ),
    Tampering(
        "acts_applied_once",
        "an act is waiting",
        f"UPDATE acts SET state = 'received' WHERE {ONE_ACT}",
        f"UPDATE acts SET state = 'applied' WHERE {ONE_ACT}",
    ),
    Tampering(
        "acts_applied_once",
        "an act that the engine has never seen",
        f"UPDATE acts SET kind = 'note' WHERE kind = 'open' AND {ONE_CASE}",
        f"UPDATE acts SET kind = 'open' WHERE kind = 'note' AND {ONE_CASE}",
    ),
    _both("chain", "an event of another kind", _flip("case_events", "kind", ONE_EVENT)),
    _both("chain", "another title", _flip("cases", "title", ONE_CASE)),
    _both("rebuild", "another title", _flip("cases", "title", ONE_CASE)),
    Tampering(
        "rebuild",
        "a clock that no event explains",
        f"UPDATE clocks SET key = key || '*' WHERE {ONE_CASE}",
        f"UPDATE clocks SET key = rtrim(key, '*') WHERE {ONE_CASE}",
    ),
    _both("fence", "an event of another run", _flip("case_events", "run_id", ONE_EVENT)),
    Tampering(
        "fence",
        "an event superseded by nothing",
        "INSERT INTO superseded_events (case_id, revision, kind, canonical, hash, run_id, task_at,"
        " superseded_at) SELECT case_id, 9999, 'lost', canonical, hash, run_id, task_at, task_at"
        f" FROM case_events WHERE {ONE_EVENT}",
        "DELETE FROM superseded_events WHERE kind = 'lost'",
    ),
    _both("papers_once", "other bytes", _flip("documents", "sha256", ONE_PAPER)),
    _both(
        "hosting",
        "another host",
        _flip_in("cases", "decision", "host_case", ONE_HOSTING),
    ),
    _both("hosting", "another enterprise", _flip_in("cases", "numbers", "uscc", ONE_HOSTING)),
    _both(
        "hosting",
        "no other domicile",
        _flip_in("twins.enterprises", "details", "address", ONE_HOSTED),
    ),
    Tampering(
        "names",
        "a name that was given up, held again",
        "UPDATE names SET state = 'reserved' WHERE state = 'released'",
        "UPDATE names SET state = 'released' WHERE state = 'reserved'",
    ),
    _both("names", "another enterprise's name", _flip("names", "holder", DECLARED)),
    Tampering(
        "names",
        "held before the other gave it up",
        f"UPDATE names SET held_from = held_from - interval '1 day' WHERE {DECLARED}",
        f"UPDATE names SET held_from = held_from + interval '1 day' WHERE {DECLARED}",
    ),
    _both(
        "names",
        "nobody was the first",
        "UPDATE case_events SET kind = reverse(kind) WHERE kind IN ('name_compared', reverse('name_compared'))",
    ),
    Tampering(
        "openings",
        "a part that the opening says was not done",
        f"UPDATE cases SET decision = jsonb_set(decision, '{{parts,0,standing}}', '\"failed\"') WHERE {ONE_OPENING}",
        f"UPDATE cases SET decision = jsonb_set(decision, '{{parts,0,standing}}', '\"done\"') WHERE {ONE_OPENING}",
    ),
    _both(
        "openings",
        "another outcome of a part's case",
        f"UPDATE cases SET outcome = reverse(outcome) WHERE case_id = {ONE_SEAL}",
    ),
    _both(
        "openings",
        "another number than the office's",
        f"UPDATE twins.desk_errands SET number = reverse(number) WHERE case_ref = {ONE_SEAL}::text",
    ),
    Tampering(
        "openings",
        "filed twice at the office",
        "INSERT INTO twins.desk_errands (id, register, errand, key, case_ref, request_hash, uscc, name, body, state,"
        " opened_at, settled_at) SELECT 'twice', register, errand, 'twice', case_ref, request_hash, uscc, name, body,"
        f" state, opened_at, settled_at FROM twins.desk_errands WHERE case_ref = {ONE_SEAL}::text",
        "DELETE FROM twins.desk_errands WHERE id = 'twice'",
    ),
    Tampering(
        "openings",
        "measured twice",
        f"UPDATE case_events SET kind = 'opening_measured' WHERE kind = 'closed' AND {ONE_OPENING}",
        "UPDATE case_events SET kind = 'closed' WHERE kind = 'opening_measured' AND revision ="
        f" (SELECT max(revision) FROM case_events WHERE kind = 'opening_measured' AND {ONE_OPENING}) AND {ONE_OPENING}",
    ),
    _both(
        "leavings",
        "a notice that ended otherwise",
        "UPDATE public_notices SET outcome = reverse(outcome) WHERE procedure = 'simple_deregistration'",
    ),
    Tampering(
        "leavings",
        "still published at NECIPS",
        "UPDATE twins.publications SET withdrawn_at = NULL WHERE case_ref IN"
        f" {STAYED.format('withdrawn')}",
        "UPDATE twins.publications SET withdrawn_at = published_at WHERE case_ref IN"
        f" {STAYED.format('withdrawn')}",
    ),
    Tampering(
        "leavings",
        "no department objected",
        "UPDATE twins.desk_errands SET state = 'withdrawn' WHERE state = 'objected'",
        "UPDATE twins.desk_errands SET state = 'objected' WHERE code = 'objected'",
    ),
    Tampering(
        "leavings",
        "a firm that is gone",
        "UPDATE twins.enterprises SET status = 'deregistered' WHERE name IN"
        " (SELECT title FROM cases WHERE procedure = 'simple_deregistration')",
        "UPDATE twins.enterprises SET status = 'active' WHERE status = 'deregistered'",
    ),
    Tampering(
        "lists",
        "still listed at NECIPS",
        "UPDATE twins.list_entries SET removed_at = NULL",
        "UPDATE twins.list_entries SET removed_at = listed_at",
    ),
    _both(
        "lists",
        "another entry's number",
        "UPDATE twins.list_entries SET number = reverse(number)",
    ),
    Tampering(
        "lists",
        "listed twice",
        "INSERT INTO twins.list_entries SELECT 'twice', kind, uscc, ground, marked, case_ref, decision_number, listed_at,"
        " removed_at, removal FROM twins.list_entries LIMIT 1",
        "DELETE FROM twins.list_entries WHERE number = 'twice'",
    ),
    Tampering(
        "no_stuck_case",
        "an answer that never came",
        "UPDATE twins.callbacks SET delivered_at = NULL WHERE id = (SELECT min(id) FROM twins.callbacks)",
        "UPDATE twins.callbacks SET delivered_at = due_at WHERE delivered_at IS NULL AND last_status LIKE '2%'",
    ),
    Tampering(
        "no_stuck_case",
        "an open task",
        f"UPDATE tasks SET state = 'open' WHERE form = 'approval.review' AND {ONE_CASE}",
        f"UPDATE tasks SET state = 'done' WHERE form = 'approval.review' AND {ONE_CASE}",
    ),
)


async def read(place: Installation, lives: list[Life], history: History, report: Report) -> Report:
    """Everything the checker reads, into the report."""
    await check_outside.check_registers(place.core, place.twins, report)
    await check_outside.check_engine(place.core, place.engine, report)
    await check_records.check(place.core, lives, history, report)
    await check_hosting.check(place.core, lives, report)
    await check_names.check(place.core, lives, report)
    await check_openings.check(place.core, lives, report)
    await check_firms.check(place.core, lives, report)
    return report


async def probe(
    place: Installation, lives: list[Life], history: History, report: Report
) -> list[str]:
    """Tampers with sound cases, one change at a time; reports every one that nobody saw."""
    seen = []
    for change in TAMPERINGS:
        await _execute(place, change.do)
        found = await read(place, lives, history, Report())
        await _execute(place, change.undo)
        if found.violations[change.invariant]:
            seen.append(f"{change.invariant}: {change.what}")
        else:
            report.broken(change.invariant, f"not seen: {change.what}")
    return seen


async def _execute(place: Installation, statement: str) -> None:
    async with place.core.engine.begin() as connection:
        await connection.execute(text(statement))
