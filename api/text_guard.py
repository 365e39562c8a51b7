"""Characters that no text of ours may hold: NUL and lone surrogates (neither PostgreSQL nor UTF-8 can carry them).

JSON is looked into only when its bytes could hold one, so that an ordinary request is not parsed twice.
"""

import json
import re
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from fastapi import Request
from starlette.datastructures import FormData, UploadFile

from api.i18n import gettext as _
from api.problems import FieldError, Problem
from api.validation_messages import pointer

MAX_DEPTH: Final = 32
MAX_FIELDS: Final = 1000
MAX_REPORTED: Final = 20
_FORBIDDEN: Final = re.compile("[\x00\ud800-\udfff]")
# Escapes that can make one (NUL, a surrogate) and the three constants that are not JSON.
_SUSPECT: Final = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])|NaN|Infinity")


def allowed(text: str) -> bool:
    """Whether the text can be stored and shown."""
    return _FORBIDDEN.search(text) is None


def too_deep(body: bytes) -> bool:
    """Whether brackets outside strings nest deeper than MAX_DEPTH."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth, in_string, escaped = 0, False, False
    for byte in body:
        if in_string:
            if escaped:
                escaped = False
            elif byte == 0x5C:
                escaped = True
            elif byte == 0x22:
                in_string = False
        elif byte == 0x22:
            in_string = True
        elif byte in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                return True
        elif byte in b"]}":
            depth -= 1
    return False


def _forbidden_in(value: Any, path: tuple[object, ...], found: list[FieldError]) -> None:
    if len(found) >= MAX_REPORTED:
        return
    if isinstance(value, str):
        if not allowed(value):
            found.append(_error(pointer(path)))
    elif isinstance(value, dict):
        for key, inner in value.items():
            if not allowed(key):
                # The key itself cannot be written into the answer.
                found.append(_error(pointer(path)))
            else:
                _forbidden_in(inner, (*path, key), found)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _forbidden_in(inner, (*path, index), found)


def _error(where: str = "", *, parameter: str = "") -> FieldError:
    message = _("含有空字符或残缺字符，请删除后重新输入")
    return FieldError(message, pointer=where, parameter=parameter)


def _not_json(constant: str) -> Any:
    raise ValueError(constant)


def check_json(body: bytes) -> None:
    """Refuses bytes that are not UTF-8, nest absurdly, or hold a forbidden character.

    Broken JSON that passes here is refused where it is parsed.

    Raises:
        Problem: invalid_encoding, malformed_body, forbidden_characters.
    """
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Problem("invalid_encoding") from error
    if too_deep(body):
        raise Problem("malformed_body")
    if not _SUSPECT.search(body):
        return
    try:
        value = json.loads(body, parse_constant=_not_json)
    except ValueError as error:
        raise Problem("malformed_body") from error
    found: list[FieldError] = []
    _forbidden_in(value, (), found)
    if found:
        raise Problem("forbidden_characters", errors=found)


def check_urlencoded(encoded: bytes, *, body: bool) -> None:
    """Refuses a form body or query string that is not UTF-8 or holds a forbidden character.

    Raises:
        Problem: invalid_encoding, malformed_body, forbidden_characters.
    """
    if encoded.count(b"&") >= MAX_FIELDS:
        raise Problem("malformed_body")
    for pair in encoded.split(b"&"):
        try:
            text = unquote_to_bytes(pair).decode("utf-8")
        except UnicodeDecodeError as error:
            raise Problem("invalid_encoding") from error
        if not allowed(text):
            name, _equals, value = text.partition("=")
            named = name if allowed(name) and value else ""
            where = _error(pointer((named,))) if body else _error(parameter=named)
            raise Problem("forbidden_characters", errors=[where])


async def check_form(request: Request) -> None:
    """Refuses a multipart form with a forbidden character in a name, a text or a file's name.

    Raises:
        Problem: forbidden_characters.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        return
    form: FormData = await request.form()
    for name, value in form.multi_items():
        text = (value.filename or "") if isinstance(value, UploadFile) else value
        if not (allowed(name) and allowed(text)):
            where = pointer((name,)) if allowed(name) else ""
            raise Problem("forbidden_characters", errors=[_error(where)])
