"""The office's seal on a paper: PAdES with a visible 测试印章, and its verification.

`SealProvider` is what the product knows; `LocalSeals` is the built-in provider (P-256, PAdES-B).
SM2 seals on OFD (GB/T 38540-2020) come from the bureau's seal system through the same interface.
Sealing is deterministic: a retried activity makes the same bytes, so nothing is sealed twice.
"""

import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.content import PdfContent
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, SimpleBoxLayoutRule
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko.stamp import StaticStampStyle
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from activities.certificates import (
    LEGEND,
    SealKey,
    check_signature,
    common_name,
    fingerprint,
    open_seal_key,
)
from activities.papers import seal_picture

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


@dataclass(frozen=True)
class SealCheck:
    """One step of the verification (after the steps of GB/T 38540-2020, as far as PAdES has them)."""

    id: str
    name: str
    ok: bool
    detail: str


@dataclass(frozen=True)
class SealReport:
    """What the verification of one document found; `valid` only if every step holds."""

    valid: bool
    signer: str | None
    signed_at: datetime | None
    certificate_sha256: str | None
    root_sha256: str | None
    checks: tuple[SealCheck, ...]

    def as_json(self) -> dict[str, Any]:
        """For the API and the archive report."""
        return {**asdict(self), "signed_at": self.signed_at and self.signed_at.isoformat()}


class SealProvider(Protocol):
    """Who seals papers and signs manifests in an office's name."""

    async def seal(self, pdf: bytes, *, signed_at: datetime, reason: str | None = None) -> bytes:
        """The sealed document."""

    async def verify(self, pdf: bytes) -> SealReport:
        """Check against this provider's roots."""

    def sign(self, data: bytes) -> bytes:
        """A detached signature over any bytes."""

    def chain_pem(self) -> bytes:
        """The certificates that the signatures need."""


class LocalSeals:
    """The installation's own test seal of one office.

    Args:
        folder: where the installation keeps its secrets; made on first use.
        office: the name on the seal.
    """

    def __init__(self, folder: Path, office: str) -> None:
        self._key: SealKey = open_seal_key(folder, office)
        self._signer = _Signer(self._key)

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


async def verify(pdf: bytes, roots: Sequence[x509.Certificate]) -> SealReport:
    """Check the seal of a document without network; never raises for a bad document."""
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(signatures) != 1:
            found = "没有印章" if not signatures else f"有{len(signatures)}个签名，应当只有一个"
            return _unreadable(found)
        signature = signatures[0]
        signature.compute_integrity_info()
        at = signature.self_reported_timestamp
        context = ValidationContext(
            trust_roots=[_asn1(root) for root in roots],
            allow_fetching=False,
            revocation_mode="soft-fail",
            # Without a time stamp of a third party the seal's own time is the best there is.
            moment=at,
            best_signature_time=at,
        )
        status = await async_validate_pdf_signature(signature, context)
        own = x509.load_der_x509_certificate(signature.signer_cert.dump())
        tidy = _only_padding_follows(bytes(signature.pkcs7_content))
    except (PdfError, SignatureValidationError, ValueError, KeyError, TypeError, OSError) as error:
        return _unreadable(f"印章结构不能解析：{type(error).__name__}")
    root = next((one for one in roots if one.subject == own.issuer), None)
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE
    in_time = at is not None and own.not_valid_before_utc <= at <= own.not_valid_after_utc
    checks = (
        SealCheck(
            "Z1", "印章结构", tidy, "PAdES 签名一个" if tidy else "签名的填充区被写入其他内容"
        ),
        SealCheck(
            "Z2",
            "摘要",
            bool(status.intact),
            "文件内容与签章时一致" if status.intact else "内容已被改动",
        ),
        SealCheck(
            "Z3",
            "签名值",
            bool(status.valid),
            "签名与签章证书相符" if status.valid else "签名不成立",
        ),
        SealCheck("Z4", "覆盖范围", whole, "覆盖整个文件" if whole else "签章之后文件被追加"),
        SealCheck(
            "Z5",
            "证书链",
            bool(status.trusted),
            "由受信根签发" if status.trusted else "不是由受信根签发",
        ),
        SealCheck(
            "Z6", "证书有效期", in_time, "签章时在有效期内" if in_time else "签章时不在有效期内"
        ),
        SealCheck(
            "Z7", "签章人", signature.sig_object.get("/Name") == common_name(own), common_name(own)
        ),
    )
    return SealReport(
        valid=all(check.ok for check in checks) and status.bottom_line,
        signer=common_name(own),
        signed_at=at,
        certificate_sha256=fingerprint(own),
        root_sha256=fingerprint(root) if root else None,
        checks=checks,
    )


def verify_detached(certificate: x509.Certificate, data: bytes, signature: bytes) -> bool:
    """Whether a signature of `SealProvider.sign` holds."""
    return check_signature(certificate, data, signature)


def _only_padding_follows(contents: bytes) -> bool:
    """No digest covers the room left behind the signature: it must be empty."""
    if len(contents) < 2 or contents[0] != 0x30:
        return False
    size, header = contents[1], 2
    if size & 0x80:
        header += size & 0x7F
        size = int.from_bytes(contents[2:header], "big")
    return not contents[header + size :].strip(b"\0")


def _unreadable(why: str) -> SealReport:
    return SealReport(False, None, None, None, None, (SealCheck("Z1", "印章结构", False, why),))


def _asn1(certificate: x509.Certificate) -> Any:
    """The certificate as pyHanko's kind of object."""
    [loaded] = load_certs_from_pemder_data(certificate.public_bytes(serialization.Encoding.DER))
    return loaded


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
        store.register_multiple([_asn1(one) for one in key.chain])
        private = key.key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        super().__init__(
            signing_cert=_asn1(key.certificate),
            signing_key=load_private_key_from_pemder_data(private, passphrase=None),
            cert_registry=store,
        )

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """The raw signature; the digest is fixed by `LocalSeals.seal`."""
        if digest_algorithm != "sha256":
            raise SigningError(f"unexpected digest {digest_algorithm}")
        return self._own.sign(data)
