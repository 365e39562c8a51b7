"""TLS and API key towards a Temporal cluster: what the client is told, and what is said when it fails."""

import asyncio
import contextlib
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from pydantic import ValidationError
from temporalio.testing import WorkflowEnvironment
from typer.testing import CliRunner

from banjian.cli import app
from banjian.engine_command import command_line
from banjian.engine_link import connect, connect_arguments, tls_of
from banjian.secret_files import SecretsError
from banjian.settings import Settings
from banjian.stack import layout, temporal
from banjian.starting import EngineAway

# Certificates need an instant; any that holds while the test runs.
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    """A certificate and its key, as files and as objects."""

    cert: Path
    key: Path
    made: x509.Certificate
    private: ec.EllipticCurvePrivateKey


def issue(folder: Path, name: str, issuer: Pair | None = None) -> Pair:
    """A certificate for `name` (and 127.0.0.1), of the issuer or a root of its own."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    addresses = [x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))]
    building = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.made.subject if issuer else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + timedelta(days=365 * 60))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
    )
    made = building.sign(issuer.private if issuer else private, hashes.SHA256())
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    cert.write_bytes(made.public_bytes(Encoding.PEM))
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(0o600)
    return Pair(cert, key, made, private)


@dataclass(frozen=True)
class Cluster:
    """A real server behind a TLS front that demands certificates of one root."""

    address: str
    plain: str
    root: Pair
    mine: Pair
    folder: Path

    def settings(self, **more: object) -> Settings:
        given: dict[str, object] = {
            "temporal_address": self.address,
            "temporal_tls_ca": self.root.cert,
            "temporal_tls_cert": self.mine.cert,
            "temporal_tls_key": self.mine.key,
            "banjian_data": self.folder,
        }
        return Settings.model_validate(given | more)


async def _pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await source.read(65536):
            sink.write(part)
            await sink.drain()
    sink.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    folder = tmp_path_factory.mktemp("tls")
    root = issue(folder, "root")
    front, mine = issue(folder, "cluster.example", root), issue(folder, "banjian", root)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(root.cert))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(front.cert, front.key)
    context.set_alpn_protocols(["h2"])
    binary = Path(sys.executable).parent / "temporal"
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(binary), dev_server_log_level="error"
    ) as behind:
        plain = behind.client.service_client.config.target_host
        host, _, port = plain.partition(":")

        async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            up, down = await asyncio.open_connection(host, int(port))
            await asyncio.gather(_pump(reader, down), _pump(up, writer))

        server = await asyncio.start_server(forward, "127.0.0.1", 0, ssl=context)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        yield Cluster(address, plain, root, mine, folder)
        server.close()


async def test_the_cluster_is_reached_with_a_root_and_a_client_certificate(
    cluster: Cluster,
) -> None:
    client = await connect(cluster.settings())
    assert await client.service_client.check_health()
    named = cluster.settings(temporal_tls_server_name="cluster.example")
    assert await (await connect(named)).service_client.check_health()
    # The same for the program that the doctor asks.
    link = temporal.Link(*command_line(cluster.settings()))
    assert await asyncio.to_thread(temporal.trouble, cluster.address, link) is None
    assert await asyncio.to_thread(temporal.trouble, cluster.address) is not None


async def test_what_fails_is_said_in_one_line_with_the_setting_to_look_at(
    cluster: Cluster,
) -> None:
    stranger = issue(cluster.folder, "stranger")
    unsigned = {"temporal_tls_cert": stranger.cert, "temporal_tls_key": stranger.key}
    nobody = {"temporal_tls_cert": None, "temporal_tls_key": None}
    for change, word in (
        ({"temporal_tls_ca": stranger.cert}, "TEMPORAL_TLS_CA"),
        ({"temporal_tls_server_name": "elsewhere.example"}, "TEMPORAL_TLS_SERVER_NAME"),
        (unsigned, "TEMPORAL_TLS_CERT"),
        (nobody, "TEMPORAL_TLS_CERT"),
        ({"temporal_address": cluster.plain}, "TEMPORAL_TLS"),
        ({"temporal_address": "127.0.0.1:1"}, "TEMPORAL_ADDRESS"),
    ):
        with pytest.raises(EngineAway) as failed:
            await connect(cluster.settings(**change))
        assert word in str(failed.value), (change, str(failed.value.__cause__))
        assert "\n" not in str(failed.value)


async def test_the_doctor_looks_through_the_same_door(cluster: Cluster) -> None:
    def examine(**more: str) -> tuple[str, str]:
        given = {
            "BANJIAN_DATA": str(cluster.folder),
            "DATABASE_URL": "",
            "TEMPORAL_ADDRESS": cluster.address,
            "TEMPORAL_TLS_CA": str(cluster.root.cert),
            "TEMPORAL_TLS_CERT": str(cluster.mine.cert),
            "TEMPORAL_TLS_KEY": str(cluster.mine.key),
        }
        out = CliRunner().invoke(app, ["doctor"], env=given | more).stdout
        return out, "\n".join(line for line in out.splitlines() if " temporal " in line)

    whole, line = await asyncio.to_thread(examine)
    assert "可用" in line
    assert "search attributes" in whole
    assert "无应答" in (await asyncio.to_thread(examine, TEMPORAL_TLS_CA=""))[1]
    broken = (await asyncio.to_thread(examine, TEMPORAL_TLS_KEY=str(cluster.root.key)))[1]
    assert "is not the key of TEMPORAL_TLS_CERT" in broken


def test_what_the_client_is_told(tmp_path: Path) -> None:
    plain = connect_arguments(Settings(temporal_address="t:7233"))
    assert plain == {
        "target_host": "t:7233",
        "namespace": "default",
        "api_key": None,
        "tls": False,
    }
    keyed = Settings(temporal_address="t:7233", temporal_namespace="bj.a1", temporal_api_key="word")  # type: ignore[arg-type]
    told = connect_arguments(keyed)
    assert (told["namespace"], told["api_key"], told["tls"] is not False) == ("bj.a1", "word", True)
    assert "word" not in repr(keyed)
    options, environment = command_line(keyed)
    assert (options, environment) == (["--tls"], {"TEMPORAL_API_KEY": "word"})
    # Our own processes under the local supervisor get all of it.
    pair = issue(tmp_path, "banjian")
    whole = Settings(
        temporal_tls_cert=pair.cert, temporal_tls_key=pair.key, temporal_tls_ca=pair.cert
    )
    child = layout.environment(whole, "worker")
    assert {k for k in child if k.startswith("TEMPORAL_TLS")} == {
        "TEMPORAL_TLS_CA",
        "TEMPORAL_TLS_CERT",
        "TEMPORAL_TLS_KEY",
    }


def test_an_api_key_comes_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("word\n")
    monkeypatch.setenv("TEMPORAL_API_KEY_FILE", str(tmp_path / "key"))
    settings = Settings()
    assert settings.temporal_api_key is not None
    assert settings.temporal_api_key.get_secret_value() == "word"
    assert settings.temporal_uses_tls


@pytest.mark.parametrize(
    "given",
    [
        {"temporal_tls_cert": "/a.pem"},
        {"temporal_tls_key": "/a.key"},
        {"temporal_tls": False, "temporal_api_key": "word"},
        {"temporal_tls": False, "temporal_tls_ca": "/a.pem"},
        {"temporal_namespace": ""},
    ],
)
def test_settings_that_contradict_themselves(given: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(given)


def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    pair, other = issue(tmp_path, "banjian"), issue(tmp_path, "other")

    def refused(cert: Path, key: Path) -> str:
        with pytest.raises(SecretsError) as error:
            tls_of(Settings(temporal_tls_cert=cert, temporal_tls_key=key))
        return str(error.value)

    assert "TEMPORAL_TLS_CERT" in refused(tmp_path / "none.pem", pair.key)
    assert "no PEM certificate" in refused(pair.key, pair.key)
    assert "no PEM key" in refused(pair.cert, _closed(pair.cert))
    assert "is not the key of" in refused(pair.cert, other.key)
    pair.key.chmod(0o644)
    assert "chmod 600" in refused(pair.cert, pair.key)


def _closed(path: Path) -> Path:
    path.chmod(0o600)
    return path
