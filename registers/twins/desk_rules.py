"""The desks of tax, social insurance, seals, housing fund and bank: one rule each, and data."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.errands import (
    BankAppointment,
    HousingAccount,
    SealFiling,
    SocialDeregistration,
    SocialRegistration,
    TaxConfirmation,
    TaxDeregistration,
)
from registers.twins.database import app_now, one
from registers.twins.desk_schema import desk_errands
from registers.twins.desks import Desk, refuse_marked
from registers.twins.entities import require_unified_code
from registers.twins.market_rules import civil_day
from registers.twins.problems import Refused
from registers.twins.schema import population

_SEALS = {
    "official": "公章",
    "finance": "财务专用章",
    "invoice": "发票专用章",
    "contract": "合同专用章",
    "legal_representative": "法定代表人名章",
}


async def _no_defaulter(connection: AsyncConnection, request: TaxConfirmation) -> None:
    """A legal representative whose other enterprise is 非正常户 clears that first."""
    await refuse_marked(connection, request, {"tax_defaulter": "法定代表人名下有非正常户或欠税"})


async def _nothing_owed_in_tax(connection: AsyncConnection, request: TaxDeregistration) -> None:
    """What the tax office does not let go: arrears, and what is not settled with it yet."""
    reasons = {"tax_arrears": "欠税", "tax_pending": "有未办结的涉税事项"}
    await refuse_marked(connection, request, reasons)


async def _nothing_owed_in_contributions(
    connection: AsyncConnection, request: SocialDeregistration
) -> None:
    await refuse_marked(connection, request, {"social_arrears": "欠缴社会保险费"})


async def _one_of_each_seal(connection: AsyncConnection, request: SealFiling) -> None:
    require_unified_code(request.uscc)
    statement = select(desk_errands.c.body).where(
        desk_errands.c.register == request.register_name.value,
        desk_errands.c.uscc == request.uscc,
        desk_errands.c.state == request.good,
    )
    for row in (await connection.execute(statement)).mappings():
        for seal in request.seals:
            if seal.value in row["body"]["seals"]:
                raise Refused("seal_already_filed", f"该企业的{_SEALS[seal.value]}已经备案")


async def _has_employees(connection: AsyncConnection, request: HousingAccount) -> None:
    if request.employees == 0:
        raise Refused("no_employees", "未申报职工,无需办理住房公积金缴存登记")


async def _may_open_an_account(connection: AsyncConnection, request: BankAppointment) -> None:
    """The bank asks the population register (人口库), and its own list of barred persons."""
    if request.visit_on is not None and request.visit_on < civil_day(await app_now(connection)):
        raise Refused("visit_over", "预约到访日期已过")
    person = request.legal_representative
    known = await one(
        connection, select(population).where(population.c.id_number == person.id_number)
    )
    if known is not None and (known["name"] != person.name or not known["alive"]):
        raise Refused("identity_failed", "法定代表人身份信息核验不符")
    await refuse_marked(connection, request, {"account_barred": "法定代表人被限制开立账户"})


DESKS: tuple[Desk, ...] = (
    Desk(
        TaxConfirmation,
        title="税务信息确认",
        prefix="SW",
        rule=_no_defaulter,
        once=("already_confirmed", "该企业的税务信息已经确认"),
    ),
    Desk(
        SocialRegistration,
        title="社会保险登记",
        prefix="SB",
        once=("already_registered", "该企业已经办理社会保险登记"),
    ),
    Desk(
        TaxDeregistration,
        title="简易注销税务异议",
        prefix="SX",
        rule=_nothing_owed_in_tax,
        silent=True,
    ),
    Desk(
        SocialDeregistration,
        title="简易注销社会保险异议",
        prefix="SY",
        rule=_nothing_owed_in_contributions,
        silent=True,
    ),
    Desk(SealFiling, title="印章刻制备案", prefix="YZ", rule=_one_of_each_seal),
    Desk(
        HousingAccount,
        title="住房公积金缴存登记",
        prefix="GJ",
        rule=_has_employees,
        once=("already_opened", "该企业已经办理住房公积金缴存登记"),
    ),
    Desk(
        BankAppointment,
        title="银行预约开户",
        prefix="YH",
        rule=_may_open_an_account,
    ),
)
MARKS = {
    "tax_defaulter": "tax",
    "tax_arrears": "tax",
    "tax_pending": "tax",
    "tax_objection": "tax",
    "social_arrears": "social",
    "wages_owed": "social",
    "social_objection": "social",
    "account_barred": "bank",
}
