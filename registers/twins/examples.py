"""Examples of the twins' OpenAPI. All persons and enterprises are fictional; the check characters hold."""

from typing import Any

_PERSON = {"name": "陈晓红", "id_number": "421303198506142016"}


def example(value: dict[str, Any]) -> Any:
    return {"example": {"value": value}}


PERSON_CHECK = example(_PERSON)
NAME_CHECK = example({"name": "随州市曾都区红光商贸有限公司", "division": "421303"})
CAPITAL_CHECK = example(
    {"entity_type": "limited_company", "amount": "500000.00", "paid_until": "2031-09-22"}
)
REGISTER = example(
    {
        "case_ref": "case-0001",
        "name": "随州市曾都区红光商贸有限公司",
        "entity_type": "limited_company",
        "division": "421303",
        "address": "湖北省随州市曾都区烈山大道1号",
        "legal_representative": _PERSON,
        "persons": [{**_PERSON, "post": "执行董事"}],
        "capital": "500000.00",
        "capital_paid_until": "2031-09-22",
        "business_scope": ["日用百货销售"],
        "term_until": None,
    }
)
ENDINGS = example({"since": "2026-09-01", "after": None, "limit": 1000})
AUTHENTICATION = example(
    {"case_ref": "case-0001", "person": _PERSON, "purpose": "设立登记实名认证"}
)
CONFIRMATION = example(_PERSON)
SIGNING = example(
    {
        "case_ref": "case-0001",
        "title": "公司设立登记申请书",
        "document_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "signatory": _PERSON,
    }
)
SIGNING_REFUSAL = example({**_PERSON, "reason": "章程中的出资比例与约定不符"})
ESTABLISHMENT = example(
    {
        "case_ref": "case-0001",
        "uscc": "91421303MA0BANJ05F",
        "name": "随州市曾都区红光商贸有限公司",
        "entity_type": "limited_company",
        "legal_representative_name": "陈晓红",
        "address": "湖北省随州市曾都区烈山大道1号",
        "capital": "500000.00",
        "business_scope": ["日用百货销售"],
        "registered_at": "2026-09-24T03:00:00Z",
    }
)
_CODE = "91421303MA0BANJ05F"
CHANGE = example(
    {
        "case_ref": "case-0003",
        "uscc": _CODE,
        "division": "421303",
        "signatory": _PERSON,
        "before": {"name": "随州市曾都区红光商贸有限公司"},
        "address": "湖北省随州市曾都区交通大道9号",
    }
)
CHANGE_PUBLICATION = example(
    {
        "case_ref": "case-0003",
        "uscc": _CODE,
        "name": "随州市曾都区红光商贸有限公司",
        "items": [
            {
                "item": "address",
                "before": "湖北省随州市曾都区烈山大道1号",
                "after": "湖北省随州市曾都区交通大道9号",
            }
        ],
        "changed_at": "2026-09-24T03:00:00Z",
        "licence_declared_void": False,
    }
)
NOTICE = example(
    {
        "case_ref": "case-0002",
        "kind": "simple_deregistration",
        "uscc": "91421303MA0BANJ05F",
        "subject_name": "随州市曾都区红光商贸有限公司",
        "title": "简易注销公告",
        "text": "本企业拟申请简易注销登记,现予以公告。",
        "open_from": "2026-09-18",
        "open_until": "2026-10-08",
    }
)
LICENCE_ITEMS = example(
    {
        "case_ref": "case-0001",
        "uscc": "91421303MA0BANJ05F",
        "name": "随州市曾都区红光商贸有限公司",
        "items": [
            {
                "item": "advertising_registration",
                "name": "广告发布登记",
                "department": "market",
                "standing": "notified",
            }
        ],
    }
)
WITHDRAWAL = example(
    {"case_ref": "case-0002", "publication_number": "GS-2026-00000001", "reason": "申请人撤回"}
)
_ENTRY = {
    "case_ref": "case-0004",
    "uscc": _CODE,
    "decision_number": "曾市监〔2026〕列异字第000001号",
}
LIST_ENTRY = example(
    _ENTRY
    | {
        "kind": "abnormal",
        "name": "随州市曾都区红光商贸有限公司",
        "ground": "annual_report_missing",
    }
)
LIST_REMOVAL = example(_ENTRY | {"entry_number": "MD-2026-00000001", "ground": "corrected"})
LIST_RESTORATION = example(_ENTRY | {"entry_number": "MD-2026-00000001"})
REPAIR_PUSH = example(
    _ENTRY | {"entry_number": "MD-2026-00000001", "recipients": ["credit_china"], "repaired": True}
)
DEPOSIT = example(
    {
        "case_ref": "case-0001",
        "title": "设立登记档案",
        "package_sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "size": 20480,
        "documents": 7,
        "retention": "permanent",
    }
)
FAULT = example({"register": "market", "kind": "lose_answer_after_commit", "times": 1, "seed": 7})
WORLD = example(
    {
        "enterprises": [
            {
                "uscc": "91421303MA0BANJ05F",
                "name": "随州市曾都区红光商贸有限公司",
                "status": "active",
            }
        ],
        "persons": [_PERSON],
        "bars": [
            {
                **_PERSON,
                "article": "市场主体登记管理条例第四十条",
                "scope": "any_post",
                "ground": "虚假登记被撤销的直接责任人",
                "since": "2025-01-10",
                "until": "2028-01-09",
            }
        ],
    }
)
