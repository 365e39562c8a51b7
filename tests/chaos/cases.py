"""The life of one small company, as its people drive it over HTTP: registered, and its licences separated.

A licensed one's business scope leads to four licence items, one of each mode; the others' to none.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from banjian.player.cast import Answered
from banjian.player.deeds import sample_pdf
from tests.chaos.people import Insistent

PROCEDURE = "establishment_registration"
PARTS = ("articles", "appointment", "address_proof")
OFFICERS: dict[str, tuple[str, dict[str, Any]]] = {
    "submitted": ("acceptor", {"decision": "accept"}),
    "under_review": ("reviewer", {"finding": "conforms", "no_interest": True}),
    "deciding": ("approver", {"decision": "grant", "no_interest": True}),
}
"""Stage → who has to do something, and what they answer."""

ENDED = "archived"
WRITES = 2 + len(PARTS) + 2 * len(OFFICERS)
"""Answered requests that change something in an undisturbed life: draft, files, hand-in, claims, decisions."""

SEPARATION = "license_separation"
SCOPE = ("日用百货销售",)
LICENSED = (*SCOPE, "广告发布", "食品销售（仅销售预包装食品）", "职业中介活动", "烟草制品零售")
MODES = 4
"""Licence items that LICENSED leads to."""

_SYLLABLES = "青禾红光东方瑞祥永泰和顺宏远天成"
_PDF = sample_pdf("chaos")
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(number: int) -> str:
    """A fictional identity number whose check character holds."""
    body = f"42130319{70 + number // 1000:02d}0614{number % 1000:03d}"
    return body + "10X98765432"[sum(int(c) * w for c, w in zip(body, _WEIGHTS, strict=True)) % 11]


def trade_name(number: int) -> str:
    """Four syllables, different for every number below 65,536."""
    return "".join(_SYLLABLES[(number >> shift) & 15] for shift in (12, 8, 4, 0))


def form(number: int, people: int, licensed: bool = False) -> dict[str, Any]:
    """A small application: one shareholder who is legal representative, then others."""
    persons = [
        {
            "name": f"周晓{_SYLLABLES[n % 16]}",
            "id_number": id_number(number * 4 + n),
            "phone": "13900000000",
            "posts": ["legal_representative", "director", "shareholder"]
            if n == 0
            else ["supervisor"],
            **({"contribution": "500000"} if n == 0 else {}),
        }
        for n in range(people)
    ]
    return {
        "name": f"随州市曾都区{trade_name(number)}商贸有限公司",
        "entity_type": "limited_company",
        "domicile": "湖北省随州市曾都区烈山大道1号",
        "capital": "500000",
        "paid_until": "2027-12-31",
        "business_scope": list(LICENSED if licensed else SCOPE),
        "persons": persons,
    }


@dataclass
class Life:
    """What became of one case.

    Attributes:
        number: of the case in its run; its form follows from it.
        licensed: whether its scope leads to licences; it has ended when they have.
        at: the address that a host provides, and the host's code; empty: a domicile of its own.
        stage: as last seen; the outcome once `ended`.
        own: its cases in the order in which they were handed in.
        outcomes: of its cases that end otherwise than archived, as its people were told, by case.
        refusals: clear answers "no" that its people got on the way.
    """

    number: int
    licensed: bool = False
    at: tuple[str, str] = ("", "")
    case_id: str = ""
    receipt_no: str = ""
    digest: str = ""
    stage: str = ""
    ended: bool = False
    seconds: float = 0.0
    own: list[str] = field(default_factory=list)
    outcomes: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    @property
    def writes(self) -> int:
        """Answered requests that change something in an undisturbed life."""
        return WRITES

    @property
    def owner(self) -> str:
        return "applicant" if self.number % 2 else "applicant2"

    def entry(self) -> dict[str, Any] | None:
        """What the market register knows before the life begins."""
        return None

    def form(self, people: int) -> dict[str, Any]:
        domicile, host = self.at
        filled = form(self.number, people, self.licensed)
        return filled | ({"domicile": domicile, "hosted_by": host} if host else {})


async def live(
    cast: Insistent,
    life: Life,
    *,
    people: int = 1,
    poll: float = 1.5,
    born: Callable[[str], None] = lambda case_id: None,
) -> Life:
    """From the first word to the archive.

    Args:
        born: told the case's id before it is handed in.
    """
    begin = time.monotonic()
    receipt = await filed(cast, life.owner, PROCEDURE, life.form(people), PARTS, born)
    life.case_id, life.receipt_no = receipt["case_id"], receipt["receipt_no"]
    life.digest = receipt["digest"]
    while not life.ended:
        await _step(cast, life)
        life.seconds = time.monotonic() - begin
        if not life.ended:
            await asyncio.sleep(poll)
    return life


async def filed(
    cast: Insistent,
    who: str,
    procedure: str,
    filled: dict[str, Any],
    parts: Collection[str],
    born: Callable[[str], None] = lambda case_id: None,
) -> dict[str, Any]:
    """An application with its files, handed in; returns the receipt."""
    draft = await cast.ask(
        who, "POST", "/api/v1/applications", json={"procedure": procedure, "form": filled}
    )
    path = f"/api/v1/applications/{draft['id']}"
    for part in parts:
        await cast.ask(
            who,
            "POST",
            f"{path}/files",
            data={"part": part},
            files={"file": (f"{part}.pdf", _PDF, "application/pdf")},
        )
    born(draft["id"])
    receipt: dict[str, Any] = await cast.ask(
        who, "POST", f"{path}/submissions", json={"declaration": True}
    )
    return receipt


async def shown(cast: Insistent, owner: str, number: str) -> dict[str, Any] | None:
    """The case as its applicant sees it; None while it is durable and on its way to the case."""
    try:
        found: dict[str, Any] = await cast.ask(owner, "GET", f"/api/v1/cases/{number}")
    except Answered as missing:
        if missing.status != 404:
            raise
        return None
    return found


async def until(
    cast: Insistent,
    life: Life,
    owner: str,
    number: str,
    stages: Collection[str],
    officers: Mapping[str, tuple[str, Any]] = MappingProxyType({}),
    *,
    poll: float = 1.5,
) -> dict[str, Any]:
    """The case once it has come to one of the stages; officers do theirs on the way."""
    while True:
        case = await shown(cast, owner, number)
        if case is not None:
            life.stage = f"{number}: {case['stage']}"
            if case["stage"] in stages:
                return case
            await decide(cast, life, case, officers)
        await asyncio.sleep(poll)


async def _step(cast: Insistent, life: Life) -> None:
    case = await shown(cast, life.owner, life.receipt_no)
    if case is None:
        return
    life.stage = case["stage"]
    if case["closed_at"] is not None:
        life.ended = not life.licensed or await _separated(cast, life)
        return
    await decide(cast, life, case, OFFICERS)


async def _separated(cast: Insistent, life: Life) -> bool:
    """Whether the licences have ended."""
    found = await cast.ask(life.owner, "GET", f"/api/v1/cases/{life.receipt_no}/related")
    stages = [row["stage"] for row in found["items"] if row["item"] == SEPARATION]
    life.stage = f"{SEPARATION}: {', '.join(stages)}"
    return stages == ["archived"]


async def decide(
    cast: Insistent, life: Life, case: dict[str, Any], officers: Mapping[str, tuple[str, Any]]
) -> None:
    """Whoever has to do something at the case's stage does it; a clear no is noted in the life."""
    stage = case["stage"]
    if stage not in officers:
        return
    try:
        await _complete(cast, case["case_id"], stage, *officers[stage])
    except Answered as refused:
        life.refusals.append(f"{stage}: {refused}")


async def _complete(
    cast: Insistent, case_id: str, stage: str, officer: str, answers: dict[str, Any]
) -> None:
    found = await cast.ask(officer, "GET", f"/api/v1/tasks?case={case_id}")
    task = next((t for t in found["items"] if t["stage"] == stage), None)
    if task is None:
        return
    path = f"/api/v1/tasks/{task['task_id']}"
    claim = await cast.call(officer, "POST", f"{path}/claim", headers={"If-Match": task["etag"]})
    if claim.status_code >= 400:
        raise Answered(claim)
    await cast.ask(
        officer,
        "POST",
        f"{path}/complete",
        json=answers,
        headers={"If-Match": claim.headers["ETag"]},
    )
