"""Invented people and companies of a demo: valid codes, no real persons."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

# An industry word and the business scope that goes with it.
Trade = tuple[str, list[str]]

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨"
GIVEN = "晓岚国栋雅琴志远文慧建华海涛静怡思源敏"
WORDS = "青禾云杉银杏白云清泉金穗长河明德和润永兴"
# Each leads to at least five licence items, in all four modes of 证照分离, and to no question.
TRADES: tuple[Trade, ...] = (
    (
        "商贸",
        [
            "日用百货销售",
            "广告发布",
            "食品销售（仅销售预包装食品）",
            "出版物零售",
            "烟草制品零售",
            "旧货销售",
        ],
    ),
    (
        "科技",
        ["软件开发", "广告发布", "第二类医疗器械销售", "职业中介活动", "药品零售"],
    ),
    (
        "汽车服务",
        [
            "机动车修理和维护",
            "道路货物运输（不含危险货物）",
            "小微型客车租赁经营服务",
            "广告发布",
            "烟草制品零售",
        ],
    ),
)
# Leads to none: the licences are the other company's.
PLAIN: tuple[Trade, ...] = (("商贸", ["日用百货销售", "文具用品零售"]),)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(dice: random.Random) -> str:
    """A fictional resident identity number of 曾都区 with a valid check character."""
    born = date(1970, 1, 1) + timedelta(days=dice.randrange(12_000))
    first = f"421303{born:%Y%m%d}{dice.randrange(1000):03d}"
    total = sum(int(c) * w for c, w in zip(first, WEIGHTS, strict=True))
    return first + "10X98765432"[total % 11]


def person(dice: random.Random, posts: list[str], contribution: str | None) -> dict[str, Any]:
    name = dice.choice(SURNAMES) + "".join(dice.sample(GIVEN, 2))
    found: dict[str, Any] = {
        "name": name,
        "id_number": id_number(dice),
        "phone": f"13{dice.randrange(10**9):09d}",
        "posts": posts,
    }
    return found | ({"contribution": contribution} if contribution else {})


def company(dice: random.Random, today: date, trades: Sequence[Trade] = TRADES) -> dict[str, Any]:
    """A whole application form of a small company."""
    word = "".join(dice.sample(WORDS, 2)) + dice.choice(WORDS)
    trade, scope = dice.choice(trades)
    return {
        "name": f"随州市曾都区{word}{trade}有限公司",
        "entity_type": "limited_company",
        "domicile": f"湖北省随州市曾都区东城街道烈山大道{dice.randrange(1, 400)}号",
        "capital": "1000000",
        "paid_until": today.replace(year=today.year + 4).isoformat(),
        "business_scope": scope,
        "persons": [
            person(dice, ["legal_representative", "shareholder", "director"], "600000"),
            person(dice, ["shareholder"], "400000"),
            person(dice, ["supervisor"], None),
        ],
    }
