"""Who may call a route, declared in its signature.

    async def inbox(person: Staff) -> …
    async def decide(person: Approver) -> …
    async def export(person: Annotated[Person, has_role(Role.AUDITOR, Role.ARCHIVIST)]) -> …

The same declaration guards against forged forms, unknown query parameters and forbidden characters, so that a
route that declares its access cannot forget them, and a test finds each route that does not declare it.
"""

from typing import Annotated, Any

from fastapi import Depends

from api.security.access import PublicAccess, SignedInAccess
from api.security.person import Person, Visitor
from domain.roles import STAFF, Role
from storage.tasks import OPENED, WITH_CASE


def has_role(*roles: Role) -> Any:
    """Access for the holders of at least one of the roles."""
    names = " or ".join(role.value for role in roles)
    return Depends(SignedInAccess(names, frozenset(roles)))


Anyone = Annotated[Visitor, Depends(PublicAccess("anyone"))]
SignedIn = Annotated[Person, Depends(SignedInAccess("signed in"))]
# Also while a one-time password is still to be changed: the account's own page, and leaving.
OwnAccount = Annotated[Person, Depends(SignedInAccess("signed in", one_time=True))]
Leaving = Annotated[Visitor, Depends(PublicAccess("anyone", one_time=True))]
Staff = Annotated[Person, Depends(SignedInAccess("staff", STAFF))]
# With the task that the address names (`task_id`): all there is to see of it, or it and its case (api/task_access.py).
StaffAtTask = Annotated[Person, Depends(SignedInAccess("staff", STAFF, beside=OPENED))]
StaffAtTaskOfCase = Annotated[Person, Depends(SignedInAccess("staff", STAFF, beside=WITH_CASE))]
Applicant = Annotated[Person, has_role(Role.APPLICANT)]
Acceptor = Annotated[Person, has_role(Role.ACCEPTOR)]
Reviewer = Annotated[Person, has_role(Role.REVIEWER)]
Approver = Annotated[Person, has_role(Role.APPROVER)]
Supervisor = Annotated[Person, has_role(Role.SUPERVISOR)]
Auditor = Annotated[Person, has_role(Role.AUDITOR)]
Admin = Annotated[Person, has_role(Role.ADMIN)]
