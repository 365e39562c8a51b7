"""The reference case as its people play it over REST: each signed in, each act under a key of its own."""

import time
import uuid
from collections.abc import Mapping
from typing import Any

from bench.wire import Answer, Wire

APPLICANT = "applicant"
OFFICERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acceptor", {"decision": "accept"}),
    ("reviewer", {"finding": "conforms", "no_interest": True}),
    ("approver", {"decision": "grant", "no_interest": True}),
)
EVERYBODY = (APPLICANT, *(who for who, _ in OFFICERS))


class Unexpected(Exception):
    """The API answered otherwise than the reference case expects."""


class People:
    """An applicant and three officers at one API."""

    def __init__(self, base_url: str) -> None:
        self.wire = Wire(base_url)
        self._tokens: dict[str, str] = {}
        self._passwords: Mapping[str, str] = {}

    async def sign_in(self, passwords: Mapping[str, str]) -> None:
        """Everybody of the reference case gets a session of a program (bearer token)."""
        self._passwords = passwords
        for who in EVERYBODY:
            await self.sign_in_one(who)

    async def sign_in_one(self, who: str) -> None:
        """A further person of the bureau."""
        wanted = {"sign_in": who, "password": self._passwords[who]}
        answer = await self.wire.post("/api/v1/sessions", wanted, {})
        self._tokens[who] = _json("/api/v1/sessions", answer)["token"]

    async def act(self, who: str, path: str, body: Any, **headers: str) -> Any:
        """One act of a person. Raises Unexpected for anything but success."""
        mine = {
            "Authorization": f"Bearer {self._tokens[who]}",
            "Idempotency-Key": uuid.uuid4().hex,
            **headers,
        }
        return _json(path, await self.wire.post(path, body, mine))

    async def see(self, who: str, path: str) -> Any:
        """One look of a person."""
        headers = {"Authorization": f"Bearer {self._tokens[who]}"}
        return _json(path, await self.wire.get(path, headers))

    async def case(self, latencies: list[float]) -> uuid.UUID:
        """Create, three times claim and complete, close.

        Args:
            latencies: gets the seconds from each completion to its answer, where a next task follows.
        """
        receipt = await self.act(
            APPLICANT,
            "/api/v1/applications/at-once",
            {
                "procedure": "reference",
                "form": {"name": "随州市曾都区红光商贸有限公司"},
                "declaration": True,
            },
        )
        case_id = uuid.UUID(receipt["case_id"])
        for number, (who, answers) in enumerate(OFFICERS, start=1):
            task = f"/api/v1/tasks/{case_id}-{number}"
            # The claim succeeds at once: the answer before it came when its task was visible.
            await self.act(who, f"{task}/claim", {}, **{"If-Match": "*"})
            began = time.perf_counter()
            done = await self.act(who, f"{task}/complete", answers, **{"If-Match": "*"})
            if done["state"] != "applied":
                raise Unexpected(f"{task}: not readable within the API's patience")
            if number < len(OFFICERS):
                latencies.append(time.perf_counter() - began)
        closed = await self.act(APPLICANT, f"/api/v1/cases/{receipt['receipt_no']}/closings", {})
        if closed["current"]["stage"] != "done":
            raise Unexpected(f"case {case_id} is in {closed['current']['stage']}")
        return case_id


def _json(path: str, answer: Answer) -> Any:
    if answer.status >= 300:
        raise Unexpected(f"{path}: {answer.status} {answer.body.decode()[:500]}")
    return answer.json()
