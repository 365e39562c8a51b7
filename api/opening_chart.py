"""How long registrations took, drawn: each month's median and 90th percentile against the plan's target, as inline SVG.

A bar is the median, the thin line reaches to the 90th percentile, the thick stroke is the target. Same input, same
output; the table beside it says the same in words.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup, escape

WIDTH: Final = 600
LEFT: Final = 84
RIGHT: Final = 96
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
        return LEFT + days / top * (WIDTH - LEFT - RIGHT)

    drawn = [
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' aria-hidden="true" focusable="false">'
    ]
    limit = across(target)
    for n, row in enumerate(rows):
        y = 4 + n * ROW
        middle, far = across(row.median), across(row.p90)
        colour = BLUE if row.median <= target else RED
        reach = BLUE if row.p90 <= target else RED
        drawn += [
            f'<text x="0" y="{y + 13}">{escape(row.label)}</text>',
            f'<rect x="{LEFT}" y="{y}" width="{WIDTH - LEFT - RIGHT}" height="{BAR}" fill="{TRACK}"/>',
            f'<rect x="{LEFT}" y="{y + 4}" width="{middle - LEFT:.1f}" height="8" fill="{colour}"/>',
            f'<path d="M{middle:.1f} {y + 8}H{far:.1f}M{far:.1f} {y + 4}v8" stroke="{reach}"'
            ' stroke-width="1.5" fill="none"/>',
            f'<path d="M{limit:.1f} {y - 2}v{BAR + 4}" stroke="{INK}" stroke-width="3"/>',
            f'<text class="q" x="{WIDTH}" y="{y + 13}" text-anchor="end">{escape(row.note)}</text>',
        ]
    return Markup("".join(drawn) + "</svg>")  # noqa: S704
