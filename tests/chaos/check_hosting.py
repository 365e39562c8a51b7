"""The checker's reading of hosts and of the enterprises at their addresses (集群注册): both sides say the same."""

from collections import Counter
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from banjian.compose import Core, registers_of
from domain.contracts import CaseEvent
from law.cluster_registration import ADDRESS_CLOCK
from storage.projector import stored_events
from tests.chaos.cases import Life
from tests.chaos.hosting import HOSTING, HostLife
from tests.chaos.report import Report

BAD = "hosting"
REPORTED = ("lost", "found")


async def check(core: Core, lives: list[Life], report: Report) -> None:
    """Every hosting of these hosts, and that there is no other."""
    hosts = [life for life in lives if isinstance(life, HostLife) and life.ended]
    async with core.engine.connect() as connection:
        cases = {
            str(r.case_id): r for r in (await connection.execute(text("SELECT * FROM cases"))).all()
        }
        links = await connection.execute(
            text("SELECT parent_case, child_case FROM case_links WHERE item = :item"),
            {"item": HOSTING},
        )
        opened = [(str(link.parent_case), str(link.child_case)) for link in links]
        report.counts["hosted enterprises"] = len(opened)
        wanted = {company.case_id for life in hosts for company in life.companies}
        for company, times in Counter(parent for parent, _ in opened).items():
            report.expect(BAD, times == 1, f"{company}: {times} hostings")
            strange = company not in wanted and all(life.ended for life in lives)
            report.expect(BAD, not strange, f"{company}: hosted by nobody who was asked")
        children = dict(opened)
        for life in hosts:
            found = [children.get(company.case_id) for company in life.companies]
            if None in found or life.case_id not in cases:
                report.broken(BAD, f"{life.receipt_no}: a company without its hosting")
                continue
            hostings = [cases[case] for case in found if case in cases]
            await _host(core, connection, cases, life, hostings, report)
    await _domiciles(core, hosts, report)


async def _host(
    core: Core,
    connection: AsyncConnection,
    cases: dict[str, Any],
    life: HostLife,
    hostings: list[Any],
    report: Report,
) -> None:
    """The host's register: joined once, left once, and the host is not gone before the last has left."""
    events = await _events(core, connection, cases[life.case_id].case_id)
    told = [e for e in events if e.kind == "hosted_standing"]
    codes = sorted(row.numbers.get("uscc", "") for row in hostings)
    known = sorted(cases[c.case_id].numbers["uscc"] for c in life.companies)
    report.expect(BAD, codes == known, f"{life.receipt_no}: hosts {codes}, registered {known}")
    for what in ("joined", "left"):
        said = sorted(e.data["uscc"] for e in told if e.data["what"] == what)
        report.expect(BAD, said == codes, f"{life.receipt_no}: {what} {said}, hosts {codes}")
    at_end = cases[life.case_id].decision.get("hosted")
    report.expect(BAD, at_end == 0, f"{life.receipt_no}: still says that it hosts {at_end}")
    over = [e for e in events if e.kind == "host_standing" and e.data["standing"] == "ended"]
    last = max((e.revision for e in told if e.data["what"] == "left"), default=0)
    gone = len(over) == 1 and over[0].revision > last
    report.expect(BAD, gone, f"{life.receipt_no}: gone before its enterprises")
    for row in hostings:
        mine = row.decision.get("host_case") == life.case_id
        report.expect(BAD, mine, f"{row.receipt_no}: another host")
        await _hosting(core, connection, row, told, over, report)


async def _hosting(
    core: Core,
    connection: AsyncConnection,
    row: Any,
    told: list[CaseEvent],
    over: list[CaseEvent],
    report: Report,
) -> None:
    """The enterprise: what its host reported is in its record, and it was told to move before its host was gone."""
    events = await _events(core, connection, row.case_id)
    own = [e for e in events if e.kind == "hosted_standing"]
    heard = Counter(e.data["what"] for e in own)
    uscc = row.numbers.get("uscc")
    for what in REPORTED:
        said = sum(e.data["what"] == what and e.data.get("uscc") == uscc for e in told)
        report.expect(BAD, said == heard[what], f"{row.receipt_no}: {what} {said}/{heard[what]}")
    report.expect(BAD, heard["ended"] == 1, f"{row.receipt_no}: ended {heard['ended']} times")
    moved = sum(e.kind == "address_changed" for e in events)
    report.expect(BAD, moved == 1, f"{row.receipt_no}: moved {moved} times")
    ended = next((e.processed_at for e in own if e.data["what"] == "ended"), None)
    in_time = ended is not None and all(ended <= e.processed_at for e in over)
    report.expect(BAD, in_time, f"{row.receipt_no}: neither a host nor an order to move")
    terms = await connection.execute(
        text("SELECT count(*) FROM clocks WHERE case_id = :c AND key LIKE :k"),
        {"c": row.case_id, "k": f"{ADDRESS_CLOCK}%"},
    )
    report.expect(BAD, terms.scalar_one() == 1, f"{row.receipt_no}: no term for its move")


async def _events(core: Core, connection: AsyncConnection, case_id: Any) -> list[CaseEvent]:
    return await stored_events(connection, case_id, await core.keys.cipher(case_id))


async def _domiciles(core: Core, hosts: list[HostLife], report: Report) -> None:
    """The market register has everybody where they moved to."""
    async with registers_of(core) as registers:
        for life in hosts:
            for uscc, there in life.moved_to.items():
                entry = await registers.market.enterprise(uscc)
                at = entry.address if entry else None
                report.expect(BAD, at == there, f"{uscc}: registered at {at}, moved to {there}")
