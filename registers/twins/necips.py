"""Twin of NECIPS (国家企业信用信息公示系统): publishes establishments and notices, and withdraws notices."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request
from fastapi.responses import Response
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.changes import PublishChange
from registers.licences import PublishLicenceItems
from registers.lists import Delisted, Listed, Relisted, RepairPushed
from registers.messages import Effect, Envelope, Instant, Message, Register, Short
from registers.requests import (
    Published,
    PublishEstablishment,
    PublishNotice,
    Withdrawn,
    WithdrawNotice,
)
from registers.twins import examples
from registers.twins.database import app_now, lock, next_number, one
from registers.twins.department_rules import item_of
from registers.twins.desks import TOLD_OF, entered
from registers.twins.gate import Call, changes, perform
from registers.twins.market_rules import civil_day
from registers.twins.problems import Refused, documented
from registers.twins.routes import add_find
from registers.twins.schema import publications

R = Register.NECIPS
ESTABLISHMENT, LICENCE_ITEMS, CHANGE = "establishment", "licence_items", "change"
DEREGISTRATION, RESTORATION, ANNULMENT = "deregistration", "restoration", "annulment"
NOT_NOTICES = (ESTABLISHMENT, LICENCE_ITEMS, CHANGE, DEREGISTRATION, RESTORATION, ANNULMENT)
router = APIRouter(prefix="/necips", tags=["necips"])


class Publication(Message):
    """What anybody may read."""

    publication_number: Short
    kind: Short
    published_at: Instant
    withdrawn_at: Instant | None
    content: dict[str, Any]


@router.post(
    "/establishments",
    operation_id="publishEstablishment",
    summary="公示设立登记信息",
    response_model=Envelope[Published],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def publish_establishment(
    effect: Annotated[PublishEstablishment, Body(openapi_examples=examples.ESTABLISHMENT)],
    call: Annotated[Call, Depends(changes(R, "publish_establishment"))],
) -> Response:
    return await perform(call, effect, _establishment)


@router.post(
    "/licence-items",
    operation_id="publishLicenceItems",
    summary="公示许可事项办理结果",
    response_model=Envelope[Published],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def publish_licence_items(
    effect: Annotated[PublishLicenceItems, Body(openapi_examples=examples.LICENCE_ITEMS)],
    call: Annotated[Call, Depends(changes(R, "publish_licence_items"))],
) -> Response:
    return await perform(call, effect, _licence_items)


@router.post(
    "/changes",
    operation_id="publishChange",
    summary="公示变更登记信息",
    response_model=Envelope[Published],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def publish_change(
    effect: Annotated[PublishChange, Body(openapi_examples=examples.CHANGE_PUBLICATION)],
    call: Annotated[Call, Depends(changes(R, "publish_change"))],
) -> Response:
    return await perform(call, effect, _change)


@router.post(
    "/notices",
    operation_id="publishNotice",
    summary="发布公告",
    response_model=Envelope[Published],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def publish_notice(
    effect: Annotated[PublishNotice, Body(openapi_examples=examples.NOTICE)],
    call: Annotated[Call, Depends(changes(R, "publish_notice"))],
) -> Response:
    return await perform(call, effect, _notice)


@router.post(
    "/withdrawals",
    operation_id="withdrawNotice",
    summary="撤回公告",
    response_model=Envelope[Withdrawn],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def withdraw_notice(
    effect: Annotated[WithdrawNotice, Body(openapi_examples=examples.WITHDRAWAL)],
    call: Annotated[Call, Depends(changes(R, "withdraw_notice"))],
) -> Response:
    return await perform(call, effect, _withdraw)


# One register, one place to ask what it answered, the lists (`lists.py`) included.
add_find(router, R, Envelope[Published | Withdrawn | Listed | Delisted | Relisted | RepairPushed])


@router.get(
    "/publications/{number}",
    operation_id="getPublication",
    summary="公众查询",
    description="Public: what was published under a number, and whether it was withdrawn.",
    response_model=Publication,
    responses=documented(404, 422),
)
async def get_publication(
    number: Annotated[str, Path(pattern=r"^GS-[0-9]{4}-[0-9]{8}$", examples=["GS-2026-00000001"])],
    request: Request,
) -> Publication:
    async with request.app.state.engine.connect() as connection:
        row = await one(connection, select(publications).where(publications.c.number == number))
    if row is None:
        raise Refused("publication_unknown", "没有此公示", status=404)
    return Publication(
        publication_number=row["number"],
        kind=row["kind"],
        published_at=row["published_at"],
        withdrawn_at=row["withdrawn_at"],
        content=row["content"],
    )


async def _establishment(
    connection: AsyncConnection, call: Call, effect: PublishEstablishment
) -> Published:
    """Only what the market register holds is published, and only once."""
    await lock(connection, f"necips-establishment:{effect.uscc}")
    await entered(connection, effect.uscc, effect.name)
    earlier = select(publications.c.number).where(
        publications.c.uscc == effect.uscc, publications.c.kind == ESTABLISHMENT
    )
    if await one(connection, earlier) is not None:
        raise Refused("already_published", "该企业的设立信息已经公示")
    return await publish(connection, call, effect, ESTABLISHMENT, effect.uscc)


async def _licence_items(
    connection: AsyncConnection, call: Call, effect: PublishLicenceItems
) -> Published:
    """Items of the national catalogue, each with the department that it belongs to."""
    await entered(connection, effect.uscc, effect.name)
    for published in effect.items:
        item_of(published.department, published.item)
    return await publish(connection, call, effect, LICENCE_ITEMS, effect.uscc)


async def _change(connection: AsyncConnection, call: Call, effect: PublishChange) -> Published:
    """Of what the market register holds now; each change is published by itself."""
    await entered(connection, effect.uscc, effect.name)
    return await publish(connection, call, effect, CHANGE, effect.uscc)


async def _notice(connection: AsyncConnection, call: Call, effect: PublishNotice) -> Published:
    if effect.open_until is not None:
        if effect.open_until < effect.open_from:
            raise Refused("period_reversed", "公告期的止日早于起日")
        if effect.open_until < civil_day(await app_now(connection)):
            raise Refused("period_over", "公告期已过")
    if effect.kind in NOT_NOTICES:
        raise Refused("not_a_notice", "此类信息不以公告发布")
    if effect.uscc is not None:
        await entered(connection, effect.uscc, effect.subject_name, among=TOLD_OF)
    return await publish(connection, call, effect, effect.kind, effect.uscc)


async def _withdraw(connection: AsyncConnection, call: Call, effect: WithdrawNotice) -> Withdrawn:
    number = effect.publication_number
    row = await one(
        connection,
        select(publications).where(publications.c.number == number).with_for_update(),
    )
    if row is None:
        raise Refused("publication_unknown", "没有此公告")
    if row["kind"] in NOT_NOTICES:
        raise Refused("not_a_notice", "此类信息不可撤回")
    if row["case_ref"] != effect.case_ref:
        raise Refused("other_case", "此公告属于另一办件")
    if row["withdrawn_at"] is not None:
        raise Refused("already_withdrawn", "此公告已经撤回")
    now = await app_now(connection)
    await connection.execute(
        update(publications)
        .where(publications.c.number == number)
        .values(withdrawn_at=now, withdrawn_reason=effect.reason)
    )
    return Withdrawn(case_ref=effect.case_ref, publication_number=number, withdrawn_at=now)


async def publish(
    connection: AsyncConnection, call: Call, effect: Effect[Any], kind: str, uscc: str | None
) -> Published:
    """A row that anybody may read, under a number of its own."""
    now = await app_now(connection)
    year = civil_day(now).year
    number = f"GS-{year}-{await next_number(connection, f'necips-{year}'):08d}"
    await connection.execute(
        insert(publications).values(
            number=number,
            kind=kind,
            uscc=uscc,
            case_ref=effect.case_ref,
            content=effect.model_dump(mode="json", exclude={"case_ref", "kind"}),
            published_at=now,
        )
    )
    return Published(
        case_ref=effect.case_ref,
        publication_number=number,
        url=f"{call.settings.public_url.rstrip('/')}/necips/publications/{number}",
        published_at=now,
    )
