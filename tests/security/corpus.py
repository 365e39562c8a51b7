"""Files that people should not be able to hand in, made on the spot; and honest ones beside them."""

import io
import struct
import zipfile
import zlib
from dataclasses import dataclass

from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from tests.security.ground import pdf, pdf_of

HTML = b"<!doctype html><html><body><script>alert(document.domain)</script></body></html>"


@dataclass(frozen=True)
class Sample:
    """`reason` is the stable code of the refusal; "" where the file is fine."""

    what: str
    name: str
    content: bytes
    reason: str = ""


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (180, 40, 40)).save(out, kind, **more)
    return out.getvalue()


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG whose header claims a size; its pixels are whatever `data` unpacks to."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(data))
        + chunk(b"IEND", b"")
    )


def archive(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()


def ofd() -> bytes:
    """An OFD is a ZIP; this one also reaches out of its folder."""
    return archive(**{"OFD.xml": b"<ofd:OFD/>", "../../etc/cron.d/x": b"* * * * * root id"})


def written(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def writer() -> PdfWriter:
    return PdfWriter(clone_from=PdfReader(io.BytesIO(pdf("a"))))


def encrypted() -> bytes:
    made = writer()
    made.encrypt("secret", algorithm="AES-256")
    return written(made)


def owner_locked() -> bytes:
    made = writer()
    made.encrypt("", owner_password="owner", algorithm="RC4-128")
    return written(made)


def action(kind: str, **more: str) -> DictionaryObject:
    values = {NameObject("/S"): NameObject(kind)}
    return DictionaryObject(
        values | {NameObject(f"/{k}"): TextStringObject(v) for k, v in more.items()}
    )


def with_root(key: str, value: object) -> bytes:
    made = writer()
    made.root_object[NameObject(key)] = value
    return written(made)


def with_page(key: str, value: object) -> bytes:
    made = writer()
    made.pages[0][NameObject(key)] = value
    return written(made)


def script_in_names() -> bytes:
    held = ArrayObject([TextStringObject("a"), action("/JavaScript", JS="app.alert('x')")])
    tree = DictionaryObject({NameObject("/Names"): held})
    return with_root("/Names", DictionaryObject({NameObject("/JavaScript"): tree}))


def attachment() -> bytes:
    made = writer()
    made.add_attachment("payload.exe", b"MZ" + b"\0" * 100)
    return written(made)


def script_on_a_button() -> bytes:
    annotation = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 100, 100)]),
            NameObject("/A"): action("/JavaScript", JS="app.alert('x')"),
        }
    )
    return with_page("/Annots", ArrayObject([annotation]))


def script_behind_a_jump() -> bytes:
    first = DictionaryObject(
        {
            NameObject("/S"): NameObject("/GoTo"),
            NameObject("/Next"): action("/JavaScript", JS="app.alert('x')"),
        }
    )
    return with_root("/OpenAction", first)


def script_spelled_otherwise() -> bytes:
    """A name may be written with escapes: /J#61vaScript is /JavaScript."""
    root = b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/J#61vaScript/J#53(app.alert(1))>>>>"
    return pdf_of([root, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", b"<</Type/Page/Parent 2 0 R>>"])


def form_of_xfa() -> bytes:
    return with_root(
        "/AcroForm", DictionaryObject({NameObject("/XFA"): TextStringObject("<xdp/>")})
    )


ROOT = b"<</Type/Catalog/Pages 2 0 R>>"


def many_pages() -> bytes:
    return pdf_of([ROOT, b"<</Type/Pages/Count 100000/Kids[3 0 R]>>", b"<</Type/Page>>"])


def wide_tree() -> bytes:
    """Six megabytes that name the same page a million times: a parser walks them for a minute."""
    kids = b"3 0 R " * 1_000_000
    return pdf_of([ROOT, b"<</Type/Pages/Count 1/Kids[" + kids + b"]>>", b"<</Type/Page>>"])


def deep_tree(depth: int = 3000) -> bytes:
    down = [b"<</Type/Pages/Count 1/Kids[%d 0 R]>>" % (n + 3) for n in range(depth)]
    return pdf_of([ROOT, *down, b"<</Type/Page>>"])


def packed_table(unpacked: int = 200_000_000) -> bytes:
    """A cross-reference stream of 200 kB that unpacks to 200 MB and fifty million entries."""
    body = zlib.compress(b"\0" * unpacked, 9)
    head = b"%PDF-1.5\n1 0 obj" + ROOT + b"\nendobj\n"
    table = (
        b"<</Type/XRef/Size 6/W[1 2 1]/Root 1 0 R/Index[0 50000000]/Filter/FlateDecode/Length %d>>"
    )
    stream = b"5 0 obj" + table % len(body) + b"stream\n" + body + b"\nendstream\nendobj\n"
    return head + stream + b"startxref\n%d\n%%%%EOF\n" % len(head)


def many_scans(scans: int = 400) -> bytes:
    """A small progressive JPEG whose last scan is repeated; each walks the whole picture again."""
    data = picture("JPEG", (6000, 6000), progressive=True, quality=30)
    start = data.rfind(b"\xff\xda")
    return data[:-2] + data[start:-2] * scans + b"\xff\xd9"


def executable() -> bytes:
    return b"MZ\x90\x00" + b"\0" * 60 + b"PE\0\0" + b"\0" * 200


def hostile() -> list[Sample]:
    """At least forty; none may be stored."""
    mismatch, unreadable = "file_content_mismatch", "file_unreadable"
    active, other = "file_active_content", "file_type_not_allowed"
    jpg, png, good = picture(), picture("PNG"), pdf("good")
    return [
        Sample("empty", "章程.pdf", b"", "file_empty"),
        Sample("one byte too long", "章程.pdf", good.ljust(10 * 1024 * 1024 + 1, b"\n"), "file_too_large"),
        Sample("HTML called PDF", "章程.pdf", HTML, mismatch),
        Sample("HTML before the PDF", "章程.pdf", HTML + good, mismatch),
        Sample("HTML in the PDF's first comment", "章程.pdf", good.replace(b"% good", b"% " + HTML), mismatch),
        Sample("HTML behind the PDF", "章程.pdf", pdf("x" * 3000) + HTML, unreadable),
        Sample("PDF and ZIP at once", "章程.pdf", good + archive(x=b"x"), mismatch),
        Sample("JPG and ZIP at once (GIFAR)", "证件.jpg", jpg + archive(x=b"x"), mismatch),
        Sample("PNG and JAR at once", "证件.png", png + archive(x=b"x"), mismatch),
        Sample("GIF called jpg", "证件.jpg", picture("GIF"), mismatch),
        Sample("PNG called jpg", "证件.jpg", png, mismatch),
        Sample("JPG called pdf", "章程.pdf", jpg, mismatch),
        Sample("PDF called png", "证件.png", good, mismatch),
        Sample("BMP called png", "证件.png", picture("BMP"), mismatch),
        Sample("TIFF called jpg", "证件.jpg", picture("TIFF"), mismatch),
        Sample("WebP called jpg", "证件.jpg", picture("WEBP"), mismatch),
        Sample("SVG with a script", "图.svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', other),
        Sample("SVG called png", "图.png", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', mismatch),
        Sample("OFD that climbs", "章程.ofd", ofd(), other),
        Sample("OFD called pdf", "章程.pdf", ofd(), mismatch),
        Sample("ZIP", "章程.zip", archive(x=b"x"), other),
        Sample("Word with a macro", "章程.docm", archive(**{"word/vbaProject.bin": b"x"}), other),
        Sample("program", "章程.exe", executable(), other),
        Sample("program called pdf", "章程.pdf", executable(), mismatch),
        Sample("program behind two endings", "章程.pdf.exe", executable(), other),
        Sample("script", "章程.js", b"alert(1)", other),
        Sample("no ending", "章程", good, other),
        Sample("EICAR", "章程.pdf", b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", mismatch),
        Sample("PDF cut in half", "章程.pdf", good[: len(good) // 2], unreadable),
        Sample("PDF without its end", "章程.pdf", good[:-10], unreadable),
        Sample("PDF of nothing", "章程.pdf", b"%PDF-1.7\n%%EOF\n", unreadable),
        Sample("PDF without pages", "章程.pdf", pdf_of([ROOT, b"<</Type/Pages/Count 0/Kids[]>>"]), unreadable),
        Sample("PDF whose pages go round", "章程.pdf", pdf_of([ROOT, b"<</Type/Pages/Count 1/Kids[2 0 R]>>"]), unreadable),
        Sample("PDF of a hundred thousand pages", "章程.pdf", many_pages(), "file_too_many_pages"),
        Sample("PDF with a deep tree", "章程.pdf", deep_tree(), unreadable),
        Sample("PDF with a password", "章程.pdf", encrypted(), "file_encrypted"),
        Sample("PDF locked by its owner", "章程.pdf", owner_locked(), "file_encrypted"),
        Sample("PDF with a script", "章程.pdf", script_in_names(), active),
        Sample("PDF that starts a program", "章程.pdf", with_root("/OpenAction", action("/Launch", F="cmd.exe")), active),
        Sample("PDF that sends its form", "章程.pdf", with_root("/OpenAction", action("/SubmitForm", F="http://x.invalid")), active),
        Sample("PDF with a script on its page", "章程.pdf", with_page("/AA", DictionaryObject({NameObject("/O"): action("/JavaScript", JS="x")})), active),
        Sample("PDF with a script on a button", "章程.pdf", script_on_a_button(), active),
        Sample("PDF with a script behind a jump", "章程.pdf", script_behind_a_jump(), active),
        Sample("PDF with a script spelled otherwise", "章程.pdf", script_spelled_otherwise(), active),
        Sample("PDF with a form of XFA", "章程.pdf", form_of_xfa(), active),
        Sample("PDF with a program attached", "章程.pdf", attachment(), active),
        Sample("JPG cut in half", "证件.jpg", jpg[: len(jpg) // 2], unreadable),
        Sample("JPG of nothing", "证件.jpg", b"\xff\xd8\xff\xd9", unreadable),
        Sample("PNG cut in half", "证件.png", png[: len(png) // 2], unreadable),
        Sample("PNG with a broken check sum", "证件.png", png[:40] + bytes([png[40] ^ 255]) + png[41:], unreadable),
        Sample("PNG of ten thousand megapixels", "证件.png", png_of(100_000, 100_000), "file_too_many_pixels"),
        Sample("JPG of four hundred scans", "证件.jpg", many_scans(), "file_too_many_pixels"),
    ]  # fmt: skip


NAMES: list[tuple[str, str]] = [
    (name, "file_bad_name")
    for name in (
        "../../etc/passwd.pdf",
        "..\\..\\windows\\x.pdf",
        "/etc/passwd.pdf",
        "a/b.pdf",
        ".pdf",
        "..pdf",
        "x.pdf.",
        "a<b>.pdf",
        "a|b.pdf",
        "a?.pdf",
        "章程\u202efdp.exe.pdf",
        "章\u200b程.pdf",
        "章程\u2028.pdf",
        "章\u0085程.pdf",
        "字" * 70 + ".pdf",
        "x" * 500 + ".pdf",
    )
]


def honest() -> list[Sample]:
    """What must pass, and come back byte for byte."""
    rotated = picture("JPEG", (40, 30), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0")
    return [
        Sample("PDF", "公司章程.pdf", pdf("章程", pages=3)),
        Sample("PDF of 2.0 with padding", "说明 (终稿).pdf", pdf("x") + b"\n\x00\x00\n"),
        Sample("PDF in capitals", "SCAN0001.PDF", pdf("scan")),
        Sample("PDF with a link", "网址.pdf", with_page("/Annots", ArrayObject([DictionaryObject({
            NameObject("/Type"): NameObject("/Annot"), NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 9, 9)]),
            NameObject("/A"): action("/URI", URI="https://www.gov.cn/")})]))),
        Sample("JPG", "证件照片.jpg", picture()),
        Sample("JPG, long ending", "证件照片.JPEG", rotated),
        Sample("JPG, progressive", "扫描.jpg", picture("JPEG", (800, 600), progressive=True)),
        Sample("PNG", "截图.png", picture("PNG")),
        Sample("a name of three scripts", "附件_Anhang_приложение.pdf", pdf("n")),
    ]  # fmt: skip
