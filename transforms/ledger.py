"""Stage `ledger`: what changed since the last close, as charges and credits.

The ledger never forgets and never silently restates: `charge` keeps every version of a spell's
charge, and `posting` is only added to once its period is issued. Who asks which period may be
closed is `transforms.close`.
"""

from dataclasses import dataclass
from decimal import Decimal

import duckdb

from transforms import warehouse
from transforms.mark import Close


@dataclass(frozen=True)
class LedgerCounts:
    """Postings made in this close and their sum in pounds; changes held by the freeze."""

    postings: int
    amount: Decimal
    held: int


def post(connection: duckdb.DuckDBPyConnection, close: Close) -> LedgerCounts:
    """Bring `charge` up to date and post the difference."""
    close.set_variables(connection)
    for file in (
        "reset",
        "charge",
        "due_charge",
        "posted_change",
        "entry",
        "moved_version",
        "posting",
        "held_change",
    ):
        warehouse.run(connection, f"ledger/{file}.sql")
    counts = warehouse.rows(
        connection,
        "select count(*) as postings, coalesce(sum(amount), 0)::decimal(18, 2) as amount, "
        "(select count(*) from held_change) as held "
        "from posting where close_number = getvariable('close_number')",
    )[0]
    return LedgerCounts(**counts)
