"""Reads `cds62`, the Commissioning Data Set's flat file of version 6-2, admitted care.

Fixed width, 12 types of line; data/feeds/cds62_layout.csv has the place of every field. A record
begins at each line 01; its lines share the record connection identifier. Lines are right-padded
with spaces or cut off after the last field that is filled.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from transforms import warehouse
from transforms.errors import ControlFailure, RefusedFile
from transforms.feeds import Interchange, delimited, scopes
from transforms.feeds.file import FeedFile

_FORMAT = "cds62"
_LAYOUT = Path(__file__).resolve().parents[2] / "data" / "feeds" / "cds62_layout.csv"
_VERSION_AT = slice(37, 40)
_READ_TYPES = ("01", "02", "03", "05", "06")
_JOINED = "Ask for the file again: lines were lost, joined or shifted."

# What each fault of a line means: the rule, what is said of it, and the mend.
_FAULTS = {
    "blank": ("F04", "The line is blank.", _JOINED),
    "type": ("F04", "The line's type is not one of 01 to 12.", _JOINED),
    "connection": (
        "F04",
        "The line's record connection identifier is not that of its record's line 01, or blank.",
        _JOINED,
    ),
    "version": ("F01", "The version (38-43) is not NHS6-2.", "Ask for version 6-2."),
    "count": ("F04", "The line's count (38-40) is not three digits.", _JOINED),
    "repeated": ("F04", "Its record has another line of this type and count.", _JOINED),
    "width": ("F04", "The line is longer than its type, or holds another one.", _JOINED),
}


@dataclass(frozen=True)
class _Field:
    """A field of the layout: characters are counted from 1. `read_as` is blank where not used."""

    line_type: str
    start: int
    length: int
    repeats: int
    read_as: str

    @property
    def end(self) -> int:
        return self.start + self.length * self.repeats - 1


class Cds62Reader:
    """The reader of format `cds62`."""

    def __init__(self) -> None:
        self._records = 0

    def recognises(self, file: FeedFile) -> bool:
        first = file.head_lines(1)[0]
        return first.startswith(b"01") and first[_VERSION_AT] == b"NHS"

    def open(
        self, connection: duckdb.DuckDBPyConnection, file: FeedFile, first_scope: int
    ) -> Interchange:
        scopes.prepare(connection)
        layout = _layout()
        _read_lines(connection, file)
        _check_lines(connection, layout)
        for line_type in ("01", "05", "06"):
            _divide(connection, layout, line_type)
        warehouse.run(connection, "feeds/cds62/feed_header.sql")
        coded = [each for each in layout if each.read_as == "codes"]
        _set_map(
            connection,
            "code_repeats",
            {each.line_type: [each.start, each.length] for each in coded},
        )
        warehouse.run(connection, "feeds/cds62/feed_record.sql")
        self._records = _number(connection, "select count(*) from feed_header")
        passed_over = _number(connection, warehouse.read("feeds/cds62/passed_over.sql"))
        if not self._records:
            raise RefusedFile(
                "F01",
                "The file has records of other data sets only, none of admitted patient care.",
                mend="Send it to those who use that data set.",
            )
        return scopes.submit(
            connection,
            file,
            format=_FORMAT,
            first_scope=first_scope,
            narrow=False,
            passed_over=passed_over,
        )

    def confirm(self, connection: duckdb.DuckDBPyConnection, file: FeedFile, records: int) -> None:
        confirm_count(self._records, records)


def confirm_count(read: int, appended: int) -> None:
    """Were all records read appended? Raises ControlFailure, for that is no fault of the file."""
    if read != appended:
        raise ControlFailure(
            f"{read} records were read and {appended} would have landed. Nothing was landed. "
            "This is a fault of pbc: please report it."
        )


def _layout() -> list[_Field]:
    with _LAYOUT.open(encoding="utf-8", newline="") as file:
        return [
            _Field(
                row["line_type"],
                int(row["start"]),
                int(row["length"]),
                int(row["repeats"]),
                row["read_as"],
            )
            for row in csv.DictReader(file)
        ]


def _read_lines(connection: duckdb.DuckDBPyConnection, file: FeedFile) -> None:
    """Fill `feed_line`. Raises RefusedFile: F02 where it is cut short, F04 for what is no line."""
    if not file.tail.endswith(b"\n") or file.tail.replace(b"\r", b"").endswith(b"\n\n"):
        raise delimited.last_line_incomplete(file)
    delimited.forget_rejects(connection)
    with delimited.reading():
        warehouse.run(
            connection,
            "feeds/cds62/line.sql",
            feed_path=str(file.path),
            feed_compression="gzip" if file.compressed else "none",
        )
    rejects = delimited.rejects(connection)
    if rejects:
        raise RefusedFile(
            "F04",
            "The line has a control character or is far too long.",
            line=rejects[0].line,
            mend=_JOINED,
        )


def _check_lines(connection: duckdb.DuckDBPyConnection, layout: list[_Field]) -> None:
    """Raises RefusedFile for the first line that cannot be where it stands: F01 or F04."""
    # Lines not used may be longer than the fields that the layout has of them.
    line_types = {
        each.line_type: max(other.end for other in layout if other.line_type == each.line_type)
        if each.line_type in _READ_TYPES
        else None
        for each in layout
    }
    _set_map(connection, "line_types", line_types)
    faults = warehouse.rows(connection, warehouse.read("feeds/cds62/fault.sql"))
    if faults:
        rule, message, mend = _FAULTS[faults[0]["fault"]]
        raise RefusedFile(rule, message, line=faults[0]["line_number"], mend=mend)


def _divide(connection: duckdb.DuckDBPyConnection, layout: list[_Field], line_type: str) -> None:
    """Make view line_01 (or 05, 06): a row per line of a type, its fields as trimmed text."""
    divided = ", ".join(
        f"nullif(trim(substr(line, {each.start}, {each.length})), '') as {each.read_as}"
        for each in layout
        if each.line_type == line_type and each.read_as
    )
    connection.execute(
        f"create or replace temp view line_{line_type} as "
        f"select record_number, line_number, {divided} "
        f"from feed_line where line_type = '{line_type}'"
    )


def _set_map(
    connection: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]
) -> None:
    """Set a session variable that SQL looks values up in by line type."""
    connection.execute(
        f"set variable {name} = map($keys, $values)",
        {"keys": list(values), "values": list(values.values())},
    )


def _number(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
