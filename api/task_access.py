"""How routes reach a task: by its office, under the claim version that the caller saw."""

from typing import Annotated, Final

from fastapi import Header, Request
from pydantic import Field
from starlette.responses import Response

from api.error_pages import answer
from api.problems import Problem
from api.security.current import StaffAtTask, StaffAtTaskOfCase
from api.security.person import Person
from api.views.tasks import etag_of
from storage import tasks
from storage.prepared import Place
from storage.tables import CaseRow, TaskRow

IfMatch = Annotated[
    str | None, Header(alias="If-Match", max_length=64, description="ETag of the claim")
]
TaskId = Annotated[str, Field(max_length=64)]
# Claims are counted one by one: no version has more digits, and the database's integer holds them.
_DIGITS: Final = 9


def version_of(text: object) -> int:
    """The claim version that a form or header says; -1, which no claim has, for what is none of ours."""
    if not isinstance(text, str) or not text.isascii() or not text.isdecimal():
        return -1
    return int(text) if len(text) <= _DIGITS else -1


def claim_version(if_match: str | None) -> int | None:
    """The claim version that a conditional request names; None for `*`.

    Raises:
        Problem: precondition_required.
    """
    if if_match is None:
        raise Problem("precondition_required")
    tag = if_match.strip()
    if tag == "*":
        return None
    digits = tag[1:-1]
    quoted = tag.startswith('"') and tag.endswith('"') and len(tag) > 2
    # A weak or foreign tag is no version of ours.
    return version_of(digits) if quoted else -1


async def task_and_case(place: Place, person: Person, task_id: str) -> tuple[TaskRow, CaseRow]:
    """The task of the person's office with its case.

    Raises:
        Problem: not_found, for a foreign one as for none.
    """
    return _own(await tasks.with_case(place, task_id), person)


def task_and_case_beside(request: Request, person: StaffAtTaskOfCase) -> tuple[TaskRow, CaseRow]:
    """As `task_and_case`, read with the person.

    Raises:
        Problem: not_found, for a foreign one as for none.
    """
    return _own(tasks.with_case_of(request.state.beside), person)


def _own(found: tuple[TaskRow, CaseRow] | None, person: Person) -> tuple[TaskRow, CaseRow]:
    if found is None or not _of_office(found[0], person):
        raise Problem("not_found")
    return found


def opened_task_beside(request: Request, person: StaffAtTask) -> tasks.Opened:
    """The task of the person's office with what its representation needs, read with the person.

    Raises:
        Problem: not_found, for a foreign one as for none.
    """
    found = tasks.opened_of(request.state.beside)
    if found is None or not _of_office(found.task, person):
        raise Problem("not_found")
    return found


def _of_office(task: TaskRow, person: Person) -> bool:
    return task.pool.partition("@")[2] == person.office


def stale(request: Request, version: int) -> Response:
    """412 with the current ETag."""
    return answer(request, Problem("stale"), {"ETag": etag_of(version)})
