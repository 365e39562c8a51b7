"""The market register's own rules: names, bars, capital, competence."""

import calendar
import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from registers.requests import Bar, EntityType

CST = timezone(timedelta(hours=8))
PREFECTURE = "4213"

# Longest first: 有限责任公司 before 有限公司.
_DIVISIONS = ("湖北省", "随州市", "曾都区", "广水市", "湖北", "随州", "曾都", "广水", "随县")
_FORMS = (
    "(特殊普通合伙)",
    "(普通合伙)",
    "(有限合伙)",
    "特殊普通合伙企业",
    "普通合伙企业",
    "有限合伙企业",
    "农民专业合作社联合社",
    "农民专业合作社",
    "有限责任公司",
    "股份有限公司",
    "专业合作社",
    "股份公司",
    "有限公司",
    "合伙企业",
    "合作社",
    "分公司",
    "工作室",
    "经营部",
    "中心",
    "厂",
    "店",
)


def name_key(name: str) -> str:
    """The name as compared: compatibility forms folded, spaces and invisible characters gone."""
    folded = unicodedata.normalize("NFKC", name).upper()
    return "".join(c for c in folded if unicodedata.category(c)[0] not in "ZC")


def name_core(name: str) -> str:
    """Trade name and industry: what is left without division and form (登记管理规定 17)."""
    core = name_key(name)
    core = re.sub(r"\((?:" + "|".join(_DIVISIONS) + r")\)", "", core)
    stripped = True
    while stripped:
        stripped = False
        for division in _DIVISIONS:
            if core.startswith(division) and len(core) - len(division) >= 2:
                core, stripped = core[len(division) :], True
    stripped = True
    while stripped:
        stripped = False
        for form in _FORMS:
            if core.endswith(form) and len(core) - len(form) >= 2:
                core, stripped = core[: -len(form)], True
    return core


def civil_day(instant: datetime) -> date:
    return instant.astimezone(CST).date()


def day_start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CST)


def add_years(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 28 where there is none."""
    year = day.year + years
    return date(year, day.month, min(day.day, calendar.monthrange(year, day.month)[1]))


def name_is_held(status: str, ended_on: date | None, today: date) -> bool:
    """A name is free again on the day after the first anniversary of its end."""
    if status == "active" or ended_on is None:
        return True
    return today <= add_years(ended_on, 1)


def bars_in_force(rows: Iterable[Mapping[str, Any]], today: date) -> tuple[Bar, ...]:
    return tuple(
        Bar(
            article=row["article"],
            scope=row["scope"],
            ground=row["ground"],
            since=row["since"],
            until=row["until"],
        )
        for row in rows
        if row["since"] <= today and (row["until"] is None or today <= row["until"])
    )


def capital_reasons(
    entity_type: EntityType, amount: Decimal, paid_until: date | None, today: date, above: Decimal
) -> tuple[str, ...]:
    """Why a subscribed capital is not entered. `above` is the twin's own policy: the law names no figure."""
    reasons = []
    company = entity_type in (EntityType.LIMITED_COMPANY, EntityType.JOINT_STOCK_COMPANY)
    if company and amount <= 0:
        reasons.append("公司应当载明注册资本")
    if (
        entity_type is EntityType.LIMITED_COMPANY
        and paid_until is not None
        and paid_until > add_years(today, 5)
    ):
        reasons.append("认缴出资额应当自公司成立之日起五年内缴足(公司法第四十七条)")
    if amount > above:
        reasons.append("注册资本明显异常,需研判真实性、合理性(注册资本登记管理制度的规定第三条)")
    return tuple(reasons)


def competent(entity_type: EntityType, division: str) -> str | None:
    """None, or why this registrar may not enter it (市场主体登记管理条例实施细则 4)."""
    if not division.startswith(PREFECTURE):
        return "登记机关不在本登记库的辖区内"
    if entity_type is EntityType.JOINT_STOCK_COMPANY and not division.endswith("00"):
        return "股份有限公司由设区的市级以上登记机关登记,请到随州市市场监督管理局办理"
    return None
