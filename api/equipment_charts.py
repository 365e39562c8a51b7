"""What boards of equipment draw, as inline SVG: bars in parts, columns by month, one device's life on an axis of time.

Parts differ by their hatching, so that they are told apart without colour; colours are the style sheet's tokens, by class.
Same input, same output. Each figure is hidden from screen readers: the table beside it says the same.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final, NamedTuple

from markupsafe import Markup, escape

PARTS: Final = ("p1", "p2", "p3", "p4")
"""How parts are drawn, in their order: full, hatched, dotted, outlined."""
_HATCHES: Final = {
    "p2": '<path class="hatch" d="M-1 7 7 -1M-1 1 1 -1M5 7 7 5"/>',
    "p3": '<circle class="dot" cx="2" cy="2" r="1.2"/><circle class="dot" cx="5" cy="5" r="1.2"/>',
}
ROW: Final = 44
BAR: Final = 16
HIGH: Final = 120


class Bar(NamedTuple):
    """One bar: its label, the sizes of its parts, what stands at its end."""

    label: str
    parts: Sequence[int]
    note: str


class Column(NamedTuple):
    """One column: what stands under it, and its height; `alarm`: what should not be there."""

    label: str
    size: int
    alarm: bool = False


class Span(NamedTuple):
    """Something that lasted from a day to a day; `last` None: it lasts. `kind`: one of PARTS; one day is drawn as a point."""

    first: date
    last: date | None
    kind: str


class Lane(NamedTuple):
    """A row of the axis of time."""

    label: str
    spans: Sequence[Span]


def _figure(name: str, height: int) -> Iterator[str]:
    yield (
        f'<svg class="chart chart--parts" width="100%" height="{height}" aria-hidden="true" focusable="false">'
    )
    yield "<defs>"
    for part, drawn in _HATCHES.items():
        yield (
            f'<pattern id="{name}-{part}" width="6" height="6" patternUnits="userSpaceOnUse">'
            f'<rect class="ground" width="6" height="6"/>{drawn}</pattern>'
        )
    yield "</defs>"


def _fill(name: str, part: str) -> str:
    """How a part is filled; the hatched ones by this figure's own pattern."""
    return f' class="{part}"' + (f' fill="url(#{name}-{part})"' if part in _HATCHES else "")


def stacked(name: str, bars: Sequence[Bar]) -> Markup:
    """Bars in parts, one under another, each with its label above it; empty where there is nothing to draw.

    Args:
        name: distinguishes the figures of a page.
    """
    if not any(sum(bar.parts) for bar in bars):
        return Markup()
    top = max(sum(bar.parts) for bar in bars)
    drawn = list(_figure(name, len(bars) * ROW))
    for n, bar in enumerate(bars):
        y = n * ROW
        drawn += [
            f'<text x="0" y="{y + 14}">{escape(bar.label)}</text>',
            f'<text class="q" x="100%" y="{y + 14}" text-anchor="end">{escape(bar.note)}</text>',
            f'<rect class="track" x="0" y="{y + 20}" width="100%" height="{BAR}"/>',
        ]
        begin = 0.0
        for part, size in zip(PARTS, bar.parts, strict=False):
            width = size / top * 100
            if size:
                drawn.append(
                    f'<rect{_fill(name, part)} x="{begin:.2f}%" y="{y + 20}" width="{width:.2f}%" height="{BAR}"/>'
                )
            begin += width
    return Markup("".join(drawn) + "</svg>")  # noqa: S704


def columns(name: str, shown: Sequence[Column]) -> Markup:
    """Columns side by side, each with its number above it; empty where all are empty."""
    top = max((column.size for column in shown), default=0)
    if not top:
        return Markup()
    drawn = list(_figure(name, HIGH + 38))
    width = 100 / len(shown)
    for n, column in enumerate(shown):
        height = max(column.size / top * HIGH, 1 if column.size else 0)
        y, middle = 18 + HIGH - height, (n + 0.5) * width
        part = "p2" if column.alarm else "p1"
        drawn += [
            f'<rect{_fill(name, part)} x="{n * width + width * 0.15:.2f}%" y="{y:.1f}" width="{width * 0.7:.2f}%" height="{height:.1f}"/>',
            f'<text class="q" x="{middle:.2f}%" y="{y - 5:.1f}" text-anchor="middle">{column.size}</text>',
            f'<text x="{middle:.2f}%" y="{HIGH + 33}" text-anchor="middle">{escape(column.label)}</text>',
        ]
    drawn.append(f'<line class="axis" x1="0" x2="100%" y1="{18 + HIGH}" y2="{18 + HIGH}"/>')
    return Markup("".join(drawn) + "</svg>")  # noqa: S704


def _ticks(first: date, last: date) -> list[date]:
    """At most six beginnings of years, or of months where it is shorter than two years."""
    years = [date(y, 1, 1) for y in range(first.year + 1, last.year + 1)]
    if len(years) >= 2:
        return years[:: len(years) // 6 + 1]
    month, months = first.replace(day=1), []
    while (month := (month + timedelta(days=32)).replace(day=1)) <= last:
        months.append(month)
    return months[:: len(months) // 6 + 1]


def _rows(spans: Sequence[Span], today: date) -> list[list[Span]]:
    """What lasted at the same time lies in rows of its own; moments lie on top."""
    rows: list[list[Span]] = []
    for span in sorted(spans, key=lambda s: (s.first, s.last or today)):
        moment = span.first == span.last
        for row in rows:
            if moment or (row[-1].last or today) <= span.first:
                row.append(span)
                break
        else:
            rows.append([span])
    return rows


def life(name: str, lanes: Sequence[Lane], today: date, today_label: str) -> Markup:
    """A lane for each kind of thing, over one axis from the first day to the last; a line stands on today."""
    days = [span.first for lane in lanes for span in lane.spans]
    days += [span.last for lane in lanes for span in lane.spans if span.last] + [today]
    first, last = min(days), max(days)
    whole = max((last - first).days, 1)
    height = 20 + len(lanes) * ROW

    def across(day: date) -> float:
        return 1 + (day - first).days / whole * 98

    drawn = list(_figure(name, height + 20))
    for tick in _ticks(first, last):
        x = across(tick)
        yearly = tick.month == 1
        drawn += [
            f'<line class="tick" x1="{x:.2f}%" x2="{x:.2f}%" y1="18" y2="{height}"/>',
            f'<text class="q" x="{x:.2f}%" y="{height + 14}" text-anchor="middle">'
            f"{tick.year if yearly else f'{tick:%m}'}</text>",
        ]
    for n, lane in enumerate(lanes):
        y = 20 + n * ROW
        drawn += [
            f'<text x="0" y="{y + 14}">{escape(lane.label)}</text>',
            f'<rect class="track" x="0" y="{y + 20}" width="100%" height="{BAR}"/>',
        ]
        rows = _rows(lane.spans, today)
        high = BAR / max(len(rows), 1)
        for level, spans in enumerate(rows):
            top = y + 20 + level * high
            for span in spans:
                begin, end = across(span.first), across(span.last or today)
                if span.last == span.first:
                    drawn.append(f'<circle class="point" cx="{begin:.2f}%" cy="{y + 28}" r="5"/>')
                    continue
                drawn.append(
                    f'<rect{_fill(name, span.kind)} x="{begin:.2f}%" y="{top:.1f}" '
                    f'width="{max(end - begin, 0.6):.2f}%" height="{high:.1f}"/>'
                )
    x = across(today)
    anchor = "end" if x > 80 else "start" if x < 20 else "middle"
    drawn += [
        f'<line class="today" x1="{x:.2f}%" x2="{x:.2f}%" y1="16" y2="{height}"/>',
        f'<text class="q" x="{x:.2f}%" y="12" text-anchor="{anchor}">{escape(today_label)}</text>',
    ]
    return Markup("".join(drawn) + "</svg>")  # noqa: S704


def key(name: str, labels: Sequence[str]) -> Markup:
    """What the parts mean: each drawn as in the figure, with its word."""
    made = []
    for part, label in zip(PARTS, labels, strict=False):
        made.append(
            f'<li><svg class="chart--parts" width="14" height="14" aria-hidden="true" focusable="false">'
            f'<rect{_fill(name, part)} x="1" y="1" width="12" height="12"/></svg> {escape(label)}</li>'
        )
    return Markup('<ul class="legend plain">' + "".join(made) + "</ul>")  # noqa: S704
