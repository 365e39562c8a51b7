"""Two languages by gettext: the Chinese text itself is the message id, English is a catalogue.

The catalogue is a text file compiled in memory at import, so that no binary is kept in the repository and an
edited translation cannot be stale. The language of a request is a context variable set by the middleware.
"""

from contextvars import ContextVar
from io import BytesIO
from pathlib import Path
from typing import Final, Literal

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

Language = Literal["zh-CN", "en"]
DEFAULT: Final[Language] = "zh-CN"
LOCALE_DIR: Final = Path(__file__).parent / "locale"


def _compiled(language: str) -> Translations:
    source = LOCALE_DIR / language / "LC_MESSAGES" / "messages.po"
    with source.open("rb") as text:
        catalogue = read_po(text, locale=language)
    binary = BytesIO()
    write_mo(binary, catalogue)
    binary.seek(0)
    return Translations(binary)


_TRANSLATIONS: Final[dict[str, NullTranslations]] = {
    DEFAULT: NullTranslations(),
    "en": _compiled("en"),
}
_current: ContextVar[Language] = ContextVar("language", default=DEFAULT)


def language_of(text: str | None) -> Language | None:
    """The language a cookie or query parameter names, or None if it names none of ours."""
    if text == "en":
        return "en"
    return "zh-CN" if text == "zh-CN" else None


def use(language: Language) -> None:
    """Set the language for the rest of this request (its context only)."""
    _current.set(language)


def current() -> Language:
    """The language of this request."""
    return _current.get()


def gettext(message: str) -> str:
    """The message in the request's language; the Chinese text where no translation exists."""
    return _TRANSLATIONS[_current.get()].gettext(message)


def ngettext(singular: str, plural: str, n: int) -> str:
    """Plural form; Chinese has one, so both ids are usually the same text."""
    return _TRANSLATIONS[_current.get()].ngettext(singular, plural, n)


def counted(message: str, n: int) -> str:
    """The message with its %(n)s: “3 days”, but “1 day”. Chinese says both alike, so the message is its own plural."""
    return ngettext(message, message, n) % {"n": n}


def mark(message: str) -> str:
    """Marks a text for the catalogue where it is declared before a request exists."""
    return message
