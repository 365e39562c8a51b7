"""What an activity knows of a case: read from SQL, never from a payload."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.contracts import RunningClock
from forms.base import ApplicationForm
from forms.registry import APPLICATIONS
from law import catalogue
from law.catalogue import Procedure
from law.offices import Office, office
from registers.clients import Registers
from storage import submissions
from storage.keys import CaseKeys
from storage.tables import CaseRow, ClockRow, FileRow, SubmissionRow


class Stored(Protocol):
    """What the store says of a file it holds."""

    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def stored_id(self) -> str: ...


class Files(Protocol):
    """The part of the file store that activities use."""

    async def put(
        self, content: bytes, *, case_id: UUID, media_type: str, retention_class: str
    ) -> Stored: ...

    async def get(self, case_id: UUID, stored_id: str) -> bytes: ...


@dataclass(frozen=True)
class Means:
    """What the composition root gives to activities."""

    engine: AsyncEngine
    keys: CaseKeys
    files: Files
    registers: Registers
    public_url: str
    trial: bool = True


@dataclass(frozen=True)
class CaseView:
    """A case as an activity sees it: rows, the newest form, its catalogue row and office."""

    means: Means
    case_id: UUID
    case: CaseRow
    submission: SubmissionRow
    form: ApplicationForm
    files: list[FileRow]
    clocks: Mapping[str, RunningClock]
    row: Procedure
    office: Office


async def load(means: Means, case_id: str) -> CaseView:
    """Raises LookupError while the case is not projected yet (the caller's retry finds it)."""
    ident = UUID(case_id)
    async with means.engine.connect() as connection:
        found = (
            await connection.execute(select(CaseRow.__table__).where(CaseRow.case_id == ident))
        ).first()
        if found is None:
            raise LookupError(f"case {case_id} is not projected")
        case = CaseRow(**found._mapping)
        submission, answers = await submissions.newest(connection, means.keys, ident)
        files = await submissions.files_of(connection, ident)
        clocks = await connection.execute(
            select(ClockRow.key, ClockRow.body).where(ClockRow.case_id == ident)
        )
        running = {key: RunningClock.model_validate(body) for key, body in clocks}
    row = catalogue.procedure(case.procedure, case.catalogue_version)
    form = APPLICATIONS[row.application].model_validate(answers)
    return CaseView(
        means=means,
        case_id=ident,
        case=case,
        submission=submission,
        form=form,
        files=files,
        clocks=running,
        row=row,
        office=office(case.office),
    )


def jsonable(answer: Any) -> dict[str, Any]:
    data: dict[str, Any] = answer.model_dump(mode="json")
    return data
