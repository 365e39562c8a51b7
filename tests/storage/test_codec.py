"""No personal data in a byte of what the engine stores; keys per case; erasure."""

import asyncio
import base64
import os
import re
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from temporalio.api.common.v1 import Payload
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.converter import WorkflowSerializationContext
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker

from storage.codec import ENCODING, CaseCodec, case_id_of, data_converter
from storage.keys import CaseKeys, Cipher, KeyDestroyed, SealBroken, derive, key_id_of, open_, seal
from tests.storage.codec_workflow import BrokenCase, CanaryCase, Person, check, fail

CANARY = "421303199001011237"


@pytest_asyncio.fixture
async def engine(fresh_database: str) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(fresh_database)
    yield engine
    await engine.dispose()


@pytest_asyncio.fixture(scope="module")
async def server() -> AsyncIterator[WorkflowEnvironment]:
    binary = Path(sys.executable).parent / "temporal"
    environment = await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary), dev_server_log_level="error"
    )
    yield environment
    await environment.shutdown()


def test_a_seal_opens_only_whole_and_only_for_what_it_was_made() -> None:
    key = os.urandom(32)
    sealed = seal(key, b"secret", b"case 1")
    assert open_(key, sealed, b"case 1") == b"secret"
    assert b"secret" not in sealed
    assert seal(key, b"secret", b"case 1") != sealed
    assert key_id_of(sealed) == Cipher(key).key_id
    with pytest.raises(SealBroken):
        open_(key, sealed, b"case 2")
    with pytest.raises(SealBroken):
        open_(os.urandom(32), sealed, b"case 1")
    for position in range(len(sealed)):
        broken = bytearray(sealed)
        broken[position] ^= 1
        with pytest.raises(SealBroken):
            open_(key, bytes(broken), b"case 1")
        with pytest.raises(SealBroken):
            open_(key, sealed[:position], b"case 1")


def test_purposes_have_keys_of_their_own() -> None:
    master = os.urandom(32)
    assert derive(master, "wrap") == derive(master, "wrap")
    assert len({master, derive(master, "wrap"), derive(master, "payloads")}) == 3


def test_only_the_plain_form_of_an_id_names_a_case() -> None:
    case_id = uuid.uuid4()
    assert case_id_of(str(case_id)) == case_id
    for other in (None, "", "sweep", f"urn:uuid:{case_id}", case_id.hex, str(case_id).upper()[:35]):
        assert case_id_of(other) is None


async def test_a_case_has_one_key_in_every_process(engine: AsyncEngine) -> None:
    master, case_id = os.urandom(32), uuid.uuid4()
    here, there = CaseKeys(engine, master), CaseKeys(engine, master)
    keys = await asyncio.gather(*(k.get(case_id) for k in (here, there, here, there)))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    assert await here.get(uuid.uuid4()) != keys[0]
    async with engine.connect() as connection:
        wrapped = (await connection.execute(text("SELECT wrapped FROM case_keys"))).scalars()
        assert all(keys[0] not in row for row in wrapped)


async def test_a_row_of_another_case_or_installation_does_not_unwrap(engine: AsyncEngine) -> None:
    master, one, two = os.urandom(32), uuid.uuid4(), uuid.uuid4()
    keys = CaseKeys(engine, master)
    await keys.get(one)
    await keys.get(two)
    with pytest.raises(SealBroken):
        await CaseKeys(engine, os.urandom(32)).get(one)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "UPDATE case_keys SET wrapped = (SELECT wrapped FROM case_keys WHERE case_id = :two)"
                " WHERE case_id = :one"
            ),
            {"one": one, "two": two},
        )
    with pytest.raises(SealBroken):
        await CaseKeys(engine, master).get(one)


async def test_erasure_is_final_and_does_not_grow_a_new_key(engine: AsyncEngine) -> None:
    master, case_id = os.urandom(32), uuid.uuid4()
    keys = CaseKeys(engine, master)
    codec = data_converter(keys).with_context(WorkflowSerializationContext("n", str(case_id)))
    payloads = await codec.encode(["张三"])
    await keys.destroy(case_id)
    await keys.destroy(case_id)
    for reader in (keys, CaseKeys(engine, master)):
        with pytest.raises(KeyDestroyed):
            await reader.get(case_id)
    with pytest.raises(KeyDestroyed):
        await codec.decode(payloads)
    with pytest.raises(KeyDestroyed):
        await codec.encode(["李四"])
    never_used = uuid.uuid4()
    await keys.destroy(never_used)
    with pytest.raises(KeyDestroyed):
        await keys.get(never_used)


async def test_a_key_made_in_a_transaction_that_rolls_back_was_never_used(
    engine: AsyncEngine,
) -> None:
    keys, case_id = CaseKeys(engine, os.urandom(32)), uuid.uuid4()
    async with engine.connect() as connection:
        await keys.ensure(connection, case_id)
        await connection.rollback()
    assert keys.cached(case_id) is None
    async with engine.begin() as connection:
        await keys.ensure(connection, case_id)
        await keys.ensure(connection, case_id)
    assert await keys.get(case_id) == await keys.get(case_id)


async def test_a_new_installation_key_rewraps_and_the_old_one_may_go(engine: AsyncEngine) -> None:
    old, new, case_ids = os.urandom(32), os.urandom(32), [uuid.uuid4() for _ in range(5)]
    before = [await CaseKeys(engine, old).get(case_id) for case_id in case_ids]
    await CaseKeys(engine, old).destroy(erased := uuid.uuid4())
    turning = CaseKeys(engine, new, retired_keys=[old])
    assert await turning.get(case_ids[0]) == before[0]
    assert await turning.rewrap(batch=2) == 5
    assert await turning.rewrap() == 0
    after = CaseKeys(engine, new)
    assert [await after.get(case_id) for case_id in case_ids] == before
    with pytest.raises(KeyDestroyed):
        await after.get(erased)


async def test_memory_holds_only_so_many_keys(engine: AsyncEngine) -> None:
    keys = CaseKeys(engine, os.urandom(32), cache_size=2)
    case_ids = [uuid.uuid4() for _ in range(3)]
    first = [await keys.get(case_id) for case_id in case_ids]
    assert [keys.cached(case_id) is not None for case_id in case_ids] == [False, True, True]
    assert [await keys.get(case_id) for case_id in case_ids] == first


async def test_a_payload_opens_in_its_own_case_only(engine: AsyncEngine) -> None:
    keys, one, two = CaseKeys(engine, os.urandom(32)), str(uuid.uuid4()), str(uuid.uuid4())
    free = data_converter(keys)
    in_one, in_two, sweep = (
        free.with_context(WorkflowSerializationContext("n", workflow_id))
        for workflow_id in (one, two, "sweep-2026-11-23")
    )
    sealed = await in_one.encode([CANARY])
    assert CANARY.encode() not in sealed[0].SerializeToString()
    assert await in_one.decode(sealed) == [CANARY]
    assert await free.decode(sealed) == [CANARY], "a tool without the workflow can open it"
    for foreign in (in_two, sweep):
        with pytest.raises(SealBroken):
            await foreign.decode(sealed)
    relabelled = Payload()
    relabelled.CopyFrom(sealed[0])
    relabelled.metadata["case"] = uuid.UUID(two).bytes
    with pytest.raises(SealBroken):
        await in_two.decode([relabelled])
    assert await sweep.decode(await sweep.encode([1, "a"])) == [1, "a"]
    with pytest.raises(SealBroken):
        await in_one.decode([Payload(metadata={"encoding": b"json/plain"}, data=b'"forged"')])


def _payloads(message: object) -> list[Payload]:
    """Every Payload in a protobuf message, at any depth."""
    if isinstance(message, Payload):
        return [message]
    found: list[Payload] = []
    for field, value in message.ListFields():  # type: ignore[attr-defined]
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inner = [value[key] for key in value]
            inner = [item for item in inner if hasattr(item, "ListFields")]
        else:
            inner = list(value) if hasattr(value, "append") or hasattr(value, "add") else [value]
        for item in inner:
            found.extend(_payloads(item))
    return found


async def test_no_byte_of_a_history_holds_personal_data(
    engine: AsyncEngine, server: WorkflowEnvironment
) -> None:
    converter = data_converter(CaseKeys(engine, os.urandom(32)))
    client = await Client.connect(
        server.client.service_client.config.target_host,
        namespace=server.client.namespace,
        data_converter=converter,
    )
    person, queue = Person("张三", CANARY), uuid.uuid4().hex
    async with Worker(
        client, task_queue=queue, workflows=[CanaryCase, BrokenCase], activities=[check, fail]
    ):
        handle = await client.start_workflow(
            CanaryCase.run,
            person,
            id=str(uuid.uuid4()),
            task_queue=queue,
            static_summary=f"case of {CANARY}",
            memo={"who": CANARY},
        )
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update(CanaryCase.act, Person("", CANARY))
        assert CANARY in str(refused.value.cause)
        assert await handle.execute_update(CanaryCase.act, person) == f"done {CANARY}"
        with pytest.raises(WorkflowFailureError) as closed:
            await asyncio.wait_for(handle.result(), 60)
        assert str(closed.value.cause).count(CANARY) == 3
        assert await handle.query(CanaryCase.people) == [person]

        broken = await client.start_workflow(
            BrokenCase.run, person, id=str(uuid.uuid4()), task_queue=queue
        )
        failed = EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED
        async for event in broken.fetch_history_events(wait_new_event=True):
            if event.event_type == failed:
                break
        await broken.terminate()

    for running in (handle, broken):
        history = await running.fetch_history()
        exported = history.to_json()
        # The JSON form carries bytes as base64, so look below it as well.
        below = [
            base64.b64decode(match)
            for match in re.findall(r'"([A-Za-z0-9+/]{16,}={0,2})"', exported)
            if len(match) % 4 == 0
        ]
        raw = [event.SerializeToString() for event in history.events]
        for secret in (CANARY, "张三", "refused", "cannot handle", "closed:"):
            assert secret not in exported
            assert not any(secret.encode() in chunk for chunk in below + raw)

        sealed = [p for event in history.events for p in _payloads(event)]
        mine = uuid.UUID(running.id).bytes
        of_case = [p for p in sealed if p.metadata.get("encoding") == ENCODING]
        assert of_case
        assert all(p.metadata["case"] == mine for p in of_case), "erasure would miss a payload"

    await Replayer(workflows=[CanaryCase], data_converter=converter).replay_workflow(
        await handle.fetch_history()
    )


def test_the_codec_without_a_context_is_the_same_object() -> None:
    class Other:
        pass

    codec = CaseCodec(keys=None)  # type: ignore[arg-type]
    assert codec.with_context(Other()) is codec  # type: ignore[arg-type]
