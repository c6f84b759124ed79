"""Delimited text read by DuckDB, strictly, with what it could not read kept apart.

DuckDB's reader in strict mode puts every line that is not of the declared width, or not quoted as
RFC 4180 has it, into a table of rejects. So a whole file is read in one pass and nothing is lost
unseen. Of what is no UTF-8 it gets nothing to read: some such lines break it down (file.py).
"""

import contextlib
import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from transforms.errors import RefusedFile
from transforms.feeds.file import FeedFile

_REJECTS_KEPT = 5000
_LARGEST_FIELD = 1 << 20
_MOST_COLUMNS = 5000  # the widest extract known has a quarter of that
_ROW_GROUP = 122_880  # rows that DuckDB compresses and writes together
_BUFFERS = range(4 << 20, 128 << 20)  # bytes; a line of 2 MiB must have room in one
_ANOTHER = "Ask for the interchange again."


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


def fields(line: bytes, number: int) -> list[str]:
    """The values of a line by itself, trimmed. Raises RefusedFile (F04) where it is no CSV."""
    csv.field_size_limit(_LARGEST_FIELD)
    try:
        return [value.strip() for value in next(csv.reader([line.decode("utf-8")], strict=True))]
    except (UnicodeDecodeError, csv.Error, StopIteration) as error:
        raise RefusedFile(
            "F04",
            "The line cannot be read as comma-separated UTF-8.",
            line=number,
            mend=_ANOTHER,
        ) from error


def column_names(file: FeedFile) -> list[str]:
    """The names in the first line, in small letters; none where it is not a line of CSV."""
    try:
        return [name.lower() for name in fields(file.head_lines(1)[0], 1)]
    except RefusedFile:
        return []


def source(file: FeedFile, columns: Sequence[str], *, skip: int) -> str:
    """A table function that reads the file's lines as these columns of text, in order.

    `skip` lines at the beginning are passed over, the last of which names the columns. Rejected
    lines can be had from `rejects`. Raises RefusedFile (F04) for more columns than any extract has.
    """
    if len(columns) > _MOST_COLUMNS:
        raise RefusedFile(
            "F04",
            f"The column line has {len(columns):,} columns, more than any form of feed.",
            line=skip,
            mend=_ANOTHER,
        )
    typed = ", ".join(f"{quoted(name)}: 'varchar'" for name in columns)
    return (
        f"read_csv({quoted(str(file.path))}, columns = {{{typed}}}, header = false, skip = {skip}, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"', strict_mode = true, "
        f"compression = {quoted('gzip' if file.compressed else 'none')}, "
        f"store_rejects = true, rejects_limit = {_REJECTS_KEPT}{_buffer_size(file)})"
    )


def _buffer_size(file: FeedFile) -> str:
    """The option of read_csv that gives each thread the lines of nearly one group of rows, or two.

    Rows are compressed as they come then. What DuckDB reads at once by itself makes a fraction of a
    group, or a little more than one, and has its rows copied first. Blank for a file of so few
    groups that threads would have nothing to do.
    """
    threads = len(os.sched_getaffinity(0))
    groups = file.lines // _ROW_GROUP
    lines = 0.96 * _ROW_GROUP * (2 if groups >= max(16, 4 * threads) else 1)
    size = int(lines * file.size / file.lines)
    return f", buffer_size = {size}" if groups >= max(2, threads) and size in _BUFFERS else ""


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
            any_value(split_part(ltrim(csv_line, chr(10) || '"'), ',', 1))
        from reject_errors group by line, line_byte_position order by line_byte_position
        """
    ).fetchall()
    return [Reject(int(line), str(error), str(kind)[:3]) for line, error, kind in found]


def unreadable(reject: Reject) -> RefusedFile:
    """The refusal that a line means which is no row."""
    if reject.error in ("MISSING COLUMNS", "TOO MANY COLUMNS"):
        return RefusedFile(
            "F04",
            "The line has more or fewer fields than the column line: something shifted.",
            line=reject.line,
            mend=_ANOTHER,
        )
    return RefusedFile(
        "F04",
        f"The line cannot be read as CSV ({reject.error.lower()}).",
        line=reject.line,
        mend="Values with commas, quotes or line ends go in double quotes, as RFC 4180 has it.",
    )


@contextlib.contextmanager
def reading() -> Iterator[None]:
    """What DuckDB says while it reads a file, as the refusal it means."""
    try:
        yield
    except duckdb.InvalidInputException:
        # The message quotes the line, which may be a patient's.
        raise RefusedFile(
            "F01",
            "The file cannot be read as text to its end: its line ends are mixed, or it is "
            "damaged.",
            mend="Ask for it again, with one kind of line end throughout.",
        ) from None


def read_whole_lines(
    connection: duckdb.DuckDBPyConnection,
    file: FeedFile,
    table: str,
    columns: Sequence[str],
    width: int,
) -> int:
    """Check what a file with one header row was read into; return how many rows it has.

    `columns` are those of the table, which a line end inside quotes can stand in; `width` is how
    many the file has. Raises RefusedFile: F02 where the last line is incomplete, F01 or F04 for
    what is no row.
    """
    if not file.tail.endswith(b"\n"):
        raise last_line_incomplete(file)
    for reject in rejects(connection):
        # A line that was cut is short of fields, or of the quote that ends its last one.
        if reject.line == file.lines and reject.error in ("MISSING COLUMNS", "UNQUOTED VALUE"):
            raise last_line_incomplete(file)
        raise unreadable(reject)
    counted = connection.execute(f"select count(*) from {table}").fetchone()
    rows = int(counted[0]) if counted else 0
    lines = rows + 1
    if lines != file.lines:
        lines += line_feeds_in_values(connection, table, columns)
    if lines != file.lines:
        if file.tail.replace(b"\r", b"").endswith(b"\n\n"):
            raise last_line_incomplete(file)
        raise RefusedFile(
            "F04",
            "There is a blank line in the file, or a value with a line end in a column that is "
            "not known.",
            mend=_ANOTHER,
        )
    refuse_extra_fields(connection, file, width, rows, [file.head_lines(1)[0]])
    return rows


def line_feeds_in_values(
    connection: duckdb.DuckDBPyConnection, source: str, columns: Sequence[str]
) -> int:
    """Line feeds inside quoted values, which are no ends of lines."""
    counted = " + ".join(
        f"coalesce(length({name}) - length(replace({name}, chr(10), '')), 0)"
        for name in map(identifier, columns)
    )
    row = connection.execute(f"select sum({counted}) from {source}").fetchone()
    return int(row[0] or 0) if row else 0


def refuse_extra_fields(
    connection: duckdb.DuckDBPyConnection,
    file: FeedFile,
    width: int,
    rows: int,
    others: Sequence[bytes],
) -> None:
    """Refuse a line with more fields than the column line where the last ones are blank (F04).

    DuckDB takes no offence at those, though everything in such a line may have shifted. The commas
    of rows and other lines add up to the file's, but for those inside quotes: only a file that has
    some is looked at again. The first of `others` stand before the rows.
    """
    told = rows * (width - 1) + sum(line.count(b",") for line in others)
    if told == file.commas:
        return
    skip = 2 if len(others) > 1 else 1
    # A blank that is there is then '', and what is padded is null.
    read = source(file, [f"c{place}" for place in range(width + 1)], skip=skip).removesuffix(")")
    found = connection.execute(
        f"select row_number() over () + {skip} as line from "
        f"(select c{width} from {read}, null_padding = true, nullstr = chr(30), "
        f"parallel = false)) qualify c{width} is not null order by line limit 1"
    ).fetchone()
    if found:
        raise unreadable(Reject(int(found[0]), "TOO MANY COLUMNS", ""))


def last_line_incomplete(file: FeedFile) -> RefusedFile:
    """The refusal of a file that has no trailer and whose last line is not whole."""
    return RefusedFile(
        "F02",
        "The last line is incomplete: the file was cut short.",
        line=file.lines,
        mend="Ask for the whole file again; its last line ends with a line end, too.",
    )
