"""What must hold after the sixty days, asked from outside: SQL, the events, the engine, the second reading of the law."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any, Final

from banjian.player.stage import Stage
from domain.clocks import EXPIRES
from domain.contracts import RunningClock
from domain.promises import ACCEPTED_LATE, INSPECTION, ORDER, REVOCATION
from law.clocks import CLOCKS, Unit
from tests.chaos import check_records
from tests.chaos.report import Report
from tests.oracle.answers import answer
from tests.simulate.sixty.batch import Look, Played
from tests.simulate.sixty.evidence import Evidence, Findings, gathered

ACTIONS: Final = frozenset({ACCEPTED_LATE, ORDER, REVOCATION, INSPECTION})
# The case's own timer, the safety net, comes two minutes after the sweep: later than this it was the net.
LATE: Final = timedelta(seconds=60)
INSTANT: Final = timedelta(microseconds=1)
STOPPED: Final = frozenset({"stopped", "withdrawn"})
# They wait for their answer whatever stage the case is in.
OF_NO_STAGE: Final = frozenset(
    {
        "kernel.overdue",
        "kernel.supplement_check",
        "kernel.referral",
        "kernel.extension",
        "notice.objection",
    }
)


async def check(on: Stage, played: Played) -> Findings:
    """Everything."""
    found = await read(on, played)
    await records(on, found)
    return found


async def read(on: Stage, played: Played) -> Findings:
    """Everything but the chains and the rebuild, which take most of the time."""
    found = Findings()
    found.wrong["played"] += played.faults
    held = await gathered(on)
    promises(held, found)
    notices(held, played.looks, found)
    orphans(held, found)
    fired(held, found)
    for act in held.acts:
        found.expect("acts", act.state != "received", f"{act.kind} {act.id} has no answer")
    found.counts["cases"] = len(held.cases)
    found.counts["open cases"] = sum(c.closed_at is None for c in held.cases.values())
    found.counts["acts"] = len(held.acts)
    found.counts["events"] = sum(len(events) for events in held.events.values())
    found.counts["looks at the board"] = len(played.looks)
    return found


async def records(on: Stage, found: Findings) -> None:
    """Chains, and the read model against its events."""
    report = Report()
    await check_records.chains(on.core, report)
    for name in ("chain", "rebuild"):
        found.wrong[name] += report.violations[name]


# -- promises ----------------------------------------------------------------------------------------


def promises(held: Evidence, found: Findings) -> None:
    clocks = {(str(c.case_id), c.key): c for c in held.clocks}
    for row in held.promises:
        case = str(row.case_id)
        where = f"{held.cases[case].receipt_no} {row.part}"
        clock = clocks[case, row.clock]
        fault = _promise(held, row, clock, held.cases[case])
        found.expect("promise", fault is None, f"{where}: {fault}")
        told = "kept after an extension" if row.state == "kept" and row.extended else row.state
        found.counts[f"promises {told}{f' ({row.action})' if row.action else ''}"] += 1


def _promise(held: Evidence, row: Any, clock: Any, case: Any) -> str | None:
    """Why it has not ended, or does not go on, as it must."""
    events = held.events[str(row.case_id)]
    overdue = [e for e in events if e.kind == "clock_overdue_l1" and e.data["clock"] == row.clock]
    match row.state:
        case "kept":
            if overdue or row.action:
                return "kept, and overdue"
            if row.cured_at is None or not (row.supplemented_at < row.ends_at):
                return f"kept, handed in {row.supplemented_at}, end {row.ends_at}"
            return None if clock.state != "running" else "kept, and its clock runs"
        case "broken":
            return _broken(row, clock, overdue, events, held.people)
        case "running":
            armed = [
                c for c in held.clocks if (c.case_id, c.key) == (row.case_id, row.clock)
                and c.state == "running" and c.next_rung_at is not None
            ]  # fmt: skip
            if row.ends_at <= held.now:
                return f"still running at {held.now}, its end was {row.ends_at}"
            if case.closed_at is not None:
                return "its case is closed"
            return None if len(armed) == 1 else f"{len(armed)} clocks armed"
        case "lapsed":
            ended = case.closed_at is not None and case.outcome in {"refused", "withdrawn"}
            return None if ended else f"lapsed, its case is {case.stage}"
        case _:
            return f"is {row.state}, its end was {row.ends_at}"


def _broken(row: Any, clock: Any, overdue: list[Any], events: Any, people: frozenset[str]) -> Any:
    if row.action not in ACTIONS:
        return f"broken without an action ({row.action or 'none'})"
    if len(overdue) != 1 or overdue[0].at != row.ends_at:
        return f"broken, overdue at {[e.at for e in overdue]}, end {row.ends_at}"
    by = [e for e in events if e.kind == "promise_decided" and e.data["part"] == row.part]
    if not by or any(e.actor.person_id not in people for e in by):
        return "broken, and no person decided"
    if by[-1].data["decision"] != row.action:
        return f"{row.action}, and a person decided {by[-1].data['decision']}"
    if by[0].at < row.ends_at:
        return "decided before its end"
    return None if clock.state == "expired" else f"broken, and its clock is {clock.state}"


# -- notices -----------------------------------------------------------------------------------------


def notices(held: Evidence, looks: list[Look], found: Findings) -> None:
    clocks = {(str(c.case_id), c.key): c for c in held.clocks}
    for row in held.notices:
        where = f"{row.kind} {row.notice_id} of {row.starts_at}"
        clock = clocks.get((str(row.case_id), row.clock or ""))
        for fault in _notice(held, row, clock):
            found.expect("notice", False, f"{where}: {fault}")
        for fault in _seen(row, looks, held.now):
            found.expect("notice", False, f"{where}: {fault}")
        found.counts[f"notices {row.outcome or 'running'}"] += 1


def _notice(held: Evidence, row: Any, clock: Any) -> list[str]:
    """What its row and its events say of each other, of its clock and of its case."""
    out = []
    told = Counter(
        e.kind
        for e in held.events[str(row.case_id)]
        if e.kind in {"notice_published", "notice_ended"}
        and e.data["notice_id"] == str(row.notice_id)
    )
    if told != Counter(notice_published=1, **({"notice_ended": 1} if row.outcome else {})):
        out.append(f"told {dict(told)}, is {row.outcome or 'running'}")
    if row.clock and (clock is None or clock.ends_at != row.ends_at):
        out.append(f"ends at {row.ends_at}, its clock at {clock and clock.ends_at}")
    if clock is not None and not abs(clock.trigger - row.starts_at) < LATE:
        out.append(f"starts at {row.starts_at}, its clock at {clock.trigger}")
    over = row.ends_at is not None and row.ends_at <= held.now
    if not row.outcome and over:
        out.append(f"runs, and was over at {row.ends_at}")
    if row.outcome == "expired" and row.ends_at is not None and row.ended_at != row.ends_at:
        out.append(f"expired at {row.ended_at}, its end was {row.ends_at}")
    if row.outcome in STOPPED and row.ends_at is not None and row.ended_at > row.ends_at:
        out.append(f"stopped at {row.ended_at}, after its end")
    return out


def _runs(row: Any, look: Look) -> bool:
    """Whether it must be on the board: by SQL's clock to its legal end; published and stopped by the engine's."""
    if look.engine < row.starts_at:
        return False
    if row.ends_at is not None and look.sql >= row.ends_at:
        return False
    by_hand = row.outcome in STOPPED or (row.ends_at is None and row.outcome)
    return not (by_hand and look.engine >= row.ended_at)


def _seen(row: Any, looks: list[Look], now: datetime) -> list[str]:
    """Whether everybody who looked saw what they must, and whether somebody looked at the instants that matter."""
    ident = str(row.notice_id)
    out = [
        f"seen {ident in look.seen} at {look.sql} ({look.engine})"
        for look in looks
        if (ident in look.seen) is not _runs(row, look)
    ]
    at: dict[bool, set[datetime]] = defaultdict(set)
    for look in looks:
        at[look.engine >= row.starts_at].add(look.sql)
    # Acts stand at one instant of SQL's clock: looked at before them and after them.
    if not {sql for sql in at[True] if sql <= row.starts_at} & at[False]:
        out.append("nobody looked just before its publication and at it")
    asked = {look.sql for look in looks}
    if row.outcome == "expired" and row.ends_at is not None and row.ends_at <= now:
        if not {row.ends_at - INSTANT, row.ends_at} <= asked:
            out.append("nobody looked just before its end and at it")
    elif row.outcome:
        stop = [
            {look.sql for look in looks if (look.engine >= row.ended_at) is after}
            for after in (False, True)
        ]
        if not stop[0] & stop[1]:
            out.append("nobody looked just before its stop and after it")
    return out


# -- orphans -----------------------------------------------------------------------------------------


def orphans(held: Evidence, found: Findings) -> None:
    bad = "orphan"
    closed = {ident for ident, case in held.cases.items() if case.closed_at is not None}
    for task in held.tasks:
        case = held.cases[str(task.case_id)]
        where = f"{task.form} of {case.receipt_no}"
        found.expect(bad, case.closed_at is None, f"{where} is open, its case is {case.outcome}")
        left = task.stage != case.stage and task.form not in OF_NO_STAGE
        found.expect(bad, not left, f"{where} is of {task.stage}, the case in {case.stage}")
    found.counts["open tasks"] = len(held.tasks)
    for clock in held.clocks:
        over = clock.state == "running" and str(clock.case_id) in closed
        found.expect(bad, not over, f"{clock.case_id} {clock.key} runs, its case is closed")
    found.counts["running clocks"] = sum(c.state == "running" for c in held.clocks)
    for notice in held.notices:
        over = not notice.outcome and str(notice.case_id) in closed
        found.expect(bad, not over, f"{notice.notice_id} is up, its case is closed")
    running = held.running & held.cases.keys()
    for ident in sorted(held.running - held.cases.keys()):
        found.expect(bad, ident.startswith("banjian-"), f"workflow {ident} is of no case")
    for ident in sorted(running & closed):
        found.expect(bad, False, f"{ident} is closed, its workflow runs")
    for ident in sorted(held.cases.keys() - closed - running):
        found.expect(bad, False, f"{ident} is in {held.cases[ident].stage} without a workflow")
    found.counts["open workflows"] = len(running)


# -- clocks ------------------------------------------------------------------------------------------


def fired(held: Evidence, found: Findings) -> None:
    bad = "fired"
    for row in held.clocks:
        clock = RunningClock.model_validate(row.body)
        where = f"{held.cases[str(row.case_id)].receipt_no} {row.key}"
        if not clock.pauses:
            end = _law(clock)
            found.expect(bad, row.ends_at == end, f"{where} ends at {row.ends_at}, not at {end}")
        for rung in (*clock.told, *clock.rungs):
            fault = _rung(rung, clock, held.now)
            found.expect(bad, fault is None, f"{where} {rung.kind} of {rung.at}: {fault}")
        found.counts["clocks"] += 1
    for case, events in held.events.items():
        _once(case, events, found)
    for row in held.twice:
        found.expect(bad, False, f"{row.case_id} told {row.recipient} {row.kind} {row.times} times")


def _law(clock: RunningClock) -> datetime:
    """The end by the second reading."""
    law = CLOCKS[clock.clock_id]
    length = None
    if law.unit is Unit.VARIABLE:
        length = (clock.length or 0, law.count_unit.value.lower())
    extension = clock.extension
    return answer(
        clock.clock_id,
        clock.trigger,
        length=length,
        extended=1 if extension else 0,
        granted=extension.length if extension else None,
    ).ends_at


def _rung(rung: Any, clock: RunningClock, now: datetime) -> str | None:
    due = max(rung.at, clock.started_at)
    if rung.fired_at is None:
        until = now if clock.state == "running" else clock.closed_at
        return None if until is None or until <= due + LATE else f"not fired by {until}"
    if rung.fired_at < rung.at:
        return f"{rung.at - rung.fired_at} early"
    return None if rung.fired_at <= due + LATE else f"{rung.fired_at - due} late"


def _once(case: str, events: list[Any], found: Findings) -> None:
    """Each rung has one event, of its instant; each end but one."""
    told: Counter[tuple[str, ...]] = Counter()
    for event in events:
        if not event.kind.startswith("clock_") or "rung" not in event.data:
            continue
        clock, rung = str(event.data["clock"]), str(event.data["rung"])
        told[clock, rung, event.at.isoformat()] += 1
        if rung in EXPIRES:
            told[clock, rung] += 1
        early = event.processed_at < event.at
        found.expect("fired", not early, f"{case} {clock} {rung}: dealt with before {event.at}")
        found.counts["rungs fired"] += 1
    for key, times in told.items():
        found.expect("fired", times == 1, f"{case} {' '.join(key)}: {times} times")
