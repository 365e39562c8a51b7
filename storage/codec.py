"""What the Temporal engine stores is sealed with the key of the case that it belongs to.

The SDK tells the codec which workflow a payload is for (`WithSerializationContext`); a workflow id
that is a case id selects the case's data key and is bound into the seal, so a payload moved to
another case does not open. Everything else (schedules, sweeps) is sealed with a key of the
installation. Messages and stack traces of failures go through the same codec. Workflow ids, types,
search attributes and update ids are not sealed by the engine: they must carry no personal data.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Final, Self
from uuid import UUID

from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)

from storage.keys import CaseKeys, Cipher, SealBroken

ENCODING: Final = b"binary/banjian-sealed"
_CASE: Final = "case"
_AAD: Final = b"banjian/payload/1:"


class CaseCodec(PayloadCodec, WithSerializationContext):
    """AES-256-GCM over the whole payload, its metadata included.

    Args:
        keys: where data keys come from.
        case_id: the case of the context; None seals with the installation's key.
        bound: whether a context was given at all. Without one (a codec server, a tool that reads
            an exported history) the case named in the payload is believed.
    """

    __slots__ = ("_bound", "_case_id", "_keys")

    def __init__(self, keys: CaseKeys, case_id: UUID | None = None, *, bound: bool = False) -> None:
        self._keys = keys
        self._case_id = case_id
        self._bound = bound

    @property
    def case_bytes(self) -> bytes | None:
        """The case it is bound to, as payloads name it."""
        return self._case_id.bytes if self._case_id is not None else None

    def with_context(self, context: SerializationContext) -> Self:
        """The codec for one workflow."""
        if isinstance(context, (WorkflowSerializationContext, ActivitySerializationContext)):
            return type(self)(self._keys, case_id_of(context.workflow_id), bound=True)
        return self

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal each payload.

        Raises:
            KeyDestroyed: the case was erased.
        """
        case_id = self._case_id
        metadata = {"encoding": ENCODING}
        if case_id is None:
            cipher, aad = self._keys.installation, _AAD
        else:
            cipher = self._keys.cached(case_id) or await self._keys.cipher(case_id)
            aad = _AAD + case_id.bytes
            # The id is public to the engine anyway; naming it here lets tools open a payload
            # that reaches them without its workflow.
            metadata[_CASE] = case_id.bytes
        return [
            Payload(metadata=metadata, data=cipher.seal(payload.SerializeToString(), aad))
            for payload in payloads
        ]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open each payload; one that was never sealed is refused.

        Raises:
            SealBroken: changed, moved from another case, or not sealed at all.
            KeyDestroyed: the case was erased.
        """
        return [await self._open(payload) for payload in payloads]

    async def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            raise SealBroken("a payload that was not sealed")
        named = payload.metadata.get(_CASE)
        cipher: Cipher
        if named is None:
            cipher, aad = self._keys.installation, _AAD
        else:
            if len(named) != 16:
                raise SealBroken("a payload that names no case id")
            case_id = UUID(bytes=named)
            if self._bound and case_id != self._case_id:
                raise SealBroken("a payload of another case")
            cipher = self._keys.cached(case_id) or await self._keys.cipher(case_id)
            aad = _AAD + named
        return Payload.FromString(cipher.open(payload.data, aad))


@lru_cache(maxsize=4096)
def case_id_of(workflow_id: str | None) -> UUID | None:
    """The case that a workflow id names; None for workflows that are no case."""
    if workflow_id is None or len(workflow_id) != 36:
        return None
    try:
        case_id = UUID(workflow_id)
    except ValueError:
        return None
    return case_id if str(case_id) == workflow_id else None


class CaseDataConverter(DataConverter):
    """The SDK asks for a converter per payload and context; only the codec looks at the context.

    The SDK's own `with_context` builds all converters anew each time, ten times the work.
    """

    def with_context(self, context: SerializationContext) -> Self:
        """The same converters around the codec for one workflow."""
        codec = self.payload_codec
        if not isinstance(codec, CaseCodec):
            return super().with_context(context)
        bound = codec.with_context(context)
        if bound is codec:
            return self
        clone = object.__new__(type(self))
        clone.__dict__.update(self.__dict__, payload_codec=bound)
        return clone


class OnePayloadConverter(PydanticPayloadConverter):
    """The same converter whenever the SDK asks for one: it asks anew for each case and each of its activations.

    A converter keeps how each type is read; made anew, it would find that out again for every case.
    """

    _made: ClassVar[Self | None] = None

    def __new__(cls) -> Self:
        """The one of the process."""
        if cls._made is None:
            made = super().__new__(cls)
            PydanticPayloadConverter.__init__(made)
            cls._made = made
        return cls._made

    def __init__(self) -> None:
        """Nothing: it was made before (`__new__`)."""


def data_converter(keys: CaseKeys) -> DataConverter:
    """Pydantic values, sealed per case, failures included. One per process: it holds `keys`."""
    return CaseDataConverter(
        payload_converter_class=OnePayloadConverter,
        payload_codec=CaseCodec(keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
