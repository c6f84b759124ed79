"""Delimited text read by DuckDB, strictly, with what it could not read kept apart.

DuckDB's reader in strict mode puts every line that is not of the declared width, or not quoted as
RFC 4180 has it, or not UTF-8, into a table of rejects. So a whole file is read in one pass and
nothing is lost unseen.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from transforms.feeds.file import FeedFile

_REJECTS_KEPT = 5000


@dataclass(frozen=True)
class Reject:
    """A line that is not a row: its number, where it begins, what is wrong, and its beginning.

    `kind` is its first field, never more of it: the rest may be about a patient.
    """

    line: int
    error: str
    kind: str


def quoted(text: str) -> str:
    """A literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def literal(value: object) -> str:
    """A literal of SQL for text, a date or a date-time; null for None."""
    return "null" if value is None else quoted(str(value))


def identifier(name: str) -> str:
    """A quoted name of SQL."""
    return '"' + name.replace('"', '""') + '"'


def source(file: FeedFile, columns: Sequence[str], *, skip: int) -> str:
    """A table function that reads the file's lines as these columns of text, in order.

    `skip` lines at the beginning are passed over. Rejected lines can be had from `rejects`.
    """
    typed = ", ".join(f"{quoted(name)}: 'varchar'" for name in columns)
    return (
        f"read_csv({quoted(str(file.path))}, columns = {{{typed}}}, header = false, skip = {skip}, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
        f"compression = {quoted('gzip' if file.compressed else 'none')}, "
        f"store_rejects = true, rejects_limit = {_REJECTS_KEPT})"
    )


def text(file: FeedFile, column: str) -> str:
    """A column's value, trimmed where the file has anything to trim; null where blank."""
    name = identifier(column)
    return f"nullif(trim({name}, ' ' || chr(9)), '')" if file.padded else name


def forget_rejects(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the rejects of an earlier file."""
    connection.execute("drop table if exists reject_errors")
    connection.execute("drop table if exists reject_scans")


def rejects(connection: duckdb.DuckDBPyConnection) -> list[Reject]:
    """The lines that were no rows, in the order of the file."""
    found = connection.execute(
        """
        select
            line,
            min(error_type::varchar),
            any_value(split_part(ltrim(csv_line, chr(10)), ',', 1))
        from reject_errors group by line, line_byte_position order by line_byte_position
        """
    ).fetchall()
    return [Reject(int(line), str(error), str(kind)[:3]) for line, error, kind in found]
