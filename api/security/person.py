"""The person behind a request."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from domain.contracts import Actor
from domain.roles import Role

SessionKind = Literal["browser", "bearer"]


@dataclass(frozen=True, slots=True)
class SignInSession:
    """The sign-in a request came with. `id_hash` is the digest of its secret token."""

    id_hash: bytes
    public_id: UUID
    kind: SessionKind
    csrf_secret: bytes
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose rights decide what is read: somebody signed in, or the owner of a calendar's secret address.

    Attributes:
        now: app_now() at which this request was authenticated; the page's data time.
    """

    id: UUID
    roles: frozenset[Role]
    office: str
    now: datetime

    @property
    def staff(self) -> bool:
        """Whether the person belongs to the bureau."""
        return any(role.staff for role in self.roles)

    def has(self, *roles: Role) -> bool:
        """Whether the person holds at least one of the roles."""
        return not self.roles.isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class Person(Reader):
    """Somebody signed in."""

    sign_in: str
    display_name: str
    session: SignInSession
    # The password was generated for this person: nothing is open but the page that changes it.
    one_time: bool = False
    # Numbers of the inspector's certificates (执法证件) that hold at `now`.
    certificates: tuple[str, ...] = ()

    @property
    def actor(self) -> Actor:
        """The person as the case knows them, before the claim version is filled in."""
        return Actor(
            person_id=str(self.id),
            name=self.display_name,
            roles=sorted(role.value for role in self.roles),
            office=self.office,
            certificates=list(self.certificates),
        )


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks a public route: signed in or not."""

    person: Person | None
    now: datetime
