"""Engine histories as data, through the client."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from google.protobuf.json_format import MessageToDict
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode


class ClientHistory:
    """Decoded engine history, for the administrator's inspector."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    async def history(self, case_id: uuid.UUID) -> list[dict[str, object]]:
        """The newest run; empty when the engine no longer has it, or is away."""
        try:
            return await self.run(case_id)
        except RPCError:
            return []

    async def run(self, case_id: uuid.UUID, run_id: str | None = None) -> list[dict[str, object]]:
        """One dict per engine event, oldest first; empty when the engine has no such run.

        Raises:
            RPCError: the engine is away, or will not say.
        """
        try:
            handle = self._client().get_workflow_handle(str(case_id), run_id=run_id)
            found = await handle.fetch_history(rpc_timeout=timedelta(seconds=10))
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return []
        events: list[dict[str, object]] = [MessageToDict(event) for event in found.events]
        return events
