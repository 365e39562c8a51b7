"""Plays a batch of lives on one stage, hop by hop, and looks at the public board on the way."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from api.security import passwords
from api.security.limiting import Limiter
from banjian.name_library import fill_library
from banjian.player import bureau, story
from banjian.player.cast import Answered, Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import Stage
from domain.roles import Role
from law.zone import local
from storage import accounts
from tests.simulate.sixty.lives import ENDS, STARTS, Life, Step

AT_A_TIME: Final = 8
# Real seconds in which a case must get where an act takes it, on a busy machine.
PATIENCE: Final = 60.0
# Real seconds in which nothing more may happen before the board is looked at.
QUIET: Final = 0.1
INSTANT: Final = timedelta(microseconds=1)
PAGE: Final = 100
# Acts come from this module's import: it declares every one.
DECLARED: Final = story.DECLARED


class Unhurried(Limiter):
    """Never refuses: what is a quarter of a day here is a second outside, where the limits count."""

    async def count(self, limit: str, *key: str) -> None:
        return None


class Once(Cast):
    """Several acts of one person at one instant sign in once: of more at a time the API lets nobody in."""

    def __init__(self, http: httpx.AsyncClient, known: Mapping[str, str]) -> None:
        super().__init__(http, known)
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def _sign_in(self, who: str) -> str:
        before = self._tokens.get(who)
        async with self._locks[who]:
            now = self._tokens.get(who)
            return now if now is not None and now != before else await super()._sign_in(who)


@dataclass(frozen=True)
class Look:
    """What was on the board: SQL's instant, the engine's (a little later: it never stands still), and the notices' ids."""

    sql: datetime
    engine: datetime
    seen: frozenset[str]


@dataclass
class Played:
    """What came of a batch beside what the database holds."""

    lives: Sequence[Life]
    looks: list[Look] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    acts: int = 0


class Batch:
    """One stage and the lives on it."""

    def __init__(self, on: Stage, lives: Sequence[Life], say: Callable[[str], None]) -> None:
        self.on, self.lives, self._say = on, lives, say
        self.played = Played(lives)
        self._broken: set[int] = set()
        # A clock that an end sets going may have its first rung hours later: time waits for it.
        on.at_rest = self._settle

    async def play(self) -> Played:
        """Everything, to the end of the sixty days."""
        await self._prepare()
        agenda: dict[datetime, dict[int, list[Step]]] = defaultdict(lambda: defaultdict(list))
        for life in self.lives:
            for step in life.steps:
                agenda[step.at][life.number].append(step)
        day = None
        for instant in sorted(agenda):
            await self._to(instant)
            if instant.date() != day:
                day = instant.date()
                await self._tell(instant)
            await self._look()
            await self._act(agenda[instant])
            await self._look()
        await self._to(ENDS)
        await self._look()
        return self.played

    async def _prepare(self) -> None:
        """Accounts of everybody, and what the registers know."""
        passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self.on.app.state.limiter = Unhurried(self.on.app.state.limiter.limits)
        known = await bureau.seed(self.on.core.engine)
        password = next(iter(known.values()))
        password_hash = await passwords.hashed(password)
        async with AsyncSession(self.on.core.engine) as session:
            for life in self.lives:
                for who in (life.person, life.creditor):
                    await accounts.create_account(
                        session,
                        sign_in=who,
                        display_name="周晓岚",
                        password_hash=password_hash,
                        roles=frozenset({Role.APPLICANT}),
                    )
                    known[who] = password
            await session.commit()
        self._play = Play(Once(self.on.http, known), self.on.twins)
        world: dict[str, list[Any]] = defaultdict(list)
        for life in self.lives:
            for name, rows in life.world.items():
                world[name] += rows
        if world:
            (await self.on.twins.post("/admin/world", json=dict(world))).raise_for_status()
            await fill_library(self.on.core.engine, world.get("enterprises", []))

    async def _tell(self, instant: datetime) -> None:
        open_ = await self._one("SELECT count(*) FROM cases WHERE closed_at IS NULL")
        done = await self._one("SELECT count(*) FROM cases WHERE closed_at IS NOT NULL")
        days = (instant - STARTS).days + 1
        self._say(f"day {days}, {open_} cases open, {done} closed, next {instant:%m-%d %H:%M:%S}")

    async def _one(self, sql: str, **values: Any) -> Any:
        async with self.on.core.engine.connect() as connection:
            return (await connection.execute(text(sql), values)).scalar_one_or_none()

    # -- time ----------------------------------------------------------------------------------------

    async def _to(self, instant: datetime) -> None:
        """Through every end of a notice on the way: looked at just before it and, before anything else happens, at it."""
        while True:
            end = await self._one(
                "SELECT min(ends_at) FROM public_notices WHERE outcome = ''"
                " AND ends_at <= :to AND ends_at > app_now()",
                to=instant,
            )
            if end is None:
                break
            await self.on.advance(end - INSTANT)
            await self._look()
            # By SQL's clock alone: no worker has heard of the end.
            await self.on.set_now(end)
            await self._look()
            await self.on.advance(end)
        await self.on.advance(instant)

    async def _look(self) -> None:
        """At the whole board, as everybody reads it."""
        assert self.on.env is not None
        sql = await self.on.now()
        engine = await self.on.env.get_current_time() + self.on.offset
        seen: set[str] = set()
        cursor: str | None = None
        while True:
            params: dict[str, Any] = {"limit": PAGE} | ({"cursor": cursor} if cursor else {})
            answer = await self.on.http.get("/api/v1/notices", params=params)
            body = answer.raise_for_status().json()
            seen |= {notice["id"] for notice in body["items"]}
            cursor = body.get("next_cursor")
            if not cursor:
                break
        self.played.looks.append(Look(sql, engine, frozenset(seen)))

    # -- acts ----------------------------------------------------------------------------------------

    async def _act(self, due: Mapping[int, Sequence[Step]]) -> None:
        """What is due now: the steps of a life one after the other, several lives side by side."""
        gate = asyncio.Semaphore(AT_A_TIME)

        async def one(number: int, steps: Sequence[Step]) -> None:
            async with gate:
                for step in steps:
                    if number not in self._broken:
                        await self._step(number, step)

        async def upkeep() -> None:
            while True:
                await asyncio.sleep(0.3)
                await self.on.upkeep()

        keeping = asyncio.create_task(upkeep())
        try:
            async with asyncio.TaskGroup() as group:
                for number, steps in due.items():
                    group.create_task(one(number, steps))
        finally:
            keeping.cancel()
            await asyncio.wait({keeping})
        await self._settle()

    async def _settle(self) -> None:
        """Until every act has had its answer, and no case goes on by itself."""
        still = None
        for _ in range(int(PATIENCE / QUIET)):
            row = await self._one(
                "SELECT ARRAY[(SELECT count(*) FROM acts WHERE state = 'received'),"
                " (SELECT count(*) FROM effects WHERE state = 'intent'),"
                " (SELECT sum(revision) FROM cases)]"
            )
            if not (row[0] or row[1]) and row == still:
                return
            still = row
            if row[0]:
                await self.on.upkeep()
            await asyncio.sleep(QUIET)

    async def _step(self, number: int, step: Step) -> None:
        self.played.acts += step.do != "wait"
        refused = ""
        try:
            await DEEDS[step.do](
                self._play, Deed(step.by, step.case, await self._data(step), step.procedure)
            )
        except Answered as answered:
            refused = answered.code
            told = str(answered)
        except (TimeoutError, KeyError) as error:
            refused, told = type(error).__name__, str(error)
        if refused != step.refused:
            self._fail(number, step, f"refused {told}" if refused else "was not refused")
            return
        if step.stage and not await self._reached(step):
            found = await self._stage(step.case)
            self._fail(number, step, f"is {found}, not {step.stage}")

    async def _data(self, step: Step) -> Mapping[str, Any]:
        form = step.data.get("form")
        if not isinstance(form, dict) or form.get("entry") != "":
            return step.data
        sql = "SELECT number FROM twins.list_entries WHERE uscc = :uscc AND kind = 'penalty'"
        return {**step.data, "form": form | {"entry": await self._one(sql, uscc=form["uscc"])}}

    async def _stage(self, case: str) -> str:
        known = self._play.cases.get(case)
        if known is None:
            return "not opened"
        sql = "SELECT stage FROM cases WHERE case_id = CAST(:c AS uuid)"
        return str(await self._one(sql, c=known["id"]))

    async def _reached(self, step: Step) -> bool:
        for _ in range(int(PATIENCE / 0.05)):
            if await self._stage(step.case) == step.stage and await self._published(step):
                return True
            await asyncio.sleep(0.05)
        return False

    async def _published(self, step: Step) -> bool:
        if not step.board:
            return True
        sql = "SELECT count(*) FROM public_notices WHERE case_id = CAST(:c AS uuid) AND kind = :k"
        return bool(await self._one(sql, c=self._play.cases[step.case]["id"], k=step.board))

    def _fail(self, number: int, step: Step, what: str) -> None:
        """The rest of this life is not played: one fault is told, not all that follow from it."""
        self._broken.add(number)
        where = f"{local(step.at):%Y-%m-%d %H:%M:%S} {step.case}"
        told = f"{where}: {step.by} {step.do} {dict(step.data)}: {what}"[:600]
        self.played.faults.append(told)
        self._say(told)
