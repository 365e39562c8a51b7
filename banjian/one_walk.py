"""What a workflow is handed and what it hands back is walked once for its payloads, not three times.

The engine's library walks every activation and every completion three times: for the codec, for an external storage of
large payloads, and for references into that storage; the middle one as a task of the event loop for each payload. Where no
such storage is configured, as here, two of the walks find nothing. Here each payload goes through all three steps in one
walk: the same calls in the same order, so the bytes are the same (`tests/kernel/test_one_walk.py`).

Whoever configures a storage gets the library's own walks.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.bridge import worker as bridge
from temporalio.converter import DataConverter
from temporalio.converter._extstore import StorageOperationMetrics
from temporalio.worker._command_aware_visitor import CommandAwarePayloadVisitor

Step = Callable[[Sequence[Payload]], Awaitable[list[Payload]]]
_DECODE: Final = bridge.decode_activation
_ENCODE: Final = bridge.encode_completion


class _Steps:
    """The library's steps for one payload sequence, with the converter of the command that it belongs to."""

    def __init__(self, converter: DataConverter) -> None:
        self._current = getattr(converter, "_get_current_dc", lambda: converter)

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        converter = self._current()
        payloads = await converter._decode_reference_payload_sequence(payloads)
        payloads = await converter._external_retrieve_payload_sequence(payloads)
        decoded: list[Payload] = await converter._decode_payload_sequence(payloads)
        return decoded

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        converter = self._current()
        payloads = await converter._encode_payload_sequence(payloads)
        payloads = await converter._external_store_payload_sequence(payloads)
        encoded: list[Payload] = await converter._encode_reference_payload_sequence(payloads)
        return encoded


async def _walk(message: Any, step: Step, *, headers: bool) -> StorageOperationMetrics:
    visitor = CommandAwarePayloadVisitor(skip_search_attributes=True, skip_headers=not headers)
    await visitor.visit(bridge._Visitor(step), message)
    return StorageOperationMetrics()


async def decode_activation(
    activation: Any,
    data_converter: DataConverter,
    decode_headers: bool,
    storage_concurrency_limit: int,
) -> StorageOperationMetrics:
    """As the library's; nothing is ever fetched from a storage."""
    if data_converter.external_storage is not None:
        return await _DECODE(activation, data_converter, decode_headers, storage_concurrency_limit)
    return await _walk(activation, _Steps(data_converter).decode, headers=decode_headers)


async def encode_completion(
    completion: Any,
    data_converter: DataConverter,
    encode_headers: bool,
    storage_concurrency_limit: int,
) -> StorageOperationMetrics:
    """As the library's; nothing is ever put into a storage."""
    if data_converter.external_storage is not None:
        return await _ENCODE(completion, data_converter, encode_headers, storage_concurrency_limit)
    return await _walk(completion, _Steps(data_converter).encode, headers=encode_headers)


def walk_once() -> None:
    """For every worker of this process; again is the same."""
    bridge.decode_activation = decode_activation
    bridge.encode_completion = encode_completion
