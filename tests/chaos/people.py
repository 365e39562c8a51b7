"""People who do not give up: the same request under the same key until the system says yes or no."""

import asyncio
import json
import random
import time
import uuid
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from banjian.player.cast import Answered, Cast

WRITES = frozenset({"POST", "PATCH", "PUT", "DELETE"})
# What an answer holds that the checker will look for.
KEPT = ("receipt_no", "digest", "case_id", "application_id", "act_id", "state", "code")
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.5)


class History:
    """What the clients saw, as JSON lines: `{t, who, op, key, phase, value}`.

    Phases: invoke; ok, fail (the system said no); unknown (no answer, or one that asks to come again).
    """

    def __init__(self, path: Path | None = None) -> None:
        self.rows: list[dict[str, Any]] = []
        self._out = path.open("w", encoding="utf-8") if path else None
        self._begin = time.monotonic()
        self._counts: Counter[str] = Counter()

    def add(self, who: str, op: str, key: str, phase: str, value: Any = None) -> None:
        row = {
            "t": round(time.monotonic() - self._begin, 3),
            "who": who,
            "op": op,
            "key": key,
            "phase": phase,
            "value": value,
        }
        self.rows.append(row)
        self._counts[phase] += 1
        if self._out:
            self._out.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        if self._out:
            self._out.close()

    def count(self, phase: str) -> int:
        return self._counts[phase]


class Insistent(Cast):
    """Signs in and acts as several people, each of whom repeats what has no clear answer."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        passwords: Mapping[str, str],
        history: History,
        dice: random.Random,
    ) -> None:
        super().__init__(http, passwords)
        self.history = history
        self._dice = dice
        self._signing_in: dict[str, asyncio.Lock] = {}

    async def _sign_in(self, who: str) -> str:
        before = self._tokens.get(who)
        async with self._signing_in.setdefault(who, asyncio.Lock()):
            now = self._tokens.get(who)
            return now if now is not None and now != before else await super()._sign_in(who)

    async def call(
        self, who: str, method: str, path: str, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        writes = method in WRITES
        key = key or str(uuid.uuid4())
        op = f"{method} {path}"
        for attempt in range(10_000):
            if writes:
                self.history.add(who, op, key, "invoke", attempt)
            why: str
            try:
                response = await super().call(who, method, path, key=key, **more)
            except httpx.TransportError as error:
                why = type(error).__name__
            except Answered as refused:
                if not _again(refused.status, refused.code):
                    raise
                why = f"sign-in {refused.status} {refused.code}"
            else:
                if not _again(response.status_code, _code(response)):
                    if writes:
                        phase = "ok" if response.status_code < 400 else "fail"
                        self.history.add(who, op, key, phase, _kept(response))
                    return response
                why = f"{response.status_code} {_code(response)}"
            if writes:
                self.history.add(who, op, key, "unknown", why)
            pause = PAUSES[min(attempt, len(PAUSES) - 1)]
            await asyncio.sleep(pause * (0.5 + self._dice.random()))
        raise TimeoutError(f"{op}: {why}")


def _again(status: int, code: str) -> bool:
    return status >= 500 or status == 429 or code == "request_in_progress"


def _code(response: httpx.Response) -> str:
    if response.status_code < 400:
        return ""
    try:
        return str(response.json().get("code", ""))
    except ValueError:
        return ""


def _kept(response: httpx.Response) -> dict[str, Any]:
    value: dict[str, Any] = {"status": response.status_code}
    try:
        body = response.json() if response.content else {}
    except ValueError:
        return value
    if isinstance(body, dict):
        value |= {name: body[name] for name in KEPT if name in body}
    return value
