"""Lives of enterprises that the market register knows: one leaves by the simple way and does not, one is listed and removed.

A simple deregistration short of its twenty days: the notice runs, and the tax office objects, the applicant withdraws, or both
at once. An entry into the list of abnormal operations: proposed, verified, decided; then its removal.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

import httpx

from banjian.player.cast import Answered
from law.codes import make_uscc
from law.zone import civil_date
from tests.chaos.cases import OFFICERS, Life, filed, id_number, trade_name, until
from tests.chaos.people import Insistent

LEAVING: Final = "simple_deregistration"
LISTING: Final = "abnormal_operation_list"
REMOVAL: Final = "abnormal_list_removal"
GROUND: Final = "unreachable"
PAUSE: Final = 0.5


@dataclass
class FirmLife(Life):
    """A firm with one investor, its legal representative. Firms are counted apart from what is registered in the run."""

    letter: ClassVar[str]
    first: ClassVar[int]

    @property
    def uscc(self) -> str:
        return make_uscc("1", "421303", f"MAC{self.letter}{self.number:04d}")

    @property
    def name(self) -> str:
        return f"随州市曾都区{trade_name(self.first * 10 + self.number)}贸易有限公司"

    @property
    def head(self) -> dict[str, str]:
        return {"name": "吴海燕", "id_number": id_number((self.first + self.number) * 4)}

    def entry(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "name": self.name,
            "registered_on": "2020-05-06",
            "address": f"湖北省随州市曾都区南郊街道迎宾大道{self.number}号",
            "legal_representative": self.head,
            "standings": {"investors": [self.head["name"]]},
        }


# -- simple deregistration ---------------------------------------------------------------------------------


@dataclass
class LeavingLife(FirmLife):
    """Its notice does not run to its end.

    Attributes:
        variant: 0: withdrawn. 1: the tax office objects. 2: both at once, and the case decides.
    """

    letter: ClassVar[str] = "L"
    first: ClassVar[int] = 5000

    @property
    def variant(self) -> int:
        return self.number // 20 % 3

    @property
    def writes(self) -> int:
        return 2 + (self.variant != 1)

    def form(self, people: int) -> dict[str, Any]:
        person = self.head | {"phone": "13900000000", "posts": ["legal_representative", "investor"]}
        return {
            "uscc": self.uscc,
            "company": self.name,
            "entity_type": "company",
            "debts": "settled",
            "nothing_owed": True,
            "licence_paper": "electronic_only",
            "persons": [person],
        }


async def leave(
    cast: Insistent,
    life: LeavingLife,
    twins: httpx.AsyncClient,
    *,
    people: int = 1,
    poll: float = 1.5,
    born: Callable[[str], None] = lambda case_id: None,
) -> LeavingLife:
    """From the application to the end of its notice, before its time."""
    begin = time.monotonic()
    receipt = await filed(cast, life.owner, LEAVING, life.form(people), (), born)
    life.case_id, life.receipt_no = receipt["case_id"], receipt["receipt_no"]
    life.digest = receipt["digest"]
    await until(cast, life, life.owner, life.receipt_no, {"notice_running"}, poll=poll)
    doing = []
    if life.variant != 1:
        doing.append(_withdraw(cast, life))
    if life.variant != 0:
        doing.append(_object(twins, life))
    await asyncio.gather(*doing)
    ends = {"withdrawn", "terminated"}
    case = await until(cast, life, life.owner, life.receipt_no, ends, poll=poll)
    life.outcomes[life.case_id] = case["stage"]
    life.ended, life.seconds = True, time.monotonic() - begin
    return life


async def _withdraw(cast: Insistent, life: LeavingLife) -> None:
    path = f"/api/v1/cases/{life.receipt_no}/withdrawals"
    try:
        await cast.ask(life.owner, "POST", path, json={"reason": "继续经营"})
    except Answered as refused:
        life.refusals.append(f"withdraw: {refused}")


async def _object(twins: httpx.AsyncClient, life: LeavingLife) -> None:
    """An officer of the tax office says no, and says it again until it is said, or nobody asks any more."""
    wanted = {"register": "tax", "case_ref": life.case_id}
    said = {"decision": "refuse", "code": "objected", "reason": "欠税"}
    while True:
        try:
            rows = (await twins.get("/admin/desk-errands", params=wanted)).raise_for_status().json()
            if any(row["state"] != "open" for row in rows):
                return
            for row in rows:
                await twins.post(f"/admin/desk-errands/{row['id']}/answer", json=said)
        except httpx.HTTPError as error:
            life.refusals.append(f"object: {type(error).__name__}")
        await asyncio.sleep(PAUSE)


# -- the list of abnormal operations -----------------------------------------------------------------------


@dataclass
class ListedLife(FirmLife):
    """Listed by the office's own motion, and removed on its application; `case_id` is the listing's."""

    letter: ClassVar[str] = "K"
    first: ClassVar[int] = 6000

    @property
    def writes(self) -> int:
        return 1 + 2 * 3 + 3 + 2 * len(OFFICERS)

    def form(self, people: int) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "name": self.name,
            "ground": GROUND,
            "found_on": _today(),
            "facts": "两次邮寄均退回，电话停机",
        }

    def cure(self) -> dict[str, Any]:
        return {
            "uscc": self.uscc,
            "name": self.name,
            "ground": GROUND,
            "cured_on": _today(),
            "cure": "已经恢复联系，联络员电话畅通",
            "truthful": True,
        }


def _today() -> str:
    return civil_date(datetime.now(UTC)).isoformat()


def _listing() -> dict[str, tuple[str, dict[str, Any]]]:
    found = {"finding": "established", "checked_on": _today(), "record": "现场无人办公"}
    decision = {"decision": "enter", "reasons": "通过登记的住所无法联系", "no_interest": True}
    return {
        "verifying": ("inspector", found),
        "told": ("inspector", {"stated": "nothing", "record": "告知书已经送达，没有回应"}),
        "deciding": ("section_head", decision),
    }


REMOVING: Final = {**OFFICERS, "under_review": ("inspector", OFFICERS["under_review"][1])}


async def be_listed(
    cast: Insistent,
    life: ListedLife,
    *,
    people: int = 1,
    poll: float = 1.5,
    born: Callable[[str], None] = lambda case_id: None,
) -> ListedLife:
    """From the officer's proposal to the removal of the entry, with which the listing's case ends."""
    begin = time.monotonic()
    proposal = {"procedure": LISTING, "form": life.form(people)}
    opened = await cast.ask("inspector", "POST", "/api/v1/desk/cases", json=proposal)
    life.case_id, life.receipt_no = opened["case_id"], opened["receipt_no"]
    born(life.case_id)
    number = life.receipt_no
    await until(cast, life, "inspector", number, {"listed"}, _listing(), poll=poll)
    receipt = await filed(cast, life.owner, REMOVAL, life.cure(), ("cure_proof",))
    await until(cast, life, life.owner, receipt["receipt_no"], {"archived"}, REMOVING, poll=poll)
    await until(cast, life, "inspector", number, {"archived"}, poll=poll)
    life.ended, life.seconds = True, time.monotonic() - begin
    return life
