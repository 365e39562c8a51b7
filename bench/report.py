"""What a run says: tables for people, one document for programs."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from bench.bounds import Bound
from bench.counts import Recorded
from bench.deadlines import Timing
from bench.inbox import Inbox
from bench.names import NameTiming
from bench.rounds import CLIENTS, Series

PROCESSES = ("engine", "worker", "api", "postgres", "driver")


def where_it_goes(series: Series) -> list[tuple[str, float, float]]:
    """Process, CPU-ms per case of ours, of the floor: medians over the rounds at many clients."""

    def spent(side: str, process: str) -> float:
        return statistics.median(b.cpu_ms.get(process, 0.0) for b in series.of(side, CLIENTS))

    return [(p, spent("ours", p), spent("floor", p)) for p in PROCESSES]


def tables(
    series: Series,
    ours: Recorded,
    floor: Recorded,
    inbox: Inbox,
    timing: Timing,
    names: NameTiming,
) -> list[str]:
    """The tables as lines."""
    lines = ["", f"{'medians of the rounds':34} {'ours':>9} {'floor':>9} {'ratio':>7}"]

    def row(name: str, a: float, b: float, ratio: float | None = None) -> None:
        shown = f"{ratio if ratio is not None else a / b:7.2f}" if b else f"{'':7}"
        lines.append(f"{name:34} {a:9.2f} {b:9.2f} {shown}")

    for clients in (CLIENTS, 1):
        for name, figure in (
            ("cases/s", lambda b: b.cases_per_second),
            ("CPU-ms per case", lambda b: b.cpu_ms_total),
            ("act → next task p50 ms", lambda b: b.latency_p50),
            ("act → next task p95 ms", lambda b: b.latency_p95),
        ):
            row(
                f"{name}, {clients} client{'s' if clients > 1 else ''}",
                series.median("ours", clients, figure),
                series.median("floor", clients, figure),
                series.ratio(clients, figure),
            )
    row("workflow tasks per case", ours.workflow_tasks, floor.workflow_tasks)
    row("history events per case", ours.events, floor.events)
    row("updates per case", ours.updates, floor.updates)
    lines += ["", f"{'where the CPU goes, ms per case':34} {'ours':>9} {'floor':>9} {'more':>7}"]
    for process, a, b in where_it_goes(series):
        lines.append(f"{process:34} {a:9.1f} {b:9.1f} {a - b:+7.1f}")
    lines += [
        "",
        f"inbox of {inbox.rows} over 100,000 open tasks, three posts: {' < '.join(inbox.nodes)}; "
        f"{inbox.buffers} buffers; median {inbox.median:.2f} ms, p95 {inbox.p95:.2f} ms",
        f"deadline() uncached, {timing.calls} calls over every row: median {timing.median:.3f} ms, "
        f"p99 {timing.p99:.3f} ms, worst {timing.worst:.3f} ms ({timing.slowest})",
        f"a name against {names.names:,} ({names.keys:,} keys, loaded in {names.load_seconds:.0f} s): "
        f"median {names.median:.2f} ms, p95 {names.p95:.2f} ms, worst {names.worst:.2f} ms; "
        f"candidates median {names.candidates_median:.0f}, p95 {names.candidates_p95:.0f}; "
        f"collisions median {names.hits_median:.0f}",
        "",
    ]
    return lines


def document(
    facts: dict[str, Any],
    series: Series,
    recorded: dict[str, Recorded],
    inbox: Inbox,
    timing: Timing,
    names: NameTiming,
    bounds: Sequence[Bound],
) -> dict[str, Any]:
    """Everything measured, as JSON."""
    return {
        **facts,
        "ok": all(b.holds for b in bounds),
        "bounds": [{**asdict(b), "holds": b.holds} for b in bounds],
        "where": {p: {"ours": a, "floor": b} for p, a, b in where_it_goes(series)},
        "recorded": {name: asdict(found) for name, found in recorded.items()},
        "inbox": asdict(inbox),
        "deadline_ms": asdict(timing),
        "names_ms": asdict(names),
        "bursts": [{**asdict(b), "cpu_ms_total": b.cpu_ms_total} for b in series.bursts],
    }
