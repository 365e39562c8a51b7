"""The file store and the check of what people hand in."""

import asyncio
import hashlib
import io
import os
import stat
import struct
import uuid
import zlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from sqlalchemy.ext.asyncio import create_async_engine

from storage.files import FileBroken, FileMissing, FolderStore
from storage.keys import CaseKeys, KeyDestroyed
from storage.uploads import (
    MAX_BYTES,
    FileRefusal,
    FileRefused,
    MediaType,
    safe_name,
    sniff,
)

PDF = {"media_type": "application/pdf", "retention_class": "permanent"}


@pytest_asyncio.fixture
async def keys(fresh_database: str) -> AsyncIterator[CaseKeys]:
    engine = create_async_engine(fresh_database)
    yield CaseKeys(engine, b"k" * 32)
    await engine.dispose()


@pytest.fixture
def store(tmp_path: Path, keys: CaseKeys) -> FolderStore:
    return FolderStore(tmp_path / "files", keys)


async def test_a_stored_file_comes_back_and_lies_encrypted(
    store: FolderStore, tmp_path: Path
) -> None:
    case_id, content = uuid.uuid4(), "身份证 421303199001011237".encode() * 50
    ref = await store.put(content, case_id=case_id, **PDF)
    assert ref.sha256 == hashlib.sha256(content).hexdigest()
    assert (ref.size, ref.media_type) == (len(content), "application/pdf")
    assert ref.stored_id.startswith("permanent/")
    assert await store.get(case_id, ref.stored_id) == content
    assert await store.exists(ref.stored_id)
    [path] = [p for p in (tmp_path / "files").rglob("*") if p.is_file()]
    lying = path.read_bytes()
    assert b"421303199001011237" not in lying
    assert hashlib.sha256(content).hexdigest() not in str(path), (
        "a plain digest would name the document"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_the_same_content_is_stored_once_per_case_and_unlinkable_across_cases(
    store: FolderStore, tmp_path: Path
) -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    refs = await asyncio.gather(*(store.put(b"same", case_id=one, **PDF) for _ in range(8)))
    assert len(set(refs)) == 1
    other = await store.put(b"same", case_id=two, **PDF)
    assert other.stored_id != refs[0].stored_id
    assert other.sha256 == refs[0].sha256
    assert sum(p.is_file() for p in (tmp_path / "files").rglob("*")) == 2


async def test_a_file_opens_only_in_its_own_case_and_place(
    store: FolderStore, tmp_path: Path
) -> None:
    one, two = uuid.uuid4(), uuid.uuid4()
    ref = await store.put(b"secret", case_id=one, **PDF)
    with pytest.raises(FileBroken):
        await store.get(two, ref.stored_id)
    moved = "permanent/" + "ab" * 32
    target = tmp_path / "files" / "permanent" / "ab" / ("ab" * 32)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes((tmp_path / "files" / _place(ref.stored_id)).read_bytes())
    with pytest.raises(FileBroken):
        await store.get(one, moved)


def _place(stored_id: str) -> str:
    retention, address = stored_id.split("/")
    return f"{retention}/{address[:2]}/{address}"


async def test_damage_is_found_and_the_next_put_mends_it(
    store: FolderStore, tmp_path: Path
) -> None:
    case_id = uuid.uuid4()
    ref = await store.put(b"content", case_id=case_id, **PDF)
    path = tmp_path / "files" / _place(ref.stored_id)
    for damage in (
        path.read_bytes()[:-1],
        b"",
        path.read_bytes()[:40] + b"x" + path.read_bytes()[41:],
    ):
        path.write_bytes(damage)
        with pytest.raises(FileBroken):
            await store.get(case_id, ref.stored_id)
        assert await store.put(b"content", case_id=case_id, **PDF) == ref
        assert await store.get(case_id, ref.stored_id) == b"content"


async def test_after_erasure_nothing_opens(store: FolderStore, keys: CaseKeys) -> None:
    case_id = uuid.uuid4()
    ref = await store.put(b"content", case_id=case_id, **PDF)
    await keys.destroy(case_id)
    with pytest.raises(KeyDestroyed):
        await store.get(case_id, ref.stored_id)
    with pytest.raises(KeyDestroyed):
        await store.put(b"more", case_id=case_id, **PDF)


@pytest.mark.parametrize(
    "stored_id",
    [
        "",
        "permanent",
        "../../etc/passwd",
        "permanent/../../x",
        "permanent/" + "A" * 64,
        "a/" + "0" * 64 + "\n",
    ],
)
async def test_only_our_own_ids_become_paths(store: FolderStore, stored_id: str) -> None:
    with pytest.raises(FileMissing):
        await store.get(uuid.uuid4(), stored_id)
    with pytest.raises(FileMissing):
        await store.delete(stored_id)


async def test_a_retention_class_is_a_word(store: FolderStore) -> None:
    for wrong in ("", "../x", "A", "a" * 40):
        with pytest.raises(ValueError, match="retention"):
            await store.put(b"x", case_id=uuid.uuid4(), media_type="x", retention_class=wrong)


async def test_a_stream_is_stored_like_bytes(store: FolderStore) -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one "
        yield b"two"

    case_id = uuid.uuid4()
    ref = await store.put(parts(), case_id=case_id, **PDF)
    assert ref == await store.put(b"one two", case_id=case_id, **PDF)


async def test_the_sweep_takes_old_orphans_only(store: FolderStore, tmp_path: Path) -> None:
    case_id = uuid.uuid4()
    used = await store.put(b"used", case_id=case_id, **PDF)
    orphan = await store.put(b"orphan", case_id=case_id, **PDF)
    draft = tmp_path / "files" / ".drafts" / "left-over"
    draft.write_bytes(b"half")
    past = datetime.now(UTC) - timedelta(hours=2)
    for path in (tmp_path / "files").rglob("*"):
        if path.is_file():
            os.utime(path, (past.timestamp(), past.timestamp()))
    young = await store.put(b"young", case_id=case_id, **PDF)
    limit = datetime.now(UTC) - timedelta(hours=1)
    assert await store.sweep({used.stored_id}, before=limit) == [orphan.stored_id]
    assert not draft.exists()
    assert [await store.exists(r.stored_id) for r in (used, orphan, young)] == [True, False, True]
    again = await store.put(b"orphan", case_id=case_id, **PDF)
    assert again == orphan
    await store.delete(orphan.stored_id)
    await store.delete(orphan.stored_id)
    with pytest.raises(FileMissing):
        await store.get(case_id, orphan.stored_id)


async def test_an_old_orphan_that_is_put_again_survives_the_sweep(
    store: FolderStore, tmp_path: Path
) -> None:
    case_id = uuid.uuid4()
    ref = await store.put(b"content", case_id=case_id, **PDF)
    path = tmp_path / "files" / _place(ref.stored_id)
    os.utime(path, (0, 0))
    await store.put(b"content", case_id=case_id, **PDF)
    assert (
        await store.sweep(set(), before=store.stored_at(ref.stored_id) - timedelta(seconds=1)) == []
    )


async def test_a_full_disk_leaves_nothing_behind(
    store: FolderStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.files.os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        await store.put(b"content", case_id=uuid.uuid4(), **PDF)
    assert not [p for p in (tmp_path / "files").rglob("*") if p.is_file()]


# -- what people hand in ----------------------------------------------------------------------------


def picture(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def document(pages: int = 1, *, password: str | None = None, script: bool = False) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    if script:
        action = DictionaryObject(
            {
                NameObject("/S"): NameObject("/JavaScript"),
                NameObject("/JS"): TextStringObject("app.alert(1)"),
            }
        )
        writer._root_object[NameObject("/OpenAction")] = action
    if password is not None:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims a size and holds nothing of it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", b"x") + b"\0\0"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (document(), "章程.pdf", MediaType.PDF),
        (document(30), "租赁合同 (1).PDF", MediaType.PDF),
        (picture("JPEG"), "身份证正面.jpg", MediaType.JPEG),
        (picture("JPEG"), "a.b.JPEG", MediaType.JPEG),
        (picture("PNG"), "𠮷野.png", MediaType.PNG),
        (
            picture("JPEG", (4000, 3000)) + b"tail of a phone's motion picture",
            "x.jpg",
            MediaType.JPEG,
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_taken(content: bytes, name: str, kind: MediaType) -> None:
    assert sniff(content, name) is kind


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "a.pdf", FileRefusal.EMPTY),
        (b"%PDF-1.7" + b"\0" * MAX_BYTES, "a.pdf", FileRefusal.TOO_LARGE),
        (document(), "a.exe", FileRefusal.TYPE_NOT_ALLOWED),
        (document(), "a.pdf.exe", FileRefusal.TYPE_NOT_ALLOWED),
        (document(), "pdf", FileRefusal.TYPE_NOT_ALLOWED),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.svg", FileRefusal.TYPE_NOT_ALLOWED),
        (picture("PNG"), "a.jpg", FileRefusal.CONTENT_MISMATCH),
        (picture("JPEG"), "a.pdf", FileRefusal.CONTENT_MISMATCH),
        (picture("GIF"), "a.png", FileRefusal.CONTENT_MISMATCH),
        (b"PK\x03\x04" + document(), "a.pdf", FileRefusal.CONTENT_MISMATCH),
        (b"MZ\x90\x00", "a.pdf", FileRefusal.CONTENT_MISMATCH),
        (b"<html>%PDF-1.7", "a.pdf", FileRefusal.CONTENT_MISMATCH),
        (b"%PDF-1.7\n", "a.pdf", FileRefusal.UNREADABLE),
        (document(3)[:300], "a.pdf", FileRefusal.UNREADABLE),
        (b"%PDF-1.7\n" + b"[" * 100_000, "a.pdf", FileRefusal.UNREADABLE),
        (picture("JPEG", (900, 900))[:900], "a.jpg", FileRefusal.UNREADABLE),
        (picture("PNG", (900, 900))[:-20], "a.png", FileRefusal.UNREADABLE),
        (png_bomb(10, 10), "a.png", FileRefusal.UNREADABLE),
        (png_bomb(60_000, 60_000), "a.png", FileRefusal.TOO_MANY_PIXELS),
        (png_bomb(10_000, 5_001), "a.png", FileRefusal.TOO_MANY_PIXELS),
        (document(password="x"), "a.pdf", FileRefusal.ENCRYPTED),
        (document(password=""), "a.pdf", FileRefusal.ENCRYPTED),
        (document(script=True), "a.pdf", FileRefusal.ACTIVE_CONTENT),
        (document(2001), "a.pdf", FileRefusal.TOO_MANY_PAGES),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_and_why(content: bytes, name: str, why: FileRefusal) -> None:
    with pytest.raises(FileRefused) as refused:
        sniff(content, name)
    assert refused.value.why is why
    assert refused.value.message.endswith("。")


def test_a_page_tree_without_end_is_unreadable() -> None:
    writer = PdfWriter(PdfReader(io.BytesIO(document(2))))
    tree = writer._root_object[NameObject("/Pages")].get_object()
    tree[NameObject("/Kids")][0] = tree.indirect_reference
    out = io.BytesIO()
    writer.write(out)
    with pytest.raises(FileRefused):
        sniff(out.getvalue(), "a.pdf")


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        ".pdf",
        "a\x00.pdf",
        "a\n.pdf",
        "../a.pdf",
        "C:\\a.pdf",
        "a/b.pdf",
        "gnp\u202efdp.pdf",
        "a\ud800.pdf",
        "a.pdf.",
        "名" * 70 + ".pdf",
        "a<script>.pdf",
    ],
)
def test_names_that_are_no_names(name: str) -> None:
    with pytest.raises(FileRefused) as refused:
        sniff(document(), name)
    assert refused.value.why is FileRefusal.BAD_NAME


def test_a_name_is_shown_in_one_form() -> None:
    assert safe_name(" cafe\u0301.pdf ") == "café.pdf"
