"""The names of a prefecture (名称库): what a proposed one collides with, and holding one.

Holding is decided by the database: two people after the same name wait for each other on the locks of its SAME
keys, and the second finds the first one's row. The unique index on what is on hold stands behind that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from law.names.compare import Hit, identical, rule_between
from law.names.holders import HolderState, Relation, exempt
from law.names.keys import probe_keys, same_keys
from law.names.model import Core, Name
from law.names.rules import Effect, Rule
from storage.names_rows import (
    COLUMNS,
    add_keys,
    columns_of,
    core_of,
    drop_keys,
    hashed,
    insert_name,
    read_again,
    same_key,
)

# Still in somebody's way now: held, on hold, or given up less than a year ago (by Shanghai date).
BARS = """
(n.state IN ('registered', 'pending')
 OR (n.state = 'reserved' AND n.held_until > (SELECT app_now()))
 OR (n.state IN ('deregistered', 'renamed', 'revoked')
     AND n.barred_until >= ((SELECT app_now()) AT TIME ZONE 'Asia/Shanghai')::date))
"""
FIND = text(
    f"SELECT {COLUMNS} FROM names AS n"  # noqa: S608  # constants of this module
    " WHERE n.id IN (SELECT k.name_id FROM name_keys AS k WHERE k.key = ANY(CAST(:keys AS bigint[])))"
    f" AND n.jurisdiction = :jurisdiction AND {BARS}"
)
LAPSE_SAME = text(
    "UPDATE names SET state = 'lapsed' WHERE state = 'reserved' AND held_until <= app_now()"
    " AND jurisdiction = :jurisdiction AND same_key = :same_key RETURNING id, case_id"
)
LIVE = frozenset(s.value for s in HolderState if s.live)
LOCK = text("SELECT pg_advisory_xact_lock(:key)")


@dataclass(frozen=True, slots=True)
class HeldName:
    """A name that bars others now. `holder`: credit code of a registered entity; `case_id`: of what is on hold."""

    id: int
    text: str
    seat: str
    core: Core
    state: HolderState
    holder: str | None
    case_id: UUID | None
    held_until: datetime | None
    barred_until: date | None

    def hit(self, rule: Rule, new: Name) -> Hit:
        """For its explanation; the name is read again, which a comparison never needs."""
        return Hit(rule, new, read_again(self.text, self.seat, self.core.trade))


@dataclass(frozen=True, slots=True)
class Collision:
    """A held name, and the rule by which the proposed one collides with it."""

    rule: Rule
    held: HeldName

    @property
    def effect(self) -> Effect:
        return self.rule.effect


class NameTaken(Exception):
    """The name is the same as one that is held. `collisions`: those that block, possibly one that came just now."""

    def __init__(self, collisions: Sequence[Collision]) -> None:
        super().__init__("、".join(c.held.text for c in collisions))
        self.collisions = tuple(collisions)


class CommitmentNeeded(Exception):
    """The name is similar to others, and the applicant has not promised to answer for it (art. 16)."""

    def __init__(self, collisions: Sequence[Collision]) -> None:
        super().__init__("、".join(c.held.text for c in collisions))
        self.collisions = tuple(collisions)


class HoldEnded(Exception):
    """The case held a name, and does no longer: `state` says why. A new hold needs a new case."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class QuotaUsed(Exception):
    """The person already has as many names on hold as one may have."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self.most = most


@dataclass(frozen=True, slots=True)
class OnHold:
    """A name on hold for a case.

    `similar`: what it is near to. `lapsed`: cases whose reservation of it was over and that this hold ended; their
    workflows are to be told. A repeated hold tells neither again.
    """

    id: int
    text: str
    state: HolderState
    held_until: datetime | None
    similar: tuple[Collision, ...] = ()
    lapsed: tuple[UUID, ...] = ()


async def collisions(
    connection: AsyncConnection,
    name: Name,
    *,
    jurisdiction: str,
    relations: Mapping[str, Relation] | None = None,
    own_case: UUID | None = None,
) -> tuple[Collision, ...]:
    """Every held name that the proposed one is the same as or similar to, SAME first, then by its text.

    Args:
        connection: reads only.
        name: the proposed name.
        jurisdiction: code of the prefecture whose registrars are compared as one.
        relations: what ties the applicant to a holder, by credit code; article 17 lets the name pass then, but never
            the identical one while its holder bears it.
        own_case: the case whose own hold is left out.
    """
    core = name.core
    keys = sorted({hashed(k) for k in probe_keys(core)})
    rows = await connection.execute(FIND, {"keys": keys, "jurisdiction": jurisdiction})
    found = []
    for row in rows.mappings():
        if own_case is not None and row["case_id"] == own_case:
            continue
        old = core_of(row)
        rule = rule_between(core, old)
        if rule is None:
            continue
        state = HolderState(row["state"])
        relation = (relations or {}).get(row["holder"] or "", Relation.NONE)
        if exempt(state, relation) and not (state.live and identical(core, old)):
            continue
        found.append(Collision(rule, _held(row, old, state)))
    found.sort(key=lambda c: (c.effect is not Effect.SAME, c.held.text, c.held.id))
    return tuple(found)


async def hold(
    connection: AsyncConnection,
    name: Name,
    *,
    jurisdiction: str,
    seat: str,
    case_id: UUID,
    person: str,
    until: datetime | None,
    committed: bool,
    relations: Mapping[str, Relation] | None = None,
    most: int | None = None,
) -> OnHold:
    """Puts the name on hold for a case: reserved until an instant, or pending (`until` None). Safe to repeat.

    The caller's transaction decides; nothing is held before it commits.

    Raises:
        NameTaken: the same name is held, or was taken a moment ago.
        CommitmentNeeded: it is similar to others and `committed` is False.
        QuotaUsed: the person has `most` reservations already.
        HoldEnded: the case held a name before, and it was released or lapsed.
    """
    known = await _of_case(connection, case_id)
    if known is not None:
        return known
    core = name.core
    locks = [f"lock:{jurisdiction}:{k}" for k in same_keys(core)]
    if most is not None:
        locks.append(f"person:{person}")
    # One order for everybody: two that want several of the same locks never wait for each other in a ring.
    for key in sorted(map(hashed, locks)):
        await connection.execute(LOCK, {"key": key})
    if (known := await _of_case(connection, case_id)) is not None:
        return known
    if most is not None and await reservations_of(connection, person) >= most:
        raise QuotaUsed(most)
    free_again = {"jurisdiction": jurisdiction, "same_key": same_key(core)}
    lapsed = (await connection.execute(LAPSE_SAME, free_again)).all()
    for row in lapsed:
        await drop_keys(connection, row.id)
    every = await collisions(connection, name, jurisdiction=jurisdiction)
    hits = every
    if relations:
        hits = await collisions(connection, name, jurisdiction=jurisdiction, relations=relations)
    blocking = [c for c in hits if c.effect is Effect.SAME]
    if blocking:
        raise NameTaken(blocking)
    if hits and not committed:
        raise CommitmentNeeded(hits)
    state = HolderState.PENDING if until is None else HolderState.RESERVED
    values = {
        **columns_of(name, core, jurisdiction=jurisdiction, seat=seat),
        "state": state.value,
        "case_id": case_id,
        "person": person,
        "related": any(c.effect is Effect.SAME for c in every),
        "held_until": until,
    }
    try:
        async with connection.begin_nested():
            row_id = await insert_name(connection, values)
    except IntegrityError as error:
        raise NameTaken(()) from error
    await add_keys(connection, row_id, core)
    return OnHold(row_id, name.given, state, until, hits, tuple(row.case_id for row in lapsed))


async def state_of(connection: AsyncConnection, case_id: UUID) -> str | None:
    """How the case's name stands in the library: a HolderState, or released, lapsed, cancelled; None for none.

    A reservation whose time is over is lapsed, swept or not.
    """
    found = await connection.execute(
        text(
            "SELECT CASE WHEN state = 'reserved' AND held_until <= app_now() THEN 'lapsed' ELSE state END"
            " FROM names WHERE case_id = :case_id"
        ),
        {"case_id": case_id},
    )
    return found.scalar_one_or_none()


async def reservations_of(connection: AsyncConnection, person: str) -> int:
    """How many names a person has reserved now."""
    found = await connection.execute(
        text(
            "SELECT count(*) FROM names WHERE person = :person AND state = 'reserved'"
            " AND held_until > app_now()"
        ),
        {"person": person},
    )
    return int(found.scalar_one())


async def _of_case(connection: AsyncConnection, case_id: UUID) -> OnHold | None:
    found = await connection.execute(
        text("SELECT id, name, state, held_until FROM names WHERE case_id = :case_id"),
        {"case_id": case_id},
    )
    row = found.mappings().first()
    if row is None:
        return None
    if row["state"] not in LIVE:
        raise HoldEnded(row["state"])
    return OnHold(row["id"], row["name"], HolderState(row["state"]), row["held_until"])


def _held(row: RowMapping, core: Core, state: HolderState) -> HeldName:
    return HeldName(
        row["id"],
        row["name"],
        row["seat"],
        core,
        state,
        row["holder"],
        row["case_id"],
        row["held_until"],
        row["barred_until"],
    )
