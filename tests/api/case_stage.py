"""Cases that really run: the whole stage in skipped time, people at the API, one case per test."""

import asyncio
import itertools
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import text

from banjian.player import bureau
from banjian.player.cast import Answered, Cast
from banjian.player.deeds import DEEDS, Deed, Play
from banjian.player.stage import Stage, stage
from tests.api.conftest import csrf_of

STARTS = datetime.fromisoformat("2026-09-23T10:00:00+08:00")
PROCEDURE = "establishment_registration"
FILES = {"articles": "公司章程", "appointment": "任职文件", "address_proof": "住所使用证明"}
# One set of passwords for every stage of a process: hashing them takes longer than raising it.
RING: bureau.Ring = {}
_names = itertools.count(1)
HANZI = "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来暑往秋收冬藏闰余成岁律吕调阳云腾致雨露结为霜"


def application(name: str | None = None) -> dict[str, Any]:
    """A lawful application of a company that nobody else founds."""
    n = next(_names)
    word = HANZI[n % len(HANZI)] + HANZI[(n * 7) % len(HANZI)] + "禾"
    return {
        "name": name or f"随州市曾都区{word}食品有限公司",
        "entity_type": "limited_company",
        "domicile": "湖北省随州市曾都区烈山大道 88 号 1 栋 102 室",
        "capital": "1000000",
        "paid_until": "2031-09-22",
        "business_scope": ["食品销售（仅销售预包装食品）"],
        "persons": [
            {
                "name": "周晓岚",
                "id_number": "110105199003070017",
                "phone": "13800000001",
                "posts": ["legal_representative", "shareholder", "director"],
                "contribution": "600000",
            },
            {
                "name": "李国栋",
                "id_number": "421303198506142016",
                "phone": "13800000002",
                "posts": ["shareholder", "supervisor"],
                "contribution": "400000",
            },
        ],
    }


@dataclass
class Live:
    """The stage with its people."""

    on: Stage
    play: Play
    passwords: dict[str, str]

    @property
    def cast(self) -> Cast:
        return self.play.cast

    async def do(self, what: str, by: str, case: str = "case", **data: Any) -> Any:
        return await DEEDS[what](self.play, Deed(by, case, data, PROCEDURE))

    async def open(self, by: str = "applicant", case: str | None = None) -> str:
        """Submit a new application; returns the name the case has in this test."""
        case = case or str(uuid.uuid4())
        await self.do("submit", by, case, form=application(), files=dict(FILES))
        return case

    def number(self, case: str) -> str:
        return self.play.number(case)

    def ident(self, case: str) -> str:
        return str(self.play.cases[case]["id"])

    async def get(self, who: str, path: str) -> Any:
        return await self.cast.ask(who, "GET", path)

    async def shown(self, case: str, who: str = "") -> dict[str, Any]:
        who = who or str(self.play.cases[case]["owner"])
        found: dict[str, Any] = await self.get(who, f"/api/v1/cases/{self.number(case)}")
        return found

    async def task(self, who: str, case: str, form: str | None = None) -> dict[str, Any]:
        """The open task of this person's posts; waits until the case opened it."""

        def chosen(found: Any) -> Any:
            return next((t for t in found["items"] if form in (None, t["form"])), None)

        path = f"/api/v1/tasks?case={self.ident(case)}"
        found: dict[str, Any] = chosen(await self.cast.until(who, path, chosen))
        return found

    async def claim(self, who: str, task_id: str) -> httpx.Response:
        """Claims with the version just seen."""
        path = f"/api/v1/tasks/{task_id}"
        seen = await self.cast.call(who, "GET", path)
        tag = {"If-Match": seen.headers["ETag"]}
        return await self.cast.call(who, "POST", f"{path}/claim", headers=tag)

    async def complete(self, who: str, case: str, **answers: Any) -> Any:
        return await self.do("complete", who, case, **answers)

    async def stage_is(self, case: str, wanted: str) -> dict[str, Any]:
        path = f"/api/v1/cases/{self.number(case)}"
        owner = str(self.play.cases[case]["owner"])
        found: dict[str, Any] = await self.cast.until(owner, path, lambda c: c["stage"] == wanted)
        return found

    async def settled(self, case: str) -> None:
        """The first letter is there.

        A case that ends while a letter comes in calls it off; where time is skipped, the engine can refuse that task and
        never give it again (`test_leaving_races.py`).
        """
        letters = f"/api/v1/cases/{self.number(case)}/documents"
        await self.cast.until("applicant", letters, lambda found: found["items"])

    async def withdrawn(self, case: str) -> None:
        """The applicant withdraws."""
        await self.settled(case)
        await self.do("withdraw", "applicant", case, reason="暂不开办")
        await self.stage_is(case, "withdrawn")

    async def rows(self, sql: str, **values: Any) -> list[Any]:
        async with self.on.core.engine.connect() as connection:
            return list((await connection.execute(text(sql), values)).all())

    async def gone(self, sql: str, **values: Any) -> None:
        """Wait until there is no such row any more."""
        async with asyncio.timeout(20):
            while True:
                if not await self.rows(sql, **values):
                    return
                await asyncio.sleep(0.05)

    async def pages(self, who: str, language: str = "zh-CN") -> httpx.AsyncClient:
        """A browser without JavaScript, signed in."""
        client = httpx.AsyncClient(
            base_url=self.on.api_url,
            headers={"accept": "text/html"},
            cookies={"lang": language},
            timeout=30,
        )
        page = await client.get("/sign-in")
        form = {
            "csrf_token": csrf_of(page),
            "sign_in": who,
            "password": self.passwords[who],
            "next": "",
        }
        answer = await client.post("/sign-in", data=form)
        assert answer.status_code == 303, answer.text[:500]
        return client

    async def advance(self, to: str | timedelta) -> None:
        now = await self.on.now()
        await self.on.advance(now + to if isinstance(to, timedelta) else datetime.fromisoformat(to))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def live(module_database: str) -> AsyncIterator[Live]:
    async with stage(module_database, starts=STARTS) as on:
        passwords = await bureau.seed(on.core.engine, RING)
        yield Live(on, Play(Cast(on.http, passwords), on.twins), passwords)


__all__ = ["Answered", "Live", "application", "live"]
