"""Callbacks of the registers: signing them (twins) and believing them (our API).

The form is Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, one secret per register.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, ValidationError

from registers.errors import CallbackRejected
from registers.messages import Instant, Key, Message, Sha256

BODY_CAP = 64 * 1024
_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,10}")


class CallbackBody(Message):
    """What is signed. `request_id` is the idempotency key of our request, `request_hash` its hash."""

    request_id: Key
    request_hash: Sha256
    outcome: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,40}$")]
    payload: dict[str, Any]
    occurred_at: Instant


class RegisterCallback(CallbackBody):
    """A verified callback. `message_id` is the same at every redelivery: (register, message_id) is one act."""

    message_id: str
    sent_at: Instant


def secret_bytes(secret: str) -> bytes:
    """The key behind `whsec_…` (base64), or the text itself."""
    if secret.startswith("whsec_"):
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return secret.encode()


def sign_callback(message_id: str, timestamp: int, body: bytes, secret: str) -> str:
    """Return the value of `webhook-signature`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def verify_callback(
    headers: Mapping[str, str],
    body: bytes,
    secret: str | Sequence[str],
    now: datetime,
    tolerance: timedelta = timedelta(minutes=5),
) -> RegisterCallback:
    """Believe a callback or raise CallbackRejected.

    Args:
      headers: the request's headers, in any case.
      body: the bytes as received; never a re-serialised form.
      secret: the register's secret, or two while one is being rotated out.
      now: SQL app_now(); the sender's clock is compared with it.
      tolerance: how far the sender's timestamp may lie from `now`, either way.

    The caller still has to match `request_id` and `request_hash` with an open effect of its own.
    """
    lowered: dict[str, str] = {}
    for name, value in headers.items():
        if name.lower().startswith("webhook-") and name.lower() in lowered:
            raise CallbackRejected("header given twice")
        lowered[name.lower()] = value
    message_id = lowered.get("webhook-id", "")
    timestamp = lowered.get("webhook-timestamp", "")
    if len(body) > BODY_CAP:
        raise CallbackRejected("body too large")
    if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise CallbackRejected("headers missing or malformed")
    secrets = [secret] if isinstance(secret, str) else list(secret)
    if not _signed(message_id, int(timestamp), body, lowered.get("webhook-signature", ""), secrets):
        raise CallbackRejected("signature does not match")
    sent_at = datetime.fromtimestamp(int(timestamp), UTC)
    if abs(now - sent_at) > tolerance:
        raise CallbackRejected("timestamp outside the tolerance")
    try:
        json.loads(body, object_pairs_hook=_no_duplicates)
        parsed = CallbackBody.model_validate_json(body)
    except (ValueError, ValidationError, RecursionError) as error:
        raise CallbackRejected("body is not a callback") from error
    return RegisterCallback(**dict(parsed), message_id=message_id, sent_at=sent_at)


def _signed(
    message_id: str, timestamp: int, body: bytes, offered: str, secrets: Sequence[str]
) -> bool:
    """Compare every offered signature with every secret, in constant time and without an early exit."""
    found = False
    signatures = [s[3:] for s in offered.split(" ")[:8] if s.startswith("v1,")]
    for secret in secrets:
        expected = base64.b64decode(sign_callback(message_id, timestamp, body, secret)[3:])
        for signature in signatures:
            try:
                given = base64.b64decode(signature, validate=True)
            except (binascii.Error, ValueError):
                continue
            found |= hmac.compare_digest(given, expected)
    return found


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Two readers may pick different values of a name given twice; refuse it."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("name given twice")
    return dict(pairs)
