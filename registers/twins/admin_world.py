"""The administrator's door: what the registers hold before a story."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body
from sqlalchemy import delete, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.twins import examples, names
from registers.twins.admin import Admin
from registers.twins.admin_models import (
    Counted,
    SeedBranch,
    SeedEnterprise,
    SeedMark,
    SeedName,
    SeedTaxClearance,
    World,
)
from registers.twins.collateral import seed_collaterals
from registers.twins.court import seed_court_matters
from registers.twins.database import app_now, one
from registers.twins.desk_routes import MARKS
from registers.twins.desk_schema import marks, reserved_names, tax_clearances
from registers.twins.equipment import seed_devices
from registers.twins.lists import WORLD, seed_listings
from registers.twins.market_rules import day_start, name_core, name_key
from registers.twins.market_standings import seed_standings
from registers.twins.problems import Refused, documented
from registers.twins.schema import bars, enterprises, population

router = APIRouter(prefix="/admin", tags=["admin"], responses=documented(400, 401, 411, 413, 422))


@router.post(
    "/world", operation_id="seedWorld", summary="写入故事的初始数据", response_model=Counted
)
async def seed_world(
    world: Annotated[World, Body(openapi_examples=examples.WORLD)], engine: Admin
) -> Counted:
    async with engine.begin() as connection:
        # Order of locks is the order of time: two seeds at once must not write a bar twice.
        await connection.execute(text("LOCK TABLE twins.bars IN SHARE ROW EXCLUSIVE MODE"))
        now = await app_now(connection)
        await _seed_enterprises(connection, world.enterprises, now)
        for e in world.enterprises:
            if e.lists is not None:
                await seed_listings(connection, e.uscc, e.lists)
            if e.standings is not None:
                await seed_standings(connection, e.uscc, e.standings)
        for p in world.persons:
            person = upsert(population).values(**p.model_dump())
            await connection.execute(
                person.on_conflict_do_update(
                    index_elements=["id_number"], set_={"name": p.name, "alive": p.alive}
                )
            )
        for b in world.bars:
            same = (bars.c.id_number == b.id_number, bars.c.article == b.article)
            await connection.execute(delete(bars).where(*same, bars.c.since == b.since))
            await connection.execute(insert(bars).values(**b.model_dump()))
        for m in world.marks:
            await _seed_mark(connection, m)
        for n in world.names:
            await _seed_name(connection, n)
        for c in world.tax_clearances:
            await _seed_clearance(connection, c)
        await seed_court_matters(connection, world.court_matters)
        await seed_collaterals(connection, world.collaterals)
        await seed_devices(connection, world.devices)
    return Counted(counts={f: len(getattr(world, f)) for f in World.model_fields})


async def _seed_enterprises(
    connection: AsyncConnection, seeded: tuple[SeedEnterprise, ...], now: datetime
) -> None:
    """All in one statement's worth of round trips: a demo seeds hundreds."""
    if not seeded:
        return
    statement = upsert(enterprises)
    kept = ("name", "name_key", "name_core", "status", "ended_on")
    statement = statement.on_conflict_do_update(
        index_elements=["uscc"], set_={field: statement.excluded[field] for field in kept}
    )
    rows = [_row(e, now) for e in seeded]
    rows += [_branch_row(e, b, now) for e in seeded for b in e.branches]
    await connection.execute(statement, rows)


def _row(e: SeedEnterprise, now: datetime) -> dict[str, Any]:
    details = {
        "address", "capital", "business_scope", "legal_representative", "deregistration_needs_approval",
    }  # fmt: skip
    return {
        **e.model_dump(mode="json", include={"uscc", "name", "entity_type", "division", "status"}),
        "name_key": name_key(e.name),
        "name_core": name_core(e.name),
        "details": e.model_dump(mode="json", include=details, exclude_defaults=True),
        "licence_number": e.licence_number,
        "registered_at": day_start(e.registered_on) if e.registered_on else now,
        "ended_on": e.ended_on,
    }


def _branch_row(e: SeedEnterprise, branch: SeedBranch, now: datetime) -> dict[str, Any]:
    """An entry of its own that names whose branch it is."""
    return {
        **_row(e, now),
        **branch.model_dump(mode="json"),
        "name_key": name_key(branch.name),
        "name_core": name_core(branch.name),
        "details": {"branch_of": e.uscc},
        "licence_number": None,
        "ended_on": None,
    }


async def _seed_clearance(connection: AsyncConnection, seed: SeedTaxClearance) -> None:
    """The newest word of tax takes the place of the one before."""
    row = seed.model_dump() | {"reasons": list(seed.reasons)}
    statement = upsert(tax_clearances).values(**row)
    await connection.execute(statement.on_conflict_do_update(index_elements=["uscc"], set_=row))


async def _seed_mark(connection: AsyncConnection, mark: SeedMark) -> None:
    """A mark belongs to the register that knows it by this name."""
    if mark.mark not in MARKS:
        raise Refused("mark_unknown", "没有此类标记")
    row = mark.model_dump() | {"register": MARKS[mark.mark]}
    same = [
        marks.c[f].is_not_distinct_from(row[f]) for f in ("register", "mark", "subject", "item")
    ]
    await connection.execute(delete(marks).where(*same))
    await connection.execute(insert(marks).values(**row))


async def _seed_name(connection: AsyncConnection, seed: SeedName) -> None:
    """Entered without a question; under a case of nobody's here."""
    known = select(reserved_names.c.number).where(
        reserved_names.c.name == seed.name, reserved_names.c.case_ref == WORLD
    )
    if await one(connection, known) is None:
        await names.add_entry(
            connection,
            name=seed.name,
            entity_type=seed.entity_type.value,
            division=seed.division,
            case_ref=WORLD,
            held_until=seed.reserved_until,
        )
