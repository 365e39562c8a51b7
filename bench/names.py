"""A proposed name against 1,000,000 names: keys, database, comparison, explanation left out.

The names are made from frequencies of characters in real ones (name_characters.csv: third and fourth characters of
4.8 million company names, wainshine/Company-Names-Corpus, commit b71e78e9a18f3fad335a45fb2a2d8a4c29e1184e, Apache-2.0;
characters of places and industries left out), so that popular trade names are as crowded as there.
"""

import asyncio
import csv
import os
import random
import statistics
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from law.names.keys import probe_keys
from law.names.parse import read_name
from law.zone import CST
from storage.names_registry import FIND, collisions
from storage.names_rows import hashed, row_values

NAMES = 1_000_000
CALLS = 1_000
WARM = 100
PORTION = 20_000
CITY, SEAT = "421300", "421303"
CHARACTERS = Path(__file__).parent / "name_characters.csv"
DIVISIONS = (
    ("随州市曾都区", 4),
    ("随州市", 5),
    ("随州", 5),
    ("随县", 4),
    ("广水市", 4),
    ("湖北", 2),
    ("", 0.2),
)
LENGTHS = ((2, 62), (3, 20), (4, 18))
FORMS = (
    ("有限公司", 62),
    ("有限责任公司", 4),
    ("商行", 6),
    ("店", 8),
    ("经营部", 10),
    ("厂", 3),
    ("专业合作社", 5),
    ("中心（有限合伙）", 2),
)
INDUSTRIES = [
    "商贸",
    "贸易",
    "科技",
    "食品",
    "餐饮管理",
    "建筑工程",
    "装饰工程",
    "农业",
    "种植",
    "养殖",
    "物流",
    "运输",
    "机械",
    "汽车",
    "汽车销售",
    "酒业",
    "茶业",
    "文化传媒",
    "广告",
    "教育咨询",
    "医药",
    "医疗器械",
    "物业管理",
    "房地产开发",
    "置业",
    "劳务",
    "园林绿化",
    "环保科技",
    "电子商务",
    "网络科技",
    "信息技术",
    "软件",
    "服装",
    "家居",
    "建材",
    "五金",
    "水产",
    "果蔬",
    "粮油",
    "百货",
    "美容美发",
    "家政服务",
    "旅游开发",
    "酒店管理",
    "人力资源",
    "企业管理咨询",
    "财税",
    "新能源",
    "电力",
    "化工",
    "印刷",
    "包装",
    "实业",
    "发展",
    "国际贸易",
]
NO_INDUSTRY = 0.02
# A fifth of all names shares two thousand trade names: the first of them some 2,000 times in a million.
POPULAR, POPULAR_SHARE = 2_000, 0.2
HELD_FROM = datetime(2020, 1, 1, tzinfo=CST)
CANDIDATES = text(
    "SELECT count(DISTINCT name_id) FROM name_keys WHERE key = ANY(CAST(:keys AS bigint[]))"
)
COLUMNS = (
    "id", "name", "jurisdiction", "seat", "state", "holder", "seen", "parts", "body", "trade", "industry",
    "same_key", "keys_version",
)  # fmt: skip


@dataclass(frozen=True)
class NameTiming:
    """Milliseconds of a check; `candidates`: names the keys found per check; `keys`: rows of the table of keys."""

    names: int
    keys: int
    load_seconds: float
    median: float
    p95: float
    worst: float
    candidates_median: float
    candidates_p95: float
    hits_median: float
    nodes: list[str]

    @property
    def scans(self) -> list[str]:
        """Nodes that would read a whole table: none may be there."""
        return [n for n in self.nodes if n == "Seq Scan"]


class Maker:
    """Invents names as they are distributed: a few trade names very often, most of them rarely."""

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        with CHARACTERS.open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self._characters = [row["character"] for row in rows]
        self._weights = [int(row["count"]) for row in rows]
        # The same ones in every process: everybody wants to be called 鑫源 or 宏达.
        everybody = random.Random(POPULAR)
        self._popular = [self._trade(everybody) for _ in range(POPULAR)]
        self._popularity = [1 / (rank + 1) ** 0.5 for rank in range(POPULAR)]

    def _trade(self, rng: random.Random) -> str:
        lengths, weights = zip(*LENGTHS, strict=True)
        (length,) = rng.choices(lengths, weights)
        return "".join(rng.choices(self._characters, self._weights, k=length))

    def name(self) -> str:
        """A whole name."""
        rng = self._rng
        division = self._one(DIVISIONS)
        if rng.random() < POPULAR_SHARE:
            trade = rng.choices(self._popular, self._popularity)[0]
        else:
            trade = self._trade(rng)
        industry = "" if rng.random() < NO_INDUSTRY else rng.choice(INDUSTRIES)
        return f"{division}{trade}{industry}{self._one(FORMS)}"

    def _one(self, choices: Any) -> Any:
        values, weights = zip(*choices, strict=True)
        return self._rng.choices(values, weights)[0]


def portion(
    first: int, count: int, seed: int
) -> tuple[list[tuple[Any, ...]], list[tuple[int, int]]]:
    """Rows of `count` names and of their keys, for another process to make."""
    maker = Maker(seed + first)
    names: list[tuple[Any, ...]] = []
    keys: list[tuple[int, int]] = []
    for row_id in range(first, first + count):
        name = read_name(maker.name(), seat=SEAT)
        values, own = row_values(
            name, jurisdiction=CITY, seat=SEAT, holder=f"S{row_id}", row_id=row_id
        )
        names.append((*(values[column] for column in COLUMNS), HELD_FROM))
        keys += own
    return names, keys


def _portions(count: int, seed: int) -> Iterator[tuple[int, int, int]]:
    for first in range(1, count + 1, PORTION):
        yield first, min(PORTION, count + 1 - first), seed


async def _load(engine: AsyncEngine, count: int, seed: int) -> None:
    loop = asyncio.get_running_loop()
    workers = os.cpu_count() or 1
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        async with engine.begin() as connection:
            # An index is built at once in a fraction of the time that a million inserts into it take.
            await connection.execute(text("ALTER TABLE name_keys DROP CONSTRAINT pk_name_keys"))
            driver: Any = (await connection.get_raw_connection()).driver_connection
            # A few portions ahead of the database, not all: they would fill the memory.
            waiting: deque[asyncio.Future[Any]] = deque()
            for arguments in (*_portions(count, seed), *[None] * (workers + 1)):
                if arguments is not None:
                    waiting.append(loop.run_in_executor(pool, portion, *arguments))
                if waiting and (arguments is None or len(waiting) > workers):
                    names, keys = await waiting.popleft()
                    await driver.copy_records_to_table(
                        "names", records=names, columns=[*COLUMNS, "held_from"]
                    )
                    await driver.copy_records_to_table(
                        "name_keys", records=keys, columns=["key", "name_id"]
                    )
            await connection.execute(
                text(
                    "ALTER TABLE name_keys ADD CONSTRAINT pk_name_keys PRIMARY KEY (key, name_id)"
                ),
            )


def _nodes(plan: dict[str, Any]) -> Iterator[str]:
    yield plan["Node Type"]
    for inner in plan.get("Plans", ()):
        yield from _nodes(inner)


async def _explained(connection: AsyncConnection, given: str) -> list[str]:
    keys = ",".join(str(hashed(k)) for k in probe_keys(read_name(given, seat=SEAT).core))
    sql = FIND.text.replace(":keys", f"'{{{keys}}}'").replace(":jurisdiction", f"'{CITY}'")
    statement = text("EXPLAIN (FORMAT JSON) " + sql.replace("::", "\\:\\:"))
    return list(_nodes((await connection.execute(statement)).scalar_one()[0]["Plan"]))


async def measure(
    engine: AsyncEngine, seed: int, count: int = NAMES, *, calls: int = CALLS
) -> NameTiming:
    """Load, VACUUM, explain, time. The names stay: the database ends with the bench."""
    began = time.perf_counter()
    await _load(engine, count, seed)
    plain = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with plain.connect() as connection:
        await connection.execute(text("VACUUM (ANALYZE) names"))
        await connection.execute(text("VACUUM (ANALYZE) name_keys"))
        loaded = time.perf_counter() - began
        rows = await connection.execute(text("SELECT count(*) FROM name_keys"))
        keys = int(rows.scalar_one())
        maker = Maker(seed - 1)
        nodes = await _explained(connection, maker.name())
        for _ in range(WARM):
            await collisions(connection, read_name(maker.name(), seat=SEAT), jurisdiction=CITY)
        taken, candidates, hits = [], [], []
        for _ in range(calls):
            given = maker.name()
            begin = time.perf_counter()
            name = read_name(given, seat=SEAT)
            found = await collisions(connection, name, jurisdiction=CITY)
            taken.append(1000 * (time.perf_counter() - begin))
            hits.append(len(found))
            probes = sorted({hashed(k) for k in probe_keys(name.core)})
            number = await connection.execute(CANDIDATES, {"keys": probes})
            candidates.append(int(number.scalar_one()))
    taken.sort()
    candidates.sort()
    return NameTiming(
        names=count,
        keys=keys,
        load_seconds=loaded,
        median=statistics.median(taken),
        p95=taken[int(0.95 * len(taken))],
        worst=taken[-1],
        candidates_median=statistics.median(candidates),
        candidates_p95=candidates[int(0.95 * len(candidates))],
        hits_median=statistics.median(hits),
        nodes=nodes,
    )
