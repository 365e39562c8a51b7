"""What a case refuses, in the reader's language: the sentence by the catalogue, its clock by the clock's own name.

An article is cited in Chinese for everybody: nobody translated the statutes. `chinese` marks it as such on pages.
"""

import re
from datetime import date
from functools import cache
from typing import Final

from markupsafe import Markup, escape

from api import dates, i18n
from domain.officer_certificates import ANY_KIND, KIND_LABELS
from domain.refusal_words import take_apart
from law.clocks import CLOCKS

CERTIFICATES_EN: Final = {ANY_KIND: "certificate"} | {
    zh: en[0].lower() + en[1:] for zh, en in KIND_LABELS.values()
}
"""What a certificate is called within a sentence."""
_DAY: Final = re.compile(r"(\d{4})(?:-|年)(\d{1,2})(?:-|月)(\d{1,2})日?")
_HAN: Final = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
# From a first to a last Chinese character with no Latin word between them, and the numbers of the articles.
_ARTICLE: Final = r"\d+(?:\(\d+\))?"
_CHINESE: Final = re.compile(
    rf"[{_HAN}](?:[^A-Za-z]*[{_HAN}])?(?:\s?{_ARTICLE}(?:[,-]\s?{_ARTICLE})*)?"
)


def told(message: str) -> str:
    """The message of a refusal in the reader's language; itself where nobody translated it."""
    if i18n.current() != "en" or not message:
        return message
    taken = take_apart(message)
    if taken is None:
        return i18n.gettext(message)
    sentence = i18n.gettext(taken.sentence)
    if sentence == taken.sentence:
        return message
    return sentence % {name: _part(name, text) for name, text in taken.parts.items()}


def _part(name: str, text: str) -> str:
    match name:
        case "clock":
            return i18n.gettext(_declared().get(text, text))
        case "grounds":
            return ", ".join(i18n.gettext(ground) for ground in text.split("、"))
        case "day" | "end" | "on":
            return _DAY.sub(_in_words, text)
        case "certificate":
            return CERTIFICATES_EN.get(text, text)
        case _:
            # An article has no translation: what says that none was read, has.
            return i18n.gettext(text)


def _in_words(found: re.Match[str]) -> str:
    year, month, day = map(int, found.groups())
    return dates.date_text(date(year, month, day))


@cache
def _declared() -> dict[str, str]:
    """A clock's name as sentences write it → as its row has it."""
    return {clock.name.replace(":", "："): clock.name for clock in CLOCKS.values()}


def untold(text: str) -> bool:
    """Whether a sentence is still the Chinese one."""
    return bool(_CHINESE.match(text.removeprefix("“")))


def chinese(text: str) -> Markup:
    """A sentence for an English page, what is Chinese in it marked as such. Markup stays as it is."""
    if i18n.current() != "en" or isinstance(text, Markup):
        return escape(text)
    marked = Markup('<span lang="zh-CN">{}</span>')
    found, end = Markup(""), 0
    for run in _CHINESE.finditer(text):
        found += escape(text[end : run.start()]) + marked.format(run.group())
        end = run.end()
    return found + escape(text[end:])
