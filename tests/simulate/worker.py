"""`python -m tests.simulate.worker`: the product's worker, and the test's procedure that runs any clock."""

import uvloop

from banjian.settings import Settings
from banjian.worker import serve
from law import catalogue
from tests.kernel.any_clock import ROW, AnyClock
from workflows.registry import PROCEDURES

if __name__ == "__main__":
    catalogue.add(ROW)
    PROCEDURES[ROW.workflow] = AnyClock
    uvloop.run(serve(Settings()))
