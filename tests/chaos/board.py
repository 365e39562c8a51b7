"""The public board under kills: who looks every fifth of a second sees a notice from its publication to its exact legal end.

The notice is that of a simple deregistration. Its first minute is real; for its last one SQL's clock is set to a minute
before its end: the board goes by that clock alone. Worker, engine and twins are killed all the while; what answers
people (API, PostgreSQL) stays up, or nobody could look.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import text

from tests.chaos.cases import filed
from tests.chaos.installation import Installation, installation
from tests.chaos.people import History, Insistent
from tests.chaos.report import BOARD, Report
from tests.chaos.runs import Run

PROCEDURE: Final = "simple_deregistration"
KILLED: Final = ("worker", "temporal", "twins")
LOOK: Final = 0.2
KILLS: Final = 20
FIRST: Final = 60.0
LAST: Final = 60.0
# Signed by everybody and published by NECIPS: a few seconds on a calm machine.
PUBLISHED_WITHIN: Final = 180.0
LONGEST_DOWN: Final = 1.5
RESTART_PATIENCE: Final = 120.0

FIRM: Final = {
    "uscc": "91421303MA4K1X2Y9A",
    "name": "随州市曾都区红光商贸有限公司",
    "licence_number": "421303000000011",
    "registered_on": "2020-05-06",
    "legal_representative": {"name": "周晓岚", "id_number": "421303198506142016"},
    "standings": {"investors": ["周晓岚"]},
}
FORM: Final = {
    "uscc": FIRM["uscc"],
    "company": FIRM["name"],
    "entity_type": "company",
    "debts": "settled",
    "nothing_owed": True,
    "licence_paper": "electronic_only",
    "persons": [
        {
            "name": "周晓岚",
            "id_number": "421303198506142016",
            "phone": "13800006210",
            "posts": ["legal_representative", "investor"],
        }
    ],
}


@dataclass(frozen=True)
class Look:
    """One answer: `where` it was asked, between which instants of SQL's clock, and whether the notice ran there."""

    where: str
    asked: datetime
    answered: datetime
    seen: bool


@dataclass
class Watcher:
    """Looks at the board, and at the notice once it is known.

    Attributes:
        shift: of SQL's clock against the machine's.
        failed: what was no answer at all.
    """

    http: httpx.AsyncClient
    shift: timedelta = timedelta(0)
    notice: dict[str, Any] = field(default_factory=dict)
    looks: list[Look] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    known: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + self.shift

    async def watch(self) -> None:
        while True:
            due = time.monotonic() + LOOK
            await self._look("board", f"/api/v1/notices?procedure={PROCEDURE}")
            if self.notice:
                await self._look("notice", self.notice["url"])
            await asyncio.sleep(max(0.0, due - time.monotonic()))

    async def _look(self, where: str, path: str) -> None:
        shift, asked = self.shift, self.now()
        try:
            answer = await self.http.get(path)
        except httpx.TransportError as error:
            self.failed.append(f"{where}: {type(error).__name__}")
            return
        if answer.status_code != 200:
            self.failed.append(f"{where}: {answer.status_code}")
            return
        body = answer.json()
        if where == "board" and body["items"] and not self.notice:
            self.notice = body["items"][0]
            self.known.set()
        seen = bool(body["items"]) if where == "board" else body["running"]
        if shift == self.shift:
            self.looks.append(Look(where, asked, self.now(), seen))


@asynccontextmanager
async def watching(http: httpx.AsyncClient) -> AsyncIterator[Watcher]:
    watcher = Watcher(http)
    task = asyncio.create_task(watcher.watch())
    try:
        yield watcher
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            raise error


async def strikes(place: Installation, kills: int, over: float, dice: random.Random) -> None:
    """So many kills spread over so many seconds; returns when everything answers again."""
    begin = time.monotonic()
    for at in sorted(dice.uniform(0, over) for _ in range(kills)):
        await asyncio.sleep(max(0.0, begin + at - time.monotonic()))
        part = dice.choice(KILLED)
        await asyncio.to_thread(place.stack.kill, part, restart=False)
        await asyncio.sleep(dice.uniform(0, LONGEST_DOWN))
        await asyncio.to_thread(place.stack.restart, part, RESTART_PATIENCE)
    await asyncio.sleep(max(0.0, begin + over - time.monotonic()))


async def jump(place: Installation, watcher: Watcher, to: datetime) -> None:
    """Sets SQL's clock, by which alone the board goes."""
    shift = to - datetime.fromtimestamp(time.time(), UTC)
    async with place.core.engine.begin() as connection:
        await connection.execute(
            text(
                "CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE"
                f" AS $$ SELECT clock_timestamp() + interval '{shift.total_seconds():.6f} seconds' $$"
            )
        )
    watcher.shift = shift


def judge(run: Run, watcher: Watcher) -> None:
    """Every look is right: off the board before, on it from its first sight to its end, off it from then on."""
    begins = datetime.fromisoformat(watcher.notice["starts_at"])
    ends = datetime.fromisoformat(watcher.notice["ends_at"])
    for where in ("board", "notice"):
        looks = [look for look in watcher.looks if look.where == where]
        first = next((n for n, look in enumerate(looks) if look.seen), len(looks))
        for number, look in enumerate(looks):
            early = look.seen and look.answered < begins
            late = look.seen and look.asked >= ends
            lost = number > first and not look.seen and look.answered < ends
            if early or late or lost:
                run.report.broken("board", f"{where} at {look.asked}: seen {look.seen}")
        after = sum(look.asked >= ends for look in looks)
        run.report.counts[f"looks at the {where}"] = len(looks)
        run.report.counts[f"looks at the {where} after its end"] = after
        run.report.expect("board", after, f"nobody looked at the {where} after its end")
    for failure in watcher.failed:
        run.report.broken("board", f"no answer: {failure}")


async def board(seed: int, *, keep: Path | None = None) -> Run:
    """First and last minutes of a notice, looked at through twenty kills."""
    run = Run("board", report=Report(BOARD))
    begin = time.monotonic()
    dice = random.Random(f"board:{seed}")
    history = History()
    async with installation(keep=keep) as place:
        cast = Insistent(place.http, place.passwords, history, dice)
        (await place.twins.post("/admin/world", json={"enterprises": [FIRM]})).raise_for_status()
        async with watching(place.http) as watcher:
            await filed(cast, "applicant", PROCEDURE, FORM, ())
            await asyncio.wait_for(watcher.known.wait(), PUBLISHED_WITHIN)
            await strikes(place, KILLS // 2, FIRST, dice)
            ends = datetime.fromisoformat(watcher.notice["ends_at"])
            await jump(place, watcher, ends - timedelta(seconds=LAST))
            await strikes(place, KILLS - KILLS // 2, 2 * LAST, dice)
        judge(run, watcher)
        run.notes["kills"] = KILLS
    run.seconds = time.monotonic() - begin
    return run
