"""The page behind the `type` of every problem answer."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.problems import Problem, problem_type
from api.security.current import Anyone
from api.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/problems/{code}")
async def problem_page(request: Request, visitor: Anyone, code: str) -> Response:
    """What a code means and what to do."""
    try:
        kind = problem_type(code)
    except KeyError:
        raise Problem("not_found") from None
    return render(request, "problem.html", {"code": code, "type": kind})
