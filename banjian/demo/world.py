"""The enterprises that Suizhou's register holds in a demo: invented, two hundred, valid codes, no persons.

The same seed gives the same enterprises on every machine. Codes lie in a range of organisation codes
that Hubei's registrars do not issue; any likeness of a name to a real enterprise's is accidental.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx

from banjian.demo.trades import (
    COMPANY,
    COOPERATIVE,
    FIRST,
    JOINT_STOCK,
    LEFT_OUT,
    SECOND,
    TRADES,
    Trade,
)
from law.codes import make_uscc
from law.strict_yaml import load_yaml

COUNT = 200
SEED = 421303
_BODY = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Division → how often of twenty, and how its names begin. 股份有限公司 are the city's (实施细则 4).
_REGISTRARS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("421303", 12, ("随州市曾都区", "随州市曾都区", "随州市", "随州")),
    ("421321", 3, ("随县",)),
    ("421381", 3, ("广水市",)),
    ("421300", 2, ("随州市", "随州", "湖北")),
)
_CAPITAL = (100_000, 300_000, 500_000, 1_000_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)
_KIND = {"individual": "2", "cooperative": "3"}
_EARLIEST = date(2015, 10, 1)
_NUMBERS = (1, 380)


@dataclass(frozen=True, slots=True)
class DemoEnterprise:
    """One entry of the register. `capital` in yuan, 0 where the form has none."""

    uscc: str
    name: str
    trade_name: str
    industry: str
    entity_type: str
    division: str
    address: str
    business_scope: tuple[str, ...]
    capital: int
    registered_on: date
    status: str
    ended_on: date | None

    def to_world(self) -> dict[str, Any]:
        """As the registers' administrator sends it."""
        return {
            "uscc": self.uscc,
            "name": self.name,
            "entity_type": self.entity_type,
            "division": self.division,
            "status": self.status,
            "ended_on": self.ended_on.isoformat() if self.ended_on else None,
            "registered_on": self.registered_on.isoformat(),
            "address": self.address,
            "capital": str(self.capital),
            "business_scope": list(self.business_scope),
        }


@lru_cache(maxsize=4)
def enterprises(today: date, seed: int = SEED, count: int = COUNT) -> tuple[DemoEnterprise, ...]:
    """The enterprises as of the day; names and codes depend on the seed alone.

    Nine of ten are active; the others were deregistered or revoked, some within the last year, whose
    names are still held (N03). Raises ValueError where there are not enough trade names.
    """
    dice = random.Random(seed)  # noqa: S311  # invented names, nothing secret
    words = [a + b for a in FIRST for b in SECOND if a + b not in LEFT_OUT]
    if count > len(words):
        raise ValueError(f"最多 {len(words)} 户")
    dice.shuffle(words)
    codes: set[str] = set()
    return tuple(_enterprise(dice, word, codes, today) for word in words[:count])


def names(today: date, seed: int = SEED, count: int = COUNT) -> tuple[str, ...]:
    """The names alone, in the order of the enterprises."""
    return tuple(each.name for each in enterprises(today, seed, count))


def world(today: date, seed: int = SEED, count: int = COUNT) -> dict[str, Any]:
    """What the registers hold before the demo: the body of their administrator's `world`."""
    return {"enterprises": [each.to_world() for each in enterprises(today, seed, count)]}


async def fill_registers(twins: httpx.AsyncClient, today: date) -> int:
    """Write the demo's enterprises into the market-entity register's twin, in one request.

    Filling twice is filling once. Returns how many; raises httpx.HTTPStatusError.
    """
    answer = await twins.post("/admin/world", json=world(today))
    return int(answer.raise_for_status().json()["counts"]["enterprises"])


def _enterprise(dice: random.Random, word: str, codes: set[str], today: date) -> DemoEnterprise:
    division, _, starts = dice.choices(_REGISTRARS, [row[1] for row in _REGISTRARS])[0]
    trade = dice.choice(TRADES)
    entity_type = _type(dice, trade, division)
    start = dice.choice(starts if entity_type != "individual" else starts[:1])
    status, ended_on, registered_on = _life(dice, today)
    return DemoEnterprise(
        uscc=_code(dice, _KIND.get(entity_type, "1"), division, codes),
        name=_name(dice, start, word, trade, entity_type),
        trade_name=word,
        industry=trade.industry,
        entity_type=entity_type,
        division=division,
        address=_address(dice, division, trade.rural),
        business_scope=trade.scope,
        capital=_capital(dice, entity_type),
        registered_on=registered_on,
        status=status,
        ended_on=ended_on,
    )


def _type(dice: random.Random, trade: Trade, division: str) -> str:
    if division == "421300":
        return dice.choice(("joint_stock_company", "limited_company"))
    if trade.rural:
        return dice.choice(("cooperative", "cooperative", "limited_company"))
    fitting = ["limited_company"] * 3
    fitting += ["individual"] * 3 if trade.shops else []
    fitting += ["sole_proprietorship"] * 2 if trade.works else []
    return dice.choice(fitting)


def _name(dice: random.Random, start: str, word: str, trade: Trade, entity_type: str) -> str:
    if entity_type == "individual":
        return f"{start}{word}{trade.word}{dice.choice(trade.shops)}"
    if entity_type == "sole_proprietorship":
        return f"{start}{word}{trade.word}{dice.choice(trade.works)}"
    if entity_type == "cooperative":
        return f"{start}{word}{trade.word}{COOPERATIVE}"
    form = JOINT_STOCK if entity_type == "joint_stock_company" else COMPANY
    if start in ("随州", "湖北") and dice.random() < 0.5:
        return f"{word}（{start}）{trade.word}{form}"
    return f"{start}{word}{trade.word}{form}"


def _life(dice: random.Random, today: date) -> tuple[str, date | None, date]:
    """Status, end and start. The dice fall alike whatever the day is."""
    age, fate, gone = dice.random(), dice.random(), dice.random()
    registered_on = _EARLIEST + timedelta(days=int(age * max((today - _EARLIEST).days - 60, 1)))
    if fate >= 0.1:
        return "active", None, registered_on
    status = "revoked" if fate < 0.03 else "deregistered"
    since = max((today - registered_on).days - 30, 1)
    return status, today - timedelta(days=1 + int(gone * min(since, 900))), registered_on


def _code(dice: random.Random, kind: str, division: str, codes: set[str]) -> str:
    while True:
        code = make_uscc(kind, division, "MA0" + "".join(dice.choices(_BODY, k=5)))
        if code not in codes:
            codes.add(code)
            return code


def _capital(dice: random.Random, entity_type: str) -> int:
    amount = dice.choice(_CAPITAL)
    if entity_type == "individual":
        return 0
    return amount * 10 if entity_type == "joint_stock_company" else amount


def _address(dice: random.Random, division: str, rural: bool) -> str:
    number = dice.randint(*_NUMBERS)
    places = _places()
    if division in places["towns"]:
        place = dice.choice(places["towns"][division])
        # 广水市 is a county-level city: its addresses do not name 随州市.
        head = "湖北省随州市随县" if division == "421321" else "湖北省广水市"
        return f"{head}{place}{number}号"
    head = "湖北省随州市曾都区"
    if rural:
        towns = sorted(set(places["communities"]) - set(places["urban"]))
        town = dice.choice(towns)
        return f"{head}{town}{dice.choice(places['communities'][town])}{number % 12 + 1}组"
    if dice.random() < 0.6:
        return f"{head}{dice.choice(places['roads'])}{number}号"
    street = dice.choice(places["urban"])
    return f"{head}{street}{dice.choice(places['communities'][street])}{number}号"


@lru_cache(maxsize=1)
def _places() -> dict[str, Any]:
    return load_yaml(Path(__file__).with_name("zengdu.yaml"))


def scope_terms() -> Iterator[str]:
    """Every business-scope term that an invented enterprise may have."""
    for trade in TRADES:
        yield from trade.scope
