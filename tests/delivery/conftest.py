"""A certificate, a mail server and a site for the tests of delivery."""

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.delivery import small_site
from tests.delivery.mail_server import MailServer
from tests.delivery.small_site import Clock, SmallSite


def write_certificate(path: Path, *names: str, ended_days_ago: int = -2) -> Path:
    """A certificate that signs itself, for names of this machine, with its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail server of tests")])
    now = datetime.datetime.now(datetime.UTC)
    alternatives: list[x509.GeneralName] = [x509.DNSName(name) for name in names]
    alternatives.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=ended_days_ago + 3))
        .not_valid_after(now - datetime.timedelta(days=ended_days_ago))
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_certificate(tmp_path_factory.mktemp("certificate") / "mail.pem", "localhost")


@pytest.fixture
def server(certificate: Path) -> Iterator[MailServer]:
    """A mail server with STARTTLS."""
    with MailServer(certificate) as listening:
        yield listening


@pytest.fixture
def site(tmp_path: Path) -> SmallSite:
    """Three practices, a recipient each; not yet told of a mail server."""
    return small_site.make(tmp_path)


@pytest.fixture
def ready(site: SmallSite, server: MailServer) -> SmallSite:
    """The same, sending through the mail server."""
    site.delivery["smtp"] = server.settings()
    return site


@pytest.fixture
def clock() -> Clock:
    return Clock()
