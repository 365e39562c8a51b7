"""The demo bureau: its people, invented; passwords are made at seeding, never defaults."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from api.security import passwords
from domain.officer_certificates import CertificateKind
from domain.roles import Role
from law.offices import DEFAULT_OFFICE
from storage import accounts, officer_certificates


@dataclass(frozen=True)
class Member:
    """A person of the demo bureau, or before it."""

    sign_in: str
    name: str
    roles: tuple[Role, ...]

    @property
    def office(self) -> str:
        return DEFAULT_OFFICE if any(r.staff for r in self.roles) else ""


MEMBERS: tuple[Member, ...] = (
    Member("applicant", "周晓岚", (Role.APPLICANT,)),
    Member("applicant2", "李国栋", (Role.APPLICANT,)),
    Member("applicant3", "王秀英", (Role.APPLICANT,)),
    Member("acceptor", "刘敏", (Role.ACCEPTOR,)),
    Member("reviewer", "陈思远", (Role.REVIEWER,)),
    Member("approver", "张蕾", (Role.APPROVER,)),
    # Holds all three posts: what separation of duties must still refuse.
    Member("allround", "孙立", (Role.ACCEPTOR, Role.REVIEWER, Role.APPROVER)),
    Member("window_head", "赵国平", (Role.WINDOW_HEAD,)),
    Member("section_head", "钱慧", (Role.SECTION_HEAD,)),
    Member("registry_head", "吴建华", (Role.REGISTRY_HEAD,)),
    Member("bureau_head", "郑志强", (Role.BUREAU_HEAD,)),
    Member("inspector", "王海", (Role.INSPECTOR,)),
    Member("inspector2", "冯丽", (Role.INSPECTOR,)),
    # May propose and may decide: what separation of duties must refuse in one case.
    Member("inspecting_head", "马骁", (Role.INSPECTOR, Role.SECTION_HEAD)),
    Member("reviewing_head", "罗静", (Role.REVIEWER, Role.REGISTRY_HEAD)),
    # Accepts at the window and heads it: who let a document follow does not decide on the overrun.
    Member("counter_head", "高峰", (Role.ACCEPTOR, Role.WINDOW_HEAD)),
    Member("archivist", "何静", (Role.ARCHIVIST,)),
    Member("supervisor", "韩冰", (Role.SUPERVISOR,)),
    Member("auditor", "沈清", (Role.AUDITOR,)),
    Member("admin", "唐宁", (Role.ADMIN,)),
)


# Stories play in these years.
CERTIFIED: Final = date(2020, 1, 1), date(2039, 12, 31)
CERTIFICATES: Final = {CertificateKind.ENFORCEMENT: "鄂S13X", CertificateKind.EQUIPMENT: "鄂TS13X"}
"""What a number begins with: invented, as the people are."""

Ring = dict[str, tuple[str, str]]
"""Sign-in → password and its hash, for databases of one process that need not differ in them."""


async def seed(engine: AsyncEngine, ring: Ring | None = None) -> dict[str, str]:
    """Make the accounts that are missing; returns sign-in → password of those that were made.

    Args:
        ring: passwords to take; those that it lacks are made and added. Hashing costs more than all the rest.
    """
    made: dict[str, str] = {}
    ring = {} if ring is None else ring
    for member in MEMBERS:
        async with AsyncSession(engine) as session:
            if await accounts.find_account_id(session, member.sign_in) is not None:
                continue
            if member.sign_in not in ring:
                password = secrets.token_urlsafe(12)
                ring[member.sign_in] = password, await passwords.hashed(password)
            password, password_hash = ring[member.sign_in]
            await accounts.create_account(
                session,
                sign_in=member.sign_in,
                display_name=member.name,
                password_hash=password_hash,
                roles=frozenset(member.roles),
                office=member.office,
            )
            await session.commit()
            made[member.sign_in] = password
    await _certify(engine)
    return made


async def _certify(engine: AsyncEngine) -> None:
    """A certificate of either kind to each inspector who has none, also in a bureau that was seeded before there were any."""
    serving = [m for m in MEMBERS if Role.INSPECTOR in m.roles]
    async with AsyncSession(engine) as session:
        held = {c.sign_in for c in await officer_certificates.registered(session, DEFAULT_OFFICE)}
        for number, member in enumerate(serving, 1):
            ident = await accounts.find_account_id(session, member.sign_in)
            if ident is None or member.sign_in in held:
                continue
            for kind, prefix in CERTIFICATES.items():
                await officer_certificates.add(
                    session,
                    account_id=ident,
                    kind=kind,
                    number=f"{prefix}{number:04d}",
                    valid_from=CERTIFIED[0],
                    valid_until=CERTIFIED[1],
                    by="demo",
                )
        await session.commit()
