"""Who looks at a case, and what that lets them see. A foreign case is as missing as an unknown one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from api.problems import Problem
from api.security.person import Person, Reader
from domain.roles import Role
from storage.tables import CaseRow

Audience = Literal["applicant", "staff", "public"]
# Supervision and audit read every case of the installation.
OVERSEERS = frozenset({Role.AUDITOR, Role.ADMIN, Role.SUPERVISOR})


@dataclass(frozen=True)
class Viewer:
    """The reader of one case.

    Attributes:
        audience: applicant (the case's own), staff of its office, or the public with a code.
        now: app_now() of the request; every "still n days" is counted from it.
    """

    audience: Audience
    person: Person | None
    now: datetime

    @property
    def staff(self) -> bool:
        return self.audience == "staff"

    @property
    def own(self) -> bool:
        return self.audience == "applicant"

    @property
    def person_id(self) -> str:
        return str(self.person.id) if self.person else ""


class Owned(Protocol):
    """A case, or what belongs to one: whose it is, and which office's."""

    @property
    def owner(self) -> str: ...
    @property
    def office(self) -> str: ...


def audience_of(case: Owned, person: Reader) -> Audience | None:
    """How the person stands to the case; None for a stranger."""
    if case.owner == str(person.id):
        return "applicant"
    if person.staff and (person.office == case.office or person.has(*OVERSEERS)):
        return "staff"
    return None


def viewer_of(case: CaseRow | None, person: Person) -> Viewer:
    """Raises Problem not_found for a missing and for a foreign case alike."""
    audience = audience_of(case, person) if case is not None else None
    if audience is None:
        raise Problem("not_found")
    return Viewer(audience, person, person.now)
