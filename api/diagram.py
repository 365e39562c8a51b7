"""The live diagram of a case: its declared transitions and where it is, as inline SVG and as an ordered list.

Layout, three rules:
  1. column = longest path from the first stage (back edges are ignored);
  2. the main line is row 0; every other chain takes the first free row below it, latest branch first,
     so that branch lines never cross each other;
  3. edges leave on the right, turn in the gutter, enter on the left; steps back go around, in from below.
     The tall form swaps the axes (phones).
Same input, same output: no randomness, no measuring of text. Labels have at most 7 characters, notes 9; a longer
label is drawn as wide as its box.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from markupsafe import Markup, escape

from api.i18n import gettext as _

StageKind = Literal["", "good", "bad"]
"""'good' and 'bad' are terminal stages, drawn rounded."""

Stages = Mapping[str, tuple[str, StageKind]]
Transitions = Sequence[tuple[str, str, str]]
"""(from, to, condition in words)."""

Passed = Sequence[tuple[str, str]]
"""(stage, short date), oldest first; the last one is the current stage."""


@dataclass(frozen=True)
class _Form:
    """One of the two drawings: sizes in CSS pixels at 16 px."""

    tall: bool
    width: int
    height: int
    layer_gap: int
    row_gap: int
    pad: int = 5

    def corner(self, layer: int, row: int) -> tuple[int, int]:
        across, down = (row, layer) if self.tall else (layer, row)
        gap_x, gap_y = (
            (self.row_gap, self.layer_gap) if self.tall else (self.layer_gap, self.row_gap)
        )
        return (
            self.pad + across * (self.width + gap_x),
            self.pad + down * (self.height + gap_y),
        )


# What a phone of 320 px shows without making the labels too small to read.
PHONE_COLUMNS = 3
# Half an em of the labels, 14 px: what a letter takes at most, roughly; a Chinese character takes two.
HALF = 7
WIDE = _Form(tall=False, width=110, height=54, layer_gap=38, row_gap=24)
TALL = _Form(tall=True, width=102, height=52, layer_gap=30, row_gap=6)


def _layers(stages: Stages, transitions: Transitions) -> dict[str, int]:
    layer = dict.fromkeys(stages, 0)
    # Declaration order tells back edges from forward ones; a stage is settled before its followers.
    order = {stage: i for i, stage in enumerate(stages)}
    for stage in stages:
        for source, target, _condition in transitions:
            if source == stage and order[target] > order[source]:
                layer[target] = max(layer[target], layer[source] + 1)
    return layer


def _rows(
    transitions: Transitions, main: Sequence[str], layer: Mapping[str, int]
) -> dict[str, int]:
    row = dict.fromkeys(layer, 1)
    row.update(dict.fromkeys(main, 0))
    taken: set[tuple[int, int]] = set()
    seen = set(main)
    chains: list[tuple[int, list[str]]] = []
    for source, target, _condition in transitions:
        if target in seen:
            continue
        chain = [target]
        seen.add(target)
        while following := [b for a, b, _c in transitions if a == chain[-1] and b not in seen]:
            chain.append(following[0])
            seen.add(following[0])
        chains.append((layer[source], chain))
    for _branch, chain in sorted(chains, key=lambda item: -item[0]):
        free = 1
        while any((layer[stage], free) in taken for stage in chain):
            free += 1
        for stage in chain:
            row[stage] = free
            taken.add((layer[stage], free))
    return row


def _states(stages: Stages, transitions: Transitions, passed: Passed) -> dict[str, str]:
    """past, now, next (one step from now), later (still reachable), out (no longer reachable)."""
    now = passed[-1][0]
    reachable, todo = {now}, [now]
    while todo:
        here = todo.pop()
        for source, target, _condition in transitions:
            if source == here and target not in reachable:
                reachable.add(target)
                todo.append(target)
    following = {target for source, target, _condition in transitions if source == now}
    past = {stage for stage, _date in passed[:-1]}

    def state(stage: str) -> str:
        if stage == now:
            return "now"
        if stage in past:
            return "past"
        if stage in following:
            return "next"
        return "later" if stage in reachable else "out"

    return {stage: state(stage) for stage in stages}


def _path(
    form: _Form, start: tuple[int, int], end: tuple[int, int], *, turn_late: bool
) -> tuple[str, str]:
    """The line of one transition and its arrow head, as SVG path data."""
    bend = form.layer_gap * 0.42
    if form.tall:
        x1, y1 = start[0] + form.width / 2, float(start[1] + form.height)
        x2, y2 = end[0] + form.width / 2, float(end[1] - 1)
        gutter = y2 - bend if turn_late else y1 + bend
        line = (
            f"M{x1:g} {y1:g}V{y2 - 6:g}"
            if x1 == x2
            else f"M{x1:g} {y1:g}V{gutter:g}H{x2:g}V{y2 - 6:g}"
        )
        return line, f"M{x2:g} {y2:g}l-4.5 -8h9z"
    x1, y1 = float(start[0] + form.width), start[1] + form.height / 2
    x2, y2 = float(end[0] - 1), end[1] + form.height / 2
    gutter = x2 - bend if turn_late else x1 + bend
    line = (
        f"M{x1:g} {y1:g}H{x2 - 6:g}" if y1 == y2 else f"M{x1:g} {y1:g}H{gutter:g}V{y2:g}H{x2 - 6:g}"
    )
    return line, f"M{x2:g} {y2:g}l-8 -4.5v9z"


def _back(form: _Form, start: tuple[int, int], end: tuple[int, int]) -> tuple[str, str]:
    """A step back (a correction, a refused register): around the boxes, never through them."""
    w, h = form.width, form.height
    sx, sy, ex, ey = *start, *end
    if form.tall:
        side, middle = ex + w + 1, ey + h / 2
        if sx > ex:
            return (
                f"M{sx + w / 2:g} {sy}V{middle:g}H{side + 6}",
                f"M{side} {middle:g}l8 -4.5v9z",
            )
        return (
            f"M{sx + w} {sy + h / 2:g}H{side + 3}V{middle:g}H{side + 2}",
            f"M{side} {middle:g}l5 -3v6z",
        )
    under, middle = ey + h + 1, ex + w / 2
    if sy > ey:
        return (
            f"M{sx} {sy + h / 2:g}H{middle:g}V{under + 6}",
            f"M{middle:g} {under}l-4.5 8h9z",
        )
    return (
        f"M{sx + w / 2:g} {sy + h}V{under + 11}H{middle:g}V{under + 6}",
        f"M{middle:g} {under}l-4.5 8h9z",
    )


def _fitted(text: str, width: int) -> str:
    """Draws a label that would be too wide as wide as its box; English ones are longer than Chinese."""
    room = width - 10
    wide = sum(HALF if character.isascii() else 2 * HALF for character in text)
    return f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' if wide > room else ""


def _box(form: _Form, corner: tuple[int, int], state: str, label: str, sub: str, kind: str) -> str:
    x, y = corner
    w, h = form.width, form.height
    radius = h / 2 if kind else 4
    middle = x + w / 2
    parts = [f'<g class="{state}">']
    if state == "now":
        parts.append(
            f'<rect class="halo" x="{x - 4}" y="{y - 4}" width="{w + 8}" height="{h + 8}" rx="7"/>'
        )
    parts.append(f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{radius:g}"/>')
    text = f"{'✓ ' if state == 'past' else ''}{label}"
    parts.append(
        f'<text x="{middle:g}" y="{y + (23 if sub else 32)}"{_fitted(text, w)}>{escape(text)}</text>'
    )
    if sub:
        parts.append(f'<text class="sub" x="{middle:g}" y="{y + 41}">{escape(sub)}</text>')
    parts.append("</g>")
    return "".join(parts)


def _svg(
    form: _Form,
    stages: Stages,
    transitions: Transitions,
    main: Sequence[str],
    passed: Passed,
    notes: Mapping[str, str],
) -> str:
    layer = _layers(stages, transitions)
    row = _rows(transitions, main, layer)
    state, dates = _states(stages, transitions, passed), dict(passed)
    corner = {stage: form.corner(layer[stage], row[stage]) for stage in stages}
    width = max(x for x, _y in corner.values()) + form.width + form.pad
    height = max(y for _x, y in corner.values()) + form.height + form.pad
    columns = 1 + max((row if form.tall else layer).values())
    name = "tb" if form.tall else "lr"
    walked = {(a[0], b[0]) for a, b in pairwise(passed)}
    edges: list[tuple[int, str]] = []
    for source, target, _condition in transitions:
        kind = (
            "past" if (source, target) in walked else "next" if state[source] == "now" else "later"
        )
        if layer[target] <= layer[source]:
            line, arrow = _back(form, corner[source], corner[target])
        else:
            line, arrow = _path(
                form, corner[source], corner[target], turn_late=row[target] < row[source]
            )
        drawn = f'<path class="{kind}" d="{line}"/><path class="arr {kind}" d="{arrow}"/>'
        edges.append((("later", "next", "past").index(kind), drawn))
    boxes = [
        _box(
            form, corner[stage], state[stage], label, dates.get(stage) or notes.get(stage, ""), kind
        )
        for stage, (label, kind) in stages.items()
    ]
    return (
        f'<svg class="{name} {name}-{columns}" viewBox="0 0 {width} {height}"'
        ' aria-hidden="true" focusable="false">'
        + "".join(drawn for _order, drawn in sorted(edges))
        + "".join(boxes)
        + "</svg>"
    )


def _framed(
    tall: Markup, stages: Stages, transitions: Transitions, main: Sequence[str], title: str
) -> Markup:
    """The tall drawing; one with more columns than a phone shows legibly is moved in its frame, also by keyboard."""
    columns = 1 + max(_rows(transitions, main, _layers(stages, transitions)).values())
    if columns <= PHONE_COLUMNS:
        return tall
    return Markup(
        '<div class="flow__frame" role="region" aria-label="{}" tabindex="0">{}</div>'
    ).format(_("%(title)s，可左右移动") % {"title": title}, tall)


def _text(
    stages: Stages, transitions: Transitions, passed: Passed, notes: Mapping[str, str]
) -> Markup:
    """The same picture in words: what is behind, where we are, what may come."""
    now, since = passed[-1]
    item = Markup("<li><b>{}</b> {}{}</li>")
    dated = _("（%(date)s）")
    lines = [
        item.format(_("已经过"), stages[stage][0], dated % {"date": date} if date else "")
        for stage, date in passed[:-1]
    ]
    lines.append(
        Markup('<li aria-current="step"><b>{}</b> {}{}</li>').format(
            _("当前"), stages[now][0], dated % {"date": since} if since else ""
        )
    )
    for source, target, condition in transitions:
        if source == now:
            why = _("：%(condition)s") % {"condition": condition} if condition else ""
            note = _("，%(note)s") % {"note": notes[target]} if notes.get(target) else ""
            lines.append(item.format(_("接下来可能"), stages[target][0], why + note))
    return Markup("<ol>{}</ol>").format(Markup("").join(lines))


def figure(
    stages: Stages,
    transitions: Transitions,
    main: Sequence[str],
    passed: Passed,
    notes: Mapping[str, str],
    title: str,
) -> Markup:
    """The diagram in its wide and its tall form (the style sheet shows one) and in words.

    Args:
        stages: id → (label, kind), in declaration order.
        transitions: (from, to, condition).
        main: the line when nothing goes wrong, drawn straight.
        passed: (stage, short date), oldest first, at least one; the last is where the case is.
        notes: stage → short note under its label, where no date is shown.
        title: what the picture shows, for assistive technology.

    Raises:
        KeyError: a transition, the main line or `passed` names an undeclared stage.
    """
    wide = _svg(WIDE, stages, transitions, main, passed, notes)
    tall = _svg(TALL, stages, transitions, main, passed, notes)
    # The drawings are built above from numbers and escaped labels only.
    drawings = Markup(wide) + _framed(Markup(tall), stages, transitions, main, title)  # noqa: S704
    return Markup(
        '<figure class="flow" aria-label="{title}">{drawings}<figcaption><details>'
        "<summary>{summary}</summary>{words}</details></figcaption></figure>"
    ).format(
        title=title,
        drawings=drawings,
        summary=_("用文字看这张图"),
        words=_text(stages, transitions, passed, notes),
    )
