"""Files whose records each say how they were sent: their scopes, and what is wrong with those.

A flat file or a SUS extract can hold several bulk replacements, and net change beside them. The
reader leaves `feed_header` and `feed_record`; from these come `submitted_scope` and `submitted`.
"""

import datetime

import duckdb

from transforms import warehouse
from transforms.errors import RefusedFile
from transforms.feeds import Interchange
from transforms.feeds.file import FeedFile

# What each fault of a scope means: the rule, and what is said of it.
_FAULTS = {
    "sender": ("F04", "The sender is blank."),
    "protocol": ("F04", "The protocol is neither 010 (net change) nor 020 (bulk replacement)."),
    "prime_recipient": ("F04", "The prime recipient of a bulk replacement is blank."),
    "bulk_group": ("F04", "The bulk replacement group is not one of 010, 020, 030, 040."),
    "extract_datetime": (
        "F04",
        "The extract date and time of a bulk replacement are blank or none.",
    ),
    "period": ("F04", "The bulk replacement's report period is not written as dates."),
    "period missing": ("F06", "The bulk replacement's report period is missing."),
    "period backwards": ("F06", "The bulk replacement's report period starts after its end."),
}


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Define what the readers' SQL uses."""
    warehouse.run(connection, "feeds/macros.sql")


def submit(
    connection: duckdb.DuckDBPyConnection,
    file: FeedFile,
    *,
    format: str,
    first_scope: int,
    narrow: bool,
    interchange_id: str | None = None,
    passed_over: int = 0,
    notices: tuple[str, ...] = (),
) -> Interchange:
    """Set up `submitted_scope` and `submitted`. Raises RefusedFile: F04 or F06.

    With `narrow`, a scope reaches only from the first to the last activity of the file's rows that
    name it. Without an interchange identifier the file is known by its content's SHA-256.
    """
    warehouse.run(connection, "feeds/scope.sql", first_scope=first_scope, narrow_scopes=narrow)
    faults = warehouse.rows(
        connection,
        "select first_line, fault from feed_scope where fault is not null "
        "order by first_line limit 1",
    )
    if faults:
        rule, message = _FAULTS[faults[0]["fault"]]
        raise RefusedFile(
            rule, message, line=faults[0]["first_line"], mend="Ask for the interchange again."
        )
    warehouse.run(connection, "feeds/submitted_scope.sql")
    warehouse.run(connection, "feeds/submitted.sql")
    said = warehouse.rows(connection, warehouse.read("feeds/interchange.sql"))[0]
    return Interchange(
        format=format,
        interchange_id=interchange_id or file.sha256,
        sender=said["sender"],
        prime_recipient=said["prime_recipient"],
        protocol=said["protocol"],
        period_start=_date(said["period_start"]),
        period_end=_date(said["period_end"]),
        extract_datetime=said["extract_datetime"],
        passed_over=passed_over,
        notices=notices,
    )


def _date(value: object) -> datetime.date | None:
    return value if isinstance(value, datetime.date) else None
