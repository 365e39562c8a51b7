"""Sends a durable act to its case: the start for the opening one, an update for every other."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError, WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from domain.contracts import ActResult, CaseInput, Command
from domain.refusals import NotYet, Refusal, Refused
from law import catalogue
from law.calendars import default_calendars, published
from law.clocks import LAW_EDITION
from law.zone import civil_date
from workflows.kernel.search_attributes import CASE_OFFICE, CASE_OPENED_ON, CASE_PROCEDURE

CASES_QUEUE = "banjian-cases"
OPEN = "open"
# The engine's words for an update that no running case knows any more: 'update "…" not found'.
LOST_UPDATE = "update "
_REFUSALS = {member.value: member for member in Refusal}


class Unreachable(Exception):
    """The engine did not answer: the act is durable and will be sent again."""


class CaseUnknown(Exception):
    """The engine runs no such case (not started yet, or closed long ago)."""


class Dispatcher:
    """Stateless but for the client.

    Args:
        client: the engine's client, with the sealing data converter.
        offset: seconds from the engine's clock to the story's; 0 outside stories.
        sweep: whether a sweep runs beside the cases' own timers.
    """

    def __init__(
        self,
        client: Client,
        *,
        offset: Callable[[], float] = lambda: 0.0,
        sweep: bool = True,
        patience: timedelta = timedelta(seconds=5),
    ) -> None:
        self.client = client
        self._offset = offset
        self._sweep = sweep
        self._patience = patience

    async def send(self, command: Command) -> ActResult | None:
        """Apply the act once; None for an opening act (the case projects it by itself).

        Raises:
            Refused: the case refuses the act.
            NotYet: what judged it was lost; send again with the same id.
            Unreachable: no answer in time; nothing is known, send again with the same id.
            CaseUnknown: there is no running case of this id.
        """
        if command.kind == OPEN:
            await self._start(command)
            return None
        handle = self.client.get_workflow_handle(command.case_id)
        try:
            result: ActResult = await handle.execute_update(
                "act",
                command,
                id=command.act_id,
                result_type=ActResult,
                rpc_timeout=self._patience,
            )
        except WorkflowUpdateFailedError as failed:
            cause = failed.cause
            if isinstance(cause, ApplicationError) and cause.type in _REFUSALS:
                told, revision = (*cause.details, {}, None)[:2] if cause.details else ({}, None)
                errors = told if isinstance(told, dict) else {}
                at = revision if isinstance(revision, int) else None
                why = _REFUSALS[cause.type]
                raise Refused(why, cause.message, errors, revision=at) from failed
            if (
                isinstance(cause, ApplicationError)
                and cause.type == "AcceptedUpdateCompletedWorkflow"
            ):
                raise Unreachable(str(failed)) from failed
            raise
        except WorkflowUpdateRPCTimeoutOrCancelledError as late:
            raise Unreachable("no answer in time") from late
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                # A case that still runs has lost the act with the task that was to judge it.
                if error.message.startswith(LOST_UPDATE) and await self._runs(handle):
                    raise NotYet(error.message) from error
                raise CaseUnknown(command.case_id) from error
            if error.status is RPCStatusCode.FAILED_PRECONDITION:
                # The task that judged it was lost with everything it judged: mostly a case that closed while
                # something else came in. The next one judges anew.
                raise NotYet(error.message) from error
            raise Unreachable(error.message) from error
        return result

    async def _runs(self, handle: WorkflowHandle[Any, Any]) -> bool:
        try:
            described = await handle.describe(rpc_timeout=self._patience)
        except RPCError as error:
            raise Unreachable(error.message) from error
        return described.status is WorkflowExecutionStatus.RUNNING

    async def _start(self, command: Command) -> None:
        data = command.data
        row = catalogue.procedure(str(data["procedure"]), str(data["catalogue_version"]))
        opened = civil_date(command.received_at).isoformat()
        case = CaseInput(
            case_id=command.case_id,
            procedure=row.procedure,
            office=str(data["office"]),
            catalogue_version=row.version,
            table_version=str(data["table_version"]),
            law_edition=LAW_EDITION,
            calendar_pins=list(default_calendars().pins),
            calendar_order=published().order,
            opening=command,
            parent_case=data.get("parent_case"),
            parent_item=data.get("parent_item"),
            sweep=self._sweep,
            offset_seconds=self._offset(),
        )
        attributes = TypedSearchAttributes(
            [
                SearchAttributePair(CASE_PROCEDURE, row.procedure),
                SearchAttributePair(CASE_OFFICE, case.office),
                SearchAttributePair(CASE_OPENED_ON, opened),
            ]
        )
        try:
            await self.client.start_workflow(
                row.workflow,
                case,
                id=command.case_id,
                task_queue=CASES_QUEUE,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
                search_attributes=attributes,
                rpc_timeout=self._patience,
            )
        except WorkflowAlreadyStartedError:
            # Started and already closed: the act was applied.
            return
        except RPCError as error:
            raise Unreachable(error.message) from error
