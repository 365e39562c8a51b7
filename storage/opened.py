"""Engine histories as data with their payloads opened: for the inspector, never for a workflow.

An event comes as a dict (the engine's own JSON names). Every payload in it becomes `{"payload": value}`, or
`{"unreadable": why, "bytes": n}` where this installation cannot, or must not, say what it holds.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.converter import WorkflowSerializationContext

from storage.codec import ENCODING, CaseCodec
from storage.keys import KeyDestroyed, SealBroken

PAYLOAD: Final = "payload"
UNREADABLE: Final = "unreadable"
# Written by the engine's own side, in the open by design: attributes for search, what the SDK notes of itself.
_OPEN: Final = frozenset({"searchAttributes", "indexedFields", "header"})
_MARKER: Final = "markerRecordedEventAttributes"
_SDK_NOTE: Final = "data"
# A stack trace names files of our machines and adds nothing to the message.
_STACK: Final = frozenset({"stack_trace", "stackTrace"})


class Unreadable(StrEnum):
    """Why a payload is not shown."""

    ERASED = "erased"
    """The case's key was destroyed."""
    FOREIGN = "foreign"
    """Never sealed by us, or sealed for another case: written by somebody else."""
    BROKEN = "broken"
    """Sealed for this case and changed since."""
    BINARY = "binary"
    """Opened, and no text."""


def bound(codec: CaseCodec, case_id: object) -> CaseCodec:
    """The codec that opens payloads of this case alone."""
    return codec.with_context(WorkflowSerializationContext("", str(case_id)))


async def open_event(event: Mapping[str, Any], codec: CaseCodec) -> dict[str, Any]:
    """The event with every payload in it opened by the (bound) codec."""
    opened: dict[str, Any] = await _walk(event, codec, sealed=True, marker=False)
    return opened


async def open_payload(payload: Payload, codec: CaseCodec, *, sealed: bool = True) -> Any:
    """The value of one payload, wrapped as in an event."""
    if payload.metadata.get("encoding") == ENCODING:
        try:
            [payload] = await codec.decode([payload])
        except KeyDestroyed:
            return _unreadable(Unreadable.ERASED, payload)
        except SealBroken:
            named = payload.metadata.get("case")
            ours = named is not None and named == codec.case_bytes
            return _unreadable(Unreadable.BROKEN if ours else Unreadable.FOREIGN, payload)
    elif sealed:
        return _unreadable(Unreadable.FOREIGN, payload)
    encoding = payload.metadata.get("encoding", b"")
    if encoding == b"binary/null":
        return {PAYLOAD: None}
    if not encoding.startswith(b"json/"):
        return _unreadable(Unreadable.BINARY, payload)
    try:
        return {PAYLOAD: _without_stack(json.loads(payload.data))}
    except ValueError:
        return _unreadable(Unreadable.BINARY, payload)


async def _walk(value: Any, codec: CaseCodec, *, sealed: bool, marker: bool) -> Any:
    if isinstance(value, Mapping):
        if (payload := _payload(value)) is not None:
            return await open_payload(payload, codec, sealed=sealed)
        return {
            name: await _walk(
                inner,
                codec,
                sealed=sealed and name not in _OPEN and not (marker and name == _SDK_NOTE),
                marker=marker or name == _MARKER,
            )
            for name, inner in value.items()
            if name not in _STACK
        }
    if isinstance(value, list):
        return [await _walk(inner, codec, sealed=sealed, marker=marker) for inner in value]
    return value


def _payload(value: Mapping[str, Any]) -> Payload | None:
    """The payload that a dict spells, or None for any other dict."""
    metadata = value.get("metadata")
    if not isinstance(metadata, Mapping) or "encoding" not in metadata:
        return None
    if not set(value) <= {"metadata", "data", "externalPayloads"}:
        return None
    try:
        return Payload(
            metadata={str(k): base64.b64decode(v) for k, v in metadata.items()},
            data=base64.b64decode(value.get("data", "")),
        )
    except (binascii.Error, TypeError, ValueError):
        return None


def _unreadable(why: Unreadable, payload: Payload) -> dict[str, Any]:
    return {UNREADABLE: why.value, "bytes": len(payload.data)}


def _without_stack(value: Any) -> Any:
    """A failure's message without its stack."""
    if isinstance(value, dict) and "message" in value:
        return {name: inner for name, inner in value.items() if name not in _STACK}
    return value
