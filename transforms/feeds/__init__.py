"""Readers of feed formats, one module each, chosen by a file's content and not its name.

A reader leaves two temporary objects in the connection for the landing to read:

- view `submitted`: a row per record, the canonical fields as trimmed text (null where blank), in
  the order of the file, with `sender`, `file_line` (null where it follows from the record's place),
  `kept` (what the format has besides, as field=text) and, null under net change, its scope:
  `scope_number, scope_bulk_group, period_start, period_end, scope_time`;
- table `submitted_scope`: a row per bulk replacement, typed: `scope_number, sender,
  prime_recipient, bulk_group, period_start, period_end, effective_time`.

The grouper's reader brings no records. It leaves table `submitted_result` instead, a row per
result: `provider_code, provider_spell_number, episode_number, hrg_code, spell_hrg_code`.

Adding a format is adding a module here, and its reader to `choose`.
"""

import datetime
from dataclasses import dataclass, field
from typing import Protocol

import duckdb

from transforms.errors import RefusedFile
from transforms.feeds.file import FeedFile


@dataclass(frozen=True)
class Interchange:
    """What a file says of itself. Dates are null where its format or protocol has none."""

    format: str
    interchange_id: str
    sender: str
    prime_recipient: str | None = None
    protocol: str | None = None
    period_start: datetime.date | None = None
    period_end: datetime.date | None = None
    extract_datetime: datetime.datetime | None = None
    declared_records: int | None = None
    passed_over: int = 0
    notices: tuple[str, ...] = field(default=())


class Reader(Protocol):
    """One format."""

    def recognises(self, file: FeedFile) -> bool:
        """Whether the file's content is of this format, of whatever version."""
        ...

    def open(
        self, connection: duckdb.DuckDBPyConnection, file: FeedFile, first_scope: int
    ) -> Interchange:
        """Read what surrounds the records and set up `submitted` and `submitted_scope`.

        Scopes are numbered from `first_scope`. Raises RefusedFile.
        """
        ...

    def confirm(self, connection: duckdb.DuckDBPyConnection, file: FeedFile, records: int) -> None:
        """Once `submitted` was read to its end: was it all there? Raises RefusedFile."""
        ...


def choose(file: FeedFile) -> Reader:
    """The reader of a file's format. Raises RefusedFile (F01) where there is none."""
    from transforms.feeds import cds62, grouper, nwcs, sus

    readers: tuple[Reader, ...] = (
        nwcs.NwcsReader(),
        cds62.Cds62Reader(),
        grouper.GrouperReader(),
        sus.SusReader(),
    )
    for reader in readers:
        if reader.recognises(file):
            return reader
    raise RefusedFile(
        "F01",
        "The format of this file is not known.",
        line=1,
        mend="Send an nwcs extract (it begins with HDR,NWCS-APC), a CDS 6-2 flat file, a SUS "
        "admitted patient care extract with its column line, or a grouper's results with theirs.",
    )
