"""`python -m tests.chaos.worker [--mutant NAME]`: the shipped worker with crash points."""

import argparse

import uvloop

from banjian import worker
from banjian.settings import Settings
from storage.projector import Projector
from tests.chaos import patches
from tests.chaos.crash import CrashPlan

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutant", choices=sorted(patches.MUTANTS))
    asked = parser.parse_args()
    settings = Settings()
    if asked.mutant == "no-register-key":
        patches.forget_register_keys()
    patches.worker_points(
        CrashPlan(settings.banjian_data),
        patches.Unfenced if asked.mutant == "no-fence" else Projector,
    )
    uvloop.run(worker.serve(settings))
