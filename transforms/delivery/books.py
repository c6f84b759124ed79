"""Delivery's books of one commissioner: the SQLite file, its schema, and what is issued."""

import contextlib
import datetime
import fcntl
import os
import sqlite3
import zoneinfo
from collections.abc import Callable, Iterator
from pathlib import Path

from transforms.errors import ControlFailure
from transforms.periods import Period
from transforms.site import Site

SQL = Path(__file__).resolve().parents[2] / "sql" / "delivery"

_BUSY_SECONDS = 60.0
_LONDON = zoneinfo.ZoneInfo("Europe/London")
_VERSION = 1

Clock = Callable[[], datetime.datetime]
"""Gives the time, in UTC."""


def now() -> datetime.datetime:
    """The time, in UTC: the clock of everyone but tests."""
    return datetime.datetime.now(datetime.UTC)


def day(time: datetime.datetime) -> datetime.date:
    """The day that it is in England, where recipients.csv is written, at a time."""
    return time.astimezone(_LONDON).date()


def written(time: datetime.datetime) -> str:
    """A time as the books have it: UTC, to the microsecond, so that text sorts as time does."""
    return time.astimezone(datetime.UTC).isoformat(timespec="microseconds")


def read(file: str) -> str:
    """The text of one file of sql/delivery."""
    return (SQL / file).read_text(encoding="utf-8")


@contextlib.contextmanager
def open_books(site: Site, commissioner: str) -> Iterator[sqlite3.Connection]:
    """Open a commissioner's books, made where there are none; each change is its own transaction.

    Several processes may have them open at once. A commit has reached the disk when it returns.
    Raises ControlFailure where newer software wrote them, or they are damaged.
    """
    path = site.delivery(commissioner)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Made before SQLite does: the files that it lays beside it take over who may read them.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, mode=0o600))
    try:
        with contextlib.closing(
            sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        ) as connection:
            connection.row_factory = sqlite3.Row
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma synchronous = full")
            connection.execute("pragma foreign_keys = on")
            _bring_up_to_date(connection, path)
            yield connection
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.IntegrityError):
            raise
        raise ControlFailure(
            f"{path} cannot be used as delivery's books: {error}. If it is damaged, restore it "
            "from a backup before anything is sent: it says what was."
        ) from error


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    if _version(connection) < _VERSION:
        with transaction(connection):
            if _version(connection) < _VERSION:  # another may have made it while this one waited
                for statement in _statements(read("0001_initial.sql")):
                    connection.execute(statement)
                connection.execute(f"pragma user_version = {_VERSION}")
    if _version(connection) > _VERSION:
        raise ControlFailure(
            f"{path} was written by newer software (schema {_version(connection)}; this one knows "
            f"{_VERSION}). Use that version of pbc."
        )


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would end the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


@contextlib.contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """One transaction that may write, from its start: committed at the end, or rolled back."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


@contextlib.contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold a lock file: whoever else asks for it waits."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def mark_issued(
    connection: sqlite3.Connection, statement_number: str, period: Period, revision: int, how: str
) -> None:
    """Write down that a statement left the house by other means, in the caller's transaction."""
    connection.execute(
        "insert into marked_issued values (?, ?, ?, ?)",
        (statement_number, str(period), revision, how),
    )


def how_marked(connection: sqlite3.Connection, statement_number: str) -> str | None:
    """By which means a statement that is marked as issued left the house; None if it is not."""
    found = connection.execute(
        "select how from marked_issued where statement_number = ?", (statement_number,)
    ).fetchone()
    return None if found is None else str(found["how"])


def is_issued(site: Site, commissioner: str, period: Period, revision: int) -> bool:
    """Whether any statement of a revision has left the house, may have, or is marked so."""
    if not site.delivery(commissioner).exists():
        return False
    with open_books(site, commissioner) as connection:
        return has_issued(connection, period, revision)


def tally(site: Site, commissioner: str, period: Period, revision: int) -> dict[str, int]:
    """How many statements of a revision are `approved` and `marked`, how many messages where."""
    if not site.delivery(commissioner).exists():
        return {}
    with open_books(site, commissioner) as connection:
        rows = connection.execute(
            read("tally.sql"), {"period": str(period), "revision": revision}
        ).fetchall()
    return {row["what"]: row["number"] for row in rows}


def has_issued(connection: sqlite3.Connection, period: Period, revision: int) -> bool:
    """The same of books that are open."""
    found = connection.execute(
        "select 1 from issued where period = ? and revision = ? limit 1", (str(period), revision)
    ).fetchone()
    return found is not None
