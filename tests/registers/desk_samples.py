"""One errand of every kind, and the enterprise they are about: fictional, its check characters hold."""

from typing import Any

from registers.errands import ERRANDS, OpenErrand
from registers.messages import Register
from tests.registers.bureau import World
from tests.registers.samples import CHEN

USCC = "91421303MA0BANJ05F"
NAME = "随州市曾都区红光商贸有限公司"
SCOPE = ["日用百货销售", "食品销售（仅销售预包装食品）", "餐饮服务", "道路货物运输（不含危险货物）"]
# What each kind asks beside the enterprise.
FACTS: dict[str, dict[str, Any]] = {
    "tax_confirmation": {"taxpayer": "general"},
    "social_registration": {"employees": 3},
    "tax_deregistration": {},
    "social_deregistration": {},
    "seal_filing": {"seals": ["official", "finance"]},
    "housing_account": {"employees": 3},
    "bank_appointment": {"bank": "示例银行随州曾都支行"},
    "licence_filing": {"department": "market", "item": "prepacked_food_filing"},
    "licence_commitment": {"department": "transport", "item": "road_freight"},
    "licence_application": {"department": "market", "item": "food_operation"},
    "licence_verification": {"department": "transport", "item": "road_freight"},
}
ALL = sorted(ERRANDS)
SILENT = ("social_deregistration", "tax_deregistration")
"""The kinds whose yes is no answer at all."""
ANSWERING = [errand for errand in ALL if errand not in SILENT]
ALONE = [errand for errand in ANSWERING if errand != "licence_verification"]
"""The kinds that answer and need no other errand before them."""


def errand(kind: str, case_ref: str = "case-1", uscc: str = USCC, **facts: Any) -> OpenErrand:
    values = {"uscc": uscc, "name": NAME, "legal_representative": CHEN, "case_ref": case_ref}
    return ERRANDS[kind].model_validate(values | FACTS[kind] | facts)


def of(kind: str) -> Register:
    return ERRANDS[kind].register_name


async def seed_enterprise(twins: World, uscc: str = USCC, **more: Any) -> None:
    row = {"uscc": uscc, "name": NAME, "business_scope": SCOPE} | more
    await twins.seed(enterprises=[row])


async def take_time(twins: World, register: Register, seconds: float | None) -> None:
    order = {"register": register.value, "auto_answer_seconds": seconds}
    (await twins.admin.put("/admin/behaviours", json=order)).raise_for_status()


async def verification(twins: World, **facts: Any) -> OpenErrand:
    """A verification, with the licence granted on commitment that it is of."""
    await take_time(twins, Register.DEPARTMENTS, 0)
    desk = twins.registers.desk(Register.DEPARTMENTS)
    await desk.open_errand(errand("licence_commitment"), key="case-1.commit.1")
    await twins.tick()
    granted = await desk.errand("case-1.commit.1")
    assert granted is not None
    assert granted.state == "granted", granted
    twins.inbox.callbacks.clear()
    return errand("licence_verification", licence_number=granted.number, **facts)


async def opened(twins: World, kind: str, key: str = "case-1.open_errand.1") -> OpenErrand:
    """Open one of the kind, after what it needs."""
    if kind == "licence_verification":
        request = await verification(twins)
    else:
        request = errand(kind)
    await twins.registers.desk(of(kind)).open_errand(request, key=key)
    return request
