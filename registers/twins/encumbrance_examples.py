"""Examples of requests to the courts and the register of collateral, as the twins' OpenAPI shows them."""

from registers.twins.examples import example

SEARCH = example({"uscc": "91421303MA0BANJ05F", "name": "随州市曾都区红光商贸有限公司"})
