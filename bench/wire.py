"""A bare HTTP/1.1 client: the driver shares two cores with what it measures, so it must cost next to nothing.

It speaks to our own API on the loopback interface only: keep-alive, JSON, answers with a content length.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    """Status and body of an answer."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """Kept connections to one server; each carries one request at a time."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: Any, headers: Mapping[str, str]) -> Answer:
        return await self._ask("POST", path, json.dumps(body).encode(), headers)

    async def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        return await self._ask("GET", path, b"", headers)

    async def _ask(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self._host}:{self._port}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if method == "POST":
            lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        while self._free:
            try:
                return await self._exchange(*self._free.pop(), request)
            except ConnectionError:
                # The server ends connections that were idle for some seconds.
                continue
        opened = await asyncio.open_connection(self._host, self._port, limit=2**20)
        return await self._exchange(*opened, request)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
    ) -> Answer:
        """Raises ConnectionError where the connection had ended before anything was answered."""
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            status, length = _head(head)
            content = await reader.readexactly(length)
        except asyncio.IncompleteReadError as ended:
            writer.close()
            raise ConnectionError("ended") from ended
        except BaseException:
            writer.close()
            raise
        self._free.append((reader, writer))
        return Answer(status, content)

    def close(self) -> None:
        """Ends the kept connections."""
        for _, writer in self._free:
            writer.close()
        self._free.clear()


def _head(head: str) -> tuple[int, int]:
    first, *lines = head.split("\r\n")
    for line in lines:
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(first.split(" ", 2)[1]), int(value)
    raise ConnectionError(f"an answer without a length: {first}")
