"""What the market register's rules ask of its entries: names that are held, persons that are barred."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Sequence, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.requests import Branch, EntityType, NameHit
from registers.twins.database import app_now
from registers.twins.market_rules import (
    PREFECTURE,
    bars_in_force,
    civil_day,
    name_core,
    name_is_held,
    name_key,
)
from registers.twins.problems import Refused
from registers.twins.schema import bars, enterprises


async def next_of(connection: AsyncConnection, sequence: Sequence) -> int:
    return int((await connection.execute(select(sequence.next_value()))).scalar_one())


async def bars_of(connection: AsyncConnection, id_numbers: Iterable[str]) -> list[Any]:
    statement = select(bars).where(bars.c.id_number.in_(set(id_numbers))).order_by(bars.c.id)
    return list((await connection.execute(statement)).mappings().all())


async def refuse_barred(
    connection: AsyncConnection, head: str, others: Iterable[str], today: date
) -> None:
    """Raises Refused where `head` may not be legal representative, or anybody may hold no post."""
    for row in await bars_of(connection, {head, *others}):
        for bar in bars_in_force([row], today):
            if bar.scope == "any_post" or row["id_number"] == head:
                raise Refused(
                    "person_barred", f"{row['name']}不得登记任职:{bar.ground}({bar.article})"
                )


async def branches_of(connection: AsyncConnection, uscc: str) -> tuple[Branch, ...]:
    """The branches of an enterprise, also those that have ended, by code."""
    c = enterprises.c
    statement = (
        select(c.uscc, c.name, c.status)
        .where(c.details["branch_of"].astext == uscc)
        .order_by(c.uscc)
    )
    return tuple(Branch(**row) for row in (await connection.execute(statement)).mappings())


async def name_hits(
    connection: AsyncConnection, name: str, *, individual: bool, but: str | None = None
) -> tuple[NameHit, ...]:
    """Entries of the prefecture that hold this name; individuals are compared by the whole name only.

    `but`: the code of an enterprise that is in its own way no more than it was.
    """
    today = civil_day(await app_now(connection))
    key = name_key(name)
    statement = (
        select(enterprises)
        .where(
            enterprises.c.division.startswith(PREFECTURE),
            or_(enterprises.c.name_key == key, enterprises.c.name_core == name_core(name)),
        )
        .order_by(enterprises.c.registered_at, enterprises.c.uscc)
        .limit(50)
    )
    hits = []
    for row in (await connection.execute(statement)).mappings():
        if row["uscc"] == but or not name_is_held(row["status"], row["ended_on"], today):
            continue
        if row["name_key"] == key:
            hits.append(
                NameHit(name=row["name"], uscc=row["uscc"], rule="identical", reason="名称完全相同")
            )
        elif not individual and row["entity_type"] != EntityType.INDIVIDUAL.value:
            hits.append(
                NameHit(
                    name=row["name"],
                    uscc=row["uscc"],
                    rule="same_words",
                    reason="字号与行业相同(企业名称登记管理规定第十七条)",
                )
            )
    return tuple(hits)
