"""PAdES signatures of the signature twin; loaded by `authority` when somebody signs."""

import io
from datetime import datetime

from pyhanko.keys import load_certs_from_pemder_data, load_private_key_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import (
    PdfSignatureMetadata,
    PdfSigner,
    SimpleSigner,
)
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko_certvalidator.registry import SimpleCertificateStore

from registers.twins.authority import Identity, UnreadablePdf


def open_pdf(pdf: bytes) -> IncrementalPdfFileWriter:
    """For one more signature. Raises UnreadablePdf."""
    # pyHanko answers broken input with several unrelated exceptions; all of them mean the same here.
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        if writer.prev.encrypted or not writer.prev.root["/Pages"]:
            raise UnreadablePdf("encrypted or empty")
    except (PdfError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise UnreadablePdf("not a readable PDF") from error
    return writer


async def sign(pdf: bytes, identity: Identity, field: str, now: datetime) -> bytes:
    """The bytes of `pdf` and one approval signature after them. Raises UnreadablePdf."""
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]  # its __init__ has no types
    registry.register_multiple(load_certs_from_pemder_data(identity.issuer))
    (certificate,) = load_certs_from_pemder_data(identity.certificate)
    signer = SimpleSigner(
        signing_cert=certificate,
        signing_key=load_private_key_from_pemder_data(identity.key, None),
        cert_registry=registry,
    )
    meta = PdfSignatureMetadata(
        field_name=field, subfilter=SigSeedSubFilter.PADES, reason="电子签名(测试证书)"
    )
    try:
        session = PdfSigner(meta, signer).init_signing_session(open_pdf(pdf))
        # Not the process's clock: a story signs at its own instant.
        session.system_time = now
        reserved = await session.estimate_signature_container_size(None, tight=False)
        document = session.prepare_tbs_document(validation_info=None, bytes_reserved=reserved)
        prepared, output = document.digest_tbs_document()
        await document.perform_signature(
            prepared.document_digest, PdfCMSSignedAttributes(signing_time=now)
        )
    except PdfError as error:
        raise UnreadablePdf("cannot be signed") from error
    output.seek(0)
    return bytes(output.read())
