"""The installation's own test authority and the seal certificate of each office.

Made once per installation into the folder of its secrets, never shipped, never a default. A bureau
in service replaces this by its place in the national unified seal system (国务院令第716号 第九条);
what stays is the interface of `activities.seals`.
"""

import hashlib
import os
import secrets
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

LEGEND: Final = "测试印章"

# A story may play in any year that the calendars know, so a test certificate covers them all: it
# claims nothing about when it was made.
_VALID_FROM: Final = datetime(2007, 1, 1, tzinfo=UTC)
_VALID_UNTIL: Final = datetime(2049, 12, 31, tzinfo=UTC)


class CertificateBroken(ValueError):
    """A certificate that cannot be read, or a chain that does not hold."""


@dataclass(frozen=True)
class SealKey:
    """An office's seal: its key and certificates, the office's first, the root last."""

    office: str
    key: ec.EllipticCurvePrivateKey
    chain: tuple[x509.Certificate, ...]

    @property
    def certificate(self) -> x509.Certificate:
        """The office's own certificate."""
        return self.chain[0]

    def chain_pem(self) -> bytes:
        """All certificates, the office's first."""
        return b"".join(one.public_bytes(serialization.Encoding.PEM) for one in self.chain)

    def sign(self, data: bytes) -> bytes:
        """A detached signature (ECDSA P-256 with SHA-256, DER), the same for the same bytes.

        `openssl dgst -sha256 -verify` checks it: an archive outlives this program.
        """
        return self.key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def open_seal_key(folder: Path, office: str) -> SealKey:
    """The office's seal key, created with its authority on first use.

    Args:
        folder: the installation's secrets; keys are written with mode 0600.
        office: the name on the seal.

    Raises:
        CertificateBroken: files that cannot be read as keys and certificates.
        OSError: the folder cannot be written.
    """
    root = folder / "authority"
    if not root.exists():
        _place(root, *_make_root())
    ca_key, ca_certificate = _read(root)
    own = folder / ("seal-" + hashlib.sha256(office.encode()).hexdigest()[:16])
    if not own.exists():
        _place(own, *_make_seal(office, ca_key, ca_certificate))
    key, certificate = _read(own)
    return SealKey(office, key, (certificate, ca_certificate))


def read_chain(pem: bytes) -> tuple[x509.Certificate, ...]:
    """Certificates of a PEM file, in its order.

    Raises:
        CertificateBroken: none in it, or not PEM.
    """
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise CertificateBroken("证书链不能读取") from error


def check_chain(chain: tuple[x509.Certificate, ...], at: datetime) -> None:
    """Each certificate issued by the next, the last by itself, all valid at `at`.

    Raises:
        CertificateBroken: says which link does not hold.
    """
    for index, certificate in enumerate(chain):
        issuer = chain[min(index + 1, len(chain) - 1)]
        try:
            certificate.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise CertificateBroken(f"证书链第{index + 1}级不是由下一级签发") from error
        if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
            raise CertificateBroken(f"证书链第{index + 1}级在签章时不在有效期内")
        if index > 0:
            try:
                limits = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
            except x509.ExtensionNotFound as error:
                raise CertificateBroken(f"证书链第{index + 1}级不是签发证书") from error
            if not limits.value.ca:
                raise CertificateBroken(f"证书链第{index + 1}级不是签发证书")


def check_signature(certificate: x509.Certificate, data: bytes, signature: bytes) -> bool:
    """Whether `signature` (as `SealKey.sign` makes it) is the certificate's over `data`."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    try:
        key.verify(signature, data, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        return False
    return True


def fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate, in hex."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def common_name(certificate: x509.Certificate) -> str:
    """Whose certificate it is."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def _make_root() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"办件测试印章根证书 {secrets.token_hex(4)}", "办件")
    builder = _builder(name, name, key.public_key(), key.public_key())
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(ca=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    return key, certificate


def _make_seal(
    office: str, ca_key: ec.EllipticCurvePrivateKey, ca_certificate: x509.Certificate
) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    builder = _builder(
        _name(office, office), ca_certificate.subject, key.public_key(), ca_key.public_key()
    )
    certificate = (
        builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(ca=False), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    return key, certificate


def _name(common: str, organisation: str) -> x509.Name:
    # X.520 allows 64 characters; an office's name is shorter, but its data is not ours.
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, LEGEND),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    issuer_key: ec.EllipticCurvePublicKey,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_VALID_FROM)
        .not_valid_after(_VALID_UNTIL)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key), critical=False
        )
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _place(folder: Path, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
    """Write both files at once: two processes may start together, the first one's pair stays."""
    folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = folder.with_name(f".{folder.name}-{secrets.token_hex(6)}")
    draft.mkdir(mode=0o700)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    public = certificate.public_bytes(serialization.Encoding.PEM)
    for name, content, mode in (("key.pem", private, 0o600), ("certificate.pem", public, 0o644)):
        descriptor = os.open(draft / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    try:
        draft.rename(folder)
    except OSError:
        shutil.rmtree(draft)
        if not folder.is_dir():
            raise


def _read(folder: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    try:
        key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)
        certificate = x509.load_pem_x509_certificate((folder / "certificate.pem").read_bytes())
    except (OSError, ValueError, TypeError) as error:
        raise CertificateBroken(f"{folder} 中的密钥或者证书不能读取") from error
    if (
        not isinstance(key, ec.EllipticCurvePrivateKey)
        or certificate.public_key() != key.public_key()
    ):
        raise CertificateBroken(f"{folder} 中的密钥与证书不相符")
    return key, certificate
