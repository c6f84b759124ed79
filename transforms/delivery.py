"""Delivery's own books: what is approved, issued and sent, apart from the warehouse.

They lie in `delivery/<commissioner>.sqlite`. The packages know nothing of them: whether a statement
is issued is a fact of delivery, and changes no byte of it.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from transforms.periods import Period
from transforms.site import Site

_SCHEMA = """
create table if not exists issued (
    period text not null,
    revision integer not null,
    statement_number text not null primary key,
    how text not null
) strict;
"""

_BUSY_SECONDS = 30.0


def books(site: Site, commissioner: str) -> Path:
    """Where a commissioner's delivery books lie."""
    return site.directory / "delivery" / f"{commissioner}.sqlite"


@contextlib.contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path, timeout=_BUSY_SECONDS)) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.executescript(_SCHEMA)
        with connection:
            yield connection


def mark_issued(
    site: Site, commissioner: str, period: Period, revision: int, statement_number: str, how: str
) -> None:
    """Write down that a statement has left the house; `how` says by what. Again changes nothing."""
    with _open(books(site, commissioner)) as connection:
        connection.execute(
            "insert or ignore into issued values (?, ?, ?, ?)",
            (str(period), revision, statement_number, how),
        )


def is_issued(site: Site, commissioner: str, period: Period, revision: int) -> bool:
    """Whether any statement of a revision has been sent, or marked so."""
    path = books(site, commissioner)
    if not path.exists():
        return False
    with _open(path) as connection:
        found = connection.execute(
            "select 1 from issued where period = ? and revision = ? limit 1",
            (str(period), revision),
        ).fetchone()
    return found is not None
