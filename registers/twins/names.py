"""Twin of the library of names (名称库) of the prefecture: one memory for all its registrars."""

from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy import RowMapping, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.messages import Envelope, Register
from registers.names import (
    LookUpName,
    NameChanges,
    NameHolding,
    NameHoldings,
    NameOccupied,
    NameReleased,
    NameReserved,
    OccupyName,
    ReleaseName,
    ReserveName,
)
from registers.requests import EntityType
from registers.twins import desk_examples
from registers.twins.database import app_now, lock, next_number, one
from registers.twins.desk_schema import name_change_seq, reserved_names
from registers.twins.desks import entered
from registers.twins.gate import Call, changes, perform, reads
from registers.twins.market_entries import name_hits
from registers.twins.market_rules import PREFECTURE, add_years, civil_day, name_core, name_key
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_find

R = Register.NAMES
# N02 is a year; its end rolls over a holiday, and the longest of those is a fortnight with its weekends.
_ROLLED = timedelta(days=15)
router = APIRouter(prefix="/names", tags=["names"])
_CHANGING = documented(400, 401, 409, 411, 413, 422, 503)
_ASKING = documented(400, 401, 411, 413, 422, 503)


@router.post(
    "/reservations",
    operation_id="reserveName",
    summary="保留名称",
    response_model=Envelope[NameReserved],
    responses=_CHANGING,
)
async def reserve_name(
    effect: Annotated[ReserveName, Body(openapi_examples=desk_examples.RESERVE)],
    call: Annotated[Call, Depends(changes(R, "reserve_name"))],
) -> Response:
    return await perform(call, effect, _reserve)


@router.post(
    "/occupations",
    operation_id="occupyName",
    summary="名称已经登记使用",
    response_model=Envelope[NameOccupied],
    responses=_CHANGING,
)
async def occupy_name(
    effect: Annotated[OccupyName, Body(openapi_examples=desk_examples.OCCUPY)],
    call: Annotated[Call, Depends(changes(R, "occupy_name"))],
) -> Response:
    return await perform(call, effect, _occupy)


@router.post(
    "/releases",
    operation_id="releaseName",
    summary="释放名称",
    response_model=Envelope[NameReleased],
    responses=_CHANGING,
)
async def release_name(
    effect: Annotated[ReleaseName, Body(openapi_examples=desk_examples.RELEASE)],
    call: Annotated[Call, Depends(changes(R, "release_name"))],
) -> Response:
    return await perform(call, effect, _release)


@router.post(
    "/look-ups",
    operation_id="lookUpName",
    summary="查询全市已保留、已使用的同名",
    response_model=Envelope[NameHoldings],
    responses=_ASKING,
)
async def look_up(
    query: Annotated[LookUpName, Body(openapi_examples=desk_examples.LOOK_UP)],
    call: Annotated[Call, Depends(reads(R, "look_up"))],
) -> Response:
    async with call.engine.connect() as connection:
        rows = await _held(connection, query.name, query.entity_type)
    return call.answer(_told(rows, 0))


@router.post(
    "/changes",
    operation_id="listNameChanges",
    summary="全市名称变动",
    description="Every entry that changed after a change, by its newest change: to keep an index of one's own.",
    response_model=Envelope[NameHoldings],
    responses=_ASKING,
)
async def name_changes(
    query: Annotated[NameChanges, Body(openapi_examples=desk_examples.CHANGES)],
    call: Annotated[Call, Depends(reads(R, "changes"))],
) -> Response:
    statement = (
        select(reserved_names)
        .where(reserved_names.c.change > query.after)
        .order_by(reserved_names.c.change)
        .limit(query.limit)
    )
    async with call.engine.connect() as connection:
        rows = (await connection.execute(statement)).mappings().all()
    return call.answer(_told(list(rows), query.after))


add_find(router, R, Envelope[NameReserved | NameOccupied | NameReleased])


def _told(rows: list[RowMapping], after: int) -> NameHoldings:
    same = [f for f in NameHolding.model_fields if f != "reservation_number"]
    held = tuple(
        NameHolding(reservation_number=row["number"], **{f: row[f] for f in same}) for row in rows
    )
    return NameHoldings(holdings=held, last=max((h.change for h in held), default=after))


async def _reserve(connection: AsyncConnection, call: Call, effect: ReserveName) -> NameReserved:
    today = civil_day(await app_now(connection))
    if not effect.division.startswith(PREFECTURE):
        raise Refused("not_competent", "登记机关不在本名称库的辖区内")
    if effect.reserved_until < today:
        raise Refused("period_over", "保留期的止日已过")
    if effect.reserved_until > add_years(today, 1) + _ROLLED:
        raise Refused("period_too_long", "保留期最长一年(企业名称登记管理规定第十八条)")
    await _one_at_a_time(connection)
    if held := await _held(connection, effect.name, effect.entity_type):
        raise Refused("name_held", f"名称与已保留或使用的“{held[0]['name']}”相同")
    individual = effect.entity_type is EntityType.INDIVIDUAL
    if hits := await name_hits(connection, effect.name, individual=individual):
        raise Refused("name_held", f"名称与已登记的“{hits[0].name}”相同")
    number = await add_entry(
        connection,
        name=effect.name,
        entity_type=effect.entity_type.value,
        division=effect.division,
        case_ref=effect.case_ref,
        held_until=effect.reserved_until,
    )
    return NameReserved(
        case_ref=effect.case_ref,
        reservation_number=number,
        name=effect.name,
        reserved_until=effect.reserved_until,
    )


async def _occupy(connection: AsyncConnection, call: Call, effect: OccupyName) -> NameOccupied:
    await _one_at_a_time(connection)
    row = await _entry(connection, effect.reservation_number)
    now = await app_now(connection)
    if row["state"] not in ("reserved", "lapsed"):
        raise Refused("not_reserved", "此名称已经使用或者释放")
    if _is_over(row, civil_day(now)):
        raise Refused("reservation_lapsed", "名称保留期已过")
    await entered(connection, effect.uscc, row["name"])
    await _change(connection, row, state="occupied", held_until=None, uscc=effect.uscc)
    return NameOccupied(
        case_ref=effect.case_ref,
        reservation_number=effect.reservation_number,
        uscc=effect.uscc,
        occupied_at=now,
    )


async def _release(connection: AsyncConnection, call: Call, effect: ReleaseName) -> NameReleased:
    await _one_at_a_time(connection)
    row = await _entry(connection, effect.reservation_number)
    today = civil_day(await app_now(connection))
    if effect.ground == "given_up":
        if row["state"] != "reserved" or _is_over(row, today):
            raise Refused("not_reserved", "此名称不在保留期内")
        if row["case_ref"] != effect.case_ref:
            raise Refused("other_case", "此名称由另一办件保留")
        await _change(connection, row, state="released", held_until=today - timedelta(days=1))
        free_from = today
    else:
        if row["state"] != "occupied":
            raise Refused("not_occupied", "此名称没有登记使用")
        held_until = add_years(today, 1)
        await _change(connection, row, state="released", held_until=held_until)
        free_from = held_until + timedelta(days=1)
    return NameReleased(
        case_ref=effect.case_ref,
        reservation_number=effect.reservation_number,
        free_from=free_from,
    )


async def lapse_due(connection: AsyncConnection) -> int:
    """Put back into the pool what was reserved until yesterday or earlier; return how many."""
    today = civil_day(await app_now(connection))
    over = (reserved_names.c.state == "reserved", reserved_names.c.held_until < today)
    # Asked twice a second: the lock is taken only where there is something to do.
    if await one(connection, select(reserved_names.c.number).where(*over).limit(1)) is None:
        return 0
    await _one_at_a_time(connection)
    statement = (
        select(reserved_names)
        .where(*over)
        .order_by(reserved_names.c.held_until, reserved_names.c.number)
        .limit(500)
    )
    rows = (await connection.execute(statement)).mappings().all()
    for row in rows:
        await _change(connection, row, state="lapsed")
    return len(rows)


async def add_entry(connection: AsyncConnection, **values: Any) -> str:
    """Enter a reservation under the next number; also for what a story's world holds before it."""
    now = await app_now(connection)
    year = civil_day(now).year
    running = await next_number(connection, f"names-{values['division']}-{year}")
    number = f"MC-{values['division']}-{year}-{running:06d}"
    await connection.execute(
        insert(reserved_names).values(
            number=number,
            change=name_change_seq.next_value(),
            name_key=name_key(values["name"]),
            name_core=name_core(values["name"]),
            state="reserved",
            reserved_at=now,
            changed_at=now,
            **values,
        )
    )
    return number


async def _change(connection: AsyncConnection, row: RowMapping, **values: Any) -> None:
    await connection.execute(
        update(reserved_names)
        .where(reserved_names.c.number == row["number"])
        .values(change=name_change_seq.next_value(), changed_at=await app_now(connection), **values)
    )


async def _one_at_a_time(connection: AsyncConnection) -> None:
    """Changes commit in the order of their numbers, so that whoever reads on misses none; and the second
    of two after one name sees the first."""
    await lock(connection, "names-changes")


async def _entry(connection: AsyncConnection, number: str) -> RowMapping:
    row = await one(connection, select(reserved_names).where(reserved_names.c.number == number))
    if row is None:
        raise Refused("reservation_unknown", "没有此保留记录")
    return row


def _is_over(row: RowMapping, today: date) -> bool:
    return row["held_until"] is not None and row["held_until"] < today


async def _held(
    connection: AsyncConnection, name: str, entity_type: EntityType
) -> list[RowMapping]:
    """Entries that hold the name today; individuals are compared by the whole name only."""
    today = civil_day(await app_now(connection))
    key = name_key(name)
    same_words = reserved_names.c.name_core == name_core(name)
    statement = (
        select(reserved_names)
        .where(
            or_(reserved_names.c.name_key == key, same_words),
            or_(reserved_names.c.held_until.is_(None), reserved_names.c.held_until >= today),
        )
        .order_by(reserved_names.c.reserved_at, reserved_names.c.number)
        .limit(50)
    )
    rows = (await connection.execute(statement)).mappings().all()
    alone = EntityType.INDIVIDUAL.value
    both_firms = entity_type.value != alone
    return [r for r in rows if r["name_key"] == key or (both_firms and r["entity_type"] != alone)]
