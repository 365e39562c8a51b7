"""The draw of a random inspection (双随机): which targets are checked, and by which officers. law.md §2.17, SOD-16.

Anybody can run it again from the published document with SHA-256 and whole numbers alone; docs/reference/random-draw.md
says it in plain words. Nothing is a float: two machines cannot come to different lists. How a draw is made is left to the
bureau by what was read (监督检查办法 8, 9, 15 only ask for a random one, with more for key units): the method is this bureau's, 待核.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from math import lcm
from typing import Any, Final

from domain.public_value import ValueRule

UNRULED: Final = "banjian-draw-1"
"""Plans that fixed no public value: as they were drawn, they are drawn again."""
FORMAT: Final = "banjian-draw-2"
"""The lists say which value counts, and the value has one spelling."""
MOST_TARGETS: Final = 500
MOST_INSPECTORS: Final = 50
FEWEST_OFFICERS: Final = 2
MOST_OFFICERS: Final = 4
ORDINARY: Final = 1
# A key unit's weight (重点单位 have a higher rate, 监督检查办法 9): how much higher no text that was read says.
KEY_WEIGHTS: Final = range(2, 5)
_BITS: Final = 256


class DrawError(ValueError):
    """The lists cannot be drawn from; the message says in words what to mend."""


@dataclass(frozen=True)
class Target:
    """A unit that may be checked; `weight` 1 is an ordinary one, 2 to 4 a key unit."""

    code: str
    name: str
    weight: int = ORDINARY


@dataclass(frozen=True)
class Excluded:
    """A target that is not drawn, and why (证后监督检查过的, 监督检查办法 17)."""

    code: str
    reason: str


@dataclass(frozen=True)
class Recusal:
    """An officer who does not check this target, and why (回避)."""

    inspector: str
    code: str
    reason: str


@dataclass(frozen=True)
class Lists:
    """What is fixed before the public value is known.

    Attributes:
        number: how many targets are drawn.
        per_target: how many officers check each, 2 to 4.
        rule: which public value counts; None in plans older than the rule.
    """

    number: int
    targets: Sequence[Target]
    inspectors: Sequence[str]
    per_target: int = FEWEST_OFFICERS
    excluded: Sequence[Excluded] = ()
    recusals: Sequence[Recusal] = ()
    rule: ValueRule | None = None

    @property
    def format(self) -> str:
        """Which version of the method the lists are drawn by."""
        return UNRULED if self.rule is None else FORMAT

    def spelt(self, value: str) -> str:
        """The public value as it is hashed. Raises DrawError where it cannot be the one that the plan names."""
        if self.rule is None:
            return value
        try:
            return self.rule.normal(value)
        except ValueError as error:
            raise DrawError(str(error)) from error

    @property
    def candidates(self) -> list[Target]:
        """Those that can be drawn."""
        out = {e.code for e in self.excluded}
        return [t for t in self.targets if t.code not in out]

    def able(self, code: str) -> list[str]:
        """The officers who need not recuse themselves from the target."""
        away = {r.inspector for r in self.recusals if r.code == code}
        return [name for name in self.inspectors if name not in away]

    def check(self) -> None:
        """Raises DrawError where there is nothing that could be drawn as asked."""
        if not 1 <= len(self.targets) <= MOST_TARGETS:
            raise DrawError(
                f"一个计划的检查对象应当有 1 至 {MOST_TARGETS} 个，更多的请分成几个计划"
            )
        if len(self.inspectors) > MOST_INSPECTORS:
            raise DrawError(f"检查人员最多 {MOST_INSPECTORS} 名，更多的请分成几个计划")
        if not FEWEST_OFFICERS <= self.per_target <= MOST_OFFICERS:
            raise DrawError(f"每个对象由 {FEWEST_OFFICERS} 至 {MOST_OFFICERS} 名人员检查")
        _once("检查对象", [t.code for t in self.targets])
        _once("检查人员", self.inspectors)
        _once("排除的对象", [e.code for e in self.excluded])
        codes, names = {t.code for t in self.targets}, set(self.inspectors)
        strange = {e.code for e in self.excluded} | {r.code for r in self.recusals}
        if unknown := sorted(strange - codes):
            raise DrawError(f"检查对象名单里没有 {'、'.join(unknown)}，请核对排除和回避的内容")
        if unknown := sorted({r.inspector for r in self.recusals} - names):
            raise DrawError(f"检查人员名单里没有 {'、'.join(unknown)}，请核对回避的内容")
        if any(t.weight != ORDINARY and t.weight not in KEY_WEIGHTS for t in self.targets):
            raise DrawError("对象的权重应当是 1（普通）或者 2 至 4（重点）")
        if not 1 <= self.number <= len(self.candidates):
            raise DrawError(f"抽取数量应当是 1 至 {len(self.candidates)}（排除以后的对象数）")
        for target in self.candidates:
            if len(self.able(target.code)) < self.per_target:
                raise DrawError(
                    f"{target.name}（{target.code}）回避以后不足 {self.per_target} 名检查人员，请增加人员"
                )
        self.text()

    def text(self) -> str:
        """The lists as they are hashed: one line each, fields parted by a tab, lines in the order of their characters."""
        lines = [
            _line("draw", str(self.number), str(self.per_target)),
            *(_line("target", t.code, t.name, str(t.weight)) for t in self.targets),
            *(_line("excluded", e.code, e.reason) for e in self.excluded),
            *(_line("inspector", name) for name in self.inspectors),
            *(_line("recusal", r.inspector, r.code, r.reason) for r in self.recusals),
        ]
        if (rule := self.rule) is not None:
            named = rule.source, rule.issue, rule.day.isoformat(), str(rule.digits)
            lines.append(_line("value", *named))
        return "".join(f"{line}\n" for line in sorted(lines))

    def digest(self) -> str:
        """SHA-256 of the lists, hexadecimal: known to everybody before the public value is."""
        return _hash(self.text())


@dataclass(frozen=True)
class Assigned:
    """A target in the order of the draw, with its officers; `reserves` replace one of them, the first one first."""

    code: str
    inspectors: tuple[str, ...]
    reserves: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Draw:
    """What came of it: `drawn` are checked, `reserves` take the place of one that is replaced, the first one first."""

    lists_sha256: str
    seed_sha256: str
    drawn: tuple[Assigned, ...]
    reserves: tuple[Assigned, ...]


def draw(plan: str, public_value: str, lists: Lists) -> Draw:
    """The one draw that these lists, this plan and this public value lead to; the order of the lists is of no account.

    Args:
        plan: the plan's number, so that two plans of one day are drawn differently.
        public_value: what was published by somebody else after the lists were fixed; in whatever spelling, where the
            lists have a rule for it.

    Raises:
        DrawError: the lists, the plan's number or the value cannot be drawn from.
    """
    lists.check()
    if not plan or not public_value:
        raise DrawError("请填写计划编号和公开数值")
    fixed = lists.digest()
    parts = (lists.format, plan, fixed, lists.spelt(public_value))
    seed = _hash("".join(f"{_line(part)}\n" for part in parts))
    targets = lists.candidates
    whole = lcm(*(t.weight for t in targets))
    order = sorted(targets, key=lambda t: (-_score(seed, t, whole), t.code))
    load = dict.fromkeys(lists.inspectors, 0)
    assigned = []
    for target in order:
        able = sorted(
            lists.able(target.code),
            key=lambda name: (load[name], _number(seed, "inspector", target.code, name), name),
        )
        chosen, rest = able[: lists.per_target], able[lists.per_target :]
        for name in chosen:
            load[name] += 1
        assigned.append(Assigned(target.code, tuple(chosen), tuple(rest)))
    return Draw(fixed, seed, tuple(assigned[: lists.number]), tuple(assigned[lists.number :]))


def _score(seed: str, target: Target, whole: int) -> int:
    """Larger is drawn earlier: u ** (1 / weight) of u = (n + 1) / 2 ** 256, raised to the power `whole`, as a whole number.

    Ordered so, a target comes first with a chance in proportion to its weight, then the next of those that are left
    (Efraimidis and Spirakis, 2006).
    """
    power = whole // target.weight
    raised: int = (_number(seed, "target", target.code) + 1) ** power
    return raised << _BITS * (whole - power)


def _number(seed: str, *parts: str) -> int:
    """A number below 2 ** 256 that nobody knew before the seed."""
    return int(_hash("".join(f"{_line(part)}\n" for part in (seed, *parts))), 16)


def _hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _line(*fields: str) -> str:
    """Raises DrawError where a field would break the line, and so could pass for two."""
    if any(not c.isprintable() and c != "\u3000" for text in fields for c in text):
        raise DrawError("名单里有看不见的字符，请删除后重新填写")
    return "\t".join(fields)


def _once(what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise DrawError(f"{what}重复：{value}，只写一次")
        seen.add(value)


# -- the published document --------------------------------------------------------------------------


def document(
    plan: str,
    title: str,
    lists: Lists,
    made: Draw,
    *,
    value: str,
    source: str,
    published_on: str,
    issue: str = "",
    reason: str = "",
) -> dict[str, Any]:
    """The draw as it is published: everything that is needed to run it again, and what came of it.

    Args:
        issue: of a plan that names the value, as `reason`: why a later publication than the one named was taken.
    """
    said = {"value": lists.spelt(value), "source": source, "published_on": published_on}
    ruled: dict[str, Any] = {}
    if lists.rule is not None:
        said |= {"issue": issue, "reason": reason}
        ruled = {"value_rule": lists.rule.shown()}
    return {
        "format": lists.format,
        "plan": plan,
        "title": title,
        **ruled,
        "public_value": said,
        "number": lists.number,
        "per_target": lists.per_target,
        "targets": [{"code": t.code, "name": t.name, "weight": t.weight} for t in lists.targets],
        "excluded": [{"code": e.code, "reason": e.reason} for e in lists.excluded],
        "inspectors": list(lists.inspectors),
        "recusals": [
            {"inspector": r.inspector, "code": r.code, "reason": r.reason} for r in lists.recusals
        ],
        "lists_sha256": made.lists_sha256,
        "seed_sha256": made.seed_sha256,
        "drawn": [_shown(a) for a in made.drawn],
        "reserves": [_shown(a) for a in made.reserves],
    }


def _shown(assigned: Assigned) -> dict[str, Any]:
    return {"code": assigned.code, "inspectors": list(assigned.inspectors)}


def lists_of(shown: Mapping[str, Any]) -> Lists:
    """The lists of a published document. Raises DrawError where it is none."""
    try:
        if shown["format"] not in {UNRULED, FORMAT}:
            raise DrawError(f"不认识的格式：{shown['format']}，应当是 {FORMAT} 或者 {UNRULED}")
        rule = ValueRule.of(shown["value_rule"]) if shown["format"] == FORMAT else None
        number, per_target = shown["number"], shown["per_target"]
        if type(number) is not int or type(per_target) is not int:
            raise TypeError
        targets = [Target(str(t["code"]), str(t["name"]), t["weight"]) for t in shown["targets"]]
        if any(type(t.weight) is not int for t in targets):
            raise TypeError
        return Lists(
            number=number,
            per_target=per_target,
            targets=targets,
            inspectors=[str(name) for name in shown["inspectors"]],
            excluded=[Excluded(str(e["code"]), str(e["reason"])) for e in shown["excluded"]],
            recusals=[
                Recusal(str(r["inspector"]), str(r["code"]), str(r["reason"]))
                for r in shown["recusals"]
            ],
            rule=rule,
        )
    except DrawError:
        raise
    except (KeyError, TypeError, ValueError) as broken:
        raise DrawError("这不是抽取文件，或者内容不全") from broken


def differences(shown: Mapping[str, Any]) -> list[str]:
    """What a published document says, and drawing again does not; empty where it is the same. In words.

    Raises:
        DrawError: it is no such document, or its lists could not have been drawn from.
    """
    lists = lists_of(shown)
    try:
        plan, value = str(shown["plan"]), str(shown["public_value"]["value"])
        stated = {key: shown[key] for key in ("lists_sha256", "seed_sha256", "drawn", "reserves")}
        another = _another_value(shown["public_value"], lists)
    except (KeyError, TypeError, ValueError) as broken:
        raise DrawError("这不是抽取文件，或者内容不全") from broken
    again = draw(plan, value, lists)
    found = {
        "lists_sha256": ("名单摘要", again.lists_sha256),
        "seed_sha256": ("种子", again.seed_sha256),
        "drawn": ("抽中的对象和人员", [_shown(a) for a in again.drawn]),
        "reserves": ("候补的对象和人员", [_shown(a) for a in again.reserves]),
    }
    wrong = [name for key, (name, made) in found.items() if stated[key] != made]
    return ["公开数值与计划写明的不符", *wrong] if another else wrong


def _another_value(said: Mapping[str, Any], lists: Lists) -> bool:
    """Whether the plan names another publication than the value is from."""
    if lists.rule is None:
        return False
    faults = lists.rule.faults(
        value=str(said["value"]),
        source=str(said["source"]),
        issue=str(said["issue"]),
        published_on=date.fromisoformat(said["published_on"]),
        reason=str(said["reason"]),
    )
    # Another number of digits is no draw at all.
    return bool(faults.keys() - {"value"})
