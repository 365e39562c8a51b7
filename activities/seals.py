"""The office's seal on a paper: PAdES with a visible 测试印章, and its verification.

`activities.seal_provider` is what the product knows; `LocalSeals` is the built-in provider (P-256, PAdES-B).
SM2 seals on OFD (GB/T 38540-2020) come from the bureau's seal system through the same interface.
Sealing is deterministic: a retried activity makes the same bytes, so nothing is sealed twice.
"""

import asyncio
import hashlib
import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.keys import load_private_key_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from activities.certificates import (
    LEGEND,
    SealKey,
    open_seal_key,
)
from activities.papers import seal_picture
from activities.seal_check import SealReport, as_asn1, verify

SEAL_SIZE_PT: Final = 42 / 25.4 * 72
"""A county-level organ's seal is 42 mm wide."""

# Room for the signature as hex: two small certificates take a quarter of it. Fixed, since an
# estimate varies by a byte or two from one signature to the next.
_RESERVED_BYTES: Final = 8192
_FIELD: Final = "OfficeSeal"
_FIELD_NAME: Final = "发文机关印章"
_SPOT: Final = re.compile(r"\s*seal:(?P<page>\d+):(?P<x>[\d.]+):(?P<y>[\d.]+)\s*$")


class SealRefused(ValueError):
    """The document cannot be sealed: no PDF, or sealed already."""


class LocalSeals:
    """The installation's own test seal of one office.

    Args:
        folder: where the installation keeps its secrets; made on first use.
        office: the name on the seal.
    """

    def __init__(self, folder: Path, office: str) -> None:
        self._key: SealKey = open_seal_key(folder, office)
        self._signer = _Signer(self._key)
        # One thread: certificates are parsed at first use, and two signatures at once would see a
        # half-parsed one.
        self._desk = ThreadPoolExecutor(max_workers=1, thread_name_prefix="seal")

    @property
    def office(self) -> str:
        """The name on the seal."""
        return self._key.office

    @property
    def root(self) -> x509.Certificate:
        """The authority that verifiers must know."""
        return self._key.chain[-1]

    def sign(self, data: bytes) -> bytes:
        """See `SealKey.sign`."""
        return self._key.sign(data)

    def chain_pem(self) -> bytes:
        """The office's certificate, then its authority's."""
        return self._key.chain_pem()

    async def seal(self, pdf: bytes, *, signed_at: datetime, reason: str | None = None) -> bytes:
        """Seal over the paper's signature (or invisibly where it has none); changes are then shut.

        Args:
            pdf: a paper of `activities.papers.render`.
            signed_at: the instant of issue in the case.
            reason: shown by readers, e.g. the paper's title.

        Raises:
            SealRefused: not a readable PDF, or already sealed.
        """
        if signed_at.tzinfo is None:
            raise ValueError("signed_at needs its zone")
        # Tens of milliseconds of arithmetic: not on the loop that also answers the engine.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(
            self._desk, lambda: asyncio.run(self._seal(pdf, signed_at, reason))
        )

    async def _seal(self, pdf: bytes, signed_at: datetime, reason: str | None) -> bytes:
        try:
            # PDF/A wants an object to begin on a line of its own, also the first of an update.
            writer = _Writer(io.BytesIO(pdf if pdf.endswith(b"\n") else pdf + b"\n"))
            if writer.prev.embedded_signatures:
                raise SealRefused("该文件已经盖章")
            spec, style = _place(writer.prev, seal_picture(self.office, LEGEND))
            meta = signers.PdfSignatureMetadata(
                field_name=_FIELD,
                name=self.office,
                reason=reason,
                md_algorithm="sha256",
                subfilter=fields.SigSeedSubFilter.PADES,
                certify=True,
                docmdp_permissions=fields.MDPPerm.NO_CHANGES,
            )
            signer = signers.PdfSigner(
                meta, signer=self._signer, stamp_style=style, new_field_spec=spec
            )
            session = signer.init_signing_session(writer)
            session.system_time = signed_at.astimezone(UTC)
            prepared = session.prepare_tbs_document(
                validation_info=None, bytes_reserved=_RESERVED_BYTES
            )
            digest, output = prepared.digest_tbs_document()
            await prepared.perform_signature(
                document_digest=digest.document_digest,
                pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=session.system_time),
            )
        except (PdfError, SigningError) as error:
            raise SealRefused(f"不能盖章：{error}") from error
        output.seek(0)
        return bytes(output.read())

    async def verify(self, pdf: bytes) -> SealReport:
        """Check a sealed document against this installation's authority."""
        return await verify(pdf, [self.root])


def _place(
    reader: PdfFileReader, picture: bytes
) -> tuple[fields.SigFieldSpec, StaticStampStyle | None]:
    """Where the template left room for the seal (`letter.typ`, about): keyword seal:page:x:y."""
    words = str(reader.trailer["/Info"].get("/Keywords", "")) if "/Info" in reader.trailer else ""
    spot = next((found for word in words.split(",") if (found := _SPOT.match(word))), None)
    if spot is None:
        return fields.SigFieldSpec(_FIELD, readable_field_name=_FIELD_NAME), None
    index = int(spot["page"]) - 1
    page = reader.find_page_for_modification(index)[0].get_object()  # type: ignore[no-untyped-call]
    x, y = float(spot["x"]), float(page["/MediaBox"][3]) - float(spot["y"])
    half = SEAL_SIZE_PT / 2
    spec = fields.SigFieldSpec(
        _FIELD,
        on_page=index,
        box=(round(x - half), round(y - half), round(x + half), round(y + half)),
        readable_field_name=_FIELD_NAME,
    )
    style = StaticStampStyle(
        border_width=0,
        background=_Picture(picture),
        # Ink on paper: what is written beneath stays legible.
        background_opacity=0.86,
        background_layout=SimpleBoxLayoutRule(AxisAlignment.ALIGN_MID, AxisAlignment.ALIGN_MID),
    )
    return spec, style


class _Picture(PdfContent):
    """The seal's picture under a fixed name (pyHanko draws a random one)."""

    def __init__(self, pdf: bytes) -> None:
        super().__init__()
        self._pdf = pdf

    def render(self) -> bytes:
        """Import the page into the document being sealed."""
        assert self.writer is not None  # pyHanko sets it before it renders
        drawn = self.writer.import_page_as_xobject(PdfFileReader(io.BytesIO(self._pdf)))
        self.resources.xobject[generic.NameObject("/Seal")] = drawn
        left, bottom, right, top = drawn.get_object()["/BBox"]
        self.box = BoxConstraints(width=abs(right - left), height=abs(top - bottom))
        return b"/Seal Do"


class _Writer(IncrementalPdfFileWriter):
    """Nothing of chance or of the machine's clock: file id from the content, dates left alone."""

    def _update_meta(self) -> None:
        """The dates stay those of the paper (the seal has its own), equal in info and XMP."""

    @classmethod
    def _handle_id(cls, prev: PdfFileReader) -> generic.ArrayObject:
        first, _ = super()._handle_id(prev)  # type: ignore[no-untyped-call]
        prev.stream.seek(0)
        second = hashlib.sha256(b"sealed" + prev.stream.read()).digest()[:16]
        return generic.ArrayObject([first, generic.ByteStringObject(second)])


class _Signer(signers.SimpleSigner):
    """Signs with the office's key, deterministically (RFC 6979)."""

    def __init__(self, key: SealKey) -> None:
        self._own = key
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([as_asn1(one) for one in key.chain])
        private = key.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        super().__init__(
            signing_cert=as_asn1(key.certificate),
            signing_key=load_private_key_from_pemder_data(private, passphrase=None),
            cert_registry=store,
        )

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """The raw signature; the digest is fixed by `LocalSeals.seal`."""
        if digest_algorithm != "sha256":
            raise SigningError(f"unexpected digest {digest_algorithm}")
        return self._own.sign(data)
