"""`python -m tests.chaos.api --port N`: the shipped API with crash points."""

import argparse

import uvloop

import banjian.compose_api
from api.acts import Acts, Outcome
from banjian import serve
from banjian.settings import Settings
from domain.contracts import Command
from tests.chaos.crash import CrashPlan, put


def api_points(plan: CrashPlan) -> None:
    """Put the points that the API passes into this process."""

    class CrashingActs(Acts):
        async def _deliver(self, command: Command) -> Outcome:
            await plan.reached("unsent", command.case_id, command.act_id)
            outcome = await super()._deliver(command)
            await plan.reached("unanswered", command.case_id, command.act_id)
            return outcome

    put(banjian.compose_api, "Acts", CrashingActs)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    api_points(CrashPlan(Settings().banjian_data))
    uvloop.run(serve.serve("api", asked.port))
