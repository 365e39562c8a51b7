"""Every act is durable before its answer (design §5.1): a row first, then the case, then the reply."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from api.later import Later
from domain.clocks import WRITTEN_WITHIN
from domain.contracts import Actor, ActResult, Command
from domain.refusals import NotYet, Refusal, Refused
from domain.signing import CommandSigner
from storage import acts
from storage.acts import Beside
from storage.claims import ClaimChanged
from storage.keys import CaseKeys
from storage.prepared import Place, Prepared
from storage.tables import ActRow, CaseRow, TaskRow
from workflows.dispatch import OPEN, CaseUnknown, Unreachable

# How long an answer waits for the effect to be readable; after it 202 with the act's address.
PATIENCE = 5.0
# Between the looks at whether a case is begun; the first comes when it usually is (`_Usual`).
POLL = (0.02, 0.03, 0.05, 0.08, 0.1)
# So far apart a case is asked again whose refusal may only come from being behind its record.
AGAIN = 0.3


class Sender(Protocol):
    async def send(self, command: Command) -> ActResult | None: ...


@dataclass(frozen=True)
class Outcome:
    """`state`: applied (the read model shows it) or received (durable, on its way)."""

    act_id: UUID
    state: str
    received_at: datetime
    revision: int | None = None


@dataclass
class Draft:
    """An act before it is durable.

    Attributes:
        claim: where the act completes its task, the version of the person's claim on it: it becomes durable
            only while that claim holds, and nobody else can complete the task from then on.
        within: runs in the act's transaction, before the insert.
        beside: the same for a case that begins with the act: what it gives is written with the act, in one
            statement. Tried first; where anything is there already, or time ran out, `within` has its turn.
        known: what was read beside the answers (`Command.known`). No part of the act's identity: who asks again is not
            refused because a certificate has run out meanwhile.
        received_at: when the request came, by the database's clock (`Person.now`); the act is received then, if
            it is written within WRITTEN_WITHIN. None: when it is written.
    """

    act_id: UUID
    case_id: UUID
    kind: str
    actor: Actor
    data: dict[str, Any] = field(default_factory=dict)
    task_id: str | None = None
    claim: int | None = None
    within: Callable[[AsyncConnection, "Draft", datetime], Awaitable[None]] | None = None
    beside: Callable[[AsyncConnection, "Draft", datetime], Awaitable[Beside]] | None = None
    received_at: datetime | None = None
    known: dict[str, Any] = field(default_factory=dict)


class Known(Exception):
    """What was to begin with the act has begun before, or the act came too late: nothing is written."""


class _Usual:
    """Seconds that an act usually takes to be readable: to ask sooner is a statement for nothing, later is waiting for nothing."""

    _LEAST, _MOST = 0.02, 0.3

    def __init__(self) -> None:
        self.seconds = 0.03

    def learn(self, waited: float, looks: int) -> None:
        """It was readable after so many seconds and looks. At the first look: perhaps for long."""
        nearer = 0.95 * waited if looks == 1 else (self.seconds + waited) / 2
        self.seconds = min(max(nearer, self._LEAST), self._MOST)


class Acts:
    """Makes acts durable, sends them, and answers when the effect can be read."""

    def __init__(
        self, engine: AsyncEngine, keys: CaseKeys, sender: Sender, signer: CommandSigner
    ) -> None:
        self._engine = engine
        self._keys = keys
        self._sender = sender
        self._signer = signer
        # One that is lost with the process is asked for again by the reconciler.
        self._answered = Later[UUID, None](self._settle)
        self._usual = _Usual()

    async def perform(self, draft: Draft) -> Outcome:
        """The act, once.

        Raises:
            Refused: typed, nothing changed.
            ClaimChanged: the task is under another claim of the same person than the draft says.
            ActConflict: same id, other body.
        """
        digest = acts.digest_of(
            draft.kind, draft.case_id, draft.task_id, draft.actor.person_id, draft.data
        )
        if draft.beside is not None and (command := await self._begun(draft, digest)) is not None:
            return await self._deliver(command)
        if draft.within is None:
            known, command = await self._durable(self._engine, draft, digest)
        else:
            async with self._engine.begin() as connection:
                known, command = await self._durable(connection, draft, digest)
        if known is not None and known.settled and known.state != "received":
            return self._settled(known)
        return await self._deliver(command)

    async def _durable(
        self, place: Place, draft: Draft, digest: str
    ) -> tuple[ActRow | None, Command]:
        """The act as it stands in the database: as it was known already, or as it is now."""
        known, received_at = None, draft.received_at
        if received_at is None or draft.within is not None:
            known, now = await acts.known_and_now(place, draft.act_id)
            received_at = _received(draft, now)
        if known is None:
            command = await self._made(place, draft, digest, received_at)
            if command is None:
                # An earlier call of the same act, a quicker one, or a request that took its time.
                known, now = await acts.known_and_now(place, draft.act_id)
                if known is None and draft.within is None and received_at != _received(draft, now):
                    command = await self._made(place, draft, digest, now)
            if command is not None:
                return None, command
        if known is None:
            raise await _not_held(place, draft)
        if known.digest != digest:
            raise acts.ActConflict(str(draft.act_id))
        return known, await acts.command_of(self._keys, known)

    async def _begun(self, draft: Draft, digest: str) -> Command | None:
        """The act and the case that begins with it; None where either is known, or the request took its time."""
        assert draft.beside is not None
        assert draft.received_at is not None
        try:
            async with self._engine.begin() as connection:
                beside = await draft.beside(connection, draft, draft.received_at)
                command = await self._written(
                    connection, draft, digest, draft.received_at, beside=beside
                )
                if command is None:
                    raise Known
        except (Known, IntegrityError):
            return None
        self._keys.stored(draft.case_id, beside.key)
        return command

    async def _made(
        self, place: Place, draft: Draft, digest: str, received_at: datetime
    ) -> Command | None:
        if draft.within is not None:
            assert isinstance(place, AsyncConnection), "what belongs together is one transaction"
            await draft.within(place, draft, received_at)
        return await self._written(place, draft, digest, received_at)

    async def _written(
        self,
        place: Place,
        draft: Draft,
        digest: str,
        received_at: datetime,
        beside: Beside | None = None,
    ) -> Command | None:
        if draft.claim is not None:
            draft.actor.claim_version = draft.claim
        command = self._signer.sign(
            Command(
                act_id=str(draft.act_id),
                case_id=str(draft.case_id),
                kind=draft.kind,
                received_at=received_at,
                actor=draft.actor,
                task_id=draft.task_id,
                data=draft.data,
                known=draft.known,
            )
        )
        made = await acts.insert_act(
            place,
            self._keys,
            command,
            digest,
            timely=draft.within is None,
            fenced=draft.claim is not None,
            beside=beside,
        )
        return command if made else None

    async def _deliver(self, command: Command) -> Outcome:
        act_id = UUID(command.act_id)
        try:
            result = await self._delivered(command)
        except (NotYet, Unreachable, CaseUnknown):
            return Outcome(act_id, "received", command.received_at)
        if result is not None:
            return Outcome(act_id, "applied", command.received_at, result.revision)
        return await self._readable(act_id, command.received_at)

    async def _delivered(self, command: Command) -> ActResult | None:
        """As `deliver`, again while a refusal is in doubt and the caller has patience."""
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE
        while True:
            try:
                return await self.deliver(command)
            except NotYet:
                if clock() + AGAIN > until:
                    raise
                await asyncio.sleep(AGAIN)

    async def deliver(self, command: Command) -> ActResult | None:
        """Send, and record the answer. Also what the reconciler does with what a crash left.

        Raises:
            Refused: for good; noted.
            NotYet: the refusal is in doubt (`storage.acts.in_doubt`): send again.
            Unreachable, CaseUnknown: as `Sender.send`.
        """
        act_id = UUID(command.act_id)
        try:
            result = await self._sender.send(command)
            self._settle_soon(act_id)
            return result
        except Refused as refused:
            async with self._engine.connect() as connection:
                doubtful = await acts.in_doubt(connection, command, refused)
            if doubtful:
                raise NotYet(refused.message) from refused
            await self._refuse(act_id, refused)
            raise
        except CaseUnknown:
            # A closed case refuses by its record; one that was never started is still on its way.
            async with self._engine.connect() as connection:
                closed = (
                    await connection.execute(
                        select(CaseRow.closed_at).where(CaseRow.case_id == UUID(command.case_id))
                    )
                ).scalar_one_or_none()
                act = await acts.find(connection, act_id)
            if closed is None:
                raise
            if act is not None and act.state == "applied":
                self._settle_soon(act_id)
                return None
            late = Refused(Refusal.CASE_CLOSED)
            await self._refuse(act_id, late)
            raise late from None

    def _settle_soon(self, act_id: UUID) -> None:
        self._answered.add(act_id, None)

    async def _settle(self, batch: dict[UUID, None]) -> None:
        await acts.settle(self._engine, batch)

    async def all_settled(self) -> None:
        """Returns when every answer received so far is noted."""
        await self._answered.written()

    async def _refuse(self, act_id: UUID, refused: Refused) -> None:
        async with self._engine.begin() as connection:
            await acts.mark_refused(connection, act_id, refused.why, refused.message)

    async def _readable(self, act_id: UUID, received_at: datetime) -> Outcome:
        waited, looks, pause = 0.0, 0, self._usual.seconds
        while waited < PATIENCE:
            await asyncio.sleep(pause)
            waited += pause
            row = await _STATE.first(self._engine, act=act_id)
            looks += 1
            if row is not None and row["state"] == "applied":
                self._usual.learn(waited, looks)
                return Outcome(act_id, "applied", received_at, row["revision"])
            pause = POLL[min(looks, len(POLL)) - 1]
        return Outcome(act_id, "received", received_at)

    def _settled(self, row: ActRow) -> Outcome:
        if row.state == "refused":
            raise Refused(Refusal(row.refusal or ""), row.refusal_message)
        return Outcome(row.id, row.state, row.received_at, row.revision)


_HELD = Prepared(
    select(TaskRow.state, TaskRow.claimed_by, TaskRow.completing_act, TaskRow.claim_version).where(
        TaskRow.task_id == bindparam("task"), TaskRow.case_id == bindparam("case")
    )
)
_STATE = Prepared(select(ActRow.state, ActRow.revision).where(ActRow.id == bindparam("act")))


def _received(draft: Draft, now: datetime) -> datetime:
    """When the act is received that is written now."""
    came = draft.received_at
    return now if came is None or came <= now - WRITTEN_WITHIN else came


async def _not_held(place: Place, draft: Draft) -> Exception:
    """Why the person cannot complete the task of the draft."""
    row = await _HELD.first(place, task=draft.task_id, case=draft.case_id)
    if row is None:
        return Refused(Refusal.NO_SUCH_TASK)
    if row["state"] != "open":
        return Refused(Refusal.TASK_DONE)
    if row["claimed_by"] is None:
        return Refused(Refusal.CLAIM_LOST)
    if row["claimed_by"] != draft.actor.person_id:
        return Refused(Refusal.NOT_YOUR_TASK)
    if row["claim_version"] != draft.claim:
        return ClaimChanged(row["claim_version"])
    # Another act completes it now, or did when we asked.
    return Refused(Refusal.TASK_DONE, "这个任务正在提交，请稍候刷新页面查看结果。")


__all__ = ["OPEN", "Acts", "Draft", "Known", "Outcome"]
