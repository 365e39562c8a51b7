"""Recorded engine histories of invented cases, with what opens their sealed payloads."""

import base64
import gzip
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from temporalio.client import WorkflowHistory
from temporalio.converter import DataConverter

from banjian.commands.replay import replayer_of
from domain import signing
from law import calendars
from law.calendars import CalendarEdition, default_calendars
from storage.codec import data_converter
from storage.keys import KEY_BYTES, CaseKeys, Cipher

FOLDER = Path(__file__).parent / "histories"
MAX_BYTES = 60_000
SUFFIX = ".json.gz"


class Recorded(BaseModel):
    """One engine history (one run of one case) and the keys of that invented case alone."""

    model_config = ConfigDict(extra="forbid")

    procedure: str
    scenario: str
    stage: str
    """Where the case stood when it was recorded."""
    closed: bool
    case_id: UUID
    data_key: str
    """base64; it opens this one case's payloads and nothing else."""
    signers: dict[str, str]
    """Key id → public key (base64): a replayed case verifies acts that it took from the inbox."""
    history: dict[str, Any]

    def workflow_history(self) -> WorkflowHistory:
        return WorkflowHistory.from_json(str(self.case_id), self.history)

    def converter(self) -> DataConverter:
        return data_converter(OneCase(self.case_id, base64.b64decode(self.data_key)))

    def packed(self) -> bytes:
        return gzip.compress(
            json.dumps(self.model_dump(mode="json"), sort_keys=True).encode(), 9, mtime=0
        )


class OneCase(CaseKeys):
    """The data key of one recorded case; there is no database behind it."""

    def __init__(self, case_id: UUID, key: bytes) -> None:
        self._case_id = case_id
        self._cipher = Cipher(key)
        self.installation = Cipher(bytes(KEY_BYTES))

    def cached(self, case_id: UUID) -> Cipher | None:
        return self._cipher if case_id == self._case_id else None

    async def cipher(self, case_id: UUID) -> Cipher:
        raise LookupError(f"no key of case {case_id} was recorded")


def files() -> list[Path]:
    return sorted(FOLDER.rglob(f"*{SUFFIX}"))


def label(path: Path) -> str:
    """`<stem>/<name>` as tests and messages call it."""
    return f"{path.parent.name}/{path.name.removesuffix(SUFFIX)}"


def load(path: Path) -> Recorded:
    return Recorded.model_validate_json(gzip.decompress(path.read_bytes()))


@contextmanager
def trusting(signers: Mapping[str, str]) -> Iterator[None]:
    """Believe the recorded installation's signatures, and afterwards whatever was believed before."""
    before, narrow = dict(signing._trusted), set(signing._system_only)
    try:
        for key_id, public in signers.items():
            signing.trust(key_id, base64.b64decode(public), system_only=key_id == "system")
        yield
    finally:
        signing._trusted.clear()
        signing._trusted.update(before)
        signing._system_only.clear()
        signing._system_only.update(narrow)


@contextmanager
def knowing_only_shipped() -> Iterator[None]:
    """A history carries the editions that were published while its case ran: another installation's by the same name are
    not known to it, and its own to nobody afterwards."""
    before = dict(calendars._learned)
    try:
        _know({})
        yield
    finally:
        _know(before)


def _know(editions: Mapping[str, CalendarEdition]) -> None:
    calendars._learned.clear()
    calendars._learned.update(editions)
    calendars._from_pins.cache_clear()


async def replay(recorded: Recorded, *procedures: type) -> Exception | None:
    """Replay against this code (or against the given workflows); what it stumbles over, if anything."""
    # Worked out before the first workflow task, which has two seconds (as a worker does).
    default_calendars()
    replayer = replayer_of(recorded.converter(), procedures)
    with trusting(recorded.signers), knowing_only_shipped():
        result = await replayer.replay_workflow(
            recorded.workflow_history(), raise_on_replay_failure=False
        )
    return result.replay_failure
