"""How routes reach a case: by any of its numbers, and only for those who may see it."""

from typing import Annotated

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from api.problems import Problem
from api.security.person import Person
from api.views.cases import CaseView, view_of
from api.views.viewer import OVERSEERS, viewer_of
from storage import cases

Number = Annotated[str, Field(max_length=96)]


async def load_case(connection: AsyncConnection, person: Person, number: str) -> CaseView:
    """The case by any of its numbers.

    Raises:
        Problem: not_found, for a foreign case as for none.
    """
    case = await cases.find(connection, number)
    viewer = viewer_of(case, person)
    assert case is not None, "viewer_of refuses a missing case"
    return await view_of(connection, case, viewer)


def must_know(view: CaseView, kind: str) -> None:
    """A case whose procedure has no such act in any stage says so like one that has it in another stage.

    Raises:
        Problem: not_accepted_now.
    """
    if not any(kind in acts for acts in view.table.accepts.values()):
        raise Problem("not_accepted_now")


def office_of(person: Person, installed: str) -> str:
    """The office whose cases a member of staff may list."""
    return installed if person.has(*OVERSEERS) else person.office
