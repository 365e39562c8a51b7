"""The life of a one-stop opening (企业开办“一次办”), as its people drive it over HTTP, from its name to its last part.

Two people declare the same name in the same second; one of them opens the enterprise under it. Its registration is driven
by officers, its five parts by the offices: one may be refused and corrected, given up, or withdrawn meanwhile.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from banjian.player.cast import Answered
from law.startup_parts import Part
from tests.chaos.cases import (
    OFFICERS,
    SEPARATION,
    Life,
    decide,
    filed,
    form,
    shown,
    until,
)
from tests.chaos.people import Insistent

OPENING: Final = "enterprise_startup_onestop"
NAME: Final = "name_self_declaration"
REGISTRATION: Final = "registration"
MATERIALS: Final = ("articles", "appointment", "address_proof")
PARTS: Final = tuple(part.value for part in Part)
HELD: Final = "reserved"
# Whoever keeps a name may keep three at a time: enough people that nobody is after more.
PAIRS: Final = 24
FOUNDERS: Final = tuple(f"{who}{n}" for n in range(PAIRS) for who in ("founder", "rival"))
GIVEN_UP: Final = {"failed": ("window_head", {"action": "give_up", "note": "请自行到中心办理"})}
NAME_WRITES: Final = 2 * 2 + 1
OPENING_WRITES: Final = 1 + len(MATERIALS) + 1 + 2 * len(OFFICERS)


@dataclass
class OpeningLife(Life):
    """One enterprise and its two founders, of whom one gets the name; `case_id` is the opening's.

    Attributes:
        variant: 0: all goes well, the other withdraws. 1: the one who was first gives the name up and the other takes it; the
            housing fund refuses, and is asked again with what was corrected. 2: that part is given up, and the bank's withdrawn.
        declared: owner → the case of their declaration.
        founder: who opens it.
        page: part → how it stands, as the opening's page said at last.
    """

    variant: int = -1
    declared: dict[str, str] = field(default_factory=dict)
    founder: str = ""
    page: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.variant < 0:
            self.variant = self.number // 10 % 3

    @property
    def pair(self) -> tuple[str, str]:
        return f"founder{self.number % PAIRS}", f"rival{self.number % PAIRS}"

    @property
    def owner(self) -> str:
        return self.founder

    @property
    def writes(self) -> int:
        return NAME_WRITES + OPENING_WRITES + (self.variant == 1) + 2 * (self.variant > 0)

    def form(self, people: int) -> dict[str, Any]:
        return form(self.number, people) | {
            "parts": list(PARTS),
            "seals": ["official", "finance"],
            "taxpayer": "small_scale",
            "employees": 0 if self.variant else 3,
            "bank": "曾都农商银行东城支行",
        }

    def declaration(self) -> dict[str, Any]:
        # Names of the run are near to one another; whoever takes one answers for it (art. 16).
        name = form(self.number, people=1)["name"]
        return {
            "name": name,
            "entity_kind": "limited_company",
            "seat": "421303",
            "commitment": True,
        }


async def live(
    cast: Insistent,
    life: OpeningLife,
    *,
    people: int = 1,
    poll: float = 1.5,
    born: Callable[[str], None] = lambda case_id: None,
) -> OpeningLife:
    """From the first word about the name to the day on which every part has an outcome."""
    return await _Opening(cast, life, poll).live(people, born)


@dataclass
class _Opening:
    cast: Insistent
    life: OpeningLife
    poll: float
    numbers: dict[str, str] = field(default_factory=dict)

    async def live(self, people: int, born: Callable[[str], None]) -> OpeningLife:
        begin, life = time.monotonic(), self.life
        reservation = await self._name(born)
        if not reservation:
            return life
        filled = life.form(people) | {"name_reservation": reservation}
        receipt = await filed(self.cast, life.founder, OPENING, filled, MATERIALS, born)
        life.case_id, life.receipt_no = receipt["case_id"], receipt["receipt_no"]
        life.digest = receipt["digest"]
        over = False
        while not over:
            over = await self._step()
            await asyncio.sleep(self.poll)
        await self._until(life.founder, "used")
        life.ended, life.seconds = True, time.monotonic() - begin
        return life

    # -- the name ----------------------------------------------------------------------------------------

    async def _name(self, born: Callable[[str], None]) -> str:
        """Both declare at once; the number of the declaration under which the enterprise is opened; "" where nobody got it."""
        life = self.life
        drafts = [
            await self.cast.ask(
                who,
                "POST",
                "/api/v1/applications",
                json={"procedure": NAME, "form": life.declaration()},
            )
            for who in life.pair
        ]
        for who, draft in zip(life.pair, drafts, strict=True):
            born(draft["id"])
            life.declared[who] = draft["id"]
        await asyncio.gather(
            *(self._hand_in(who, d["id"]) for who, d in zip(life.pair, drafts, strict=True))
        )
        stands = await asyncio.gather(*(self._until(who, HELD, "choosing") for who in life.pair))
        first = [who for who, at in zip(life.pair, stands, strict=True) if at == HELD]
        if len(first) != 1:
            life.stage = f"the name is reserved for {first}"
            return ""
        (other,) = set(life.pair) - set(first)
        if life.variant == 1:
            life.founder = other
            await asyncio.gather(self._give_up(first[0]), self._take_over(other))
        else:
            life.founder = first[0]
            await self._act(other, "withdrawals", {"reason": "名称已经被别人申报"})
            life.outcomes[life.declared[other]] = await self._until(other, "withdrawn")
        life.outcomes[life.declared[life.founder]] = "used"
        return self.numbers[life.founder]

    async def _hand_in(self, who: str, application: str) -> None:
        path = f"/api/v1/applications/{application}/submissions"
        receipt = await self.cast.ask(who, "POST", path, json={"declaration": True})
        self.numbers[who] = receipt["receipt_no"]

    async def _give_up(self, who: str) -> None:
        """Asked again while the case stands where it was: a no that a crash brought about is no last word."""
        while True:
            await self._act(who, "name-releases", {"reason": "改用另一个名称"})
            await asyncio.sleep(self.poll)
            case = await shown(self.cast, who, self.numbers[who])
            if case is not None and case["stage"] != HELD:
                break
        self.life.outcomes[self.life.declared[who]] = await self._until(who, "released")

    async def _take_over(self, who: str) -> None:
        """Asked again until the name is free."""
        while await self._until(who, HELD, "choosing") != HELD:
            await self._act(who, "name-searches", {})
            await asyncio.sleep(self.poll)

    async def _until(self, who: str, *stages: str) -> str:
        case = await until(self.cast, self.life, who, self.numbers[who], stages, poll=self.poll)
        return str(case["stage"])

    async def _act(self, who: str, act: str, data: dict[str, Any]) -> None:
        await self._on_case(who, self.numbers[who], act, data)

    async def _on_case(self, who: str, number: str, act: str, data: dict[str, Any]) -> None:
        """A clear no is noted: what was asked for may have come about by itself meanwhile."""
        try:
            await self.cast.ask(who, "POST", f"/api/v1/cases/{number}/{act}", json=data)
        except Answered as refused:
            self.life.refusals.append(f"{act}: {refused}")

    # -- the registration, and what comes besides ----------------------------------------------------------

    async def _step(self) -> bool:
        """One look at every case of the opening; whether all have ended."""
        life = self.life
        opening = await shown(self.cast, life.founder, life.receipt_no)
        if opening is None:
            return False
        related = await self._related(life.receipt_no)
        if related is None:
            return False
        life.stage = f"{opening['stage']}: {[row['stage'] for row in related['items']]}"
        registered = False
        for row in related["items"]:
            if row["number"] and row["item"] == REGISTRATION:
                registered = await self._register(row["number"])
            elif row["number"] and row["item"] in PARTS and life.variant:
                await self._trouble(row)
        if opening["closed_at"] is None or not registered:
            return False
        life.page = {line["part"]: line["standing"] for line in related["parts"]}
        return True

    async def _register(self, number: str) -> bool:
        """Whether the registration and the separation of its licences have ended; officers do theirs."""
        case = await shown(self.cast, self.life.founder, number)
        if case is None:
            return False
        if case["closed_at"] is None:
            await decide(self.cast, self.life, case, OFFICERS)
            return False
        found = await self._related(number)
        stages = (
            [row["stage"] for row in found["items"] if row["item"] == SEPARATION] if found else []
        )
        return stages == ["archived"]

    async def _related(self, number: str) -> dict[str, Any] | None:
        """None while the case is durable and on its way: it is shown already, and nothing is related to it yet."""
        path = f"/api/v1/cases/{number}/related"
        try:
            found: dict[str, Any] = await self.cast.ask(self.life.founder, "GET", path)
        except Answered as missing:
            if missing.status != 404:
                raise
            return None
        return found

    async def _trouble(self, row: dict[str, Any]) -> None:
        """What the variant has for a part that does not go well."""
        founder, number = self.life.founder, row["number"]
        if row["item"] == Part.HOUSING and row["stage"] == "failed":
            if self.life.variant == 1:
                await self._on_case(founder, number, "part-corrections", {"employees": 2})
            elif (case := await shown(self.cast, founder, number)) is not None:
                await decide(self.cast, self.life, case, GIVEN_UP)
        if self.life.variant == 2 and row["item"] == Part.BANK and row["state"] == "open":
            await self._on_case(founder, number, "withdrawals", {"reason": "另行开户"})
