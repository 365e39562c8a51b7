"""The English catalogue holds every text the product says, and nothing that it no longer says."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from api import i18n
from domain.refusals import MESSAGES
from domain.roles import Role

ROOT = Path(__file__).parents[2]
METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
KEYWORDS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}


def said() -> dict[str, str]:
    """Message id → where it is said."""
    found = {}
    options = {
        "templates/**.html": {"trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
    }
    extracted = extract_from_dir(
        ROOT / "api", METHODS, options_map=options, keywords=KEYWORDS, strip_comment_tags=True
    )
    for filename, line, message, _comments, _context in extracted:
        for one in message if isinstance(message, tuple) else (message,):
            found[one] = f"api/{filename}:{line}"
    found |= dict.fromkeys(MESSAGES.values(), "domain/refusals.py")
    found |= {role.label.zh: "domain/roles.py" for role in Role}
    return found


def english() -> Catalog:
    path = i18n.LOCALE_DIR / "en" / "LC_MESSAGES" / "messages.po"
    return read_po(BytesIO(path.read_bytes()), locale="en")


def test_every_text_has_its_translation() -> None:
    translated = {m.id: m.string for m in english() if m.id}
    missing = {text: where for text, where in said().items() if not translated.get(text)}
    assert missing == {}


def test_nothing_is_left_over_and_nothing_is_fuzzy() -> None:
    texts = said()
    catalogue = [m for m in english() if m.id]
    assert [m.id for m in catalogue if m.id not in texts] == []
    assert [m.id for m in catalogue if m.fuzzy] == []


def test_placeholders_are_the_same_in_both() -> None:
    wrong = [str(e) for m, errors in english().check() for e in errors]
    assert wrong == []
    for message in english():
        if message.id:
            named = {part.split(")")[0] for part in str(message.id).split("%(")[1:]}
            again = {part.split(")")[0] for part in str(message.string).split("%(")[1:]}
            assert named == again, message.id


@pytest.mark.parametrize(
    ("given", "language"),
    [("en", "en"), ("zh-CN", "zh-CN"), ("fr", None), ("", None), (None, None)],
)
def test_only_our_two_languages(given: str | None, language: str | None) -> None:
    assert i18n.language_of(given) == language
