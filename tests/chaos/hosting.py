"""The life of a host of domiciles (集群注册) and of its companies, as their people drive it over HTTP.

Admission, two companies registered at its address, both reported lost, one lead passed on, one reached by mail; the host
leaves, each company changes its domicile, and the host is done when the last has.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from banjian.player.cast import Answered
from law.codes import make_uscc
from law.zone import civil_date
from tests.chaos.cases import OFFICERS, WRITES, Life, filed, id_number, shown, trade_name, until
from tests.chaos.cases import live as lives
from tests.chaos.people import Insistent

ADMISSION = "cluster_registration"
HOSTING = "cluster_hosting"
CHANGE = "change_registration"
MATERIALS = ("address_proof", "rules", "contract")
CHANGE_MATERIALS = ("resolution", "articles", "address_proof")
INSPECTION = {"officers": ["王海"], "finding": "conforms", "record": "试投邮件已签收"}
ADMITTING: dict[str, tuple[str, dict[str, Any]]] = {
    **OFFICERS,
    "site_check": ("inspector", INSPECTION),
}
COMPANIES = 2
# Companies of hosts and hosts themselves are counted apart from companies of their own.
FIRST_COMPANY, FIRST_HOST = 4000, 7000
HOST_WRITES = 1 + len(MATERIALS) + 1 + 2 * len(ADMITTING) + 1
COMPANY_WRITES = WRITES + 1 + len(CHANGE_MATERIALS) + 1 + 2 * len(OFFICERS) + 3
"""Its registration, its change of domicile, a report and a mail check."""


@dataclass
class HostLife(Life):
    """A host with its companies; `stage` is that of whichever case was looked at last."""

    companies: list[Life] = field(default_factory=list)
    moved_to: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.companies = [
            Life(
                FIRST_COMPANY + self.number * COMPANIES + n,
                at=(f"{self.address}A{n}工位", self.uscc),
            )
            for n in range(COMPANIES)
        ]

    @property
    def writes(self) -> int:
        return HOST_WRITES + COMPANIES * COMPANY_WRITES + 1

    @property
    def uscc(self) -> str:
        return make_uscc("1", "421303", f"MACH{self.number:04d}")

    @property
    def name(self) -> str:
        return f"随州市曾都区{trade_name(60_000 + self.number)}商务秘书有限公司"

    @property
    def address(self) -> str:
        return f"湖北省随州市曾都区东城街道烈山大道{1000 + self.number}号"

    @property
    def representative(self) -> tuple[str, str]:
        return "王建平", id_number((FIRST_HOST + self.number) * 4)

    def entry(self) -> dict[str, Any]:
        """The host as the market register knows it."""
        name, number = self.representative
        return {
            "uscc": self.uscc,
            "name": self.name,
            "address": self.address,
            "business_scope": ["商务秘书服务"],
            "legal_representative": {"name": name, "id_number": number},
        }

    def form(self, people: int) -> dict[str, Any]:
        name, number = self.representative
        return {
            "uscc": self.uscc,
            "company": self.name,
            "representative_name": name,
            "representative_id": number,
            "hosting_address": self.address,
            "tenure": "owned",
            "receiver_name": name,
            "receiver_phone": "13900000000",
            "delivers": True,
            "keeps_register": True,
        }


async def live(
    cast: Insistent,
    life: HostLife,
    *,
    people: int = 1,
    poll: float = 1.5,
    born: Callable[[str], None] = lambda case_id: None,
) -> HostLife:
    """From the application for admission to the day on which it hosts nobody."""
    return await _Host(cast, life, poll).live(people, born)


@dataclass
class _Host:
    cast: Insistent
    life: HostLife
    poll: float

    async def live(self, people: int, born: Callable[[str], None]) -> HostLife:
        begin, life = time.monotonic(), self.life
        filled = life.form(people)
        receipt = await filed(self.cast, life.owner, ADMISSION, filled, MATERIALS, born)
        life.case_id, life.receipt_no = receipt["case_id"], receipt["receipt_no"]
        life.digest = receipt["digest"]
        await self.until(life.owner, life.receipt_no, "hosting", ADMITTING)
        await asyncio.gather(*(self._company(n) for n in range(COMPANIES)))
        await self.insist("hosting-exits", {"reason": "不再提供托管服务"})
        await asyncio.gather(*(self._move(company) for company in life.companies))
        await self.until(life.owner, life.receipt_no, "archived", {})
        life.ended, life.seconds = True, time.monotonic() - begin
        return life

    async def until(
        self, owner: str, number: str, stage: str, officers: Mapping[str, tuple[str, Any]]
    ) -> dict[str, Any]:
        """The case once it has come to this stage; officers do theirs on the way."""
        return await until(self.cast, self.life, owner, number, {stage}, officers, poll=self.poll)

    async def insist(self, act: str, data: dict[str, Any]) -> None:
        """An act on the host's case: what is refused now (the case has not heard of the company yet) may be taken later."""
        path = f"/api/v1/cases/{self.life.receipt_no}/{act}"
        while True:
            try:
                await self.cast.ask(self.life.owner, "POST", path, json=data)
            except Answered as refused:
                self.life.refusals.append(f"{act}: {refused}")
                await asyncio.sleep(self.poll)
            else:
                return

    async def _company(self, n: int) -> None:
        """Registered, lost, and found again: by mail, or after the lead for the abnormal list was passed on."""
        company = self.life.companies[n]
        await lives(self.cast, company, poll=self.poll)
        case = await shown(self.cast, company.owner, company.receipt_no)
        assert case is not None, "it has ended"
        uscc = case["numbers"]["uscc"]
        number = await self._hosting_of(company)
        await self.until(company.owner, number, "registered_hosted", {})
        await self._report(uscc, "lost")
        outcome = "returned" if n == 0 else "reached"
        mail = {
            "sent_on": civil_date(datetime.now(UTC)).isoformat(),
            "tracking": [f"EMS{company.number:010d}"],
            "outcome": outcome,
            "note": "按登记的住所邮寄",
        }
        then = "referred" if outcome == "returned" else "registered_hosted"
        await self.until(company.owner, number, "host_notified_lost", {})
        await self.until(company.owner, number, then, {"host_notified_lost": ("inspector", mail)})
        if then == "referred":
            await self._report(uscc, "found")
            await self.until(company.owner, number, "registered_hosted", {})

    async def _report(self, uscc: str, what: str) -> None:
        await self.insist("hosted-reports", {"uscc": uscc, "what": what, "reason": "电话"})

    async def _hosting_of(self, company: Life) -> str:
        path = f"/api/v1/cases/{company.receipt_no}/related"
        while True:
            found = await self.cast.ask(company.owner, "GET", path)
            for item in found["items"]:
                if item["item"] == HOSTING and item["number"]:
                    return str(item["number"])
            await asyncio.sleep(self.poll)

    async def _move(self, company: Life) -> None:
        """The hosting has ended: the company has its term, and changes its domicile within it."""
        number = await self._hosting_of(company)
        await self.until(company.owner, number, "address_change_required", {})
        case = await shown(self.cast, company.owner, company.receipt_no)
        assert case is not None, "it has ended"
        filled = company.form(people=1)
        there = f"湖北省随州市曾都区西城街道交通大道{company.number}号"
        person = dict(filled["persons"][0], posts=["legal_representative"])
        del person["contribution"]
        change = {
            "uscc": case["numbers"]["uscc"],
            "company": filled["name"],
            "changes": ["address"],
            "decided_on": civil_date(datetime.now(UTC)).isoformat(),
            "licence_paper": "electronic_only",
            "new_domicile": there,
            "persons": [person],
        }
        receipt = await filed(self.cast, company.owner, CHANGE, change, CHANGE_MATERIALS)
        await self.until(company.owner, receipt["receipt_no"], "archived", OFFICERS)
        self.life.moved_to[change["uscc"]] = there
        await self.until(company.owner, number, "archived", {})
