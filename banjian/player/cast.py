"""People of a story at the API: each signs in and acts as that person, over HTTP."""

import asyncio
import uuid
from collections.abc import Mapping
from typing import Any

import httpx


class Answered(Exception):
    """The API refused: carries the problem document."""

    def __init__(self, response: httpx.Response) -> None:
        self.status = response.status_code
        try:
            self.problem: dict[str, Any] = response.json()
        except ValueError:
            self.problem = {"code": f"http_{response.status_code}", "detail": response.text[:300]}
        super().__init__(f"{self.status} {self.code}: {self.problem.get('detail', '')}")

    @property
    def code(self) -> str:
        return str(self.problem.get("code", ""))


class Cast:
    """Sign-ins of the story and their sessions. A session that time ended is opened anew."""

    def __init__(self, http: httpx.AsyncClient, passwords: Mapping[str, str]) -> None:
        self._http = http
        self._passwords = passwords
        self._tokens: dict[str, str] = {}

    async def _sign_in(self, who: str) -> str:
        answer = await self._http.post(
            "/api/v1/sessions", json={"sign_in": who, "password": self._passwords[who]}
        )
        if answer.status_code != 201:
            raise Answered(answer)
        token: str = answer.json()["token"]
        self._tokens[who] = token
        return token

    async def call(
        self, who: str, method: str, path: str, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """One call as the person; a 401 is answered by signing in again, once."""
        headers = dict(more.pop("headers", {}))
        if method in {"POST", "PATCH", "PUT", "DELETE"}:
            headers.setdefault("Idempotency-Key", key or str(uuid.uuid4()))
        for fresh in (False, True):
            token = await self._sign_in(who) if fresh else self._tokens.get(who)
            if token is None:
                continue
            headers["Authorization"] = f"Bearer {token}"
            response = await self._http.request(method, path, headers=headers, **more)
            if response.status_code != 401:
                return response
        return response

    async def ask(self, who: str, method: str, path: str, **more: Any) -> Any:
        """The JSON of a successful call. Raises Answered."""
        response = await self.call(who, method, path, **more)
        if response.status_code >= 400:
            raise Answered(response)
        return response.json() if response.content else None

    async def until(self, who: str, path: str, ready: Any, *, seconds: float = 20.0) -> Any:
        """Ask again until the answer is as wanted; a case works beside us. Raises TimeoutError."""

        async def poll() -> Any:
            while True:
                found = await self.ask(who, "GET", path)
                if ready(found):
                    return found
                await asyncio.sleep(0.05)

        return await asyncio.wait_for(poll(), seconds)
