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
    "L": "证照分离",
    "O": "周期性义务、批量登记",
}
_RULES = (
    "起算:事件当日不计入(民法典 201)。以北京时间的日期为准。",
    "工作日:其后第 n 个工作日,扣除休息日和放假日,含调休上班日。日:日历日。",
    "月、年:到期月的对应日;没有对应日的为月末日(民法典 202)。小时:从起算时刻连续计算。",
    "倒算:事件日不计入,向前数;所到之日即最迟(或最早)一日,不因休息日移动。",
    "顺延:期末为休息日的,移至其后首个工作日(民法典 203)。是否顺延逐项写明。",
    "届满:当日 24:00。此前收到的即为按期。",
    "停止计算:首日和末日都不计入;重叠的合并;期末之后开始的不起作用。本项未列的事由不予认可。",
    "延长:从原期末(未顺延)起加算,再顺延。须在届满前批准,除另有写明外只有一次。",
    "暂定:用到尚未公布放假安排的年份时,按周末和法定节假日(2024 年办法)计算,公布后重新计算。",
    "个案确定:长度由案件写明;检定周期等可用其他单位。",
)


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
    yield ""
    yield "## 怎样计算"
    yield ""
    yield from (f"- {rule}" for rule in _RULES)
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
        clock.end_rule.label,
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
    before = "提前 " if clock.direction is Direction.BEFORE else ""
    return f"{before}{clock.length} {clock.unit.label}"


def _grounds(clock: Clock) -> str:
    return "、".join(Ground(ground).label for ground in clock.suspension)


def _validity(clock: Clock) -> str:
    if clock.valid_from is None and clock.valid_to is None:
        return "待核"
    return f"{clock.valid_from or ''} 至 {clock.valid_to or ''}".strip()


if __name__ == "__main__":
    print(page(), end="")
