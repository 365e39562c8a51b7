"""How routes reach a case: by any of its numbers, and only for those who may see it."""

from typing import Annotated

from pydantic import Field

from api.problems import Problem
from api.security.person import Person, Reader
from api.views.cases import CaseView, seen_with_awaited
from api.views.viewer import OVERSEERS, viewer_of
from storage import cases
from storage.prepared import Place

Number = Annotated[str, Field(max_length=96)]


async def load_case(place: Place, person: Person, number: str) -> CaseView:
    """The case by any of its numbers.

    Raises:
        Problem: not_found, for a foreign case as for none.
    """
    case_id = await cases.find_id(place, number)
    whole = await cases.whole(place, case_id) if case_id else None
    viewer = viewer_of(whole.case if whole else None, person)
    assert whole is not None, "viewer_of refuses a missing case"
    return await seen_with_awaited(place, whole, viewer)


def must_know(view: CaseView, kind: str) -> None:
    """A case whose procedure has no such act in any stage says so like one that has it in another stage.

    Raises:
        Problem: not_accepted_now.
    """
    if not any(kind in acts for acts in view.table.accepts.values()):
        raise Problem("not_accepted_now")


def office_of(person: Reader, installed: str) -> str:
    """The office whose cases a member of staff may list."""
    return installed if person.has(*OVERSEERS) else person.office
