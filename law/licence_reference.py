"""The reference page of the licence items: every row with its doubts. Written by `tests.docs.pages`."""

from collections.abc import Iterator
from itertools import groupby

from law import business_scope
from law.clock_types import Verified
from law.licence_items import Edition, LicenceItem, Mode, Order, edition

_HEADS = {
    Order.AFTER: "登记之后办理（先照后证）",
    Order.UNKNOWN: "登记之前还是之后待核",
    Order.BEFORE: "登记之前取得（前置审批）",
}


def page() -> str:
    """The whole page as Markdown, of the newest edition."""
    return "\n".join(_lines(edition())) + "\n"


def _lines(catalogue: Edition) -> Iterator[str]:
    rows = catalogue.items
    terms = business_scope.of_edition(catalogue.business_scope)
    modes = "；".join(f"{mode.label} {sum(r.mode.value is mode for r in rows)} 项" for mode in Mode)
    read = "，".join(
        f"{what} {sum(verified is Verified.TEXT for verified in column)} 项"
        for what, column in (
            ("办理方式", [r.mode.verified for r in rows]),
            ("前置后置", [r.order.verified for r in rows if not r.asks_order]),
            ("依据", [r.basis.verified for r in rows]),
        )
    )
    yield "# 涉企经营许可事项一览（证照分离）"
    yield ""
    yield "本页由 `python -m tests.docs.pages` 生成，不要手改。数据：`law/data/licence_items/`、`law/data/business_scope/`。"
    yield ""
    yield f"- 版次 {catalogue.edition}，自 {catalogue.valid_from} 起，共 {len(rows)} 项。{modes}。"
    yield f"- 经核对原文的：{read}；其余待核，使用前须对照现行清单确认。"
    yield f"- 经营范围表述版次 {terms.edition}，{len(terms.terms)} 条；全国目录没有找到，缺的不等于不存在。"
    yield "- 办理方式待核的按优化审批服务办理。期限标“通则”的是没有找到本事项的期限，暂用行政许可法第四十二条的一般期限。"
    yield "- 条件由申请人回答，不推定。目录里没有的表述交由审查人员确认，不视为无需许可。"
    for order, group in groupby(
        sorted(rows, key=lambda row: list(_HEADS).index(row.order.value)),
        key=lambda row: row.order.value,
    ):
        yield ""
        yield f"## {_HEADS[order]}"
        yield ""
        yield "| 编号 | 事项 | 部门（层级） | 方式 | 可以经营 | 期限 | 经营范围表述 | 条件 | 依据 | 待核 |"
        yield "|---|---|---|---|---|---|---|---|---|---|"
        yield from (_row(row) for row in group)


def _row(row: LicenceItem) -> str:
    clock = row.clocks.decision or ""
    if clock and not row.clocks.own:
        clock += "（通则）"
    if row.clocks.verification:
        clock += f"，核查 {row.clocks.verification}"
    cells = (
        f"`{row.id}`",
        row.name,
        f"{row.department_name}（{row.level.label}）",
        row.mode.value.label,
        row.trade_from.label,
        clock,
        "、".join(row.terms) or row.note,
        row.condition.zh if row.condition else "",
        row.basis.citation,
        "、".join(row.doubts),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
