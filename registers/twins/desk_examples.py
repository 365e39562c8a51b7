"""Examples of the desks' and the name library's OpenAPI. All fictional; the check characters hold."""

from typing import Any

from registers.twins.examples import example

_PERSON = {"name": "陈晓红", "id_number": "421303198506142016"}
_ENTERPRISE = {
    "case_ref": "case-0001",
    "uscc": "91421303MA0BANJ05F",
    "name": "随州市曾都区红光商贸有限公司",
    "legal_representative": _PERSON,
}


def _errand(errand: str, **facts: Any) -> Any:
    return example({**_ENTERPRISE, "errand": errand, **facts})


ERRANDS: dict[str, Any] = {
    "tax_confirmation": _errand("tax_confirmation", taxpayer="small_scale"),
    "social_registration": _errand("social_registration", employees=3),
    "tax_deregistration": _errand("tax_deregistration"),
    "social_deregistration": _errand("social_deregistration"),
    "seal_filing": _errand("seal_filing", seals=["official", "finance"]),
    "housing_account": _errand("housing_account", employees=3),
    "bank_appointment": _errand(
        "bank_appointment", bank="示例银行随州曾都支行", visit_on="2099-09-25"
    ),
    "licence_filing": _errand("licence_filing", department="market", item="prepacked_food_filing"),
    "licence_commitment": _errand(
        "licence_commitment", department="fire", item="fire_check", committed=True
    ),
    "licence_application": _errand(
        "licence_application", department="market", item="food_operation"
    ),
    "licence_verification": _errand(
        "licence_verification",
        department="fire",
        item="fire_check",
        licence_number="CN-2026-000001",
    ),
}
WITHDRAWAL = example(
    {"case_ref": "case-0001", "opened_by": "case-0001.open_errand.1", "reason": "申请人撤回"}
)
NOTICE = example(
    {
        "case_ref": "case-0001",
        "department": "fire",
        "items": ["fire_check"],
        "uscc": "91421303MA0BANJ05F",
        "name": "随州市曾都区红光商贸有限公司",
        "entity_type": "limited_company",
        "address": "湖北省随州市曾都区烈山大道1号",
        "legal_representative_name": "陈晓红",
        "business_scope": ["日用百货销售"],
        "registered_at": "2026-09-24T03:00:00Z",
    }
)
RESERVE = example(
    {
        "case_ref": "case-0003",
        "name": "随州市曾都区青禾食品有限公司",
        "entity_type": "limited_company",
        "division": "421303",
        "reserved_until": "2026-11-24",
    }
)
OCCUPY = example(
    {
        "case_ref": "case-0001",
        "reservation_number": "MC-421303-2026-000009",
        "uscc": "91421303MA0BANJ05F",
    }
)
RELEASE = example(
    {
        "case_ref": "case-0003",
        "reservation_number": "MC-421303-2026-000009",
        "ground": "given_up",
    }
)
LOOK_UP = example({"name": "随州市曾都区青禾食品有限公司", "entity_type": "limited_company"})
CHANGES = example({"after": 0, "limit": 1000})
ANSWER = example({"decision": "refuse", "code": "papers_missing", "reason": "材料不齐"})
