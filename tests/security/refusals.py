"""What every attack needs: a body sent byte by byte, the one shape of a refusal, and a task that is held."""

from typing import Any

import httpx

from tests.security.ground import Ground


def refused(answer: httpx.Response, *statuses: int) -> dict[str, Any]:
    """The problem document of a refusal that has the one shape of all."""
    assert answer.status_code in (statuses or (422,)), (answer.status_code, answer.text[:500])
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["title"]
    return problem


async def raw(
    live: Ground, who: str, method: str, path: str, body: bytes, **headers: str
) -> httpx.Response:
    return await live.cast.call(
        who,
        method,
        path,
        content=body,
        headers={"Content-Type": "application/json", "If-Match": "*"} | headers,
    )


async def claimed(live: Ground, who: str, case: str) -> tuple[str, str]:
    """Path and ETag of the case's task, claimed."""
    task = await live.task(who, case)
    path = f"/api/v1/tasks/{task['task_id']}"
    seen = await live.cast.call(who, "GET", path)
    claim = await live.cast.call(
        who, "POST", f"{path}/claim", headers={"If-Match": seen.headers["ETag"]}
    )
    assert claim.status_code == 200, claim.text
    return path, claim.headers["ETag"]
