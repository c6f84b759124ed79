"""Issuing: marking statements that left by other means, and no close while one is issued.

Whoever marks a statement does not want it sent again: no message of it goes from then on, and those
that wait are withdrawn.
"""

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from transforms import warehouse
from transforms.delivery import audit, books, outbox, published
from transforms.delivery.books import Clock, transaction
from transforms.delivery.published import Revision
from transforms.delivery.refusals import Refusal
from transforms.errors import UsageError
from transforms.periods import Period
from transforms.site import Site

_LONGEST = 200


@dataclass(frozen=True)
class Marked:
    """What came of marking a practice's statement; `withdrawn`: to whom a message of it waited."""

    practice: str
    statement_number: str
    outcome: Literal["marked", "already marked", "refused"]
    reason: str = ""
    withdrawn: tuple[str, ...] = ()


def mark(
    site: Site,
    commissioner: str,
    period: Period,
    practices: Sequence[str] | None = None,
    *,
    how: str,
    who: str | None = None,
    clock: Clock = books.now,
) -> list[Marked]:
    """Mark a period's latest statements, of all practices or some, as issued; `how` says by what.

    One that is marked already stays as it is. One whose files are not in order is refused: which
    statement left would not be known. Raises UsageError where `how` is blank or too long, there is
    nothing to mark, or a practice has no statement.
    """
    how = _checked(how)
    month = published.month(site, commissioner, period)
    person = who or audit.this_user()
    found = []
    with books.open_books(site, commissioner) as connection:
        for practice in month.chosen(practices):
            try:
                marked = _mark(
                    site, connection, month.revision_of(practice), practice, how, person, clock
                )
            except Refusal as refusal:
                number = month.statement_number(practice)
                audit.refused(connection, clock(), person, number, practice, "", str(refusal))
                marked = Marked(practice, number, "refused", str(refusal))
            found.append(marked)
    return found


def _checked(how: str) -> str:
    how = how.strip()
    if not how or len(how) > _LONGEST or not how.isprintable():
        raise UsageError(
            "--how says how the statements left the house, such as 'printed and posted': one line "
            f"of 1 to {_LONGEST} characters."
        )
    return how


def _mark(
    site: Site,
    connection: sqlite3.Connection,
    revision: Revision,
    practice: str,
    how: str,
    who: str,
    clock: Clock,
) -> Marked:
    """Mark one. Raises Refusal where its files are not in order, or a close is at work."""
    number = revision.statement_number(practice)
    already = _already(connection, practice, number)
    if already is not None:
        return already
    content = published.read(revision, practice)
    with no_close_at_work(site, connection, revision), transaction(connection):
        already = _already(connection, practice, number)
        if already is not None:  # another was quicker
            return already
        at = clock()
        books.mark_issued(connection, number, revision.period, revision.number, how)
        audit.add(
            connection,
            at,
            who,
            "marked issued",
            statement_number=number,
            practice_code=practice,
            detail=how,
            hashes=content.sha256,
        )
        withdrawn = tuple(
            message.recipient
            for message in outbox.of_statement(connection, number)
            if outbox.withdraw(connection, message, f"marked as issued: {how}", at, who)
        )
    return Marked(practice, number, "marked", withdrawn=withdrawn)


def _already(connection: sqlite3.Connection, practice: str, number: str) -> Marked | None:
    how = books.how_marked(connection, number)
    if how is None:
        return None
    return Marked(practice, number, "already marked", f"It was marked before: {how}.")


@contextlib.contextmanager
def no_close_at_work(
    site: Site, connection: sqlite3.Connection, revision: Revision
) -> Iterator[None]:
    """Issue a statement within this: the first of a revision must not meet a close at work.

    A close holds the warehouse's lock at each stage, and asks before each whether it is issued.
    Raises Refusal where one is at work.
    """
    if books.has_issued(connection, revision.period, revision.number):
        yield
        return
    lock = site.warehouse(revision.commissioner).with_suffix(".lock")
    with warehouse.lock(lock, f"issuing {revision.period}"):
        if not published.is_as_read(revision):
            raise Refusal(
                f"{revision.period} is being closed again: its packages changed after they were "
                "read. Finish the close and render, then approve or mark again."
            )
        yield
