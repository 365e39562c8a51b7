"""Stories of the reference procedure: it has no scenario files, its people act at `Acts` level."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from banjian.commands.play import scratch_database
from banjian.player.stage import stage
from bench.reference import ROW, Reference
from domain.contracts import Command
from law import catalogue
from tests.kernel.desk import APPLICANT, Case, Desk
from tests.replay.record import Recorder
from workflows.dispatch import Unreachable

STARTS = datetime.fromisoformat("2026-03-02T09:00:00+08:00")
# The engine suggests a new run after this many events: a hand-over between every two stages.
SHORT_RUNS = ["--dynamic-config-value", "limit.historyCount.suggestContinueAsNew=10"]

Story = Callable[[Case], Awaitable[None]]


async def closed_in_time(case: Case) -> None:
    """Three officers, then a fourth act closes a clock of 20 days."""
    await case.reach_notice()
    await case.act("close", APPLICANT)
    await case.reaches("done")


async def lapsed(case: Case) -> None:
    """Nobody acts: the period runs out and decides."""
    await case.reach_notice()
    rows = await case.rows("SELECT ends_at FROM clocks WHERE case_id=:c AND clock_id='D01'")
    await case.desk.advance_to(rows[0].ends_at)
    await case.reaches("lapsed")


async def received_in_time(case: Case) -> None:
    """An act is durable before the end but sent after it: the case reads it from the inbox first."""
    desk = case.desk
    await case.reach_notice()
    rows = await case.rows("SELECT ends_at FROM clocks WHERE case_id=:c AND clock_id='D01'")
    ends_at: datetime = rows[0].ends_at
    await desk.advance_to(ends_at - timedelta(seconds=2))
    sender, desk.acts._sender = desk.acts._sender, Away()
    try:
        await case.act("close", APPLICANT)
    finally:
        desk.acts._sender = sender
    await desk.stage.set_now(ends_at + timedelta(minutes=1))
    await desk.stage._engine_to(ends_at + timedelta(minutes=6))
    await case.reaches("done")


class Away:
    """The engine while it does not answer."""

    async def send(self, command: Command) -> None:
        raise Unreachable("away")


IN_SKIPPED_TIME: dict[str, Story] = {
    "closed_in_time": closed_in_time,
    "lapsed": lapsed,
    "received_in_time": received_in_time,
}
HANDED_OVER = "handed_over"


async def record(recorder: Recorder, server: str) -> None:
    """Raises CannotRecord."""
    catalogue.add(ROW)
    for name, story in IN_SKIPPED_TIME.items():
        if recorder.kept(name):
            print(f"kept reference/{name}", flush=True)
            continue
        async with (
            scratch_database(server) as url,
            stage(url, starts=STARTS, procedures=[Reference]) as on,
        ):
            case = await Desk(on).open()
            await story(case)
            await recorder.keep(on, case.id, name, name, Reference)
    if recorder.kept(HANDED_OVER):
        print(f"kept reference/{HANDED_OVER}", flush=True)
        return
    # Only the dev server can be told to suggest it so early; it keeps real time.
    async with (
        scratch_database(server) as url,
        stage(url, procedures=[Reference], engine_arguments=SHORT_RUNS) as on,
    ):
        case = await Desk(on).open()
        await closed_in_time(case)
        await recorder.keep(on, case.id, HANDED_OVER, HANDED_OVER, Reference)
