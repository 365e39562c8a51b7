"""`python -m banjian.worker`: cases and their local activities, effects, and the upkeep schedules."""

import asyncio
import contextlib
import signal
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any, ClassVar, NamedTuple, TypedDict

from temporalio.client import Client
from temporalio.worker import Worker, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities import (
    abnormal_operation_list,
    archiving,
    change_checks,
    change_registration,
    cluster_hosting,
    cluster_registration,
    compulsory_deregistration,
    credit_lists,
    credit_repair,
    departments,
    deregistration,
    deregistration_grounds,
    device_measures,
    double_random_check,
    double_random_inspection,
    enterprise_startup_onestop,
    establishment_registration,
    general_deregistration,
    hosted_domicile,
    license_separation,
    list_relief,
    name_library,
    name_self_declaration,
    obligations,
    paper_fields,
    public_notices,
    registration_revocation,
    se_accident_report,
    se_hazard_rectification,
    se_use_checks,
    se_use_registration,
    seizure,
    serious_violation_list,
    simple_deregistration,
    suspensions,
    tolerance,
)
from activities.calendars import CalendarActivities
from activities.device_news import DeviceNews
from activities.erasing import ErasingActivities
from activities.life_signs import LifeSigns
from activities.obligations import ObligationActivities
from activities.paperwork import PaperworkActivities
from activities.projection import ProjectionActivities
from activities.records import RecordActivities
from activities.register_calls import RegisterActivities
from activities.register_news import RegisterNews
from activities.related import RelatedActivities
from activities.related_filing import prepare_draft
from activities.sweep import LINGER, SweepActivities, Swept
from activities.upkeep import UpkeepActivities
from api.acts import Acts, Draft
from banjian.calendars import kept_known
from banjian.case_memory import ServedRunner, kept_apart
from banjian.case_openings import Openings
from banjian.compose import (
    Core,
    connect_engine,
    core_of,
    means_of,
    refuse_unfit_database,
    registers_of,
    seals_of,
)
from banjian.histories import ClientHistory
from banjian.one_walk import walk_once
from banjian.schedules import ensure_schedules
from banjian.secret_files import WORKER_SECRETS
from banjian.settings import Settings, check_start
from banjian.starting import built, refusals_said
from domain.clocks import IN_TIME
from domain.contracts import Command
from law.calendars import default_calendars
from registers.clients import Registers
from workflows.calendars import KeepCalendars, PreviewCalendar, PublishCalendar, begin
from workflows.dispatch import CASES_QUEUE, CaseUnknown, Dispatcher
from workflows.kernel.effects import EFFECTS_QUEUE, PACED_QUEUE
from workflows.registry import PROCEDURES
from workflows.upkeep import (
    Erase,
    HearOfDevices,
    HearOfEndings,
    KeepRecords,
    OpenObligations,
    Reconcile,
    Sweep,
    SweepFiles,
)

# Imported for their side effect: they declare effects and papers.
DECLARED = (
    abnormal_operation_list,
    archiving,
    change_checks,
    change_registration,
    cluster_hosting,
    cluster_registration,
    compulsory_deregistration,
    credit_lists,
    credit_repair,
    departments,
    deregistration,
    deregistration_grounds,
    device_measures,
    double_random_check,
    double_random_inspection,
    enterprise_startup_onestop,
    establishment_registration,
    general_deregistration,
    hosted_domicile,
    license_separation,
    list_relief,
    name_library,
    name_self_declaration,
    obligations,
    paper_fields,
    public_notices,
    registration_revocation,
    se_accident_report,
    se_hazard_rectification,
    se_use_checks,
    se_use_registration,
    se_use_checks,
    se_use_registration,
    seizure,
    serious_violation_list,
    simple_deregistration,
    suspensions,
    tolerance,
)
UPKEEP = (
    Sweep,
    Reconcile,
    KeepRecords,
    SweepFiles,
    Erase,
    HearOfEndings,
    HearOfDevices,
    OpenObligations,
    KeepCalendars,
    PreviewCalendar,
    PublishCalendar,
)
PACE = 8.0
"""Paced activities a second: on two cores a clerk's act hardly takes longer meanwhile (`bench/devices.py`)."""
PASSED_THROUGH = (
    "activities", "domain", "forms", "law", "registers", "storage", "yaml", "lunar_python",
)  # fmt: skip


class CheckedOnce(SandboxedWorkflowRunner):
    """Tries each workflow in the sandbox once per process, where the SDK does so again for every worker."""

    _passed: ClassVar[set[type]] = set()

    def prepare_workflow(self, defn: Any) -> None:
        if defn.cls not in self._passed:
            super().prepare_workflow(defn)
            self._passed.add(defn.cls)


def runner() -> SandboxedWorkflowRunner:
    """Pure packages pass through the sandbox; `workflows.*` stay inside."""
    return CheckedOnce(
        restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    )


class Running(TypedDict):
    """How a worker runs workflows."""

    workflow_runner: WorkflowRunner
    debug_mode: bool


def tried() -> Running:
    """In the sandbox, and interrupted when one does not yield for two seconds."""
    return Running(workflow_runner=runner(), debug_mode=False)


def served() -> Running:
    """Without the sandbox, in the event loop's own thread, and never interrupted.

    The SDK takes a process that stood still for two seconds (a laptop's lid, a paused machine) for a workflow that
    does not yield. Interrupted at a bad moment, a case can neither go on nor leave the worker until it is
    started anew; and each change of threads costs CPU. The SDK calls this its debug mode.
    """
    walk_once()
    return Running(workflow_runner=ServedRunner(), debug_mode=True)


class Turns(NamedTuple):
    """One turn of each upkeep that people wait for, as the engine's schedules begin it."""

    reconcile: Callable[[], Awaitable[Swept]]
    sweep: Callable[[], Awaitable[Swept]]
    hear: Callable[[], Awaitable[Swept]]
    open_duties: Callable[[], Awaitable[Swept]]
    hear_of_devices: Callable[[], Awaitable[Swept]]


@contextlib.asynccontextmanager
async def workers(
    core: Core,
    client: Client,
    registers: Registers,
    *,
    sweep: bool = True,
    offset: float = 0.0,
    procedures: Sequence[type] = (),
    sandboxed: bool = True,
    in_time: timedelta = IN_TIME,
    linger: timedelta = timedelta(0),
) -> AsyncIterator[Turns]:
    """Both workers of a process: cases (workflows, local activities) and effects; yields the turns of their upkeep.

    `procedures` are workflows beside the registered ones: a bench's or a test's. `sandboxed`: see ADR 0014.
    `in_time` and `linger`: see `SweepActivities`.
    """
    core.trust_keys()
    means = means_of(core, registers)
    seals = seals_of(core)
    archiving.configure(seals)
    projection = ProjectionActivities(core.engine, core.keys)
    sender = Dispatcher(client, sweep=sweep, offset=lambda: offset)
    acts = Acts(core.engine, core.keys, sender, core.system_signer)
    openings = Openings(means, acts)

    async def send_act(command: Command) -> None:
        await acts.perform(
            Draft(
                uuid.UUID(command.act_id),
                uuid.UUID(command.case_id),
                command.kind,
                command.actor,
                command.data,
            )
        )

    swept = SweepActivities(
        core.engine, core.system_signer, send=sender.send, in_time=in_time, linger=linger
    )
    upkeep = UpkeepActivities(core.engine, core.keys, deliver=acts.deliver)
    news = RegisterNews(core.engine, registers.market, send=send_act)
    device_news = DeviceNews(core.engine, registers.equipment, send=send_act)
    duties = ObligationActivities(means, openings.open_filed)
    related = RelatedActivities(openings.open_related, partial(prepare_draft, means), send_act)
    published = CalendarActivities(
        core.engine,
        core.system_signer,
        send=sender.send,
        gone=(CaseUnknown,),
        begin=partial(begin, client),
    )
    records = RecordActivities(core.engine, core.files, ClientHistory(lambda: client).run)
    called, issued = RegisterActivities(means).call, PaperworkActivities(means, seals).issue
    cases = Worker(
        client,
        task_queue=CASES_QUEUE,
        workflows=[*PROCEDURES.values(), *procedures, *UPKEEP],
        activities=[projection.project, projection.take_number, projection.pending_acts],
        **tried() if sandboxed else served(),
        max_cached_workflows=2000,
        # A task in flight on a killed worker comes back after this, not after the default 10 s.
        sticky_queue_schedule_to_start_timeout=timedelta(seconds=2),
        graceful_shutdown_timeout=timedelta(seconds=5),
    )
    effects = Worker(
        client,
        task_queue=EFFECTS_QUEUE,
        activities=[
            called,
            issued,
            related.open_related,
            related.prepare_related,
            related.report_to_parent,
            related.tell_case,
            swept.sweep_due,
            upkeep.reconcile_acts,
            news.hear_of_endings,
            duties.open_due,
            device_news.hear_of_devices,
            records.keep_histories,
            records.sweep_files,
            ErasingActivities(core.engine, core.keys).erase_due,
            published.begin_open,
            published.preview,
            published.apply,
            published.finish,
        ],
        max_concurrent_activities=16,
        interceptors=[LifeSigns()],
        graceful_shutdown_timeout=timedelta(seconds=5),
    )
    # A second worker of the process, for what nobody waits for: papers, measures and openings of cases in their thousands.
    steadily = Worker(
        client,
        task_queue=PACED_QUEUE,
        activities=[
            called,
            issued,
            related.open_related,
        ],
        max_concurrent_activities=2,
        max_activities_per_second=PACE,
        interceptors=[LifeSigns()],
        graceful_shutdown_timeout=timedelta(seconds=5),
    )
    try:
        # Before the first poll: a case may have pinned what no release ships.
        async with kept_known(core.engine), cases, effects, steadily:
            yield Turns(
                upkeep.reconcile_acts,
                swept.sweep_due,
                news.hear_of_endings,
                duties.open_due,
                device_news.hear_of_devices,
            )
    finally:
        # What the upkeep heard from cases is noted before the engine of the database is closed.
        await acts.all_settled()


async def serve(settings: Settings) -> None:
    check_start(settings, needs=WORKER_SECRETS)
    core = core_of(settings)
    await refuse_unfit_database(core)
    # Read and worked out here, not inside the first workflow task, which has two seconds.
    default_calendars()
    client = await connect_engine(core)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    sandboxed = settings.workflow_sandbox
    async with (
        registers_of(core) as registers,
        workers(
            core,
            client,
            registers,
            offset=settings.banjian_story_offset,
            sandboxed=sandboxed,
            linger=LINGER,
        ),
    ):
        await ensure_schedules(client)
        built()
        settings.announce_ready()
        async with kept_apart():
            await stop.wait()
    await core.engine.dispose()


if __name__ == "__main__":
    import uvloop

    with refusals_said():
        uvloop.run(serve(Settings()))
