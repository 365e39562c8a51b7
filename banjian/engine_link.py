"""How a process reaches the Temporal cluster: TLS, client certificate, API key, namespace."""

import re
import stat
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from temporalio.client import Client
from temporalio.service import TLSConfig

from banjian.secret_files import SecretsError
from banjian.settings import Settings
from banjian.starting import EngineAway


def connect_arguments(settings: Settings) -> dict[str, Any]:
    """What `Client.connect` is told beside the data converter.

    Raises:
        SecretsError: a certificate or key cannot be used; never quotes one.
    """
    key = settings.temporal_api_key
    return {
        "target_host": settings.temporal_address,
        "namespace": settings.temporal_namespace,
        "api_key": key.get_secret_value() if key is not None else None,
        # Said explicitly: with a key alone the client would otherwise choose for itself.
        "tls": tls_of(settings) or False,
    }


def tls_of(settings: Settings) -> TLSConfig | None:
    """The TLS part; None for plain gRPC. Raises SecretsError."""
    if not settings.temporal_uses_tls:
        return None
    root = _certificates("TEMPORAL_TLS_CA", settings.temporal_tls_ca)
    chain = _certificates("TEMPORAL_TLS_CERT", settings.temporal_tls_cert)
    private = _private("TEMPORAL_TLS_KEY", settings.temporal_tls_key, chain)
    return TLSConfig(
        server_root_ca_cert=root,
        domain=settings.temporal_tls_server_name or None,
        client_cert=chain,
        client_private_key=private,
    )


async def connect(settings: Settings, **more: Any) -> Client:
    """A client of this installation's cluster.

    Raises:
        EngineAway: nobody answers, or the two do not trust each other.
        SecretsError: a certificate or key cannot be used.
    """
    arguments = connect_arguments(settings)
    try:
        return await Client.connect(**arguments, **more)
    except RuntimeError as error:
        raise EngineAway(explain(settings, str(error))) from error


def explain(settings: Settings, reason: str) -> str:
    """The client's long account in one line, and what to look at."""
    place = f"Temporal（{settings.temporal_address}）"
    if re.search(r"UnknownIssuer|BadSignature|CaUsedAsEndEntity", reason):
        return f"{place}的证书不是由可信的根签发的（UnknownIssuer）：检查 TEMPORAL_TLS_CA。"
    if found := re.search(r"NotValidForName\w*", reason):
        return (
            f"{place}的证书不是给这个名称的（{found[0]}）：检查地址或者 TEMPORAL_TLS_SERVER_NAME。"
        )
    if found := re.search(r"InvalidCertificate\((\w+)", reason):
        return f"{place}的证书不能用（{found[1]}）：检查对方的证书和本机时钟。"
    if found := re.search(r"AlertReceived\((\w+)|peer closed connection", reason):
        # With TLS 1.3 a server refuses a client's certificate only after the client's own handshake.
        why = found[1] or "closed after the handshake"
        return f"{place}不接受我们的证书（{why}）：检查 TEMPORAL_TLS_CERT 和 TEMPORAL_TLS_KEY。"
    if re.search("InvalidContentType", reason):
        return f"{place}不用 TLS，而设置要求 TLS：检查 TEMPORAL_TLS 和地址。"
    if re.search(r"Unauthenticated|PermissionDenied|Unauthorized", reason, re.IGNORECASE):
        return f"{place}拒绝了我们：检查 TEMPORAL_API_KEY、证书和 TEMPORAL_NAMESPACE。"
    if settings.temporal_uses_tls and re.search(
        r"ConnectionReset|BrokenPipe|connection closed", reason
    ):
        # The refusal may overtake its reason: then only the end of the connection is seen.
        return (
            f"{place}在握手后断开了连接：可能不接受我们的证书，检查 TEMPORAL_TLS_CERT 和"
            " TEMPORAL_TLS_KEY，以及 TEMPORAL_TLS 和网络。"
        )
    tls = "用 TLS" if settings.temporal_uses_tls else "不用 TLS"
    return f"{place}没有应答（{tls}）：检查 TEMPORAL_ADDRESS、网络和 TEMPORAL_TLS。"


def _read(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SecretsError(f"{name}: {path}: {error.strerror}") from error


def _certificates(name: str, path: Path | None) -> bytes | None:
    if path is None:
        return None
    read = _read(name, path)
    try:
        x509.load_pem_x509_certificates(read)
    except ValueError:
        raise SecretsError(f"{name}: {path} holds no PEM certificate") from None
    return read


def _private(name: str, path: Path | None, chain: bytes | None) -> bytes | None:
    if path is None or chain is None:
        return None
    read = _read(name, path)
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise SecretsError(f"{name}: others may read {path}: chmod 600 {path}")
    try:
        key = load_pem_private_key(read, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SecretsError(f"{name}: {path} holds no PEM key without a password") from None
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    mine = x509.load_pem_x509_certificates(chain)[0].public_key().public_bytes(*form)
    if key.public_key().public_bytes(*form) != mine:
        raise SecretsError(f"{name}: {path} is not the key of TEMPORAL_TLS_CERT")
    return read
