"""A real SMTP server on loopback, with TLS, that can be told to go wrong at any point.

    with MailServer(certificate) as server:
        server.faults["manager@y90001.mail.example"] = [Fault.GREYLIST]

Each message to an address uses up the first of its faults. What the server took is in `delivered`,
whatever it answered: the two may differ, as in life.
"""

import asyncio
import email
import email.policy
import enum
import socket
import ssl
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD, TOKEN = "sender@eastmoor.example", "the server's own secret", "a token of an hour"


class Fault(enum.Enum):
    """What goes wrong, and whether the message is delivered all the same."""

    NONE = enum.auto()
    TOO_BUSY = enum.auto()
    GREYLIST = enum.auto()
    RCPT_5XX = enum.auto()
    SHUT_DOWN = enum.auto()
    DROP_AT_RCPT = enum.auto()
    DROP_AT_DATA = enum.auto()
    SLOW_BEFORE_DATA = enum.auto()
    DATA_COMMAND_4XX = enum.auto()
    DATA_COMMAND_5XX = enum.auto()
    DATA_4XX = enum.auto()
    DATA_5XX = enum.auto()
    DROP_IN_MESSAGE = enum.auto()
    DROP_AFTER_MESSAGE = enum.auto()
    DROP_BEFORE_REPLY = enum.auto()
    SLOW_AFTER_DATA = enum.auto()
    NONSENSE_AFTER_DATA = enum.auto()
    DROP_AFTER_REPLY = enum.auto()


CERTAIN = {Fault.NONE, Fault.DROP_AFTER_REPLY}
"""The message goes, and the sender is told."""
PASSING = {
    Fault.TOO_BUSY,
    Fault.GREYLIST,
    Fault.SHUT_DOWN,
    Fault.DROP_AT_RCPT,
    Fault.DROP_AT_DATA,
    Fault.SLOW_BEFORE_DATA,
    Fault.DATA_COMMAND_4XX,
    Fault.DATA_4XX,
}
"""It does not go, and may be tried again."""
FINAL = {Fault.RCPT_5XX, Fault.DATA_COMMAND_5XX, Fault.DATA_5XX}
"""It does not go, and is not to be tried again."""
DOUBTFUL = {
    Fault.DROP_IN_MESSAGE,
    Fault.DROP_AFTER_MESSAGE,
    Fault.DROP_BEFORE_REPLY,
    Fault.SLOW_AFTER_DATA,
    Fault.NONSENSE_AFTER_DATA,
}
"""The sender cannot know whether it went."""
GOES_ALL_THE_SAME = {Fault.DROP_BEFORE_REPLY, Fault.SLOW_AFTER_DATA, Fault.NONSENSE_AFTER_DATA}
"""Of the doubtful: it went."""

Hook = Callable[[str], None]


@dataclass(frozen=True)
class Delivered:
    """A message that the server took: to whom by the envelope, and its bytes."""

    sender: str
    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.content, policy=email.policy.SMTP)
        assert isinstance(parsed, EmailMessage)
        return parsed

    def files(self) -> dict[str, bytes]:
        """The attachments by name."""
        return {
            str(part.get_filename()): bytes(part.get_payload(decode=True))
            for part in self.message.iter_attachments()
        }


@dataclass
class MailServer:
    """Listens on a free port of loopback from `with` on."""

    certificate: Path
    security: str = "starttls"
    authentication: str = "none"
    size_limit: int = 100_000_000
    patience: float = 3.0
    """Seconds that the server is silent for when it is slow; longer than the sender waits."""
    faults: defaultdict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    replies_to_mail: list[str] = field(default_factory=list)
    """What MAIL is answered, first to last; then all is well."""
    delivered: list[Delivered] = field(default_factory=list)
    at: Hook | None = None
    """Called with the name of each point that a sender reaches, before the server goes on."""

    def __enter__(self) -> Self:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.certificate.with_suffix(".key"))
        server = self

        class Listening(Controller):
            def factory(self) -> SMTP:
                return _Faulty(
                    server,
                    _Handler(server),
                    hostname="mail.example",
                    tls_context=context if server.security == "starttls" else None,
                    require_starttls=server.security == "starttls",
                    authenticator=_authenticate if server.authentication != "none" else None,
                    auth_required=server.authentication != "none",
                    auth_require_tls=server.security == "starttls",
                    data_size_limit=server.size_limit,
                )

            def _trigger_server(self) -> None:
                # It asks at its port whether it is there, and knows now which it got.
                with socket.create_connection(("127.0.0.1", server.port)):
                    pass

        self._controller = Listening(
            None,
            hostname="127.0.0.1",
            port=0,
            ssl_context=context if self.security == "tls" else None,
            ready_timeout=60,
        )
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        assert self._controller.server is not None
        return int(self._controller.server.sockets[0].getsockname()[1])

    def settings(self) -> dict[str, Any]:
        """[delivery.smtp] of a site that sends through it."""
        return {
            "host": "localhost" if self.security != "none" else "127.0.0.1",
            "port": self.port,
            "security": self.security,
            "authentication": self.authentication,
            "username": USER if self.authentication != "none" else "",
            "sender": USER,
            "ca_file": str(self.certificate),
            "timeout_seconds": 60,
            "final_timeout_seconds": 60,
        }

    def to(self, recipient: str) -> list[Delivered]:
        return [each for each in self.delivered if each.recipient == recipient]

    def next_fault(self, recipient: str) -> Fault:
        waiting = self.faults[recipient]
        return waiting.pop(0) if waiting else Fault.NONE

    def reached(self, point: str) -> None:
        if self.at is not None:
            self.at(point)


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    good = isinstance(data, LoginPassword) and data == LoginPassword(
        USER.encode(), PASSWORD.encode()
    )
    return AuthResult(success=good, handled=False)


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    async def handle_EHLO(
        self, smtp: SMTP, session: Session, envelope: Envelope, hostname: str, replies: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self._server.reached("ehlo")
        return replies

    async def handle_MAIL(
        self, smtp: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self._server.reached("mail")
        if self._server.replies_to_mail:
            return self._server.replies_to_mail.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, smtp: "_Faulty", session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self._server.reached("rcpt")
        fault = smtp.fault = self._server.next_fault(address)
        match fault:
            case Fault.TOO_BUSY:
                return "452 4.3.1 Too busy"
            case Fault.GREYLIST:
                return "451 4.7.1 Greylisted, try again in five minutes"
            case Fault.RCPT_5XX:
                return "550 5.1.1 No such mailbox"
            case Fault.SHUT_DOWN:
                return "421 4.3.2 Shutting down"
            case Fault.DROP_AT_RCPT:
                smtp.hang_up()
            case Fault.SLOW_BEFORE_DATA:
                await asyncio.sleep(self._server.patience)
                smtp.hang_up()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: "_Faulty", session: Session, envelope: Envelope) -> str:
        fault = smtp.fault
        match fault:
            case Fault.DATA_4XX:
                return "450 4.2.0 Mailbox is being moved"
            case Fault.DATA_5XX:
                return "554 5.7.1 Not wanted here"
            case Fault.DROP_AFTER_MESSAGE:
                smtp.hang_up()
                return "250 never said"
        assert isinstance(envelope.original_content, bytes)
        self._server.reached("message")
        for recipient in envelope.rcpt_tos:
            self._server.delivered.append(
                Delivered(str(envelope.mail_from), str(recipient), envelope.original_content)
            )
        self._server.reached("taken")
        match fault:
            case Fault.DROP_BEFORE_REPLY:
                smtp.hang_up()
            case Fault.SLOW_AFTER_DATA:
                await asyncio.sleep(self._server.patience)
                smtp.hang_up()
            case Fault.NONSENSE_AFTER_DATA:
                return "three hundred and fifty"
            case Fault.DROP_AFTER_REPLY:
                await smtp.push("250 2.0.0 Taken")
                smtp.transport.close()
        return "250 2.0.0 Taken"


class _Faulty(SMTP):
    """aiosmtpd's server, which can also hang up where no handler of it is asked."""

    fault = Fault.NONE

    def __init__(self, server: MailServer, handler: _Handler, **options: Any) -> None:
        super().__init__(handler, **options)
        self._mail_server = server

    def hang_up(self) -> None:
        self.transport.abort()

    async def auth_XOAUTH2(self, _: SMTP, arguments: list[str]) -> AuthResult:
        import base64

        given = base64.b64decode(arguments[1]).decode() if len(arguments) > 1 else ""
        parts = dict(part.split("=", 1) for part in given.split("\x01") if "=" in part)
        token = parts.get("auth", "").removeprefix("Bearer ")
        if self._mail_server.authentication == "xoauth2":
            good = (parts.get("user"), token) == (USER, TOKEN)
            if not good:
                await self.push("334 eyJzdGF0dXMiOiI0MDEifQ==")
                await self._reader.readline()
            return AuthResult(success=good, handled=False, auth_data=parts.get("user"))
        return AuthResult(success=False, handled=False)

    async def smtp_DATA(self, arg: str | None) -> None:
        self._mail_server.reached("data")
        match self.fault:
            case Fault.DROP_AT_DATA:
                self.hang_up()
            case Fault.DATA_COMMAND_4XX:
                await self.push("451 4.3.0 Not now")
            case Fault.DATA_COMMAND_5XX:
                await self.push("554 5.3.0 Never")
            case Fault.DROP_IN_MESSAGE:
                await self.push("354 Go on")
                await self._reader.read(200)
                self.hang_up()
            case _:
                await super().smtp_DATA(arg)
