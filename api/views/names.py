"""What the rules and the library say of a name, for reading: each rule with its article, each character that differs.

Read from the verdict's plain data, which a case keeps and a check has just made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from api.i18n import gettext as _
from api.i18n import mark
from api.views.words import known
from law.names.characters import visible

_EFFECTS: Final = {
    "refuse": mark("不能申报"),
    "manual": mark("由工作人员审核"),
    "condition": mark("须声明条件"),
    "note": mark("提示"),
    "same": mark("相同，不能申报"),
    "similar": mark("近似，须作出承诺"),
}
_TAGS: Final = {
    "refuse": "bad",
    "same": "bad",
    "manual": "warn",
    "condition": "warn",
    "similar": "warn",
    "note": "half",
}
_HELD: Final = {
    "registered": mark("已经登记"),
    "reserved": mark("在保留期内"),
    "pending": mark("已经申请，正在办理"),
    "deregistered": mark("注销未满 1 年"),
    "renamed": mark("变更名称未满 1 年的原名称"),
    "revoked": mark("被撤销登记未满 1 年的原名称"),
}
# Outcome → how the result is drawn, what it says, what to do.
_OUTCOMES: Final = {
    "free": ("", mark("可以申报"), mark("没有发现与它相同或者近似的名称。")),
    "conditional": (
        "warn",
        mark("符合条件的可以申报"),
        mark("没有发现相同或者近似的名称；名称要求的条件，申报时须声明已经具备。"),
    ),
    "similar": (
        "warn",
        mark("可以申报，但与他人的名称近似"),
        mark("申报时须作出承诺：侵犯他人合法权益的，依法承担法律责任。"),
    ),
    "manual": (
        "warn",
        mark("须由工作人员审核"),
        mark("可以申报，审核期间名称为您留住；须有批准或者依据。"),
    ),
    "taken": (
        "bad",
        mark("不能申报：与他人的名称相同"),
        mark("请换一个字号，或者换一个行业表述。"),
    ),
    "refused": ("bad", mark("不能申报：名称不合规定"), mark("请按下面的说明修改名称。")),
}


# The basis carries it for readers of plain text; a page has a tag of its own.
UNVERIFIED: Final = "〔待核〕"


class Piece(NamedTuple):
    """A run of characters; `marked` ones are what the rule is about."""

    text: str
    marked: bool


@dataclass(frozen=True)
class FindingView:
    """A rule that the name itself meets."""

    effect: str
    tag: str
    title: str
    message: str
    instead: str
    basis: str
    verified: bool
    own: list[Piece]


@dataclass(frozen=True)
class HitView:
    """A name of somebody's that stands in the way, with the characters in which the two differ."""

    effect: str
    tag: str
    title: str
    explanation: str
    basis: str
    verified: bool
    held: str
    own: list[Piece]
    theirs: list[Piece]


@dataclass(frozen=True)
class VerdictView:
    """The whole answer. `kind` as in the macro `result`."""

    outcome: str
    kind: str
    headline: str
    advice: str
    edition: str
    parts: list[tuple[str, str]]
    findings: list[FindingView]
    hits: list[HitView]
    more: int

    @property
    def may_declare(self) -> bool:
        return self.outcome not in ("taken", "refused")


def pieces(text: str, spans: Iterable[tuple[int, int]]) -> list[Piece]:
    """The text cut at the spans (positions in it, end exclusive); what cannot be seen stands as its code point."""
    flags = [False] * len(text)
    for start, end in spans:
        for at in range(max(start, 0), min(end, len(text))):
            flags[at] = True
    found: list[Piece] = []
    for character, marked in zip(text, flags, strict=True):
        shown = visible(character)
        if found and found[-1].marked == marked:
            found[-1] = Piece(found[-1].text + shown, marked)
        else:
            found.append(Piece(shown, marked))
    return found


def outcome_text(outcome: str) -> tuple[str, str]:
    """Headline and advice in the reader's language."""
    _kind, headline, advice = _OUTCOMES[outcome]
    return _(headline), _(advice)


def verdict_view(given: str, data: Mapping[str, Any]) -> VerdictView:
    """`given` is the text that the positions in the data count in."""
    headline, advice = outcome_text(data["outcome"])
    hits = data["collisions"]
    return VerdictView(
        outcome=data["outcome"],
        kind=_OUTCOMES[data["outcome"]][0],
        headline=headline,
        advice=advice,
        edition=data["rules_edition"],
        parts=_parts(data["parts"] or {}),
        findings=[_finding(given, f) for f in data["findings"]],
        hits=[_hit(given, h) for h in hits],
        more=data["collisions_in_all"] - len(hits),
    )


def _parts(parts: Mapping[str, Any]) -> list[tuple[str, str]]:
    place = f"{parts.get('division', '')}{parts.get('zone', '')}"
    listed = (
        (_("行政区划"), place),
        (_("字号"), parts.get("trade_name", "")),
        (_("行业"), parts.get("industry", "")),
        (_("组织形式"), parts.get("form", "")),
        (_("分支机构"), parts.get("branch", "")),
    )
    return [(label, visible(text)) for label, text in listed if text]


def _finding(given: str, found: Mapping[str, Any]) -> FindingView:
    return FindingView(
        effect=known(_EFFECTS[found["effect"]]),
        tag=_TAGS[found["effect"]],
        title=found["title"],
        message=found["message"],
        instead=found["instead"],
        basis=found["basis"].removesuffix(UNVERIFIED),
        verified=found["verified"],
        own=pieces(given, [(found["start"], found["end"])]),
    )


def _hit(given: str, found: Mapping[str, Any]) -> HitView:
    apart = found["differences"]
    return HitView(
        effect=known(_EFFECTS[found["effect"]]),
        tag=_TAGS[found["effect"]],
        title=found["title"],
        # The basis stands on a line of its own.
        explanation=found["explanation"].removesuffix(f"（{found['basis']}）"),
        basis=found["basis"].removesuffix(UNVERIFIED),
        verified=found["verified"],
        held=known(_HELD[found["held"]]),
        own=pieces(given, [(d["new_start"], d["new_end"]) for d in apart]),
        theirs=pieces(found["name"], [(d["old_start"], d["old_end"]) for d in apart]),
    )
