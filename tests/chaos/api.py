"""`python -m tests.chaos.api --port N`: the shipped API with crash points."""

import argparse

import uvloop

from banjian import serve
from banjian.settings import Settings
from tests.chaos import patches
from tests.chaos.crash import CrashPlan

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    patches.api_points(CrashPlan(Settings().banjian_data))
    uvloop.run(serve.serve("api", asked.port))
