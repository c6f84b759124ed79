"""The access token of XOAUTH2, fetched over TLS from a token server on loopback."""

import http.server
import json
import ssl
import threading
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from transforms.delivery.access_token import access_token
from transforms.delivery.secret_store import Secrets
from transforms.delivery.smtp import Unreachable
from transforms.errors import UsageError
from transforms.site import SmtpSettings

SECRET = "a client secret of a test"


@dataclass
class TokenServer:
    """Answers every request alike, and keeps what it was asked."""

    address: str
    status: int = 200
    body: bytes = b""
    location: str | None = None
    asked: list[dict[str, list[str]]] = field(default_factory=list)


@contextmanager
def listening(certificate: Path) -> Iterator[TokenServer]:
    """A token server on a free port of loopback."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            server.asked.append(urllib.parse.parse_qs(self.rfile.read(length).decode()))
            self.send_response(server.status)
            if server.location:
                self.send_header("Location", server.location)
            self.end_headers()
            self.wfile.write(server.body)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer) as http_server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        http_server.socket = context.wrap_socket(http_server.socket, server_side=True)
        server = TokenServer(f"https://localhost:{http_server.server_address[1]}/token")
        thread = threading.Thread(target=http_server.serve_forever)
        thread.start()
        try:
            yield server
        finally:
            http_server.shutdown()
            thread.join()


@pytest.fixture
def server(certificate: Path) -> Iterator[TokenServer]:
    with listening(certificate) as server:
        yield server


def fetch(server: TokenServer, certificate: Path | None) -> str:
    settings = SmtpSettings(
        token_url=server.address,
        client_id="an application",
        scope="https://mail.example.invalid/.default",
        ca_file=None if certificate is None else str(certificate),
    )
    return access_token(settings, Secrets({}, client_secret=SECRET))


def test_a_token_by_client_credentials(server: TokenServer, certificate: Path) -> None:
    server.body = json.dumps({"access_token": "t0ken", "expires_in": 3599}).encode()
    assert fetch(server, certificate) == "t0ken"
    assert server.asked == [
        {
            "grant_type": ["client_credentials"],
            "client_id": ["an application"],
            "client_secret": [SECRET],
            "scope": ["https://mail.example.invalid/.default"],
        }
    ]


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (401, b'{"error": "invalid_client"}', "does not give delivery.smtp.client_id a token"),
        (200, b"no json", "gave no token"),
        (200, b"[]", "gave no token"),
        (200, b"{}", "answered without a token"),
        (200, b'{"access_token": "two\\nlines"}', "answered without a token"),
    ],
)
def test_no_token(
    status: int, body: bytes, told: str, server: TokenServer, certificate: Path
) -> None:
    server.status, server.body = status, body
    with pytest.raises(Unreachable, match=told) as error:
        fetch(server, certificate)
    assert SECRET not in str(error.value)


def test_a_redirection_is_not_followed(server: TokenServer, certificate: Path) -> None:
    """The secret goes to the address of the settings and to no other."""
    with listening(certificate) as other:
        other.body = b'{"access_token": "t0ken"}'
        server.status, server.location = 307, other.address
        with pytest.raises(Unreachable):
            fetch(server, certificate)
        assert not other.asked


def test_a_certificate_that_nobody_vouches_for(server: TokenServer) -> None:
    server.body = b'{"access_token": "t0ken"}'
    with pytest.raises(Unreachable, match="gave no token"):
        fetch(server, None)
    assert not server.asked


def test_never_in_clear() -> None:
    settings = SmtpSettings(token_url="http://localhost/token", client_id="an application")
    with pytest.raises(UsageError, match="https"):
        access_token(settings, Secrets({}, client_secret=SECRET))


def test_a_token_among_the_secrets() -> None:
    assert access_token(SmtpSettings(), Secrets({}, access_token="t0ken")) == "t0ken"
    with pytest.raises(UsageError, match="access_token"):
        access_token(SmtpSettings(), Secrets({}))
