"""Twin of NECIPS: the list of abnormal operations, the list of serious violations, and published penalties."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path
from fastapi.responses import Response
from sqlalchemy import RowMapping, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.credit import GROUNDS, ListKind
from registers.lists import (
    Delisted,
    EnterInList,
    Listed,
    ListEntry,
    Listings,
    PushRepair,
    Relisted,
    RemoveFromList,
    RepairPushed,
    RestoreToList,
)
from registers.messages import Envelope, Register, Uscc
from registers.requests import EntityType
from registers.twins import examples
from registers.twins.admin_models import SeedListing
from registers.twins.database import app_now, lock, next_number, one
from registers.twins.desks import entered
from registers.twins.gate import Call, changes, perform, reads
from registers.twins.market_rules import civil_day, day_start
from registers.twins.problems import Refused, documented
from registers.twins.schema import enterprises, list_entries

R = Register.NECIPS
# The case of nobody's here that entries of a story's world stand under.
WORLD = "world"
router = APIRouter(prefix="/necips", tags=["necips"])


@router.get(
    "/lists/{uscc}",
    operation_id="getListings",
    summary="查询经营异常名录、严重违法失信名单和行政处罚公示",
    response_model=Envelope[Listings],
    responses=documented(400, 401, 422, 503),
)
async def get_listings(
    uscc: Annotated[Uscc, Path(examples=["91421303MA0BANJ05F"])],
    call: Annotated[Call, Depends(reads(R, "listings"))],
) -> Response:
    statement = select(list_entries).where(list_entries.c.uscc == uscc)
    async with call.engine.connect() as connection:
        rows = (
            await connection.execute(
                statement.order_by(list_entries.c.listed_at, list_entries.c.number)
            )
        ).mappings()
        found: dict[str, list[ListEntry]] = {kind.value: [] for kind in ListKind}
        for row in rows:
            found[row["kind"]].append(_entry(row))
    return call.answer(
        Listings(
            uscc=uscc,
            abnormal=tuple(found[ListKind.ABNORMAL]),
            serious=tuple(found[ListKind.SERIOUS]),
            penalties=tuple(found[ListKind.PENALTY]),
        )
    )


@router.post(
    "/list-entries",
    operation_id="enterInList",
    summary="列入名录、名单或者标记经营异常状态",
    response_model=Envelope[Listed],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def enter_in_list(
    effect: Annotated[EnterInList, Body(openapi_examples=examples.LIST_ENTRY)],
    call: Annotated[Call, Depends(changes(R, "enter_in_list"))],
) -> Response:
    return await perform(call, effect, _enter)


@router.post(
    "/list-removals",
    operation_id="removeFromList",
    summary="移出名录、名单或者停止公示",
    response_model=Envelope[Delisted],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def remove_from_list(
    effect: Annotated[RemoveFromList, Body(openapi_examples=examples.LIST_REMOVAL)],
    call: Annotated[Call, Depends(changes(R, "remove_from_list"))],
) -> Response:
    return await perform(call, effect, _remove)


@router.post(
    "/list-restorations",
    operation_id="restoreToList",
    summary="撤销信用修复后恢复公示",
    response_model=Envelope[Relisted],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def restore_to_list(
    effect: Annotated[RestoreToList, Body(openapi_examples=examples.LIST_RESTORATION)],
    call: Annotated[Call, Depends(changes(R, "restore_to_list"))],
) -> Response:
    return await perform(call, effect, _restore)


@router.post(
    "/repair-pushes",
    operation_id="pushRepair",
    summary="向信用中国和有关部门推送信用修复结果",
    response_model=Envelope[RepairPushed],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def push_repair(
    effect: Annotated[PushRepair, Body(openapi_examples=examples.REPAIR_PUSH)],
    call: Annotated[Call, Depends(changes(R, "push_repair"))],
) -> Response:
    return await perform(call, effect, _push)


async def standing_of(connection: AsyncConnection, uscc: str) -> frozenset[ListKind]:
    """Where the enterprise stands now."""
    c = list_entries.c
    rows = await connection.execute(
        select(c.kind).where(c.uscc == uscc, c.removed_at.is_(None)).distinct()
    )
    return frozenset(ListKind(kind) for kind in rows.scalars())


async def seed_listings(
    connection: AsyncConnection, uscc: str, seeded: Iterable[SeedListing]
) -> None:
    """What a story's world has of an enterprise replaces what an earlier seeding said of it."""
    await connection.execute(
        delete(list_entries).where(list_entries.c.uscc == uscc, list_entries.c.case_ref == WORLD)
    )
    for entry in seeded:
        if entry.ground not in GROUNDS[entry.kind]:
            raise Refused("ground_of_other_list", "此事由不属于该名录、名单")
        await connection.execute(
            insert(list_entries).values(
                number=await _next(connection, entry.since.year),
                kind=entry.kind.value,
                uscc=uscc,
                ground=entry.ground.value,
                marked=await _is_individual(connection, uscc) and entry.kind is ListKind.ABNORMAL,
                case_ref=WORLD,
                decision_number=entry.decision_number,
                listed_at=day_start(entry.since),
                removed_at=day_start(entry.until) if entry.until else None,
                removal=entry.removal.value if entry.until else None,
            )
        )


async def _enter(connection: AsyncConnection, call: Call, effect: EnterInList) -> Listed:
    """Once per ground; what was removed may be entered anew."""
    await lock(connection, f"necips-list:{effect.uscc}")
    await entered(connection, effect.uscc, effect.name)
    if effect.ground not in GROUNDS[effect.kind]:
        raise Refused("ground_of_other_list", "此事由不属于该名录、名单")
    c = list_entries.c
    standing = select(c.number).where(
        c.uscc == effect.uscc,
        c.kind == effect.kind.value,
        c.ground == effect.ground.value,
        c.removed_at.is_(None),
    )
    # A firm may have several penalties of one class.
    if effect.kind is not ListKind.PENALTY and await one(connection, standing) is not None:
        raise Refused("already_listed", "已经因同一事由列入,尚未移出")
    now = await app_now(connection)
    marked = effect.kind is ListKind.ABNORMAL and await _is_individual(connection, effect.uscc)
    number = await _next(connection, civil_day(now).year)
    await connection.execute(
        insert(list_entries).values(
            number=number,
            kind=effect.kind.value,
            uscc=effect.uscc,
            ground=effect.ground.value,
            marked=marked,
            case_ref=effect.case_ref,
            decision_number=effect.decision_number,
            listed_at=now,
        )
    )
    return Listed(
        case_ref=effect.case_ref,
        uscc=effect.uscc,
        entry_number=number,
        marked=marked,
        listed_at=now,
    )


async def _remove(connection: AsyncConnection, call: Call, effect: RemoveFromList) -> Delisted:
    row = await _locked(connection, effect.uscc, effect.entry_number)
    if row["removed_at"] is not None:
        raise Refused("already_removed", "已经移出或者停止公示")
    now = await app_now(connection)
    await connection.execute(
        update(list_entries)
        .where(list_entries.c.number == effect.entry_number)
        .values(removed_at=now, removal=effect.ground.value)
    )
    return Delisted(
        case_ref=effect.case_ref,
        uscc=effect.uscc,
        entry_number=effect.entry_number,
        removed_at=now,
    )


async def _restore(connection: AsyncConnection, call: Call, effect: RestoreToList) -> Relisted:
    row = await _locked(connection, effect.uscc, effect.entry_number)
    if row["removed_at"] is None:
        raise Refused("not_removed", "没有移出或者停止公示,无需恢复")
    await connection.execute(
        update(list_entries)
        .where(list_entries.c.number == effect.entry_number)
        .values(removed_at=None, removal=None)
    )
    return Relisted(
        case_ref=effect.case_ref,
        uscc=effect.uscc,
        entry_number=effect.entry_number,
        listed_at=row["listed_at"],
    )


async def _push(connection: AsyncConnection, call: Call, effect: PushRepair) -> RepairPushed:
    """What is passed on must be so: a repaired entry is not shown, a revoked repair's is."""
    row = await _locked(connection, effect.uscc, effect.entry_number)
    if (row["removed_at"] is not None) != effect.repaired:
        raise Refused("not_as_shown", "推送的结果与公示的状态不符")
    return RepairPushed(
        case_ref=effect.case_ref,
        uscc=effect.uscc,
        entry_number=effect.entry_number,
        recipients=effect.recipients,
        pushed_at=await app_now(connection),
    )


async def _locked(connection: AsyncConnection, uscc: str, number: str) -> RowMapping:
    """The entry, held until the effect commits. Raises Refused: unknown, or another enterprise's."""
    statement = select(list_entries).where(list_entries.c.number == number).with_for_update()
    row = await one(connection, statement)
    if row is None:
        raise Refused("entry_unknown", "没有此记录")
    if row["uscc"] != uscc:
        raise Refused("other_enterprise", "此记录属于其他市场主体")
    return row


async def _is_individual(connection: AsyncConnection, uscc: str) -> bool:
    row = await one(connection, select(enterprises.c.entity_type).where(enterprises.c.uscc == uscc))
    return row is not None and row["entity_type"] == EntityType.INDIVIDUAL.value


async def _next(connection: AsyncConnection, year: int) -> str:
    return f"MD-{year}-{await next_number(connection, f'necips-lists-{year}'):08d}"


def _entry(row: RowMapping) -> ListEntry:
    return ListEntry(**{field: row[field] for field in ListEntry.model_fields})
