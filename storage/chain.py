"""The hash chain over a case's events: stored canonical bytes, never rewritten (design §5.3).

Canonical bytes hold what may stay for ever (revision, kind, instants, opaque actor, act) and a salted
digest of the sealed details. Destroying key and salts erases the person and leaves the chain whole.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.contracts import CaseEvent

SCHEMA = 1


def genesis(case_id: UUID) -> bytes:
    """What the first event of a case points back to."""
    return hashlib.sha256(b"banjian/case/1:" + case_id.bytes).digest()


def link(prev_hash: bytes, canonical: bytes) -> bytes:
    return hashlib.sha256(prev_hash + canonical).digest()


def detail_digest(salt: bytes, details: bytes) -> str:
    return hashlib.sha256(salt + details).hexdigest()


def instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds")


def canonical_json(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True)
class ChainedEvent:
    """An event ready to be stored."""

    event: CaseEvent
    canonical: bytes
    details: bytes
    salt: bytes
    prev_hash: bytes
    hash: bytes


def chain(case_id: UUID, prev_hash: bytes, events: list[CaseEvent]) -> list[ChainedEvent]:
    """Link a batch to the hash before it."""
    linked: list[ChainedEvent] = []
    for event in events:
        salt = os.urandom(32)
        details = canonical_json(
            event.model_dump(mode="json", include={"actor", "data", "internal", "changes"})
        )
        canonical = canonical_json(
            {
                "schema": SCHEMA,
                "case": str(case_id),
                "revision": event.revision,
                "kind": event.kind,
                "at": instant(event.at),
                "processed_at": instant(event.processed_at),
                "actor": event.actor.person_id,
                "act": event.act_id,
                "details": detail_digest(salt, details),
            }
        )
        this = link(prev_hash, canonical)
        linked.append(ChainedEvent(event, canonical, details, salt, prev_hash, this))
        prev_hash = this
    return linked
