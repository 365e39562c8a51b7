"""Routes that several registers have alike: asking what was answered, and handing in contents."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.messages import Envelope, Key, Register, Sha256, sha256_hex
from registers.requests import Stored
from registers.twins.database import app_now, one
from registers.twins.faults import after
from registers.twins.gate import Call, reads, stored_answer
from registers.twins.problems import Refused, documented
from registers.twins.schema import contents

_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}


def add_find(router: APIRouter, register: Register, answer: Any) -> None:
    @router.get(
        "/requests/{key}",
        operation_id=f"find{register.value.title()}Request",
        summary="按请求编号查询已作出的答复",
        description="Ask before a retry: the stored answer to an Idempotency-Key, or 404.",
        response_model=answer,
        responses=documented(400, 401, 404, 409, 422, 503),
    )
    async def find(
        key: Annotated[Key, Path(examples=["case-0001.register.1"])],
        call: Annotated[Call, Depends(reads(register, "find"))],
    ) -> Response:
        return await stored_answer(call, key)


def add_contents(router: APIRouter, register: Register, media_type: str, magic: bytes) -> None:
    """PUT a file under its SHA-256; `magic` is how such a file begins."""

    @router.put(
        "/contents/{sha256}",
        operation_id=f"put{register.value.title()}Content",
        summary="提交文件(以摘要为编号)",
        response_model=Envelope[Stored],
        responses=documented(400, 401, 411, 413, 415, 422, 503),
        openapi_extra={"requestBody": {"required": True, "content": {media_type: _BINARY}}},
    )
    async def put(
        sha256: Sha256, request: Request, call: Annotated[Call, Depends(reads(register, "put"))]
    ) -> Response:
        data = await request.body()
        if not data.startswith(magic):
            raise Refused("wrong_format", "文件格式不符", status=415)
        if sha256_hex(data) != sha256:
            raise Refused("digest_mismatch", "文件与摘要不符")
        async with call.engine.begin() as connection:
            await store_content(connection, data, media_type)
        return call.answer(Stored(sha256=sha256, size=len(data)))


async def store_content(connection: AsyncConnection, data: bytes, media_type: str) -> str:
    digest = sha256_hex(data)
    await connection.execute(
        insert(contents)
        .values(
            sha256=digest,
            media_type=media_type,
            data=data,
            stored_at=await app_now(connection),
        )
        .on_conflict_do_nothing()
    )
    return digest


async def load_content(connection: AsyncConnection, sha256: str) -> bytes | None:
    row = await one(connection, select(contents.c.data).where(contents.c.sha256 == sha256))
    return None if row is None else bytes(row["data"])


def add_content_reading(router: APIRouter, register: Register, media_type: str) -> None:
    @router.get(
        "/contents/{sha256}",
        operation_id=f"get{register.value.title()}Content",
        summary="取回文件",
        response_class=Response,
        responses=documented(400, 401, 404, 422, 503)
        | {200: {"description": "文件", "content": {media_type: _BINARY}}},
    )
    async def get(
        sha256: Sha256, call: Annotated[Call, Depends(reads(register, "content"))]
    ) -> Response:
        async with call.engine.connect() as connection:
            data = await load_content(connection, sha256)
        if data is None:
            raise Refused("content_unknown", "没有此文件", status=404)
        return after(call.hits, Response(data, media_type=media_type))
