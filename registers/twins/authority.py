"""The signature twin's test certificate authority, and PAdES signatures with its certificates.

The keys live in the twins' schema: they are worth nothing outside it, and every certificate says 测试证书.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from registers.twins.database import lock, one
from registers.twins.schema import authorities, certificates

_CERTIFICATE_YEARS = 3


class UnreadablePdf(ValueError):
    """Not a PDF that can be signed: broken, encrypted, or closed to further signatures."""


@dataclass(frozen=True)
class Identity:
    """A certificate with its key, as DER."""

    certificate: bytes
    key: bytes
    issuer: bytes
    serial: str


async def authority(
    connection: AsyncConnection,
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """The CA, made at first need. Its validity is wide: a story may be set in any year."""
    await lock(connection, "twins-authority")
    row = await one(connection, select(authorities))
    if row is None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("随州演练电子认证测试根证书")
        certificate = (
            _builder(name, name, key.public_key())
            .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
            .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .sign(key, hashes.SHA256())
        )
        await connection.execute(
            insert(authorities).values(
                id=1, certificate_pem=_pem(certificate), key_pem=_key_pem(key)
            )
        )
        return certificate, key
    loaded = serialization.load_pem_private_key(row["key_pem"].encode(), None)
    if not isinstance(loaded, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not an elliptic-curve key")
    return x509.load_pem_x509_certificate(row["certificate_pem"].encode()), loaded


async def identity_of(
    connection: AsyncConnection, name: str, id_number: str, now: datetime
) -> Identity:
    """The signatory's certificate valid at `now`; issued when there is none. It holds no ID number."""
    root, root_key = await authority(connection)
    issuer = root.public_bytes(serialization.Encoding.DER)
    row = await one(
        connection,
        select(certificates)
        .where(
            certificates.c.id_number == id_number,
            certificates.c.name == name,
            certificates.c.valid_from <= now,
            certificates.c.valid_until > now,
        )
        .order_by(certificates.c.valid_until.desc())
        .limit(1),
    )
    if row is not None:
        certificate = x509.load_pem_x509_certificate(row["certificate_pem"].encode())
        loaded = serialization.load_pem_private_key(row["key_pem"].encode(), None)
        return _identity(certificate, loaded, issuer)
    key = ec.generate_private_key(ec.SECP256R1())
    start = (now - timedelta(days=1)).replace(microsecond=0)
    end = start + timedelta(days=365 * _CERTIFICATE_YEARS)
    certificate = (
        _builder(_name(name), root.subject, key.public_key())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), False
        )
        .sign(root_key, hashes.SHA256())
    )
    issued = _identity(certificate, key, issuer)
    await connection.execute(
        insert(certificates).values(
            serial=issued.serial,
            id_number=id_number,
            name=name,
            certificate_pem=_pem(certificate),
            key_pem=_key_pem(key),
            valid_from=start,
            valid_until=end,
        )
    )
    return issued


async def check_pdf(pdf: bytes) -> None:
    """Raise UnreadablePdf for what could not be signed later; a thread keeps the service answering."""

    def check() -> None:
        # At first need and off the loop: pyHanko takes 25 MB, and most hours nobody signs.
        from registers.twins import pades

        pades.open_pdf(pdf)

    await asyncio.to_thread(check)


async def sign_pdf(pdf: bytes, identity: Identity, field: str, now: datetime) -> bytes:
    """Add one approval signature; the earlier ones stay valid, as the bytes before it are untouched."""

    def sign() -> bytes:
        from registers.twins import pades

        return asyncio.run(pades.sign(pdf, identity, field, now))

    return await asyncio.to_thread(sign)


def _identity(certificate: x509.Certificate, key: object, issuer: bytes) -> Identity:
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("a signatory's key is not an elliptic-curve key")
    return Identity(
        certificate=certificate.public_bytes(serialization.Encoding.DER),
        key=key.private_bytes(
            serialization.Encoding.DER,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
        issuer=issuer,
        serial=f"{certificate.serial_number:x}",
    )


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "测试证书"),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=not signs_certificates,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()
