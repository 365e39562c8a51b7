"""Engine histories as data, through the client."""

import uuid
from collections.abc import Callable
from datetime import timedelta

from google.protobuf.json_format import MessageToDict
from temporalio.client import Client
from temporalio.service import RPCError


class ClientHistory:
    """Decoded engine history, for the administrator's inspector."""

    def __init__(self, client: Callable[[], Client]) -> None:
        self._client = client

    async def history(self, case_id: uuid.UUID) -> list[dict[str, object]]:
        """One dict per engine event, oldest first; empty when the engine no longer has it."""
        try:
            handle = self._client().get_workflow_handle(str(case_id))
            found = await handle.fetch_history(rpc_timeout=timedelta(seconds=10))
        except RPCError:
            return []
        events: list[dict[str, object]] = [MessageToDict(event) for event in found.events]
        return events
