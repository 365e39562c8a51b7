"""How long registrations took, drawn: each month's median and 90th percentile against the plan's target, as inline SVG.

A bar is the median, the thin line reaches to the 90th percentile, the thick stroke is the target. Same input, same
output; the table beside it says the same in words.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup, escape

# Shares of the width: the figure takes what there is, down to a telephone's, and its words keep their size.
LEFT: Final = 25.0
RIGHT: Final = 30.0
ROW: Final = 30
BAR: Final = 16
INK, TRACK, BLUE, RED = "#17202b", "#eef2f6", "#174a86", "#a8201a"


class Row(NamedTuple):
    """One bar: `label` at most 10 characters, `note` what stands at its end; days."""

    label: str
    median: float
    p90: float
    note: str


def bullets(rows: Sequence[Row], target: float) -> Markup:
    """The figure; empty where there is nothing to draw."""
    if not rows:
        return Markup()
    top = max(target, *(row.p90 for row in rows)) * 1.12
    height = len(rows) * ROW + 6

    def across(days: float) -> float:
        return LEFT + days / top * (100 - LEFT - RIGHT)

    drawn = [
        f'<svg class="chart" width="100%" height="{height}" aria-hidden="true" focusable="false">'
    ]
    limit = across(target)
    for n, row in enumerate(rows):
        y = 4 + n * ROW
        middle, far = across(row.median), across(row.p90)
        colour = BLUE if row.median <= target else RED
        reach = BLUE if row.p90 <= target else RED
        drawn += [
            f'<text x="0" y="{y + 13}">{escape(row.label)}</text>',
            _bar(LEFT, 100 - RIGHT, y, BAR, TRACK),
            _bar(LEFT, middle, y + 4, 8, colour),
            _line(middle, far, y + 8, y + 8, reach, 1.5),
            _line(far, far, y + 4, y + 12, reach, 1.5),
            _line(limit, limit, y - 2, y + BAR + 2, INK, 3),
            f'<text class="q" x="100%" y="{y + 13}" text-anchor="end">{escape(row.note)}</text>',
        ]
    return Markup("".join(drawn) + "</svg>")  # noqa: S704


def _bar(begin: float, end: float, y: int, height: int, colour: str) -> str:
    return (
        f'<rect x="{begin:.2f}%" y="{y}" width="{end - begin:.2f}%" height="{height}"'
        f' fill="{colour}"/>'
    )


def _line(x1: float, x2: float, y1: int, y2: int, colour: str, width: float) -> str:
    return (
        f'<line x1="{x1:.2f}%" y1="{y1}" x2="{x2:.2f}%" y2="{y2}"'
        f' stroke="{colour}" stroke-width="{width}"/>'
    )
