"""The verification of a sealed document, step by step, without a network."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from activities.certificates import common_name, fingerprint


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


async def verify(pdf: bytes, roots: Sequence[x509.Certificate]) -> SealReport:
    """Check the seal of a document; never raises for a bad document.

    Args:
        pdf: the document.
        roots: the authorities whose seals are believed.
    """
    # Tens of milliseconds of arithmetic: not on the loop that answers people.
    return await asyncio.to_thread(asyncio.run, _verify(pdf, roots))


async def _verify(pdf: bytes, roots: Sequence[x509.Certificate]) -> SealReport:
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_signatures
        if len(signatures) != 1:
            found = "没有印章" if not signatures else f"有{len(signatures)}个签名，应当只有一个"
            return _unreadable(found)
        signature = signatures[0]
        signature.compute_integrity_info()
        at = signature.self_reported_timestamp
        context = ValidationContext(
            trust_roots=[as_asn1(root) for root in roots],
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


def as_asn1(certificate: x509.Certificate) -> Any:
    """The certificate as pyHanko's kind of object."""
    [loaded] = load_certs_from_pemder_data(certificate.public_bytes(serialization.Encoding.DER))
    return loaded
