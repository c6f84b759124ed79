"""Reads `sus`, the admitted patient care extract of SUS or SUS+, CSV with one header row.

Columns are found by name, in any order; data/feeds/sus_apc_columns.csv says which matter. In the
full extract diagnoses, procedures and critical care periods have no names of their own and stand at
fixed places; a shorter file names them.
"""

import csv
import re
from pathlib import Path

import duckdb

from transforms import warehouse
from transforms.errors import RefusedFile
from transforms.feeds import Interchange, canonical, delimited, scopes
from transforms.feeds.cds62 import confirm_count
from transforms.feeds.file import FeedFile

_FORMAT = "sus"
_COLUMNS = Path(__file__).resolve().parents[2] / "data" / "feeds" / "sus_apc_columns.csv"
_ENOUGH_NAMES = 5  # of those that matter, to know the format by

# The full extract's repeating blocks: first column (from 0), columns a repeat, repeats.
_FULL_WIDTH = 1249
_DIAGNOSES = range(101, 101 + 2 * 24, 2)
_PROCEDURES = range(175, 175 + 6 * 24, 6)
_CRITICAL_CARE = range(979, 979 + 30 * 9, 30)
_CRITICAL_CARE_END = 979 + 30 * 9
_START, _DISCHARGE = 1, 13  # within a critical care period

_DATES = (
    "cds_activity_date",
    "birth_date",
    "admission_date",
    "discharge_date",
    "episode_start_date",
    "episode_end_date",
    "period_start",
    "period_end",
)
_DATETIMES = ("cds_applicable_datetime", "extract_datetime")
_SENT_BY = (
    "sender",
    "protocol",
    "bulk_group",
    "period_start",
    "period_end",
    "extract_datetime",
    "interchange_id",
    "generated_record_identifier",
)


class SusReader:
    """The reader of format `sus`."""

    def __init__(self) -> None:
        self._records = 0

    def recognises(self, file: FeedFile) -> bool:
        names = set(delimited.column_names(file))
        return len(names & set(_known_columns())) >= _ENOUGH_NAMES

    def open(
        self, connection: duckdb.DuckDBPyConnection, file: FeedFile, first_scope: int
    ) -> Interchange:
        scopes.prepare(connection)
        names = delimited.column_names(file)
        read = _expressions(file, names)
        columns = [f"c{place}" for place in range(len(names))]
        delimited.forget_rejects(connection)
        with delimited.reading():
            connection.execute(
                "create or replace temp table feed_row as select "
                + ", ".join(f"{expression} as {name}" for name, expression in read.items())
                + f" from {delimited.source(file, columns, skip=1)}"
            )
        self._records = delimited.read_whole_lines(
            connection, file, "feed_row", list(read), len(names)
        )
        if not self._records:
            raise RefusedFile(
                "F02", "There is no row after the column line.", mend="Ask for the whole file."
            )
        _require_net_change_columns(connection, names)
        warehouse.run(connection, "feeds/sus/feed_record.sql")
        own = warehouse.rows(
            connection,
            "select min(interchange_id) as identifier from feed_row "
            "having count(distinct coalesce(interchange_id, '')) = 1",
        )
        return scopes.submit(
            connection,
            file,
            format=_FORMAT,
            first_scope=first_scope,
            narrow=True,
            interchange_id=own[0]["identifier"] if own else None,
        )

    def confirm(self, connection: duckdb.DuckDBPyConnection, file: FeedFile, records: int) -> None:
        confirm_count(self._records, records)


def _known_columns() -> dict[str, str]:
    """What each column that matters is read as, by its name in small letters."""
    with _COLUMNS.open(encoding="utf-8", newline="") as file:
        return {row["column"].lower(): row["read_as"] for row in csv.DictReader(file)}


def _expressions(file: FeedFile, names: list[str]) -> dict[str, str]:
    """The SQL for each column of `feed_row`, by its name. Raises RefusedFile (F04).

    Every field of the canonical record is there, null where the file has no column of it.
    """
    full = len(names) >= _FULL_WIDTH
    blocks = {*range(101, _PROCEDURES.stop), *range(979, _CRITICAL_CARE_END)} if full else set()
    # Between the blocks of diagnoses and procedures stand columns with names.
    blocks -= set(range(_DIAGNOSES.stop, _PROCEDURES.start))
    known = _known_columns()
    places: dict[str, int] = {}
    for place, name in enumerate(names):
        read_as = known.get(name)
        if read_as is None or place in blocks:
            continue
        if read_as in places:
            raise _malformed(f"The column line names {_column_of(read_as)} twice.")
        places[read_as] = place
    required = ("sender", "protocol", *canonical.REQUIRED)
    missing = [_column_of(name) for name in required if name not in places]
    if missing:
        raise _malformed(f"Required columns are missing: {', '.join(missing)}.")

    def text(place: int | None) -> str:
        return "null::varchar" if place is None else delimited.text(file, f"c{place}")

    found = {name: text(places.get(name)) for name in (*canonical.FIELDS, *_SENT_BY)}
    otherwise = text(places.get("hrg_code_otherwise"))
    found["hrg_code"] = f"coalesce({found['hrg_code']}, {otherwise})"
    found |= {name: f"date_of_digits({found[name]})" for name in _DATES}
    found |= {name: f"datetime_of_extract({found[name]})" for name in _DATETIMES}
    for kind, block, scheme in (
        ("diagnosis", _DIAGNOSES, "icd"),
        ("procedure", _PROCEDURES, "opcs"),
    ):
        coded = list(block) if full else _named_codes(names, kind, scheme)
        plural = {"diagnosis": "diagnoses", "procedure": "procedures"}[kind]
        secondary = ", ".join(text(place) for place in coded[1:] if place is not None)
        found[f"primary_{kind}"] = text(coded[0])
        found[f"secondary_{plural}"] = (
            f"nullif(concat_ws(';', {secondary}), '')" if secondary else "null::varchar"
        )
    if full:
        starts = ", ".join(f"date_of_digits({text(place + _START)})" for place in _CRITICAL_CARE)
        ends = ", ".join(f"date_of_digits({text(place + _DISCHARGE)})" for place in _CRITICAL_CARE)
        found["critical_care_days"] = f"critical_care_days([{starts}], [{ends}])"
    else:
        named = "critical care days"
        found[named.replace(" ", "_")] = text(names.index(named) if named in names else None)
    return found


def _require_net_change_columns(connection: duckdb.DuckDBPyConnection, names: list[str]) -> None:
    """Where any row is net change, its columns are required, too. Raises RefusedFile (F04)."""
    columns = [_column_of(name) for name in canonical.REQUIRED_UNDER_NET_CHANGE]
    missing = [column for column in columns if column.lower() not in names]
    if missing and connection.execute("from feed_row where protocol = '010' limit 1").fetchone():
        raise _malformed(f"Required columns are missing: {', '.join(missing)}.")


def _named_codes(names: list[str], kind: str, scheme: str) -> list[int | None]:
    """The places of a shorter file's codes: the primary's (or None), then the secondary ones'."""
    primary = f"primary {kind} ({scheme})"
    numbered = re.compile(rf"secondary {kind} (\d{{1,3}}) \({scheme}\)")
    secondary = sorted(
        (int(found.group(1)), place)
        for place, name in enumerate(names)
        if (found := numbered.fullmatch(name))
    )
    if names.count(primary) > 1 or len({number for number, _ in secondary}) < len(secondary):
        raise _malformed(f"The column line names a {kind} twice.")
    return [
        names.index(primary) if primary in names else None,
        *(place for _, place in secondary),
    ]


def _column_of(read_as: str) -> str:
    """A column's own name, for messages."""
    with _COLUMNS.open(encoding="utf-8", newline="") as file:
        return next(row["column"] for row in csv.DictReader(file) if row["read_as"] == read_as)


def _malformed(message: str) -> RefusedFile:
    return RefusedFile("F04", message, line=1, mend="Ask for the extract with all its columns.")
