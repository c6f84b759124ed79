"""The outbox: which message stands where, so that none goes twice and none is lost unnoticed.

    queued    ready, its Message-ID and its attachments' SHA-256 fixed
    sending   claimed by a sender, which is committed before the first byte of it goes out
    sent      the server took it
    failed    the server refused it, or was not there: it did not go, so it is safe to try again;
              it is tried again by itself only if it was refused for the time being
    unknown   the connection broke after DATA, or the sender was killed: it may have gone, so it is
              never sent again by itself; a person finds out and decides

A sender holds a lock file as long as it lives. A message that is `sending` by one whose lock is
free was being sent when its sender was killed.
"""

import contextlib
import fcntl
import hashlib
import os
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from transforms.delivery import audit, books
from transforms.delivery.books import transaction, written
from transforms.delivery.refusals import Refusal
from transforms.errors import UsageError
from transforms.site import Site

State = Literal["queued", "sending", "sent", "failed", "unknown"]


@dataclass(frozen=True)
class Attachment:
    """A file of a message as it goes out, and its SHA-256 as rendered, before encryption."""

    name: str
    content: bytes
    rendered_sha256: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Message:
    """A row of the outbox."""

    statement_number: str
    recipient: str
    practice_code: str
    period: str
    revision: int
    approval_id: int
    message_id: str
    queued_at: str
    state: State
    attempts: int
    next_attempt: str | None
    sender: str | None
    reply: str | None
    withdrawn: str | None
    changed_at: str

    @property
    def has_left(self) -> bool:
        """Whether it went, may have gone, or is going."""
        return self.state in ("sending", "sent", "unknown")

    def is_due(self, at: datetime) -> bool:
        """Whether it may be sent by itself at a time."""
        if self.withdrawn is not None:
            return False
        if self.state == "failed":
            return self.next_attempt is not None and self.next_attempt <= written(at)
        return self.state == "queued"


@dataclass(frozen=True)
class Outcome:
    """What came of an attempt: `code` and `reply` are the server's, where it said anything.

    `transient` marks a failure that may pass by itself.
    """

    state: Literal["sent", "failed", "unknown"]
    reply: str
    code: int | None = None
    transient: bool = False


class Taken(Exception):
    """Another sender has the message, or it may not be sent any more."""


def message_id(
    statement_number: str, recipient: str, attachments: Sequence[Attachment], domain: str
) -> str:
    """The Message-ID: fixed by statement, recipient and content, so that it is not two's."""
    told = "\n".join([statement_number, recipient, *(each.rendered_sha256 for each in attachments)])
    stem = statement_number.replace("/", ".")
    return f"<{stem}.{hashlib.sha256(told.encode()).hexdigest()[:24]}@{domain}>"


def find(connection: sqlite3.Connection, statement_number: str, recipient: str) -> Message | None:
    """A message of the outbox; None if it was never queued."""
    found = connection.execute(
        "select * from message where statement_number = ? and recipient = ?",
        (statement_number, recipient),
    ).fetchone()
    return None if found is None else Message(**dict(found))


def all_of(connection: sqlite3.Connection, period: str | None = None) -> list[Message]:
    """The messages of a period, or of all, by statement and recipient."""
    rows = connection.execute(
        "select * from message where ? is null or period = ? "
        "order by period, revision, practice_code, recipient",
        (period, period),
    )
    return [Message(**dict(row)) for row in rows]


def of_statement(connection: sqlite3.Connection, statement_number: str) -> list[Message]:
    """The messages of a statement, by recipient."""
    rows = connection.execute(
        "select * from message where statement_number = ? order by recipient", (statement_number,)
    )
    return [Message(**dict(row)) for row in rows]


def queue(
    connection: sqlite3.Connection,
    *,
    statement_number: str,
    recipient: str,
    practice_code: str,
    period: str,
    revision: int,
    approval_id: int,
    attachments: Sequence[Attachment],
    message_id: str,
    at: datetime,
    who: str,
) -> Message:
    """Queue a message, unless it is queued as it is, has left, or may have.

    One that never left and whose content has changed since is queued anew; so is not one that the
    server refused for good because its workbook was encrypted anew. The message as it now stands is
    given back. Raises Refusal where the statement is marked as issued.
    """
    with transaction(connection):
        before = find(connection, statement_number, recipient)
        if before is not None and before.has_left:
            return before
        how = books.how_marked(connection, statement_number)
        if how is not None:
            raise Refusal(f"{statement_number} is marked as issued: {how}.")
        hashes = {each.name: each.sha256 for each in attachments}
        if before is not None and before.message_id == message_id and before.withdrawn is None:
            # An approval given again is the one by which it goes.
            connection.execute(
                "update message set approval_id = ? where message_id = ?",
                (approval_id, message_id),
            )
            if hashes == _hashes(connection, before):
                return _found(connection, statement_number, recipient)
            what = "encrypted anew"
        else:
            what = "queued"
            connection.execute(
                books.read("new_message.sql"),
                {
                    "statement_number": statement_number,
                    "recipient": recipient,
                    "practice_code": practice_code,
                    "period": period,
                    "revision": revision,
                    "approval_id": approval_id,
                    "message_id": message_id,
                    "now": written(at),
                },
            )
        connection.execute(
            "delete from attachment where statement_number = ? and recipient = ?",
            (statement_number, recipient),
        )
        connection.executemany(
            "insert into attachment values (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    statement_number,
                    recipient,
                    position,
                    each.name,
                    each.sha256,
                    len(each.content),
                    each.rendered_sha256,
                )
                for position, each in enumerate(attachments, start=1)
            ],
        )
        audit.add(
            connection,
            at,
            who,
            what,
            statement_number=statement_number,
            practice_code=practice_code,
            recipient=recipient,
            detail=message_id,
            hashes=hashes,
        )
        return _found(connection, statement_number, recipient)


def _found(connection: sqlite3.Connection, statement_number: str, recipient: str) -> Message:
    message = find(connection, statement_number, recipient)
    if message is None:
        raise LookupError(f"{statement_number}: the message was taken out of the outbox")
    return message


def _hashes(connection: sqlite3.Connection, message: Message) -> dict[str, str]:
    """The SHA-256 of a message's attachments as they go out, by name."""
    rows = connection.execute(
        "select name, sha256 from attachment where statement_number = ? and recipient = ?",
        (message.statement_number, message.recipient),
    )
    return {row["name"]: row["sha256"] for row in rows}


def withdraw(
    connection: sqlite3.Connection, message: Message, because: str, at: datetime, who: str
) -> bool:
    """Take back a message, if it never left; within the caller's transaction. Whether it was."""
    done = connection.execute(
        books.read("withdraw.sql"),
        {
            "statement_number": message.statement_number,
            "recipient": message.recipient,
            "because": because,
            "now": written(at),
        },
    )
    if done.rowcount:
        _tell(connection, at, who, "withdrawn", message, because)
    return bool(done.rowcount)


@contextlib.contextmanager
def sender(folder: Path) -> Iterator[str]:
    """Be a sender: gives its name, under which it claims messages while it lives."""
    folder.mkdir(parents=True, exist_ok=True)
    while True:
        name = f"{os.getpid()}-{secrets.token_hex(6)}"
        path = _lock_of(folder, name)
        with path.open("x") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            if not path.exists():  # taken away as nobody's, before it was locked
                continue
            try:
                yield name
            finally:
                path.unlink(missing_ok=True)
        return


def _lock_of(folder: Path, name: str) -> Path:
    return folder / f"sender-{name}.lock"


def recover(connection: sqlite3.Connection, folder: Path, at: datetime, who: str) -> None:
    """Set what killed senders were sending to `unknown`."""
    names = connection.execute("select distinct sender from message where state = 'sending'")
    for (name,) in names.fetchall():
        path = _lock_of(folder, name)
        if _is_alive(path):
            continue
        with transaction(connection):
            rows = connection.execute(
                "select * from message where state = 'sending' and sender = ?", (name,)
            ).fetchall()
            for row in rows:
                _settle(
                    connection,
                    Message(**dict(row)),
                    Outcome("unknown", "its sender was killed while it was being sent"),
                    None,
                    at,
                    who,
                )
    for path in folder.glob(_lock_of(folder, "*").name):
        _is_alive(path)


def _is_alive(path: Path) -> bool:
    """Whether a sender lives, by its lock file; that of one who does not is taken away."""
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # While it is held, so that one who has just made it, and waits, finds it gone.
            path.unlink(missing_ok=True)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def claim(
    connection: sqlite3.Connection,
    message: Message,
    attachments: Sequence[Attachment],
    name: str,
    at: datetime,
    who: str,
) -> None:
    """Take a message in hand. Once this returns, it is on disk that it is being sent.

    Raises Taken where another sender has it, has encrypted its workbook anew meanwhile, or it may
    not be sent any more.
    """
    with transaction(connection):
        if _hashes(connection, message) != {each.name: each.sha256 for each in attachments}:
            raise Taken
        done = connection.execute(
            books.read("claim.sql"),
            {
                "statement_number": message.statement_number,
                "recipient": message.recipient,
                "message_id": message.message_id,
                "sender": name,
                "now": written(at),
            },
        )
        if done.rowcount != 1:
            raise Taken
        _tell(
            connection, at, who, "sending", message, f"attempt {message.attempts + 1}", hashed=True
        )


def settle(
    connection: sqlite3.Connection,
    message: Message,
    name: str,
    outcome: Outcome,
    retry_minutes: Sequence[float],
    at: datetime,
    who: str,
) -> None:
    """Write down what came of an attempt; a failure that may pass is tried again later."""
    attempts = message.attempts + 1
    again = None
    if outcome.state == "failed" and outcome.transient and attempts <= len(retry_minutes):
        again = at + timedelta(minutes=retry_minutes[attempts - 1])
    with transaction(connection):
        _settle(connection, message, outcome, again, at, who, sender=name)


def _settle(
    connection: sqlite3.Connection,
    message: Message,
    outcome: Outcome,
    again: datetime | None,
    at: datetime,
    who: str,
    sender: str | None = None,
) -> None:
    done = connection.execute(
        "update message set state = ?, reply = ?, next_attempt = ?, sender = null, changed_at = ? "
        "where statement_number = ? and recipient = ? and state = 'sending' and sender = ?",
        (
            outcome.state,
            outcome.reply,
            None if again is None else written(again),
            written(at),
            message.statement_number,
            message.recipient,
            sender or message.sender,
        ),
    )
    if done.rowcount == 1:
        detail = outcome.reply if again is None else f"{outcome.reply}; again from {written(again)}"
        _tell(connection, at, who, outcome.state, message, detail, hashed=True)


def resolve(
    connection: sqlite3.Connection, identifier: str, *, went: bool, at: datetime, who: str
) -> Message:
    """A person's word on an `unknown` message, by Message-ID: whether it went.

    One that did not go is queued again, and so is a `failed` one. Raises UsageError where the
    Message-ID is no message's, or nothing is open about it.
    """
    bare = identifier.strip("<>")
    with transaction(connection):
        row = connection.execute(
            "select * from message where message_id = ?", (f"<{bare}>",)
        ).fetchone()
        if row is None:
            raise UsageError(f"No message has the Message-ID <{bare}>. See 'pbc outbox'.")
        message = Message(**dict(row))
        if message.withdrawn is not None:
            raise UsageError(f"<{bare}> was withdrawn: {message.withdrawn}.")
        if message.state != "unknown" and (went or message.state != "failed"):
            raise UsageError(
                f"<{bare}> is {message.state}: there is nothing to resolve. Resolved are unknown "
                "messages, and failed ones that are to be tried again (--as not-sent)."
            )
        state: State = "sent" if went else "queued"
        said = f"{who} says that it {'arrived' if went else 'did not go'}"
        connection.execute(
            "update message set state = ?, reply = ?, next_attempt = null, attempts = 0, "
            "changed_at = ? where message_id = ?",
            (state, said, written(at), message.message_id),
        )
        _tell(connection, at, who, "resolved", message, f"{message.state} to {state}: {said}")
        return _found(connection, message.statement_number, message.recipient)


def _tell(
    connection: sqlite3.Connection,
    at: datetime,
    who: str,
    what: str,
    message: Message,
    detail: str,
    *,
    hashed: bool = False,
) -> None:
    audit.add(
        connection,
        at,
        who,
        what,
        statement_number=message.statement_number,
        practice_code=message.practice_code,
        recipient=message.recipient,
        detail=detail,
        hashes=_hashes(connection, message) if hashed else None,
    )


def lock_folder(site: Site, commissioner: str) -> Path:
    """Where the senders of a commissioner keep their lock files."""
    return site.delivery(commissioner).with_suffix("")
