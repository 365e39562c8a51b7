"""Brings the English catalogue in step: adds new texts without a translation, drops what is no longer said.

    python -m tests.api.update_catalogue

Afterwards fill in every empty msgstr; `test_catalogue.py` fails until that is done.
"""

from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from api import i18n
from tests.api.test_catalogue import english, message_id, said, strings

HEAD = """# English catalogue of Banjian. The message id is the Chinese text itself.
msgid ""
msgstr ""
"Language: en\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""


def main() -> None:
    """Rewrites the catalogue; prints the texts that still need a translation."""
    texts = said()
    # A text that is counted keeps one translation for one and one for many.
    old = {message_id(message): message for message in english() if message.id}
    new = Catalog(locale="en", charset="utf-8")
    # What is known keeps its place, so that a difference shows only what changed.
    for text in [*(t for t in old if t in texts), *(t for t in texts if t not in old)]:
        known = old.get(text)
        flags = ["python-format"] if "%(" in text else []
        new.add(known.id if known else text, known.string if known else "", flags=flags)
    written = BytesIO()
    write_po(written, new, width=110, omit_header=True, no_location=True)
    path = i18n.LOCALE_DIR / "en" / "LC_MESSAGES" / "messages.po"
    path.write_text(HEAD + written.getvalue().decode().lstrip("\n"), encoding="utf-8")
    for text in texts:
        if text not in old or not all(strings(old[text])):
            print(f"{texts[text]}: {text}")


if __name__ == "__main__":
    main()
