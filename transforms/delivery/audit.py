"""The audit: who did what, when, to which statement and files. Rows are only ever added.

The database refuses to change, replace or delete a row. Should someone get round that, each row
holds the SHA-256 of the row before it, so that the first row touched no longer fits.
"""

import csv
import hashlib
import io
import json
import os
import platform
import pwd
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from transforms.delivery import books
from transforms.delivery.books import written
from transforms.documents.plain_text import csv_text
from transforms.site import Site


@dataclass(frozen=True)
class Entry:
    """A row of the audit, as it is exported."""

    audit_id: int
    at: str
    who: str
    what: str
    statement_number: str
    practice_code: str
    recipient: str
    detail: str
    hashes: str
    previous_sha256: str
    sha256: str


COLUMNS = tuple(field.name for field in fields(Entry))


def this_user() -> str:
    """Who is at work here: the machine's user, at the machine; no variable can say another."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user need not have a name
        name = f"user {os.getuid()}"
    return f"{name}@{platform.node()}"


def add(
    connection: sqlite3.Connection,
    at: datetime,
    who: str,
    what: str,
    *,
    statement_number: str = "",
    practice_code: str = "",
    recipient: str = "",
    detail: str = "",
    hashes: Mapping[str, str] | None = None,
) -> None:
    """Add a row, within the caller's transaction: it is there if what it tells of is."""
    last = connection.execute(
        "select audit_id, sha256 from audit order by audit_id desc limit 1"
    ).fetchone()
    entry = Entry(
        audit_id=1 if last is None else last["audit_id"] + 1,
        at=written(at),
        who=who,
        what=what,
        statement_number=statement_number,
        practice_code=practice_code,
        recipient=recipient,
        detail=detail,
        hashes=json.dumps(dict(hashes or {}), sort_keys=True),
        previous_sha256="" if last is None else last["sha256"],
        sha256="",
    )
    row = {**asdict(entry), "sha256": _digest(entry)}
    connection.execute(books.read("audit_row.sql"), row)


def said_last(
    connection: sqlite3.Connection, statement_number: str, recipient: str
) -> tuple[str, str] | None:
    """What the audit last said about a message, and in which words; None if nothing."""
    found = connection.execute(
        "select what, detail from audit where statement_number = ? and recipient = ? "
        "order by audit_id desc limit 1",
        (statement_number, recipient),
    ).fetchone()
    return None if found is None else (found["what"], found["detail"])


def refused(
    connection: sqlite3.Connection,
    at: datetime,
    who: str,
    statement_number: str,
    practice_code: str,
    recipient: str,
    reason: str,
) -> None:
    """Add that something is not sent, unless that is the last thing said of it already."""
    with books.transaction(connection):
        if said_last(connection, statement_number, recipient) != ("refused", reason):
            add(
                connection,
                at,
                who,
                "refused",
                statement_number=statement_number,
                practice_code=practice_code,
                recipient=recipient,
                detail=reason,
            )


def entries(site: Site, commissioner: str) -> list[Entry]:
    """The whole audit, in order."""
    with books.open_books(site, commissioner) as connection:
        rows = connection.execute(f"select {', '.join(COLUMNS)} from audit order by audit_id")
        return [Entry(**dict(row)) for row in rows]


def first_altered(audit: Sequence[Entry]) -> int | None:
    """The number of the first row that does not follow from what is before it; None if all do."""
    before = ""
    for place, entry in enumerate(audit, start=1):
        intact = (
            entry.audit_id == place
            and entry.previous_sha256 == before
            and entry.sha256 == _digest(entry)
        )
        if not intact:
            return place
        before = entry.sha256
    return None


def as_csv(audit: Sequence[Entry]) -> str:
    """The audit as CSV, a header first."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: csv_text(value) if isinstance(value, str) else value for name, value in row.items()}
        for row in map(asdict, audit)
    )
    return out.getvalue()


def _digest(entry: Entry) -> str:
    content = {name: value for name, value in asdict(entry).items() if name != "sha256"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
