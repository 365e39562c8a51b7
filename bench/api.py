"""`python -m bench.api --port N`: the product's API with the reference procedure and its closing act.

The closing act needs an address of its own, as the acts of every procedure do; it is made of the same
parts as the product's routes for acts (`api.routers`).
"""

import argparse
from typing import Annotated
from uuid import UUID

import uvloop
from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from api.acts import Draft
from api.case_access import load_case
from api.idempotency import Key, act_once
from api.performing import answered, perform
from api.security.current import Applicant
from api.services import Means
from banjian.serve import build_api, listen
from banjian.settings import Settings, check_start
from bench.application import register

router = APIRouter(prefix="/api/v1/cases")


@router.post("/{number}/closings")
async def close_case(
    request: Request,
    person: Applicant,
    means: Means,
    key: Key,
    number: Annotated[str, Field(max_length=96)],
) -> Response:
    """The applicant ends the 20-day notice of the reference case."""
    view = await load_case(means.engine, person, number)

    async def work(act_id: UUID) -> Response:
        draft = Draft(act_id, view.case.case_id, "close", person.actor)
        outcome = await perform(means, person, draft)
        return await answered(means, person, draft, outcome, {})

    return await act_once(request, person, means, key, work)


async def serve(settings: Settings, port: int) -> None:
    application = await build_api(settings)
    # Among the acts, as that of a registered procedure would be: behind all pages it would be looked for longest.
    application.router.routes[:0] = router.routes
    await listen(application, settings.api_host, port)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    port: int = parser.parse_args().port
    settings = Settings()
    check_start(settings)
    register()
    uvloop.run(serve(settings, port))


if __name__ == "__main__":
    main()
