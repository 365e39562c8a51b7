"""Loads the clocks' data file strictly: a row a lawyer would stumble over stops the start."""

import re
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from law.clock_types import (
    COUNTING_UNITS,
    Clock,
    Direction,
    Effect,
    EndRule,
    Extension,
    Ground,
    Unit,
    Verified,
)
from law.strict_yaml import load_yaml

_FILE = Path(__file__).parent / "data" / "clocks.yaml"
_ID = re.compile(r"[A-Z]{1,2}\d{1,2}[a-z]{0,3}\Z")
_FIXED = re.compile(r"(\d{4}-)?\d{2}-\d{2}\Z")
_REQUIRED = {
    "description", "name", "trigger", "trigger_name", "unit", "direction", "values", "end_rule",
    "binds", "binds_name", "binds_agency", "on_expiry",
}  # fmt: skip
_OPTIONAL = {
    "count_unit", "set_by", "fixed_date", "suspension", "extension", "extension_note", "replaces",
}  # fmt: skip
_VALUE = {"valid_from", "valid_to", "value", "reference", "verified"}
_EXTENSION = {"length", "unit", "times", "approver_role", "approver", "text"}

E = TypeVar("E", bound=StrEnum)


class ClockDataBroken(ValueError):
    """The clocks' data file contradicts its own rules; nothing may run on it."""


def parse_clocks(data: dict[str, Any]) -> tuple[str, dict[str, Clock]]:
    """The edition and the clocks of the file's mapping; raises ClockDataBroken."""
    _exact(data, {"edition", "clocks"}, "clocks.yaml")
    edition, rows = data["edition"], data["clocks"]
    if not isinstance(edition, str) or not edition:
        raise ClockDataBroken("clocks.yaml: 缺少版次")
    if not isinstance(rows, dict) or not rows:
        raise ClockDataBroken("clocks.yaml: 没有任何期限")
    clocks = {clock_id: _clock(clock_id, row) for clock_id, row in rows.items()}
    _succession(clocks)
    return edition, clocks


def _succession(clocks: dict[str, Clock]) -> None:
    """A rule changes on a day: the old row ends the day before, and has one successor."""
    replaced: set[str] = set()
    for clock in clocks.values():
        if clock.replaces is None:
            continue
        old = clocks.get(clock.replaces)
        if old is None or clock.replaces in replaced:
            raise ClockDataBroken(f"{clock.id}: 被替代的 {clock.replaces} 不存在,或者已被替代")
        if not (old.valid_to and clock.valid_from == old.valid_to + timedelta(days=1)):
            raise ClockDataBroken(f"{clock.id}: 施行之日应为 {old.id} 失效的次日")
        replaced.add(clock.replaces)


def _clock(clock_id: Any, row: Any) -> Clock:
    if not isinstance(clock_id, str) or not _ID.match(clock_id):
        raise ClockDataBroken(f"期限编号无效: {clock_id!r}")
    if not isinstance(row, dict):
        raise ClockDataBroken(f"{clock_id}: 应为映射")
    missing, unknown = _REQUIRED - set(row), set(row) - _REQUIRED - _OPTIONAL
    if missing or unknown:
        raise ClockDataBroken(f"{clock_id}: 缺少字段 {sorted(missing)},未知字段 {sorted(unknown)}")
    value = _value(clock_id, row["values"])
    unit = _enum(Unit, row["unit"], clock_id)
    suspension = row.get("suspension")
    if suspension is not None:
        _exact(suspension, {"grounds", "text", "article"}, clock_id)
    _exact(row["on_expiry"], {"effect", "text"}, clock_id)
    count_unit = _enum(Unit, row["count_unit"], clock_id) if "count_unit" in row else unit
    if type(row["binds_agency"]) is not bool:
        raise ClockDataBroken(f"{clock_id}: binds_agency 应为真假值")
    clock = Clock(
        id=clock_id,
        procedure=_text(row["description"], clock_id),
        name=_text(row["name"], clock_id),
        trigger=_text(row["trigger"], clock_id),
        trigger_name=_text(row["trigger_name"], clock_id),
        length=value["value"],
        unit=unit,
        count_unit=count_unit,
        direction=_enum(Direction, row["direction"], clock_id),
        fixed_date=_optional_text(row.get("fixed_date"), clock_id),
        set_by=_optional_text(row.get("set_by"), clock_id),
        binds=_text(row["binds"], clock_id),
        binds_name=_text(row["binds_name"], clock_id),
        binds_agency=row["binds_agency"],
        end_rule=_enum(EndRule, row["end_rule"], clock_id),
        suspension=tuple(_enum(Ground, g, clock_id) for g in (suspension or {}).get("grounds", ())),
        suspension_text=_optional_text((suspension or {}).get("text"), clock_id),
        suspension_article=_optional_text((suspension or {}).get("article"), clock_id),
        extension=_extension(clock_id, row.get("extension")),
        extension_note=_optional_text(row.get("extension_note"), clock_id),
        effect=_enum(Effect, row["on_expiry"]["effect"], clock_id),
        on_expiry=_text(row["on_expiry"]["text"], clock_id),
        citation=_text(value["reference"], clock_id),
        verified=_enum(Verified, value["verified"], clock_id),
        valid_from=_optional_date(value["valid_from"], clock_id),
        valid_to=_optional_date(value["valid_to"], clock_id),
        replaces=_optional_text(row.get("replaces"), clock_id),
    )
    _consistent(clock)
    return clock


def _consistent(clock: Clock) -> None:
    def require(condition: bool, message: str) -> None:
        if not condition:
            raise ClockDataBroken(f"{clock.id}: {message}")

    if clock.unit is Unit.DATE:
        require(clock.length is None, "固定日期没有长度")
        require(
            clock.fixed_date is not None and bool(_FIXED.match(clock.fixed_date)), "固定日期无效"
        )
        require(clock.direction is Direction.BY, "固定日期的方向应为 by")
        require(clock.end_rule is EndRule.FIXED, "固定日期不顺延")
    elif clock.unit is Unit.VARIABLE:
        require(clock.length is None, "个案确定的期限没有固定长度")
        require(clock.set_by is not None, "须写明由谁确定长度")
        require(clock.count_unit in COUNTING_UNITS, "须写明计算单位")
    else:
        require(type(clock.length) is int and 0 <= clock.length <= 400, "长度无效")
        require(clock.set_by is None and clock.fixed_date is None, "字段与单位矛盾")
        require(clock.count_unit is clock.unit, "计算单位与单位不一致")
    if clock.unit is not Unit.DATE:
        require(clock.direction is not Direction.BY, "方向无效")
        backward = clock.end_rule is EndRule.BACKWARD
        require((clock.direction is Direction.BEFORE) == backward, "倒算的期限须用 BACKWARD")
    if clock.valid_from and clock.valid_to:
        require(clock.valid_from <= clock.valid_to, "施行期间颠倒")
    if clock.count_unit is Unit.H:
        require(clock.end_rule is EndRule.NO_ROLL, "小时期限不顺延")
        require(not clock.suspension and clock.extension is None, "小时期限不中止、不延长")


def _value(clock_id: str, values: Any) -> dict[str, Any]:
    # A changed rule gets a row of its own (B03a, B03b), so that a pinned id never changes meaning.
    if not isinstance(values, list) or len(values) != 1:
        raise ClockDataBroken(f"{clock_id}: values 应恰有一项")
    _exact(values[0], _VALUE, clock_id)
    value: dict[str, Any] = values[0]
    return value


def _extension(clock_id: str, row: Any) -> Extension | None:
    if row is None:
        return None
    _exact(row, _EXTENSION, clock_id)
    length = row["length"]
    if length is not None and (type(length) is not int or length < 1):
        raise ClockDataBroken(f"{clock_id}: 延长期限无效")
    if row["times"] not in (1, 2):
        raise ClockDataBroken(f"{clock_id}: 延长次数无效")
    unit = _enum(Unit, row["unit"], clock_id)
    if unit not in COUNTING_UNITS:
        raise ClockDataBroken(f"{clock_id}: 延长单位无效")
    return Extension(
        length,
        unit,
        row["times"],
        _optional_text(row["approver_role"], clock_id),
        _optional_text(row["approver"], clock_id),
        _text(row["text"], clock_id),
    )


def _exact(row: Any, keys: set[str], where: str) -> None:
    if not isinstance(row, dict) or set(row) != keys:
        raise ClockDataBroken(f"{where}: 字段应为 {sorted(keys)},实为 {row!r}")


def _enum(kind: type[E], value: Any, where: str) -> E:
    try:
        return kind(value)
    except ValueError:
        raise ClockDataBroken(f"{where}: {kind.__name__} 无效: {value!r}") from None


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ClockDataBroken(f"{where}: 文字无效: {value!r}")
    return value


def _optional_text(value: Any, where: str) -> str | None:
    return None if value is None else _text(value, where)


def _optional_date(value: Any, where: str) -> date | None:
    if value is not None and type(value) is not date:
        raise ClockDataBroken(f"{where}: 日期无效: {value!r}")
    return value


EDITION, CLOCKS = parse_clocks(load_yaml(_FILE))
