"""Whether the content of an uploaded file can be opened, and does nothing by itself.

Runs in the inspector's process (`storage.inspector`): a parser fed by strangers may take for ever.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from PIL import Image, UnidentifiedImageError
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
)
from pyhanko.pdf_utils.reader import PdfFileReader

from storage.uploads import (
    MAX_OBJECTS,
    MAX_PAGES,
    MAX_PIXELS,
    MAX_SCANS,
    MIN_SIDE,
    FileRefusal,
    FileRefused,
    MediaType,
)

_START_OF_SCAN: Final = b"\xff\xda"
# Browsers and mail gateways that guess look at the first kilobytes only.
_GUESSED: Final = 2048
_MARKUP: Final = re.compile(rb"<(?:!doctype|html|script|svg|body|iframe|\?php)", re.IGNORECASE)
_AFTER_END: Final = re.compile(rb"%%EOF[\s\x00]*\Z")
# What runs or reaches out without the reader's asking (ISO 32000 tables 29, 198, 201).
_ACTIONS: Final = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/RichMediaExecute",
        "/Rendition",
        "/Movie",
        "/Sound",
    }
)
_ACTIVE_KEYS: Final = ("/JS", "/JavaScript", "/AA", "/XFA", "/EmbeddedFiles", "/EF", "/RichMedia")


def check_image(content: bytes, kind: MediaType) -> None:
    """Raises FileRefused for a picture that is broken, cut off, too large, or an archive as well."""
    formats = ["JPEG"] if kind is MediaType.JPEG else ["PNG"]
    if zipfile.is_zipfile(io.BytesIO(content)):
        raise FileRefused(FileRefusal.CONTENT_MISMATCH)
    try:
        with warnings.catch_warnings():
            # Our own limit decides, on the header alone, before any pixel is decoded.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=formats) as image:
                width, height = image.size
                scans = content.count(_START_OF_SCAN) if kind is MediaType.JPEG else 1
                if width * height > MAX_PIXELS or width * height * scans > MAX_SCANS:
                    raise FileRefused(FileRefusal.TOO_MANY_PIXELS)
                if kind is MediaType.JPEG:
                    # Decoding at an eighth still walks the whole stream.
                    image.draft("L", (max(1, width // 8), max(1, height // 8)))
                    image.load()
                else:
                    image.verify()
    except FileRefused:
        raise
    except Image.DecompressionBombError as error:
        raise FileRefused(FileRefusal.TOO_MANY_PIXELS) from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, OverflowError) as error:
        raise FileRefused(FileRefusal.UNREADABLE) from error


def check_photo(content: bytes, kind: MediaType) -> None:
    """Raises FileRefused for a picture, opened before, that shows nothing: tiny, or one colour all over."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            if min(image.size) < MIN_SIDE:
                raise FileRefused(FileRefusal.NO_PICTURE)
            if kind is MediaType.JPEG:
                image.draft("RGB", (max(1, image.width // 8), max(1, image.height // 8)))
            bands = image.convert("RGBA").split()
            if all(low == high for low, high in (band.getextrema() for band in bands)):
                raise FileRefused(FileRefusal.NO_PICTURE)
    except FileRefused:
        raise
    except (OSError, SyntaxError, ValueError, OverflowError) as error:
        raise FileRefused(FileRefusal.UNREADABLE) from error


def check_pdf(content: bytes) -> None:
    """Raises FileRefused for a PDF that is broken, locked, active, or something else as well."""
    if _MARKUP.search(content, 0, _GUESSED) or zipfile.is_zipfile(io.BytesIO(content)):
        raise FileRefused(FileRefusal.CONTENT_MISMATCH)
    if not _AFTER_END.search(content, max(0, len(content) - 4096)):
        raise FileRefused(FileRefusal.UNREADABLE)
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if "/Encrypt" in reader.trailer:
            raise FileRefused(FileRefusal.ENCRYPTED)
        root = reader.root
        pages = int(root["/Pages"]["/Count"])
        if pages < 1:
            raise FileRefused(FileRefusal.UNREADABLE)
        if pages > MAX_PAGES:
            raise FileRefused(FileRefusal.TOO_MANY_PAGES)
        # The first and the last page can be reached, so the file is not cut off.
        for index in {0, pages - 1}:
            reader.find_page_for_modification(index)[0].get_object()  # type: ignore[no-untyped-call]
        if any(_acts_by_itself(found) for found in _dictionaries(root)):
            raise FileRefused(FileRefusal.ACTIVE_CONTENT)
    except FileRefused:
        raise
    except Exception as error:
        # It fails in many ways (recursion, zlib, struct, index…); each means the same to the sender.
        raise FileRefused(FileRefusal.UNREADABLE) from error


def _dictionaries(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """Every dictionary that can be reached from the catalogue; streams stay packed."""
    waiting: list[Any] = [root]
    seen: set[tuple[int, int]] = set()
    walked = 0
    while waiting:
        found = waiting.pop()
        walked += 1
        if walked > MAX_OBJECTS * 10:
            raise FileRefused(FileRefusal.TOO_COMPLEX)
        if isinstance(found, IndirectObject):
            place = (found.idnum, found.generation)
            if place in seen:
                continue
            seen.add(place)
            if len(seen) > MAX_OBJECTS:
                raise FileRefused(FileRefusal.TOO_COMPLEX)
            found = found.get_object()  # type: ignore[no-untyped-call]
        if isinstance(found, DictionaryObject):
            yield found
            waiting.extend(found.raw_get(key) for key in found)
        elif isinstance(found, ArrayObject):
            waiting.extend(found.raw_get(n) for n in range(len(found)))


def _acts_by_itself(found: DictionaryObject) -> bool:
    """Scripts, actions that run or reach out by themselves, and files within the file."""
    if any(key in found for key in _ACTIVE_KEYS):
        return True
    action: Any = found.get("/S")
    return isinstance(action, str) and action in _ACTIONS
