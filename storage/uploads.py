"""What people may hand in: pdf, jpg and png whose content is what the name says.

The check reads the content, never the browser's word for it. It proves that a reader can open the
file, not that it is harmless: downloads are served as attachments, without sniffing. A file made to be
expensive to open must not stop the API: `storage.inspector` runs this in a process with limits.
"""

import re
import unicodedata
from enum import StrEnum
from typing import Final

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PIXELS: Final = 50_000_000
"""An A3 sheet at 400 dpi has 31 million."""
MAX_SCANS: Final = 1_000_000_000
"""Pixels times scans of a progressive JPEG: each scan walks the whole picture again."""
MAX_PAGES: Final = 2000
MAX_OBJECTS: Final = 200_000
MAX_NAME_BYTES: Final = 200
MIN_SIDE: Final = 64
"""Pixels. On less of a photo nobody recognises anything."""


class MediaType(StrEnum):
    """The allow-list."""

    PDF = "application/pdf"
    JPEG = "image/jpeg"
    PNG = "image/png"


_EXTENSIONS: Final = {
    "pdf": MediaType.PDF,
    "jpg": MediaType.JPEG,
    "jpeg": MediaType.JPEG,
    "png": MediaType.PNG,
}
_MAGIC: Final = {
    b"%PDF-": MediaType.PDF,
    b"\xff\xd8\xff": MediaType.JPEG,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
}


class FileRefusal(StrEnum):
    """Why a file is refused; stable, clients branch on it."""

    EMPTY = "file_empty"
    TOO_LARGE = "file_too_large"
    BAD_NAME = "file_bad_name"
    TYPE_NOT_ALLOWED = "file_type_not_allowed"
    CONTENT_MISMATCH = "file_content_mismatch"
    UNREADABLE = "file_unreadable"
    ENCRYPTED = "file_encrypted"
    ACTIVE_CONTENT = "file_active_content"
    TOO_MANY_PIXELS = "file_too_many_pixels"
    TOO_MANY_PAGES = "file_too_many_pages"
    TOO_COMPLEX = "file_too_complex"
    NO_PICTURE = "file_no_picture"


MESSAGES: Final = {
    FileRefusal.EMPTY: "文件是空的，请重新选择文件。",
    FileRefusal.TOO_LARGE: f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请压缩或者分开后再上传。",
    FileRefusal.BAD_NAME: "文件名含有不能使用的字符或者过长，请改名后再上传。",
    FileRefusal.TYPE_NOT_ALLOWED: "只接受 PDF、JPG、PNG 文件。",
    FileRefusal.CONTENT_MISMATCH: "文件内容与文件名的类型不符，请用原软件重新导出后再上传。",
    FileRefusal.UNREADABLE: "文件已损坏或者不完整，无法打开，请重新导出或者扫描后再上传。",
    FileRefusal.ENCRYPTED: "PDF 设有密码，请去除密码后再上传。",
    FileRefusal.ACTIVE_CONTENT: "PDF 含有脚本、附件或者自动执行的动作，请另存为普通 PDF 后再上传。",
    FileRefusal.TOO_MANY_PIXELS: "图片尺寸过大，请缩小到 5000 万像素以内。",
    FileRefusal.TOO_MANY_PAGES: f"PDF 超过 {MAX_PAGES} 页，请分开上传。",
    FileRefusal.TOO_COMPLEX: "文件结构过于复杂，不能在限定时间内检查，请重新导出或者分开后再上传。",
    FileRefusal.NO_PICTURE: "照片没有内容（尺寸过小，或者整张是同一种颜色），请重新拍照后再上传。",
}


class FileRefused(ValueError):
    """The file is not taken; nothing was stored.

    Attributes:
        why: the typed reason.
        message: what to do, in Chinese.
    """

    def __init__(self, why: FileRefusal) -> None:
        self.why = why
        self.message = MESSAGES[why]
        super().__init__(self.message)


def safe_name(declared: str) -> str:
    """The file's name as shown and downloaded: one path-free, printable, NFC name.

    Raises:
        FileRefused: BAD_NAME.
    """
    name = unicodedata.normalize("NFC", declared).strip()
    bad = (
        not name
        or name.startswith(".")
        or name.endswith(".")
        or re.search(r'[/\\:*?"<>|]', name) is not None
        or any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in name)
    )
    if bad or len(name.encode()) > MAX_NAME_BYTES:
        raise FileRefused(FileRefusal.BAD_NAME)
    return name


def sniff(content: bytes, declared_name: str, *, photo: bool = False) -> MediaType:
    """The type that the content really has.

    Args:
        content: the whole file.
        declared_name: the name the sender gave; its extension must agree.
        photo: it must be a picture that shows something.

    Raises:
        FileRefused: see `FileRefusal`.
    """
    name = safe_name(declared_name)
    if not content:
        raise FileRefused(FileRefusal.EMPTY)
    if len(content) > MAX_BYTES:
        raise FileRefused(FileRefusal.TOO_LARGE)
    declared = _EXTENSIONS.get(name.rpartition(".")[2].lower() if "." in name else "")
    if declared is None or (photo and declared is MediaType.PDF):
        raise FileRefused(FileRefusal.TYPE_NOT_ALLOWED)
    found = next((kind for magic, kind in _MAGIC.items() if content.startswith(magic)), None)
    if found is not declared:
        raise FileRefused(FileRefusal.CONTENT_MISMATCH)
    # The parsers are heavy, and only the inspector's process needs them.
    from storage import upload_content

    if found is MediaType.PDF:
        upload_content.check_pdf(content)
    else:
        upload_content.check_image(content, found)
    if photo:
        upload_content.check_photo(content, found)
    return found
