"""Reads `nwcs`, the clearing service's extract of admitted patient care.

    HDR,NWCS-APC,1,<interchange_id>,<sender>,<prime_recipient>,<protocol>,<bulk_group>,
        <period_start>,<period_end>,<extract_datetime>
    COL,<column names>
    REC,<values>                       0 or more
    TRL,<interchange_id>,<record count>

The strict reader finds the trailer by its width: it is the one line that is no row.
"""

import datetime
import re

import duckdb

from transforms.errors import RefusedFile
from transforms.feeds import Interchange, canonical, delimited
from transforms.feeds.file import FeedFile

_FORMAT = "nwcs"
_VERSION = "1"
_HEADER_FIELDS = 11
_TRAILER_FIELDS = 3
_LINES_BEFORE_RECORDS = 2
_NET_CHANGE = "010"
_BULK = "020"
_MARK, _QUOTED_MARK = b"HDR,NWCS-APC,", b'"HDR","NWCS-APC",'
_COUNT = re.compile(r"[0-9]{1,18}")


class NwcsReader:
    """The reader of format `nwcs`, version 1."""

    def __init__(self) -> None:
        self._interchange_id = ""
        self._columns: list[str] = []
        self._source = ""

    def recognises(self, file: FeedFile) -> bool:
        first = file.head_lines(1)[0]
        return first.startswith((_MARK, _QUOTED_MARK))

    def open(
        self, connection: duckdb.DuckDBPyConnection, file: FeedFile, first_scope: int
    ) -> Interchange:
        interchange = _read_header(file)
        self._interchange_id = interchange.interchange_id
        declared = _read_trailer(file, interchange.interchange_id)
        self._columns, notices = _read_columns(file, interchange.protocol == _NET_CHANGE)
        self._source = delimited.source(file, self._columns, skip=_LINES_BEFORE_RECORDS)

        delimited.forget_rejects(connection)
        is_bulk = interchange.protocol == _BULK
        header = _header_fields(file)
        own = {"prime_recipient": delimited.quoted(header[5])}
        selected = ",\n".join(
            f"{own.get(name) or (delimited.text(file, name) if name in self._columns else 'null')}"
            f"::varchar as {name}"
            for name in canonical.FIELDS
        )
        kind = delimited.identifier(self._columns[0])
        connection.execute(
            f"create or replace temp view submitted as select {selected}, "
            f"{delimited.quoted(interchange.sender)} as sender, "
            f"{first_scope if is_bulk else 'null'}::integer as scope_number, "
            f"{delimited.literal(header[7] if is_bulk else None)}::varchar as scope_bulk_group, "
            f"{delimited.literal(interchange.period_start)}::date as period_start, "
            f"{delimited.literal(interchange.period_end)}::date as period_end, "
            f"{delimited.literal(interchange.extract_datetime)}::timestamp as scope_time, "
            "null::bigint as file_line, null::varchar as kept "
            f"from {self._source} where {kind} = 'REC'"
        )
        connection.execute(
            "create or replace temp table submitted_scope as "
            "select $number::integer as scope_number, "
            "$sender::varchar as sender, $recipient::varchar as prime_recipient, "
            "$bulk_group::varchar as bulk_group, $start::date as period_start, "
            "$end::date as period_end, $extracted::timestamp as effective_time where $is_bulk",
            {
                "number": first_scope,
                "sender": interchange.sender,
                "recipient": interchange.prime_recipient,
                "bulk_group": header[7],
                "start": interchange.period_start,
                "end": interchange.period_end,
                "extracted": interchange.extract_datetime,
                "is_bulk": is_bulk,
            },
        )
        return Interchange(
            format=_FORMAT,
            interchange_id=interchange.interchange_id,
            sender=interchange.sender,
            prime_recipient=interchange.prime_recipient,
            protocol=interchange.protocol,
            period_start=interchange.period_start,
            period_end=interchange.period_end,
            extract_datetime=interchange.extract_datetime,
            declared_records=declared,
            notices=notices,
        )

    def confirm(self, connection: duckdb.DuckDBPyConnection, file: FeedFile, records: int) -> None:
        found = delimited.rejects(connection)
        trailer = found[-1] if found and found[-1].kind == "TRL" else None
        for reject in found:
            if reject is trailer and len(found) == 1:
                continue
            if reject.kind in ("HDR", "COL", "TRL") and reject is not trailer:
                raise _second_interchange(reject.kind, reject.line)
            if reject is not trailer:
                raise delimited.unreadable(reject)
        declared = _read_trailer(file, self._interchange_id)
        lines = _LINES_BEFORE_RECORDS + records + 1
        if lines != file.lines:
            lines += delimited.line_feeds_in_values(connection, self._source, self._columns)
        if lines != file.lines:
            self._refuse_stray_line(connection)
            raise RefusedFile(
                "F02",
                "There is a blank line in the file.",
                mend="Ask for the interchange without blank lines.",
            )
        ends = [*file.head_lines(_LINES_BEFORE_RECORDS), _last_line(file)]
        delimited.refuse_extra_fields(connection, file, len(self._columns), records, ends)
        if declared != records:
            raise RefusedFile(
                "F03",
                f"The trailer says {declared} records and the file has {records}.",
                line=_LINES_BEFORE_RECORDS + records + 1,
                mend="Ask for the whole interchange again: records were lost or doubled.",
            )

    def _refuse_stray_line(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Refuse a line as wide as a record that says it is something else (F02 or F04)."""
        kind = delimited.identifier(self._columns[0])
        found = connection.execute(
            f"select line, kind from (select row_number() over () + {_LINES_BEFORE_RECORDS} "
            f"as line, {kind} as kind from {self._source}) "
            "where kind is distinct from 'REC' order by line limit 1"
        ).fetchone()
        if found and found[1] in ("HDR", "COL", "TRL"):
            raise _second_interchange(found[1], int(found[0]))
        if found:
            raise _malformed(
                "The line is as wide as a record but its first field is not REC.",
                line=int(found[0]),
            )


def _second_interchange(kind: str, line: int) -> RefusedFile:
    return RefusedFile(
        "F02",
        f"A {kind} line stands here, among or after the records: this is more than one "
        "interchange, or one that was cut and joined.",
        line=line,
        mend="Ask for one whole interchange a file.",
    )


def _header_fields(file: FeedFile) -> list[str]:
    return delimited.fields(file.head_lines(1)[0], 1)


def _read_header(file: FeedFile) -> Interchange:
    """What the first line says of the interchange. Raises RefusedFile: F01, F04 or F06."""
    fields = _header_fields(file)
    if fields[2] != _VERSION:
        raise RefusedFile(
            "F01",
            f"This is version {fields[2]!r} of NWCS-APC; version {_VERSION} is known.",
            line=1,
            mend=f"Ask for version {_VERSION}.",
        )
    if len(fields) != _HEADER_FIELDS:
        raise _malformed(f"The header has {len(fields)} fields instead of {_HEADER_FIELDS}.")
    interchange_id, sender, recipient, protocol, group, start, end, extracted = fields[3:]
    for name, value in (
        ("interchange_id", interchange_id),
        ("sender", sender),
        ("prime_recipient", recipient),
    ):
        if not value:
            raise _malformed(f"The header's {name} is blank.")
    if protocol not in (_NET_CHANGE, _BULK):
        raise _malformed("The header's protocol is neither 010 (net change) nor 020 (bulk).")
    extract_datetime = _datetime(extracted)
    if extract_datetime is None and (extracted or protocol == _BULK):
        raise _malformed("The header's extract_datetime is not YYYY-MM-DDTHH:MM:SS.")
    period_start = period_end = None
    if protocol == _BULK:
        if group not in ("010", "020", "030", "040"):
            raise _malformed("The header's bulk_group is not one of 010, 020, 030, 040.")
        period_start, period_end = _report_period(start, end)
    elif group or start or end:
        raise _malformed("Bulk group and report period are blank in a net change header.")
    return Interchange(
        format=_FORMAT,
        interchange_id=interchange_id,
        sender=canonical.organisation_code(sender),
        prime_recipient=canonical.organisation_code(recipient),
        protocol=protocol,
        period_start=period_start,
        period_end=period_end,
        extract_datetime=extract_datetime,
    )


def _report_period(start: str, end: str) -> tuple[datetime.date, datetime.date]:
    """A bulk replacement's report period. Raises RefusedFile: F06, or F04 for what is no date."""
    if not start or not end:
        raise RefusedFile(
            "F06",
            "The bulk replacement's report period is missing.",
            line=1,
            mend="Ask for the interchange with its report period.",
        )
    first, last = _date(start), _date(end)
    if first is None or last is None:
        raise _malformed("The header's report period is not written YYYY-MM-DD.")
    if first > last:
        raise RefusedFile(
            "F06",
            "The bulk replacement's report period starts after its end.",
            line=1,
            mend="Ask for the interchange with the right report period.",
        )
    return first, last


def _read_columns(file: FeedFile, net_change: bool) -> tuple[list[str], tuple[str, ...]]:
    """The names for a line's fields, its kind first, and notices. Raises RefusedFile (F04)."""
    lines = file.head_lines(_LINES_BEFORE_RECORDS + 1)
    names = delimited.fields(lines[1], 2) if len(lines) > _LINES_BEFORE_RECORDS else [""]
    if names[0] != "COL":
        raise _malformed("The second line is not the column line (COL).", line=2)
    names = [name.lower() for name in names[1:]]
    repeated = sorted(
        {name for name in names if names.count(name) > 1 and name in canonical.FIELDS}
    )
    if repeated:
        raise _malformed(f"The column line names {', '.join(repeated)} twice.", line=2)
    required = canonical.REQUIRED + (canonical.REQUIRED_UNDER_NET_CHANGE if net_change else ())
    missing = [name for name in required if name not in names]
    if missing:
        raise _malformed(f"Required columns are missing: {', '.join(missing)}.", line=2)
    unknown = [name for name in names if name not in canonical.FIELDS]
    notices = (f"Columns ignored: {', '.join(unknown)}.",) if unknown else ()
    # An unknown column may bear any name, or one twice: its place is what matters.
    taken = [
        name if name in canonical.FIELDS else f"ignored_{place}" for place, name in enumerate(names)
    ]
    return ["line_kind", *taken], notices


def _read_trailer(file: FeedFile, interchange_id: str) -> int:
    """The record count that the last line declares. Raises RefusedFile: F02 or F04."""
    last = _last_line(file)
    if not last.startswith((b"TRL", b'"TRL"')):
        raise RefusedFile(
            "F02",
            "The file does not end with a trailer (TRL): it was cut short, or something follows.",
            line=file.lines,
            mend="Ask for the whole interchange again.",
        )
    fields = delimited.fields(last, file.lines)
    if len(fields) != _TRAILER_FIELDS or not _COUNT.fullmatch(fields[2]):
        raise _malformed("The trailer is not TRL,<interchange_id>,<count>.", line=file.lines)
    if fields[1] != interchange_id:
        raise _malformed("The trailer is not of the header's interchange.", line=file.lines)
    return int(fields[2])


def _last_line(file: FeedFile) -> bytes:
    content = file.tail.replace(b"\r\n", b"\n")
    return content.removesuffix(b"\n").rsplit(b"\n", 1)[-1]


def _malformed(message: str, line: int = 1) -> RefusedFile:
    return RefusedFile("F04", message, line=line, mend="Ask for the interchange again.")


def _date(text: str) -> datetime.date | None:
    try:
        value = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return value if value.isoformat() == text else None


def _datetime(text: str) -> datetime.datetime | None:
    try:
        value = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return value if value.isoformat(timespec="seconds") == text else None
