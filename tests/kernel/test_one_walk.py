"""One walk over the payloads gives the very bytes of the library's three, and calls the codec as often."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from google.protobuf.message import Message
from temporalio.api.common.v1 import Payload
from temporalio.bridge import worker as bridge
from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import (
    DataConverter,
    ExternalStorage,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)
from temporalio.converter._data_converter import _REFERENCE_MARKER_KEY
from temporalio.worker._workflow import _CommandAwareDataConverter

from banjian import one_walk
from banjian.worker import served

CASE = WorkflowSerializationContext(namespace="banjian", workflow_id="case-1")
ELSEWHERE = WorkflowSerializationContext(namespace="banjian", workflow_id="case-2")
LIBRARY = (one_walk._DECODE, one_walk._ENCODE)
OURS = (one_walk.decode_activation, one_walk.encode_completion)


class Marking(PayloadCodec, WithSerializationContext):
    """Writes into each payload whose it is; counts its calls."""

    def __init__(self, calls: list[str], whose: str = "nobody") -> None:
        self.calls, self.whose = calls, whose

    def with_context(self, context: SerializationContext) -> "Marking":
        assert isinstance(context, WorkflowSerializationContext)
        return Marking(self.calls, context.workflow_id)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        self.calls.append(f"encode {len(payloads)} of {self.whose}")
        return [Payload(metadata=p.metadata, data=self._mark() + p.data) for p in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        self.calls.append(f"decode {len(payloads)} of {self.whose}")
        return [
            Payload(metadata=p.metadata, data=p.data.removeprefix(self._mark())) for p in payloads
        ]

    def _mark(self) -> bytes:
        return f"<{self.whose}>".encode()


class Instance:
    """Of whom the library asks whose payloads a command has."""

    def get_serialization_context(self, command: Any) -> WorkflowSerializationContext:
        return CASE if command is None or command.command_seq % 2 else ELSEWHERE

    def get_external_store_context(self, command: Any) -> None:
        return None


def converter(calls: list[str]) -> DataConverter:
    made = DataConverter(
        payload_converter_class=pydantic_data_converter.payload_converter_class,
        payload_codec=Marking(calls),
    )
    instance: Any = Instance()
    return _CommandAwareDataConverter.create(instance, made, made.with_context(CASE), CASE)


def payloads(*texts: str) -> list[Payload]:
    return [Payload(metadata={"encoding": b"json/plain"}, data=t.encode()) for t in texts]


def activation() -> WorkflowActivation:
    made = WorkflowActivation(run_id="run")
    made.jobs.add().initialize_workflow.arguments.extend(payloads("<case-1>a", "<case-1>b"))
    update = made.jobs.add().do_update
    update.input.extend(payloads("<case-1>act"))
    update.headers["by"].CopyFrom(payloads("<case-1>header")[0])
    for number in (1, 2):
        resolved = made.jobs.add().resolve_activity
        resolved.seq = number
        resolved.result.completed.result.CopyFrom(payloads("<case-1>done")[0])
    failed = made.jobs.add().resolve_activity
    failed.seq = 3
    details = failed.result.failed.failure.application_failure_info.details
    details.payloads.extend(payloads("<case-1>why"))
    made.jobs.add().fire_timer.seq = 4
    made.jobs.add().signal_workflow.input.extend([])
    return made


def completion() -> WorkflowActivationCompletion:
    made = WorkflowActivationCompletion(run_id="run")
    for number in (1, 2):
        local = made.successful.commands.add().schedule_local_activity
        local.seq = number
        local.arguments.extend(payloads("events", "rows"))
        local.headers["by"].CopyFrom(payloads("header")[0])
    answer = made.successful.commands.add().update_response
    answer.protocol_instance_id = "1"
    answer.completed.CopyFrom(payloads("answer")[0])
    upsert = made.successful.commands.add().upsert_workflow_search_attributes
    upsert.search_attributes.indexed_fields["CaseOutcome"].CopyFrom(payloads("granted")[0])
    made.successful.commands.add().complete_workflow_execution.result.CopyFrom(payloads("end")[0])
    return made


async def walked(
    message: Message, calls: list[str], walk: Callable[..., Any], *, headers: bool
) -> bytes:
    await walk(message, converter(calls), headers, 3)
    return message.SerializeToString(deterministic=True)


@pytest.mark.parametrize("headers", [True, False])
async def test_the_bytes_are_those_of_the_library(headers: bool) -> None:
    for make, (library, ours) in zip(
        (activation, completion), zip(LIBRARY, OURS, strict=True), strict=True
    ):
        theirs, mine = list[str](), list[str]()
        expected = await walked(make(), theirs, library, headers=headers)
        assert await walked(make(), mine, ours, headers=headers) == expected
        assert expected != make().SerializeToString(deterministic=True)
        assert mine == theirs
        assert len({call.split(" of ")[1] for call in mine}) == 2


async def test_what_lies_in_a_storage_is_refused_as_the_library_does() -> None:
    made = activation()
    made.jobs[1].do_update.input[0].metadata[_REFERENCE_MARKER_KEY] = b"true"
    for walk in (LIBRARY[0], OURS[0]):
        again = WorkflowActivation()
        again.CopyFrom(made)
        with pytest.raises(RuntimeError, match="TMPRL1105"):
            await walk(again, converter([]), True, 3)


async def test_who_configures_a_storage_gets_the_librarys_walks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    walked_by: list[str] = []

    async def library(*_arguments: Any) -> None:
        walked_by.append("library")

    monkeypatch.setattr(one_walk, "_DECODE", library)
    monkeypatch.setattr(one_walk, "_ENCODE", library)
    stored = converter([])
    storage: Any = object.__new__(ExternalStorage)
    object.__setattr__(stored, "external_storage", storage)
    await one_walk.decode_activation(activation(), stored, True, 3)
    await one_walk.encode_completion(completion(), stored, True, 3)
    assert walked_by == ["library"] * 2


def test_served_cases_are_walked_once() -> None:
    served()
    assert (bridge.decode_activation, bridge.encode_completion) == OURS
