"""What an archivist wants to know of a PDF without opening a viewer."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

_PART = re.compile(rb"pdfaid:part(?:>|=[\"'])\s*(\d)")


@dataclass(frozen=True)
class PdfFacts:
    """Facts of one file; `pages` is 0 where it cannot be read."""

    pages: int
    encrypted: bool
    active: bool
    archival_part: int | None
    signatures: int
    broken_signatures: tuple[str, ...]


_UNREADABLE = PdfFacts(0, False, False, None, 0, ("不能打开",))


def describe_pdf(content: bytes) -> PdfFacts:
    """Read the facts; never raises for a bad file."""
    try:
        reader = PdfFileReader(io.BytesIO(content), strict=False)
        if "/Encrypt" in reader.trailer:
            return PdfFacts(1, True, False, None, 0, ())
        root = reader.root
        metadata = root["/Metadata"].data if "/Metadata" in root else b""
        part = _PART.search(metadata)
        action = root.get("/OpenAction")
        scripted = isinstance(action, DictionaryObject) and action.get("/S") == "/JavaScript"
        signatures = reader.embedded_signatures
        return PdfFacts(
            pages=int(root["/Pages"]["/Count"]),
            encrypted=False,
            active=scripted or "/JavaScript" in root.get("/Names", {}),
            archival_part=int(part[1]) if part else None,
            signatures=len(signatures),
            broken_signatures=tuple(_broken(signatures)),
        )
    except Exception:
        # A parser fed by strangers fails in many ways; each means that it cannot be read.
        return _UNREADABLE


def _broken(signatures: Sequence[EmbeddedPdfSignature]) -> list[str]:
    """Signatures whose signed bytes were changed, and bytes that no signature covers.

    Whether a signatory's certificate is to be trusted is not asked: that was settled when it was
    signed, by a service that this package cannot carry.
    """
    found, whole = [], not signatures
    for signature in signatures:
        signature.compute_integrity_info(skip_diff=True)  # type: ignore[no-untyped-call]
        intact, valid = validate_sig_integrity(
            signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
        )
        if not (intact and valid):
            found.append(f"签名 {signature.field_name} 之后内容被改动")
        whole = whole or signature.coverage == SignatureCoverageLevel.ENTIRE_FILE
    if not whole:
        found.append("有内容不在任何签名之内")
    return found
