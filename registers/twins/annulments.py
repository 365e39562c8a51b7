"""Twins' doors for the annulment of a registration (撤销登记): the market register enters it, NECIPS publishes it."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends
from fastapi.responses import Response
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.annulment import AnnulRegistration, PublishAnnulment, RegistrationAnnulled
from registers.messages import Envelope, Register
from registers.requests import Published
from registers.twins.database import app_now, lock, one
from registers.twins.examples import example
from registers.twins.gate import Call, changes, perform
from registers.twins.market_rules import civil_day
from registers.twins.necips import ANNULMENT, publish
from registers.twins.problems import Refused, documented
from registers.twins.schema import bars, enterprises

ANNULLED = "annulled"
ARTICLE = "登记管理条例第40条"
router = APIRouter()
_CODE = "91421303MA0BANJ05F"
_ENTER = example(
    {
        "case_ref": "case-0007",
        "uscc": _CODE,
        "division": "421303",
        "decision_number": "曾市监〔2026〕撤登准字第000001号",
        "responsible": ["周晓岚"],
        "bar_until": "2029-11-26",
    }
)
_PUBLISH = example(
    {
        "case_ref": "case-0007",
        "uscc": _CODE,
        "name": "随州市曾都区红光商贸有限公司",
        "decision_number": "曾市监〔2026〕撤登准字第000001号",
        "annulled_at": "2026-11-26T03:00:00Z",
        "voided_licence_number": None,
    }
)


@router.post(
    "/market/annulments",
    operation_id="annulRegistration",
    summary="撤销登记",
    tags=["market"],
    response_model=Envelope[RegistrationAnnulled],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def annul_registration(
    effect: Annotated[AnnulRegistration, Body(openapi_examples=_ENTER)],
    call: Annotated[Call, Depends(changes(Register.MARKET, "annul_registration"))],
) -> Response:
    return await perform(call, effect, _annul)


@router.post(
    "/necips/annulments",
    operation_id="publishAnnulment",
    summary="公示撤销登记",
    tags=["necips"],
    response_model=Envelope[Published],
    responses=documented(400, 401, 409, 411, 413, 422, 503),
)
async def publish_annulment(
    effect: Annotated[PublishAnnulment, Body(openapi_examples=_PUBLISH)],
    call: Annotated[Call, Depends(changes(Register.NECIPS, "publish_annulment"))],
) -> Response:
    return await perform(call, effect, _publish)


async def _annul(
    connection: AsyncConnection, call: Call, effect: AnnulRegistration
) -> RegistrationAnnulled:
    """Raises Refused: unknown, another registrar's, annulled already."""
    now = await app_now(connection)
    await lock(connection, f"market-enterprise:{effect.uscc}")
    row = await one(connection, select(enterprises).where(enterprises.c.uscc == effect.uscc))
    if row is None:
        raise Refused("enterprise_unknown", "登记库中没有此代码的企业")
    if row["division"] != effect.division:
        raise Refused("not_competent", "此企业由其他登记机关登记")
    if row["status"] == ANNULLED:
        raise Refused("already_annulled", "此登记已经撤销")
    today = civil_day(now)
    await connection.execute(
        update(enterprises)
        .where(enterprises.c.uscc == effect.uscc)
        .values(status=ANNULLED, ended_on=row["ended_on"] or today)
    )
    found = {p["id_number"]: p["name"] for p in _persons(row["details"])}
    barred = {number: name for number, name in found.items() if name in effect.responsible}
    for number, name in barred.items():
        await connection.execute(
            insert(bars).values(
                id_number=number,
                name=name,
                article=ARTICLE,
                scope="any_post",
                ground="虚假登记被撤销，直接责任人3年内不得再次申请登记",
                since=today,
                until=effect.bar_until,
            )
        )
    return RegistrationAnnulled(
        case_ref=effect.case_ref,
        uscc=effect.uscc,
        name=row["name"],
        annulled_at=now,
        voided_licence_number=row["licence_number"],
        barred=tuple(sorted(barred.values())),
    )


def _persons(details: dict[str, Any]) -> list[dict[str, Any]]:
    """Those the register has of an entry."""
    listed = [details.get("legal_representative"), *(details.get("persons") or ())]
    return [p for p in listed if p]


async def _publish(connection: AsyncConnection, call: Call, effect: PublishAnnulment) -> Published:
    """Only what the market register has annulled."""
    row = await one(connection, select(enterprises).where(enterprises.c.uscc == effect.uscc))
    if row is None or row["status"] != ANNULLED:
        raise Refused("not_annulled", "登记库中没有撤销此登记")
    return await publish(connection, call, effect, ANNULMENT, effect.uscc)
