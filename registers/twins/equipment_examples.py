"""Examples of requests to the special-equipment platform, as the twins' OpenAPI shows them. All fictional."""

from registers.twins.examples import example

MEASURE = example(
    {
        "case_ref": "case-0005",
        "device": "31104213032026000001",
        "measure": "prohibit",
        "document": "曾市监〔2026〕特监停字第000001号",
    }
)
USE = example(
    {
        "case_ref": "case-0006",
        "uscc": "91421303MA0BANJ05F",
        "unit": "随州市曾都区红光商贸有限公司",
        "division": "421303",
        "devices": [
            {
                "code": "31104213032026000002",
                "kind": "3110",
                "place": "烈山大道1号",
                "registration_number": "曾市监〔2026〕特登字第000001号",
                "inspection_valid_until": "2027-09-30",
            }
        ],
    }
)
USE_CHANGE = example(
    {
        "case_ref": "case-0007",
        "change": "stop",
        "before": "91421303MA0BANJ05F",
        "uscc": "91421303MA0BANJ05F",
        "unit": "随州市曾都区红光商贸有限公司",
        "devices": [
            {
                "code": "31104213032026000001",
                "kind": None,
                "place": None,
                "registration_number": None,
                "inspection_valid_until": None,
            }
        ],
    }
)
HAZARD = example(
    {
        "case_ref": "case-0005",
        "recipient": "higher",
        "device": "31104213032026000001",
        "unit": "随州市曾都区红光商贸有限公司",
        "uscc": "91421303MA0BANJ05F",
        "grade": "serious",
        "summary": "电梯超过检验有效期仍在使用,已责令停止使用。",
    }
)
