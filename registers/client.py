"""The base of every register client: how a request is sent, bound, and its answer believed."""

import asyncio
import hashlib
import hmac
import json
import re
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import SecretStr, ValidationError

from registers.errors import OutcomeUnknown, RegisterRefused, RegisterUnavailable, WrongAnswer
from registers.messages import Answered, Effect, Message, Query, Register, canonical, sha256_hex
from registers.requests import Stored

A = TypeVar("A", bound=Message)

JSON_CAP = 2 * 1024 * 1024
CONTENT_CAP = 20 * 1024 * 1024
NO_BODY = sha256_hex(b"")

_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:~-]{7,127}")

# Statuses that say: not now, and nothing was done.
_BUSY = {408, 425, 429, 503}
# A gateway that gave up says nothing about the register behind it.
_GATEWAY = {500, 502, 504}
# A register may close a kept connection just when it is used again. Nobody knows then whether the request
# was read, so only what has no effect is sent once more (RFC 9112, 9.3.1).
_CLOSED_UNDER_US = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)


@dataclass(frozen=True)
class Endpoint:
    """Where one register answers and how we prove who we are. Times in seconds; `total` bounds one call."""

    base_url: str
    api_key: SecretStr
    auth: Literal["bearer", "hmac"] = "bearer"
    connect_timeout: float = 3.0
    total_timeout: float = 10.0


@dataclass(frozen=True)
class _Reply:
    status: int
    media_type: str
    headers: httpx.Headers
    body: bytes


def hmac_credential(api_key: str, method: str, path: str, key: str, request_hash: str) -> str:
    """No timestamp on purpose: the key makes a replayed effect harmless and its answer is the same."""
    signed = f"{method}\n{path}\n{key}\n{request_hash}".encode()
    return hmac.new(api_key.encode(), signed, hashlib.sha256).hexdigest()


class RegisterClient:
    """One register over HTTP. Never follows a redirect, never reads more than its cap, never logs a body."""

    register: Register

    def __init__(self, endpoint: Endpoint, http: httpx.AsyncClient) -> None:
        self._endpoint = endpoint
        self._http = http
        self._base = endpoint.base_url.rstrip("/")

    async def ask(self, query: Query[A]) -> A:
        """Ask a question without effect; a lost answer is only `RegisterUnavailable`."""
        body = canonical(query)
        reply = await self._send("POST", query.path, body, key=None)
        return cast(A, self._answer(reply, query.answer, sha256_hex(body), key=None))

    async def perform(self, effect: Effect[A], *, key: str) -> A:
        """Send an effect once. After `OutcomeUnknown` or `WrongAnswer` use `settle`, not this."""
        _check_key(key)
        body = canonical(effect)
        reply = await self._send("POST", effect.path, body, key=key)
        answer = cast(A, self._answer(reply, effect.answer, sha256_hex(body), key=key))
        return self._of_case(effect, answer)

    async def find(self, effect: Effect[A], *, key: str) -> A | None:
        """Ask before a retry: the stored answer to `key`, or None when the register never did it.

        Raises RegisterRefused where the stored answer is a refusal, or is another request's answer.
        """
        _check_key(key)
        reply = await self._send("GET", f"/requests/{key}", None, key=None)
        if reply.status == 404 and self._problem(reply)["code"] == "request_unknown":
            return None
        request_hash = sha256_hex(canonical(effect))
        answer = cast(A, self._answer(reply, effect.answer, request_hash, key=key))
        return self._of_case(effect, answer)

    async def settle(self, effect: Effect[A], *, key: str) -> A:
        """`find`, and only where nothing is found, `perform`: the way to retry anything unknown."""
        found = await self.find(effect, key=key)
        return found if found is not None else await self.perform(effect, key=key)

    async def _fetch(self, path: str, name: str, answer: type[A]) -> A | None:
        reply = await self._send("GET", f"{path}/{segment(name)}", None, key=None)
        if reply.status == 404 and self._problem(reply)["code"].endswith("_unknown"):
            return None
        return cast(A, self._answer(reply, answer, NO_BODY, key=None))

    async def _read(self, path: str, answer: type[A]) -> A:
        """A list of the register; a lost answer is only `RegisterUnavailable`."""
        reply = await self._send("GET", path, None, key=None)
        return cast(A, self._answer(reply, answer, NO_BODY, key=None))

    async def _put_content(self, data: bytes, media_type: str) -> str:
        """Contents are addressed by their hash, so a repeated PUT is the same PUT."""
        digest = sha256_hex(data)
        reply = await self._send(
            "PUT", f"/contents/{digest}", data, key=None, media_type=media_type
        )
        stored = cast(Stored, self._answer(reply, Stored, digest, key=None))
        if (stored.sha256, stored.size) != (digest, len(data)):
            raise self._wrong("content_hash", "登记系统收到的文件与摘要不符")
        return digest

    async def _get_content(self, path: str, sha256: str) -> bytes:
        reply = await self._send("GET", path, None, key=None, cap=CONTENT_CAP)
        if reply.status != 200:
            self._raise_problem(reply, NO_BODY, key=None)
        if sha256_hex(reply.body) != sha256:
            raise self._wrong("content_hash", "返回的文件与摘要不符")
        return reply.body

    async def _send(
        self,
        method: str,
        path: str,
        body: bytes | None,
        *,
        key: str | None,
        media_type: str = "application/json",
        cap: int = JSON_CAP,
    ) -> _Reply:
        url = self._base + path
        request_hash = sha256_hex(body or b"")
        headers = {
            "Accept": "application/json, application/problem+json, application/pdf, */*;q=0.1"
        }
        headers["X-Request-Hash"] = request_hash
        # A compressed answer could be small on the wire and huge in memory.
        headers["Accept-Encoding"] = "identity"
        if key is not None:
            headers["Idempotency-Key"] = key
        if body is not None:
            headers["Content-Type"] = media_type
        headers["Authorization"] = self._credential(method, url, key or "", request_hash)
        timeout = httpx.Timeout(
            self._endpoint.total_timeout, connect=self._endpoint.connect_timeout
        )
        request = self._http.build_request(
            method, url, headers=headers, content=body, timeout=timeout
        )
        try:
            async with asyncio.timeout(self._endpoint.total_timeout):
                return await self._receive(request, cap, may_repeat=key is None)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise RegisterUnavailable(
                self.register, "unreachable", "登记系统无法连接,请求未送达"
            ) from error
        except (httpx.HTTPError, TimeoutError) as error:
            if key is None:
                raise RegisterUnavailable(
                    self.register, "no_answer", "登记系统未在时限内答复"
                ) from error
            raise OutcomeUnknown(
                self.register, "answer_lost", "请求已发出但未收到答复,结果待查"
            ) from error

    async def _receive(self, request: httpx.Request, cap: int, *, may_repeat: bool) -> _Reply:
        try:
            response = await self._http.send(request, stream=True, follow_redirects=False)
        except _CLOSED_UNDER_US:
            if not may_repeat:
                raise
            response = await self._http.send(request, stream=True, follow_redirects=False)
        try:
            chunks: list[bytes] = []
            size = 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > cap:
                    raise self._wrong("oversized", "答复超过允许的大小")
                chunks.append(chunk)
        finally:
            await response.aclose()
        media_type = response.headers.get("content-type", "").split(";")[0].strip().lower()
        return _Reply(response.status_code, media_type, response.headers, b"".join(chunks))

    def _credential(self, method: str, url: str, key: str, request_hash: str) -> str:
        secret = self._endpoint.api_key.get_secret_value()
        if self._endpoint.auth == "bearer":
            return f"Bearer {secret}"
        path = httpx.URL(url).raw_path.decode("ascii")
        return f"HMAC-SHA256 {hmac_credential(secret, method, path, key, request_hash)}"

    def _answer(
        self, reply: _Reply, answer: type[Message], request_hash: str, key: str | None
    ) -> Message:
        if reply.status != 200:
            self._raise_problem(reply, request_hash, key)
        if reply.media_type != "application/json" or reply.headers.get("content-encoding"):
            raise self._wrong("media_type", "答复不是约定的格式")
        try:
            envelope = Answered.model_validate_json(reply.body)
        except ValidationError as error:
            raise self._wrong("schema", "答复的结构与约定不符") from error
        if envelope.request_id != key:
            raise self._wrong("other_request", "答复属于另一个请求")
        if not hmac.compare_digest(envelope.request_hash, request_hash):
            raise self._wrong("other_hash", "答复与请求的摘要不符")
        try:
            return answer.model_validate_json(json.dumps(envelope.result))
        except ValidationError as error:
            raise self._wrong("schema", "答复的结构与约定不符") from error

    def _of_case(self, effect: Effect[A], answer: A) -> A:
        if getattr(answer, "case_ref", effect.case_ref) != effect.case_ref:
            raise self._wrong("other_case", "答复属于另一个案件")
        return answer

    def _problem(self, reply: _Reply) -> dict[str, Any]:
        try:
            problem = json.loads(reply.body)
        except ValueError as error:
            raise self._wrong("media_type", "答复不是约定的格式") from error
        if (
            reply.media_type != "application/problem+json"
            or not isinstance(problem, dict)
            or not isinstance(problem.get("code"), str)
            or not isinstance(problem.get("detail"), str)
        ):
            raise self._wrong("schema", "错误答复的结构与约定不符")
        return problem

    def _raise_problem(self, reply: _Reply, request_hash: str, key: str | None) -> None:
        """Turn a status other than 200 into the error the caller has a duty for."""
        status = reply.status
        if status in _BUSY:
            raise RegisterUnavailable(
                self.register, f"status_{status}", "登记系统暂停服务", _retry_after(reply)
            )
        if status in _GATEWAY and key is not None:
            raise OutcomeUnknown(self.register, f"status_{status}", "登记系统出错,结果待查")
        if status >= 500:
            raise RegisterUnavailable(self.register, f"status_{status}", "登记系统出错")
        if status < 400:
            raise self._wrong(f"status_{status}", "答复的状态不在约定之内")
        problem = self._problem(reply)
        if problem["code"] == "in_progress":
            raise RegisterUnavailable(self.register, "in_progress", "同一请求正在办理", 1.0)
        # A refusal ends the effect, so it must be provably ours, as a success must.
        if status == 422 and problem.get("request_hash") != request_hash:
            raise self._wrong("other_hash", "答复与请求的摘要不符")
        raise RegisterRefused(self.register, problem["code"], problem["detail"])

    def _wrong(self, code: str, message_zh: str) -> WrongAnswer:
        return WrongAnswer(self.register, code, message_zh)


def _check_key(key: str) -> None:
    if not _KEY.fullmatch(key):
        raise ValueError("not an idempotency key: 8 to 128 of A-Z a-z 0-9 . _ : ~ -")


def segment(text: str) -> str:
    """One segment of a path, whatever the caller was handed."""
    return quote(text, safe="")


def _retry_after(reply: _Reply) -> float | None:
    value = reply.headers.get("retry-after", "")
    return float(value) if value.isdigit() else None
