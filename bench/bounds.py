"""The bounds that a run must keep, with the aims beyond them."""

from dataclasses import dataclass

from bench.counts import Recorded
from bench.deadlines import Timing
from bench.inbox import Inbox
from bench.names import NameTiming
from bench.rounds import CLIENTS, Series

MOST_TASKS = 5
MOST_EVENTS = 40
LEAST_SPEED, AIM_SPEED = 0.40, 0.60
MOST_CPU, AIM_CPU = 2.3, 1.8
MOST_LATENCY = 2.0
MOST_BUFFERS = 60
MOST_DEADLINE_MS = 5.0
MOST_NAME_MS = 50.0


@dataclass(frozen=True)
class Bound:
    """One figure with its bound. `aim` is where it should be; missing it fails nothing."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None
    aim: float | None = None

    @property
    def holds(self) -> bool:
        over = self.most is not None and self.value > self.most
        under = self.least is not None and self.value < self.least
        return not (over or under)

    def __str__(self) -> str:
        limit = f"≤ {self.most:g}" if self.most is not None else f"≥ {self.least:g}"
        aim = f" (aim {self.aim:g})" if self.aim is not None else ""
        verdict = "holds" if self.holds else "BROKEN"
        return f"{verdict:7} {self.name:58} {self.value:8.2f}   {limit}{aim}"


def bounds_of(
    series: Series, ours: Recorded, inbox: Inbox, timing: Timing, names: NameTiming
) -> list[Bound]:
    """Every bound of the bench over what was measured."""
    return [
        Bound("workflow tasks of a case", ours.workflow_tasks, most=MOST_TASKS),
        Bound("history events of a case", ours.events, most=MOST_EVENTS),
        Bound(
            f"cases/s ÷ floor, {CLIENTS} clients",
            series.ratio(CLIENTS, lambda b: b.cases_per_second),
            least=LEAST_SPEED,
            aim=AIM_SPEED,
        ),
        Bound(
            f"CPU per case ÷ floor, {CLIENTS} clients",
            series.ratio(CLIENTS, lambda b: b.cpu_ms_total),
            most=MOST_CPU,
            aim=AIM_CPU,
        ),
        Bound(
            "act → next task visible p50 ÷ floor's update, 1 client",
            series.ratio(1, lambda b: b.latency_p50),
            most=MOST_LATENCY,
        ),
        Bound("inbox of 50 over 100,000: rows", inbox.rows, least=50),
        Bound("inbox: claims joined (claimed rows on the page)", inbox.claimed, least=1),
        Bound("inbox: sequential scans and sorts", len(inbox.scans), most=0),
        Bound("inbox: buffers", inbox.buffers, most=MOST_BUFFERS),
        Bound("deadline() uncached, median ms", timing.median, most=MOST_DEADLINE_MS),
        Bound("deadline() uncached, p99 ms", timing.p99, most=MOST_DEADLINE_MS),
        Bound("name against 1,000,000: sequential scans", len(names.scans), most=0),
        Bound("name against 1,000,000, p95 ms", names.p95, most=MOST_NAME_MS),
    ]
