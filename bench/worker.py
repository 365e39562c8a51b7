"""`python -m bench.worker`: the product's worker with the reference procedure beside the shipped ones."""

import uvloop

from banjian.settings import Settings
from banjian.worker import serve
from bench.application import register

if __name__ == "__main__":
    register()
    uvloop.run(serve(Settings()))
