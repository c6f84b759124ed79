"""One message to one recipient over SMTP, and what came of it.

The line is drawn at the reply to DATA (RFC 5321, 4.1.1.4): until the server has asked for the
message, a broken connection means that it did not go; after that, nobody here can know.
Nothing is sent in clear, except to this machine itself. Nothing here tries again.
"""

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

from transforms.delivery.outbox import Outcome
from transforms.errors import ControlFailure, UsageError
from transforms.site import SmtpSettings

_GO_ON = 354
_CLOSING = 421
_TOO_LARGE = 552
_LONGEST_REPLY = 300

Login = Callable[[smtplib.SMTP], None]


class Unreachable(ControlFailure):
    """The mail server cannot be used: nothing was sent, and every message is where it was."""


class Courier:
    """Takes messages to one mail server, over a connection that it opens when it is needed.

    `log_in` shows the server who is sending, once a connection; see `login`.
    """

    def __init__(self, settings: SmtpSettings, log_in: Login) -> None:
        self._settings = settings
        self._log_in = log_in
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()

    def make_ready(self) -> None:
        """Have a connection that works, encrypted and logged in. Raises Unreachable."""
        if self._server is not None:
            try:
                if self._server.rset()[0] // 100 == 2:
                    return
            except (smtplib.SMTPException, OSError):
                pass
            self._leave()
        with _told(self._settings):
            self._server = _connect(self._settings)
            self._log_in(self._server)

    def carry(self, sender: str, recipient: str, message: bytes) -> Outcome:
        """Hand a message over; `make_ready` comes before it. Whatever happens is an outcome."""
        server = self._server
        if server is None:
            raise RuntimeError("make_ready comes before carry")
        outcome = _envelope(server, sender, recipient, len(message))
        if outcome is None:
            outcome = _data(server, message, self._settings)
        if outcome.code in (None, _CLOSING):
            self._drop()
        return outcome

    def _leave(self) -> None:
        if self._server is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._server.quit()
        self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _envelope(server: smtplib.SMTP, sender: str, recipient: str, size: int) -> Outcome | None:
    """MAIL and RCPT; None if the server agrees. Nothing of the message has gone."""
    most = server.esmtp_features.get("size", "")
    if most.isdigit() and 0 < int(most) < size:
        return Outcome(
            "failed", f"the server takes {most} bytes at most, the message has {size}", _TOO_LARGE
        )
    try:
        for reply in (
            server.mail(sender, [f"size={size}"] if "size" in server.esmtp_features else []),
            server.rcpt(recipient),
        ):
            refused = _refused(*reply)
            if refused is not None:
                return refused
    except (smtplib.SMTPException, OSError) as error:
        return _broke_before_data(error)
    return None


def _data(server: smtplib.SMTP, message: bytes, settings: SmtpSettings) -> Outcome:
    try:
        code, reply = server.docmd("DATA")
    except (smtplib.SMTPException, OSError) as error:
        return _broke_before_data(error)
    if code != _GO_ON:
        return _refused(code, reply) or Outcome("failed", _words(code, reply), None, True)
    try:
        if server.sock is not None:
            server.sock.settimeout(settings.final_timeout_seconds)
        server.send(_on_the_line(message))
        code, reply = server.getreply()
        if server.sock is not None:
            server.sock.settimeout(settings.timeout_seconds)
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(
            "unknown",
            f"the connection broke after DATA ({_kind(error)}): it may have gone, or not",
        )
    if code // 100 == 2:
        return Outcome("sent", _words(code, reply), code)
    refused = _refused(code, reply) if code // 100 in (4, 5) else None
    return refused or Outcome("unknown", f"the server's last word makes no sense: {code}")


def _on_the_line(message: bytes) -> bytes:
    """A message as DATA wants it: CR LF, leading dots doubled, a dot alone at the end."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines) + b".\r\n"


def _refused(code: int, reply: bytes) -> Outcome | None:
    """The outcome of a reply that says no; None if it says yes."""
    if code // 100 == 2:
        return None
    if code // 100 == 5:
        return Outcome("failed", _words(code, reply), code)
    if code // 100 == 4:
        return Outcome("failed", _words(code, reply), code, transient=True)
    return Outcome("failed", _words(code, reply), None, transient=True)


def _broke_before_data(error: Exception) -> Outcome:
    return Outcome(
        "failed", f"the connection broke before DATA ({_kind(error)})", None, transient=True
    )


def _kind(error: Exception) -> str:
    """What broke, without any text that the other side chose."""
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "the server was silent for too long"
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return "the server hung up"
    if isinstance(error, ConnectionRefusedError):
        return "nothing answers there"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return type(error).__name__


def _words(code: int, reply: bytes) -> str:
    text = " ".join(reply.decode("ascii", "replace").split())
    printable = "".join(each if each.isprintable() else "?" for each in text)
    return f"{code} {printable}"[:_LONGEST_REPLY]


# --- Connection and login ------------------------------------------------------------------------


@contextlib.contextmanager
def _told(settings: SmtpSettings) -> Iterator[None]:
    """Turn what goes wrong before any message into Unreachable, in words and without secrets."""
    where = f"The mail server {settings.host}:{settings.port}"
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Unreachable(
            f"{where} showed a certificate that does not hold: {error.verify_message}. Nothing was "
            "sent. Ask who runs it; delivery.smtp.ca_file names an authority of your own."
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        raise Unreachable(
            f"{where} does not accept delivery.smtp.username with its secret (code "
            f"{error.smtp_code}). Nothing was sent."
        ) from None
    except smtplib.SMTPNotSupportedError:
        raise Unreachable(
            f"{where} does not offer what delivery.smtp asks for (security = "
            f"{settings.security!r}, authentication = {settings.authentication!r}). Nothing was "
            "sent."
        ) from None
    except (smtplib.SMTPException, OSError) as error:
        code = getattr(error, "smtp_code", None)
        told = f"answered {code}" if code else _kind(error)
        raise Unreachable(f"{where} cannot be used: {told}. Nothing was sent.") from None


def trust(settings: SmtpSettings) -> ssl.SSLContext:
    """TLS 1.2 or later, the certificate checked. Raises UsageError where ca_file holds none."""
    try:
        context = ssl.create_default_context(cafile=settings.ca_file)
    except OSError as error:  # also that of a file without a certificate
        raise UsageError(
            f"{settings.ca_file} (delivery.smtp.ca_file) holds no certificate that can be read: "
            f"{error.strerror}. Nothing was sent."
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _connect(settings: SmtpSettings) -> smtplib.SMTP:
    context = trust(settings)
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=settings.timeout_seconds, context=context
        )
        server.ehlo_or_helo_if_needed()
        return server
    server = smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)
    try:
        if settings.security == "starttls":
            server.starttls(context=context)
        else:
            _check_loopback(server, settings)
        server.ehlo_or_helo_if_needed()
    except BaseException:
        server.close()
        raise
    return server


def _check_loopback(server: smtplib.SMTP, settings: SmtpSettings) -> None:
    """Raise UsageError where the other end of a connection in clear is not this machine."""
    peer = server.sock.getpeername()[0] if server.sock is not None else ""
    if not ipaddress.ip_address(peer.partition("%")[0]).is_loopback:
        raise UsageError(
            f"delivery.smtp.security is 'none', and {settings.host} is another machine: nothing is "
            "sent in clear. Set it to 'starttls' or 'tls'."
        )


def login(settings: SmtpSettings, password: str | None, token: Callable[[], str]) -> Login:
    """How the server is shown who is sending. `token` fetches an access token (XOAUTH2).

    Raises UsageError where the setting asks for a secret that is not there.
    """
    if settings.authentication == "none":
        return lambda server: None
    if not settings.username:
        raise UsageError(
            "Set delivery.smtp.username in site.toml: the server is to know who sends."
        )
    if settings.authentication == "basic":
        if not password:
            raise UsageError("The secrets hold no smtp.password, which basic authentication needs.")
        return lambda server: _basic(server, settings.username, password)
    return lambda server: _xoauth2(server, settings.username, token())


def _basic(server: smtplib.SMTP, username: str, password: str) -> None:
    server.login(username, password)


def _xoauth2(server: smtplib.SMTP, username: str, token: str) -> None:
    """SASL XOAUTH2: the token in the first response; an error's details are answered by nothing."""

    def respond(challenge: bytes | None = None) -> str:
        return f"user={username}\x01auth=Bearer {token}\x01\x01" if challenge is None else ""

    server.ehlo_or_helo_if_needed()
    if "XOAUTH2" not in server.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError("no XOAUTH2")
    server.auth("XOAUTH2", respond)
