"""Examples of requests about an entity's end, as the twins' OpenAPI shows them."""

from registers.twins.examples import example

_CODE, _NAME = "91421303MA0BANJ05F", "随州市曾都区红光商贸有限公司"
DEREGISTRATION = example(
    {
        "case_ref": "case-0004",
        "uscc": _CODE,
        "division": "421303",
        "name": _NAME,
        "way": "general",
    }
)
RESTORATION = example({"case_ref": "case-0005", "uscc": _CODE, "division": "421303", "name": _NAME})
DEREGISTRATION_PUBLICATION = example(
    {
        "case_ref": "case-0004",
        "uscc": _CODE,
        "name": _NAME,
        "way": "general",
        "deregistered_at": "2026-09-24T03:00:00Z",
    }
)
RESTORATION_PUBLICATION = example(
    {
        "case_ref": "case-0005",
        "uscc": _CODE,
        "name": _NAME,
        "restored_at": "2026-09-24T03:00:00Z",
    }
)
CLEARANCE = example({"uscc": _CODE})
