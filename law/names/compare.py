"""Whether a proposed name is the same as or similar to another one (企业名称登记管理规定 17; 比对规则 3, 4).

Each rule is a function of two names, in the law's order; the first that holds decides. SAME rules are symmetric;
so are the SIMILAR ones but `no_industry`, which asks whether the *proposed* name has an industry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, NamedTuple

from law.names.industries import same_class, same_meaning
from law.names.model import Core, Name
from law.names.rules import RULES, Effect, Rule
from law.names.sounds import SoundPair, pairs, pinyin, shape_key, sound_at, sounds_alike
from law.names.tables import CLASSES


class Difference(NamedTuple):
    """A run of characters that differs: positions in both texts as given (end exclusive), and the characters."""

    new_start: int
    new_end: int
    old_start: int
    old_end: int
    new: str
    old: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One name that a proposed one collides with, and by which rule."""

    rule: Rule
    new: Name
    old: Name

    @property
    def effect(self) -> Effect:
        return self.rule.effect

    def differences(self) -> tuple[Difference, ...]:
        """Exactly the characters in which the two names differ, as a reader sees them."""
        matcher = SequenceMatcher(None, self.new.text, self.old.text, autojunk=False)
        return tuple(
            Difference(
                *self.new.given_span(i, j),
                *self.old.given_span(k, m),
                self.new.text[i:j],
                self.old.text[k:m],
            )
            for tag, i, j, k, m in matcher.get_opcodes()
            if tag != "equal"
        )

    def sounds(self) -> tuple[SoundPair, ...]:
        """For a rule of sounds: the characters that differ and read the same."""
        new, old = self.new.trade, self.old.trade
        if self.rule.id in ("similar.contains", "similar.shape") or self.effect is Effect.SAME:
            return ()
        if len(new) < len(old):
            at = sound_at(old, new)
            return () if at < 0 else pairs(new, old[at : at + len(new)])
        at = sound_at(new, old)
        return () if at < 0 else pairs(new[at : at + len(old)], old)


RuleTest = Callable[[Core, Core], bool]


def identical(new: Core, old: Core) -> bool:
    """The whole name, as a reader sees it."""
    return new.text == old.text


def same_parts(new: Core, old: Core) -> bool:
    """The same words in another order (红光(北京)酒业 and 北京红光酒业)."""
    return new.order == old.order


def same_trade_and_industry(new: Core, old: Core) -> bool:
    """Only division or form differ. A form may say the industry: 红光酒厂 is in the trade of 红光酒业有限公司."""
    return _one_trade(new, old) and new.industry.text == old.industry.text


def same_trade_without_industry(new: Core, old: Core) -> bool:
    """The same trade name, and one of the two says no industry."""
    return _one_trade(new, old) and not (new.industry.text and old.industry.text)


def same_body(new: Core, old: Core) -> bool:
    """Trade name and industry are the same text, cut differently: a declared cut cannot make it another name."""
    return bool(new.body) and new.body == old.body


def synonymous_industry(new: Core, old: Core) -> bool:
    """The same trade name, and industries that mean the same in other words."""
    return _one_trade(new, old) and same_meaning(new.industry, old.industry)


def equal_sound(new: Core, old: Core) -> bool:
    """Trade names that read the same, in one class of industries."""
    return same_class(new.industry, old.industry) and _sound(new, old)


def contained(new: Core, old: Core) -> bool:
    """One trade name within the other, in one class of industries."""
    return same_class(new.industry, old.industry) and _contains(new, old)


def partial_sound(new: Core, old: Core) -> bool:
    """A part of one trade name reads as the whole other one, in one class of industries."""
    return same_class(new.industry, old.industry) and _partial(new, old)


def no_industry(new: Core, old: Core) -> bool:
    """The proposed name says no industry or a generic one (实业, 发展): any industry counts as near."""
    if new.industry.text and not new.industry.generic:
        return False
    return _sound(new, old) or _contains(new, old)


def equal_shape(new: Core, old: Core) -> bool:
    """Trade names that differ in look-alike characters only, in one class of industries."""
    key = shape_key(new.trade)
    return bool(key) and key == shape_key(old.trade) and same_class(new.industry, old.industry)


def _one_trade(new: Core, old: Core) -> bool:
    return new.trade == old.trade and bool(new.trade)


def _sound(new: Core, old: Core) -> bool:
    return bool(new.trade) and sounds_alike(new.trade, old.trade)


def _contains(new: Core, old: Core) -> bool:
    if len(new.trade) > len(old.trade):
        new, old = old, new
    return len(new.trade) >= 2 and new.trade in old.trade


def _partial(new: Core, old: Core) -> bool:
    if len(new.trade) > len(old.trade):
        new, old = old, new
    return len(new.trade) >= 2 and sound_at(old.trade, new.trade) >= 0


COMPARISONS: Final[tuple[tuple[Rule, RuleTest], ...]] = (
    (RULES["same.identical"], identical),
    (RULES["same.order"], same_parts),
    (RULES["same.trade_and_industry"], same_trade_and_industry),
    (RULES["same.trade_without_industry"], same_trade_without_industry),
    (RULES["same.other_split"], same_body),
    (RULES["similar.synonym"], synonymous_industry),
    (RULES["similar.sound"], equal_sound),
    (RULES["similar.contains"], contained),
    (RULES["similar.partial_sound"], partial_sound),
    (RULES["similar.no_industry"], no_industry),
    (RULES["similar.shape"], equal_shape),
)


def rule_between(new: Core, old: Core) -> Rule | None:
    """The first rule by which the two collide, None where they may stand side by side."""
    for rule, test in COMPARISONS:
        if test(new, old):
            return rule
    return None


def compare(new: Name, old: Name) -> Hit | None:
    """`rule_between` with the names, for its explanation."""
    rule = rule_between(new.core, old.core)
    return None if rule is None else Hit(rule, new, old)


def explain(hit: Hit) -> str:
    """The hit in one Chinese sentence: rule, article, other name, the characters that differ."""
    text = f"与“{hit.old.given}”{'相同' if hit.effect is Effect.SAME else '近似'}：{hit.rule.title}"
    changes = [_change(d) for d in hit.differences()]
    if changes:
        text += f"；不同之处：{'，'.join(changes)}"
    sounds = [
        f"{p.new}（{pinyin(p.new_reading)}）与{p.old}（{pinyin(p.old_reading)}）"
        + ("同音" if p.same_tone else "声韵相同，声调不同")
        for p in hit.sounds()
    ]
    if sounds:
        text += f"；{'，'.join(sounds)}"
    if near := _common_classes(hit):
        text += f"；行业同属{near}（归类待核）"
    return f"{text}（{hit.rule.cite}）"


def _common_classes(hit: Hit) -> str:
    """The GB/T 4754 divisions by which two differing industries count as near; empty where that decided nothing."""
    one, other = hit.new.industry, hit.old.industry
    if hit.effect is Effect.SAME or hit.rule.id == "similar.synonym" or one.text == other.text:
        return ""
    return "、".join(CLASSES[c] for c in sorted(one.classes & other.classes) if c in CLASSES)


def _change(difference: Difference) -> str:
    if not difference.old:
        return f"多“{difference.new}”（第 {difference.new_start + 1} 字）"
    if not difference.new:
        return f"少“{difference.old}”（对方第 {difference.old_start + 1} 字）"
    return (
        f"“{difference.new}”（第 {difference.new_start + 1} 字）"
        f"对“{difference.old}”（对方第 {difference.old_start + 1} 字）"
    )
