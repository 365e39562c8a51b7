"""Calls to registers: intent before, result after, the key enforced by the receiving side.

One activity for every kind; what a kind asks and keeps is declared with `@effect` or `@inquiry` in the
procedure's own module (`activities/<stem>.py`).
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.context import CaseView, Means, jsonable, load
from domain.contracts import RegisterAnswer, RegisterCall
from registers.errors import RegisterError, RegisterRefused
from registers.messages import Effect, canonical, sha256_hex
from storage import effects
from storage.keys import Cipher
from storage.tables import EffectRow

Args = Mapping[str, Any]
# Builds the request (and hands in contents it refers to, which is idempotent by their hash); None: there is nothing to ask.
Build = Callable[[CaseView, RegisterCall], Awaitable[Effect[Any] | None]]
# What is held from before the request is built until its answer, or its refusal, is here.
Around = Callable[[CaseView, RegisterCall], AbstractAsyncContextManager[None]]
# Keeps what an answer brings (a file, say; None where nothing was asked); returns what the case needs to know of it.
Keep = Callable[[CaseView, RegisterCall, Any], Awaitable[dict[str, Any]]]
# A question without effect; the answer is what the case needs to know.
Inquire = Callable[[CaseView, RegisterCall], Awaitable[dict[str, Any]]]


class EffectKind:
    def __init__(
        self, build: Build, *, called_back: bool, keep: Keep | None, around: Around
    ) -> None:
        self.build = build
        self.called_back = called_back
        self.keep = keep
        self.around = around


KINDS: dict[str, EffectKind] = {}
INQUIRIES: dict[str, Inquire] = {}


def _nothing_held(view: CaseView, order: RegisterCall) -> AbstractAsyncContextManager[None]:
    return nullcontext()


def effect(
    kind: str,
    *,
    called_back: bool = False,
    keep: Keep | None = None,
    around: Around = _nothing_held,
) -> Callable[[Build], Build]:
    """Declare a kind of effect. `called_back`: the register answers later, by a signed callback."""

    def register(build: Build) -> Build:
        if kind in KINDS:
            # The second would silently take the first one's place, for every procedure.
            raise ValueError(f"the effect {kind} has an owner already")
        KINDS[kind] = EffectKind(build, called_back=called_back, keep=keep, around=around)
        return build

    return register


def inquiry(kind: str) -> Callable[[Inquire], Inquire]:
    """Declare a question that changes nothing outside."""

    def register(inquire: Inquire) -> Inquire:
        INQUIRIES[kind] = inquire
        return inquire

    return register


def request_id_of(order: RegisterCall) -> str:
    """The idempotency key: the case, the kind, the number of the effect."""
    return f"{order.case_id}:{order.kind}:{order.seq}"


class RegisterActivities:
    """Holds the clients; one public activity."""

    def __init__(self, means: Means) -> None:
        self._means = means

    @activity.defn(name="call_register")
    async def call(self, order: RegisterCall) -> RegisterAnswer:
        """One effect or inquiry. Temporary failures raise and are retried; a refusal is an answer."""
        view = await load(self._means, order.case_id)
        if (inquire := INQUIRIES.get(order.kind)) is not None:
            return await self._inquire(view, order, inquire)
        kind = KINDS[order.kind]
        return await self._perform(view, order, kind)

    async def _inquire(
        self, view: CaseView, order: RegisterCall, inquire: Inquire
    ) -> RegisterAnswer:
        """A question leaves no row, but while a register is away: its row says which one, until it has answered."""
        try:
            result = RegisterAnswer(state="done", answer=await inquire(view, order))
        except RegisterRefused as refused:
            result = _refusal(refused)
        except RegisterError as error:
            await self._intend(order, error.register.value, request_id_of(order), "")
            await self._note(order, f"{error.code}: {error.message_zh}")
            raise _temporary(error) from error
        await self._asked(order, result.state)
        return result

    async def _asked(self, order: RegisterCall, state: str) -> None:
        """Answered: what was noted of this question, and of its tries that were given up, is over."""
        same = (EffectRow.case_id == UUID(order.case_id), EffectRow.kind == order.kind)
        async with self._means.engine.begin() as connection:
            await connection.execute(
                update(EffectRow)
                .where(*same, EffectRow.seq <= order.seq, EffectRow.state == "intent")
                .values(state=state, last_error="", finished_at=func.app_now())
            )

    async def _perform(
        self, view: CaseView, order: RegisterCall, kind: EffectKind
    ) -> RegisterAnswer:
        request_id = request_id_of(order)
        cipher = await self._means.keys.cipher(view.case_id)
        if (known := await self._finished(view.case_id, order, cipher)) is not None:
            return known
        try:
            async with kind.around(view, order):
                request = await kind.build(view, order)
                if request is None:
                    return await self._nothing_to_ask(view, order, kind, cipher)
                request_hash = sha256_hex(canonical(request))
                register = request.register_name
                seen = await self._intend(order, register.value, request_id, request_hash)
                client = self._means.registers.of(register)
                # An earlier attempt may have arrived: ask before sending again.
                if seen:
                    answer = await client.settle(request, key=request_id)
                else:
                    answer = await client.perform(request, key=request_id)
        except RegisterRefused as refused:
            result = _refusal(refused)
            result.request_id = request_id
            await self._finish(order, "refused", cipher, result)
            return result
        except RegisterError as error:
            await self._note(order, f"{error.code}: {error.message_zh}")
            raise _temporary(error) from error
        kept = await kind.keep(view, order, answer) if kind.keep else jsonable(answer)
        result = RegisterAnswer(
            state="waiting" if kind.called_back else "done",
            register_name=register.value,
            request_id=request_id,
            request_hash=request_hash,
            answer=kept,
        )
        await self._finish(order, result.state, cipher, result)
        return result

    async def _nothing_to_ask(
        self, view: CaseView, order: RegisterCall, kind: EffectKind, cipher: Cipher
    ) -> RegisterAnswer:
        """All is as it should be. What an earlier try had intended is over."""
        kept = await kind.keep(view, order, None) if kind.keep else {}
        result = RegisterAnswer(state="done", answer=kept)
        await self._finish(order, result.state, cipher, result)
        return result

    async def _finished(
        self, case_id: UUID, order: RegisterCall, cipher: Cipher
    ) -> RegisterAnswer | None:
        async with self._means.engine.connect() as connection:
            row = (
                await connection.execute(
                    select(EffectRow.state, EffectRow.answer).where(*_this(order))
                )
            ).first()
        if row is None or row.answer is None or row.state == "intent":
            return None
        return RegisterAnswer.model_validate(effects.open_answer(cipher, case_id, row.answer))

    async def _intend(
        self, order: RegisterCall, register: str, request_id: str, request_hash: str
    ) -> bool:
        """Write the intent; True when an attempt was made before."""
        async with self._means.engine.begin() as connection:
            statement = insert(EffectRow).values(
                case_id=UUID(order.case_id),
                kind=order.kind,
                seq=order.seq,
                register_name=register,
                request_id=request_id,
                request_hash=request_hash,
                state="intent",
                attempts=1,
                intent_at=func.app_now(),
            )
            attempts: int = (
                await connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["case_id", "kind", "seq"],
                        set_={
                            "attempts": EffectRow.attempts + 1,
                            "register_name": register,
                            "request_hash": request_hash,
                        },
                    ).returning(EffectRow.attempts)
                )
            ).scalar_one()
        return attempts > 1

    async def _finish(
        self, order: RegisterCall, state: str, cipher: Cipher, result: RegisterAnswer
    ) -> None:
        sealed = effects.seal_answer(cipher, UUID(order.case_id), result.model_dump_json())
        async with self._means.engine.begin() as connection:
            await connection.execute(
                update(EffectRow)
                .where(*_this(order))
                .values(state=state, answer=sealed, last_error="", finished_at=func.app_now())
            )

    async def _note(self, order: RegisterCall, error: str) -> None:
        """What the case's page says while it waits: which register, since when, what it answered."""
        async with self._means.engine.begin() as connection:
            await connection.execute(
                update(EffectRow).where(*_this(order)).values(last_error=error[:500])
            )


def _this(order: RegisterCall) -> tuple[Any, ...]:
    return (
        EffectRow.case_id == UUID(order.case_id),
        EffectRow.kind == order.kind,
        EffectRow.seq == order.seq,
    )


def _refusal(refused: RegisterRefused) -> RegisterAnswer:
    return RegisterAnswer(
        state="refused",
        register_name=refused.register.value,
        code=refused.code,
        message=refused.message_zh,
    )


def _temporary(error: RegisterError) -> ApplicationError:
    """For the next attempt. A register that is away for a night is one line an attempt in the log, not a stack trace."""
    # The text names register and code only: a request holds identity numbers.
    kind, said = type(error).__name__, f"{error.register.value}: {error.code}"
    activity.logger.warning("%s: %s", kind, said)
    return ApplicationError(said, type=kind, category=ApplicationErrorCategory.BENIGN)


def instant(value: str) -> datetime:
    return datetime.fromisoformat(value)
