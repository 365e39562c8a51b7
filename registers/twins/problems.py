"""Errors of the twins as problem+json (RFC 9457); a problem never quotes what was sent."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException


class Problem(BaseModel):
    """`code` is stable; `detail` is for people, in Chinese."""

    type: str = Field(examples=["urn:banjian:register:person_barred"])
    title: str = Field(examples=["办理被拒绝"])
    status: int = Field(examples=[422])
    code: str = Field(examples=["person_barred"])
    detail: str = Field(examples=["法定代表人存在任职限制"])
    request_hash: str | None = None
    errors: list[dict[str, str]] | None = None


class Refused(Exception):
    """A rule of the register says no. `status` 422 is stored under the key, as an answer is."""

    def __init__(self, code: str, detail: str, status: int = 422) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.status = status


_TITLES = {
    400: "请求无法读取",
    401: "未通过身份核验",
    404: "没有找到",
    405: "不支持的方法",
    409: "与现状冲突",
    411: "缺少长度",
    413: "请求过大",
    415: "格式不支持",
    422: "办理被拒绝",
    503: "暂停服务",
}


def problem_body(
    status: int, code: str, detail: str, request_hash: str | None = None, **more: Any
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:banjian:register:{code}",
        "title": _TITLES.get(status, "出错"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if request_hash:
        body["request_hash"] = request_hash
    return body | more


def problem_response(
    request: Request, status: int, code: str, detail: str, **more: Any
) -> JSONResponse:
    """The hash the caller sent is echoed, so that a refusal too is bound to its request."""
    body = problem_body(status, code, detail, request.headers.get("x-request-hash"), **more)
    headers = {"Retry-After": "1"} if status == 503 else None
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: every problem it may answer."""
    return {
        status: {
            "model": Problem,
            "description": _TITLES.get(status, "出错"),
            "content": {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            },
        }
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Make every error of the application a problem."""

    @app.exception_handler(Refused)
    async def refused(request: Request, error: Refused) -> JSONResponse:
        return problem_response(request, error.status, error.code, error.detail)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        # Pointers and messages only: the input may hold an ID number.
        errors = [
            {"pointer": "/" + "/".join(str(p) for p in e["loc"][1:]), "message": str(e["msg"])}
            for e in error.errors()[:20]
        ]
        return problem_response(
            request, 422, "invalid_request", "请求内容不符合约定", errors=errors
        )

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        # Whether the effect was committed is not known here, and so not told.
        return problem_response(request, 500, "internal", "登记系统内部错误")

    @app.exception_handler(StarletteHTTPException)
    async def http_error(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return problem_response(
            request,
            error.status_code,
            f"http_{error.status_code}",
            _TITLES.get(error.status_code, "出错"),
        )
