"""Characters of a name (规范汉字, 企业名称登记管理规定 5): what is refused, and what a reader sees in them.

`folded` is for comparing: nothing that looks the same or is invisible may make two names differ. It is never
what gets registered: a proposed name with any such character is refused by `character_faults`.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from law.names.rules import RULES, Effect, Rule
from law.names.tables import LOOKALIKES, STANDARD, TRADITIONAL

LONGEST: Final = 100
OPEN, CLOSE = "（", "）"
_BRACKETS = {"(": OPEN, ")": CLOSE}
_WESTERN = ("LATIN", "CYRILLIC", "GREEK")


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that a name meets.

    `start`, `end` are positions in the text as given (end exclusive); `basis` replaces the rule's where a
    row of a table has one of its own.
    """

    rule: Rule
    start: int
    end: int
    text: str
    message: str
    instead: str = ""
    effect: Effect = Effect.NOTE
    cite: str = ""


def finding(rule: str, start: int, end: int, text: str, message: str, instead: str = "") -> Finding:
    """A finding with the rule's own effect and basis."""
    found = RULES[rule]
    return Finding(found, start, end, text, message, instead, found.effect, found.cite)


def written(given: str) -> str:
    """The name as it is registered: outer white space gone, brackets full width. Nothing else is changed."""
    return "".join(_BRACKETS.get(c, c) for c in given.strip())


def character_faults(given: str) -> tuple[Finding, ...]:
    """Every run of characters that a name may not have, with what to write instead where that is known."""
    inner = given.strip()
    offset = len(given) - len(given.lstrip())
    faults: list[Finding] = []
    for place, character in enumerate(inner[:LONGEST], start=offset):
        rule = _rule_of(character)
        if rule is None:
            continue
        last = faults[-1] if faults else None
        instead = _instead(character)
        if (
            last
            and last.rule.id == rule
            and last.end == place
            and bool(last.instead) == bool(instead)
        ):
            faults.pop()
            text = last.text + character
            faults.append(
                finding(rule, last.start, place + 1, text, _say(rule, text), last.instead + instead)
            )
        else:
            faults.append(
                finding(rule, place, place + 1, character, _say(rule, character), instead)
            )
    return tuple(faults)


def visible(text: str) -> str:
    """The text for a message: what cannot be seen or printed by its code point."""
    return "".join(
        c
        if c in STANDARD or (c.isprintable() and not unicodedata.combining(c) and not c.isspace())
        else f"U+{ord(c):04X}"
        for c in text
    )


def _say(rule: str, text: str) -> str:
    return f"{RULES[rule].title}：{visible(text)}"


@lru_cache(maxsize=4096)
def _instead(character: str) -> str:
    seen = "".join(_seen(character))
    return seen if seen and all(c in STANDARD for c in seen) and seen != character else ""


@lru_cache(maxsize=4096)
def _rule_of(character: str) -> str | None:
    """The rule that one character breaks."""
    if character in STANDARD or character in _BRACKETS or character in (OPEN, CLOSE):
        return None
    if character in TRADITIONAL:
        return "character.traditional"
    category = unicodedata.category(character)
    if category in ("Cs", "Co", "Cn"):
        return "character.unreadable"
    if character.isspace() or category in ("Zs", "Zl", "Zp"):
        return "character.space"
    # U+115F, U+1160, U+3164 and U+FFA0 are letters by category, and blank; U+2800 a symbol, and blank.
    if category in ("Cc", "Cf") or character in "\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5":
        return "character.invisible"
    # A variation selector is a mark by category; it shows nothing of its own.
    if 0xFE00 <= ord(character) <= 0xFE0F or 0xE0100 <= ord(character) <= 0xE01EF:
        return "character.invisible"
    if category.startswith("M"):
        return "character.combining"
    name = unicodedata.name(character, "")
    if name.startswith("CJK COMPATIBILITY IDEOGRAPH") or name.startswith(
        ("KANGXI RADICAL", "CJK RADICAL")
    ):
        return "character.compatibility"
    if name.startswith("CJK UNIFIED IDEOGRAPH") or character == "〇":
        return "character.unlisted"
    if unicodedata.normalize("NFKC", character).isdecimal() or category in ("Nd", "Nl", "No"):
        return "character.digit"
    # Mathematical bold, script … letters are Latin ones in disguise.
    plain = unicodedata.name(unicodedata.normalize("NFKC", character)[0], "")
    if category.startswith("L") and plain.startswith(_WESTERN):
        return "character.letter"
    if category.startswith(("P", "S")) or name.startswith("MODIFIER LETTER"):
        return "character.punctuation"
    return "character.foreign"


@lru_cache(maxsize=16384)
def _seen(character: str) -> tuple[str, ...]:
    """What a reader sees in one character: standard characters, letters, brackets, or nothing."""
    if character in STANDARD:
        return (character,)
    if character in LOOKALIKES:
        return (LOOKALIKES[character],)
    seen: list[str] = []
    for c in unicodedata.normalize("NFKC", character):
        c = TRADITIONAL.get(c, c)
        c = LOOKALIKES.get(c, c)
        category = unicodedata.category(c)
        if c in STANDARD or category[0] in "LN":
            seen.extend(c.casefold() if category[0] == "L" else c)
        elif category == "Ps":
            seen.append(OPEN)
        elif category == "Pe":
            seen.append(CLOSE)
    return tuple(c for c in seen if c not in "\u115f\u1160\u3164\uffa0")


def folded(given: str) -> tuple[str, tuple[int, ...]]:
    """The name as a reader sees it, and for each of its characters the position in the text as given.

    Full width and compatibility forms, radicals and traditional characters become standard ones; what is
    invisible, a mark, white space or punctuation (brackets apart) is gone.
    """
    if STANDARD.issuperset(given):
        return given, tuple(range(len(given)))
    seen: list[str] = []
    origin: list[int] = []
    for place, character in enumerate(given):
        for c in _seen(character):
            seen.append(c)
            origin.append(place)
    return "".join(seen), tuple(origin)
