"""What routes use, made once by the composition root and kept in `app.state.services`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Annotated, Protocol
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncEngine

from api.acts import Acts
from api.engine_record import EngineRecords
from api.later import Later
from domain.signing import CommandSigner
from storage import idempotency
from storage.idempotency import Kept
from storage.inspector import Inspector
from storage.keys import CaseKeys


class Stored(Protocol):
    """What the store says of a file it holds."""

    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def stored_id(self) -> str: ...


class Files(Protocol):
    """The file store as routes use it: on disk, sealed with the case's key, before any row."""

    async def put(
        self, content: bytes, *, case_id: UUID, media_type: str, retention_class: str
    ) -> Stored: ...

    async def get(self, case_id: UUID, stored_id: str) -> bytes: ...


@dataclass(frozen=True)
class Services:
    """One installation's means, as the API holds them."""

    engine: AsyncEngine
    keys: CaseKeys
    acts: Acts
    signer: CommandSigner
    files: Files
    engine_records: EngineRecords
    callback_secrets: Mapping[str, str]
    public_url: str
    office: str
    begin_calendar: Callable[[int, bool], Awaitable[None]]
    """Begins the run of a publication's preview, or (True) of carrying it out. Raises RPCError while the engine is away."""
    inspector: Inspector = field(default_factory=Inspector)
    trial: bool = True
    under_way: dict[tuple[str, str], str] = field(default_factory=dict)
    """Acts that this process is at by (person, key), with the digest of what was asked."""

    @cached_property
    def answers(self) -> Later[tuple[str, str], Kept]:
        """Answers by (person, key) that are not written yet.

        One that is lost with the process is made again by the same call: ids of acts and drafts follow from
        the key, so what was done is found, not done twice.
        """
        return Later(partial(idempotency.keep, self.engine))

    async def settled(self) -> None:
        """Returns when everything that was to be noted later is noted: before the engine is closed."""
        await self.acts.all_settled()
        await self.answers.written()


async def services(request: Request) -> Services:
    made: Services = request.app.state.services
    return made


Means = Annotated[Services, Depends(services)]

__all__ = ["Acts", "Files", "Means", "Services"]
