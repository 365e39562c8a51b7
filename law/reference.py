"""Prints the reference page of all clocks: `python -m law.reference > docs/reference/clocks.md`."""

from collections.abc import Iterator
from itertools import groupby

from law.calendars import default_calendars
from law.clocks import CLOCKS, LAW_EDITION, Clock, Direction, Ground, Unit, Verified

_GROUPS = {
    "G": "行政许可(通则)",
    "R": "经营主体登记",
    "N": "企业名称",
    "D": "注销",
    "T": "容缺受理",
    "E": "股权与商标质权",
    "F": "食品",
    "M": "医疗器械",
    "Q": "特种设备",
    "X": "行政处罚、强制、复议、诉讼",
    "C": "投诉举报",
    "K": "名录与信用修复",
    "A": "不良反应与伤害事件",
    "V": "强制检定",
    "PQ": "产品质量",
    "B": "抽查、公平竞争审查、商标异议",
}
_END_RULES = {
    "WD": "止于工作日",
    "ROLL": "遇休息日顺延",
    "ROLL_PROTECT": "遇休息日顺延(保护第三人)",
    "NO_ROLL": "不顺延",
    "HARD": "不顺延",
    "BACKWARD": "倒算,不顺延",
    "FIXED": "固定日期,不顺延",
    "ANNIVERSARY": "含对应日,不顺延",
    "SAME_STEP": "与登记同步",
    "ON_THE_SPOT": "当场",
}


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    counts = {kind: sum(c.verified is kind for c in CLOCKS.values()) for kind in Verified}
    yield "# 法定期限一览"
    yield ""
    yield "本页由 `python -m law.reference` 生成,不要手改。数据:`law/data/clocks.yaml`。"
    yield ""
    years = [pin.split(".")[0] for pin in default_calendars().pins]
    yield f"- 法规版次 {LAW_EDITION},共 {len(CLOCKS)} 项;日历 {years[0]}–{years[-1]} 年,其后年份暂按周末和法定节假日计算。"
    yield (
        "- 核对情况:"
        + ";".join(f"{kind.label} {count} 项" for kind, count in counts.items())
        + "。"
    )
    yield "- 标有“待核”的期限未与法律原文核对,使用前须确认。施行起止不明的留空,同样待核。"
    yield "- 工作日:扣除休息日和放假日,含调休上班日。日:日历日。事件当日不计入。"
    for prefix, clocks in groupby(CLOCKS.values(), key=_prefix):
        yield ""
        yield f"## {_GROUPS[prefix]}"
        yield ""
        yield "| 编号 | 期限 | 起算 | 长度 | 义务人 | 期末 | 停止计算 | 延长 | 期满 | 依据 | 施行 | 核对 |"
        yield "|---|---|---|---|---|---|---|---|---|---|---|---|"
        yield from (_row(clock) for clock in clocks)


def _prefix(clock: Clock) -> str:
    return clock.id.rstrip("abcdefghijklmnopqrstuvwxyz").rstrip("0123456789")


def _row(clock: Clock) -> str:
    cells = (
        clock.id,
        clock.name,
        clock.trigger_name,
        _length(clock),
        clock.binds_name,
        _END_RULES[clock.end_rule.value],
        _grounds(clock),
        clock.extension.label if clock.extension else clock.extension_note or "",
        clock.effect.label,
        clock.citation,
        _validity(clock),
        clock.verified.label,
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _length(clock: Clock) -> str:
    if clock.unit is Unit.DATE:
        return f"至 {clock.fixed_date}"
    if clock.unit is Unit.VARIABLE:
        return f"个案确定({clock.set_by})"
    before = "届满前 " if clock.direction is Direction.BEFORE else ""
    return f"{before}{clock.length} {clock.unit.label}"


def _grounds(clock: Clock) -> str:
    return "、".join(Ground(ground).label for ground in clock.suspension)


def _validity(clock: Clock) -> str:
    if clock.valid_from is None and clock.valid_to is None:
        return "待核"
    return f"{clock.valid_from or ''} 至 {clock.valid_to or ''}".strip()


if __name__ == "__main__":
    print(page(), end="")
